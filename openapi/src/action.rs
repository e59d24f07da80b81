//! What may be done next to a resource, and why not: a frontend needs no copy of the rules.

use serde::Serialize;
use utoipa::ToSchema;

/// Une action possible ou refusée, pour l’appelant, dans l’état et à l’instant de la réponse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ActionVue {
    /// Nom stable de l’action.
    #[schema(max_length = 64, examples("transmettre"))]
    pub nom: String,
    /// Chemin à appeler ; `{reference_parquet}` reste à remplir par l’appelant.
    #[schema(max_length = 256)]
    pub href: String,
    /// Méthode HTTP.
    #[schema(max_length = 8, examples("POST"))]
    pub methode: String,
    /// Vrai si un corps valide serait accepté.
    pub possible: bool,
    /// Pourquoi l’action est refusée, en français ; absent quand elle est possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub motif_refus: Option<String>,
}
