//! `maillage openapi`: the contract, as it is checked in.

use super::echec::Echec;
use super::sortie;
use crate::contrat;

/// Prints the contract.
pub(super) fn run() -> Result<(), Echec> {
    sortie::print(&contrat::text().map_err(Echec::new)?);
    Ok(())
}
