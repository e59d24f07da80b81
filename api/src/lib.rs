//! The server: HTTP, use cases, jobs, e-mails and commands; the only crate that knows actix.

pub mod acteur;
pub mod app;
pub mod cli;
pub mod contrat;
pub mod courrier;
pub mod error;
pub mod etat;
pub mod hasard;
pub mod horloge;
pub mod http;
pub mod jeton;
pub mod jobs;
pub mod journalisation;
pub mod precondition;
pub mod routes;
pub mod serveur;
pub mod settings;
