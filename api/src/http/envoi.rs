//! The registre d'envoi of a signalement.

use actix_web::HttpResponse;
use domain::identifiant::SignalementId;
use openapi::chemins;
use openapi::envoi::EnvoiVue;
use openapi::organisation::OrganisationRef;
use openapi::page::Page;

use super::appel::read;
use super::chemin::Chemin;
use super::requete::{Requete, SansParametre};
use super::suite::Suite;
use crate::acteur::Appelant;
use crate::app::envoi;
use crate::error::ApiError;

/// Lire le registre d’envoi
///
/// Par destinataire : à quelles adresses, quand, avec quel `Message-ID` et quelle empreinte, et où en est l’envoi
/// (SIG-2b). Le registre d’un signalement tient en une page.
#[utoipa::path(get, path = chemins::SIGNALEMENT_ENVOIS, tag = "signalements",
    params(("id" = Uuid, Path, description = "Identifiant du signalement.")),
    responses((status = 200, description = "Les envois, du plus ancien au plus récent.", body = Page<EnvoiVue>)))]
pub async fn list_envois(
    Suite((Appelant(appel), Requete(SansParametre {}), Chemin(id))): Suite<(
        Appelant,
        Requete<SansParametre>,
        Chemin<SignalementId>,
    )>,
) -> Result<HttpResponse, ApiError> {
    let (envois, annuaire) =
        read(appel, "list_envois", Some(id.0), move |appel| envoi::list(appel, id)).await?;
    let elements: Vec<EnvoiVue> = envois
        .iter()
        .filter_map(|e| {
            let destinataire = annuaire.iter().find(|o| o.id == e.destinataire)?;
            Some(EnvoiVue::new(e, OrganisationRef::from(destinataire)))
        })
        .collect();
    Ok(HttpResponse::Ok().json(Page { elements, curseur_suivant: None }))
}
