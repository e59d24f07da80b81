//! The registre d'envoi: what was sent, to whom, at which address, when, and whether it arrived (SIG-2b).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::identifiant::{DossierId, EnvoiId, OrganisationId, SignalementId};

/// What a sending is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NatureEnvoi {
    /// The report to the competent Parquet (SIG-2).
    Signalement,
    /// The systematic copy to the CRIP (SIG-2).
    CopieCrip,
    /// An extra copy of the territoire (TER-1).
    Copie,
    /// The alert that no acknowledgement came (SIG-8): no name in it.
    AlerteAccuse,
}

impl NatureEnvoi {
    /// Every kind of sending.
    pub const ALL: [Self; 4] = [Self::Signalement, Self::CopieCrip, Self::Copie, Self::AlerteAccuse];

    /// The code stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::Signalement => "signalement",
            Self::CopieCrip => "copie_crip",
            Self::Copie => "copie",
            Self::AlerteAccuse => "alerte_accuse",
        }
    }

    /// Reads a code; `None` for an unknown one.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|nature| nature.code() == code)
    }
}

/// The states of SIG-2b.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatutEnvoi {
    /// Waits for its first attempt.
    AEnvoyer,
    /// Accepted by the mail server.
    Remis,
    /// Acknowledged by its addressee.
    Accuse,
    /// The last attempt failed; the retries go on.
    Echec,
}

impl StatutEnvoi {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::AEnvoyer, Self::Remis, Self::Accuse, Self::Echec];

    /// The code stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::AEnvoyer => "a_envoyer",
            Self::Remis => "remis",
            Self::Accuse => "accuse",
            Self::Echec => "echec",
        }
    }

    /// Reads a code; `None` for an unknown one.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|statut| statut.code() == code)
    }
}

/// One line of the registre, per addressee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envoi {
    /// Its identifier.
    pub id: EnvoiId,
    /// The fact from which it derives.
    pub fait_seq: i64,
    /// The dossier.
    pub dossier: DossierId,
    /// The signalement.
    pub signalement: SignalementId,
    /// What it is.
    pub nature: NatureEnvoi,
    /// To whom.
    pub destinataire: OrganisationId,
    /// Where it stands.
    pub statut: StatutEnvoi,
    /// The addresses it was made for, empty until the message is made; once handed over, those that were accepted.
    pub adresses: Vec<String>,
    /// RFC 5322 Message-ID: the same at each attempt.
    pub message_id: String,
    /// SHA-256 of the message as sent, once it is made.
    pub empreinte: Option<Vec<u8>>,
    /// Attempts made.
    pub tentatives: i32,
    /// When the next attempt may start.
    pub prochain_essai_le: DateTime<Utc>,
    /// When the mail server accepted it.
    pub remis_le: Option<DateTime<Utc>>,
    /// Code of the last failure, or of the refusal of some addresses; never the server's text.
    pub erreur: Option<String>,
}

impl Envoi {
    /// Seconds before the next attempt: doubles from 5 s, a quarter of an hour at most, for ever (SIG-2b).
    pub fn retry_delay_s(tentatives: i32) -> i64 {
        let puissance = u32::try_from(tentatives.clamp(0, 8)).unwrap_or(8);
        (5_i64 << puissance).min(900)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sig_2b_retries_slow_down_and_never_stop() {
        let delais: Vec<i64> = (0..12).map(Envoi::retry_delay_s).collect();
        assert_eq!(delais[0], 5);
        assert!(delais.windows(2).all(|d| d[0] <= d[1]));
        assert_eq!(delais[11], 900);
    }
}
