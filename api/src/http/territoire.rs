//! The territoire of the token (TER-1).

use actix_web::HttpResponse;
use domain::acteur::Role;
use openapi::chemins;
use openapi::organisation::OrganisationRef;
use openapi::territoire::{ParquetVue, TerritoireVue};

use super::appel::read;
use super::requete::{Requete, SansParametre};
use super::suite::Suite;
use crate::acteur::Appelant;
use crate::app::territoire;
use crate::error::ApiError;

/// Lire le territoire
///
/// Le département ou la métropole du jeton : ses parquets et leurs ressorts, sa CRIP, ses paramètres.
#[utoipa::path(get, path = chemins::TERRITOIRE, tag = "annuaire",
    responses((status = 200, description = "Le territoire.", body = TerritoireVue)))]
pub async fn show_territoire(
    Suite((Appelant(appel), Requete(SansParametre {}))): Suite<(Appelant, Requete<SansParametre>)>,
) -> Result<HttpResponse, ApiError> {
    let (territoire, annuaire) = read(appel, "show_territoire", None, territoire::show).await?;
    let parquets = annuaire.iter().filter(|o| o.role == Role::Parquet).filter_map(|o| {
        Some(ParquetVue { ressort: o.ressort.clone()?, organisation: OrganisationRef::from(o) })
    });
    let crip = annuaire.iter().find(|o| o.role == Role::Crip).map(OrganisationRef::from);
    Ok(HttpResponse::Ok().json(TerritoireVue::new(&territoire, parquets.collect(), crip)))
}
