//! The answer of every list: one element more than the page tells that there is a next one.

use actix_web::{HttpRequest, HttpResponse};
use openapi::page::{Page, lien_suivant};
use serde::Serialize;

use super::curseur::Liste;
use crate::app::Appel;

/// How many elements to load for a page of this size.
pub fn to_load(limite: u16) -> i64 {
    i64::from(limite) + 1
}

/// Answers a page: cuts the element that was loaded in excess and gives the cursor after the last one shown.
pub fn page<D, V: Serialize>(
    req: &HttpRequest,
    appel: &Appel,
    liste: &Liste<'_>,
    limite: u16,
    mut charges: Vec<D>,
    position: impl Fn(&D) -> String,
    vue: impl Fn(&D) -> Option<V>,
) -> HttpResponse {
    let limite = usize::from(limite);
    let suite = charges.len() > limite;
    charges.truncate(limite);
    let curseur_suivant =
        charges.last().filter(|_| suite).map(|dernier| liste.cursor(appel, &position(dernier)));
    let elements: Vec<V> = charges.iter().filter_map(vue).collect();
    let mut reponse = HttpResponse::Ok();
    if let Some(curseur) = &curseur_suivant {
        reponse.insert_header(("Link", lien_suivant(req.path(), req.query_string(), curseur)));
    }
    reponse.json(Page { elements, curseur_suivant })
}
