//! The numbers that a partner's own software gives to a resource: each organisation sees and searches its own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Numéro d’une ressource dans un logiciel de l’appelant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct IdentifiantExterneVue {
    /// Nom du logiciel, tel que l’organisation le désigne.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64, pattern = "^[^\\x00]*$")]
    pub systeme: String,
    /// Numéro dans ce logiciel : unique par système, pour une organisation.
    #[validate(length(min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128, pattern = "^[^\\x00]*$")]
    pub valeur: String,
}
