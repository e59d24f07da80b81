//! The rules of the house, each as a test: a convention that nothing checks is a wish.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the workspace.
fn racine() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("racine").to_path_buf()
}

/// Every file below a folder, relative to the root, without what is built or fetched.
fn fichiers(sous: &str) -> Vec<PathBuf> {
    fn descendre(dossier: &Path, trouves: &mut Vec<PathBuf>) {
        for entree in std::fs::read_dir(dossier).into_iter().flatten().flatten() {
            let chemin = entree.path();
            let nom = entree.file_name();
            if chemin.is_dir() {
                let nom = nom.to_string_lossy();
                let cache = nom.starts_with('.') && nom != ".ci";
                if !cache && nom != "target" && nom != "node_modules" {
                    descendre(&chemin, trouves);
                }
            } else {
                trouves.push(chemin);
            }
        }
    }
    let mut trouves = Vec::new();
    descendre(&racine().join(sous), &mut trouves);
    let mut relatifs: Vec<PathBuf> =
        trouves.iter().map(|c| c.strip_prefix(racine()).expect("sous la racine").to_path_buf()).collect();
    relatifs.sort();
    relatifs
}

/// The sources of the given crates, with their text.
fn sources(crates: &[&str]) -> Vec<(String, String)> {
    let trouvees: Vec<(String, String)> = crates
        .iter()
        .flat_map(|c| fichiers(c))
        .filter(|chemin| chemin.extension().is_some_and(|e| e == "rs"))
        .map(|chemin| {
            let texte = std::fs::read_to_string(racine().join(&chemin)).expect("source lisible");
            (chemin.to_string_lossy().into_owned(), texte)
        })
        .collect();
    assert!(!trouvees.is_empty(), "no source found: this test reads nothing");
    trouvees
}

/// Fails with every fault at once.
#[track_caller]
fn assert_none(fautes: &[String]) {
    assert!(fautes.is_empty(), "{} fault(s):\n{}", fautes.len(), fautes.join("\n"));
}

const CRATES: [&str; 5] = ["domain", "persistence", "openapi", "api", "tests"];

/// The code of a source: its lines without comments, numbered from 1.
fn code(texte: &str) -> impl Iterator<Item = (usize, &str)> {
    texte
        .lines()
        .enumerate()
        .map(|(rang, ligne)| (rang + 1, ligne))
        .filter(|(_, ligne)| !ligne.trim_start().starts_with("//"))
}

/// Whether `mot` stands in `ligne` as a word of its own.
fn contains_word(ligne: &str, mot: &str) -> bool {
    let lettre = |c: char| c.is_alphanumeric() || c == '_';
    ligne.match_indices(mot).any(|(debut, _)| {
        let avant = ligne[..debut].chars().next_back();
        let apres = ligne[debut + mot.len()..].chars().next();
        let coupe = avant.is_some_and(lettre) || (mot.ends_with(lettre) && apres.is_some_and(lettre));
        !coupe
    })
}

/// Everything that a crate brings into the product, directly or not, as `cargo tree` tells it.
fn dependances(paquet: &str, profondeur: Option<u32>) -> BTreeSet<String> {
    let mut commande = Command::new(env!("CARGO"));
    commande.current_dir(racine()).args(["tree", "--offline", "--edges", "normal", "--prefix", "none"]);
    commande.args(["--format", "{p}", "--package", paquet]);
    if let Some(profondeur) = profondeur {
        commande.args(["--depth", &profondeur.to_string()]);
    }
    let sortie = commande.output().expect("cargo tree");
    assert!(sortie.status.success(), "{}", String::from_utf8_lossy(&sortie.stderr));
    let texte = String::from_utf8(sortie.stdout).expect("UTF-8");
    let noms: BTreeSet<String> =
        texte.lines().filter_map(|ligne| ligne.split(' ').next()).map(str::to_owned).collect();
    assert!(noms.contains(paquet), "cargo tree said nothing of {paquet}");
    noms
}

