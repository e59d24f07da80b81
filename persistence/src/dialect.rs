//! Every line that differs between the two databases, but for how a connection is opened (`connexion.rs`).

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::acces::AccesRow;
use crate::chaine::{Journal, TeteLue};
use crate::connexion::{Cnx, Mode};
use crate::erreur::Erreur;
use crate::schema::{acces, tete_acces, tete_de_chaine};

/// Compiles the same body once per native connection: for what the enum cannot express (`on_conflict`, several rows
/// in one insert, `union`).
macro_rules! par_base {
    ($cnx:expr, |$native:ident| $corps:expr) => {
        match $cnx {
            $crate::connexion::Cnx::Pg($native) => $corps,
            $crate::connexion::Cnx::Sqlite($native) => $corps,
        }
    };
}
#[expect(unused_imports, reason = "for the nouns: the first upsert removes this line")]
pub(crate) use par_base;

/// Lines per statement: eleven columns each, and PostgreSQL binds 65,535 values at most.
const LIGNES_PAR_ORDRE: usize = 1000;

/// The settings of a SQLite connection. FULL alone keeps acknowledged commits through a power cut in WAL mode.
pub(crate) fn sqlite_settings(mode: Mode) -> &'static str {
    macro_rules! communs {
        () => {
            "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; \
             PRAGMA secure_delete = ON; PRAGMA cache_size = -8000; PRAGMA journal_size_limit = 67108864; \
             PRAGMA trusted_schema = OFF;"
        };
    }
    match mode {
        Mode::Lecture => concat!(communs!(), "PRAGMA foreign_keys = ON; PRAGMA query_only = ON;"),
        Mode::Ecriture => concat!(communs!(), "PRAGMA foreign_keys = ON;"),
        Mode::Migration => concat!(communs!(), "PRAGMA foreign_keys = OFF; PRAGMA busy_timeout = 60000;"),
    }
}

/// Begins a snapshot: everything read until the rollback is of one instant.
pub(crate) fn begin_read(cnx: &mut Cnx) -> Result<(), Erreur> {
    begin(cnx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "BEGIN DEFERRED")
}

/// Begins a write. SQLite takes its one write lock at once; on PostgreSQL, the head's row is the lock.
pub(crate) fn begin_write(cnx: &mut Cnx) -> Result<(), Erreur> {
    begin(cnx, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", "BEGIN IMMEDIATE")
}

/// Commits the transaction.
pub(crate) fn commit(cnx: &mut Cnx) -> Result<(), Erreur> {
    Ok(<Cnx as Connection>::TransactionManager::commit_transaction(cnx)?)
}

/// Rolls the transaction back.
pub(crate) fn rollback(cnx: &mut Cnx) -> Result<(), Erreur> {
    Ok(<Cnx as Connection>::TransactionManager::rollback_transaction(cnx)?)
}

/// Reads the head of a journal; on PostgreSQL its row stays locked until the end of the transaction, on SQLite the
/// whole file already is.
pub(crate) fn lock_head(cnx: &mut Cnx, journal: Journal) -> Result<TeteLue, Erreur> {
    macro_rules! head {
        ($table:ident) => {{
            let requete = $table::table.find(1).select(($table::seq, $table::empreinte, $table::sceau));
            match cnx {
                Cnx::Pg(cnx) => requete.for_update().first(cnx),
                Cnx::Sqlite(cnx) => requete.first(cnx),
            }
        }};
    }
    let tete = match journal {
        Journal::Faits => head!(tete_de_chaine),
        Journal::Acces => head!(tete_acces),
    };
    tete.optional()?.ok_or_else(|| Erreur::corrompu(journal.head_table(), 1))
}

/// Reads the head of a journal without locking it.
pub(crate) fn read_head(cnx: &mut Cnx, journal: Journal) -> Result<Option<TeteLue>, Erreur> {
    macro_rules! head {
        ($table:ident) => {
            $table::table.find(1).select(($table::seq, $table::empreinte, $table::sceau)).first(cnx)
        };
    }
    let tete = match journal {
        Journal::Faits => head!(tete_de_chaine),
        Journal::Acces => head!(tete_acces),
    };
    Ok(tete.optional()?)
}

/// Whether the database itself still refuses to change the lines of a journal: by triggers, or by rights.
pub(crate) fn is_guarded(cnx: &mut Cnx, journal: Journal) -> Result<bool, Erreur> {
    let sql = match cnx {
        Cnx::Pg(_) => {
            "SELECT NOT (has_table_privilege($1, 'UPDATE') OR has_table_privilege($1, 'DELETE') \
             OR has_table_privilege($1, 'TRUNCATE')) AS oui"
        }
        Cnx::Sqlite(_) => {
            "SELECT count(*) = 3 AS oui FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = $1 \
             AND name IN ($1 || '_sans_modification', $1 || '_sans_suppression', $1 || '_sans_remplacement')"
        }
    };
    let verdict: Verdict = diesel::sql_query(sql).bind::<Text, _>(journal.code()).get_result(cnx)?;
    Ok(verdict.oui)
}

/// What SQLite finds broken in the file of this table; PostgreSQL has its own tools and checksums.
pub(crate) fn damages(cnx: &mut Cnx, table: &str) -> Vec<String> {
    let Cnx::Sqlite(cnx) = cnx else { return Vec::new() };
    let trouves: QueryResult<Vec<Dommage>> = diesel::sql_query(
        "SELECT integrity_check AS texte FROM pragma_integrity_check($1) WHERE integrity_check <> 'ok'",
    )
    .bind::<Text, _>(table)
    .load(cnx);
    match trouves {
        Ok(trouves) => trouves.into_iter().map(|dommage| dommage.texte).collect(),
        Err(erreur) => vec![Erreur::from(erreur).to_string()],
    }
}

#[derive(QueryableByName)]
struct Verdict {
    #[diesel(sql_type = Bool)]
    oui: bool,
}

#[derive(QueryableByName)]
struct Dommage {
    #[diesel(sql_type = Text)]
    texte: String,
}

/// Whether the journal of facts has begun.
pub(crate) fn has_facts(cnx: &mut Cnx) -> Result<bool, Erreur> {
    let seq: Option<i64> = tete_de_chaine::table.find(1).select(tete_de_chaine::seq).first(cnx).optional()?;
    Ok(seq.is_none_or(|seq| seq > 0))
}

/// Inserts lines of the journal of accesses: few statements on PostgreSQL, where each is a round trip.
pub(crate) fn insert_acces(cnx: &mut Cnx, lignes: Vec<AccesRow>) -> Result<(), Erreur> {
    match cnx {
        Cnx::Pg(cnx) => {
            for lot in lignes.chunks(LIGNES_PAR_ORDRE) {
                diesel::insert_into(acces::table).values(lot).execute(cnx)?;
            }
        }
        Cnx::Sqlite(cnx) => {
            for ligne in &lignes {
                diesel::insert_into(acces::table).values(ligne).execute(cnx)?;
            }
        }
    }
    Ok(())
}

fn begin(cnx: &mut Cnx, postgres: &str, sqlite: &str) -> Result<(), Erreur> {
    let sql = match cnx {
        Cnx::Pg(_) => postgres,
        Cnx::Sqlite(_) => sqlite,
    };
    Ok(par_base!(cnx, |cnx| AnsiTransactionManager::begin_transaction_sql(cnx, sql))?)
}
