//! The scene of this module's tests: both issuers, their keys and a good pattern of token.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;

use super::corpus::{CleDEssai, FauxEmetteur, Gabarit, Signeur};
use super::emission::FICHIER;
use super::{CleEmission, Emetteur, EmetteurExterne, Emetteurs, JetonRefuse, Revendications, verify};

pub(super) const ISS: &str = "http://localhost:8080";
pub(super) const AUD: &str = "maillage";

pub(super) struct Scene {
    pub(super) dossier: TempDir,
    pub(super) faux: FauxEmetteur,
    pub(super) cle_propre: CleDEssai,
    pub(super) emetteurs: Emetteurs,
    pub(super) gabarit: Gabarit,
    pub(super) now: DateTime<Utc>,
}

impl Scene {
    pub(super) fn new() -> Self {
        let now = "2026-11-24T10:00:00Z".parse().expect("an instant");
        let dossier = TempDir::new().expect("a folder");
        let faux = FauxEmetteur::new("https://idp.example.org", "api-maillage");
        std::fs::write(dossier.path().join("jwks.json"), faux.jwks()).expect("a file");
        let cle = CleEmission::open_or_create(dossier.path()).expect("a key");
        let pkcs8 = std::fs::read(dossier.path().join(FICHIER)).expect("the key's file");
        let externe = EmetteurExterne::open(dossier.path().join("jwks.json"), &faux.iss, &faux.aud, now);
        let emetteurs = Emetteurs::new(Emetteur::new(cle, ISS, AUD), Some(externe.expect("good keys")));
        Self {
            dossier,
            faux,
            cle_propre: CleDEssai::from_pkcs8(&pkcs8),
            emetteurs: emetteurs.expect("two issuers"),
            gabarit: Gabarit {
                sub: "0193a000-0000-7000-8000-000000000001".to_owned(),
                territoire: "77".to_owned(),
                now: now.timestamp(),
            },
            now,
        }
    }

    pub(super) fn propre(&self) -> Signeur<'_> {
        Signeur { iss: ISS, aud: AUD, cle: &self.cle_propre }
    }

    pub(super) fn jwks(&self) -> PathBuf {
        self.dossier.path().join("jwks.json")
    }

    pub(super) fn verify(&self, token: &str) -> Result<Revendications, JetonRefuse> {
        verify(token, &self.emetteurs, self.now)
    }

    /// Verifies a good token made and read later than the scene began.
    pub(super) fn verify_later(
        &self,
        s: Signeur<'_>,
        delai: TimeDelta,
    ) -> Result<Revendications, JetonRefuse> {
        let now = self.now + delai;
        let gabarit = Gabarit { now: now.timestamp(), ..self.gabarit.clone() };
        verify(&s.token(&gabarit), &self.emetteurs, now)
    }
}
