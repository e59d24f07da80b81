//! The registre d'envoi in the base: claimed by lease, sealed messages, sent as stored (SIG-2b).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::envoi::{Envoi, NatureEnvoi, StatutEnvoi};
use domain::identifiant::{EnvoiId, OrganisationId, SignalementId};

use crate::Erreur;
use crate::Etiquette;
use crate::schema::envoi;
use crate::types::{Id, Instant};
use crate::{Session, ensure_one};

/// A sending that this deliverer alone may work on until the lease ends.
#[derive(Debug, Clone)]
pub struct Prise {
    /// The line of the registre.
    pub envoi: Envoi,
    /// The fencing number: a deliverer whose lease ended can write nothing any more.
    pub jeton: i64,
}

/// The sendings of one signalement, the oldest first.
///
/// # Errors
/// The database fails, or a row cannot be read.
pub fn list(s: &mut Session<'_>, signalement: SignalementId) -> Result<Vec<Envoi>, Erreur> {
    let rows: Vec<EnvoiRow> = envoi::table
        .filter(envoi::signalement.eq(Id(signalement.0)))
        .select(EnvoiRow::as_select())
        .order((envoi::fait_seq, envoi::id))
        .limit(200)
        .load(s.cnx)?;
    rows.into_iter().map(EnvoiRow::into_domain).collect()
}

/// Finds one line of the registre.
///
/// # Errors
/// The database fails, or the row cannot be read.
pub fn find(s: &mut Session<'_>, id: EnvoiId) -> Result<Option<Envoi>, Erreur> {
    let row = envoi::table.find(Id(id.0)).select(EnvoiRow::as_select()).first(s.cnx).optional()?;
    row.map(EnvoiRow::into_domain).transpose()
}

/// Whether a sending may be due: a look without a lock, so that an idle server writes nothing.
///
/// # Errors
/// The database fails.
pub fn is_any_due(s: &mut Session<'_>, now: DateTime<Utc>) -> Result<bool, Erreur> {
    let attend = [StatutEnvoi::AEnvoyer.code(), StatutEnvoi::Echec.code()];
    let found: Option<Id> = envoi::table
        .filter(envoi::statut.eq_any(attend))
        .filter(envoi::prochain_essai_le.le(Instant::from(now)))
        .filter(envoi::bail_jusqu_a.is_null().or(envoi::bail_jusqu_a.lt(Instant::from(now))))
        .select(envoi::id)
        .first(s.cnx)
        .optional()?;
    Ok(found.is_some())
}

/// Writes a new line of the registre, its message still to be made.
///
/// # Errors
/// The database fails, or the line exists already (same fact, addressee and kind).
pub fn insert(s: &mut Session<'_>, nouveau: &Envoi) -> Result<(), Erreur> {
    diesel::insert_into(envoi::table).values(EnvoiRow::from(nouveau)).execute(s.cnx)?;
    Ok(())
}

/// Claims the oldest sending that is due, for the length of a lease. Order is kept per dossier and addressee: a
/// younger one waits for the older.
///
/// # Errors
/// The database fails, or the row cannot be read.
pub fn claim(
    s: &mut Session<'_>,
    now: DateTime<Utc>,
    bail_jusqu_a: DateTime<Utc>,
) -> Result<Option<Prise>, Erreur> {
    let aine = diesel::alias!(envoi as aine);
    let attend = [StatutEnvoi::AEnvoyer.code(), StatutEnvoi::Echec.code()];
    let row: Option<EnvoiRow> = envoi::table
        .filter(envoi::statut.eq_any(attend))
        .filter(envoi::prochain_essai_le.le(Instant::from(now)))
        .filter(envoi::bail_jusqu_a.is_null().or(envoi::bail_jusqu_a.lt(Instant::from(now))))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            aine.filter(aine.field(envoi::dossier).eq(envoi::dossier))
                .filter(aine.field(envoi::destinataire).eq(envoi::destinataire))
                .filter(aine.field(envoi::statut).eq_any(attend))
                .filter(aine.field(envoi::fait_seq).lt(envoi::fait_seq)),
        )))
        .select(EnvoiRow::as_select())
        .order((envoi::prochain_essai_le, envoi::fait_seq, envoi::id))
        .first(s.cnx)
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let (id, jeton) = (row.id, row.jeton + 1);
    let changed = diesel::update(envoi::table.find(id))
        .filter(envoi::jeton.eq(row.jeton))
        .set((envoi::jeton.eq(jeton), envoi::bail_jusqu_a.eq(Some(Instant::from(bail_jusqu_a)))))
        .execute(s.cnx)?;
    ensure_one(changed, "envoi", id.0)?;
    Ok(Some(Prise { envoi: row.into_domain()?, jeton }))
}

