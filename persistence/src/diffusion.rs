//! How far each consumer of the journal has come: its cursor moves in the transaction of what it inserts.

use diesel::prelude::*;

use crate::Session;
use crate::erreur::Erreur;
use crate::schema::diffusion;

/// The last fact that this consumer has handled; 0 before the first.
///
/// # Errors
/// The database fails.
pub fn position(s: &mut Session<'_>, consommateur: &str) -> Result<i64, Erreur> {
    let seq: Option<i64> =
        diffusion::table.find(consommateur).select(diffusion::seq).first(s.cnx).optional()?;
    Ok(seq.unwrap_or(0))
}

/// Moves the cursor of this consumer.
///
/// # Errors
/// The database fails.
pub fn advance(s: &mut Session<'_>, consommateur: &str, seq: i64) -> Result<(), Erreur> {
    let changed =
        diesel::update(diffusion::table.find(consommateur)).set(diffusion::seq.eq(seq)).execute(s.cnx)?;
    if changed == 0 {
        diesel::insert_into(diffusion::table)
            .values((diffusion::consommateur.eq(consommateur), diffusion::seq.eq(seq)))
            .execute(s.cnx)?;
    }
    Ok(())
}
