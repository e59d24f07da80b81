//! The operations on signalements.

use actix_web::{HttpRequest, HttpResponse};
use domain::dossier::Situation;
use domain::identifiant::{DossierId, IdentifiantExterne, SignalementId};
use domain::refus::{Nature, Refus};
use domain::signalement::{Action, Etat, MotifCloture, Resume, Statut};
use openapi::action::ActionVue;
use openapi::chemins;
use openapi::identifiant_externe::IdentifiantExterneVue;
use openapi::organisation::OrganisationRef;
use openapi::page::{Page, limite};
use openapi::signalement::{
    Annexes, ClotureCreation, SignalementCreation, SignalementFiltre, SignalementModification,
    SignalementResume, SignalementVue,
};
use persistence::signalement::Filtre;
use uuid::Uuid;

use super::appel::{Unicite, answer, read, write, write_once};
use super::chemin::Chemin;
use super::corps::{Corps, CorpsVide};
use super::curseur::Liste;
use super::entetes::etag;
use super::liste;
use super::requete::{Requete, SansParametre};
use super::suite::Suite;
use crate::acteur::Appelant;
use crate::app::idempotence::Reponse;
use crate::app::signalement::{self, Detail, Nouveau};
use crate::error::ApiError;
use crate::precondition::Precondition;

/// Lister les signalements
///
/// Du plus récent au plus ancien : ceux que l’organisation de l’appelant peut voir, sans identité.
#[utoipa::path(get, path = chemins::SIGNALEMENTS, tag = "signalements", params(SignalementFiltre),
    responses((status = 200, description = "Une page de signalements.", body = Page<SignalementResume>)))]
pub async fn list_signalements(
    req: HttpRequest,
    Suite((Appelant(appel), Requete(filtre))): Suite<(Appelant, Requete<SignalementFiltre>)>,
) -> Result<HttpResponse, ApiError> {
    let page = limite(filtre.limite);
    let choix = Filtre { statut: filtre.statut.map(Statut::from), dossier: filtre.dossier.map(DossierId) };
    let cle = Liste { chemin: chemins::SIGNALEMENTS, filtres: format!("{choix:?}") };
    let apres = id_of(cle.position(&appel, filtre.curseur.as_deref())?)?;
    let demande = appel.clone();
    let (charges, annuaire) = read(demande, "list_signalements", None, move |appel| {
        signalement::list(appel, &choix, apres.map(SignalementId), liste::to_load(page))
    })
    .await?;
    let nommer = |id| annuaire.iter().find(|o| o.id == id).map(OrganisationRef::from);
    let vue =
        |s: &Resume| Some(SignalementResume::new(s, nommer(s.organisation)?, s.parquet.and_then(nommer)));
    Ok(liste::page(&req, &appel, &cle, page, charges, |s| s.id.to_string(), vue))
}

/// Rédiger un signalement
///
/// Ouvre un brouillon, visible de la seule organisation qui l’écrit, et un dossier, sauf si `dossier` en désigne un.
#[utoipa::path(post, path = chemins::SIGNALEMENTS, tag = "signalements", request_body = SignalementCreation,
    responses((status = 201, description = "Le brouillon est ouvert.", body = SignalementVue)))]
pub async fn create_signalement(
    Suite((Appelant(appel), Corps(corps), Unicite(unique))): Suite<(
        Appelant,
        Corps<SignalementCreation>,
        Unicite,
    )>,
) -> Result<HttpResponse, ApiError> {
    let id = SignalementId(appel.new_id());
    let (dossier, situation) = (corps.dossier.map(DossierId), corps.situation);
    let numeros = corps.identifiants_externes.clone().into_iter();
    let nouveau = Nouveau {
        id,
        dossier,
        situation: situation.map_or(Situation::Risque, Situation::from),
        identifiants_externes: numeros.map(IdentifiantExterne::from).collect(),
        rapport: corps.rapport()?,
    };
    let rendre = |detail: &Detail| reponse(201, detail);
    write_once(appel, "create_signalement", None, move |appel| {
        signalement::create(appel, nouveau, unique, rendre)
    })
    .await
}