/// Dependencies: `domain` ← `persistence`, `openapi` ← `api` ← `tests`.
#[test]
fn layers_depend_downwards_only() {
    let http = ["actix-web", "actix-http", "tokio", "lettre", "jsonwebtoken", "ureq"];
    let base = ["diesel", "diesel_migrations", "libsqlite3-sys", "pq-sys"];
    let interdits: BTreeMap<&str, Vec<&str>> = [
        ("domain", [&http[..], &base[..], &["persistence", "openapi", "api", "aws-lc-rs", "log"]].concat()),
        ("persistence", [&http[..], &["openapi", "api", "utoipa"]].concat()),
        ("openapi", [&http[..], &base[..], &["persistence", "api"]].concat()),
    ]
    .into();
    for (paquet, interdits) in interdits {
        let presents = dependances(paquet, None);
        let fautes: Vec<_> = interdits.iter().filter(|nom| presents.contains(**nom)).collect();
        assert!(fautes.is_empty(), "{paquet} must not depend on {fautes:?}");
    }
    let directes = dependances("api", Some(1));
    let fautes: Vec<_> = base.iter().filter(|nom| directes.contains(**nom)).collect();
    assert!(fautes.is_empty(), "api reaches the database through persistence alone, not {fautes:?}");
}

/// One cryptographic provider, and nothing that copyleft would bring.
#[test]
fn forbidden_crates_stay_out() {
    let presents = dependances("api", None);
    for interdit in ["ring", "rsa", "openssl-sys", "actix-governor", "native-tls"] {
        assert!(!presents.contains(interdit), "{interdit} must stay out of the product");
    }
    assert!(presents.contains("aws-lc-rs"));
}

/// Every line that differs between SQLite and PostgreSQL stands in two files.
#[test]
fn backend_variants_stay_in_two_files() {
    let permis = ["persistence/src/connexion.rs", "persistence/src/dialect.rs"];
    let mots = ["Cnx::Pg", "Cnx::Sqlite", "Pg(", "Sqlite(", "PgConnection", "SqliteConnection"];
    let mut fautes = Vec::new();
    for (chemin, texte) in sources(&["domain", "persistence", "openapi", "api"]) {
        if permis.contains(&chemin.as_str()) {
            continue;
        }
        for (rang, ligne) in code(&texte) {
            if let Some(mot) = mots.iter().find(|mot| contains_word(ligne, mot)) {
                fautes.push(format!(
                    "{chemin}:{rang}: `{mot}` belongs to persistence/src/{{connexion,dialect}}.rs"
                ));
            }
        }
    }
    assert_none(&fautes);
}

/// Status codes are chosen in one place; what is allowed besides has its reason.
#[test]
fn status_codes_stay_in_error_rs() {
    let permis: &[(&str, &str)] = &[
        ("api/src/error.rs", "the only place"),
        ("api/src/http/appel.rs", "a kept answer gets the status that it had, and chooses none"),
        ("api/src/http/intergiciels.rs", "what surrounds every handler reads the status for the log"),
    ];
    let mut fautes = Vec::new();
    for (chemin, texte) in sources(&["domain", "persistence", "openapi", "api"]) {
        if chemin.ends_with("tests.rs") || permis.iter().any(|(permis, _)| chemin == *permis) {
            continue;
        }
        let produit = texte.split("#[cfg(test)]").next().unwrap_or_default();
        for (rang, ligne) in code(produit) {
            if contains_word(ligne, "StatusCode") {
                fautes.push(format!("{chemin}:{rang}: status codes belong to api/src/error.rs"));
            }
        }
    }
    assert_none(&fautes);
}

#[test]
fn every_source_opens_with_a_sentence() {
    let fautes: Vec<String> = sources(&CRATES)
        .into_iter()
        .filter(|(_, texte)| !texte.starts_with("//! "))
        .map(|(chemin, _)| format!("{chemin}: the first line must be a `//!` sentence"))
        .collect();
    assert_none(&fautes);
}

/// 600 lines fail, tests and `schema.rs` apart.
#[test]
fn no_source_is_too_long() {
    let mut fautes = Vec::new();
    for (chemin, texte) in sources(&CRATES) {
        let essais =
            chemin.starts_with("tests/") || chemin.contains("/tests/") || chemin.ends_with("tests.rs");
        if essais || chemin.ends_with("schema.rs") {
            continue;
        }
        let produit = texte.split("#[cfg(test)]").next().unwrap_or_default();
        let longueur = produit.lines().count();
        if longueur > 600 {
            fautes.push(format!("{chemin}: {longueur} lines (600 at most, 400 is a smell)"));
        }
    }
    assert_none(&fautes);
}

