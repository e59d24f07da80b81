//! The numbers that a partner's own software gives to a resource: each organisation sees its own.

use domain::identifiant::IdentifiantExterne;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::texte;

/// Numéro d’une ressource dans un logiciel de l’appelant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct IdentifiantExterneVue {
    /// Nom du logiciel, tel que l’organisation le désigne.
    #[validate(length(min = 1, max = 64), custom(function = texte::line))]
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = "^[^\\x00-\\x1F\\x7F-\\x9F]*[^\\x00-\\x1F\\x7F-\\x9F\\s][^\\x00-\\x1F\\x7F-\\x9F]*$"
    )]
    pub systeme: String,
    /// Numéro dans ce logiciel : unique par système, pour une organisation.
    #[validate(length(min = 1, max = 128), custom(function = texte::line))]
    #[schema(
        min_length = 1,
        max_length = 128,
        pattern = "^[^\\x00-\\x1F\\x7F-\\x9F]*[^\\x00-\\x1F\\x7F-\\x9F\\s][^\\x00-\\x1F\\x7F-\\x9F]*$"
    )]
    pub valeur: String,
}

impl From<IdentifiantExterneVue> for IdentifiantExterne {
    fn from(vue: IdentifiantExterneVue) -> Self {
        Self { systeme: vue.systeme, valeur: vue.valeur }
    }
}

impl From<IdentifiantExterne> for IdentifiantExterneVue {
    fn from(numero: IdentifiantExterne) -> Self {
        Self { systeme: numero.systeme, valeur: numero.valeur }
    }
}
