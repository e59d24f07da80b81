//! One path and its methods: any other method is a 405 that names those that exist; HEAD goes with GET.

use actix_web::guard;
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::{FromRequest, Handler, HttpResponse, Resource, Responder, Route, web};

use crate::error::ApiError;

/// A method and what answers it.
pub type Entree = (Method, Route);

/// A path of the contract. actix's own macros would answer 404 to a wrong method on a known path.
pub fn ressource(chemin: &str, entrees: impl IntoIterator<Item = Entree>) -> Resource {
    let mut ressource = web::resource(chemin);
    let mut admises = Vec::new();
    for (methode, route) in entrees {
        let servie = methode.clone();
        ressource = ressource.route(route.guard(guard::fn_guard(move |requete| {
            let recue = &requete.head().method;
            *recue == servie || (*recue == Method::HEAD && servie == Method::GET)
        })));
        admises.push(methode.to_string());
        if methode == Method::GET {
            admises.push("HEAD".to_owned());
        }
    }
    admises.push("OPTIONS".to_owned());
    let admises = admises.join(", ");
    let annonce = admises.clone();
    ressource
        .route(web::route().guard(guard::Options()).to(move || {
            let annonce = annonce.clone();
            async move { HttpResponse::NoContent().insert_header((ALLOW, annonce)).finish() }
        }))
        .default_service(web::to(move || {
            let admises = admises.clone();
            async move { Err::<HttpResponse, _>(ApiError::methode_non_admise(admises)) }
        }))
}

/// What is at no path: the same answer as a resource that one may not see (SEC-1).
pub async fn unknown_path() -> Result<HttpResponse, ApiError> {
    Err(ApiError::introuvable())
}

macro_rules! entrees {
    ($($(#[$doc:meta])* $nom:ident $methode:ident)+) => {$(
        $(#[$doc])*
        pub fn $nom<F, Args>(handler: F) -> Entree
        where
            F: Handler<Args>,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            (Method::$methode, web::route().to(handler))
        }
    )+};
}

entrees! {
    /// Answers GET, and HEAD.
    get GET
    /// Answers POST.
    post POST
    /// Answers PUT.
    put PUT
    /// Answers PATCH.
    patch PATCH
    /// Answers DELETE.
    delete DELETE
}

#[cfg(test)]
mod tests {
    use actix_web::{App, test};

    use super::*;

    #[actix_web::test]
    async fn r30_unknown_methods_are_405_with_allow_and_unknown_paths_404() {
        let app = test::init_service(
            App::new()
                .service(ressource("/v1/x/{id}", [get(HttpResponse::Ok), put(HttpResponse::Created)]))
                .default_service(web::to(unknown_path)),
        )
        .await;
        for (methode, chemin, attendu) in [
            ("GET", "/v1/x/1", 200),
            ("HEAD", "/v1/x/1", 200),
            ("PUT", "/v1/x/1", 201),
            ("OPTIONS", "/v1/x/1", 204),
            ("POST", "/v1/x/1", 405),
            ("DELETE", "/v1/x/1", 405),
            ("TRACE", "/v1/x/1", 405),
            ("BREW", "/v1/x/1", 405),
            ("GET", "/v1/y", 404),
            ("GET", "/v1/x/1/", 404),
            ("OPTIONS", "/v1/y", 404),
        ] {
            let requete =
                test::TestRequest::with_uri(chemin).method(methode.parse().expect("méthode")).to_request();
            let reponse = test::call_service(&app, requete).await;
            assert_eq!(reponse.status().as_u16(), attendu, "{methode} {chemin}");
            if matches!(attendu, 405 | 204) {
                assert_eq!(reponse.headers().get(ALLOW).expect("Allow"), "GET, HEAD, PUT, OPTIONS");
            }
        }
    }
}
