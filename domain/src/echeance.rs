//! The deadlines: what each rule gives and why, and those that are followed until they are met (§15).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

mod calcul;
mod explication;
mod question;
mod regle;
#[cfg(test)]
mod tests;

pub use calcul::{Calcul, eva_3, sig_8, sou_2};
pub use question::{Depart, Question};
pub use regle::{Regle, VoieEvaluation};

use crate::calendrier;
use crate::identifiant::{DossierId, EcheanceId, OrganisationId};

/// One deadline followed for a subject, from the event that starts it until it is met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echeance {
    /// Its identifier.
    pub id: EcheanceId,
    /// The rule that gives it.
    pub regle: Regle,
    /// What it bears on: a signalement, an evaluation, a request.
    pub sujet: Uuid,
    /// The dossier.
    pub dossier: DossierId,
    /// Who must act.
    pub organisation: OrganisationId,
    /// The start, a Paris date.
    pub depart: NaiveDate,
    /// The last day, a Paris date, included.
    pub due_le: NaiveDate,
    /// The last instant, UTC, for the rules in hours; `None` when the whole last day is given.
    pub due_a: Option<DateTime<Utc>>,
    /// The version of the rule that was in force at the start.
    pub version_regle: String,
    /// When it began to be followed, UTC.
    pub ouverte_le: DateTime<Utc>,
    /// When it was met, UTC, in time or late; `None` until then.
    pub tenue_le: Option<DateTime<Utc>>,
    /// When its passing was written as a fact, UTC: a trace of the alert; the state depends on the clock alone.
    pub depassee_le: Option<DateTime<Utc>>,
}

/// Where a deadline stands at an instant (§15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EtatEcheance {
    /// More than two days are left.
    AVenir,
    /// Due today or within two calendar days *(choice)*.
    Proche,
    /// The last instant is behind us and nothing was done.
    Depassee,
    /// Met in time.
    Tenue,
    /// Met after the last instant: accepted, and marked late (EVA-6).
    TenueEnRetard,
}

impl EtatEcheance {
    /// Every state of §15.
    pub const ALL: [Self; 5] = [Self::AVenir, Self::Proche, Self::Depassee, Self::Tenue, Self::TenueEnRetard];

    /// The code stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::AVenir => "a_venir",
            Self::Proche => "proche",
            Self::Depassee => "depassee",
            Self::Tenue => "tenue",
            Self::TenueEnRetard => "tenue_en_retard",
        }
    }

    /// Reads a code; `None` for an unknown one.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|etat| etat.code() == code)
    }
}

/// Calendar days before the last one from which a deadline is `proche` *(choice)*.
const JOURS_PROCHE: i64 = 2;

impl Echeance {
    /// Begins to follow what a rule gave.
    pub fn open(
        id: EcheanceId,
        sujet: Uuid,
        dossier: DossierId,
        organisation: OrganisationId,
        calcul: &Calcul,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            regle: calcul.regle,
            sujet,
            dossier,
            organisation,
            depart: calcul.depart,
            due_le: calcul.echeance,
            due_a: calcul.echeance_a,
            version_regle: calcul.version_regle.clone(),
            ouverte_le: now,
            tenue_le: None,
            depassee_le: None,
        }
    }

    /// Where it stands at this instant.
    pub fn etat(&self, now: DateTime<Utc>) -> EtatEcheance {
        match self.tenue_le {
            Some(tenue) if self.is_past(tenue) => EtatEcheance::TenueEnRetard,
            Some(_) => EtatEcheance::Tenue,
            None if self.is_past(now) => EtatEcheance::Depassee,
            None if self.jours_restants(now) <= JOURS_PROCHE => EtatEcheance::Proche,
            None => EtatEcheance::AVenir,
        }
    }

    /// Calendar days from the Paris day of this instant to the last one: 0 on the last day, negative afterwards.
    pub fn jours_restants(&self, now: DateTime<Utc>) -> i64 {
        let jours = (self.due_le - calendrier::paris_date(now)).num_days();
        // The last instant, 24:00, already bears the date of the next day.
        if self.is_past(now) { jours } else { jours.max(0) }
    }

    /// Records that it was met; the first time stands.
    pub fn tenir(mut self, now: DateTime<Utc>) -> Self {
        self.tenue_le.get_or_insert(now);
        self
    }

    /// Whether its passing has still to be written as a fact and to raise an alert: once, and never when it was met.
    pub fn is_to_alert(&self, now: DateTime<Utc>) -> bool {
        self.depassee_le.is_none() && self.etat(now) == EtatEcheance::Depassee
    }

    /// Records that its passing was written; the first time stands.
    pub fn depasser(mut self, now: DateTime<Utc>) -> Self {
        self.depassee_le.get_or_insert(now);
        self
    }

    /// The last instant in time: that of a rule in hours, else the end of the last Paris day. `None` at the end of the
    /// calendar, where nothing is ever late.
    pub fn limite(&self) -> Option<DateTime<Utc>> {
        self.due_a.or_else(|| calendrier::end_of_day(self.due_le))
    }

    fn is_past(&self, instant: DateTime<Utc>) -> bool {
        self.limite().is_some_and(|limite| instant > limite)
    }
}
