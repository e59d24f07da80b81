//! The rules that give deadlines, as data: each with its source and, for each version, the day from which it applies.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A rule of §15 that gives a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Regle {
    /// No acknowledgement by the Parquet after some working days: alert.
    #[serde(rename = "SIG-8")]
    Sig8,
    /// The joint evaluation: eight days of the OPP, or three months from the saisine.
    #[serde(rename = "EVA-3")]
    Eva3,
    /// Tutoring of a professional: 48 hours, week-ends not counted.
    #[serde(rename = "SOU-2")]
    Sou2,
}

impl Regle {
    /// Every rule that is computed.
    pub const ALL: [Self; 3] = [Self::Sig8, Self::Eva3, Self::Sou2];

    /// The rule's number, stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::Sig8 => "SIG-8",
            Self::Eva3 => "EVA-3",
            Self::Sou2 => "SOU-2",
        }
    }

    /// Reads a number; `None` for an unknown one.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|regle| regle.code() == code)
    }
}

/// The two ways of the joint evaluation (EVA-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoieEvaluation {
    /// The Parquet took an OPP (\[77\] 2.1).
    Opp,
    /// Neither judicial follow-up nor OPP (\[77\] 2.2).
    HorsOpp,
}

impl VoieEvaluation {
    /// Both ways.
    pub const ALL: [Self; 2] = [Self::Opp, Self::HorsOpp];

    /// The code stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::Opp => "opp",
            Self::HorsOpp => "hors_opp",
        }
    }

    /// Reads a code; `None` for an unknown one.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|voie| voie.code() == code)
    }
}

/// One version of a rule: what its text said during some time.
#[derive(Debug)]
pub(super) struct Version<D> {
    /// Its number, shown as `version_regle`.
    pub(super) numero: &'static str,
    /// Where the rule comes from, in French.
    pub(super) source: &'static str,
    /// The figures of the text.
    pub(super) delai: D,
}

/// A rule through time. The law changes, the deadlines that already run keep their version: a start event is judged
/// by the version in force on its day.
#[derive(Debug)]
pub(super) struct Historique<D: 'static> {
    /// The first version, without lower bound.
    pub(super) premiere: Version<D>,
    /// The next ones, each with the first day on which it applies (Europe/Paris).
    pub(super) suivantes: &'static [(NaiveDate, Version<D>)],
}

impl<D> Historique<D> {
    /// The version in force on this day.
    pub(super) fn on(&self, jour: NaiveDate) -> &Version<D> {
        self.suivantes
            .iter()
            .filter(|(depuis, _)| *depuis <= jour)
            .max_by_key(|(depuis, _)| *depuis)
            .map_or(&self.premiere, |(_, version)| version)
    }
}

/// The eight days of an OPP.
#[derive(Debug)]
pub(super) struct DelaiOpp {
    /// Calendar days added to the date of the OPP, which is the first of the eight.
    pub(super) jours_ajoutes: u64,
    /// Days that the civil procedure counts, the day of the act excluded: shown beside, as information.
    pub(super) jours_cpc: u64,
}

/// SIG-8: the number of working days is a setting of the territoire, not a figure of the text.
pub(super) static SIG_8: Historique<()> = Historique {
    premiere: Version {
        numero: "1",
        source: "SIG-8 : choix de Maillage (nombre de jours ouvrés réglé par le territoire), aucun texte ne fixant \
                 ce délai",
        delai: (),
    },
    suivantes: &[],
};

/// EVA-3 after an OPP.
pub(super) static EVA_3_OPP: Historique<DelaiOpp> = Historique {
    premiere: Version {
        numero: "1",
        source: "Convention [77] art. 2.1 : rapport transmis « avant le délai d’expiration de huit jours de l’OPP \
                 (date de l’OPP + 7 jours) »",
        delai: DelaiOpp { jours_ajoutes: 7, jours_cpc: 8 },
    },
    suivantes: &[],
};

/// EVA-3 without OPP, in months.
pub(super) static EVA_3_HORS_OPP: Historique<u32> = Historique {
    premiere: Version {
        numero: "1",
        source: "Convention [77] art. 2.2 : rapports transmis « dans le délai de trois mois à compter de la \
                 réception de leur saisine »",
        delai: 3,
    },
    suivantes: &[],
};

/// SOU-2, in hours.
pub(super) static SOU_2: Historique<i64> = Historique {
    premiere: Version {
        numero: "1",
        source: "Convention [77] art. 2, § 4 : tutorat « au maximum sous 48h (hors week end) après la saisine »",
        delai: 48,
    },
    suivantes: &[],
};

#[cfg(test)]
mod tests {
    use super::*;

    static EXEMPLE: Historique<u32> = Historique {
        premiere: Version { numero: "1", source: "", delai: 3 },
        suivantes: &[
            (NaiveDate::from_ymd_opt(2029, 1, 1).unwrap(), Version { numero: "3", source: "", delai: 1 }),
            (NaiveDate::from_ymd_opt(2027, 7, 1).unwrap(), Version { numero: "2", source: "", delai: 2 }),
        ],
    };

    #[test]
    fn rule_version_is_the_one_in_force_on_the_start_day() {
        for (jour, numero) in [
            (NaiveDate::MIN, "1"),
            (NaiveDate::from_ymd_opt(2027, 6, 30).unwrap(), "1"),
            (NaiveDate::from_ymd_opt(2027, 7, 1).unwrap(), "2"),
            (NaiveDate::from_ymd_opt(2028, 12, 31).unwrap(), "2"),
            (NaiveDate::from_ymd_opt(2029, 1, 1).unwrap(), "3"),
            (NaiveDate::MAX, "3"),
        ] {
            assert_eq!(EXEMPLE.on(jour).numero, numero, "{jour}");
        }
    }

    #[test]
    fn rule_numbers_are_read_back() {
        for regle in Regle::ALL {
            assert_eq!(Regle::parse(regle.code()), Some(regle));
            assert_eq!(serde_json::to_value(regle).unwrap(), regle.code());
        }
        assert_eq!(Regle::parse("sig-8"), None);
    }
}
