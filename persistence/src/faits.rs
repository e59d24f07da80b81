//! The journal of facts: appended in the transaction that changes the state, chained, sealed when it is about a minor.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::acteur::Auteur;
use domain::fait::{Fait, FaitInscrit};
use domain::identifiant::{AgentId, DossierId};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::chaine::{Chainee, Journal, Maillon, Tete};
use crate::coffre::Etiquette;
use crate::erreur::Erreur;
use crate::fait_versions;
use crate::schema::fait;
use crate::session::Session;
use crate::types::{Id, Instant};

/// How the server itself is written as an author.
const SYSTEME: &str = "systeme";

/// The type of the entries in a cercle: who else knows is no business of those who do.
const CERCLE: &str = "cercle_entre";

/// The facts after a number, in order: what a consumer has not seen yet.
///
/// # Errors
/// When the database fails, or a line does not read back.
pub fn list_after(s: &mut Session<'_>, seq: i64, limite: i64) -> Result<Vec<FaitInscrit>, Erreur> {
    let lignes: Vec<FaitRow> = fait::table
        .filter(fait::seq.gt(seq))
        .order(fait::seq.asc())
        .limit(limite)
        .select(FaitRow::as_select())
        .load(s.cnx)?;
    lignes.into_iter().map(|ligne| ligne.into_domain(s)).collect()
}

/// A fact as a chronology shows it: nothing that is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evenement {
    /// Its place in the journal of the territoire.
    pub seq: i64,
    /// The type code.
    pub code: String,
    /// What it is about.
    pub sujet: Option<Uuid>,
    /// Who did it.
    pub auteur: Auteur,
    /// When it happened, UTC.
    pub survenu_le: DateTime<Utc>,
}

/// The chronology of a dossier after a number, in order, without the entries in its cercle and what is about one of
/// `caches`: left out by the query, so that no short page tells that something is hidden (SEC-1).
///
/// # Errors
/// When the database fails, or a line does not read back.
pub fn list_of_dossier(
    s: &mut Session<'_>,
    dossier: DossierId,
    caches: &[Uuid],
    seq: i64,
    limite: i64,
) -> Result<Vec<Evenement>, Erreur> {
    let caches: Vec<Id> = caches.iter().copied().map(Id).collect();
    let lignes: Vec<(i64, String, Option<Id>, String, Instant)> = fait::table
        .filter(fait::dossier.eq(Id(dossier.0)).and(fait::seq.gt(seq)))
        .filter(fait::type_.ne(CERCLE))
        .filter(fait::sujet.is_null().or(fait::sujet.ne_all(caches)))
        .order(fait::seq.asc())
        .limit(limite)
        .select((fait::seq, fait::type_, fait::sujet, fait::acteur, fait::survenu_le))
        .load(s.cnx)?;
    lignes
        .into_iter()
        .map(|(seq, code, sujet, acteur, survenu_le)| {
            let auteur = read_author(&acteur).ok_or_else(|| Erreur::corrompu("fait", seq))?;
            Ok(Evenement { seq, code, sujet: sujet.map(|id| id.0), auteur, survenu_le: survenu_le.utc() })
        })
        .collect()
}

fn read_author(acteur: &str) -> Option<Auteur> {
    if acteur == SYSTEME {
        return Some(Auteur::Systeme);
    }
    Uuid::try_parse(acteur).ok().map(|agent| Auteur::Agent(AgentId(agent)))
}

/// One line, as stored: the chain covers exactly these columns.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = fait)]
pub(crate) struct FaitRow {
    seq: i64,
    type_: String,
    version: i32,
    sujet: Option<Id>,
    dossier: Option<Id>,
    acteur: String,
    survenu_le: Instant,
    enregistre_le: Instant,
    corrige_seq: Option<i64>,
    charge: Vec<u8>,
    empreinte: Vec<u8>,
}

/// Appends one fact after the head and moves the head, which the writer stores once per transaction.
pub(crate) fn append(
    s: &mut Session<'_>,
    tete: &mut Tete,
    fait: &Fait,
    auteur: Auteur,
    survenu_le: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<i64, Erreur> {
    let seq = tete.seq.saturating_add(1);
    let (type_, charge) = fait_versions::split(fait)?;
    let dossier = fait.dossier();
    let charge = match dossier {
        Some(dossier) => s.coffre.seal(dossier, &label(seq), &charge)?,
        None => charge.to_vec(),
    };
    let mut ligne = FaitRow {
        seq,
        type_,
        version: Fait::VERSION,
        sujet: fait.sujet().map(Id),
        dossier: dossier.map(|dossier| Id(dossier.0)),
        acteur: match auteur {
            Auteur::Systeme => SYSTEME.to_owned(),
            Auteur::Agent(agent) => agent.to_string(),
        },
        survenu_le: Instant::from(survenu_le),
        enregistre_le: Instant::from(now),
        corrige_seq: None,
        charge,
        empreinte: Vec::new(),
    };
    let empreinte = ligne.digest(&tete.empreinte);
    ligne.empreinte = empreinte.to_vec();
    diesel::insert_into(fait::table).values(ligne).execute(s.cnx)?;
    *tete = Tete { seq, empreinte };
    Ok(seq)
}

impl Chainee for FaitRow {
    fn seq(&self) -> i64 {
        self.seq
    }

    fn empreinte(&self) -> &[u8] {
        &self.empreinte
    }

    fn digest(&self, precedente: &[u8]) -> [u8; 32] {
        Maillon::after(Journal::Faits, precedente)
            .entier(self.seq)
            .texte(&self.type_)
            .entier(i64::from(self.version))
            .id(self.sujet.map(|id| id.0))
            .id(self.dossier.map(|id| id.0))
            .texte(&self.acteur)
            .instant(self.survenu_le.utc())
            .instant(self.enregistre_le.utc())
            .entier_option(self.corrige_seq)
            .octets(&self.charge)
            .finish()
    }
}

impl FaitRow {
    fn into_domain(self, s: &Session<'_>) -> Result<FaitInscrit, Erreur> {
        let clair = match self.dossier {
            Some(dossier) => s.coffre.unseal(DossierId(dossier.0), &label(self.seq), &self.charge)?,
            None => Zeroizing::new(self.charge),
        };
        let corrompu = || Erreur::corrompu("fait", self.seq);
        Ok(FaitInscrit {
            seq: self.seq,
            fait: fait_versions::read(&self.type_, self.version, &clair).ok_or_else(corrompu)?,
            auteur: read_author(&self.acteur).ok_or_else(corrompu)?,
            survenu_le: self.survenu_le.utc(),
            enregistre_le: self.enregistre_le.utc(),
            corrige_seq: self.corrige_seq,
        })
    }
}

/// The place of a fact's content: a fact has no identifier but its number.
fn label(seq: i64) -> Etiquette {
    let ligne = Uuid::from_u128(u128::from(seq.unsigned_abs()));
    Etiquette { table: "fait", colonne: "charge", ligne }
}
