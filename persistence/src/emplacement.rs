//! Where the data and the keys of one territoire live.

use std::path::{Path, PathBuf};

use domain::territoire::CodeTerritoire;
use url::Url;

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
