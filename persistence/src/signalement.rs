//! Signalements in the base: the state in clear, what the report says sealed under the dossier's key.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::identifiant::{DossierId, OrganisationId, SignalementId};
use domain::signalement::{
    Abandon, Cloture, Etat, MotifCloture, Reception, Resume, Signalement, Statut, Transmission,
};

use crate::Erreur;
use crate::Etiquette;
use crate::cercle::opens_to;
use crate::schema::{cercle, compteur, signalement};
use crate::types::{Id, Instant};
use crate::{Session, ensure_one};

/// What a list keeps; visibility is not a filter but a join (SEC-1).
#[derive(Debug, Clone, Default)]
pub struct Filtre {
    /// Only this state.
    pub statut: Option<Statut>,
    /// Only this dossier.
    pub dossier: Option<DossierId>,
}

/// Finds one signalement, whoever asks: for what the server does by itself.
///
/// # Errors
/// The database fails, or the row cannot be read.
pub fn find(s: &mut Session<'_>, id: SignalementId) -> Result<Option<Signalement>, Erreur> {
    let row =
        signalement::table.find(Id(id.0)).select(SignalementRow::as_select()).first(s.cnx).optional()?;
    row.map(|row| row.into_domain(s)).transpose()
}

/// Finds one signalement that an organisation may see now. Absent and invisible take this one query, and nothing is
/// unsealed for either (SEC-1).
///
/// # Errors
/// The database fails, or the row cannot be read.
pub fn find_visible(
    s: &mut Session<'_>,
    id: SignalementId,
    organisation: OrganisationId,
    now: DateTime<Utc>,
) -> Result<Option<Signalement>, Erreur> {
    let row = visible_to(Id(organisation.0), Instant::from(now))
        .filter(signalement::id.eq(Id(id.0)))
        .select(SignalementRow::as_select())
        .first(s.cnx)
        .optional()?;
    row.map(|row: SignalementRow| row.into_domain(s)).transpose()
}

/// Finds, by our reference, one signalement that was transmitted to this Parquet. An unknown reference, a draft and
/// another Parquet's signalement take this one query, and nothing is unsealed for any of them (SIG-5).
///
/// # Errors
/// The database fails, or the row cannot be read.
pub fn find_addressed_to(
    s: &mut Session<'_>,
    parquet: OrganisationId,
    reference: &str,
) -> Result<Option<Signalement>, Erreur> {
    let row = signalement::table
        .filter(signalement::reference.eq(reference))
        .filter(signalement::parquet.eq(Id(parquet.0)))
        .select(SignalementRow::as_select())
        .first(s.cnx)
        .optional()?;
    row.map(|row| row.into_domain(s)).transpose()
}

/// The signalements that an organisation may see now, the newest first. `apres` is the last identifier of the page
/// before.
///
/// # Errors
/// The database fails, or a row cannot be read.
pub fn list(
    s: &mut Session<'_>,
    organisation: OrganisationId,
    now: DateTime<Utc>,
    filtre: &Filtre,
    apres: Option<SignalementId>,
    limite: i64,
) -> Result<Vec<Resume>, Erreur> {
    let mut query = visible_to(Id(organisation.0), Instant::from(now))
        .select(ResumeRow::as_select())
        .order(signalement::id.desc())
        .limit(limite)
        .into_boxed();
    if let Some(statut) = filtre.statut {
        query = query.filter(signalement::statut.eq(statut.code()));
    }
    if let Some(dossier) = filtre.dossier {
        query = query.filter(signalement::dossier.eq(Id(dossier.0)));
    }
    if let Some(apres) = apres {
        query = query.filter(signalement::id.lt(Id(apres.0)));
    }
    let rows: Vec<ResumeRow> = query.load(s.cnx)?;
    rows.into_iter().map(ResumeRow::into_domain).collect()
}

/// The drafts that other organisations write in a dossier: nobody else may know of them (SEC-1).
///
/// # Errors
/// The database fails.
pub fn list_hidden(
    s: &mut Session<'_>,
    dossier: DossierId,
    organisation: OrganisationId,
) -> Result<Vec<SignalementId>, Erreur> {
    let ids: Vec<Id> = signalement::table
        .filter(signalement::dossier.eq(Id(dossier.0)))
        .filter(signalement::organisation.ne(Id(organisation.0)))
        .filter(signalement::transmis_le.is_null())
        .select(signalement::id)
        .load(s.cnx)?;
    Ok(ids.into_iter().map(|id| id.0.into()).collect())
}

