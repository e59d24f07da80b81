//! Tokens for machines on the wire: the words of RFC 6749, as every OAuth client expects them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Demande de jeton par un outil (RFC 6749 §4.4) ; le client s’authentifie par HTTP Basic.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct JetonDemande {
    /// Toujours `client_credentials`.
    #[schema(max_length = 64, pattern = "^client_credentials$")]
    pub grant_type: String,
}

/// Jeton émis (RFC 6749 §5.1).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JetonVue {
    /// Le jeton, à présenter en `Authorization: Bearer`.
    #[schema(max_length = 8192)]
    pub access_token: String,
    /// Toujours `Bearer`.
    #[schema(max_length = 16)]
    pub token_type: String,
    /// Durée de validité, en secondes.
    #[schema(minimum = 1, maximum = 900)]
    pub expires_in: i64,
}

/// Refus d’une demande de jeton (RFC 6749 §5.2).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JetonErreur {
    /// Code de la RFC 6749.
    #[schema(max_length = 64)]
    pub error: String,
    /// Explication, en français.
    #[schema(max_length = 500)]
    pub error_description: String,
}
