//! Every answer wears the same headers and every error has the same shape, whatever made it.

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{App, test};

use super::*;
use crate::http::ressource::{get, ressource, unknown_path};

async fn answer(methode: &str, chemin: &str, id: Option<&str>) -> (u16, HeaderMap, String) {
    let app = test::init_service(
        App::new()
            .service(ressource("/bon", [get(HttpResponse::Ok)]))
            .service(ressource("/docs/{fichier:.*}", [get(HttpResponse::Ok)]))
            .service(ressource("/panne", [get(async || Err::<HttpResponse, _>(ApiError::interne("secret")))]))
            .service(ressource("/panique", [get(panique)]))
            .service(ressource("/defaut", [get(async |_: web::Data<u8>| HttpResponse::Ok())]))
            .service(ressource("/nu", [get(async || HttpResponse::BadGateway().body("nginx says no"))]))
            .default_service(web::to(unknown_path))
            .wrap(from_fn(throttle))
            .wrap(from_fn(envelope)),
    )
    .await;
    let mut requete =
        test::TestRequest::with_uri(chemin).method(Method::from_bytes(methode.as_bytes()).expect("méthode"));
    if let Some(id) = id {
        requete = requete.insert_header((X_REQUEST_ID, id));
    }
    let reponse = match test::try_call_service(&app, requete.to_request()).await {
        Ok(reponse) => reponse.map_into_boxed_body().into_parts().1,
        Err(erreur) => erreur.error_response(),
    };
    let (statut, entetes) = (reponse.status().as_u16(), reponse.headers().clone());
    let corps = actix_web::body::to_bytes(reponse.into_body()).await.unwrap_or_default();
    (statut, entetes, String::from_utf8(corps.to_vec()).expect("UTF-8"))
}

async fn panique() -> HttpResponse {
    panic!("Léa Secret")
}

#[actix_web::test]
async fn r29_r30_every_answer_is_dressed_and_every_error_is_a_problem() {
    let longue = format!("/bon?a={}", "x".repeat(9000));
    for (methode, chemin, attendu) in [
        ("GET", "/bon", 200),
        ("HEAD", "/bon", 200),
        ("OPTIONS", "/bon", 204),
        ("POST", "/bon", 405),
        ("TRACE", "/bon", 405),
        ("GET", "/absent", 404),
        ("GET", "/panne", 500),
        ("GET", "/panique", 500),
        ("GET", "/defaut", 500),
        ("GET", "/nu", 502),
        ("GET", &longue, 414),
    ] {
        let (statut, entetes, corps) = answer(methode, chemin, None).await;
        let vu = &chemin[..chemin.len().min(20)];
        assert_eq!(statut, if attendu == 502 { 500 } else { attendu }, "{methode} {vu}");
        for (nom, valeur) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            (
                "content-security-policy",
                "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            ),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("strict-transport-security", "max-age=31536000"),
            ("content-language", "fr"),
        ] {
            assert_eq!(entetes.get(nom).and_then(|v| v.to_str().ok()), Some(valeur), "{methode} {vu} {nom}");
        }
        assert!(entetes.get("server").is_none() && entetes.contains_key(X_REQUEST_ID));
        if attendu >= 400 {
            assert_eq!(entetes.get("content-type").expect("type"), TYPE_DE_CONTENU, "{methode} {vu}");
            let probleme: openapi::probleme::Problem = serde_json::from_str(&corps).expect("problème");
            assert_eq!(probleme.status, statut);
            for fuite in ["secret", "Secret", "nginx", "Data", "actix", "intergiciels"] {
                assert!(!corps.contains(fuite), "{corps}");
            }
            let id = entetes.get(X_REQUEST_ID).and_then(|v| v.to_str().ok()).expect("id");
            assert!(!corps.contains(id), "the request is named in a header only");
        }
    }
}

#[actix_web::test]
async fn documentation_alone_may_run_its_scripts() {
    let (_, entetes, _) = answer("GET", "/docs/", None).await;
    let csp = entetes.get("content-security-policy").and_then(|v| v.to_str().ok()).expect("CSP");
    assert!(
        csp.contains("script-src 'self'") && csp.starts_with("default-src 'none'") && !csp.contains("http")
    );
}

#[actix_web::test]
async fn request_ids_are_taken_over_when_they_have_the_shape_of_one() {
    let vu = async |id: &str| {
        let (_, entetes, _) = answer("GET", "/bon", Some(id)).await;
        entetes.get(X_REQUEST_ID).and_then(|v| v.to_str().ok()).expect("id").to_owned()
    };
    let longue = "a1".repeat(32);
    let nginx = "5f2c8e01b94d4c7a8e6d1f0a3b5c7d9e";
    for bonne in ["0190d6c2-7a3e-7c4f-8000-000000000001", nginx, &longue] {
        assert_eq!(vu(bonne).await, bonne);
    }
    for mauvaise in ["", "abc", "Camille-Exemple-2010", "01 02 03 04 05 06 07", "a\"", "é", &"a".repeat(65)]
    {
        assert_ne!(vu(mauvaise).await, mauvaise);
    }
}
