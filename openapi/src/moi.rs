//! What a token may do: who, for which organisation, with which roles today.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::organisation::{OrganisationRef, RoleVue};

/// L’appelant, tel que la base le connaît à l’instant de la requête.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MoiVue {
    /// Identifiant de l’agent ; c’est le `sub` du jeton.
    pub agent: Uuid,
    /// Nom de l’agent ou de l’outil.
    #[schema(max_length = 200)]
    pub nom: String,
    /// Vrai pour un outil.
    pub machine: bool,
    /// Territoire du jeton.
    #[schema(max_length = 8)]
    pub territoire: String,
    /// Organisation.
    pub organisation: OrganisationRef,
    /// Rôles que donnent aujourd’hui ses habilitations.
    #[schema(max_items = 16)]
    pub roles: Vec<RoleVue>,
}
