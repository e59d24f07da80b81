//! The acknowledgement on the wire: one under the Parquet's own reference, or many at once (SIG-5).

use chrono::{DateTime, NaiveDate, Utc};
use domain::accuse_reception::{Accuse, AccuseInscrit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::probleme::Problem;
use crate::texte;

/// Most lines of one batch.
pub const LOT_MAX: usize = 500;

/// Accusé de réception déposé par l’outil d’un parquet.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AccuseCreation {
    /// Notre référence, telle que le courriel la donne.
    #[validate(length(min = 1, max = 64), custom(function = texte::line))]
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = "^[^\\x00-\\x1F\\x7F-\\x9F]*[^\\x00-\\x1F\\x7F-\\x9F\\s][^\\x00-\\x1F\\x7F-\\x9F]*$"
    )]
    pub reference: String,
    /// Date de réception par le parquet (Europe/Paris).
    pub date: NaiveDate,
    /// Service saisi.
    #[validate(length(min = 1, max = 200), custom(function = texte::line))]
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\x00-\\x1F\\x7F-\\x9F]*[^\\x00-\\x1F\\x7F-\\x9F\\s][^\\x00-\\x1F\\x7F-\\x9F]*$"
    )]
    pub service: String,
    /// Magistrat en charge.
    #[serde(default)]
    #[validate(length(min = 1, max = 200), custom(function = texte::line))]
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\x00-\\x1F\\x7F-\\x9F]*[^\\x00-\\x1F\\x7F-\\x9F\\s][^\\x00-\\x1F\\x7F-\\x9F]*$"
    )]
    pub magistrat: Option<String>,
    /// Le parquet demande de surseoir à l’évaluation (SIG-6).
    #[serde(default)]
    pub sursis: Option<bool>,
}

/// Une ligne d’un lot : la référence du parquet, et l’accusé.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AccuseLigne {
    /// Référence du parquet, unique pour ce parquet.
    #[validate(length(min = 1, max = 128), custom(function = texte::line))]
    #[schema(
        min_length = 1,
        max_length = 128,
        pattern = "^[^\\x00-\\x1F\\x7F-\\x9F]*[^\\x00-\\x1F\\x7F-\\x9F\\s][^\\x00-\\x1F\\x7F-\\x9F]*$"
    )]
    pub reference_parquet: String,
    /// Notre référence, telle que le courriel la donne.
    #[validate(length(min = 1, max = 64), custom(function = texte::line))]
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = "^[^\\x00-\\x1F\\x7F-\\x9F]*[^\\x00-\\x1F\\x7F-\\x9F\\s][^\\x00-\\x1F\\x7F-\\x9F]*$"
    )]
    pub reference: String,
    /// Date de réception par le parquet (Europe/Paris).
    pub date: NaiveDate,
    /// Service saisi.
    #[validate(length(min = 1, max = 200), custom(function = texte::line))]
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\x00-\\x1F\\x7F-\\x9F]*[^\\x00-\\x1F\\x7F-\\x9F\\s][^\\x00-\\x1F\\x7F-\\x9F]*$"
    )]
    pub service: String,
    /// Magistrat en charge.
    #[serde(default)]
    #[validate(length(min = 1, max = 200), custom(function = texte::line))]
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\x00-\\x1F\\x7F-\\x9F]*[^\\x00-\\x1F\\x7F-\\x9F\\s][^\\x00-\\x1F\\x7F-\\x9F]*$"
    )]
    pub magistrat: Option<String>,
    /// Le parquet demande de surseoir à l’évaluation (SIG-6).
    #[serde(default)]
    pub sursis: Option<bool>,
}

/// Accusé de réception enregistré.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccuseVue {
    /// Identifiant.
    pub id: Uuid,
    /// Référence du parquet.
    #[schema(max_length = 128)]
    pub reference_parquet: String,
    /// Notre référence.
    #[schema(max_length = 64)]
    pub reference: String,
    /// Le signalement.
    pub signalement: Uuid,
    /// Date que le parquet donne à la réception.
    pub date: NaiveDate,
    /// Service saisi.
    #[schema(max_length = 200)]
    pub service: String,
    /// Magistrat en charge.
    #[schema(max_length = 200)]
    pub magistrat: Option<String>,
    /// Le parquet demande de surseoir à l’évaluation.
    pub sursis: bool,
    /// Dépôt (UTC).
    pub recu_a: DateTime<Utc>,
}

/// Ce qu’est devenue une ligne d’un lot.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LigneVue {
    /// Rang de la ligne, à partir de 1.
    #[schema(minimum = 1, maximum = 500)]
    pub ligne: usize,
    /// Statut HTTP qu’aurait reçu la ligne seule.
    #[schema(minimum = 200, maximum = 599)]
    pub statut: u16,
    /// Ce qui l’a fait refuser ; absent quand elle est enregistrée.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probleme: Option<Problem>,
}

impl AccuseCreation {
    /// What the Parquet says, under its reference.
    pub fn accuse(self, reference_parquet: String) -> Accuse {
        Accuse {
            reference_parquet,
            reference: self.reference,
            date: self.date,
            service: self.service,
            magistrat: self.magistrat,
            sursis: self.sursis.unwrap_or(false),
        }
    }
}

impl From<AccuseLigne> for Accuse {
    fn from(ligne: AccuseLigne) -> Self {
        Self {
            reference_parquet: ligne.reference_parquet,
            reference: ligne.reference,
            date: ligne.date,
            service: ligne.service,
            magistrat: ligne.magistrat,
            sursis: ligne.sursis.unwrap_or(false),
        }
    }
}

impl From<AccuseInscrit> for AccuseVue {
    fn from(inscrit: AccuseInscrit) -> Self {
        let accuse = inscrit.accuse;
        Self {
            id: inscrit.id.0,
            reference_parquet: accuse.reference_parquet,
            reference: accuse.reference,
            signalement: inscrit.signalement.0,
            date: accuse.date,
            service: accuse.service,
            magistrat: accuse.magistrat,
            sursis: accuse.sursis,
            recu_a: inscrit.recu_le,
        }
    }
}
