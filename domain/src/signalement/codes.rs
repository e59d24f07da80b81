//! The words of the circuit: the states of SIG-4, the reasons of a closing, the actions.

use serde::{Deserialize, Serialize};

/// The code of each state, without its data: for filters, columns and views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statut {
    /// Draft.
    Brouillon,
    /// Handed over for sending.
    Transmis,
    /// Acknowledged by the Parquet.
    Recu,
    /// Closed by the CRIP.
    Clos,
    /// Draft given up.
    Abandonne,
}

impl Statut {
    /// Every state of SIG-4.
    pub const ALL: [Self; 5] = [Self::Brouillon, Self::Transmis, Self::Recu, Self::Clos, Self::Abandonne];

    /// The code of SIG-4.
    pub fn code(self) -> &'static str {
        match self {
            Self::Brouillon => "brouillon",
            Self::Transmis => "transmis",
            Self::Recu => "recu",
            Self::Clos => "clos",
            Self::Abandonne => "abandonne",
        }
    }

    /// Reads a code; `None` for an unknown one.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|statut| statut.code() == code)
    }
}

/// Why the CRIP closes a signalement *(choice)*: a code, never a narrative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MotifCloture {
    /// The Parquet's follow-up is known and acted upon.
    SuitesConnues,
    /// Another signalement of the same situation replaces it.
    Doublon,
    /// The situation is not confirmed.
    SituationInfirmee,
    /// Another territoire takes over.
    Reorientation,
}

impl MotifCloture {
    /// Every reason.
    pub const ALL: [Self; 4] =
        [Self::SuitesConnues, Self::Doublon, Self::SituationInfirmee, Self::Reorientation];

    /// The code stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::SuitesConnues => "suites_connues",
            Self::Doublon => "doublon",
            Self::SituationInfirmee => "situation_infirmee",
            Self::Reorientation => "reorientation",
        }
    }

    /// Reads a code; `None` for an unknown one.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|motif| motif.code() == code)
    }
}

/// What can be done to a signalement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Change the draft.
    Modifier,
    /// Hand it over to the Parquet.
    Transmettre,
    /// Give the draft up.
    Abandonner,
    /// Push the Parquet's acknowledgement.
    Accuser,
    /// Close it.
    Clore,
}

impl Action {
    /// Every action, in the order of the circuit.
    pub const ALL: [Self; 5] =
        [Self::Modifier, Self::Transmettre, Self::Abandonner, Self::Accuser, Self::Clore];

    /// The name shown in `actions`.
    pub fn nom(self) -> &'static str {
        match self {
            Self::Modifier => "modifier",
            Self::Transmettre => "transmettre",
            Self::Abandonner => "abandonner",
            Self::Accuser => "accuser_reception",
            Self::Clore => "clore",
        }
    }
}
