//! Maillage.

pub mod horloge;
pub mod jeton;
