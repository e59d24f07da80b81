//! One connection type over both databases, how it is opened, and the pools of the readers.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, NopErrorHandler, Pool, PooledConnection, R2D2Connection};
use diesel::{Connection, PgConnection, SqliteConnection};
use scheduled_thread_pool::ScheduledThreadPool;
use url::Url;

use crate::adresse;
use crate::dialect;
use crate::erreur::Erreur;

pub use natif::{Cnx, MultiBackend};

#[expect(missing_docs, reason = "diesel derives public items that say nothing of themselves")]
mod natif {
    use diesel::{PgConnection, SqliteConnection};

    /// A connection to either database. Its variants are matched in this file and in `dialect.rs`, nowhere else.
    #[derive(diesel::MultiConnection)]
    pub enum Cnx {
        /// PostgreSQL.
        Pg(PgConnection),
        /// SQLite.
        Sqlite(SqliteConnection),
    }
}

/// What a connection is opened for: it decides the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Reads only; on SQLite the connection itself refuses to write.
    Lecture,
    /// Reads and writes an existing database.
    Ecriture,
    /// Creates the SQLite file when it is missing, with mode 0600; foreign keys wait, for rebuilt tables.
    Migration,
}

/// Where a connection goes.
#[derive(Debug, Clone)]
pub(crate) enum Cible {
    /// A SQLite file.
    Fichier(PathBuf),
    /// A PostgreSQL server, with the login of the territoire's own role.
    Serveur(Url),
}

/// A pool of one kind of connection.
pub(crate) type Reserve = Pool<Gestionnaire>;

/// A connection taken from a pool.
pub(crate) type Prise = PooledConnection<Gestionnaire>;

/// A connection and what is known of its health.
pub(crate) struct Liaison {
    /// The connection.
    pub(crate) cnx: Cnx,
    /// Set when a transaction could not even begin: the pool drops the connection.
    pub(crate) rompue: bool,
}

/// Opens the connections of a pool.
pub(crate) struct Gestionnaire {
    cible: Cible,
    mode: Mode,
}

impl ManageConnection for Gestionnaire {
    type Connection = Liaison;
    type Error = Erreur;

    fn connect(&self) -> Result<Liaison, Erreur> {
        Ok(Liaison { cnx: open(&self.cible, self.mode)?, rompue: false })
    }

    fn is_valid(&self, liaison: &mut Liaison) -> Result<(), Erreur> {
        Ok(liaison.cnx.ping()?)
    }

    fn has_broken(&self, liaison: &mut Liaison) -> bool {
        liaison.rompue || std::thread::panicking() || liaison.cnx.is_broken()
    }
}

/// A pool that opens nothing before it is used, keeps little and shares one maintenance thread pool with all
/// others: a process may serve a hundred territoires.
pub(crate) fn pool(
    cible: Cible,
    mode: Mode,
    taille: u32,
    inactivite: Duration,
    attente: Duration,
) -> Reserve {
    static ENTRETIEN: OnceLock<Arc<ScheduledThreadPool>> = OnceLock::new();
    let entretien = ENTRETIEN.get_or_init(|| {
        Arc::new(ScheduledThreadPool::builder().num_threads(2).thread_name_pattern("reserve-{}").build())
    });
    Pool::builder()
        .max_size(taille.max(1))
        .min_idle(Some(0))
        .idle_timeout(Some(inactivite))
        .max_lifetime(None)
        .connection_timeout(attente)
        .test_on_check_out(false)
        .error_handler(Box::new(NopErrorHandler))
        .thread_pool(Arc::clone(entretien))
        .build_unchecked(Gestionnaire { cible, mode })
}

/// Takes a connection from a pool.
pub(crate) fn take(reserve: &Reserve) -> Result<Prise, Erreur> {
    reserve.get().map_err(|erreur| Erreur::Indisponible(erreur.to_string()))
}

/// Opens one connection and gives it its settings.
pub(crate) fn open(cible: &Cible, mode: Mode) -> Result<Cnx, Erreur> {
    match cible {
        Cible::Fichier(chemin) => open_file(chemin, mode),
        Cible::Serveur(url) => {
            adresse::check_sslmode(url)?;
            Ok(Cnx::Pg(PgConnection::establish(adresse::for_libpq(url).as_str())?))
        }
    }
}

fn open_file(chemin: &Path, mode: Mode) -> Result<Cnx, Erreur> {
    if mode == Mode::Migration {
        create_private_file(chemin)?;
    }
    let absolu = std::path::absolute(chemin).map_err(|e| Erreur::Indisponible(e.to_string()))?;
    let mut url = Url::from_file_path(&absolu)
        .map_err(|()| Erreur::Configuration(format!("Chemin inutilisable : {}", absolu.display())))?;
    url.set_query(Some("mode=rw"));
    let mut cnx = SqliteConnection::establish(url.as_str())?;
    cnx.batch_execute(dialect::sqlite_settings(mode))?;
    Ok(Cnx::Sqlite(cnx))
}

/// SQLite gives its `-wal` and `-shm` files the mode of the database file: the file is made first, for its owner
/// alone.
fn create_private_file(chemin: &Path) -> Result<(), Erreur> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(chemin).and_then(|fichier| fichier.sync_all()) {
        Ok(()) => sync_parent(chemin),
        Err(erreur) if erreur.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(erreur) => {
            Err(Erreur::Configuration(format!("{} ne peut être créé : {erreur}", chemin.display())))
        }
    }
}

/// A new file survives a power cut once its folder is written too.
fn sync_parent(chemin: &Path) -> Result<(), Erreur> {
    let dossier = chemin.parent().unwrap_or(Path::new("."));
    std::fs::File::open(dossier)
        .and_then(|dossier| dossier.sync_all())
        .map_err(|erreur| Erreur::Indisponible(format!("folder not written: {erreur}")))
}

/// Makes a folder for its owner alone (0700), with its parents; one that exists keeps its mode.
pub(crate) fn create_private_dir(chemin: &Path) -> Result<(), Erreur> {
    let mut constructeur = std::fs::DirBuilder::new();
    constructeur.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut constructeur, 0o700);
    constructeur
        .create(chemin)
        .map_err(|erreur| Erreur::Configuration(format!("{} ne peut être créé : {erreur}", chemin.display())))
}
