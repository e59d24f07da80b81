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
