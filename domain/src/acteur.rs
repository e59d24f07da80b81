//! Who acts: an agent, in one organisation, with the roles its habilitations give it today (ANN-3, §14).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::identifiant::{AgentId, HabilitationId, OrganisationId};

/// A role of §14. Machines hold roles too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Cellule de recueil des informations préoccupantes.
    Crip,
    /// Territorial head of the ASE (RTPE, RTPES).
    Rtpe,
    /// ASE worker in charge of the minor.
    ReferentAse,
    /// Evaluator of a maison des solidarités.
    EvaluateurMds,
    /// Public prosecutor's office of a ressort.
    Parquet,
    /// Juge des enfants.
    JugeEnfants,
    /// The specialised association.
    Association,
    /// Runs the commission and the file active.
    Coordinateur,
    /// Service mandated for an AEMO.
    ServiceAemo,
    /// Police or gendarmerie station.
    PoliceGendarmerie,
    /// Establishment that hosts or teaches.
    Etablissement,
    /// Named member of the commission.
    MembreCommission,
    /// Pseudonymised statistics only.
    Observatoire,
    /// Indicators only.
    Copil,
    /// Data protection officer: the journals, never the content.
    Dpo,
    /// Settings and habilitations, no dossier content.
    Administrateur,
}

impl Role {
    /// Every role, in the order of §14.
    pub const ALL: [Self; 16] = [
        Self::Crip,
        Self::Rtpe,
        Self::ReferentAse,
        Self::EvaluateurMds,
        Self::Parquet,
        Self::JugeEnfants,
        Self::Association,
        Self::Coordinateur,
        Self::ServiceAemo,
        Self::PoliceGendarmerie,
        Self::Etablissement,
        Self::MembreCommission,
        Self::Observatoire,
        Self::Copil,
        Self::Dpo,
        Self::Administrateur,
    ];

    /// The code stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::Crip => "crip",
            Self::Rtpe => "rtpe",
            Self::ReferentAse => "referent_ase",
            Self::EvaluateurMds => "evaluateur_mds",
            Self::Parquet => "parquet",
            Self::JugeEnfants => "juge_enfants",
            Self::Association => "association",
            Self::Coordinateur => "coordinateur",
            Self::ServiceAemo => "service_aemo",
            Self::PoliceGendarmerie => "police_gendarmerie",
            Self::Etablissement => "etablissement",
            Self::MembreCommission => "membre_commission",
            Self::Observatoire => "observatoire",
            Self::Copil => "copil",
            Self::Dpo => "dpo",
            Self::Administrateur => "administrateur",
        }
    }

    /// Reads a code; `None` for an unknown one.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Whether the role may ever see the content of a dossier (§14: `observatoire`, `copil`, `dpo` and
    /// `administrateur` never do).
    pub fn sees_dossiers(self) -> bool {
        !matches!(self, Self::Observatoire | Self::Copil | Self::Dpo | Self::Administrateur)
    }
}

/// The link of an agent to an organisation and a role, valid from a date to a date, Europe/Paris (ANN-3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Habilitation {
    /// Its identifier, quoted in the journal of accesses.
    pub id: HabilitationId,
    /// Who holds it.
    pub agent: AgentId,
    /// For which organisation.
    pub organisation: OrganisationId,
    /// With which role.
    pub role: Role,
    /// First day of validity, included.
    pub valide_du: NaiveDate,
    /// Last day of validity, included; `None` while open.
    pub valide_au: Option<NaiveDate>,
    /// Withdrawn: it gives nothing from that instant on, whatever the dates.
    pub retiree: bool,
}

impl Habilitation {
    /// Whether it gives its role on this Paris day.
    pub fn is_valid_on(&self, jour: NaiveDate) -> bool {
        !self.retiree && self.valide_du <= jour && self.valide_au.is_none_or(|fin| jour <= fin)
    }
}

/// The author of a request, as the database knows it at the instant of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acteur {
    /// The agent that the token names.
    pub agent: AgentId,
    /// Its organisation.
    pub organisation: OrganisationId,
    /// The roles its habilitations give it today, restricted to those enabled in the territoire (TER-1).
    pub roles: BTreeSet<Role>,
    /// The habilitations behind these roles.
    pub habilitations: Vec<HabilitationId>,
}

impl Acteur {
    /// Whether the actor holds this role today.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether one of the actor's roles may see the content of dossiers.
    pub fn sees_dossiers(&self) -> bool {
        self.roles.iter().any(|role| role.sees_dossiers())
    }
}

/// Who is written as the author of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Auteur {
    /// A person or a machine of a partner.
    Agent(AgentId),
    /// The server itself: deliveries, deadlines, installation.
    Systeme,
}
