//! The operations on dossiers.

use actix_web::{HttpRequest, HttpResponse};
use domain::acteur::Auteur;
use domain::dossier::{Resume, Situation};
use domain::identifiant::DossierId;
use openapi::chemins;
use openapi::dossier::{DossierFiltre, DossierResume, DossierVue, EvenementVue};
use openapi::organisation::OrganisationRef;
use openapi::page::{Page, PageFiltre, limite};
use persistence::faits::Evenement;
use uuid::Uuid;

use super::appel::read;
use super::chemin::Chemin;
use super::curseur::Liste;
use super::liste;
use super::requete::{Requete, SansParametre};
use super::suite::Suite;
use crate::acteur::Appelant;
use crate::app::dossier;
use crate::error::ApiError;

/// Lister les dossiers
///
/// Du plus récent au plus ancien : ceux que l’organisation de l’appelant peut voir, par leur code pseudonyme.
#[utoipa::path(get, path = chemins::DOSSIERS, tag = "dossiers", params(DossierFiltre),
    responses((status = 200, description = "Une page de dossiers.", body = Page<DossierResume>)))]
pub async fn list_dossiers(
    req: HttpRequest,
    Suite((Appelant(appel), Requete(filtre))): Suite<(Appelant, Requete<DossierFiltre>)>,
) -> Result<HttpResponse, ApiError> {
    let page = limite(filtre.limite);
    let situation = filtre.situation.map(Situation::from);
    let cle = Liste { chemin: chemins::DOSSIERS, filtres: format!("{situation:?}") };
    let apres = match cle.position(&appel, filtre.curseur.as_deref())? {
        None => None,
        Some(texte) => Some(DossierId(Uuid::try_parse(&texte).map_err(|_| ApiError::curseur_invalide())?)),
    };
    let demande = appel.clone();
    let charges = read(demande, "list_dossiers", None, move |appel| {
        dossier::list(appel, situation, apres, liste::to_load(page))
    })
    .await?;
    let position = |dossier: &Resume| dossier.id.to_string();
    Ok(liste::page(&req, &appel, &cle, page, charges, position, |dossier| Some(DossierResume::from(dossier))))
}

/// Lire un dossier
///
/// Dans les sections ouvertes à l’appelant (SEC-1).
#[utoipa::path(get, path = chemins::DOSSIER, tag = "dossiers",
    params(("id" = Uuid, Path, description = "Identifiant du dossier.")),
    responses((status = 200, description = "Le dossier.", body = DossierVue)))]
pub async fn show_dossier(
    Suite((Appelant(appel), Requete(SansParametre {}), Chemin(id))): Suite<(
        Appelant,
        Requete<SansParametre>,
        Chemin<DossierId>,
    )>,
) -> Result<HttpResponse, ApiError> {
    let detail = read(appel, "show_dossier", Some(id.0), move |appel| dossier::show(appel, id)).await?;
    let situation_par = OrganisationRef::from(&detail.situation_par);
    Ok(HttpResponse::Ok().json(DossierVue::new(&detail.dossier, situation_par, &detail.sections)))
}

/// Lire la chronologie d’un dossier
///
/// Ce qui s’est passé, quand et par qui, du plus ancien au plus récent (DOS-7) ; jamais le contenu.
#[utoipa::path(get, path = chemins::DOSSIER_CHRONOLOGIE, tag = "dossiers",
    params(("id" = Uuid, Path, description = "Identifiant du dossier."), PageFiltre),
    responses((status = 200, description = "Une page d’événements.", body = Page<EvenementVue>)))]
pub async fn list_dossier_chronologie(
    req: HttpRequest,
    Suite((Appelant(appel), Requete(filtre), Chemin(id))): Suite<(
        Appelant,
        Requete<PageFiltre>,
        Chemin<DossierId>,
    )>,
) -> Result<HttpResponse, ApiError> {
    let page = limite(filtre.limite);
    let cle = Liste { chemin: chemins::DOSSIER_CHRONOLOGIE, filtres: id.to_string() };
    let apres = match cle.position(&appel, filtre.curseur.as_deref())? {
        None => 0,
        Some(texte) => texte.parse().map_err(|_| ApiError::curseur_invalide())?,
    };
    let demande = appel.clone();
    let charges = read(demande, "list_dossier_chronologie", Some(id.0), move |appel| {
        dossier::history(appel, id, apres, liste::to_load(page))
    })
    .await?;
    let position = |evenement: &Evenement| evenement.seq.to_string();
    Ok(liste::page(&req, &appel, &cle, page, charges, position, |evenement| Some(event(evenement))))
}

fn event(evenement: &Evenement) -> EvenementVue {
    EvenementVue {
        seq: evenement.seq,
        r#type: evenement.code.clone(),
        sujet: evenement.sujet,
        survenu_a: evenement.survenu_le,
        agent: match evenement.auteur {
            Auteur::Agent(agent) => Some(agent.0),
            Auteur::Systeme => None,
        },
    }
}
