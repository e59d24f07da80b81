//! Answers kept so that a request sent twice has one effect (Idempotency-Key): sealed, since an answer may name a
//! minor.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::identifiant::DossierId;
use uuid::Uuid;

use crate::Erreur;
use crate::Etiquette;
use crate::Session;
use crate::schema::idempotence;
use crate::types::{Id, Instant};

/// A kept answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gardee {
    /// The dossier that the answer shows, and whose key seals it.
    pub dossier: DossierId,
    /// Keyed digest of the request's body: another body under the same key is refused.
    pub corps: Vec<u8>,
    /// The answer, as the HTTP layer wrote it.
    pub reponse: Vec<u8>,
}

/// The dossier that a kept answer shows, without opening it.
///
/// # Errors
/// The database fails.
pub fn find_dossier(s: &mut Session<'_>, empreinte: &[u8]) -> Result<Option<DossierId>, Erreur> {
    let dossier: Option<Id> =
        idempotence::table.find(empreinte).select(idempotence::dossier).first(s.cnx).optional()?;
    Ok(dossier.map(|id| id.0.into()))
}

/// Finds the answer kept under the keyed digest of (client, method, path, key).
///
/// # Errors
/// The database fails, or the answer cannot be unsealed.
pub fn find(s: &mut Session<'_>, empreinte: &[u8]) -> Result<Option<Gardee>, Erreur> {
    let row: Option<(Vec<u8>, Id, Id, Vec<u8>)> = idempotence::table
        .find(empreinte)
        .select((idempotence::corps, idempotence::dossier, idempotence::ligne, idempotence::reponse))
        .first(s.cnx)
        .optional()?;
    row.map(|(corps, dossier, ligne, scelle)| {
        let dossier = DossierId(dossier.0);
        let reponse = s.coffre.unseal(dossier, &label(ligne.0), &scelle)?.to_vec();
        Ok(Gardee { dossier, corps, reponse })
    })
    .transpose()
}

/// Keeps an answer, in the transaction of its effect.
///
/// # Errors
/// The database fails, or the key of the dossier is missing.
pub fn insert(
    s: &mut Session<'_>,
    empreinte: &[u8],
    ligne: Uuid,
    gardee: &Gardee,
    now: DateTime<Utc>,
) -> Result<(), Erreur> {
    let scelle = s.coffre.seal(gardee.dossier, &label(ligne), &gardee.reponse)?;
    diesel::insert_into(idempotence::table)
        .values((
            idempotence::empreinte.eq(empreinte),
            idempotence::corps.eq(&gardee.corps),
            idempotence::dossier.eq(Id(gardee.dossier.0)),
            idempotence::ligne.eq(Id(ligne)),
            idempotence::reponse.eq(scelle),
            idempotence::cree_le.eq(Instant::from(now)),
        ))
        .execute(s.cnx)?;
    Ok(())
}

/// Whether an answer is older than this instant: a look without a lock.
///
/// # Errors
/// The database fails.
pub fn has_before(s: &mut Session<'_>, instant: DateTime<Utc>) -> Result<bool, Erreur> {
    let found: Option<Id> = idempotence::table
        .filter(idempotence::cree_le.lt(Instant::from(instant)))
        .select(idempotence::ligne)
        .first(s.cnx)
        .optional()?;
    Ok(found.is_some())
}

/// Forgets the answers older than this instant.
///
/// # Errors
/// The database fails.
pub fn forget_before(s: &mut Session<'_>, instant: DateTime<Utc>) -> Result<usize, Erreur> {
    Ok(diesel::delete(idempotence::table)
        .filter(idempotence::cree_le.lt(Instant::from(instant)))
        .execute(s.cnx)?)
}

fn label(ligne: Uuid) -> Etiquette {
    Etiquette { table: "idempotence", colonne: "reponse", ligne }
}
