//! Headers that change what a request does: `If-Match`, `Idempotency-Key`; and the `ETag` that answers carry.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderName, IF_MATCH};
use actix_web::{FromRequest, HttpRequest};
use openapi::probleme::ErreurChamp;

use crate::error::ApiError;
use crate::precondition::Precondition;

/// Name of the header that makes a POST safe to send again.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest key, in characters.
const CLE_MAX: usize = 255;

/// The `Idempotency-Key` of a POST with an effect: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleIdempotence(pub String);

/// The strong ETag of a revision, to be inserted in an answer.
pub fn etag(revision: i64) -> (&'static str, String) {
    ("ETag", format!("\"{revision}\""))
}

impl FromRequest for CleIdempotence {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(idempotency_key(req))
    }
}

impl FromRequest for Precondition {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(if_match(req))
    }
}

fn idempotency_key(req: &HttpRequest) -> Result<CleIdempotence, ApiError> {
    let mut valeurs = req.headers().get_all(IDEMPOTENCY_KEY);
    let Some(premiere) = valeurs.next() else {
        return Err(header(
            "cle_idempotence_manquante",
            "Cette opération exige l’en-tête Idempotency-Key.",
            "Idempotency-Key",
        ));
    };
    let texte = premiere.to_str().unwrap_or_default();
    let admise = (1..=CLE_MAX).contains(&texte.len()) && texte.bytes().all(|b| b.is_ascii_graphic());
    if !admise || valeurs.next().is_some() {
        return Err(header(
            "cle_idempotence_invalide",
            "L’en-tête Idempotency-Key contient de 1 à 255 caractères ASCII visibles, et n’apparaît qu’une fois.",
            "Idempotency-Key",
        ));
    }
    Ok(CleIdempotence(texte.to_owned()))
}

fn if_match(req: &HttpRequest) -> Result<Precondition, ApiError> {
    let mut lignes = Vec::new();
    for valeur in req.headers().get_all(IF_MATCH) {
        lignes.push(valeur.to_str().map_err(|_| malformed())?);
    }
    if lignes.is_empty() {
        return Err(header(
            "precondition_requise",
            "Cette modification exige l’en-tête If-Match, avec l’ETag reçu à la lecture.",
            "If-Match",
        ));
    }
    let texte = lignes.join(",");
    if texte.trim() == "*" {
        return Ok(Precondition::Existe);
    }
    let mut fortes = Vec::new();
    for etiquette in texte.split(',').map(str::trim).filter(|etiquette| !etiquette.is_empty()) {
        let faible = etiquette.strip_prefix("W/");
        let valeur = faible
            .unwrap_or(etiquette)
            .strip_prefix('"')
            .and_then(|reste| reste.strip_suffix('"'))
            .filter(|valeur| valeur.bytes().all(|b| b.is_ascii_graphic() && b != b'"'))
            .ok_or_else(malformed)?;
        // A weak tag never matches (RFC 9110 §13.1.1): it leads to 412, not to 400.
        if faible.is_none() {
            fortes.push(valeur.to_owned());
        }
    }
    Ok(Precondition::Revisions(fortes))
}

fn malformed() -> ApiError {
    header("entete_invalide", "L’en-tête If-Match n’est pas une liste d’ETag.", "If-Match")
}

fn header(code: &'static str, detail: &'static str, nom: &str) -> ApiError {
    ApiError::requete(code, detail, vec![ErreurChamp::parametre(nom, code, detail)])
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn condition(valeurs: &[&str]) -> Result<Precondition, u16> {
        let requete = valeurs.iter().fold(TestRequest::default(), |r, v| r.append_header(("If-Match", *v)));
        if_match(&requete.to_http_request()).map_err(|e| e.statut())
    }

    #[test]
    fn r46_if_match_is_required_and_strict() {
        let revisions =
            |vues: &[&str]| Ok(Precondition::Revisions(vues.iter().map(|v| (*v).to_owned()).collect()));
        assert_eq!(condition(&[]), Err(428));
        assert_eq!(condition(&["\"3\""]), revisions(&["3"]));
        assert_eq!(condition(&["\"3\", \"4\"", "\"5\""]), revisions(&["3", "4", "5"]));
        assert_eq!(condition(&["W/\"3\""]), revisions(&[]));
        assert_eq!(condition(&[" * "]), Ok(Precondition::Existe));
        for mauvaise in ["3", "\"3", "3\"", "\"a b\"", "*, \"3\""] {
            assert_eq!(condition(&[mauvaise]), Err(400), "{mauvaise}");
        }
    }

    #[test]
    fn idempotency_key_is_required_visible_and_bounded() {
        let cle = |valeurs: &[&str]| {
            let requete =
                valeurs.iter().fold(TestRequest::default(), |r, v| r.append_header(("Idempotency-Key", *v)));
            idempotency_key(&requete.to_http_request()).map_err(|e| e.code())
        };
        assert_eq!(cle(&["a-1"]), Ok(CleIdempotence("a-1".to_owned())));
        assert!(cle(&[&"x".repeat(255)]).is_ok());
        assert_eq!(cle(&[]), Err("cle_idempotence_manquante"));
        for mauvaise in ["", "a b", "é", &"x".repeat(256)] {
            assert_eq!(cle(&[mauvaise]), Err("cle_idempotence_invalide"), "{mauvaise}");
        }
        assert_eq!(cle(&["a", "b"]), Err("cle_idempotence_invalide"));
    }
}
