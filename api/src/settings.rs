//! Settings: read once, checked, then passed as parameters; nothing else reads the environment.

mod reseau;
mod secret;
mod source;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::territoire::CodeTerritoire;
use persistence::{Emplacement, Moteur};
use url::Url;

use crate::courrier::Expediteur;

pub use reseau::Reseau;
pub use secret::{Origine, SecretUrl};
pub use source::ErreurReglage;
use source::{Donnee, Sources};

/// The `iss` and the `aud` of our own tokens. They depend on no setting: `maillage token`, in another shell, makes
/// tokens that the running server accepts.
pub const EMETTEUR_PROPRE: &str = "maillage";

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatJournal {
    /// One JSON object per line, for a collector.
    Json,
    /// For the eyes of a developer.
    Texte,
}

/// The trusted issuer that is not us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmetteurDeclare {
    /// File of its public keys.
    pub jwks: PathBuf,
    /// Its `iss`.
    pub issuer: String,
    /// The `aud` that it gives to tokens meant for us.
    pub audience: String,
}

/// Where the data of a territoire are, when they are not where the others are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReglagesTerritoire {
    /// Its PostgreSQL.
    pub database_url: Option<SecretUrl>,
    /// The administrator's way in, for `migrate` alone.
    pub database_admin_url: Option<SecretUrl>,
    /// Its key store.
    pub keys_url: Option<SecretUrl>,
}

/// Everything that whoever installs the server may choose. The names are those of the TOML file.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The file that was read, when there is one.
    pub fichier: Option<PathBuf>,
    /// `host:port` to listen on.
    pub listen: String,
    /// Folder of the embedded databases, and of the e-mails of `demo`.
    pub data: PathBuf,
    /// Folder of the wrapping keys and of the embedded key store; the default depends on the command.
    pub keys_dir: Option<PathBuf>,
    /// PostgreSQL of every territoire that has none of its own; embedded SQLite when there is none at all.
    pub database_url: Option<SecretUrl>,
    /// The administrator's way into it, for `migrate` (and `demo`, which migrates).
    pub database_admin_url: Option<SecretUrl>,
    /// PostgreSQL of the key store, another one than the data's.
    pub keys_url: Option<SecretUrl>,
    /// The administrator's way into it, for `migrate`; that of the data serves when it is the same server.
    pub keys_admin_url: Option<SecretUrl>,
    /// Mail server.
    pub smtp_url: Option<SecretUrl>,
    /// Certificates that the mail server's is checked against, instead of the system's.
    pub smtp_ca: Option<PathBuf>,
    /// Address that e-mails come from; the default derives from the public address.
    pub expediteur: Option<Expediteur>,
    /// The trusted issuer that is not us.
    pub emetteur: Option<EmetteurDeclare>,
    /// Address under which callers reach the server.
    pub public_url: Option<Url>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Reseau>,
    /// Requests per minute and per caller; 0 turns the limit off. The default depends on the command.
    pub debit_par_minute: Option<u32>,
    /// How log lines look; the default depends on the command.
    pub log_format: Option<FormatJournal>,
    /// How much our own code logs.
    pub log_level: log::LevelFilter,
    /// Territoires placed elsewhere.
    pub territoires: BTreeMap<CodeTerritoire, ReglagesTerritoire>,
}

impl Settings {
    /// Reads the settings of this process.
    ///
    /// # Errors
    /// An unknown name, an unusable value: named, never shown.
    pub fn read(config: Option<&Path>) -> Result<Self, ErreurReglage> {
        Self::from_sources(source::from_process(config)?)
    }

    /// Settings without file nor environment, for tests: embedded databases in `data`, any free port.
    pub fn in_folder(data: PathBuf) -> Self {
        Self { listen: "127.0.0.1:0".to_owned(), data, ..Self::default() }
    }

    /// Where the keys are for `serve` and `migrate`.
    pub fn keys_dir_for_serve(&self) -> PathBuf {
        self.keys_dir.clone().unwrap_or_else(|| PathBuf::from("cles"))
    }

    /// Where the keys are for `demo`.
    pub fn keys_dir_for_demo(&self) -> PathBuf {
        self.keys_dir.clone().unwrap_or_else(|| self.data.join("cles"))
    }

    /// Where the keys are for the commands that come after `serve` or `demo`: those of `demo` when it was there.
    pub fn keys_dir_in_use(&self) -> PathBuf {
        let demo = self.keys_dir_for_demo();
        match Emplacement::known_codes(&demo) {
            Ok(codes) if !codes.is_empty() => demo,
            _ => self.keys_dir_for_serve(),
        }
    }

