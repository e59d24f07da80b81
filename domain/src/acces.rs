//! Need to know: who sees which sections of a dossier, and what is written of each look (SEC-1, SEC-4).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::acteur::{Acteur, Role};
use crate::identifiant::{AgentId, DossierId, OrganisationId};

/// A section of a dossier (SEC-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// Who the minor is, how and where to find them.
    Identite,
    /// School, family, educative measures.
    Social,
    /// Reports to the Parquet, orders, measures.
    Judiciaire,
    /// Health.
    Sante,
    /// What the commission says.
    Commission,
}

impl Section {
    /// Every section.
    pub const ALL: [Self; 5] =
        [Self::Identite, Self::Social, Self::Judiciaire, Self::Sante, Self::Commission];

    /// The code stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::Identite => "identite",
            Self::Social => "social",
            Self::Judiciaire => "judiciaire",
            Self::Sante => "sante",
            Self::Commission => "commission",
        }
    }

    /// Reads a code; `None` for an unknown one.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.code() == code)
    }
}

/// By which step of the workflow an organisation entered the cercle (SEC-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Voie {
    /// It wrote the report.
    Auteur,
    /// Systematic copy (SIG-2).
    Crip,
    /// Parquet of the ressort (SIG-2).
    Parquet,
    /// Extra copy of the territoire (TER-1): the existence, not the content.
    Copie,
}

impl Voie {
    /// The code stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::Auteur => "auteur",
            Self::Crip => "crip",
            Self::Parquet => "parquet",
            Self::Copie => "copie",
        }
    }

    /// Reads a code; `None` for an unknown one.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Auteur, Self::Crip, Self::Parquet, Self::Copie].into_iter().find(|voie| voie.code() == code)
    }

    /// The sections that this entry opens: what the step needs, no more.
    pub fn sections(self) -> &'static [Section] {
        match self {
            Self::Auteur | Self::Crip | Self::Parquet => {
                &[Section::Identite, Section::Social, Section::Judiciaire]
            }
            Self::Copie => &[],
        }
    }
}

/// The place of an organisation in the cercle de partage of a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cercle {
    /// The dossier.
    pub dossier: DossierId,
    /// The organisation.
    pub organisation: OrganisationId,
    /// How it entered.
    pub voie: Voie,
    /// What it may see.
    pub sections: Vec<Section>,
    /// From when.
    pub entree_le: DateTime<Utc>,
    /// Until when, excluded; `None` while open.
    pub sortie_le: Option<DateTime<Utc>>,
}

impl Cercle {
    /// The entry by a step of the workflow.
    pub fn enter(dossier: DossierId, organisation: OrganisationId, voie: Voie, now: DateTime<Utc>) -> Self {
        let sections = voie.sections().to_vec();
        Self { dossier, organisation, voie, sections, entree_le: now, sortie_le: None }
    }

    /// Whether the section is open to this actor now: its organisation is in the cercle, and one of its roles
    /// may see dossiers at all. An entry that can be read has happened, whatever the clocks say: a twin that waited for
    /// the writer bears an earlier instant than the entry that the other made.
    pub fn opens(&self, section: Section, acteur: &Acteur, now: DateTime<Utc>) -> bool {
        self.organisation == acteur.organisation
            && acteur.sees_dossiers()
            && self.sortie_le.is_none_or(|sortie| now < sortie)
            && self.sections.contains(&section)
    }

    /// The sections open to this actor now; none for whom the dossier does not exist.
    pub fn open_sections(&self, acteur: &Acteur, now: DateTime<Utc>) -> Vec<Section> {
        Section::ALL.into_iter().filter(|section| self.opens(*section, acteur, now)).collect()
    }
}

/// Whether any habilitated person of this kind may write a signalement: everyone who may see dossiers (REP-1).
pub fn may_report(acteur: &Acteur) -> bool {
    acteur.sees_dossiers()
}

/// What happened to a request that looked at sensitive data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It was answered.
    Accorde,
    /// It was refused: absent, invisible, forbidden or against a rule.
    Refuse,
}

impl Decision {
    /// The code stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Accorde => "accorde",
            Self::Refuse => "refuse",
        }
    }
}

/// One line for the journal of accesses (SEC-4): who looked at what, never what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acces {
    /// Who.
    pub agent: AgentId,
    /// For which organisation.
    pub organisation: OrganisationId,
    /// With which roles.
    pub roles: Vec<Role>,
    /// The operation of the contract, such as `show_signalement`.
    pub operation: &'static str,
    /// What was looked at, when it is known.
    pub sujet: Option<Uuid>,
    /// Its dossier, when there is one.
    pub dossier: Option<DossierId>,
    /// The sections that were shown.
    pub sections: Vec<Section>,
    /// What was decided.
    pub decision: Decision,
    /// When, UTC.
    pub le: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn acteur(organisation: u128, role: Role) -> Acteur {
        Acteur {
            agent: Uuid::from_u128(1).into(),
            organisation: Uuid::from_u128(organisation).into(),
            roles: [role].into(),
            habilitations: Vec::new(),
        }
    }

    fn place(voie: Voie, now: DateTime<Utc>) -> Cercle {
        Cercle::enter(Uuid::from_u128(9).into(), Uuid::from_u128(7).into(), voie, now)
    }

    #[test]
    fn sec_1_only_an_organisation_that_is_in_sees_and_only_its_sections() {
        let now: DateTime<Utc> = "2026-12-24T09:00:00Z".parse().unwrap();
        let ouvertes = [Section::Identite, Section::Social, Section::Judiciaire];
        for voie in [Voie::Auteur, Voie::Crip, Voie::Parquet] {
            assert_eq!(place(voie, now).open_sections(&acteur(7, Role::Crip), now), ouvertes);
            assert!(place(voie, now).open_sections(&acteur(8, Role::Crip), now).is_empty());
        }
        assert!(place(Voie::Copie, now).open_sections(&acteur(7, Role::Coordinateur), now).is_empty());
    }

    #[test]
    fn sec_1_roles_without_content_open_nothing() {
        let now: DateTime<Utc> = "2026-12-24T09:00:00Z".parse().unwrap();
        for role in Role::ALL {
            let voit = !place(Voie::Auteur, now).open_sections(&acteur(7, role), now).is_empty();
            let sans_contenu = [Role::Observatoire, Role::Copil, Role::Dpo, Role::Administrateur];
            assert_eq!(voit, !sans_contenu.contains(&role), "{role:?}");
        }
    }

    #[test]
    fn sec_1_the_end_closes_and_the_clock_of_the_entry_does_not() {
        let now: DateTime<Utc> = "2026-12-24T09:00:00Z".parse().unwrap();
        let crip = acteur(7, Role::Crip);
        let sorti = Cercle { sortie_le: Some(now), ..place(Voie::Crip, now) };
        assert!(sorti.opens(Section::Identite, &crip, now - TimeDelta::microseconds(1)));
        assert!(!sorti.opens(Section::Identite, &crip, now));
        assert!(place(Voie::Crip, now).opens(Section::Identite, &crip, now - TimeDelta::milliseconds(3)));
    }
}
