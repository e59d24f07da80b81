//! Reading JSON strictly: no duplicate field, no deep nesting, no NUL; every such fault is named at its place.

use std::cell::RefCell;
use std::fmt;

use openapi::probleme::ErreurChamp;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Deepest nesting of arrays and objects.
pub(super) const PROFONDEUR_MAX: usize = 32;
/// Longest pointer that we send back.
const POINTEUR_MAX: usize = 500;

/// What was read, and the faults that did not stop the reading: a batch gives each to its line.
#[derive(Debug)]
pub(super) struct Lu {
    /// The value, without what is at fault.
    pub(super) valeur: Value,
    /// Duplicate fields, nesting beyond the limit, NUL characters.
    pub(super) fautes: Vec<ErreurChamp>,
}

/// Reads a body.
///
/// # Errors
/// The one fault of a body that is not JSON at all.
pub(super) fn read(octets: &[u8]) -> Result<Lu, ErreurChamp> {
    let suivi = RefCell::new(Suivi::default());
    let mut deserializer = serde_json::Deserializer::from_slice(octets);
    let lu =
        Noeud(&suivi).deserialize(&mut deserializer).and_then(|valeur| deserializer.end().map(|()| valeur));
    match lu {
        Ok(valeur) => Ok(Lu { valeur, fautes: suivi.into_inner().fautes }),
        Err(erreur) => Err(ErreurChamp::at(
            "",
            "json_malforme",
            format!(
                "Ce n’est pas du JSON bien formé : voir ligne {}, colonne {}.",
                erreur.line(),
                erreur.column()
            ),
        )),
    }
}

/// Adds a field or an index to a RFC 6901 pointer; one that grows too long stays at its parent.
pub(super) fn pointer(parent: &str, segment: &str) -> String {
    let suivant = format!("{parent}/{}", segment.replace('~', "~0").replace('/', "~1"));
    if suivant.chars().count() > POINTEUR_MAX { parent.to_owned() } else { suivant }
}

#[derive(Default)]
struct Suivi {
    chemin: Vec<String>,
    fautes: Vec<ErreurChamp>,
}

impl Suivi {
    fn fault(&mut self, code: &str, message: &str) {
        let pointeur = self.chemin.iter().fold(String::new(), |parent, segment| pointer(&parent, segment));
        self.fautes.push(ErreurChamp::at(pointeur, code, message));
    }
}

#[derive(Clone, Copy)]
struct Noeud<'a>(&'a RefCell<Suivi>);

impl Noeud<'_> {
    fn enter(self, segment: String) {
        self.0.borrow_mut().chemin.push(segment);
    }

    fn leave(self) {
        self.0.borrow_mut().chemin.pop();
    }

    fn is_too_deep(self) -> bool {
        let mut suivi = self.0.borrow_mut();
        let trop = suivi.chemin.len() >= PROFONDEUR_MAX;
        if trop {
            suivi.fault("trop_profond", "Plus de 32 niveaux d’imbrication.");
        }
        trop
    }

    fn text(self, texte: String) -> Value {
        if texte.contains('\0') {
            self.0.borrow_mut().fault("caractere_interdit", "Le caractère nul n’est pas admis.");
        }
        Value::String(texte)
    }
}

impl<'de> DeserializeSeed<'de> for Noeud<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Noeud<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, valeur: bool) -> Result<Value, E> {
        Ok(valeur.into())
    }

    fn visit_i64<E>(self, valeur: i64) -> Result<Value, E> {
        Ok(valeur.into())
    }

    fn visit_u64<E>(self, valeur: u64) -> Result<Value, E> {
        Ok(valeur.into())
    }

    fn visit_f64<E>(self, valeur: f64) -> Result<Value, E> {
        Ok(valeur.into())
    }

    fn visit_str<E>(self, valeur: &str) -> Result<Value, E> {
        Ok(self.text(valeur.to_owned()))
    }

    fn visit_string<E>(self, valeur: String) -> Result<Value, E> {
        Ok(self.text(valeur))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        if self.is_too_deep() {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        }
        let mut elements = Vec::new();
        loop {
            self.enter(elements.len().to_string());
            let element = seq.next_element_seed(self)?;
            self.leave();
            match element {
                Some(element) => elements.push(element),
                None => return Ok(Value::Array(elements)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        if self.is_too_deep() {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        }
        let mut objet = Map::new();
        while let Some(cle) = map.next_key::<String>()? {
            self.enter(cle.clone());
            if objet.contains_key(&cle) {
                self.0.borrow_mut().fault("champ_en_double", "Ce champ apparaît plus d’une fois.");
            }
            let valeur = map.next_value_seed(self)?;
            self.leave();
            objet.insert(cle, valeur);
        }
        Ok(Value::Object(objet))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(json: &str) -> Vec<(String, String)> {
        let fautes = match read(json.as_bytes()) {
            Ok(lu) => lu.fautes,
            Err(faute) => vec![faute],
        };
        fautes.into_iter().map(|f| (f.pointeur.unwrap_or_default(), f.code)).collect()
    }

    #[test]
    fn duplicates_are_all_named_wherever_they_are() {
        let attendu = [
            ("/a".to_owned(), "champ_en_double".to_owned()),
            ("/b/1/c~1d".to_owned(), "champ_en_double".to_owned()),
        ];
        assert_eq!(codes(r#"{"a":1,"a":2,"b":[{},{"c/d":1,"c\/d":2}]}"#), attendu);
    }

    #[test]
    fn nesting_is_refused_from_the_33rd_level() {
        let nest = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(codes(&nest(32)).is_empty());
        assert_eq!(codes(&nest(33))[0].1, "trop_profond");
        assert_eq!(codes(&nest(100_000))[0].1, "trop_profond");
    }

    #[test]
    fn nul_is_refused_and_other_characters_are_kept() {
        assert_eq!(codes(r#"{"a":"x\u0000"}"#), [("/a".to_owned(), "caractere_interdit".to_owned())]);
        assert!(codes(r#"{"a":"é\t𝄞"}"#).is_empty());
    }

    #[test]
    fn what_is_not_json_has_one_fault() {
        for json in
            ["", "{", "{]", "{\"a\":1}x", "\u{feff}{}", "{'a':1}", "nan", "{\"a\":1e999}", "\"\\ud800\""]
        {
            assert_eq!(codes(json), [(String::new(), "json_malforme".to_owned())], "{json}");
        }
        assert_eq!(read(b"\"\xff\"").expect_err("octets").code, "json_malforme");
    }
}
