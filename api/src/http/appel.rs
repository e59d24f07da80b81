//! How a handler calls a use case: off the event loop, and nothing leaves before the journal of accesses has it.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use domain::acces::Acces;
use uuid::Uuid;

use super::entetes::CleIdempotence;
use crate::app::idempotence::{Reponse, Unique};
use crate::app::{Appel, Erreur, Lu, Resultat};
use crate::error::ApiError;

/// The bytes of a body, kept beside the request by the extractors of bodies.
#[derive(Clone)]
pub struct CorpsRecu(pub Arc<[u8]>);

/// What a POST with an effect is known by; after the body in a `Suite`.
pub struct Unicite(pub Unique);

impl FromRequest for Unicite {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(CleIdempotence::from_request(req, payload).into_inner().and_then(|cle| unicity(req, &cle)))
    }
}

fn unicity(req: &HttpRequest, cle: &CleIdempotence) -> Result<Unicite, ApiError> {
    let extensions = req.extensions();
    let (Some(appel), Some(corps)) = (extensions.get::<Appel>(), extensions.get::<CorpsRecu>()) else {
        return Err(ApiError::interne("idempotency before the caller or the body"));
    };
    let route = format!("{} {}", req.method(), req.path());
    let client = appel.acteur.agent.0;
    Ok(Unicite(Unique::new(appel.base.coffre(), client.as_bytes(), &route, &cle.0, &corps.0)))
}

/// Runs a use case that reads, and journals what was seen or refused.
///
/// # Errors
/// Those of the use case; 503 when the journal of accesses cannot be written: then nothing is shown.
pub async fn read<T: Send + 'static>(
    appel: Appel,
    operation: &'static str,
    sujet: Option<Uuid>,
    usage: impl FnOnce(&Appel) -> Resultat<Lu<T>> + Send + 'static,
) -> Result<T, ApiError> {
    web::block(move || match usage(&appel) {
        Ok(lu) => {
            appel.base.append_acces(lu.acces)?;
            Ok(lu.valeur)
        }
        Err(erreur) => Err(refuse(&appel, operation, sujet, erreur)),
    })
    .await?
}

/// Runs a use case that writes: its line is its fact; only a refusal is journalled here.
///
/// # Errors
/// Those of the use case.
pub async fn write<T: Send + 'static>(
    appel: Appel,
    operation: &'static str,
    sujet: Option<Uuid>,
    usage: impl FnOnce(&Appel) -> Resultat<T> + Send + 'static,
) -> Result<T, ApiError> {
    web::block(move || usage(&appel).map_err(|erreur| refuse(&appel, operation, sujet, erreur))).await?
}

/// Runs a use case that has one effect per Idempotency-Key. An answer given again is a look, which no fact tells: it is
/// journalled before it leaves (SEC-4).
///
/// # Errors
/// Those of the use case; 503 when the journal of accesses cannot be written.
pub async fn write_once(
    appel: Appel,
    operation: &'static str,
    sujet: Option<Uuid>,
    usage: impl FnOnce(&Appel) -> Resultat<Reponse> + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    let reponse = web::block(move || {
        let reponse = usage(&appel).map_err(|erreur| refuse(&appel, operation, sujet, erreur))?;
        if let Some(rejeu) = &reponse.rejeu {
            let sujet = sujet.unwrap_or(rejeu.dossier.0);
            let acces = appel.look(operation, sujet, rejeu.dossier, &rejeu.sections);
            appel.base.append_acces(vec![acces])?;
        }
        Ok::<_, ApiError>(reponse)
    })
    .await??;
    answer(reponse)
}

/// Journals lines that a batch made.
///
/// # Errors
/// 503 when the journal of accesses cannot be written.
pub async fn journal(appel: Appel, lignes: Vec<Acces>) -> Result<(), ApiError> {
    Ok(web::block(move || appel.base.append_acces(lignes)).await??)
}

/// Turns a kept answer into the answer, and says when it is given again.
pub fn answer(reponse: Reponse) -> Result<HttpResponse, ApiError> {
    let statut = actix_web::http::StatusCode::from_u16(reponse.statut)
        .map_err(|_| ApiError::interne("kept answer without status"))?;
    let mut http = HttpResponse::build(statut);
    http.content_type("application/json");
    for (nom, valeur) in reponse.entetes {
        http.insert_header((nom, valeur));
    }
    if reponse.rejeu.is_some() {
        http.insert_header(("Idempotent-Replayed", "true"));
    }
    Ok(http.body(reponse.corps))
}

fn refuse(appel: &Appel, operation: &'static str, sujet: Option<Uuid>, erreur: Erreur) -> ApiError {
    if let Erreur::Base(erreur) = erreur {
        return erreur.into();
    }
    match appel.base.append_acces(vec![appel.refusal(operation, sujet)]) {
        Ok(()) => erreur.into(),
        Err(journal) => journal.into(),
    }
}
