//! The operations of a Parquet's tool: one acknowledgement, or many (SIG-5).

use actix_web::HttpResponse;
use domain::accuse_reception::Accuse;
use openapi::accuse_reception::{AccuseCreation, AccuseLigne, AccuseVue, LOT_MAX, LigneVue};
use openapi::chemins;

use super::appel::{journal, write};
use super::chemin::{Chemin, Reference};
use super::corps::{Corps, CorpsBrut, read_line};
use super::suite::Suite;
use crate::acteur::Appelant;
use crate::app::accuse_reception;
use crate::error::ApiError;

/// Largest batch, in bytes: five hundred lines at their longest.
const LOT_OCTETS: usize = 2 * 1024 * 1024;

/// Déposer un accusé de réception
///
/// Sous la référence du parquet, unique pour ce parquet. Le même contenu encore : même réponse ; un autre : 409.
#[utoipa::path(put, path = chemins::ACCUSE_RECEPTION, tag = "accuses-reception",
    params(("reference_parquet" = String, Path, description = "Référence du parquet, encodée pour une adresse.",
        min_length = 1, max_length = 128,
        pattern = "^[^\\x00-\\x1F\\x7F-\\x9F]*[^\\x00-\\x1F\\x7F-\\x9F\\s][^\\x00-\\x1F\\x7F-\\x9F]*$")),
    request_body = AccuseCreation,
    responses((status = 200, description = "L’accusé de réception est enregistré.", body = AccuseVue)))]
pub async fn put_accuse_reception(
    Suite((Appelant(appel), Corps(corps), Chemin(Reference(reference)))): Suite<(
        Appelant,
        Corps<AccuseCreation>,
        Chemin<Reference>,
    )>,
) -> Result<HttpResponse, ApiError> {
    let accuse = corps.accuse(reference);
    let inscrit =
        write(appel, "put_accuse_reception", None, |appel| accuse_reception::push(appel, accuse)).await?;
    Ok(HttpResponse::Ok().json(AccuseVue::from(inscrit)))
}

/// Déposer un lot d’accusés de réception
///
/// Cinq cents lignes au plus. Chaque ligne vaut pour elle-même : une ligne refusée n’en empêche aucune autre, et le
/// même lot peut être déposé à nouveau.
#[utoipa::path(post, path = chemins::ACCUSES_RECEPTION_LOTS, tag = "accuses-reception",
    request_body = Vec<AccuseLigne>,
    responses((status = 200, description = "Ce qu’est devenue chaque ligne, dans l’ordre.", body = Vec<LigneVue>)))]
pub async fn push_accuses_reception(
    Suite((Appelant(appel), corps)): Suite<(Appelant, CorpsBrut<LOT_OCTETS>)>,
) -> Result<HttpResponse, ApiError> {
    let lignes: Vec<Result<Accuse, ApiError>> = corps
        .lines(LOT_MAX)?
        .into_iter()
        .map(|ligne| read_line::<AccuseLigne>(ligne).map(Accuse::from))
        .collect();
    let bonnes: Vec<Accuse> = lignes.iter().filter_map(|ligne| ligne.as_ref().ok().cloned()).collect();
    let demande = appel.clone();
    let (issues, acces) =
        write(demande, "push_accuses_reception", None, |appel| accuse_reception::push_batch(appel, bonnes))
            .await?;
    journal(appel, acces).await?;
    let mut issues = issues.into_iter();
    let vues = lignes.into_iter().zip(1..).map(|(ligne, rang)| {
        let issue = ligne.and_then(|_| match issues.next() {
            Some(Ok(_)) => Ok(()),
            Some(Err(refus)) => Err(ApiError::from(refus)),
            None => Err(ApiError::interne("a line of the batch has no outcome")),
        });
        view(rang, issue)
    });
    Ok(HttpResponse::Ok().json(vues.collect::<Vec<_>>()))
}

fn view(ligne: usize, issue: Result<(), ApiError>) -> LigneVue {
    match issue {
        Ok(()) => LigneVue { ligne, statut: 200, probleme: None },
        Err(erreur) => LigneVue { ligne, statut: erreur.statut(), probleme: Some(erreur.probleme()) },
    }
}