/// Writes a new signalement.
///
/// # Errors
/// The database fails, or the key of the dossier is missing.
pub fn insert(s: &mut Session<'_>, signalement: &Signalement) -> Result<(), Erreur> {
    let row = SignalementRow::from_domain(s, signalement)?;
    diesel::insert_into(signalement::table).values(row).execute(s.cnx)?;
    Ok(())
}

/// Writes the new state of a signalement.
///
/// # Errors
/// The database fails, or the row is not there.
pub fn update(s: &mut Session<'_>, signalement: &Signalement) -> Result<(), Erreur> {
    let row = SignalementRow::from_domain(s, signalement)?;
    let id = row.id;
    let changed = diesel::update(signalement::table.find(id)).set(row).execute(s.cnx)?;
    ensure_one(changed, "signalement", id.0)
}

/// Takes the next reference of the year, such as `SIG-77-2026-00042`: right under concurrency, because the writer
/// holds the head of the journal.
///
/// # Errors
/// The database fails.
pub fn next_reference(s: &mut Session<'_>, territoire: &str, annee: i32) -> Result<String, Erreur> {
    let nom = format!("signalement-{annee}");
    let dernier: Option<i64> = compteur::table.find(&nom).select(compteur::valeur).first(s.cnx).optional()?;
    let numero = dernier.unwrap_or(0) + 1;
    if dernier.is_none() {
        diesel::insert_into(compteur::table)
            .values((compteur::nom.eq(&nom), compteur::valeur.eq(numero)))
            .execute(s.cnx)?;
    } else {
        diesel::update(compteur::table.find(&nom)).set(compteur::valeur.eq(numero)).execute(s.cnx)?;
    }
    Ok(format!("SIG-{territoire}-{annee}-{numero:05}"))
}

/// In the cercle of the dossier for a section at least, and transmitted or its own (SEC-1).
#[diesel::dsl::auto_type(no_type_alias)]
fn visible_to(organisation: Id, now: Instant) -> _ {
    let ouvert: opens_to = opens_to(organisation, now);
    signalement::table
        .inner_join(cercle::table.on(cercle::dossier.eq(signalement::dossier)))
        .filter(ouvert)
        .filter(signalement::transmis_le.is_not_null().or(signalement::organisation.eq(organisation)))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = signalement)]
struct ResumeRow {
    id: Id,
    reference: String,
    statut: String,
    dossier: Id,
    organisation: Id,
    parquet: Option<Id>,
    cree_le: Instant,
    transmis_le: Option<Instant>,
}

impl ResumeRow {
    fn into_domain(self) -> Result<Resume, Erreur> {
        Ok(Resume {
            id: self.id.0.into(),
            reference: self.reference,
            statut: Statut::parse(&self.statut).ok_or_else(|| Erreur::corrompu("signalement", self.id.0))?,
            dossier: self.dossier.0.into(),
            organisation: self.organisation.0.into(),
            parquet: self.parquet.map(|id| id.0.into()),
            cree_le: self.cree_le.utc(),
            transmis_le: self.transmis_le.map(Instant::utc),
        })
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = signalement, treat_none_as_null = true)]
struct SignalementRow {
    id: Id,
    dossier: Id,
    reference: String,
    organisation: Id,
    agent: Id,
    cree_le: Instant,
    statut: String,
    revision: i64,
    rapport: Vec<u8>,
    transmis_le: Option<Instant>,
    transmis_par: Option<Id>,
    parquet: Option<Id>,
    crip: Option<Id>,
    effectue_le: Option<Instant>,
    recu_le: Option<Instant>,
    accuse: Option<Id>,
    clos_le: Option<Instant>,
    clos_par: Option<Id>,
    clos_motif: Option<String>,
    abandonne_le: Option<Instant>,
    abandonne_par: Option<Id>,
}

fn label(id: SignalementId) -> Etiquette {
    Etiquette { table: "signalement", colonne: "rapport", ligne: id.0 }
}