/// The same migrations, under the same names, for both engines.
#[test]
fn migrations_have_the_same_names_on_both_engines() {
    let noms = |moteur: &str| -> BTreeSet<String> {
        fichiers(&format!("migrations/{moteur}"))
            .iter()
            .map(|chemin| chemin.strip_prefix(format!("migrations/{moteur}")).expect("sous-dossier"))
            .map(|chemin| chemin.to_string_lossy().into_owned())
            .collect()
    };
    let (sqlite, postgres) = (noms("sqlite"), noms("postgres"));
    assert!(sqlite.iter().any(|nom| nom.ends_with("up.sql")), "no migration found: this test reads nothing");
    assert_eq!(sqlite, postgres);
}

/// An ADR that lacks its context or its consequences is a rumour.
#[test]
fn adrs_share_their_headings() {
    let titres = |texte: &str| -> Vec<String> {
        texte.lines().filter(|ligne| ligne.starts_with("## ")).map(str::to_owned).collect()
    };
    let adrs: Vec<(PathBuf, Vec<String>)> = fichiers("docs/adr")
        .into_iter()
        .filter(|chemin| chemin.extension().is_some_and(|e| e == "md") && !chemin.ends_with("README.md"))
        .map(|chemin| {
            let texte = std::fs::read_to_string(racine().join(&chemin)).expect("ADR lisible");
            (chemin, titres(&texte))
        })
        .collect();
    let (_, attendus) = adrs.first().expect("at least one ADR");
    assert!(attendus.len() >= 3, "an ADR says at least its context, its decision and its consequences");
    for (chemin, titres) in &adrs {
        assert_eq!(titres, attendus, "{}", chemin.display());
    }
}

/// Demo people and addresses are invented: every e-mail address of the project is in a domain reserved for
/// documentation, and nothing names a real recipient of the field.
#[test]
fn no_real_address_in_the_project() {
    let mut fautes = Vec::new();
    let reserves = ["example.org", "example.com", "example.net", "localhost", "invalid", "test"];
    for chemin in fichiers("") {
        let Ok(texte) = std::fs::read_to_string(racine().join(&chemin)) else { continue };
        if chemin.ends_with("LICENSE") || chemin.extension().is_some_and(|e| e == "lock") {
            continue;
        }
        for adresse in adresses(&texte) {
            let domaine = adresse.rsplit('@').next().unwrap_or_default().to_lowercase();
            let permis = reserves.iter().any(|r| domaine == *r || domaine.ends_with(&format!(".{r}")));
            if !permis {
                fautes.push(format!("{}: {adresse} is outside the reserved domains", chemin.display()));
            }
        }
    }
    assert_none(&fautes);
}

/// What looks like an e-mail address: a name, `@`, a host with a dot whose last label has letters only.
fn adresses(texte: &str) -> Vec<String> {
    let du_nom = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
    let du_domaine = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    texte
        .match_indices('@')
        .filter_map(|(arobase, _)| {
            let nom: String = texte[..arobase].chars().rev().take_while(|c| du_nom(*c)).collect();
            let domaine: String = texte[arobase + 1..].chars().take_while(|c| du_domaine(*c)).collect();
            let domaine = domaine.trim_end_matches(['.', '-']);
            let extension = domaine.rsplit_once('.')?.1;
            let plausible = extension.len() >= 2
                && extension.chars().all(|c| c.is_ascii_alphabetic())
                && domaine.split('.').all(|mot| !mot.is_empty() && !mot.starts_with('-'));
            (!nom.is_empty() && plausible)
                .then(|| format!("{}@{domaine}", nom.chars().rev().collect::<String>()))
        })
        .collect()
}

#[test]
fn address_finder_finds() {
    let texte = concat!("écrire à <nom.prenom@", "quelque-part.fr>, pas à user@127.0.0.1 ni @macro");
    assert_eq!(adresses(texte), [concat!("nom.prenom@", "quelque-part.fr")]);
}

/// Words of the real field that must not enter: written in pieces, so that this file does not hold them.
#[test]
fn no_forbidden_word_in_the_project() {
    let interdits = [
        concat!("@justice", ".fr"),
        concat!("departement", "77"),
        concat!("grand", "lyon.com"),
        concat!("adn", "93"),
    ];
    let mut fautes = Vec::new();
    for chemin in fichiers("") {
        let Ok(texte) = std::fs::read_to_string(racine().join(&chemin)) else { continue };
        let texte = texte.to_lowercase();
        for interdit in interdits.iter().filter(|interdit| texte.contains(**interdit)) {
            fautes.push(format!("{}: {interdit}", chemin.display()));
        }
    }
    assert_none(&fautes);
}
