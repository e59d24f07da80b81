//! The only crate that knows diesel: one database per territoire, SQLite or PostgreSQL, behind `Base`.

pub mod acces;
pub mod accuse_reception;
mod adresse;
pub mod agent;
pub mod base;
pub mod cercle;
mod chaine;
mod coffre;
pub mod colonnes;
pub mod connexion;
mod dialect;
pub mod diffusion;
pub mod dossier;
pub mod echeance;
mod ecrivain;
pub mod emplacement;
pub mod envoi;
mod erreur;
#[cfg(test)]
mod essai;
mod fait_versions;
pub mod faits;
mod file;
pub mod idempotence;
pub mod identifiant_externe;
pub mod migration;
pub mod organisation;
mod registre;
mod schema;
mod session;
pub mod signalement;
pub mod territoire;
pub mod types;
pub mod verification;

pub use base::{Base, Options};
pub use coffre::{Coffre, Etiquette, Usage};
pub use connexion::Cnx;
pub use emplacement::{Emplacement, Moteur};
pub use erreur::{Erreur, Scellement};
pub use session::{Ecriture, Session};

/// An update must change exactly the row that was loaded before; anything else is a defect or a broken base.
pub(crate) fn ensure_one(changed: usize, table: &'static str, id: uuid::Uuid) -> Result<(), Erreur> {
    if changed == 1 { Ok(()) } else { Err(Erreur::corrompu(table, id)) }
}
