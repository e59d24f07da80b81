//! A territoire installed in a temporary folder, for the tests of this crate.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use domain::acces::{Acces, Decision, Section};
use domain::acteur::{Auteur, Role};
use domain::dossier::Situation;
use domain::fait::Fait;
use domain::identifiant::{AgentId, DossierId, OrganisationId};
use domain::territoire::CodeTerritoire;
use uuid::Uuid;

use crate::connexion::{self, Cible, Cnx};
use crate::emplacement::{Emplacement, Moteur};
use crate::migration::{self, Administration};
use crate::{Base, Erreur, Options};

pub(crate) struct Essai {
    _dossier: tempfile::TempDir,
    pub(crate) place: Emplacement,
}

impl Essai {
    pub(crate) fn install() -> Self {
        let essai = Self::empty();
        migration::install(&essai.place, &Administration::default()).unwrap();
        essai
    }

    pub(crate) fn empty() -> Self {
        let dossier = tempfile::tempdir().unwrap();
        let place = Emplacement {
            code: CodeTerritoire::parse("77").unwrap(),
            base: Moteur::Sqlite { dossier: dossier.path().join("données + %20") },
            cles_dir: dossier.path().join("cles"),
            cles_url: None,
        };
        Self { _dossier: dossier, place }
    }

    pub(crate) fn open(&self) -> Base {
        Base::open(&self.place, &Options::default()).unwrap()
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        match &self.place.base {
            Moteur::Sqlite { dossier } => dossier.clone(),
            Moteur::Postgres { .. } => unreachable!(),
        }
    }

    /// A connection that ignores the triggers' owner and the writer: what an attacker with the file has.
    pub(crate) fn raw(&self, fichier: PathBuf) -> Cnx {
        connexion::open(&Cible::Fichier(fichier), connexion::Mode::Ecriture).unwrap()
    }

    pub(crate) fn raw_base(&self) -> Cnx {
        self.raw(self.place.base_file(&self.data_dir()))
    }

    pub(crate) fn raw_acces(&self) -> Cnx {
        self.raw(self.place.acces_file(&self.data_dir()))
    }
}

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 123_456_789).unwrap()
}

pub(crate) fn dossier(n: u128) -> DossierId {
    DossierId(Uuid::from_u128(n))
}

pub(crate) fn clear_fact() -> Fait {
    Fait::TerritoireInstalle { fictif: true }
}

pub(crate) fn sealed_fact(dossier: DossierId) -> Fait {
    let organisation = OrganisationId(Uuid::from_u128(7));
    Fait::DossierOuvert { dossier, code: "K7M-2R4".to_owned(), situation: Situation::Risque, organisation }
}

pub(crate) fn write_fact(base: &Base, fait: Fait) -> Result<i64, Erreur> {
    base.write(move |e| e.record(&fait, Auteur::Systeme, now(), now()))
}

pub(crate) fn acces_line(n: u128) -> Acces {
    Acces {
        agent: AgentId(Uuid::from_u128(n)),
        organisation: OrganisationId(Uuid::from_u128(7)),
        roles: vec![Role::Crip, Role::Rtpe],
        operation: "show_signalement",
        sujet: Some(Uuid::from_u128(n)),
        dossier: None,
        sections: vec![Section::Identite],
        decision: Decision::Accorde,
        le: now(),
    }
}
