//! The directory in the base: organisations and their dated addresses (ANN-1, TER-1).

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::acteur::Role;
use domain::identifiant::OrganisationId;
use domain::organisation::{Adresse, Categorie, Contenu, Organisation};
use uuid::Uuid;

use crate::Erreur;
use crate::Session;
use crate::schema::{adresse, organisation};
use crate::types::Id;

/// Every organisation of the territoire, by code: a directory is small (some hundreds of lines at most).
///
/// # Errors
/// The database fails, or a row cannot be read.
pub fn list(s: &mut Session<'_>) -> Result<Vec<Organisation>, Erreur> {
    let rows: Vec<OrganisationRow> =
        organisation::table.select(OrganisationRow::as_select()).order(organisation::code).load(s.cnx)?;
    let adresses: Vec<AdresseRow> =
        adresse::table.select(AdresseRow::as_select()).order(adresse::valide_du).load(s.cnx)?;
    let mut siennes: HashMap<Uuid, Vec<AdresseRow>> = HashMap::new();
    for adresse in adresses {
        siennes.entry(adresse.organisation.0).or_default().push(adresse);
    }
    rows.into_iter()
        .map(|row| {
            let adresses = siennes.remove(&row.id.0).unwrap_or_default();
            row.into_domain(adresses)
        })
        .collect()
}

/// Finds one organisation with its addresses.
///
/// # Errors
/// The database fails, or the row cannot be read.
pub fn find(s: &mut Session<'_>, id: OrganisationId) -> Result<Option<Organisation>, Erreur> {
    let row =
        organisation::table.find(Id(id.0)).select(OrganisationRow::as_select()).first(s.cnx).optional()?;
    with_addresses(s, row)
}

/// Finds one organisation by its code in the territoire.
///
/// # Errors
/// The database fails, or the row cannot be read.
pub fn find_by_code(s: &mut Session<'_>, code: &str) -> Result<Option<Organisation>, Erreur> {
    let row = organisation::table
        .filter(organisation::code.eq(code))
        .select(OrganisationRow::as_select())
        .first(s.cnx)
        .optional()?;
    with_addresses(s, row)
}

/// Writes a new organisation and its addresses, each under the identifier given.
///
/// # Errors
/// The database fails, or the code is taken.
pub fn insert(s: &mut Session<'_>, organisation: &Organisation, adresses: &[Uuid]) -> Result<(), Erreur> {
    diesel::insert_into(organisation::table).values(OrganisationRow::from(organisation)).execute(s.cnx)?;
    for (adresse, id) in organisation.adresses.iter().zip(adresses) {
        let row = AdresseRow {
            id: Id(*id),
            organisation: Id(organisation.id.0),
            courriel: adresse.courriel.clone(),
            valide_du: adresse.valide_du,
            valide_au: adresse.valide_au,
        };
        diesel::insert_into(adresse::table).values(row).execute(s.cnx)?;
    }
    Ok(())
}

fn with_addresses(s: &mut Session<'_>, row: Option<OrganisationRow>) -> Result<Option<Organisation>, Erreur> {
    let Some(row) = row else { return Ok(None) };
    let adresses = adresse::table
        .filter(adresse::organisation.eq(row.id))
        .select(AdresseRow::as_select())
        .order(adresse::valide_du)
        .load(s.cnx)?;
    row.into_domain(adresses).map(Some)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = organisation)]
struct OrganisationRow {
    id: Id,
    code: String,
    nom: String,
    categorie: String,
    role: String,
    ressort: Option<String>,
    contenu: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = adresse)]
struct AdresseRow {
    id: Id,
    organisation: Id,
    courriel: String,
    valide_du: NaiveDate,
    valide_au: Option<NaiveDate>,
}

impl From<&Organisation> for OrganisationRow {
    fn from(o: &Organisation) -> Self {
        Self {
            id: Id(o.id.0),
            code: o.code.clone(),
            nom: o.nom.clone(),
            categorie: o.categorie.code().to_owned(),
            role: o.role.code().to_owned(),
            ressort: o.ressort.clone(),
            contenu: o.contenu.code().to_owned(),
        }
    }
}

impl OrganisationRow {
    fn into_domain(self, adresses: Vec<AdresseRow>) -> Result<Organisation, Erreur> {
        let corrupt = || Erreur::corrompu("organisation", self.id.0);
        Ok(Organisation {
            id: self.id.0.into(),
            categorie: Categorie::parse(&self.categorie).ok_or_else(corrupt)?,
            role: Role::parse(&self.role).ok_or_else(corrupt)?,
            contenu: Contenu::parse(&self.contenu).ok_or_else(corrupt)?,
            code: self.code,
            nom: self.nom,
            ressort: self.ressort,
            adresses: adresses
                .into_iter()
                .map(|a| Adresse { courriel: a.courriel, valide_du: a.valide_du, valide_au: a.valide_au })
                .collect(),
        })
    }
}
