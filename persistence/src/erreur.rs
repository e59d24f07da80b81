//! What can go wrong below the rules: transport-free, and without any value in it, so that it may be logged.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as Diesel};

/// An error of the persistence; `api/src/error.rs` alone turns it into a status code.
#[derive(Debug, thiserror::Error)]
pub enum Erreur {
    /// The database or the key store does not answer, is locked, full or lost: the caller may try again. Nothing
    /// was acknowledged; a write whose COMMIT was cut off may all the same have been kept.
    #[error("unavailable: {0}")]
    Indisponible(String),
    /// A unique constraint refused the row.
    #[error("unique constraint {contrainte} violated")]
    Conflit {
        /// `table_column_key` on both databases (several columns: `table_a_b_key`).
        contrainte: String,
    },
    /// A stored row is not one that we write.
    #[error("corrupt row of {table}: {id}")]
    Corrompu {
        /// The table.
        table: &'static str,
        /// Which row: an identifier or a number, never its content.
        id: String,
    },
    /// A sealed value could not be opened, or its key is not there.
    #[error("sealing: {0}")]
    Scellement(#[from] Scellement),
    /// The territoire is not installed, or its database lags behind this program. French, for the operator.
    #[error("{0}")]
    NonMigre(String),
    /// A setting cannot be honoured. French, for the operator.
    #[error("{0}")]
    Configuration(String),
    /// A defect: a query that the database refuses, a closure that panicked.
    #[error("internal: {0}")]
    Interne(String),
}

/// Why a sealed value does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Scellement {
    /// The key was destroyed, or never made.
    #[error("no such key")]
    CleAbsente,
    /// The bytes are not an envelope of ours.
    #[error("not an envelope")]
    Format,
    /// The bytes were changed, moved from another place, or the key is another one.
    #[error("authentication failed")]
    Refuse,
    /// The system gave no random bytes, or the cipher refused to work.
    #[error("cipher unavailable")]
    Chiffre,
}

impl Erreur {
    /// A row that does not read back.
    pub fn corrompu(table: &'static str, id: impl std::fmt::Display) -> Self {
        Self::Corrompu { table, id: id.to_string() }
    }

    /// Whether the caller may try the same thing again later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Indisponible(_))
    }

    /// Whether a row was refused because this constraint (`table_column_key`) already holds another one.
    pub fn is_conflict(&self, attendue: &str) -> bool {
        matches!(self, Self::Conflit { contrainte } if contrainte == attendue)
    }
}

impl From<Diesel> for Erreur {
    fn from(erreur: Diesel) -> Self {
        match erreur {
            Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, information) => {
                Self::Conflit { contrainte: contrainte(information.as_ref()) }
            }
            Diesel::DatabaseError(genre, information) => {
                let texte = format!("{genre:?}: {}", detail(information.as_ref()));
                if is_transient(&genre, information.message()) {
                    Self::Indisponible(texte)
                } else {
                    Self::Interne(texte)
                }
            }
            Diesel::BrokenTransactionManager => Self::Indisponible("the connection is lost".to_owned()),
            Diesel::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            autre => Self::Interne(without_values(&autre.to_string())),
        }
    }
}

impl From<diesel::ConnectionError> for Erreur {
    fn from(erreur: diesel::ConnectionError) -> Self {
        let lignes: Vec<String> = erreur.to_string().lines().map(|ligne| ligne.trim().to_owned()).collect();
        Self::Indisponible(lignes.join("; "))
    }
}

impl From<serde_json::Error> for Erreur {
    /// The text of these errors quotes what it could not read: only the place is kept.
    fn from(erreur: serde_json::Error) -> Self {
        Self::Interne(format!("JSON {:?} at {}:{}", erreur.classify(), erreur.line(), erreur.column()))
    }
}