/// The message of a sending, unsealed; `None` until it is made. Apart from the claim: a message that no longer opens
/// must not stop the others.
///
/// # Errors
/// The database fails, or the message cannot be unsealed.
pub fn message(s: &mut Session<'_>, envoi: &Envoi) -> Result<Option<Vec<u8>>, Erreur> {
    let id = Id(envoi.id.0);
    let scelle: Option<Vec<u8>> = envoi::table.find(id).select(envoi::message).first(s.cnx)?;
    scelle.map(|scelle| Ok(s.coffre.unseal(envoi.dossier, &label(id), &scelle)?.to_vec())).transpose()
}

/// Renews the lease of a sending that takes its time. Nothing changes when the lease was lost.
///
/// # Errors
/// The database fails.
pub fn renew(s: &mut Session<'_>, prise: &Prise, bail_jusqu_a: DateTime<Utc>) -> Result<(), Erreur> {
    diesel::update(envoi::table.find(Id(prise.envoi.id.0)))
        .filter(envoi::jeton.eq(prise.jeton))
        .filter(envoi::bail_jusqu_a.is_not_null())
        .set(envoi::bail_jusqu_a.eq(Some(Instant::from(bail_jusqu_a))))
        .execute(s.cnx)?;
    Ok(())
}

/// Keeps the message once made: from then on it is sent as stored. `false` when the lease was lost.
///
/// # Errors
/// The database fails, or the key is missing.
pub fn keep_message(
    s: &mut Session<'_>,
    prise: &Prise,
    adresses: &[String],
    message: &[u8],
    empreinte: &[u8],
) -> Result<bool, Erreur> {
    let id = Id(prise.envoi.id.0);
    let scelle = s.coffre.seal(prise.envoi.dossier, &label(id), message)?;
    let changed = diesel::update(envoi::table.find(id))
        .filter(envoi::jeton.eq(prise.jeton))
        .set((
            envoi::message.eq(Some(scelle)),
            envoi::adresses.eq(adresses.join("\n")),
            envoi::empreinte.eq(Some(empreinte.to_vec())),
        ))
        .execute(s.cnx)?;
    Ok(changed == 1)
}

/// Code kept beside a sending that went to some of its addresses only.
const ADRESSES_REFUSEES: &str = "adresses_refusees";

/// Records that the mail server accepted it, for all its addresses but the refused ones: the registre names those to
/// which it went (SIG-2b). `false` when the lease was lost: somebody else has it.
///
/// # Errors
/// The database fails.
pub fn mark_delivered(
    s: &mut Session<'_>,
    prise: &Prise,
    refusees: &[String],
    now: DateTime<Utc>,
) -> Result<bool, Erreur> {
    let id = Id(prise.envoi.id.0);
    let adresses: String = envoi::table.find(id).select(envoi::adresses).first(s.cnx)?;
    let servies: Vec<&str> = adresses.lines().filter(|a| !refusees.iter().any(|r| r == a)).collect();
    let changed = diesel::update(envoi::table.find(id))
        .filter(envoi::jeton.eq(prise.jeton))
        .set((
            envoi::statut.eq(StatutEnvoi::Remis.code()),
            envoi::adresses.eq(servies.join("\n")),
            envoi::tentatives.eq(prise.envoi.tentatives + 1),
            envoi::remis_le.eq(Some(Instant::from(now))),
            envoi::bail_jusqu_a.eq(None::<Instant>),
            envoi::erreur.eq((!refusees.is_empty()).then_some(ADRESSES_REFUSEES)),
        ))
        .execute(s.cnx)?;
    Ok(changed == 1)
}

/// What a failed attempt leaves.
#[derive(Debug, Clone, Copy)]
pub struct Echouee<'a> {
    /// Code of the cause.
    pub cause: &'a str,
    /// When to try again.
    pub prochain_essai_le: DateTime<Utc>,
    /// The server refused the message or its addresses for good: the next attempt makes the message again, so that
    /// a corrected directory helps. The Message-ID stays.
    pub refaire: bool,
}

