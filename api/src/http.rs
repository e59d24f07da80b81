//! The transport: extractors, middlewares, and the handlers of each noun.

pub mod accuse_reception;
pub mod appel;
pub mod chemin;
pub mod corps;
pub mod curseur;
pub mod debit;
pub mod documentation;
pub mod dossier;
pub mod echeance;
pub mod entetes;
pub mod envoi;
mod forme;
pub mod intergiciels;
pub mod jeton;
mod lecture;
pub mod liste;
pub mod moi;
pub mod organisation;
pub mod requete;
pub mod ressource;
pub mod sante;
pub mod signalement;
pub mod suite;
pub mod territoire;
mod valeurs;
