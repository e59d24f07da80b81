//! The acknowledgement that the Parquet's tool pushes (SIG-5).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendrier;
use crate::identifiant::{AccuseId, OrganisationId, SignalementId};
use crate::refus::{Erreur, Refus};

/// What the Parquet says; compared as a whole when the same reference is pushed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accuse {
    /// The Parquet's own reference, unique per Parquet.
    pub reference_parquet: String,
    /// Our reference.
    pub reference: String,
    /// The date that the Parquet gives to its receipt (Europe/Paris).
    pub date: NaiveDate,
    /// The service that took the report in charge.
    pub service: String,
    /// The magistrate in charge, when one is named.
    pub magistrat: Option<String>,
    /// Whether the Parquet asks to suspend the evaluation (SIG-6).
    pub sursis: bool,
}

impl Accuse {
    /// Checks what does not depend on our records.
    ///
    /// # Errors
    /// `SIG-5` when the date is still to come: nobody receives in the future. An earlier date than the
    /// transmission is accepted: the Parquet may have been called first.
    pub fn check(&self, now: DateTime<Utc>) -> Result<(), Refus> {
        if self.date <= calendrier::paris_date(now) {
            return Ok(());
        }
        Err(Refus::invalide(
            "date_future",
            Some("SIG-5"),
            "L’accusé de réception porte une date à venir.",
            vec![Erreur::new("/date", "date_future", "Cette date est à venir.")],
        ))
    }
}

/// An acknowledgement as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccuseInscrit {
    /// Its identifier.
    pub id: AccuseId,
    /// The Parquet that pushed it.
    pub parquet: OrganisationId,
    /// The signalement that it acknowledges.
    pub signalement: SignalementId,
    /// What it says.
    pub accuse: Accuse,
    /// When it reached us, UTC.
    pub recu_le: DateTime<Utc>,
}
