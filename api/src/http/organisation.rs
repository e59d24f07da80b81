//! The operations on the directory (ANN-1).

use actix_web::{HttpRequest, HttpResponse};
use domain::identifiant::OrganisationId;
use domain::organisation::{Categorie, Organisation};
use openapi::chemins;
use openapi::organisation::{OrganisationFiltre, OrganisationVue};
use openapi::page::{Page, limite};

use super::appel::read;
use super::chemin::Chemin;
use super::curseur::Liste;
use super::liste;
use super::requete::{Requete, SansParametre};
use super::suite::Suite;
use crate::acteur::Appelant;
use crate::app::organisation;
use crate::error::ApiError;

/// Lister les organisations
///
/// L’annuaire des partenaires du territoire, par code.
#[utoipa::path(get, path = chemins::ORGANISATIONS, tag = "annuaire", params(OrganisationFiltre),
    responses((status = 200, description = "Une page de l’annuaire.", body = Page<OrganisationVue>)))]
pub async fn list_organisations(
    req: HttpRequest,
    Suite((Appelant(appel), Requete(filtre))): Suite<(Appelant, Requete<OrganisationFiltre>)>,
) -> Result<HttpResponse, ApiError> {
    let page = limite(filtre.limite);
    let categorie = filtre.categorie.map(Categorie::from);
    let cle = Liste { chemin: chemins::ORGANISATIONS, filtres: format!("{categorie:?}") };
    let apres = cle.position(&appel, filtre.curseur.as_deref())?;
    let demande = appel.clone();
    let charges = read(demande, "list_organisations", None, move |appel| {
        organisation::list(appel, categorie, apres.as_deref(), usize::from(page) + 1)
    })
    .await?;
    let position = |o: &Organisation| o.code.clone();
    Ok(liste::page(&req, &appel, &cle, page, charges, position, |o| Some(OrganisationVue::from(o))))
}

/// Lire une organisation
///
/// Un partenaire de l’annuaire : sa catégorie, le rôle de ses outils, son ressort pour un parquet.
#[utoipa::path(get, path = chemins::ORGANISATION, tag = "annuaire",
    params(("id" = Uuid, Path, description = "Identifiant de l’organisation.")),
    responses((status = 200, description = "L’organisation.", body = OrganisationVue)))]
pub async fn show_organisation(
    Suite((Appelant(appel), Requete(SansParametre {}), Chemin(id))): Suite<(
        Appelant,
        Requete<SansParametre>,
        Chemin<OrganisationId>,
    )>,
) -> Result<HttpResponse, ApiError> {
    let found =
        read(appel, "show_organisation", Some(id.0), move |appel| organisation::show(appel, id)).await?;
    Ok(HttpResponse::Ok().json(OrganisationVue::from(&found)))
}
