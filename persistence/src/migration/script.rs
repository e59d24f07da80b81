//! What the DBA would run instead of `migrate`: the same SQL, for psql, that can be run again.

use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::fmt::Write;
use std::num::NonZeroU32;

use super::serveur::Schema;
use super::{Lot, textes};
use crate::emplacement::{Emplacement, Moteur};
use crate::erreur::{Erreur, Scellement};

/// Tables on which the application may do less than read and write: what is granted on them.
const DROITS: [(Lot, &str, &str); 9] = [
    (Lot::Base, "__diesel_schema_migrations", "SELECT"),
    (Lot::Base, "fait", "SELECT, INSERT"),
    (Lot::Base, "tete_de_chaine", "SELECT, UPDATE"),
    (Lot::Acces, "acces", "SELECT, INSERT"),
    (Lot::Acces, "tete_acces", "SELECT, UPDATE"),
    (Lot::Cles, "__diesel_schema_migrations", "SELECT"),
    (Lot::Cles, "cle_territoire", "SELECT, INSERT"),
    (Lot::Cles, "cle_dossier", "SELECT, INSERT"),
    (Lot::Cles, "jalon", "SELECT, INSERT"),
];

/// The SQL of the PostgreSQL schemas of these territoires, for psql, with the password as a variable; empty when
/// everything is embedded. After it, `migrate` without an administrator's URL makes the keys.
///
/// # Errors
/// French, when a URL cannot serve.
pub fn print_sql(places: &[Emplacement]) -> Result<String, Erreur> {
    let mut sql = String::new();
    for place in places {
        if let Moteur::Postgres { url } = &place.base {
            write_schema(&mut sql, &Schema::data(url, &place.code)?, "mot_de_passe")?;
        }
        if let Some(url) = &place.cles_url {
            write_schema(&mut sql, &Schema::keys(url, &place.code)?, "mot_de_passe_cles")?;
        }
    }
    Ok(sql)
}

/// An identifier in SQL, whatever it contains.
pub(super) fn ident(nom: &str) -> String {
    format!("\"{}\"", nom.replace('"', "\"\""))
}

/// A text in SQL, whatever it contains (`standard_conforming_strings` is on).
pub(super) fn literal(texte: &str) -> String {
    format!("'{}'", texte.replace('\'', "''"))
}

/// The password as PostgreSQL stores it, so that neither the wire nor the server's log ever has it in clear. What
/// is not ASCII would first have to be normalised (SASLprep): the server does it.
pub(super) fn password(clair: &str) -> Result<String, Erreur> {
    const TOURS: NonZeroU32 = NonZeroU32::MIN.saturating_add(4095);
    if !clair.is_ascii() {
        return Ok(literal(clair));
    }
    let mut sel = [0; 16];
    aws_lc_rs::rand::fill(&mut sel).map_err(|_| Erreur::from(Scellement::Chiffre))?;
    let mut sale = zeroize::Zeroizing::new([0; 32]);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, TOURS, &sel, clair.as_bytes(), sale.as_mut_slice());
    let sign = |texte: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, sale.as_slice()), texte);
    let stockee = digest::digest(&digest::SHA256, sign(b"Client Key").as_ref());
    let serveur = sign(b"Server Key");
    Ok(literal(&format!(
        "SCRAM-SHA-256${TOURS}:{}${}:{}",
        BASE64.encode(sel),
        BASE64.encode(stockee.as_ref()),
        BASE64.encode(serveur.as_ref())
    )))
}

/// The rights of the application's role: never more than reading and writing rows, on the journals reading and
/// appending. Run as the owner, in one transaction.
pub(super) fn grants(schema: &Schema) -> String {
    let (nom, role) = (ident(&schema.nom), ident(&schema.role));
    let mut sql = format!(
        "GRANT USAGE ON SCHEMA {nom} TO {role};\n\
         REVOKE ALL ON ALL TABLES IN SCHEMA {nom} FROM {role};\n\
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {nom} TO {role};\n"
    );
    for (_, table, droits) in DROITS.iter().filter(|(lot, ..)| schema.lots.contains(lot)) {
        let table = format!("{nom}.{}", ident(table));
        sql.push_str(&format!("REVOKE ALL ON {table} FROM {role};\nGRANT {droits} ON {table} TO {role};\n"));
    }
    sql
}

