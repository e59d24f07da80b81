//! Bodies: bounded in size, time and depth, closed, typed; every refusal in French, at its place.

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use actix_web::body::{BodyStream, MessageBody};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::rt::time::{Instant, timeout};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use openapi::probleme::ErreurChamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use validator::Validate;

use super::appel::CorpsRecu;
use super::lecture::{self, Lu};
use super::{forme, valeurs};
use crate::error::ApiError;

/// Largest body of one resource, in bytes.
pub const CORPS_MAX: usize = 256 * 1024;
/// A body that has not arrived after this, plus the time of the slowest line that we accept, is cut off.
const PATIENCE: Duration = Duration::from_secs(5);
/// Slowest line that we accept, in bytes per second.
const DEBIT_MIN: u64 = 16 * 1024;

/// A JSON body of type `T`, checked for shape (400) then for values (422).
///
/// Its canonical JSON, one spelling whatever the order of the fields, stays beside the request ([`CorpsRecu`]): an
/// Idempotency-Key is bound to it.
#[derive(Debug)]
pub struct Corps<T>(pub T);

/// No body, or `{}`.
#[derive(Debug)]
pub struct CorpsVide;

/// A JSON body of any shape, up to `OCTETS` bytes, for batches: a faulty line is an error of that line only.
#[derive(Debug)]
pub struct CorpsBrut<const OCTETS: usize>(Lu);

/// One line of a batch: its value, or what is wrong with it.
pub type Ligne = Result<Value, ApiError>;

impl<const OCTETS: usize> CorpsBrut<OCTETS> {
    /// The lines of a batch, which is an array of at most `max` elements.
    ///
    /// # Errors
    /// 400 when it is not an array, 413 when it holds too many lines.
    pub fn lines(self, max: usize) -> Result<Vec<Ligne>, ApiError> {
        let Lu { valeur: Value::Array(elements), fautes } = self.0 else {
            return Err(ApiError::corps_malforme(vec![ErreurChamp::at(
                "",
                "type_invalide",
                "Attendu : un tableau.",
            )]));
        };
        if elements.len() > max {
            return Err(too_large(format!("Un lot compte {max} lignes au plus.")));
        }
        let mut lignes: Vec<Ligne> = elements.into_iter().map(Ok).collect();
        for faute in fautes {
            let reste =
                faute.pointeur.as_deref().and_then(|pointeur| pointeur.strip_prefix('/')).unwrap_or_default();
            let (rang, pointeur) = match reste.split_once('/') {
                Some((rang, reste)) => (rang, format!("/{reste}")),
                None => (reste, String::new()),
            };
            if let Some(ligne) = rang.parse().ok().and_then(|rang: usize| lignes.get_mut(rang)) {
                *ligne =
                    Err(ApiError::corps_malforme(vec![ErreurChamp::at(pointeur, faute.code, faute.message)]));
            }
        }
        Ok(lignes)
    }
}

/// Reads a typed value out of a line of a batch, as [`Corps`] reads a body.
///
/// # Errors
/// 400 for its shape, 422 for its values.
pub fn read_line<T: DeserializeOwned + Validate>(ligne: Ligne) -> Result<T, ApiError> {
    typed(ligne?)
}

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Corps<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let octets = receive(&req, payload, CORPS_MAX).await?;
            require_json(&req)?;
            let valeur = complete(&octets)?;
            keep(&req, valeur.to_string());
            typed(valeur).map(Self)
        })
    }
}

impl FromRequest for CorpsVide {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let octets = receive(&req, payload, CORPS_MAX).await?;
            // Nothing and `{}` say the same: one request in the eyes of its Idempotency-Key.
            keep(&req, String::new());
            if octets.is_empty() {
                return Ok(Self);
            }
            require_json(&req)?;
            match complete(&octets)? {
                Value::Object(champs) => match champs.keys().next() {
                    None => Ok(Self),
                    Some(champ) => Err(ApiError::corps_malforme(vec![ErreurChamp::at(
                        lecture::pointer("", champ),
                        "champ_inconnu",
                        "Cette opération n’attend aucun champ.",
                    )])),
                },
                _ => Err(ApiError::corps_malforme(vec![ErreurChamp::at(
                    "",
                    "type_invalide",
                    "Attendu : un objet vide, ou aucun corps.",
                )])),
            }
        })
    }
}

