//! Where the data and the keys of one territoire live.

use std::path::{Path, PathBuf};

use domain::territoire::CodeTerritoire;
use url::Url;

use crate::adresse;
use crate::erreur::Erreur;

/// The place of one territoire: its database, its journal of accesses, its wrapping keys and its key store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emplacement {
    /// The territoire.
    pub code: CodeTerritoire,
    /// Its database.
    pub base: Moteur,
    /// Folder of the wrapping keys, and of the key store unless `cles_url` says otherwise; never the data folder.
    pub cles_dir: PathBuf,
    /// The key store's PostgreSQL, when it is one.
    pub cles_url: Option<Url>,
}

/// Which database, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moteur {
    /// One file per territoire in this folder.
    Sqlite {
        /// The data folder.
        dossier: PathBuf,
    },
    /// One schema per territoire on this server.
    Postgres {
        /// The application's URL; the territoire's role is its user followed by `_77`.
        url: Url,
    },
}

/// Checks the URL of the data of a territoire without connecting: a server refuses at its start what would otherwise
/// fail at the first request.
///
/// # Errors
/// `Configuration`, in French: not a PostgreSQL URL, no user, one too long to derive the roles of this territoire, an
/// `sslmode` that this build cannot honour.
pub fn check_url(url: &Url, code: &CodeTerritoire) -> Result<(), Erreur> {
    adresse::check(url)?;
    adresse::owner_of(&adresse::data_role(url, code)?).map(drop)
}

/// Checks the URL of the key store of a territoire in the same way; its roles have longer names.
///
/// # Errors
/// Those of [`check_url`].
pub fn check_keys_url(url: &Url, code: &CodeTerritoire) -> Result<(), Erreur> {
    adresse::check(url)?;
    adresse::owner_of(&adresse::keys_role(url, code)?).map(drop)
}

impl Emplacement {
    /// The file of the wrapping keys (`77.kek`): the server knows a territoire by it.
    pub fn kek_file(&self) -> PathBuf {
        self.cles_dir.join(format!("{}.kek", self.code))
    }

    /// Whether this server holds the wrapping keys of the territoire.
    pub fn is_known(&self) -> bool {
        self.kek_file().is_file()
    }

    /// The embedded database of the territoire (`77.sqlite`) in this data folder.
    pub fn base_file(&self, dossier: &Path) -> PathBuf {
        dossier.join(format!("{}.sqlite", self.code))
    }

    /// The embedded journal of accesses (`77-acces.sqlite`) in this data folder.
    pub fn acces_file(&self, dossier: &Path) -> PathBuf {
        dossier.join(format!("{}-acces.sqlite", self.code))
    }

    /// The embedded key store (`77.sqlite` in the keys folder).
    pub fn magasin_file(&self) -> PathBuf {
        self.cles_dir.join(format!("{}.sqlite", self.code))
    }

    /// The codes of the territoires whose wrapping keys are in this folder, sorted.
    ///
    /// # Errors
    /// When the folder exists and cannot be read.
    pub fn known_codes(cles_dir: &Path) -> std::io::Result<Vec<CodeTerritoire>> {
        let entrees = match std::fs::read_dir(cles_dir) {
            Ok(entrees) => entrees,
            Err(erreur) if erreur.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(erreur) => return Err(erreur),
        };
        let mut codes = Vec::new();
        for entree in entrees {
            let nom = entree?.file_name();
            let code = nom.to_str().and_then(|nom| nom.strip_suffix(".kek")).and_then(CodeTerritoire::parse);
            codes.extend(code);
        }
        codes.sort();
        Ok(codes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_checked_without_a_connection() {
        let code = CodeTerritoire::parse("69M").unwrap();
        let tls = cfg!(feature = "postgres-tls");
        for (bonne, texte) in [
            (true, "postgres://maillage:s3cret@h/b".to_owned()),
            (true, "postgresql://maillage:s3cret@h/b?sslmode=prefer".to_owned()),
            (tls, "postgres://maillage:s3cret@h/b?sslmode=verify-full".to_owned()),
            (false, "postgres://maillage:s3cret@h/b?sslmode=nimporte".to_owned()),
            (false, "postgres://h/s3cret".to_owned()),
            (false, "mysql://maillage:s3cret@h/b".to_owned()),
            (false, format!("postgres://{}:s3cret@h/b", "x".repeat(50))),
        ] {
            for check in [check_url, check_keys_url] {
                match check(&Url::parse(&texte).unwrap(), &code) {
                    Ok(()) => assert!(bonne, "{texte}"),
                    Err(erreur) => assert!(!bonne && !erreur.to_string().contains("s3cret"), "{erreur}"),
                }
            }
        }
        let long = Url::parse(&format!("postgres://{}@h/b", "x".repeat(45))).unwrap();
        assert!(check_url(&long, &code).is_ok() && check_keys_url(&long, &code).is_err());
    }
}
