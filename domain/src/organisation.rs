//! The directory of partners (ANN-1) and the addresses at which they receive (TER-1).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::acteur::Role;
use crate::identifiant::OrganisationId;

/// The categories of the directory (ANN-1, \[63\] annexe 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are the very words of ANN-1")]
pub enum Categorie {
    Justice,
    PoliceGendarmerie,
    Departement,
    HebergementProtectionEnfance,
    Sante,
    InsertionHebergement,
    AssociationSpecialisee,
    EducationNationale,
    Pjj,
    ServiceAemo,
    PreventionSpecialisee,
    Cpef,
    AssistantFamilial,
    Etat,
    Autre,
}

impl Categorie {
    /// Every category of ANN-1.
    pub const ALL: [Self; 15] = [
        Self::Justice,
        Self::PoliceGendarmerie,
        Self::Departement,
        Self::HebergementProtectionEnfance,
        Self::Sante,
        Self::InsertionHebergement,
        Self::AssociationSpecialisee,
        Self::EducationNationale,
        Self::Pjj,
        Self::ServiceAemo,
        Self::PreventionSpecialisee,
        Self::Cpef,
        Self::AssistantFamilial,
        Self::Etat,
        Self::Autre,
    ];

    /// The code stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::Justice => "justice",
            Self::PoliceGendarmerie => "police_gendarmerie",
            Self::Departement => "departement",
            Self::HebergementProtectionEnfance => "hebergement_protection_enfance",
            Self::Sante => "sante",
            Self::InsertionHebergement => "insertion_hebergement",
            Self::AssociationSpecialisee => "association_specialisee",
            Self::EducationNationale => "education_nationale",
            Self::Pjj => "pjj",
            Self::ServiceAemo => "service_aemo",
            Self::PreventionSpecialisee => "prevention_specialisee",
            Self::Cpef => "cpef",
            Self::AssistantFamilial => "assistant_familial",
            Self::Etat => "etat",
            Self::Autre => "autre",
        }
    }

    /// Reads a code; `None` for an unknown one.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|categorie| categorie.code() == code)
    }
}

/// What an e-mail to an addressee carries (SIG-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contenu {
    /// The report itself: the convention's practice, default for Parquet and CRIP.
    Complet,
    /// The reference only: default for everyone else.
    Lien,
}

impl Contenu {
    /// The code stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::Complet => "complet",
            Self::Lien => "lien",
        }
    }

    /// Reads a code; `None` for an unknown one.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Complet, Self::Lien].into_iter().find(|contenu| contenu.code() == code)
    }
}

/// One address of an addressee, valid from a date to a date, Europe/Paris (TER-1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adresse {
    /// The e-mail address.
    pub courriel: String,
    /// First day of validity, included.
    pub valide_du: NaiveDate,
    /// Last day of validity, included; `None` while open.
    pub valide_au: Option<NaiveDate>,
}

impl Adresse {
    /// Whether mail goes there on this Paris day.
    pub fn is_valid_on(&self, jour: NaiveDate) -> bool {
        self.valide_du <= jour && self.valide_au.is_none_or(|fin| jour <= fin)
    }
}

/// A partner of the dispositif.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its identifier.
    pub id: OrganisationId,
    /// Its short code in the territoire, such as `crip-77`.
    pub code: String,
    /// Its name.
    pub nom: String,
    /// Its category (ANN-1).
    pub categorie: Categorie,
    /// The role in which its machines act.
    pub role: Role,
    /// The ressort of a Parquet (`meaux`); `None` for everyone else.
    pub ressort: Option<String>,
    /// What an e-mail to it carries (SIG-2).
    pub contenu: Contenu,
    /// Its addresses, past and to come.
    pub adresses: Vec<Adresse>,
}
