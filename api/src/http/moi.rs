//! Who the token is, today, in this territoire.

use actix_web::HttpResponse;
use openapi::chemins;
use openapi::moi::MoiVue;
use openapi::organisation::{OrganisationRef, RoleVue};

use super::appel::read;
use super::requete::{Requete, SansParametre};
use super::suite::Suite;
use crate::acteur::Appelant;
use crate::app::agent;
use crate::error::ApiError;

/// Lire qui je suis
///
/// L’appelant, son organisation et les rôles que ses habilitations lui donnent aujourd’hui.
#[utoipa::path(get, path = chemins::MOI, tag = "moi",
    responses((status = 200, description = "L’appelant.", body = MoiVue)))]
pub async fn show_moi(
    Suite((Appelant(appel), Requete(SansParametre {}))): Suite<(Appelant, Requete<SansParametre>)>,
) -> Result<HttpResponse, ApiError> {
    let demande = appel.clone();
    let (moi, organisation) = read(demande, "show_moi", None, agent::me).await?;
    Ok(HttpResponse::Ok().json(MoiVue {
        agent: moi.id.0,
        nom: moi.nom,
        machine: moi.machine,
        territoire: appel.base.code().to_string(),
        organisation: OrganisationRef::from(&organisation),
        roles: appel.acteur.roles.iter().map(|role| RoleVue::from(*role)).collect(),
    }))
}
