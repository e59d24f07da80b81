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
/// Les données sont complètes, le processus ne s’arrête pas, et la base d’un territoire au moins répond.
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
        Err(ApiError::indisponible("la base d’aucun territoire ne répond"))
    }
}

impl Sonde {
    /// Whether one base at least answers: taken out of rotation because of one that is down, this server would deprive
    /// the other territoires too. Those that fail are logged.
    fn look(&self, etat: &Etat) -> bool {
        let mut dernier = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((quand, bon)) = *dernier
            && quand.elapsed() < FRAICHEUR
        {
            return bon;
        }
        let (mut connus, mut repondent) = (0, 0);
        for code in etat.codes() {
            connus += 1;
            match etat
                .base(code)
                .and_then(|base| base.read(persistence::territoire::get).map_err(ApiError::from))
            {
                Ok(_) => repondent += 1,
                Err(erreur) => {
                    log::warn!(target: "maillage", "territoire {code} pas prêt : {}", erreur.cause().unwrap_or("base refusée"));
                }
            }
        }
        let bon = connus == 0 || repondent > 0;
        *dernier = Some((Instant::now(), bon));
        bon
    }
}

#[cfg(test)]
mod tests {
    use domain::territoire::{CodeTerritoire, Parametres, Territoire};
    use persistence::migration::{Administration, install};
    use persistence::{Base, Options, territoire};

    use super::*;
    use crate::horloge::Horloge;
    use crate::settings::Settings;

    #[test]
    fn r53_ready_as_long_as_one_base_answers() {
        let dossier = tempfile::tempdir().expect("dossier");
        let settings = Settings::in_folder(dossier.path().join("donnees"));
        let (cles, horloge) = (dossier.path().join("cles"), Horloge::systeme());
        let looks = || {
            let etat = Etat::open(settings.clone(), cles.clone(), horloge.clone()).expect("état");
            Sonde::default().look(&etat)
        };
        for code in ["69M", "77"] {
            let place = settings.emplacement(&CodeTerritoire::parse(code).expect("code"), &cles);
            install(&place, &Administration::default()).expect("installé");
            let (code, now) = (place.code.clone(), horloge.now());
            let nom = code.to_string();
            let nouveau = Territoire { code, nom, fictif: true, parametres: Parametres::default() };
            let base = Base::open(&place, &Options::default()).expect("ouverte");
            base.write(move |tx| territoire::insert(tx, &nouveau, now)).expect("inscrit");
        }
        assert!(looks());
        std::fs::remove_file(settings.data.join("69M.sqlite")).expect("retirée");
        assert!(looks(), "77 answers");
        std::fs::remove_file(settings.data.join("77.sqlite")).expect("retirée");
        assert!(!looks(), "nobody answers");
    }
}
