//! What every use case receives and gives back: the caller, the base, the instant; a value and its accesses.

use chrono::{DateTime, Utc};
use domain::acces::{Acces, Decision, Section};
use domain::acteur::{Acteur, Auteur};
use domain::identifiant::DossierId;
use domain::refus::Refus;
use persistence::Base;
use uuid::Uuid;

use crate::hasard::Hasard;

/// One authenticated call: who, on which territoire's base, at which instant.
#[derive(Clone)]
pub struct Appel {
    /// The base of the territoire that the token names.
    pub base: Base,
    /// The caller, as the base knows it at this instant.
    pub acteur: Acteur,
    /// The instant of the call, UTC: the same for every rule of one request.
    pub now: DateTime<Utc>,
    /// Where identifiers and draws come from.
    pub hasard: Hasard,
}

/// Why a use case gave no value.
#[derive(Debug, thiserror::Error)]
pub enum Erreur {
    /// A rule said no.
    #[error(transparent)]
    Refus(#[from] Refus),
    /// The base failed.
    #[error(transparent)]
    Base(#[from] persistence::Erreur),
    /// The revision that the caller saw is no longer the current one.
    #[error("stale revision")]
    RevisionPerimee,
    /// The idempotency key served already, for another body.
    #[error("idempotency key reused")]
    CleReutilisee,
}

/// The outcome of a use case.
pub type Resultat<T> = Result<T, Erreur>;

/// What was read, and the lines that the journal of accesses must hold before anyone sees it (SEC-4).
#[derive(Debug, Clone)]
pub struct Lu<T> {
    /// The value.
    pub valeur: T,
    /// The looks at sensitive sections.
    pub acces: Vec<Acces>,
}

impl<T> Lu<T> {
    /// A value that shows nothing sensitive.
    pub fn plain(valeur: T) -> Self {
        Self { valeur, acces: Vec::new() }
    }
}

impl Appel {
    /// The caller as the author of a fact.
    pub fn auteur(&self) -> Auteur {
        Auteur::Agent(self.acteur.agent)
    }

    /// An identifier for something that this call makes.
    pub fn new_id(&self) -> Uuid {
        self.hasard.id(self.now)
    }

    /// The line of a look at these sections of a dossier.
    pub fn look(
        &self,
        operation: &'static str,
        sujet: Uuid,
        dossier: DossierId,
        sections: &[Section],
    ) -> Acces {
        self.line(operation, Some(sujet), Some(dossier), sections, Decision::Accorde)
    }

    /// The line of a refusal.
    pub fn refusal(&self, operation: &'static str, sujet: Option<Uuid>) -> Acces {
        self.line(operation, sujet, None, &[], Decision::Refuse)
    }

    fn line(
        &self,
        operation: &'static str,
        sujet: Option<Uuid>,
        dossier: Option<DossierId>,
        sections: &[Section],
        decision: Decision,
    ) -> Acces {
        Acces {
            agent: self.acteur.agent,
            organisation: self.acteur.organisation,
            roles: self.acteur.roles.iter().copied().collect(),
            operation,
            sujet,
            dossier,
            sections: sections.to_vec(),
            decision,
            le: self.now,
        }
    }
}
