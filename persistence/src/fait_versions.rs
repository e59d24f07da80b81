//! Facts as bytes, and facts of older versions read as those of today.

use domain::fait::Fait;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::erreur::Erreur;

/// The type code of a fact, and its content as JSON in the version of today.
pub(crate) fn split(fait: &Fait) -> Result<(String, Zeroizing<Vec<u8>>), Erreur> {
    let Value::Object(mut objet) = serde_json::to_value(fait)? else {
        return Err(Erreur::Interne("a fact is not an object".to_owned()));
    };
    let Some(Value::String(genre)) = objet.remove("type") else {
        return Err(Erreur::Interne("a fact has no type".to_owned()));
    };
    let charge = objet.remove("charge").unwrap_or(Value::Null);
    Ok((genre, Zeroizing::new(serde_json::to_vec(&charge)?)))
}

/// Reads a fact of any version; `None` when it is not one.
pub(crate) fn read(genre: &str, version: i32, charge: &[u8]) -> Option<Fait> {
    let charge = upgrade(genre, version, serde_json::from_slice(charge).ok()?)?;
    let objet = [("type".to_owned(), Value::from(genre)), ("charge".to_owned(), charge)];
    serde_json::from_value(Value::Object(objet.into_iter().collect())).ok()
}

/// Brings the content of an older version to that of today, one version at a time. A version that comes from a
/// newer program is not read.
fn upgrade(_genre: &str, version: i32, charge: Value) -> Option<Value> {
    match version {
        // The first version, and the only one so far: a second one adds here an arm per type that it changed.
        Fait::VERSION => Some(charge),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One example of every fact as version 1 wrote it; a new version adds its own file here, and keeps this one.
    const GOLDEN: [(i32, &str); 1] = [(1, include_str!("../../domain/golden/faits-v1.json"))];

    #[test]
    fn facts_of_every_released_version_are_read() {
        for (version, golden) in GOLDEN {
            let exemples: Vec<Value> = serde_json::from_str(golden).unwrap();
            for exemple in exemples {
                let genre = exemple["type"].as_str().unwrap();
                let charge = serde_json::to_vec(&exemple["charge"]).unwrap();
                let fait =
                    read(genre, version, &charge).unwrap_or_else(|| panic!("{genre}, version {version}"));
                let (relu, charge) = split(&fait).unwrap();
                assert_eq!(relu, genre);
                assert_eq!(read(genre, Fait::VERSION, &charge), Some(fait));
            }
        }
        assert_eq!(GOLDEN.last().unwrap().0, Fait::VERSION);
    }

    #[test]
    fn a_fact_of_a_newer_program_is_not_guessed() {
        let charge = br#"{"fictif":true}"#;
        assert!(read("territoire_installe", Fait::VERSION, charge).is_some());
        assert!(read("territoire_installe", Fait::VERSION + 1, charge).is_none());
        assert!(read("territoire_installe", 0, charge).is_none());
        assert!(read("inconnu", Fait::VERSION, charge).is_none());
    }
}
