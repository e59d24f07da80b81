//! Dossiers in the base: pseudonym and assessment in clear, identity sealed under the dossier's key.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::dossier::{Dossier, Qualification, Resume, Situation};
use domain::identifiant::{DossierId, OrganisationId};

use crate::Erreur;
use crate::Etiquette;
use crate::cercle::opens_to;
use crate::schema::{cercle, dossier};
use crate::types::{Id, Instant};
use crate::{Session, ensure_one};

/// Finds one dossier, whoever asks: the use case decides who may see it.
///
/// # Errors
/// The database fails, or the row cannot be read.
pub fn find(s: &mut Session<'_>, id: DossierId) -> Result<Option<Dossier>, Erreur> {
    let row = dossier::table.find(Id(id.0)).select(DossierRow::as_select()).first(s.cnx).optional()?;
    row.map(|row| row.into_domain(s)).transpose()
}

/// Whether a pseudonym code is taken already (DOS-2).
///
/// # Errors
/// The database fails.
pub fn is_code_taken(s: &mut Session<'_>, code: &str) -> Result<bool, Erreur> {
    let found: Option<Id> =
        dossier::table.filter(dossier::code.eq(code)).select(dossier::id).first(s.cnx).optional()?;
    Ok(found.is_some())
}

/// The dossiers that an organisation may see now, the newest first (SEC-1).
///
/// # Errors
/// The database fails, or a row cannot be read.
pub fn list(
    s: &mut Session<'_>,
    organisation: OrganisationId,
    now: DateTime<Utc>,
    situation: Option<Situation>,
    apres: Option<DossierId>,
    limite: i64,
) -> Result<Vec<Resume>, Erreur> {
    let mut query = dossier::table
        .inner_join(cercle::table.on(cercle::dossier.eq(dossier::id)))
        .filter(opens_to(Id(organisation.0), Instant::from(now)))
        .select((dossier::id, dossier::code, dossier::situation, dossier::ouvert_le))
        .order(dossier::id.desc())
        .limit(limite)
        .into_boxed();
    if let Some(situation) = situation {
        query = query.filter(dossier::situation.eq(situation.code()));
    }
    if let Some(apres) = apres {
        query = query.filter(dossier::id.lt(Id(apres.0)));
    }
    let rows: Vec<(Id, String, String, Instant)> = query.load(s.cnx)?;
    rows.into_iter()
        .map(|(id, code, situation, ouvert_le)| {
            let situation = Situation::parse(&situation).ok_or_else(|| Erreur::corrompu("dossier", id.0))?;
            Ok(Resume { id: id.0.into(), code, situation, ouvert_le: ouvert_le.utc() })
        })
        .collect()
}

/// Writes a new dossier; its key must be durable already (`Coffre::create_key`).
///
/// # Errors
/// The database fails, or the key is missing.
pub fn insert(s: &mut Session<'_>, dossier: &Dossier) -> Result<(), Erreur> {
    let row = DossierRow::from_domain(s, dossier)?;
    diesel::insert_into(dossier::table).values(row).execute(s.cnx)?;
    Ok(())
}

/// Writes the new state of a dossier.
///
/// # Errors
/// The database fails, or the row is not there.
pub fn update(s: &mut Session<'_>, dossier: &Dossier) -> Result<(), Erreur> {
    let row = DossierRow::from_domain(s, dossier)?;
    let id = row.id;
    let changed = diesel::update(dossier::table.find(id)).set(row).execute(s.cnx)?;
    ensure_one(changed, "dossier", id.0)
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = dossier, treat_none_as_null = true)]
struct DossierRow {
    id: Id,
    code: String,
    situation: String,
    situation_le: Instant,
    situation_par: Id,
    situation_organisation: Id,
    ouvert_le: Instant,
    identite: Option<Vec<u8>>,
}

fn label(id: DossierId) -> Etiquette {
    Etiquette { table: "dossier", colonne: "identite", ligne: id.0 }
}

impl DossierRow {
    fn from_domain(s: &Session<'_>, dossier: &Dossier) -> Result<Self, Erreur> {
        let identite = match &dossier.identite {
            None => None,
            Some(identite) => {
                let clair = serde_json::to_vec(identite)?;
                Some(s.coffre.seal(dossier.id, &label(dossier.id), &clair)?)
            }
        };
        let qualification = &dossier.qualification;
        Ok(Self {
            id: Id(dossier.id.0),
            code: dossier.code.clone(),
            situation: qualification.situation.code().to_owned(),
            situation_le: Instant::from(qualification.le),
            situation_par: Id(qualification.par.0),
            situation_organisation: Id(qualification.organisation.0),
            ouvert_le: Instant::from(dossier.ouvert_le),
            identite,
        })
    }

    fn into_domain(self, s: &Session<'_>) -> Result<Dossier, Erreur> {
        let id = DossierId(self.id.0);
        let corrupt = || Erreur::corrompu("dossier", id.0);
        let identite = match &self.identite {
            None => None,
            Some(scelle) => {
                let clair = s.coffre.unseal(id, &label(id), scelle)?;
                Some(serde_json::from_slice(&clair).map_err(|_| corrupt())?)
            }
        };
        Ok(Dossier {
            id,
            code: self.code,
            qualification: Qualification {
                situation: Situation::parse(&self.situation).ok_or_else(corrupt)?,
                le: self.situation_le.utc(),
                par: self.situation_par.0.into(),
                organisation: self.situation_organisation.0.into(),
            },
            ouvert_le: self.ouvert_le.utc(),
            identite,
        })
    }
}
