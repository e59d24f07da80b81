//! Acknowledgements in the base: found by a keyed digest of the Parquet's reference, sealed for the rest (SIG-5).

use diesel::prelude::*;
use domain::accuse_reception::AccuseInscrit;
use domain::identifiant::{AccuseId, DossierId, OrganisationId};

use crate::Erreur;
use crate::Session;
use crate::schema::accuse_reception;
use crate::types::{Id, Instant};
use crate::{Etiquette, Usage};

/// Finds the acknowledgement that a Parquet pushed under its own reference.
///
/// # Errors
/// The database fails, or the row cannot be read.
pub fn find_by_reference(
    s: &mut Session<'_>,
    parquet: OrganisationId,
    reference_parquet: &str,
) -> Result<Option<AccuseInscrit>, Erreur> {
    let empreinte = digest(s, parquet, reference_parquet);
    let row = accuse_reception::table
        .filter(accuse_reception::parquet.eq(Id(parquet.0)))
        .filter(accuse_reception::reference_empreinte.eq(empreinte))
        .select(AccuseRow::as_select())
        .first(s.cnx)
        .optional()?;
    row.map(|row| row.into_domain(s)).transpose()
}

/// Finds an acknowledgement by its identifier.
///
/// # Errors
/// The database fails, or the row cannot be read.
pub fn find(s: &mut Session<'_>, id: AccuseId) -> Result<Option<AccuseInscrit>, Erreur> {
    let row =
        accuse_reception::table.find(Id(id.0)).select(AccuseRow::as_select()).first(s.cnx).optional()?;
    row.map(|row| row.into_domain(s)).transpose()
}

/// Writes a new acknowledgement of a signalement of this dossier.
///
/// # Errors
/// The database fails, or the Parquet used this reference already.
pub fn insert(s: &mut Session<'_>, nouveau: &AccuseInscrit, dossier: DossierId) -> Result<(), Erreur> {
    let clair = serde_json::to_vec(&nouveau.accuse)?;
    let row = AccuseRow {
        id: Id(nouveau.id.0),
        parquet: Id(nouveau.parquet.0),
        reference_empreinte: digest(s, nouveau.parquet, &nouveau.accuse.reference_parquet),
        signalement: Id(nouveau.signalement.0),
        dossier: Id(dossier.0),
        contenu: s.coffre.seal(dossier, &label(nouveau.id), &clair)?,
        recu_le: Instant::from(nouveau.recu_le),
    };
    diesel::insert_into(accuse_reception::table).values(row).execute(s.cnx)?;
    Ok(())
}

fn digest(s: &Session<'_>, parquet: OrganisationId, reference: &str) -> Vec<u8> {
    let parts: [&[u8]; 3] = [b"accuse_reception", parquet.0.as_bytes(), reference.as_bytes()];
    s.coffre.mac(Usage::Empreinte, &parts).to_vec()
}

fn label(id: AccuseId) -> Etiquette {
    Etiquette { table: "accuse_reception", colonne: "contenu", ligne: id.0 }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = accuse_reception)]
struct AccuseRow {
    id: Id,
    parquet: Id,
    reference_empreinte: Vec<u8>,
    signalement: Id,
    dossier: Id,
    contenu: Vec<u8>,
    recu_le: Instant,
}

impl AccuseRow {
    fn into_domain(self, s: &Session<'_>) -> Result<AccuseInscrit, Erreur> {
        let id = AccuseId(self.id.0);
        let clair = s.coffre.unseal(DossierId(self.dossier.0), &label(id), &self.contenu)?;
        let accuse =
            serde_json::from_slice(&clair).map_err(|_| Erreur::corrompu("accuse_reception", id.0))?;
        Ok(AccuseInscrit {
            id,
            parquet: self.parquet.0.into(),
            signalement: self.signalement.0.into(),
            accuse,
            recu_le: self.recu_le.utc(),
        })
    }
}
