//! Where settings come from: a TOML file, then the environment, which wins; unknown names are refused in both, and
//! no error shows a value.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use domain::territoire::CodeTerritoire;
use toml::{Table, Value};

use super::Origine;

/// Every setting: its name in the file; whether it is a secret, which `…_file` may give.
///
/// In the environment the name is in capitals after `MAILLAGE_`.
const REGLAGES: &[(&str, bool)] = &[
    ("listen", false),
    ("data", false),
    ("keys_dir", false),
    ("database_url", true),
    ("database_admin_url", true),
    ("keys_url", true),
    ("keys_admin_url", true),
    ("smtp_url", true),
    ("smtp_ca", false),
    ("expediteur", false),
    ("jwks", false),
    ("issuer", false),
    ("audience", false),
    ("public_url", false),
    ("trusted_proxies", false),
    ("debit_par_minute", false),
    ("log_format", false),
    ("log_level", false),
];

/// The settings that a territoire may have of its own, in `[territoires.CODE]`.
const REGLAGES_TERRITOIRE: &[(&str, bool)] =
    &[("database_url", true), ("database_admin_url", true), ("keys_url", true)];

const PREFIXE: &str = "MAILLAGE_";
/// The one variable that is not a setting.
const CONFIG: &str = "MAILLAGE_CONFIG";

/// A setting that cannot be used: which one and why, never its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ErreurReglage(pub(super) String);

/// A value and the name under which its author wrote it.
#[derive(Clone)]
pub(super) struct Donnee {
    pub(super) valeur: String,
    pub(super) nom: String,
    pub(super) origine: Origine,
}

impl Donnee {
    /// Says what is wrong with the value, without showing it.
    pub(super) fn refuse(&self, attendu: impl fmt::Display) -> ErreurReglage {
        ErreurReglage(format!("réglage {} : {attendu}", self.nom))
    }
}

/// The raw settings.
#[derive(Default)]
pub(super) struct Sources {
    /// The TOML file, when there is one.
    pub(super) fichier: Option<PathBuf>,
    pub(super) communs: BTreeMap<&'static str, Donnee>,
    pub(super) territoires: BTreeMap<CodeTerritoire, BTreeMap<&'static str, Donnee>>,
}

/// Reads the process's environment and the file that it, or the command line, names.
pub(super) fn from_process(config: Option<&Path>) -> Result<Sources, ErreurReglage> {
    let mut environnement = BTreeMap::new();
    for (nom, valeur) in std::env::vars_os() {
        let Some(nom) = nom.to_str().filter(|nom| nom.starts_with(PREFIXE)) else { continue };
        let Some(valeur) = valeur.to_str() else {
            return Err(ErreurReglage(format!("réglage {nom} : la valeur n’est pas un texte UTF-8")));
        };
        environnement.insert(nom.to_owned(), valeur.to_owned());
    }
    let fichier = config.map(PathBuf::from).or_else(|| environnement.remove(CONFIG).map(PathBuf::from));
    environnement.remove(CONFIG);
    let texte = fichier
        .as_ref()
        .map(|chemin| {
            std::fs::read_to_string(chemin).map_err(|erreur| {
                ErreurReglage(format!("fichier de configuration {} : {}", chemin.display(), cause(&erreur)))
            })
        })
        .transpose()?;
    Ok(Sources { fichier, ..merge(texte.as_deref(), &environnement)? })
}

/// Merges a file and an environment.
pub(super) fn merge(
    fichier: Option<&str>,
    environnement: &BTreeMap<String, String>,
) -> Result<Sources, ErreurReglage> {
    let mut sources = Sources::default();
    if let Some(texte) = fichier {
        read_file(texte, &mut sources)?;
    }
    let mut lus = BTreeMap::new();
    for (nom, valeur) in environnement {
        let minuscules = nom.strip_prefix(PREFIXE).unwrap_or(nom).to_ascii_lowercase();
        let donnee = Donnee { valeur: valeur.clone(), nom: nom.clone(), origine: Origine::Environnement };
        insert(REGLAGES, &minuscules, donnee, &mut lus)?;
    }
    sources.communs.extend(lus);
    Ok(sources)
}

