//! The numbers that partners' own software give to our resources: searched by keyed digest, sealed for the rest.

use diesel::prelude::*;
use domain::identifiant::{DossierId, IdentifiantExterne, OrganisationId};
use uuid::Uuid;

use crate::Session;
use crate::coffre::{Etiquette, Usage};
use crate::erreur::Erreur;
use crate::schema::identifiant_externe;
use crate::types::Id;

/// The numbers that an organisation gave to a resource.
///
/// # Errors
/// The database fails, or a number cannot be unsealed.
pub fn list(
    s: &mut Session<'_>,
    organisation: OrganisationId,
    sujet: Uuid,
) -> Result<Vec<IdentifiantExterne>, Erreur> {
    let rows: Vec<(Id, String, Vec<u8>, Id)> = identifiant_externe::table
        .filter(identifiant_externe::sujet.eq(Id(sujet)))
        .filter(identifiant_externe::organisation.eq(Id(organisation.0)))
        .select((
            identifiant_externe::id,
            identifiant_externe::systeme,
            identifiant_externe::valeur,
            identifiant_externe::dossier,
        ))
        .order(identifiant_externe::id)
        .load(s.cnx)?;
    rows.into_iter()
        .map(|(id, systeme, scelle, dossier)| {
            let clair = s.coffre.unseal(DossierId(dossier.0), &label(id.0), &scelle)?;
            let valeur = String::from_utf8(clair.to_vec())
                .map_err(|_| Erreur::corrompu("identifiant_externe", id.0))?;
            Ok(IdentifiantExterne { systeme, valeur })
        })
        .collect()
}

/// Gives a number to a resource. `false` when this organisation gave it already, to this resource or another.
///
/// # Errors
/// The database fails, or the key of the dossier is missing.
pub fn insert(
    s: &mut Session<'_>,
    id: Uuid,
    organisation: OrganisationId,
    numero: &IdentifiantExterne,
    sujet: Uuid,
    dossier: DossierId,
) -> Result<bool, Erreur> {
    let IdentifiantExterne { systeme, valeur } = numero;
    let parts: [&[u8]; 4] =
        [b"identifiant_externe", organisation.0.as_bytes(), systeme.as_bytes(), valeur.as_bytes()];
    let empreinte = s.coffre.mac(Usage::Empreinte, &parts).to_vec();
    let deja: i64 = identifiant_externe::table
        .filter(identifiant_externe::organisation.eq(Id(organisation.0)))
        .filter(identifiant_externe::systeme.eq(systeme))
        .filter(identifiant_externe::valeur_empreinte.eq(&empreinte))
        .count()
        .get_result(s.cnx)?;
    if deja > 0 {
        return Ok(false);
    }
    let scelle = s.coffre.seal(dossier, &label(id), valeur.as_bytes())?;
    diesel::insert_into(identifiant_externe::table)
        .values((
            identifiant_externe::id.eq(Id(id)),
            identifiant_externe::organisation.eq(Id(organisation.0)),
            identifiant_externe::systeme.eq(systeme),
            identifiant_externe::valeur_empreinte.eq(empreinte),
            identifiant_externe::valeur.eq(scelle),
            identifiant_externe::sujet.eq(Id(sujet)),
            identifiant_externe::dossier.eq(Id(dossier.0)),
        ))
        .execute(s.cnx)?;
    Ok(true)
}

fn label(id: Uuid) -> Etiquette {
    Etiquette { table: "identifiant_externe", colonne: "valeur", ligne: id }
}