/// Lire un signalement
///
/// Dans les sections ouvertes à l’appelant ; `actions` dit ce qui peut être fait ensuite. Un brouillon porte un
/// `ETag`, à rendre dans `If-Match` pour le modifier.
#[utoipa::path(get, path = chemins::SIGNALEMENT, tag = "signalements",
    params(("id" = Uuid, Path, description = "Identifiant du signalement.")),
    responses((status = 200, description = "Le signalement.", body = SignalementVue)))]
pub async fn show_signalement(
    Suite((Appelant(appel), Requete(SansParametre {}), Chemin(id))): Suite<(
        Appelant,
        Requete<SansParametre>,
        Chemin<SignalementId>,
    )>,
) -> Result<HttpResponse, ApiError> {
    let detail =
        read(appel, "show_signalement", Some(id.0), move |appel| signalement::show(appel, id)).await?;
    answer(reponse(200, &detail))
}

/// Modifier un brouillon
///
/// RFC 7396 : un champ absent reste, `null` l’efface. `If-Match` est obligatoire.
#[utoipa::path(patch, path = chemins::SIGNALEMENT, tag = "signalements",
    params(("id" = Uuid, Path, description = "Identifiant du signalement.")),
    request_body(content(
        (SignalementModification = "application/merge-patch+json"), (SignalementModification = "application/json"))),
    responses((status = 200, description = "Le brouillon modifié.", body = SignalementVue)))]
pub async fn update_signalement(
    Suite((Appelant(appel), Corps(corps), precondition, Chemin(id))): Suite<(
        Appelant,
        Corps<SignalementModification>,
        Precondition,
        Chemin<SignalementId>,
    )>,
) -> Result<HttpResponse, ApiError> {
    let detail = write(appel, "update_signalement", Some(id.0), move |appel| {
        let attendue = move |revision| precondition.matches(revision);
        signalement::update(appel, id, attendue, move |rapport| corps.apply(rapport))
    })
    .await?;
    answer(reponse(200, &detail))
}

/// Transmettre au parquet
///
/// Refusé avec la liste des mentions manquantes (SIG-1) ; sinon les courriels partent, au parquet compétent et en
/// copie à la CRIP (SIG-2), et le délai de l’accusé de réception court (SIG-8).
#[utoipa::path(post, path = chemins::SIGNALEMENT_TRANSMISSION, tag = "signalements",
    params(("id" = Uuid, Path, description = "Identifiant du signalement.")),
    request_body = CorpsSansChamp,
    responses((status = 200, description = "Le signalement est transmis.", body = SignalementVue)))]
pub async fn transmit_signalement(
    Suite((Appelant(appel), CorpsVide, Unicite(unique), Chemin(id))): Suite<(
        Appelant,
        CorpsVide,
        Unicite,
        Chemin<SignalementId>,
    )>,
) -> Result<HttpResponse, ApiError> {
    let rendre = |detail: &Detail| reponse(200, detail);
    write_once(appel, "transmit_signalement", Some(id.0), move |appel| {
        signalement::transmit(appel, id, unique, rendre)
    })
    .await
}

/// Abandonner un brouillon
///
/// Rien n’a été envoyé, rien ne le sera ; le brouillon reste lisible de l’organisation qui l’a écrit (SIG-4).
#[utoipa::path(post, path = chemins::SIGNALEMENT_ABANDON, tag = "signalements",
    params(("id" = Uuid, Path, description = "Identifiant du signalement.")),
    request_body = CorpsSansChamp,
    responses((status = 200, description = "Le brouillon est abandonné.", body = SignalementVue)))]
pub async fn abandon_signalement(
    Suite((Appelant(appel), CorpsVide, Unicite(unique), Chemin(id))): Suite<(
        Appelant,
        CorpsVide,
        Unicite,
        Chemin<SignalementId>,
    )>,
) -> Result<HttpResponse, ApiError> {
    let rendre = |detail: &Detail| reponse(200, detail);
    write_once(appel, "abandon_signalement", Some(id.0), move |appel| {
        signalement::abandon(appel, id, unique, rendre)
    })
    .await
}

