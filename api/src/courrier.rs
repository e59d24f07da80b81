//! E-mails: what they say (SIG-2, SIG-8), down to the bytes, and the ways by which they leave.
//!
//! Three steps that the jobs chain: [`Courrier::compose`] makes the bytes once, from values of the domain and
//! nothing else (no clock, no chance, no database); they are sealed and kept; [`Transport::send`] sends them as
//! they are kept, as often as it takes.

mod adresse;
mod dates;
mod fichiers;
mod message;
mod modele;
mod smtp;
mod transport;

#[cfg(test)]
mod tests;

pub use adresse::Expediteur;
pub use message::{Courrier, Erreur, Message};
pub use smtp::{Delais, ReglageInvalide, Smtp};
pub use transport::{Cause, Echec, Pli, Remise, Transport};
