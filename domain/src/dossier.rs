//! The dossier: all that concerns one minor, known outside by a pseudonym code without meaning (DOS-1…3).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::identifiant::{AgentId, DossierId, OrganisationId};
use crate::mention::IdentiteMineur;

/// How the situation is assessed (DOS-3, \[77\] 3.2): never a narrative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Situation {
    /// At risk.
    Risque,
    /// Established.
    Averee,
    /// Not confirmed.
    Infirmee,
}

impl Situation {
    /// Every assessment.
    pub const ALL: [Self; 3] = [Self::Risque, Self::Averee, Self::Infirmee];

    /// The code stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::Risque => "risque",
            Self::Averee => "averee",
            Self::Infirmee => "infirmee",
        }
    }

    /// Reads a code; `None` for an unknown one.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|situation| situation.code() == code)
    }
}

/// An assessment, its date and who made it (DOS-3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qualification {
    /// The assessment.
    pub situation: Situation,
    /// When it was made, UTC.
    pub le: DateTime<Utc>,
    /// Who made it.
    pub par: AgentId,
    /// For which organisation.
    pub organisation: OrganisationId,
}

/// All that concerns one minor in the dispositif.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// Its identifier; never used as a pseudonym, since it tells when it was made.
    pub id: DossierId,
    /// The pseudonym code (DOS-2).
    pub code: String,
    /// The assessment in force.
    pub qualification: Qualification,
    /// When it was opened, UTC.
    pub ouvert_le: DateTime<Utc>,
    /// Who the minor is, as the last report said; `None` while no report told.
    pub identite: Option<IdentiteMineur>,
}

/// What a list shows of a dossier: nothing that is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// Its identifier.
    pub id: DossierId,
    /// The pseudonym code (DOS-2).
    pub code: String,
    /// The assessment in force (DOS-3).
    pub situation: Situation,
    /// When it was opened, UTC.
    pub ouvert_le: DateTime<Utc>,
}

/// Letters and digits of a pseudonym code: none that is mistaken for another, aloud or written (no 0/O, 1/I/L,
/// B/P/D/T read aloud alike, no vowel that would make a word).
const ALPHABET: &[u8; 20] = b"2345679CFGHJKMNQRVWX";

/// Draws a code such as `K7M-2R4` from random bytes: without meaning, never derived from the identity, readable
/// aloud (DOS-2). 20^6 = 64 million codes; the caller draws again when one is taken.
pub fn pseudonym(alea: [u8; 8]) -> String {
    let mut reste = u64::from_be_bytes(alea);
    let mut code = String::with_capacity(7);
    for rang in 0..6 {
        if rang == 3 {
            code.push('-');
        }
        let indice = usize::try_from(reste % 20).unwrap_or(0);
        code.push(char::from(ALPHABET.get(indice).copied().unwrap_or(b'2')));
        reste /= 20;
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dos_2_code_is_two_groups_of_three_unambiguous_signs() {
        let code = pseudonym(0x1234_5678_9abc_def0_u64.to_be_bytes());
        assert_eq!(code.len(), 7);
        assert_eq!(code.as_bytes()[3], b'-');
        assert!(code.bytes().filter(|b| *b != b'-').all(|b| ALPHABET.contains(&b)));
    }

    #[test]
    fn dos_2_code_depends_on_chance_alone() {
        assert_ne!(pseudonym([0; 8]), pseudonym([9; 8]));
    }
}