    /// Refuses keys that a copy of the data would carry along.
    ///
    /// # Errors
    /// When the folder of the keys is the data folder, or inside it.
    pub fn check_keys_apart(&self, keys_dir: &Path) -> Result<(), ErreurReglage> {
        if canonical(keys_dir).starts_with(canonical(&self.data)) {
            return Err(ErreurReglage(
                "réglage MAILLAGE_KEYS_DIR : le dossier des clés est dans le dossier des données ; une copie des \
                 données emporterait les clés. Choisissez un dossier à part."
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// Where the data and the keys of a territoire are.
    pub fn emplacement(&self, code: &CodeTerritoire, keys_dir: &Path) -> Emplacement {
        let propre = self.territoires.get(code);
        let base_url = propre.and_then(|t| t.database_url.as_ref()).or(self.database_url.as_ref());
        let cles_url = propre.and_then(|t| t.keys_url.as_ref()).or(self.keys_url.as_ref());
        Emplacement {
            code: code.clone(),
            base: match base_url {
                Some(url) => Moteur::Postgres { url: url.expose().clone() },
                None => Moteur::Sqlite { dossier: self.data.clone() },
            },
            cles_dir: keys_dir.to_owned(),
            cles_url: cles_url.map(|url| url.expose().clone()),
        }
    }

    /// The address that e-mails come from, for a server reached at this one.
    pub fn sender(&self, url_publique: &Url) -> Expediteur {
        self.expediteur.clone().unwrap_or_else(|| Expediteur::from_public_url(url_publique))
    }

    fn from_sources(sources: Sources) -> Result<Self, ErreurReglage> {
        let Sources { fichier, communs, territoires } = sources;
        let texte = |nom: &str| communs.get(nom).map(|donnee| donnee.valeur.clone());
        let lit = |nom: &str| communs.get(nom);
        let defaut = Self::default();
        let settings = Self {
            fichier,
            listen: lit("listen").map(listen).transpose()?.unwrap_or(defaut.listen),
            data: texte("data").map_or(defaut.data, PathBuf::from),
            keys_dir: texte("keys_dir").map(PathBuf::from),
            database_url: lit("database_url").map(postgres).transpose()?,
            database_admin_url: lit("database_admin_url").map(postgres).transpose()?,
            keys_url: lit("keys_url").map(postgres).transpose()?,
            keys_admin_url: lit("keys_admin_url").map(postgres).transpose()?,
            smtp_url: lit("smtp_url").map(smtp).transpose()?,
            smtp_ca: texte("smtp_ca").map(PathBuf::from),
            expediteur: lit("expediteur").map(sender).transpose()?,
            emetteur: issuer(&communs)?,
            public_url: lit("public_url").map(public_url).transpose()?,
            trusted_proxies: lit("trusted_proxies").map(networks).transpose()?.unwrap_or_default(),
            debit_par_minute: lit("debit_par_minute").map(number).transpose()?,
            log_format: lit("log_format").map(log_format).transpose()?,
            log_level: lit("log_level").map(log_level).transpose()?.unwrap_or(defaut.log_level),
            territoires: BTreeMap::new(),
        };
        let mut places = BTreeMap::new();
        for (code, donnees) in territoires {
            let url = |nom: &str| donnees.get(nom).map(postgres).transpose();
            let reglages = ReglagesTerritoire {
                database_url: url("database_url")?,
                database_admin_url: url("database_admin_url")?,
                keys_url: url("keys_url")?,
            };
            places.insert(code, reglages);
        }
        Ok(Self { territoires: places, ..settings })
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            fichier: None,
            listen: "127.0.0.1:8080".to_owned(),
            data: PathBuf::from("donnees"),
            keys_dir: None,
            database_url: None,
            database_admin_url: None,
            keys_url: None,
            keys_admin_url: None,
            smtp_url: None,
            smtp_ca: None,
            expediteur: None,
            emetteur: None,
            public_url: None,
            trusted_proxies: Vec::new(),
            debit_par_minute: None,
            log_format: None,
            log_level: log::LevelFilter::Info,
            territoires: BTreeMap::new(),
        }
    }
}

fn listen(donnee: &Donnee) -> Result<String, ErreurReglage> {
    let bon = donnee
        .valeur
        .rsplit_once(':')
        .is_some_and(|(hote, port)| !hote.is_empty() && port.parse::<u16>().is_ok());
    if bon {
        Ok(donnee.valeur.clone())
    } else {
        Err(donnee.refuse("attendu : hôte:port, comme 127.0.0.1:8080"))
    }
}

fn postgres(donnee: &Donnee) -> Result<SecretUrl, ErreurReglage> {
    url_of(donnee, &["postgres", "postgresql"], "attendu : postgres://utilisateur:secret@hôte/base")
}

fn smtp(donnee: &Donnee) -> Result<SecretUrl, ErreurReglage> {
    url_of(donnee, &["smtp", "smtps"], "attendu : smtp://hôte:587 (STARTTLS) ou smtps://hôte:465")
}

fn sender(donnee: &Donnee) -> Result<Expediteur, ErreurReglage> {
    Expediteur::parse(&donnee.valeur)
        .ok_or_else(|| donnee.refuse("attendu : une adresse de courriel, comme maillage@example.org"))
}

fn url_of(donnee: &Donnee, schemas: &[&str], attendu: &str) -> Result<SecretUrl, ErreurReglage> {
    match Url::parse(&donnee.valeur) {
        Ok(url) if schemas.contains(&url.scheme()) && url.host_str().is_some_and(|hote| !hote.is_empty()) => {
            Ok(SecretUrl::new(url).written_in(donnee.origine.clone()))
        }
        _ => Err(donnee.refuse(attendu)),
    }
}

fn public_url(donnee: &Donnee) -> Result<Url, ErreurReglage> {
    let bonne = |url: &Url| {
        matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
    };
    Url::parse(&donnee.valeur)
        .ok()
        .filter(bonne)
        .ok_or_else(|| donnee.refuse("attendu : https://hôte, sans chemin ; l’API est à la racine"))
}

fn networks(donnee: &Donnee) -> Result<Vec<Reseau>, ErreurReglage> {
    let reseaux =
        donnee.valeur.split(',').map(|texte| Reseau::parse(texte.trim())).collect::<Option<Vec<_>>>();
    reseaux.ok_or_else(|| {
        donnee.refuse("attendu : adresses ou réseaux séparés par des virgules, comme 10.0.0.0/8")
    })
}

fn number(donnee: &Donnee) -> Result<u32, ErreurReglage> {
    donnee.valeur.parse().map_err(|_| donnee.refuse("attendu : un nombre entier, 0 pour désactiver"))
}

fn log_format(donnee: &Donnee) -> Result<FormatJournal, ErreurReglage> {
    match donnee.valeur.as_str() {
        "json" => Ok(FormatJournal::Json),
        "texte" => Ok(FormatJournal::Texte),
        _ => Err(donnee.refuse("attendu : json ou texte")),
    }
}

fn log_level(donnee: &Donnee) -> Result<log::LevelFilter, ErreurReglage> {
    match donnee.valeur.as_str() {
        "error" => Ok(log::LevelFilter::Error),
        "warn" => Ok(log::LevelFilter::Warn),
        "info" => Ok(log::LevelFilter::Info),
        "debug" => Ok(log::LevelFilter::Debug),
        _ => Err(donnee.refuse("attendu : error, warn, info ou debug")),
    }
}

/// The three settings of the other issuer come together or not at all.
fn issuer(communs: &BTreeMap<&'static str, Donnee>) -> Result<Option<EmetteurDeclare>, ErreurReglage> {
    let valeur = |nom: &str| communs.get(nom).map(|donnee| donnee.valeur.clone());
    match (valeur("jwks"), valeur("issuer"), valeur("audience")) {
        (None, None, None) => Ok(None),
        (Some(jwks), Some(issuer), Some(audience)) => {
            Ok(Some(EmetteurDeclare { jwks: PathBuf::from(jwks), issuer, audience }))
        }
        _ => Err(ErreurReglage(
            "réglages MAILLAGE_JWKS, MAILLAGE_ISSUER et MAILLAGE_AUDIENCE : les trois vont ensemble"
                .to_owned(),
        )),
    }
}

/// The real place of a path whose end may not exist yet.
fn canonical(chemin: &Path) -> PathBuf {
    let absolu = std::path::absolute(chemin).unwrap_or_else(|_| chemin.to_owned());
    for ancetre in absolu.ancestors() {
        if let Ok(reel) = ancetre.canonicalize() {
            let reste = absolu.strip_prefix(ancetre).unwrap_or(Path::new(""));
            return reste.components().fold(reel, |mut place, morceau| {
                match morceau {
                    std::path::Component::ParentDir => drop(place.pop()),
                    autre => place.push(autre),
                }
                place
            });
        }
    }
    absolu
}

#[cfg(test)]
mod tests;
