//! The rules of the domain, pure: no clock, no randomness, no I/O, no database, no HTTP.

pub mod acces;
pub mod accuse_reception;
pub mod acteur;
pub mod calendrier;
pub mod dossier;
pub mod echeance;
pub mod envoi;
pub mod fait;
pub mod identifiant;
pub mod mention;
pub mod organisation;
pub mod refus;
pub mod signalement;
pub mod territoire;

#[cfg(test)]
mod signalement_tests;