/// Records a failed attempt and when to try again. `false` when the lease was lost.
///
/// # Errors
/// The database fails.
pub fn mark_failed(s: &mut Session<'_>, prise: &Prise, echouee: Echouee<'_>) -> Result<bool, Erreur> {
    if echouee.refaire {
        diesel::update(envoi::table.find(Id(prise.envoi.id.0)))
            .filter(envoi::jeton.eq(prise.jeton))
            .set((
                envoi::message.eq(None::<Vec<u8>>),
                envoi::empreinte.eq(None::<Vec<u8>>),
                envoi::adresses.eq(""),
            ))
            .execute(s.cnx)?;
    }
    let changed = diesel::update(envoi::table.find(Id(prise.envoi.id.0)))
        .filter(envoi::jeton.eq(prise.jeton))
        .set((
            envoi::statut.eq(StatutEnvoi::Echec.code()),
            envoi::tentatives.eq(prise.envoi.tentatives + 1),
            envoi::prochain_essai_le.eq(Instant::from(echouee.prochain_essai_le)),
            envoi::bail_jusqu_a.eq(None::<Instant>),
            envoi::erreur.eq(Some(echouee.cause)),
        ))
        .execute(s.cnx)?;
    Ok(changed == 1)
}

/// Marks the sending of a report to its Parquet as acknowledged, once it was handed over (SIG-5): one that still waits
/// leaves all the same.
///
/// # Errors
/// The database fails.
pub fn mark_acknowledged(
    s: &mut Session<'_>,
    signalement: SignalementId,
    parquet: OrganisationId,
) -> Result<(), Erreur> {
    diesel::update(envoi::table)
        .filter(envoi::signalement.eq(Id(signalement.0)))
        .filter(envoi::destinataire.eq(Id(parquet.0)))
        .filter(envoi::nature.eq(NatureEnvoi::Signalement.code()))
        .filter(envoi::statut.eq(StatutEnvoi::Remis.code()))
        .set(envoi::statut.eq(StatutEnvoi::Accuse.code()))
        .execute(s.cnx)?;
    Ok(())
}

fn label(id: Id) -> Etiquette {
    Etiquette { table: "envoi", colonne: "message", ligne: id.0 }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = envoi)]
struct EnvoiRow {
    id: Id,
    fait_seq: i64,
    dossier: Id,
    signalement: Id,
    nature: String,
    destinataire: Id,
    statut: String,
    adresses: String,
    message_id: String,
    empreinte: Option<Vec<u8>>,
    tentatives: i32,
    prochain_essai_le: Instant,
    jeton: i64,
    remis_le: Option<Instant>,
    erreur: Option<String>,
}

impl From<&Envoi> for EnvoiRow {
    fn from(envoi: &Envoi) -> Self {
        Self {
            id: Id(envoi.id.0),
            fait_seq: envoi.fait_seq,
            dossier: Id(envoi.dossier.0),
            signalement: Id(envoi.signalement.0),
            nature: envoi.nature.code().to_owned(),
            destinataire: Id(envoi.destinataire.0),
            statut: envoi.statut.code().to_owned(),
            adresses: envoi.adresses.join("\n"),
            message_id: envoi.message_id.clone(),
            empreinte: envoi.empreinte.clone(),
            tentatives: envoi.tentatives,
            prochain_essai_le: Instant::from(envoi.prochain_essai_le),
            jeton: 0,
            remis_le: envoi.remis_le.map(Instant::from),
            erreur: envoi.erreur.clone(),
        }
    }
}

impl EnvoiRow {
    fn into_domain(self) -> Result<Envoi, Erreur> {
        let corrupt = || Erreur::corrompu("envoi", self.id.0);
        Ok(Envoi {
            id: self.id.0.into(),
            fait_seq: self.fait_seq,
            dossier: self.dossier.0.into(),
            signalement: self.signalement.0.into(),
            nature: NatureEnvoi::parse(&self.nature).ok_or_else(corrupt)?,
            destinataire: self.destinataire.0.into(),
            statut: StatutEnvoi::parse(&self.statut).ok_or_else(corrupt)?,
            adresses: self.adresses.lines().map(str::to_owned).collect(),
            message_id: self.message_id,
            empreinte: self.empreinte,
            tentatives: self.tentatives,
            prochain_essai_le: self.prochain_essai_le.utc(),
            remis_le: self.remis_le.map(Instant::utc),
            erreur: self.erreur,
        })
    }
}
