//! The contract, its page for browsers, which needs nothing from elsewhere, and the page of each problem.

use std::sync::{Arc, LazyLock};

use actix_web::http::header::{CONTENT_ENCODING, LOCATION};
use actix_web::{HttpResponse, web};
use utoipa_swagger_ui::Config;

use super::chemin::Chemin;
use crate::error::ApiError;
use crate::error::catalogue::{FICHES, Fiche, fiche};

/// Where the page of the documentation is.
pub const DOCS: &str = "/docs/";
const TITRE: &str = "Maillage — documentation de l’API";

/// Relative, so that a proxy may put the server anywhere.
static REGLAGES: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::from("../openapi.json")
        .validator_url("none")
        .try_it_out_enabled(true)
        .display_request_duration(true)
        .doc_expansion("list")
        .default_models_expand_depth(0)
        .filter(true);
    Arc::new(config)
});

/// The contract, as JSON.
pub async fn contract(contrat: web::Data<Contrat>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(contrat.0.clone())
}

/// The contract, made once per process.
pub struct Contrat(pub String);

/// The page of the documentation, at its one address.
pub async fn redirect() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, DOCS)).finish()
}

/// The files of the documentation page.
///
/// # Errors
/// 404 for any other file.
pub async fn page(Chemin(fichier): Chemin<String>) -> Result<HttpResponse, ApiError> {
    let trouve = utoipa_swagger_ui::serve(&fichier, REGLAGES.clone())
        .map_err(|_| ApiError::interne("un fichier de la documentation ne peut pas être préparé"))?
        .ok_or_else(ApiError::introuvable)?;
    let mut reponse = HttpResponse::Ok();
    reponse.content_type(trouve.content_type);
    if trouve.gzpipped {
        reponse.insert_header((CONTENT_ENCODING, "gzip"));
        return Ok(reponse.body(trouve.bytes.into_owned()));
    }
    if fichier.is_empty() || fichier == "index.html" {
        return Ok(reponse.body(in_french(&String::from_utf8_lossy(&trouve.bytes))));
    }
    Ok(reponse.body(trouve.bytes.into_owned()))
}

/// Every problem of the catalogue.
pub async fn problems() -> HttpResponse {
    let lignes: String = FICHES
        .iter()
        .map(|f| {
            format!("<li><a href=\"/problemes/{}\">{} {}</a> : {}</li>\n", f.code, f.statut, f.code, f.titre)
        })
        .collect();
    html(
        "Problèmes de l’API",
        &format!("<p>Chaque erreur de l’API porte l’un de ces codes.</p>\n<ul>\n{lignes}</ul>"),
    )
}

/// What one problem means: where the `type` of an error leads.
///
/// # Errors
/// 404 for an unknown code.
pub async fn problem(Chemin(code): Chemin<String>) -> Result<HttpResponse, ApiError> {
    let Fiche { code, statut, titre, explication } = fiche(&code).ok_or_else(ApiError::introuvable)?;
    Ok(html(
        titre,
        &format!(
            "<p>Code : <code>{code}</code>. Statut HTTP : {statut}.</p>\n<p>{}</p>\n\
             <p><a href=\"/problemes\">Tous les problèmes</a> · <a href=\"{DOCS}\">Documentation de l’API</a></p>",
            escape(explication)
        ),
    ))
}

fn html(titre: &str, corps: &str) -> HttpResponse {
    let titre = escape(titre);
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(format!(
        "<!doctype html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{titre} — Maillage</title>\n</head>\n\
         <body>\n<main>\n<h1>{titre}</h1>\n{corps}\n</main>\n</body>\n</html>\n"
    ))
}

/// Our texts hold `<`, `&` and quotes in examples of JSON.
fn escape(texte: &str) -> String {
    texte.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The page of Swagger UI says that it is in English.
fn in_french(page: &str) -> String {
    page.replace("lang=\"en\"", "lang=\"fr\"")
        .replace("<title>Swagger UI</title>", &format!("<title>{TITRE}</title>"))
}