fn read_file(texte: &str, sources: &mut Sources) -> Result<(), ErreurReglage> {
    let table: Table = texte.parse().map_err(|erreur: toml::de::Error| {
        let debut = erreur.span().map_or(0, |span| span.start);
        let ligne = texte.get(..debut).unwrap_or(texte).matches('\n').count() + 1;
        ErreurReglage(format!("fichier de configuration : ligne {ligne} illisible (TOML attendu)"))
    })?;
    for (nom, valeur) in table {
        match (nom.as_str(), valeur) {
            ("territoires", Value::Table(territoires)) => {
                for (code, reglages) in territoires {
                    read_territoire(&code, reglages, sources)?;
                }
            }
            (_, valeur) => {
                insert(REGLAGES, &nom, written(&nom, valeur)?, &mut sources.communs)?;
            }
        }
    }
    Ok(())
}

fn read_territoire(code: &str, reglages: Value, sources: &mut Sources) -> Result<(), ErreurReglage> {
    let (Some(lu), Value::Table(reglages)) = (CodeTerritoire::parse(code), reglages) else {
        return Err(ErreurReglage(format!(
            "fichier de configuration : « territoires.{code} » n’est pas une table au nom d’un territoire"
        )));
    };
    let mut donnees = BTreeMap::new();
    for (nom, valeur) in reglages {
        let donnee = written(&format!("territoires.{code}.{nom}"), valeur)?;
        insert(REGLAGES_TERRITOIRE, &nom, donnee, &mut donnees)?;
    }
    sources.territoires.insert(lu, donnees);
    Ok(())
}

/// Puts one value under the name of its setting; a secret may be given by the name of a file that holds it.
fn insert(
    connus: &[(&'static str, bool)],
    nom: &str,
    donnee: Donnee,
    lus: &mut BTreeMap<&'static str, Donnee>,
) -> Result<(), ErreurReglage> {
    let exact = connus.iter().find(|(connu, _)| *connu == nom);
    let par_fichier = || {
        let base = nom.strip_suffix("_file")?;
        connus.iter().find(|(connu, secret)| *connu == base && *secret)
    };
    let (cle, donnee) = match (exact, par_fichier()) {
        (Some((cle, _)), _) => (*cle, donnee),
        (None, Some((cle, _))) => (*cle, read_secret(donnee)?),
        (None, None) => return Err(ErreurReglage(format!("réglage inconnu : {}", donnee.nom))),
    };
    if donnee.valeur.is_empty() {
        return Err(donnee.refuse("la valeur est vide"));
    }
    if let Some(premiere) = lus.get(cle) {
        return Err(ErreurReglage(format!("réglage donné deux fois : {} et {}", premiere.nom, donnee.nom)));
    }
    lus.insert(cle, donnee);
    Ok(())
}

/// Reads the file that the value names.
fn read_secret(donnee: Donnee) -> Result<Donnee, ErreurReglage> {
    let lu = std::fs::read_to_string(&donnee.valeur).map_err(|erreur| donnee.refuse(cause(&erreur)))?;
    Ok(Donnee {
        valeur: lu.trim_end_matches(['\n', '\r']).to_owned(),
        nom: donnee.nom,
        origine: Origine::Fichier(PathBuf::from(donnee.valeur)),
    })
}

/// What the TOML file says of a setting.
fn written(nom: &str, valeur: Value) -> Result<Donnee, ErreurReglage> {
    let valeur = text(nom, valeur)?;
    Ok(Donnee { valeur, nom: format!("« {nom} » du fichier"), origine: Origine::Configuration })
}

fn text(nom: &str, valeur: Value) -> Result<String, ErreurReglage> {
    let refuse =
        || ErreurReglage(format!("réglage « {nom} » du fichier : texte, nombre ou liste de textes attendu"));
    match valeur {
        Value::String(texte) => Ok(texte),
        Value::Integer(nombre) => Ok(nombre.to_string()),
        Value::Array(elements) => {
            let textes: Option<Vec<String>> = elements
                .into_iter()
                .map(|e| if let Value::String(texte) = e { Some(texte) } else { None })
                .collect();
            textes.map(|textes| textes.join(",")).ok_or_else(refuse)
        }
        _ => Err(refuse()),
    }
}

/// Why a file does not open, in French.
pub(super) fn cause(erreur: &std::io::Error) -> &'static str {
    match erreur.kind() {
        std::io::ErrorKind::NotFound => "le fichier n’existe pas",
        std::io::ErrorKind::PermissionDenied => "la lecture du fichier n’est pas permise",
        std::io::ErrorKind::InvalidData => "le fichier n’est pas un texte UTF-8",
        _ => "le fichier ne peut pas être lu",
    }
}