/// Clore un signalement
///
/// Par la CRIP, après l’accusé de réception du parquet, avec un motif (SIG-4).
#[utoipa::path(post, path = chemins::SIGNALEMENT_CLOTURE, tag = "signalements",
    params(("id" = Uuid, Path, description = "Identifiant du signalement.")),
    request_body = ClotureCreation,
    responses((status = 200, description = "Le signalement est clos.", body = SignalementVue)))]
pub async fn close_signalement(
    Suite((Appelant(appel), Corps(corps), Unicite(unique), Chemin(id))): Suite<(
        Appelant,
        Corps<ClotureCreation>,
        Unicite,
        Chemin<SignalementId>,
    )>,
) -> Result<HttpResponse, ApiError> {
    let motif = MotifCloture::from(corps.motif);
    let rendre = |detail: &Detail| reponse(200, detail);
    write_once(appel, "close_signalement", Some(id.0), move |appel| {
        signalement::close(appel, id, motif, unique, rendre)
    })
    .await
}

/// Un objet vide : l’opération n’attend aucun champ.
#[derive(Debug, utoipa::ToSchema, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorpsSansChamp {}

/// The answer that shows a signalement: a draft bears its revision, a new one its address.
fn reponse(statut: u16, detail: &Detail) -> Reponse {
    let signalement = &detail.signalement;
    let mut entetes = Vec::new();
    if let Etat::Brouillon { revision } = signalement.etat {
        let (nom, valeur) = etag(revision);
        entetes.push((nom.to_owned(), valeur));
    }
    if statut == 201 {
        entetes.push(("Location".to_owned(), chemins::signalement(signalement.id)));
    }
    let corps = serde_json::to_string(&view(detail)).unwrap_or_default();
    Reponse { statut, entetes, corps, rejeu: None }
}

fn view(detail: &Detail) -> SignalementVue {
    let actions = detail.actions.iter().map(|(action, refus)| {
        let (methode, href) = target(*action, detail.signalement.id);
        ActionVue {
            nom: action.nom().to_owned(),
            href,
            methode: methode.to_owned(),
            possible: refus.is_none(),
            motif_refus: refus.as_ref().map(why_not),
        }
    });
    let numeros = detail.identifiants_externes.iter();
    let annexes = Annexes {
        organisation: OrganisationRef::from(&detail.organisation),
        parquet: detail.parquet.as_ref().map(OrganisationRef::from),
        copie_manquante: detail.copie_manquante,
        accuse: detail.accuse.clone(),
        identifiants_externes: numeros.cloned().map(IdentifiantExterneVue::from).collect(),
        sections: detail.sections.clone(),
        actions: actions.collect(),
    };
    SignalementVue::new(&detail.signalement, annexes)
}

/// The resource is under the caller's eyes: an action on it is never told not to exist.
fn why_not(refus: &Refus) -> String {
    match refus.nature {
        Nature::Introuvable => "Cette action ne revient pas à votre organisation.".to_owned(),
        _ => refus.message.to_string(),
    }
}

fn target(action: Action, id: SignalementId) -> (&'static str, String) {
    let id = id.to_string();
    match action {
        Action::Modifier => ("PATCH", chemins::fill(chemins::SIGNALEMENT, &id)),
        Action::Transmettre => ("POST", chemins::fill(chemins::SIGNALEMENT_TRANSMISSION, &id)),
        Action::Abandonner => ("POST", chemins::fill(chemins::SIGNALEMENT_ABANDON, &id)),
        Action::Accuser => ("PUT", chemins::ACCUSE_RECEPTION.to_owned()),
        Action::Clore => ("POST", chemins::fill(chemins::SIGNALEMENT_CLOTURE, &id)),
    }
}

fn id_of(position: Option<String>) -> Result<Option<Uuid>, ApiError> {
    position.map(|texte| Uuid::try_parse(&texte).map_err(|_| ApiError::curseur_invalide())).transpose()
}
