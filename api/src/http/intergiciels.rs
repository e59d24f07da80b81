//! What surrounds every request: its identifier, its line in the log, the headers of its answer, and the nets under
//! it, so that no error leaves in another shape.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, ResponseError, web};
use log::Level;
use openapi::probleme::TYPE_DE_CONTENU;

use crate::app::Appel;
use crate::error::ApiError;
use crate::etat::Etat;
use crate::horloge;
use crate::journalisation::REQUETES;

/// The header that names a request, in both directions.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest address, in bytes.
const ADRESSE_MAX: usize = 8 * 1024;

/// The identifier of a request, in its extensions.
#[derive(Debug, Clone)]
pub struct IdRequete(pub String);

/// The outermost middleware.
///
/// # Errors
/// Never an error of actix's own: what fails below is an answer.
pub async fn envelope(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let debut = Instant::now();
    let id = request_id(&req);
    let methode = req.method().clone();
    let decor = Decor { id: id.clone(), docs: req.path().starts_with("/docs/") };
    req.extensions_mut().insert(IdRequete(id.clone()));
    if req.uri().path_and_query().map_or(0, |adresse| adresse.as_str().len()) > ADRESSE_MAX {
        let trop =
            ApiError::requete("adresse_trop_longue", "L’adresse de la requête dépasse 8 Kio.", Vec::new());
        let mut reponse = req.into_response(trop.error_response());
        decor.dress(reponse.headers_mut());
        log_request(&id, methode.as_str(), "-", 414, debut, None);
        return Ok(reponse);
    }
    let reponse = match catch_panic(next.call(req)).await {
        Some(Ok(reponse)) => reponse.map_into_boxed_body(),
        // The request is gone with the future that held it: the answer can only leave as an error.
        Some(Err(erreur)) => {
            let statut = erreur.as_response_error().status_code();
            log_request(&id, methode.as_str(), "-", statut.as_u16(), debut, None);
            return Err(Habille { statut, decor }.into());
        }
        None => {
            log_request(&id, methode.as_str(), "-", 500, debut, None);
            return Err(Habille { statut: StatusCode::INTERNAL_SERVER_ERROR, decor }.into());
        }
    };
    let erreur = reponse.response().error().and_then(|erreur| erreur.as_error::<ApiError>());
    if let Some((erreur, cause)) = erreur.and_then(|erreur| Some((erreur, erreur.cause()?))) {
        let niveau = if erreur.statut() == 500 { Level::Error } else { Level::Warn };
        log::log!(target: "maillage", niveau, request_id = id.as_str(); "{cause}");
    }
    let client = reponse.request().extensions().get::<Appel>().map(|appel| appel.acteur.agent.to_string());
    let route = reponse.request().match_pattern();
    let statut = reponse.status().as_u16();
    log_request(&id, methode.as_str(), route.as_deref().unwrap_or("-"), statut, debut, client.as_deref());
    let mut reponse = as_problem(reponse);
    decor.dress(reponse.headers_mut());
    Ok(reponse)
}

/// Counts, per address, the requests that no agent answers for: those outside the API before they do anything, those
/// of the API when their token was refused. Agents are counted by the extractor of the actor.
///
/// # Errors
/// Those of what it surrounds.
pub async fn throttle(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(etat) = req.app_data::<web::Data<Etat>>().cloned() else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    let (api, sonde) = (req.path().starts_with("/v1/"), req.path().starts_with("/sante/"));
    if !api
        && !sonde
        && let Err(trop) = etat.debit().count_address(req.request())
    {
        return Ok(req.into_response(HttpResponse::from_error(trop)));
    }
    let reponse = next.call(req).await?.map_into_boxed_body();
    if api
        && reponse.status() == StatusCode::UNAUTHORIZED
        && let Err(trop) = etat.debit().count_address(reponse.request())
    {
        return Ok(reponse.into_response(HttpResponse::from_error(trop)));
    }
    Ok(reponse)
}

/// The caller's identifier when it can be nothing else (hexadecimal digits and hyphens, 16 to 64: a UUID, or what a
/// proxy draws), else a new one: it goes to the log, where no name may come.
fn request_id(req: &ServiceRequest) -> String {
    let recu = req.headers().get(&X_REQUEST_ID).and_then(|valeur| valeur.to_str().ok());
    let admis = |texte: &&str| {
        (16..=64).contains(&texte.len()) && texte.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
    };
    match (recu.filter(admis), req.app_data::<web::Data<Etat>>()) {
        (Some(recu), _) => recu.to_owned(),
        (None, Some(etat)) => horloge::new_id(etat.horloge().now()).to_string(),
        (None, None) => horloge::new_id(chrono::DateTime::UNIX_EPOCH).to_string(),
    }
}

fn log_request(id: &str, methode: &str, route: &str, statut: u16, debut: Instant, client: Option<&str>) {
    let duree_ms = u64::try_from(debut.elapsed().as_millis()).unwrap_or(u64::MAX);
    log::info!(
        target: REQUETES,
        request_id = id,
        methode = methode,
        route = route,
        statut = statut,
        duree_ms = duree_ms,
        client = client.unwrap_or("-");
        ""
    );
}

/// Gives the shape of a problem to an error that is none: one that actix made by itself. `/oauth2/token` has its
/// own shape (RFC 6749 §5.2).
fn as_problem(reponse: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let statut = reponse.status();
    let propre = reponse
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|valeur| valeur.as_bytes() == TYPE_DE_CONTENU.as_bytes());
    if !(statut.is_client_error() || statut.is_server_error())
        || propre
        || reponse.request().path().starts_with("/oauth2/")
    {
        return reponse;
    }
    reponse.into_response(ApiError::from_status(statut.as_u16()).error_response())
}

/// Runs a future to its end; `None` when it panicked. Its place is in the log, its message nowhere.
async fn catch_panic<F: Future>(futur: F) -> Option<F::Output> {
    let mut futur = pin!(futur);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| futur.as_mut().poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(sortie)) => Poll::Ready(Some(sortie)),
        Err(_) => Poll::Ready(None),
    })
    .await
}

/// The headers of every answer.
#[derive(Debug, Clone)]
struct Decor {
    id: String,
    docs: bool,
}

impl Decor {
    fn dress(&self, entetes: &mut HeaderMap) {
        // The documentation page runs its own scripts, from here alone, and styles its elements itself.
        let csp = if self.docs {
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
             font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        } else {
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        };
        for (nom, valeur) in [
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CONTENT_SECURITY_POLICY, csp),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_FRAME_OPTIONS, "DENY"),
            (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
            (header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
            (header::CONTENT_LANGUAGE, "fr"),
        ] {
            entetes.insert(nom, HeaderValue::from_static(valeur));
        }
        if let Ok(id) = HeaderValue::from_str(&self.id) {
            entetes.insert(X_REQUEST_ID, id);
        }
    }
}

/// An error that leaves by itself, dressed like the others.
#[derive(Debug)]
struct Habille {
    statut: StatusCode,
    decor: Decor,
}

impl std::fmt::Display for Habille {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.statut.fmt(f)
    }
}

impl ResponseError for Habille {
    fn status_code(&self) -> StatusCode {
        self.statut
    }

    fn error_response(&self) -> HttpResponse {
        let mut reponse = ApiError::from_status(self.statut.as_u16()).error_response();
        self.decor.dress(reponse.headers_mut());
        reponse
    }
}

#[cfg(test)]
mod tests;
