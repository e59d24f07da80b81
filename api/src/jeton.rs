//! Access tokens and client secrets: a strict policy around `jsonwebtoken`, without any type of the transport.
//!
//! By default that crate accepts tokens without issuer, with any `typ`, valid for ten years (`R1`); everything it
//! leaves open is closed in [`verification`]. A token says who calls and in which territoire, never what the
//! caller may do: roles and habilitation are looked up at each request.

pub mod client;
#[cfg(any(test, feature = "corpus"))]
pub mod corpus;
pub mod emetteurs;
pub mod emission;
#[cfg(test)]
mod essais;
mod jwks;
pub mod verification;

pub use emetteurs::{EmetteurExterne, Emetteurs};
pub use emission::{CleEmission, Emetteur};
pub use verification::{JetonRefuse, Origine, Revendications, verify};

use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The `typ` of every access token (RFC 9068), in this exact spelling; an identity token cannot pass for one.
pub const TYP: &str = "at+jwt";

/// Longest life of a token, in seconds, from `iat` to `exp`.
pub const DUREE_MAX: i64 = 900;

/// Base64url without padding whose unused bits are zero: one text for one value, so that a token has one spelling.
const BASE64: base64::engine::GeneralPurpose = URL_SAFE_NO_PAD;
