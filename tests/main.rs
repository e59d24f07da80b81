//! Black-box tests: real HTTP against the real server, on both databases; and the rules of the house.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test, a panic is how a failure is told"
)]

mod appui;
mod besoin_de_savoir;
mod cercle;
mod circuit;
mod cli;
mod concurrence;
mod contrat;
mod coupures;
mod dossiers;
mod envois;
mod fuites;
mod installation;
mod integrite;
mod jetons;
mod limites;
mod maison;
mod pannes;
mod registre;
