//! From the bearer token of a request to the actor that the base knows at that instant.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use domain::identifiant::AgentId;
use uuid::Uuid;

use crate::app::{Appel, agent};
use crate::error::ApiError;
use crate::etat::Etat;
use crate::jeton;

/// The authenticated call. First in each `Suite`: nothing of a request is read before it is known who asks. A token
/// whose agent is unknown, or has no habilitation today, is refused like a forged one.
#[derive(Clone)]
pub struct Appelant(pub Appel);

impl FromRequest for Appelant {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let etat = state(&req)?;
            let jeton = bearer(&req).ok_or_else(ApiError::non_authentifie)?;
            let debit = etat.clone();
            let appel = web::block(move || authenticate(&etat, &jeton)).await??;
            debit.debit().count_agent(appel.acteur.agent)?;
            req.extensions_mut().insert(appel.clone());
            Ok(Self(appel))
        })
    }
}

/// The shared state of the server.
///
/// # Errors
/// A defect: the server was built without it.
pub fn state(req: &HttpRequest) -> Result<Etat, ApiError> {
    let etat = req.app_data::<web::Data<Etat>>().map(|etat| etat.get_ref().clone());
    etat.ok_or_else(|| ApiError::interne("the server has no state"))
}

fn bearer(req: &HttpRequest) -> Option<String> {
    let mut valeurs = req.headers().get_all(AUTHORIZATION);
    let (premiere, seconde) = (valeurs.next()?, valeurs.next());
    let (schema, jeton) = premiere.to_str().ok()?.split_once(' ')?;
    (seconde.is_none() && schema.eq_ignore_ascii_case("bearer")).then(|| jeton.to_owned())
}

fn authenticate(etat: &Etat, jeton: &str) -> Result<Appel, ApiError> {
    let now = etat.horloge().now();
    let revendications = jeton::verify(jeton, etat.emetteurs(), now).map_err(|refus| {
        log::debug!("token refused: {}", refus.motif());
        ApiError::non_authentifie()
    })?;
    let base = etat.base(&revendications.territoire)?;
    let agent = Uuid::try_parse(&revendications.sub).map_err(|_| ApiError::non_authentifie())?;
    let acteur = agent::authenticate(&base, AgentId(agent), now)?.ok_or_else(ApiError::non_authentifie)?;
    Ok(Appel { base, acteur, now, hasard: etat.hasard().clone() })
}