impl<const OCTETS: usize> FromRequest for CorpsBrut<OCTETS> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let octets = receive(&req, payload, OCTETS).await?;
            require_json(&req)?;
            parse(&octets).map(Self)
        })
    }
}

/// Reads what is already received, up to `max` bytes; also for bodies that are not JSON (`POST /oauth2/token`).
///
/// # Errors
/// 413, 415 for a compressed body, 408 for one that comes too slowly.
pub async fn receive(req: &HttpRequest, payload: Payload, max: usize) -> Result<Vec<u8>, ApiError> {
    let annonce =
        req.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    if annonce.is_some_and(|annonce| annonce > max as u64) {
        return Err(too_large(size_limit(max)));
    }
    if req.headers().get(CONTENT_ENCODING).is_some_and(|v| !v.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(unsupported("Le corps est envoyé sans compression."));
    }
    let debut = Instant::now();
    let mut octets = Vec::new();
    let mut corps = pin!(BodyStream::new(payload));
    loop {
        let limite = debut + PATIENCE + Duration::from_secs(octets.len() as u64 / DEBIT_MIN);
        let reste = limite.saturating_duration_since(Instant::now());
        let morceau = timeout(reste, std::future::poll_fn(|cx| corps.as_mut().poll_next(cx))).await;
        match morceau {
            Ok(None) => return Ok(octets),
            Ok(Some(Ok(morceau))) if octets.len() + morceau.len() <= max => {
                octets.extend_from_slice(&morceau)
            }
            Ok(Some(Ok(_))) => return Err(too_large(size_limit(max))),
            Ok(Some(Err(_))) => {
                return Err(ApiError::corps_malforme(vec![ErreurChamp::at(
                    "",
                    "corps_interrompu",
                    "Le corps s’est interrompu avant la fin.",
                )]));
            }
            Err(_) => {
                return Err(ApiError::requete(
                    "delai_depasse",
                    "Le corps de la requête arrive trop lentement.",
                    Vec::new(),
                ));
            }
        }
    }
}

fn keep(req: &HttpRequest, canonique: String) {
    req.extensions_mut().insert(CorpsRecu(canonique.into_bytes().into()));
}

fn require_json(req: &HttpRequest) -> Result<(), ApiError> {
    let texte = req.headers().get(CONTENT_TYPE).and_then(|valeur| valeur.to_str().ok()).unwrap_or_default();
    let mut morceaux = texte.split(';').map(str::trim);
    let media = morceaux.next().unwrap_or_default();
    let admis = media.eq_ignore_ascii_case("application/json")
        || (req.method() == Method::PATCH && media.eq_ignore_ascii_case("application/merge-patch+json"));
    let en_utf8 = morceaux.filter(|parametre| !parametre.is_empty()).all(|parametre| {
        parametre.split_once('=').is_none_or(|(nom, valeur)| {
            !nom.trim().eq_ignore_ascii_case("charset")
                || valeur.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
    });
    if admis && en_utf8 {
        Ok(())
    } else {
        Err(unsupported("Le corps est envoyé en application/json, en UTF-8."))
    }
}

fn parse(octets: &[u8]) -> Result<Lu, ApiError> {
    if octets.is_empty() {
        let manque = ErreurChamp::at("", "corps_manquant", "Un corps JSON est attendu.");
        return Err(ApiError::corps_malforme(vec![manque]));
    }
    lecture::read(octets).map_err(|faute| ApiError::corps_malforme(vec![faute]))
}

fn complete(octets: &[u8]) -> Result<Value, ApiError> {
    let Lu { valeur, fautes } = parse(octets)?;
    if fautes.is_empty() { Ok(valeur) } else { Err(ApiError::corps_malforme(fautes)) }
}

fn typed<T: DeserializeOwned + Validate>(valeur: Value) -> Result<T, ApiError> {
    let valeur = forme::from_json(valeur).map_err(|faute| ApiError::corps_malforme(vec![faute]))?;
    valeurs::check_body(&valeur).map_err(ApiError::corps_invalide)?;
    Ok(valeur)
}

fn size_limit(max: usize) -> String {
    format!("Le corps de la requête dépasse {} Kio.", max / 1024)
}

fn too_large(detail: String) -> ApiError {
    ApiError::requete("corps_trop_volumineux", detail, Vec::new())
}

/// The body comes in a form that this operation does not read (415).
pub(super) fn unsupported(detail: &'static str) -> ApiError {
    ApiError::requete("type_de_contenu_inadmis", detail, Vec::new())
}

#[cfg(test)]
mod tests;
