//! Typed identifiers: mixing up a dossier and a signalement does not compile.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! identifiants {
    ($($(#[$doc:meta])* $nom:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $nom(pub Uuid);

        impl From<Uuid> for $nom {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl std::fmt::Display for $nom {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

/// The number that an organisation's own software gives to one of our resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentifiantExterne {
    /// The software, as the organisation names it.
    pub systeme: String,
    /// The number in it.
    pub valeur: String,
}

identifiants! {
    /// All that concerns one minor in the dispositif.
    DossierId,
    /// One report to the Parquet (SIG-1…9).
    SignalementId,
    /// A partner of the directory (ANN-1).
    OrganisationId,
    /// A person or a machine that acts; the `sub` of every token names one.
    AgentId,
    /// The link of an agent to an organisation and a role, dated (ANN-3).
    HabilitationId,
    /// One line of the *registre d'envoi* (SIG-2b).
    EnvoiId,
    /// One acknowledgement pushed by a Parquet (SIG-5).
    AccuseId,
    /// One deadline followed for a subject (§15).
    EcheanceId,
}