/// Keeps the words of a database's message up to the first thing that it quotes, then only the names of our own
/// tables and columns: PostgreSQL quotes the values that it refuses.
pub(crate) fn without_values(texte: &str) -> String {
    let ligne = texte.lines().next().unwrap_or_default();
    let mut avant = ' ';
    let debut = ligne.char_indices().find(|(_, signe)| {
        // After a letter, an apostrophe is only an apostrophe.
        let cite = matches!(signe, '"' | '«' | '“' | '`') || (*signe == '\'' && !avant.is_alphanumeric());
        avant = *signe;
        cite
    });
    let Some((debut, _)) = debut else { return ligne.to_owned() };
    let (garde, reste) = ligne.split_at(debut);
    let noms: Vec<&str> = reste
        .split(|signe: char| !signe.is_alphanumeric() && signe != '_')
        .filter(|mot| crate::colonnes::is_name(mot))
        .collect();
    format!("{garde}… [{}]", noms.join(" "))
}

fn detail(information: &dyn DatabaseErrorInformation) -> String {
    let mut texte = without_values(information.message());
    for (nom, valeur) in [("table", information.table_name()), ("constraint", information.constraint_name())]
    {
        if let Some(valeur) = valeur {
            texte.push_str(&format!(" [{nom} {valeur}]"));
        }
    }
    texte
}

/// PostgreSQL names the constraint; SQLite says `UNIQUE constraint failed: table.a, table.b`.
fn contrainte(information: &(dyn DatabaseErrorInformation + Send + Sync)) -> String {
    if let Some(nom) = information.constraint_name() {
        return nom.to_owned();
    }
    let message = information.message();
    let colonnes = message.split_once("failed: ").map_or(message, |(_, colonnes)| colonnes);
    if let Some(index) = colonnes.strip_prefix("index '") {
        return index.trim_end_matches('\'').to_owned();
    }
    let mut nom = String::new();
    for (rang, colonne) in colonnes.split(", ").enumerate() {
        let (table, colonne) = colonne.split_once('.').unwrap_or(("", colonne));
        if rang == 0 {
            nom.push_str(table);
        }
        nom.push('_');
        nom.push_str(colonne);
    }
    nom.push_str("_key");
    nom
}

/// Neither database gives its code through diesel, so the words decide: those of SQLite, and those of PostgreSQL
/// in English (`migrate` asks for them when it may) and in French.
fn is_transient(genre: &DatabaseErrorKind, message: &str) -> bool {
    const MOTS: [&str; 22] = [
        "database is locked",
        "database table is locked",
        "database or disk is full",
        "disk I/O error",
        "unable to open database file",
        "attempt to write a readonly database",
        "canceling statement",
        "deadlock detected",
        "terminating connection",
        "the database system is",
        "server closed the connection",
        "connection to server",
        "no connection to the server",
        "SSL connection has been closed",
        "could not extend file",
        "No space left on device",
        "remaining connection slots",
        "too many connections",
        "annulation de la requête",
        "interblocage",
        "arrêt des connexions",
        "le système de bases de données",
    ];
    matches!(
        genre,
        DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::SerializationFailure
            | DatabaseErrorKind::ReadOnlyTransaction
    ) || MOTS.iter().any(|mots| message.contains(mots))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_lose_the_values_they_quote() {
        for (texte, attendu) in [
            (
                "invalid input syntax for type uuid: \"Durand Léa\"\nDETAIL: x",
                "invalid input syntax for type uuid: … []",
            ),
            ("relation \"fait\" does not exist", "relation … [fait]"),
            ("l’opérateur n'existe pas : « Durand »", "l’opérateur n'existe pas : … []"),
            ("can't do 'Durand' to 'fait'", "can't do … [fait]"),
            ("permission denied for table fait", "permission denied for table fait"),
        ] {
            assert_eq!(without_values(texte), attendu);
        }
    }

    #[test]
    fn unique_violations_bear_the_same_name_on_both_databases() {
        for (texte, nom) in [
            (
                "UNIQUE constraint failed: accuse_reception.parquet, accuse_reception.reference",
                "accuse_reception_parquet_reference_key",
            ),
            ("UNIQUE constraint failed: organisation.code", "organisation_code_key"),
            ("UNIQUE constraint failed: index 'echeance_unique'", "echeance_unique"),
        ] {
            let erreur =
                Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, Box::new(texte.to_owned()));
            assert!(Erreur::from(erreur).is_conflict(nom), "{texte}");
        }
    }
}
