//! Variables of the path, decoded and typed: what cannot name a resource of ours names none.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// The variables of the path. A malformed identifier is answered like one that does not exist (SEC-1).
#[derive(Debug)]
pub struct Chemin<T>(pub T);

/// The reference that a Parquet gives (SIG-5): 1 to 128 characters, not all blank, none of them a control; any other
/// names nothing.
#[derive(Debug, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Reference(pub String);

impl TryFrom<String> for Reference {
    type Error = &'static str;

    fn try_from(texte: String) -> Result<Self, Self::Error> {
        let admise = (1..=128).contains(&texte.chars().count())
            && !texte.trim().is_empty()
            && !texte.chars().any(char::is_control);
        if admise { Ok(Self(texte)) } else { Err("reference") }
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Chemin<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        // PostgreSQL stores no NUL, and actix gives the replacement character for bytes that are not UTF-8.
        let illisible = req.match_info().iter().any(|(_, brut)| {
            percent_encoding::percent_decode_str(brut)
                .decode_utf8()
                .map_or(true, |texte| texte.contains(['\0', char::REPLACEMENT_CHARACTER]))
        });
        if illisible {
            return ready(Err(ApiError::introuvable()));
        }
        let lu = web::Path::<T>::extract(req).into_inner();
        ready(lu.map(|chemin| Self(chemin.into_inner())).map_err(|_| ApiError::introuvable()))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpResponse, test};
    use domain::identifiant::SignalementId;

    use super::*;

    async fn answer(uri: &str) -> (u16, String) {
        let app = test::init_service(
            App::new()
                .route(
                    "/signalements/{id}",
                    web::get().to(async |Chemin(id): Chemin<SignalementId>| {
                        HttpResponse::Ok().body(id.to_string())
                    }),
                )
                .route(
                    "/accuses/{reference}",
                    web::get()
                        .to(async |Chemin(reference): Chemin<String>| HttpResponse::Ok().body(reference)),
                ),
        )
        .await;
        let reponse = test::call_service(&app, test::TestRequest::get().uri(uri).to_request()).await;
        let statut = reponse.status().as_u16();
        (statut, String::from_utf8(test::read_body(reponse).await.to_vec()).expect("UTF-8"))
    }

    #[actix_web::test]
    async fn identifiers_are_typed_and_malformed_ones_do_not_exist() {
        let id = "0190d6c2-7a3e-7c4f-8000-000000000001";
        assert_eq!(answer(&format!("/signalements/{id}")).await, (200, id.to_owned()));
        let (statut, corps) = answer("/signalements/12").await;
        assert_eq!(statut, 404);
        let absent = serde_json::to_string(&ApiError::introuvable().probleme()).expect("json");
        assert_eq!(corps, absent);
    }

    #[actix_web::test]
    async fn sig_5_references_say_something() {
        for bonne in ["lot 1", "PM/2026 n°417", &"é".repeat(128)] {
            assert!(Reference::try_from(bonne.to_owned()).is_ok(), "{bonne}");
        }
        for mauvaise in ["", " ", "\u{a0}", "a\nb", &"x".repeat(129)] {
            assert!(Reference::try_from(mauvaise.to_owned()).is_err(), "{mauvaise:?}");
        }
    }

    #[actix_web::test]
    async fn references_are_percent_decoded_once() {
        for (uri, attendu) in [
            ("/accuses/2026%2F0012", "2026/0012"),
            ("/accuses/a%20b%2Bc+d", "a b+c+d"),
            ("/accuses/%C3%A9t%C3%A9", "été"),
            ("/accuses/100%2525", "100%25"),
        ] {
            assert_eq!(answer(uri).await, (200, attendu.to_owned()), "{uri}");
        }
        for uri in ["/accuses/%00", "/accuses/a%FF"] {
            assert_eq!(answer(uri).await.0, 404, "{uri}");
        }
    }
}
