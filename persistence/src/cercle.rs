//! The cercle de partage in the base: who is in, by which step, for which sections (SEC-1).

use diesel::prelude::*;
use domain::acces::{Cercle, Section, Voie};
use domain::identifiant::{DossierId, OrganisationId};

use crate::Erreur;
use crate::Session;
use crate::schema::cercle;
use crate::types::{Id, Instant};

/// The place of an organisation in the cercle of a dossier; `None` when it never entered.
///
/// # Errors
/// The database fails, or the row cannot be read.
pub fn find(
    s: &mut Session<'_>,
    dossier: DossierId,
    organisation: OrganisationId,
) -> Result<Option<Cercle>, Erreur> {
    let row = cercle::table
        .find((Id(organisation.0), Id(dossier.0)))
        .select(CercleRow::as_select())
        .first(s.cnx)
        .optional()?;
    row.map(CercleRow::into_domain).transpose()
}

/// Writes an entry. An organisation that is in already keeps its first entry and gains the sections that it did not
/// have: the CRIP may be the author too. Tells whether anything changed.
///
/// # Errors
/// The database fails.
pub fn enter(s: &mut Session<'_>, entree: &Cercle) -> Result<bool, Erreur> {
    let Some(ancienne) = find(s, entree.dossier, entree.organisation)? else {
        diesel::insert_into(cercle::table).values(CercleRow::from(entree)).execute(s.cnx)?;
        return Ok(true);
    };
    let mut sections = ancienne.sections.clone();
    sections.extend(entree.sections.iter().copied().filter(|s| !ancienne.sections.contains(s)));
    if sections == ancienne.sections && ancienne.sortie_le.is_none() {
        return Ok(false);
    }
    diesel::update(cercle::table.find((Id(entree.organisation.0), Id(entree.dossier.0))))
        .set((cercle::sections.eq(codes(&sections)), cercle::sortie_le.eq(None::<Instant>)))
        .execute(s.cnx)?;
    Ok(true)
}

/// What every list joins: the organisation is in the cercle now, for a section at least. An extra copy opens none: it
/// received its e-mail, and sees nothing here (TER-1).
#[diesel::dsl::auto_type]
pub(crate) fn opens_to(organisation: Id, now: Instant) -> _ {
    cercle::organisation
        .eq(organisation)
        .and(cercle::sections.ne(""))
        .and(cercle::sortie_le.is_null().or(cercle::sortie_le.gt(now)))
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = cercle)]
struct CercleRow {
    dossier: Id,
    organisation: Id,
    voie: String,
    sections: String,
    entree_le: Instant,
    sortie_le: Option<Instant>,
}

fn codes(sections: &[Section]) -> String {
    sections.iter().map(|section| section.code()).collect::<Vec<_>>().join(",")
}

impl From<&Cercle> for CercleRow {
    fn from(cercle: &Cercle) -> Self {
        Self {
            dossier: Id(cercle.dossier.0),
            organisation: Id(cercle.organisation.0),
            voie: cercle.voie.code().to_owned(),
            sections: codes(&cercle.sections),
            entree_le: Instant::from(cercle.entree_le),
            sortie_le: cercle.sortie_le.map(Instant::from),
        }
    }
}

impl CercleRow {
    fn into_domain(self) -> Result<Cercle, Erreur> {
        let corrupt = || Erreur::corrompu("cercle", self.dossier.0);
        let sections: Option<Vec<Section>> =
            self.sections.split(',').filter(|code| !code.is_empty()).map(Section::parse).collect();
        Ok(Cercle {
            dossier: self.dossier.0.into(),
            organisation: self.organisation.0.into(),
            voie: Voie::parse(&self.voie).ok_or_else(corrupt)?,
            sections: sections.ok_or_else(corrupt)?,
            entree_le: self.entree_le.utc(),
            sortie_le: self.sortie_le.map(Instant::utc),
        })
    }
}
