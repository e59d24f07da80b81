//! Migrations of a SQLite file: all that are pending in one transaction, under the file's own write lock.

use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_migrations::MigrationHarness;

use super::Lot;
use crate::connexion::{self, Cible, Cnx, Mode, MultiBackend};
use crate::dialect;
use crate::erreur::Erreur;

/// Creates the file if it is missing, and applies what it lacks. Foreign keys are off on this connection, so that
/// rebuilding a table does not delete the rows that refer to it, and are all checked before the commit.
pub(super) fn upgrade(chemin: &Path, lot: Lot) -> Result<Vec<String>, Erreur> {
    upgrade_with(chemin, |cnx| apply(cnx, lot.sqlite()))
}

/// Runs `f` as a migration is run.
pub(super) fn upgrade_with<T>(
    chemin: &Path,
    f: impl FnOnce(&mut Cnx) -> Result<T, Erreur>,
) -> Result<T, Erreur> {
    let mut cnx = connexion::open(&Cible::Fichier(chemin.to_path_buf()), Mode::Migration)?;
    set_wal(&mut cnx)?;
    dialect::begin_write(&mut cnx)?;
    let faites = f(&mut cnx)?;
    check_foreign_keys(&mut cnx)?;
    dialect::commit(&mut cnx)?;
    Ok(faites)
}

fn apply(cnx: &mut Cnx, source: impl MigrationSource<MultiBackend>) -> Result<Vec<String>, Erreur> {
    let mut faites = Vec::new();
    for migration in cnx.pending_migrations(source).map_err(failed)? {
        migration.run(cnx).map_err(failed)?;
        diesel::sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ($1)")
            .bind::<Text, _>(migration.name().version().to_string())
            .execute(cnx)?;
        faites.push(migration.name().to_string());
    }
    Ok(faites)
}

#[derive(QueryableByName)]
struct Violations {
    #[diesel(sql_type = BigInt)]
    nombre: i64,
}

fn check_foreign_keys(cnx: &mut Cnx) -> Result<(), Erreur> {
    let Violations { nombre } =
        diesel::sql_query("SELECT count(*) AS nombre FROM pragma_foreign_key_check").get_result(cnx)?;
    if nombre == 0 {
        return Ok(());
    }
    Err(Erreur::Interne(format!("a migration leaves {nombre} rows whose foreign key leads nowhere")))
}

/// The mode is kept in the file. Several processes may set it at once, and SQLite does not wait for that.
fn set_wal(cnx: &mut Cnx) -> Result<(), Erreur> {
    let mut essai = cnx.batch_execute("PRAGMA journal_mode = WAL");
    for _ in 0..50 {
        if essai.is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
        essai = cnx.batch_execute("PRAGMA journal_mode = WAL");
    }
    Ok(essai?)
}

fn failed(erreur: Box<dyn std::error::Error + Send + Sync>) -> Erreur {
    Erreur::Interne(format!("migration: {}", crate::erreur::without_values(&erreur.to_string())))
}
