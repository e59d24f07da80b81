//! The one row that says which territoire this base is, and its settings (TER-1, TER-2).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::territoire::{CodeTerritoire, Territoire};
use uuid::Uuid;

use crate::Erreur;
use crate::Session;
use crate::schema::territoire;
use crate::types::{Doc, Instant};

/// The territoire; `None` while the base is empty.
///
/// # Errors
/// The database fails, or the row cannot be read.
pub fn find(s: &mut Session<'_>) -> Result<Option<Territoire>, Erreur> {
    let row: Option<(String, String, bool, Doc)> = territoire::table
        .select((territoire::code, territoire::nom, territoire::fictif, territoire::parametres))
        .first(s.cnx)
        .optional()?;
    let corrupt = || Erreur::corrompu("territoire", Uuid::nil());
    row.map(|(code, nom, fictif, parametres)| {
        Ok(Territoire {
            code: CodeTerritoire::parse(&code).ok_or_else(corrupt)?,
            nom,
            fictif,
            parametres: serde_json::from_value(parametres.0).map_err(|_| corrupt())?,
        })
    })
    .transpose()
}

/// The territoire of a base that was installed.
///
/// # Errors
/// The database fails, or the base is empty.
pub fn get(s: &mut Session<'_>) -> Result<Territoire, Erreur> {
    find(s)?.ok_or_else(|| Erreur::corrompu("territoire", Uuid::nil()))
}

/// Writes the territoire of a new base.
///
/// # Errors
/// The database fails.
pub fn insert(s: &mut Session<'_>, nouveau: &Territoire, now: DateTime<Utc>) -> Result<(), Erreur> {
    diesel::insert_into(territoire::table)
        .values((
            territoire::code.eq(nouveau.code.as_str()),
            territoire::nom.eq(&nouveau.nom),
            territoire::fictif.eq(nouveau.fictif),
            territoire::parametres.eq(Doc(serde_json::to_value(&nouveau.parametres)?)),
            territoire::installe_le.eq(Instant::from(now)),
        ))
        .execute(s.cnx)?;
    Ok(())
}
