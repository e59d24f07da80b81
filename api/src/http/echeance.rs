//! The operations on deadlines (§15).

use actix_web::{HttpRequest, HttpResponse};
use domain::echeance::{Echeance, Regle};
use domain::identifiant::EcheanceId;
use openapi::chemins;
use openapi::echeance::{EcheanceFiltre, EcheanceVue, SimulationDemande, SimulationVue};
use openapi::organisation::OrganisationRef;
use openapi::page::{Page, limite};
use persistence::echeance::Position;
use uuid::Uuid;

use super::appel::read;
use super::curseur::Liste;
use super::liste;
use super::requete::Requete;
use super::suite::Suite;
use crate::acteur::Appelant;
use crate::app::echeance;
use crate::error::ApiError;

/// Lister les échéances
///
/// Celles des dossiers que l’organisation de l’appelant peut voir, de la plus proche à la plus lointaine.
#[utoipa::path(get, path = chemins::ECHEANCES, tag = "echeances", params(EcheanceFiltre),
    responses((status = 200, description = "Une page d’échéances.", body = Page<EcheanceVue>)))]
pub async fn list_echeances(
    req: HttpRequest,
    Suite((Appelant(appel), Requete(filtre))): Suite<(Appelant, Requete<EcheanceFiltre>)>,
) -> Result<HttpResponse, ApiError> {
    let page = limite(filtre.limite);
    let regle = filtre.regle.map(Regle::from);
    let cle = Liste { chemin: chemins::ECHEANCES, filtres: format!("{regle:?}") };
    let apres = match cle.position(&appel, filtre.curseur.as_deref())? {
        None => None,
        Some(texte) => Some(read_position(&texte).ok_or_else(ApiError::curseur_invalide)?),
    };
    let demande = appel.clone();
    let (charges, annuaire) = read(demande, "list_echeances", None, move |appel| {
        echeance::list(appel, regle, apres, liste::to_load(page))
    })
    .await?;
    let vue = |e: &Echeance| {
        let organisation = annuaire.iter().find(|o| o.id == e.organisation)?;
        Some(EcheanceVue::new(e, OrganisationRef::from(organisation), appel.now))
    };
    let position = |e: &Echeance| format!("{} {}", e.due_le, e.id);
    Ok(liste::page(&req, &appel, &cle, page, charges, position, vue))
}

/// Calculer une échéance
///
/// Sans dossier : « une OPP du 24 décembre 2026, pour quand ? ». Les mois d’abord, puis les jours ; chaque étape est
/// dite.
#[utoipa::path(get, path = chemins::ECHEANCES_SIMULATION, tag = "echeances", params(SimulationDemande),
    responses((status = 200, description = "L’échéance et son calcul.", body = SimulationVue)))]
pub async fn simulate_echeance(
    Suite((Appelant(appel), Requete(demande))): Suite<(Appelant, Requete<SimulationDemande>)>,
) -> Result<HttpResponse, ApiError> {
    let question = demande.question().map_err(|faute| ApiError::parametre_invalide(vec![faute]))?;
    let calcul = read(appel, "simulate_echeance", None, move |appel| echeance::simulate(appel, question))
        .await
        .map_err(ApiError::in_query)?;
    Ok(HttpResponse::Ok().json(SimulationVue::from(calcul)))
}

fn read_position(texte: &str) -> Option<Position> {
    let (due_le, id) = texte.split_once(' ')?;
    Some((due_le.parse().ok()?, EcheanceId(Uuid::try_parse(id).ok()?)))
}
