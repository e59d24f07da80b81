//! The catalogue knows every code that the sources can answer, each with the status of its family.

use std::collections::BTreeMap;
use std::path::Path;

use super::catalogue::{FICHES, fiche};
use super::*;

/// The string literals that follow a call, wherever it is in the sources.
fn codes_after(appel: &str) -> BTreeMap<String, String> {
    let racine = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut codes = BTreeMap::new();
    for dossier in ["domain/src", "openapi/src", "api/src"] {
        visit(&racine.join(dossier), &mut |chemin, texte| {
            for suite in texte.split(appel).skip(1) {
                if let Some(reste) = suite.trim_start().strip_prefix('"')
                    && let Some((code, _)) = reste.split_once('"')
                {
                    codes.insert(code.to_owned(), chemin.display().to_string());
                }
            }
        });
    }
    codes
}

fn visit(dossier: &Path, voir: &mut impl FnMut(&Path, &str)) {
    for entree in std::fs::read_dir(dossier).expect("dossier") {
        let chemin = entree.expect("entrée").path();
        if chemin.is_dir() {
            visit(&chemin, voir);
        } else if chemin.extension().is_some_and(|e| e == "rs") && !chemin.ends_with("tests.rs") {
            voir(&chemin, &std::fs::read_to_string(&chemin).expect("source"));
        }
    }
}

#[test]
fn every_code_of_the_sources_has_its_page() {
    let mut manquants = Vec::new();
    for (appel, statut) in [
        ("Refus::conflit(", Some(409)),
        ("Refus::invalide(", Some(422)),
        ("ApiError::requete(", None),
        ("Self::requete(", None),
    ] {
        let codes = codes_after(appel);
        assert!(!codes.is_empty(), "{appel}");
        for (code, source) in codes {
            match fiche(&code) {
                None => manquants.push(format!("{code} ({source})")),
                Some(fiche) => assert!(statut.is_none_or(|s| s == fiche.statut), "{code}: {}", fiche.statut),
            }
        }
    }
    assert!(manquants.is_empty(), "codes sans page : {manquants:?}");
}

#[test]
fn pages_are_unique_sorted_and_complete() {
    let cles: Vec<_> = FICHES.iter().map(|f| f.statut).collect();
    assert!(cles.is_sorted(), "by status");
    let mut codes: Vec<_> = FICHES.iter().map(|f| f.code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), FICHES.len());
    for f in FICHES {
        assert!(
            (400..=599).contains(&f.statut) && !f.titre.is_empty() && f.explication.ends_with('.'),
            "{}",
            f.code
        );
        assert!(f.code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", f.code);
    }
}

#[test]
fn absent_and_invisible_are_the_same_bytes() {
    let absent = serde_json::to_string(&ApiError::introuvable().probleme()).expect("json");
    let invisible = serde_json::to_string(&ApiError::from(Refus::introuvable()).probleme()).expect("json");
    assert_eq!(absent, invisible);
}

#[test]
fn causes_stay_in_the_log() {
    for erreur in [ApiError::interne("table x"), ApiError::indisponible("table x")] {
        assert_eq!(erreur.cause(), Some("table x"));
        assert!(!serde_json::to_string(&erreur.probleme()).expect("json").contains("table"));
        assert!(!erreur.to_string().contains("table"));
    }
    assert_eq!(
        ApiError::indisponible("x").error_response().headers().get("retry-after").expect("en-tête"),
        "5"
    );
}

#[test]
fn refusals_of_a_query_name_their_parameter() {
    let champ = domain::refus::Erreur::new("/sursis_jours", "sursis_sans_objet", "…");
    let refus = Refus::invalide("sursis_sans_objet", Some("EVA-3"), "…", vec![champ]);
    let probleme = ApiError::from(refus).in_query().probleme();
    assert_eq!((probleme.status, probleme.regle.as_deref()), (422, Some("EVA-3")));
    assert_eq!(probleme.erreurs[0].parametre.as_deref(), Some("sursis_jours"));
    assert_eq!(probleme.erreurs[0].pointeur, None);
}
