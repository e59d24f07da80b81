//! The dossier on the wire: a pseudonym, an assessment, and what the caller's sections open (DOS-1, 2, 3, 7).

use chrono::{DateTime, Utc};
use domain::acces::Section;
use domain::dossier::{Dossier, Resume};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::mention::IdentiteMineurVue;
use crate::organisation::OrganisationRef;
use crate::signalement::SectionVue;

/// Appréciation de la situation (DOS-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SituationVue {
    /// À risque.
    Risque,
    /// Avérée.
    Averee,
    /// Infirmée.
    Infirmee,
}

/// Filtres de la liste des dossiers.
#[derive(Debug, Clone, Default, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct DossierFiltre {
    /// Ne garder que cette appréciation.
    #[param(inline)]
    pub situation: Option<SituationVue>,
    /// Nombre d’éléments par page, de 1 à 200 (50 par défaut).
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u16>)]
    #[validate(range(min = 1, max = 200))]
    pub limite: Option<u16>,
    /// Suite d’une liste, telle que `curseur_suivant` l’a donnée.
    #[param(min_length = 1, max_length = 512)]
    #[validate(length(min = 1, max = 512))]
    pub curseur: Option<String>,
}

/// Un dossier dans une liste : son code, jamais son identité.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DossierResume {
    /// Identifiant.
    pub id: Uuid,
    /// Code pseudonyme, lisible à voix haute (DOS-2).
    #[schema(max_length = 16)]
    pub code: String,
    /// Appréciation en vigueur.
    pub situation: SituationVue,
    /// Ouverture (UTC).
    pub ouvert_a: DateTime<Utc>,
}

/// Un dossier, dans les sections ouvertes à l’appelant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DossierVue {
    /// Identifiant.
    pub id: Uuid,
    /// Code pseudonyme, lisible à voix haute (DOS-2).
    #[schema(max_length = 16)]
    pub code: String,
    /// Appréciation en vigueur (DOS-3).
    pub situation: SituationVue,
    /// Date de cette appréciation (UTC).
    pub situation_a: DateTime<Utc>,
    /// Organisation qui l’a portée.
    pub situation_par: OrganisationRef,
    /// Ouverture (UTC).
    pub ouvert_a: DateTime<Utc>,
    /// Sections ouvertes à l’appelant.
    #[schema(max_items = 5)]
    pub sections: Vec<SectionVue>,
    /// Identité, telle que le dernier signalement transmis l’a donnée ; `null` si la section n’est pas ouverte ou
    /// si elle n’est pas connue.
    pub identite: Option<IdentiteMineurVue>,
}

/// Un événement de la chronologie (DOS-7) : quoi, quand, par qui ; jamais le contenu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvenementVue {
    /// Rang dans le journal du territoire.
    #[schema(minimum = 1)]
    pub seq: i64,
    /// Type de l’événement ; la liste peut grandir.
    #[schema(max_length = 64)]
    pub r#type: String,
    /// Objet de l’événement.
    pub sujet: Option<Uuid>,
    /// Date de l’événement (UTC).
    pub survenu_a: DateTime<Utc>,
    /// Agent qui en est l’auteur ; `null` pour le serveur lui-même.
    pub agent: Option<Uuid>,
}

impl DossierVue {
    /// The view of a dossier for one caller (SEC-1).
    pub fn new(dossier: &Dossier, situation_par: OrganisationRef, sections: &[Section]) -> Self {
        let identite = dossier.identite.as_ref().filter(|_| sections.contains(&Section::Identite));
        Self {
            id: dossier.id.0,
            code: dossier.code.clone(),
            situation: dossier.qualification.situation.into(),
            situation_a: dossier.qualification.le,
            situation_par,
            ouvert_a: dossier.ouvert_le,
            sections: sections.iter().map(|s| SectionVue::from(*s)).collect(),
            identite: identite.map(IdentiteMineurVue::from),
        }
    }
}

impl From<&Resume> for DossierResume {
    fn from(resume: &Resume) -> Self {
        Self {
            id: resume.id.0,
            code: resume.code.clone(),
            situation: resume.situation.into(),
            ouvert_a: resume.ouvert_le,
        }
    }
}