/// The settings of the role, so that no session sets any and a pooler may stand between.
pub(super) fn role_settings(schema: &Schema, synchronous_commit: &str) -> Vec<String> {
    let role = ident(&schema.role);
    [
        ("search_path", ident(&schema.nom).as_str()),
        ("statement_timeout", "'10s'"),
        ("lock_timeout", "'5s'"),
        ("idle_in_transaction_session_timeout", "'30s'"),
        ("timezone", "'UTC'"),
        ("synchronous_commit", &literal(synchronous_commit)),
    ]
    .iter()
    .map(|(nom, valeur)| format!("ALTER ROLE {role} SET {nom} = {valeur}"))
    .collect()
}

/// Only a superuser may set the language of messages, in which a lock that timed out is recognised.
pub(super) fn english_messages(schema: &Schema) -> String {
    format!("ALTER ROLE {} SET lc_messages = 'C'", ident(&schema.role))
}

fn write_schema(sql: &mut String, schema: &Schema, variable: &str) -> Result<(), Erreur> {
    let (nom, role, proprietaire) = (ident(&schema.nom), ident(&schema.role), ident(&schema.proprietaire));
    let mut ligne = |texte: std::fmt::Arguments<'_>| {
        sql.write_fmt(texte).map_err(|_| Erreur::Interne("the script could not be written".to_owned()))?;
        sql.push('\n');
        Ok::<(), Erreur>(())
    };
    ligne(format_args!(
        "-- Schéma {nom}, base {}. À exécuter avec psql, en superutilisateur.",
        ident(&schema.database()?)
    ))?;
    ligne(format_args!("\\set ON_ERROR_STOP on"))?;
    ligne(format_args!(
        "\\if :{{?{variable}}}\n\\else\n\\prompt 'Mot de passe du rôle de l''application : ' {variable}\n\\endif"
    ))?;
    for (role, pouvoir) in [(&schema.proprietaire, "NOLOGIN"), (&schema.role, "LOGIN")] {
        let texte = literal(role);
        ligne(format_args!(
            "SELECT format('CREATE ROLE %I {pouvoir}', {texte}) WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {texte}) \\gexec"
        ))?;
    }
    ligne(format_args!("ALTER ROLE {role} LOGIN PASSWORD :'{variable}';"))?;
    ligne(format_args!("CREATE SCHEMA IF NOT EXISTS {nom} AUTHORIZATION {proprietaire};"))?;
    ligne(format_args!("GRANT CONNECT ON DATABASE {} TO {role};", ident(&schema.database()?)))?;
    ligne(format_args!("SET ROLE {proprietaire};\nSET search_path = {nom};"))?;
    ligne(format_args!("{}", diesel::migration::CREATE_MIGRATIONS_TABLE))?;
    for texte in schema.lots.iter().flat_map(|lot| textes::of(*lot)) {
        let version = texte.nom.split('_').next().unwrap_or(texte.nom).replace('-', "");
        ligne(format_args!(
            "-- Migration {}\n\
             SELECT NOT EXISTS (SELECT FROM __diesel_schema_migrations WHERE version = '{version}') AS a_faire \\gset\n\
             \\if :a_faire\nBEGIN;\n{}\n\
             INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}');\nCOMMIT;\n\\endif",
            texte.nom,
            texte.sql.trim_end()
        ))?;
    }
    ligne(format_args!("BEGIN;\n{}COMMIT;\nRESET ROLE;\nRESET search_path;", grants(schema)))?;
    for reglage in role_settings(schema, "on").into_iter().chain([english_messages(schema)]) {
        ligne(format_args!("{reglage};"))?;
    }
    Ok(())
}
