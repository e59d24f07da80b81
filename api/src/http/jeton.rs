//! Tokens for machines: client credentials over HTTP Basic (RFC 6749 §4.4), in the words of that standard.

use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use openapi::chemins;
use openapi::jeton::{JetonDemande, JetonErreur, JetonVue};

use super::corps::{receive, unsupported};
use crate::acteur::state;
use crate::app::{agent, client};
use crate::error::ApiError;
use crate::etat::Etat;
use crate::horloge;
use crate::jeton::client::parse_basic;

/// Life of a machine's token, in seconds.
const DUREE_S: i64 = 600;
/// Largest form, in bytes.
const FORMULAIRE_MAX: usize = 8 * 1024;

/// Demander un jeton
///
/// Pour un outil : `client_id` et secret en HTTP Basic, `grant_type=client_credentials`. Le jeton vaut dix minutes.
#[utoipa::path(post, path = chemins::JETON, tag = "jetons",
    request_body(content = JetonDemande, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Le jeton.", body = JetonVue),
        (status = 400, description = "La demande est mal formée, ou d’un autre type.", body = JetonErreur),
        (status = 401, description = "Le client est inconnu, ou son secret n’est pas le bon.", body = JetonErreur),
    ))]
pub async fn create_jeton(req: HttpRequest, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let octets = receive(&req, payload.into_inner(), FORMULAIRE_MAX).await?;
    let forme = req.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !forme.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return Err(unsupported("Attendu : application/x-www-form-urlencoded."));
    }
    match grant_types(&octets).as_slice() {
        [unique] if unique == "client_credentials" => {}
        [_] => return Ok(refused("unsupported_grant_type", "Seul « client_credentials » est admis.")),
        _ => return Ok(refused("invalid_request", "Le champ « grant_type » est attendu une fois.")),
    }
    let etat = state(&req)?;
    let basic = req.headers().get(AUTHORIZATION).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let jeton = web::block(move || basic.map_or(Ok(None), |basic| issue(&etat, &basic))).await??;
    Ok(jeton.map_or_else(unknown_client, |access_token| {
        HttpResponse::Ok().json(JetonVue {
            access_token,
            token_type: "Bearer".to_owned(),
            expires_in: DUREE_S,
        })
    }))
}

/// `None` for any failure of the client: an unknown territoire, client or secret, or no habilitation today.
fn issue(etat: &Etat, basic: &str) -> Result<Option<String>, ApiError> {
    let Some((client_id, secret)) = parse_basic(basic) else { return Ok(None) };
    let territoire = client_id.territoire();
    if !etat.codes().any(|code| code == territoire) {
        return Ok(None);
    }
    let base = etat.base(territoire)?;
    let now = etat.horloge().now();
    let Some(id) = client::authenticate(&base, &client_id, &secret)? else { return Ok(None) };
    if agent::authenticate(&base, id, now)?.is_none() {
        return Ok(None);
    }
    let alea = horloge::alea().map_err(|e| ApiError::interne(e.to_string()))?;
    let duree = TimeDelta::seconds(DUREE_S);
    let jeton = etat.emetteurs().propre().issue(&id.to_string(), territoire, now, duree, alea);
    jeton.map(Some).map_err(|e| ApiError::interne(e.to_string()))
}

/// The values of `grant_type`; the other fields are ignored, as RFC 6749 §3.2 demands.
fn grant_types(octets: &[u8]) -> Vec<String> {
    url::form_urlencoded::parse(octets)
        .filter(|(nom, _)| nom == "grant_type")
        .map(|(_, valeur)| valeur.into_owned())
        .collect()
}

fn refused(error: &str, description: &str) -> HttpResponse {
    HttpResponse::BadRequest()
        .json(JetonErreur { error: error.to_owned(), error_description: description.to_owned() })
}

fn unknown_client() -> HttpResponse {
    let corps = JetonErreur {
        error: "invalid_client".to_owned(),
        error_description: "Client inconnu, ou secret refusé.".to_owned(),
    };
    HttpResponse::Unauthorized().insert_header((WWW_AUTHENTICATE, "Basic realm=\"maillage\"")).json(corps)
}
