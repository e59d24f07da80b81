//! Deadlines in the base: opened by a transition, met by another, passed by time alone (§15).

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use domain::echeance::{Echeance, Regle};
use domain::identifiant::{EcheanceId, OrganisationId};
use uuid::Uuid;

use crate::cercle::opens_to;
use crate::schema::{cercle, echeance};
use crate::types::{Id, Instant};
use crate::{Erreur, Session, ensure_one};

/// Where the page before ended: the due date first, then the identifier.
pub type Position = (NaiveDate, EcheanceId);

/// The deadlines of the dossiers that an organisation may see now, the nearest first (SEC-1).
///
/// # Errors
/// The database fails, or a row cannot be read.
pub fn list(
    s: &mut Session<'_>,
    organisation: OrganisationId,
    now: DateTime<Utc>,
    regle: Option<Regle>,
    apres: Option<Position>,
    limite: i64,
) -> Result<Vec<Echeance>, Erreur> {
    let mut query = echeance::table
        .inner_join(cercle::table.on(cercle::dossier.eq(echeance::dossier)))
        .filter(opens_to(Id(organisation.0), Instant::from(now)))
        .select(EcheanceRow::as_select())
        .order((echeance::due_le, echeance::id))
        .limit(limite)
        .into_boxed();
    if let Some(regle) = regle {
        query = query.filter(echeance::regle.eq(regle.code()));
    }
    if let Some((due_le, id)) = apres {
        query = query.filter(
            echeance::due_le.gt(due_le).or(echeance::due_le.eq(due_le).and(echeance::id.gt(Id(id.0)))),
        );
    }
    let rows: Vec<EcheanceRow> = query.load(s.cnx)?;
    rows.into_iter().map(EcheanceRow::into_domain).collect()
}

/// The deadlines of a subject under one rule.
///
/// # Errors
/// The database fails, or a row cannot be read.
pub fn list_for(s: &mut Session<'_>, sujet: Uuid, regle: Regle) -> Result<Vec<Echeance>, Erreur> {
    let rows: Vec<EcheanceRow> = echeance::table
        .filter(echeance::sujet.eq(Id(sujet)))
        .filter(echeance::regle.eq(regle.code()))
        .select(EcheanceRow::as_select())
        .order(echeance::due_le)
        .load(s.cnx)?;
    rows.into_iter().map(EcheanceRow::into_domain).collect()
}

/// The deadlines whose last day is behind this Paris day, that nobody met and whose alert is still to be written.
///
/// # Errors
/// The database fails, or a row cannot be read.
pub fn list_to_alert(
    s: &mut Session<'_>,
    aujourd_hui: NaiveDate,
    limite: i64,
) -> Result<Vec<Echeance>, Erreur> {
    let rows: Vec<EcheanceRow> = echeance::table
        .filter(echeance::tenue_le.is_null())
        .filter(echeance::depassee_le.is_null())
        .filter(echeance::due_le.le(aujourd_hui))
        .select(EcheanceRow::as_select())
        .order((echeance::due_le, echeance::id))
        .limit(limite)
        .load(s.cnx)?;
    rows.into_iter().map(EcheanceRow::into_domain).collect()
}

/// Begins to follow a deadline.
///
/// # Errors
/// The database fails, or the same one is followed already (rule, subject, due date).
pub fn insert(s: &mut Session<'_>, nouvelle: &Echeance) -> Result<(), Erreur> {
    diesel::insert_into(echeance::table).values(EcheanceRow::from(nouvelle)).execute(s.cnx)?;
    Ok(())
}

/// Writes that it was met, or that it passed.
///
/// # Errors
/// The database fails, or the row is not there.
pub fn update(s: &mut Session<'_>, echeance: &Echeance) -> Result<(), Erreur> {
    let changed = diesel::update(echeance::table.find(Id(echeance.id.0)))
        .set((
            echeance::tenue_le.eq(echeance.tenue_le.map(Instant::from)),
            echeance::depassee_le.eq(echeance.depassee_le.map(Instant::from)),
        ))
        .execute(s.cnx)?;
    ensure_one(changed, "echeance", echeance.id.0)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = echeance)]
struct EcheanceRow {
    id: Id,
    regle: String,
    version_regle: String,
    sujet: Id,
    dossier: Id,
    organisation: Id,
    depart: NaiveDate,
    due_le: NaiveDate,
    due_a: Option<Instant>,
    ouverte_le: Instant,
    tenue_le: Option<Instant>,
    depassee_le: Option<Instant>,
}

impl From<&Echeance> for EcheanceRow {
    fn from(e: &Echeance) -> Self {
        Self {
            id: Id(e.id.0),
            regle: e.regle.code().to_owned(),
            version_regle: e.version_regle.clone(),
            sujet: Id(e.sujet),
            dossier: Id(e.dossier.0),
            organisation: Id(e.organisation.0),
            depart: e.depart,
            due_le: e.due_le,
            due_a: e.due_a.map(Instant::from),
            ouverte_le: Instant::from(e.ouverte_le),
            tenue_le: e.tenue_le.map(Instant::from),
            depassee_le: e.depassee_le.map(Instant::from),
        }
    }
}

impl EcheanceRow {
    fn into_domain(self) -> Result<Echeance, Erreur> {
        Ok(Echeance {
            id: self.id.0.into(),
            regle: Regle::parse(&self.regle).ok_or_else(|| Erreur::corrompu("echeance", self.id.0))?,
            version_regle: self.version_regle,
            sujet: self.sujet.0,
            dossier: self.dossier.0.into(),
            organisation: self.organisation.0.into(),
            depart: self.depart,
            due_le: self.due_le,
            due_a: self.due_a.map(Instant::utc),
            ouverte_le: self.ouverte_le.utc(),
            tenue_le: self.tenue_le.map(Instant::utc),
            depassee_le: self.depassee_le.map(Instant::utc),
        })
    }
}
