//! The contract: what travels on the wire, and the document that describes it.

pub mod accuse_reception;
pub mod action;
pub mod champ;
pub mod chemins;
pub mod dossier;
pub mod echeance;
pub mod envoi;
pub mod exemples;
pub mod identifiant_externe;
pub mod jeton;
pub mod mention;
pub mod moi;
pub mod organisation;
pub mod page;
pub mod probleme;
pub mod signalement;
pub mod territoire;
mod texte;
