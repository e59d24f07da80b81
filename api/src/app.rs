//! The use cases: authorise, decide, store. They know neither actix nor diesel, and jobs use them too.

pub mod accuse_reception;
pub mod agent;
pub mod appel;
pub mod client;
pub mod demonstration;
pub mod dossier;
pub mod echeance;
pub mod envoi;
pub mod idempotence;
pub mod organisation;
pub mod signalement;
pub mod territoire;

pub use appel::{Appel, Erreur, Lu, Resultat};
