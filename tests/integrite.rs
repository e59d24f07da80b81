//! The journals cannot be changed without it showing: `verify` passes, then fails after each kind of tampering (SEC-4).

use crate::appui::scenario::transmitted;
use crate::appui::serveur::{Engine, Env, sur_les_deux_bases};
use crate::appui::sql::Sql;

/// A journal: its table, and how to open where it stands.
type Journal = (&'static str, fn(&Env) -> Sql);

const JOURNAUX: [Journal; 2] = [("fait", |env| env.sql("77")), ("acces", |env| env.sql_acces("77"))];

#[track_caller]
fn assert_passes(env: &Env) {
    let (passes, said) = env.verify();
    assert!(passes, "an untouched journal must pass: {said}");
}

#[track_caller]
fn assert_fails(env: &Env, what: &str) {
    let (passes, said) = env.verify();
    assert!(!passes, "{what}: not seen\n{said}");
    assert!(!said.contains("panicked"), "{what}: {said}");
}

/// Makes some lines in both journals, then stops the server.
fn fill(env: &Env) {
    let association = env.client("association");
    let depot = transmitted(&association);
    for _ in 0..3 {
        env.client_of("77", "parquet", Some("parquet-meaux")).get(&depot.path()).expect(200);
        env.client("crip").get(&depot.path()).expect(200);
    }
    env.mails(&depot.reference, 2);
    assert_passes(env);
    env.stop();
    assert_passes(env);
}

/// The head of a journal's chain.
fn head(table: &str) -> &'static str {
    if table == "fait" { "tete_de_chaine" } else { "tete_acces" }
}

