//! The transport: extractors, middlewares, and the handlers of each noun.

pub mod chemin;
pub mod corps;
pub mod debit;
pub mod documentation;
pub mod entetes;
mod forme;
pub mod intergiciels;
mod lecture;
pub mod requete;
pub mod ressource;
pub mod sante;
pub mod suite;
mod valeurs;
