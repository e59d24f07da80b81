//! The database seen from behind, as an attacker or an auditor sees it: SQL with every right.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, QueryableByName, RunQueryDsl};

use super::postgres::Database;

/// A connection with every right to the tables of one territoire.
pub(crate) enum Sql {
    /// One file.
    File(SqliteConnection),
    /// One schema.
    Schema(PgConnection),
}

#[derive(QueryableByName)]
struct Octets {
    #[diesel(sql_type = Nullable<Binary>)]
    v: Option<Vec<u8>>,
}

#[derive(QueryableByName)]
struct Texte {
    #[diesel(sql_type = Nullable<Text>)]
    v: Option<String>,
}

#[derive(QueryableByName)]
struct Nombre {
    #[diesel(sql_type = BigInt)]
    v: i64,
}

impl Sql {
    /// Opens an embedded file; its triggers will not stop us once dropped.
    pub(crate) fn file(path: &Path) -> Self {
        assert!(path.is_file(), "{} is not there", path.display());
        let mut cnx = SqliteConnection::establish(&path.to_string_lossy()).expect("SQLite");
        cnx.batch_execute("PRAGMA busy_timeout=20000; PRAGMA foreign_keys=OFF;").expect("pragma");
        Self::File(cnx)
    }

    /// Opens the schema of a territoire as superuser, triggers and foreign keys asleep.
    pub(crate) fn schema(database: &Database, territoire: &str) -> Self {
        let mut cnx = database.admin();
        let sql = format!(
            r#"SET search_path TO "territoire_{territoire}"; SET session_replication_role = replica;"#
        );
        cnx.batch_execute(&sql).expect("schéma");
        Self::Schema(cnx)
    }

    /// Logs in as the server does, with the role of one territoire and no more right than it has.
    pub(crate) fn role(database: &Database, territoire: &str) -> Self {
        Self::Schema(PgConnection::establish(&database.role_url(territoire)).expect("rôle du territoire"))
    }

    /// Runs statements that both engines understand.
    pub(crate) fn execute(&mut self, sql: &str) {
        match self {
            Self::File(cnx) => cnx.batch_execute(sql),
            Self::Schema(cnx) => cnx.batch_execute(sql),
        }
        .unwrap_or_else(|e| panic!("{sql} : {e}"));
    }

    /// Runs statements that the database may refuse.
    pub(crate) fn try_execute(&mut self, sql: &str) -> Result<(), String> {
        match self {
            Self::File(cnx) => cnx.batch_execute(sql),
            Self::Schema(cnx) => cnx.batch_execute(sql),
        }
        .map_err(|e| e.to_string())
    }

    /// One number, from a query whose column is named `v`.
    pub(crate) fn number(&mut self, sql: &str) -> i64 {
        let query = diesel::sql_query(sql);
        let row: Nombre = match self {
            Self::File(cnx) => query.get_result(cnx),
            Self::Schema(cnx) => query.get_result(cnx),
        }
        .unwrap_or_else(|e| panic!("{sql} : {e}"));
        row.v
    }

    /// Texts, from a query whose column is named `v`.
    pub(crate) fn texts(&mut self, sql: &str) -> Vec<String> {
        let query = diesel::sql_query(sql);
        let rows: Vec<Texte> = match self {
            Self::File(cnx) => query.load(cnx),
            Self::Schema(cnx) => query.load(cnx),
        }
        .unwrap_or_else(|e| panic!("{sql} : {e}"));
        rows.into_iter().filter_map(|row| row.v).collect()
    }

    /// Bytes, from a query whose column is named `v`.
    pub(crate) fn bytes(&mut self, sql: &str) -> Option<Vec<u8>> {
        let query = diesel::sql_query(sql);
        let row: Octets = match self {
            Self::File(cnx) => query.get_result(cnx),
            Self::Schema(cnx) => query.get_result(cnx),
        }
        .unwrap_or_else(|e| panic!("{sql} : {e}"));
        row.v
    }

    /// `(column, declared type)` of a table, in its order.
    pub(crate) fn columns(&mut self, table: &str) -> Vec<(String, String)> {
        let sql = match self {
            Self::File(_) => {
                format!("SELECT name || ' ' || lower(type) AS v FROM pragma_table_info('{table}')")
            }
            Self::Schema(_) => format!(
                "SELECT column_name || ' ' || data_type AS v FROM information_schema.columns \
                 WHERE table_name = '{table}' AND table_schema = current_schema() ORDER BY ordinal_position"
            ),
        };
        let columns = self.texts(&sql);
        assert!(!columns.is_empty(), "no table `{table}`");
        columns
            .iter()
            .map(|column| {
                column.split_once(' ').map(|(n, t)| (n.to_owned(), t.to_owned())).expect("nom et type")
            })
            .collect()
    }

    /// Runs statements with the triggers of the journals away, then puts them back as they were: what an attacker with
    /// the file would do.
    pub(crate) fn tamper(&mut self, sql: &str) {
        let mut whole = String::new();
        if let Self::File(_) = self {
            let names =
                self.texts("SELECT name AS v FROM sqlite_master WHERE type = 'trigger' ORDER BY name");
            let texts = self.texts("SELECT sql AS v FROM sqlite_master WHERE type = 'trigger' ORDER BY name");
            whole.extend(names.iter().map(|name| format!("DROP TRIGGER \"{name}\"; ")));
            whole.push_str(&format!(
                "{sql}; {}",
                texts.iter().map(|text| format!("{text}; ")).collect::<String>()
            ));
        } else {
            whole.push_str(sql);
        }
        self.execute(&format!("BEGIN; {whole}; COMMIT"));
    }

    /// A literal for bytes.
    pub(crate) fn literal(&self, bytes: &[u8]) -> String {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self {
            Self::File(_) => format!("x'{hex}'"),
            Self::Schema(_) => format!(r"'\x{hex}'::bytea"),
        }
    }
}
