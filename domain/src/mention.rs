//! A mandatory mention: filled, or explicitly unknown with a reason; nothing is silently empty (SIG-1).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What the author says of one thing that the law asks (\[77\] art. 2, 1.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mention<T> {
    /// The fact itself.
    Valeur(T),
    /// The author does not know, and says why: an urgent report is never blocked by a missing fact.
    Inconnu {
        /// Why it is not known.
        motif: String,
    },
}

impl<T> Mention<T> {
    /// The fact, when it is known.
    pub fn valeur(&self) -> Option<&T> {
        match self {
            Self::Valeur(valeur) => Some(valeur),
            Self::Inconnu { .. } => None,
        }
    }
}

/// The sex of the minor, as the civil status or the author says it (DOS-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sexe {
    /// Female.
    Feminin,
    /// Male.
    Masculin,
    /// Neither known nor told.
    Indetermine,
}

/// The civil identity of the minor (DOS-1); any part may be missing, but not both names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentiteMineur {
    /// Family name.
    pub nom: Option<String>,
    /// First names, separated by spaces.
    pub prenoms: Option<String>,
    /// Birth date, or the date that the estimated age gives.
    pub date_naissance: Option<NaiveDate>,
    /// Sex.
    pub sexe: Option<Sexe>,
}

/// One author of the report (\[LY\]: name, phone, mail).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuteurSignalement {
    /// Name and first name.
    pub nom: String,
    /// Phone where the Parquet can call back.
    pub telephone: String,
    /// Professional e-mail.
    pub courriel: String,
}

/// What a report says: the mentions of SIG-1, its authors and the ressort they chose (SIG-2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rapport {
    /// The ressort of the place where the minor lives or is found: names the competent Parquet (SIG-2).
    pub ressort: Option<String>,
    /// Who reports.
    pub auteurs: Vec<AuteurSignalement>,
    /// Identity of the minor.
    pub identite_mineur: Option<Mention<IdentiteMineur>>,
    /// How to contact the minor.
    pub contact_mineur: Option<Mention<String>>,
    /// The parents' home.
    pub domicile_parents: Option<Mention<String>>,
    /// Where the minor really is.
    pub lieu_effectif: Option<Mention<String>>,
    /// School status, and place where there is one.
    pub situation_scolaire: Option<Mention<String>>,
    /// Existence of an administrative or judicial educative measure.
    pub mesure_educative: Option<Mention<String>>,
    /// Elements about the supposed situation: sober, no narrative.
    pub elements_situation: Option<Mention<String>>,
    /// Context of the revelation.
    pub contexte_revelation: Option<Mention<String>>,
}