impl SignalementRow {
    fn from_domain(s: &Session<'_>, signalement: &Signalement) -> Result<Self, Erreur> {
        let clair = serde_json::to_vec(&signalement.rapport)?;
        let rapport = s.coffre.seal(signalement.dossier, &label(signalement.id), &clair)?;
        let mut row = Self {
            id: Id(signalement.id.0),
            dossier: Id(signalement.dossier.0),
            reference: signalement.reference.clone(),
            organisation: Id(signalement.organisation.0),
            agent: Id(signalement.agent.0),
            cree_le: Instant::from(signalement.cree_le),
            statut: signalement.statut().code().to_owned(),
            revision: 0,
            rapport,
            transmis_le: None,
            transmis_par: None,
            parquet: None,
            crip: None,
            effectue_le: None,
            recu_le: None,
            accuse: None,
            clos_le: None,
            clos_par: None,
            clos_motif: None,
            abandonne_le: None,
            abandonne_par: None,
        };
        row.set_state(&signalement.etat);
        Ok(row)
    }

    fn set_state(&mut self, etat: &Etat) {
        if let Etat::Brouillon { revision } = etat {
            self.revision = *revision;
        }
        if let Etat::Transmis(t) | Etat::Recu(t, _) | Etat::Clos(t, ..) = etat {
            self.transmis_le = Some(Instant::from(t.le));
            self.transmis_par = Some(Id(t.par.0));
            self.parquet = Some(Id(t.parquet.0));
            self.crip = Some(Id(t.crip.0));
            self.effectue_le = t.effectue_le.map(Instant::from);
        }
        if let Etat::Recu(_, r) | Etat::Clos(_, r, _) = etat {
            self.recu_le = Some(Instant::from(r.le));
            self.accuse = Some(Id(r.accuse.0));
        }
        if let Etat::Clos(.., c) = etat {
            self.clos_le = Some(Instant::from(c.le));
            self.clos_par = Some(Id(c.par.0));
            self.clos_motif = Some(c.motif.code().to_owned());
        }
        if let Etat::Abandonne(a) = etat {
            self.abandonne_le = Some(Instant::from(a.le));
            self.abandonne_par = Some(Id(a.par.0));
        }
    }

    fn into_domain(self, s: &Session<'_>) -> Result<Signalement, Erreur> {
        let id = SignalementId(self.id.0);
        let dossier = DossierId(self.dossier.0);
        let corrupt = || Erreur::corrompu("signalement", id.0);
        let clair = s.coffre.unseal(dossier, &label(id), &self.rapport)?;
        let rapport = serde_json::from_slice(&clair).map_err(|_| corrupt())?;
        let etat = self.state().ok_or_else(corrupt)?;
        Ok(Signalement {
            id,
            reference: self.reference,
            dossier,
            organisation: self.organisation.0.into(),
            agent: self.agent.0.into(),
            cree_le: self.cree_le.utc(),
            rapport,
            etat,
        })
    }

    /// The state that the columns tell; `None` for a mix that no transition makes.
    fn state(&self) -> Option<Etat> {
        let transmission = || {
            Some(Transmission {
                le: self.transmis_le?.utc(),
                par: self.transmis_par?.0.into(),
                parquet: self.parquet?.0.into(),
                crip: self.crip?.0.into(),
                effectue_le: self.effectue_le.map(Instant::utc),
            })
        };
        let reception = || Some(Reception { le: self.recu_le?.utc(), accuse: self.accuse?.0.into() });
        Some(match Statut::parse(&self.statut)? {
            Statut::Brouillon => Etat::Brouillon { revision: self.revision },
            Statut::Transmis => Etat::Transmis(transmission()?),
            Statut::Recu => Etat::Recu(transmission()?, reception()?),
            Statut::Clos => {
                let motif = MotifCloture::parse(self.clos_motif.as_deref()?)?;
                let cloture = Cloture { le: self.clos_le?.utc(), par: self.clos_par?.0.into(), motif };
                Etat::Clos(transmission()?, reception()?, cloture)
            }
            Statut::Abandonne => {
                Etat::Abandonne(Abandon { le: self.abandonne_le?.utc(), par: self.abandonne_par?.0.into() })
            }
        })
    }
}
