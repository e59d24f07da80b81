//! Whether the process lives, and whether it may receive requests: one word, nothing about what is inside.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use openapi::chemins;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::etat::Etat;

/// The bases are asked at most this often, however many probes there are.
const FRAICHEUR: Duration = Duration::from_secs(1);

/// The last look at the bases.
#[derive(Default)]
pub struct Sonde(Mutex<Option<(Instant, bool)>>);

/// État du service.
#[derive(Serialize, ToSchema)]
pub struct Sante {
    /// Un mot, rien de plus.
    #[schema(value_type = String, max_length = 16)]
    statut: &'static str,
}

/// Sonder la vie du processus
///
/// Ne dépend de rien d’autre.
#[utoipa::path(get, path = chemins::SANTE_VIVANT, tag = "sante", operation_id = "show_sante_vivant",
    responses((status = 200, description = "Le processus répond.", body = Sante)))]
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(Sante { statut: "vivant" })
}

/// Sonder la disponibilité
///
/// Les données sont complètes, le processus ne s’arrête pas, et la base de chaque territoire répond.
#[utoipa::path(get, path = chemins::SANTE_PRET, tag = "sante", operation_id = "show_sante_pret",
    responses((status = 200, description = "Des requêtes peuvent être reçues.", body = Sante)))]
pub async fn ready(etat: web::Data<Etat>, sonde: web::Data<Sonde>) -> Result<HttpResponse, ApiError> {
    if !etat.is_ready() {
        return Err(ApiError::indisponible("pas encore prêt, ou en cours d’arrêt"));
    }
    let bon = web::block(move || sonde.look(&etat)).await?;
    if bon {
        Ok(HttpResponse::Ok().json(Sante { statut: "pret" }))
    } else {
        Err(ApiError::indisponible("la base d’un territoire au moins ne répond pas"))
    }
}

impl Sonde {
    fn look(&self, etat: &Etat) -> bool {
        let mut dernier = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((quand, bon)) = *dernier
            && quand.elapsed() < FRAICHEUR
        {
            return bon;
        }
        let mut bon = true;
        for code in etat.codes() {
            if let Err(erreur) = etat
                .base(code)
                .and_then(|base| base.read(persistence::territoire::get).map_err(ApiError::from))
            {
                log::warn!(target: "maillage", "territoire {code} pas prêt : {}", erreur.cause().unwrap_or("base refusée"));
                bon = false;
            }
        }
        *dernier = Some((Instant::now(), bon));
        bon
    }
}