/// Puts a journal and its head back as they were, whatever was done to them.
fn restore(sql: &mut Sql, table: &str) {
    for table in [table, head(table)] {
        sql.tamper(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM copie_{table}"));
    }
}

sur_les_deux_bases!(sec_4_every_tampering_is_found, |env| {
    fill(env);
    for (table, open) in JOURNAUX {
        let mut sql = open(env);
        for table in [table, head(table)] {
            sql.execute(&format!("CREATE TABLE copie_{table} AS SELECT * FROM {table}"));
        }
        let last = sql.number(&format!("SELECT max(seq) AS v FROM {table}"));
        assert!(last >= 3, "{table}: {last} lines only");
        let middle = last / 2 + 1;

        // One byte, in each column that the line has.
        for (column, kind) in sql.columns(table) {
            if column == "seq" {
                continue;
            }
            for seq in [1, middle, last] {
                let value = sql.bytes(&format!(
                    "SELECT {} AS v FROM {table} WHERE seq = {seq}",
                    as_bytes(env, &column, &kind)
                ));
                let Some(change) = change(&sql, &column, &kind, value.as_deref()) else { continue };
                sql.tamper(&format!("UPDATE {table} SET {column} = {change} WHERE seq = {seq}"));
                assert_fails(env, &format!("{table}.{column} of line {seq} changed"));
                restore(&mut sql, table);
            }
        }
        assert_passes(env);

        for (what, statement) in [
            ("a line deleted", format!("DELETE FROM {table} WHERE seq = {middle}")),
            ("the first line deleted", format!("DELETE FROM {table} WHERE seq = 1")),
            ("the tail cut", format!("DELETE FROM {table} WHERE seq = {last}")),
            ("everything deleted", format!("DELETE FROM {table}")),
            (
                "two lines swapped",
                format!(
                    "UPDATE {table} SET seq = 900000 WHERE seq = {middle}; \
                     UPDATE {table} SET seq = {middle} WHERE seq = {middle} + 1; \
                     UPDATE {table} SET seq = {middle} + 1 WHERE seq = 900000"
                ),
            ),
            (
                "a line deleted and the others moved up",
                format!(
                    "DELETE FROM {table} WHERE seq = {last} - 1; UPDATE {table} SET seq = {last} - 1 WHERE seq = {last}"
                ),
            ),
        ] {
            sql.tamper(&statement);
            assert_fails(env, &format!("{table}: {what}"));
            restore(&mut sql, table);
        }

        // A line inserted: a copy of the last one at the end.
        let columns: Vec<String> = sql.columns(table).into_iter().map(|(name, _)| name).collect();
        let values: Vec<String> = columns
            .iter()
            .map(|name| if name == "seq" { format!("{last} + 1") } else { name.clone() })
            .collect();
        let insert = format!(
            "INSERT INTO {table} ({}) SELECT {} FROM {table} WHERE seq = {last}",
            columns.join(", "),
            values.join(", ")
        );
        sql.tamper(&insert);
        assert_fails(env, &format!("{table}: a line inserted"));
        restore(&mut sql, table);
        assert_passes(env);

        // The head taken back with the line it names: someone who can write, but has no key.
        let head = head(table);
        sql.tamper(&format!("DELETE FROM {table} WHERE seq = {last}"));
        sql.tamper(&format!(
            "UPDATE {head} SET seq = {last} - 1, \
             empreinte = (SELECT empreinte FROM {table} WHERE seq = {last} - 1)"
        ));
        assert_fails(env, &format!("{table}: the tail cut and the head taken back"));
        restore(&mut sql, table);
        assert_passes(env);
    }
});

/// How to read any column as bytes.
fn as_bytes(env: &Env, column: &str, kind: &str) -> String {
    match (env.engine(), kind) {
        (Engine::Sqlite, _) => format!("CAST({column} AS BLOB)"),
        (Engine::Postgres, "bytea") => column.to_owned(),
        (Engine::Postgres, _) => format!("convert_to({column}::text, 'UTF8')"),
    }
}

/// Another value for this column, as close as can be; `None` when the column is empty.
fn change(sql: &Sql, column: &str, kind: &str, value: Option<&[u8]>) -> Option<String> {
    let mut bytes = value?.to_vec();
    let last = bytes.last_mut()?;
    Some(match kind {
        "blob" | "bytea" => {
            *last ^= 1;
            sql.literal(&bytes)
        }
        "integer" | "bigint" | "smallint" => format!("{column} + 1"),
        "timestamp with time zone" => format!("{column} + interval '1 microsecond'"),
        "uuid" => {
            let text = String::from_utf8(bytes.clone()).expect("uuid");
            let end = if text.ends_with('0') { '1' } else { '0' };
            format!("'{}{end}'", &text[..text.len() - 1])
        }
        _ => {
            // Text: another last sign. An instant ends with Z: its last figure is changed.
            let text = String::from_utf8(bytes.clone()).expect("texte");
            let (head, tail) = match text.strip_suffix('Z') {
                Some(head) if column.ends_with("_le") || column == "le" => (head.to_owned(), "Z"),
                _ => (text, ""),
            };
            let end = if head.ends_with('0') { '1' } else { '0' };
            let kept: String = head.chars().take(head.chars().count() - 1).collect();
            format!("'{}{end}{tail}'", kept.replace('\'', "''"))
        }
    })
}

/// One byte of the file itself, where the last fact stands.
#[test]
fn sec_4_one_byte_of_the_file_is_found() {
    let env = Env::start(Engine::Sqlite, crate::appui::serveur::Options::INSIDE);
    fill(&env);
    let path = env.data().join("77.sqlite");
    // Into the main file first: what is in the WAL would win.
    Sql::file(&path).execute("PRAGMA wal_checkpoint(TRUNCATE)");
    for (journal, table) in [("77.sqlite", "fait"), ("77-acces.sqlite", "acces")] {
        let path = env.data().join(journal);
        let mut sql = Sql::file(&path);
        sql.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        let digest =
            sql.bytes(&format!("SELECT empreinte AS v FROM {table} WHERE seq = 2")).expect("empreinte");
        drop(sql);
        let whole = std::fs::read(&path).expect("fichier");
        let place = whole.windows(digest.len()).position(|w| w == digest).expect("the digest is in the file");
        let mut changed = whole.clone();
        changed[place] ^= 1;
        std::fs::write(&path, &changed).expect("fichier");
        assert_fails(&env, &format!("one byte of {journal}"));
        std::fs::write(&path, &whole).expect("fichier");
        assert_passes(&env);
    }
}

sur_les_deux_bases!(sec_4_the_database_refuses_to_change_a_journal, |env| {
    // Not the proof, but the first door: the server's own rights do not let it change what is written.
    fill(env);
    match env.database() {
        None => {
            for (table, open) in JOURNAUX {
                let mut sql = open(env);
                for statement in [
                    format!("UPDATE {table} SET empreinte = zeroblob(32) WHERE seq = 1"),
                    format!("DELETE FROM {table} WHERE seq = 1"),
                    format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE seq = 1"),
                ] {
                    assert!(sql.try_execute(&statement).is_err(), "{statement}");
                }
            }
            // Without these doors the journals are no longer proved: `verify` says so.
            for (table, open) in JOURNAUX {
                let mut sql = open(env);
                let triggers = format!(
                    "SELECT name AS v FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"
                );
                let triggers = sql.texts(&triggers);
                assert!(triggers.len() >= 2, "{triggers:?}");
                for trigger in triggers {
                    let text =
                        sql.texts(&format!("SELECT sql AS v FROM sqlite_master WHERE name = '{trigger}'"));
                    sql.execute(&format!("DROP TRIGGER {trigger}"));
                    assert_fails(env, &format!("trigger {trigger} dropped"));
                    sql.execute(&text[0]);
                    assert_passes(env);
                }
            }
        }
        Some(database) => {
            let mut sql = Sql::role(database, "77");
            for table in ["fait", "acces"] {
                for statement in [
                    format!("UPDATE {table} SET empreinte = empreinte WHERE seq = 1"),
                    format!("DELETE FROM {table} WHERE seq = 1"),
                    format!("TRUNCATE {table}"),
                    format!("DROP TABLE {table}"),
                    format!("ALTER TABLE {table} DISABLE TRIGGER ALL"),
                ] {
                    let refusal = sql.try_execute(&statement).expect_err(&statement);
                    assert!(
                        refusal.contains("permission denied") || refusal.contains("must be owner"),
                        "{refusal}"
                    );
                }
                sql.number(&format!("SELECT count(*) AS v FROM {table}"));
            }
        }
    }
});

/// One territoire's role reads nothing of another's (TER-2, R12).
#[test]
fn ter_2_a_role_reads_its_own_schema_alone() {
    let env = Env::start(Engine::Postgres, crate::appui::serveur::Options::INSIDE);
    let database = env.database().expect("PostgreSQL");
    let tables = env.sql("69M").texts(
        "SELECT table_name::text AS v FROM information_schema.tables WHERE table_schema = 'territoire_69M'",
    );
    assert!(tables.len() > 10, "{tables:?}");
    let mut sql = Sql::role(database, "77");
    for table in tables {
        let refusal = sql.try_execute(&format!(r#"SELECT count(*) FROM "territoire_69M"."{table}""#));
        assert!(refusal.as_ref().is_err_and(|r| r.contains("permission denied")), "{table}: {refusal:?}");
    }
    assert!(sql.try_execute(r#"SET ROLE "maillage_69M""#).is_err());
    assert!(sql.try_execute("SET ROLE maillage_77_proprietaire").is_err());
    assert!(
        sql.try_execute("CREATE TABLE public.intrus (n INT)").is_err(),
        "no table outside its migrations"
    );
}
