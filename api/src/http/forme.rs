//! From a JSON value, or the texts of a query, to a typed value: each fault has a place, a stable code and a
//! French text; serde's English texts and Rust's names never pass through.

use std::fmt;

use openapi::probleme::ErreurChamp;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, DeserializeOwned, Deserializer, Expected, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use super::lecture::pointer;

const DATE: &str = "une date, AAAA-MM-JJ";
const UUID: &str = "un UUID";

/// Reads a typed value out of a JSON value.
///
/// # Errors
/// The first fault, at its place.
pub(super) fn from_json<T: DeserializeOwned>(valeur: Value) -> Result<T, ErreurChamp> {
    read(Source::Json(valeur)).map_err(|(segments, faute)| {
        let mut pointeur = segments.iter().fold(String::new(), |parent, segment| pointer(&parent, segment));
        if let Faute::Manquant(champ) = faute {
            pointeur = pointer(&pointeur, champ);
        }
        ErreurChamp::at(pointeur, faute.code(), faute.to_string())
    })
}

/// Reads a typed value out of the parameters of a query, each present once.
///
/// # Errors
/// The first fault, with the name of its parameter.
pub(super) fn from_query<T: DeserializeOwned>(parametres: Vec<(String, String)>) -> Result<T, ErreurChamp> {
    read(Source::Requete(parametres)).map_err(|(segments, faute)| {
        let nom = match &faute {
            Faute::Manquant(champ) => (*champ).to_owned(),
            _ => segments.into_iter().next().unwrap_or_default(),
        };
        ErreurChamp::parametre(nom, faute.code(), faute.to_string())
    })
}

fn read<T: DeserializeOwned>(source: Source) -> Result<T, (Vec<String>, Faute)> {
    serde_path_to_error::deserialize(source).map_err(|erreur| {
        let segments = erreur.path().iter().filter_map(|segment| match segment {
            serde_path_to_error::Segment::Seq { index } => Some(index.to_string()),
            serde_path_to_error::Segment::Map { key } => Some(key.clone()),
            serde_path_to_error::Segment::Enum { variant } => Some(variant.clone()),
            serde_path_to_error::Segment::Unknown => None,
        });
        (segments.collect(), erreur.into_inner())
    })
}

/// Why a value is not of the type that the contract says.
#[derive(Debug)]
enum Faute {
    Type(Option<&'static str>),
    Format(Option<&'static str>),
    Bornes,
    Variante(&'static [&'static str]),
    Inconnu,
    Manquant(&'static str),
    Double,
}

impl Faute {
    fn code(&self) -> &'static str {
        match self {
            Self::Type(_) => "type_invalide",
            Self::Format(_) => "format_invalide",
            Self::Bornes => "hors_limites",
            Self::Variante(_) => "valeur_inconnue",
            Self::Inconnu => "champ_inconnu",
            Self::Manquant(_) => "champ_manquant",
            Self::Double => "champ_en_double",
        }
    }

    /// Completes a fault that a type told in its own words with what was expected there.
    fn or_expected(self, attendu: Option<&'static str>) -> Self {
        match self {
            Self::Format(None) => Self::Format(attendu),
            autre => autre,
        }
    }
}

impl fmt::Display for Faute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(Some(attendu)) | Self::Format(Some(attendu)) => write!(f, "Attendu : {attendu}."),
            Self::Type(None) => f.write_str("Ce n’est pas le type attendu."),
            Self::Format(None) => f.write_str("Ce n’est pas le format attendu."),
            Self::Bornes => f.write_str("Cette valeur sort des bornes admises."),
            Self::Variante([]) => f.write_str("Cette valeur n’est pas admise."),
            Self::Variante(admises) => write!(f, "Valeurs admises : {}.", admises.join(", ")),
            Self::Inconnu => f.write_str("Ce nom n’est pas prévu ici."),
            Self::Manquant(_) => f.write_str("Ce champ est obligatoire."),
            Self::Double => f.write_str("Ce champ apparaît plus d’une fois."),
        }
    }
}

impl std::error::Error for Faute {}

impl de::Error for Faute {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Format(None)
    }

    fn invalid_type(_: Unexpected<'_>, attendu: &dyn Expected) -> Self {
        Self::Type(in_french(attendu))
    }

    fn invalid_value(recu: Unexpected<'_>, attendu: &dyn Expected) -> Self {
        match recu {
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => Self::Bornes,
            _ => Self::Format(in_french(attendu)),
        }
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::Bornes
    }

    fn unknown_variant(_: &str, admises: &'static [&'static str]) -> Self {
        Self::Variante(admises)
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::Inconnu
    }

    fn missing_field(champ: &'static str) -> Self {
        Self::Manquant(champ)
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self::Double
    }
}

/// What serde, chrono and uuid say that they expect, in French; `None` for what we do not know.
fn in_french(attendu: &dyn Expected) -> Option<&'static str> {
    let texte = attendu.to_string();
    Some(match texte.as_str() {
        "a string" | "a borrowed string" | "a character" => "une chaîne de caractères",
        "a boolean" => "un booléen, true ou false",
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize" => "un nombre entier",
        "f32" | "f64" => "un nombre",
        "a sequence" => "un tableau",
        "a map" => "un objet",
        "a formatted date string" => DATE,
        "an RFC 3339 formatted date and time string" => "un instant RFC 3339, comme 2026-12-24T09:30:00Z",
        autre if autre.contains("UUID") => UUID,
        autre if autre.starts_with("struct ") => "un objet",
        autre if autre.starts_with("tuple") || autre.starts_with("an array") => "un tableau",
        autre if autre.starts_with("enum ") || autre == "variant identifier" => "une des valeurs prévues",
        _ => return None,
    })
}

/// chrono and uuid also read spellings that the contract does not describe (`2026-1-2`, `{…}`).
fn has_shape(texte: &str, attendu: Option<&'static str>) -> bool {
    let modele = match attendu {
        Some(DATE) => "0000-00-00",
        Some(UUID) => "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
        _ => return true,
    };
    texte.len() == modele.len()
        && texte.bytes().zip(modele.bytes()).all(|(octet, modele)| match modele {
            b'0' => octet.is_ascii_digit(),
            b'x' => octet.is_ascii_hexdigit(),
            separateur => octet == separateur,
        })
}

/// Where a value is read from.
enum Source {
    Json(Value),
    /// One parameter: a text that may stand for a number or a boolean.
    Texte(String),
    /// All the parameters.
    Requete(Vec<(String, String)>),
}

impl Source {
    /// The text of a parameter read as JSON would write it, when it has that meaning.
    fn literal(self) -> Self {
        match self {
            Self::Texte(texte) => match serde_json::from_str::<Value>(&texte) {
                Ok(valeur @ (Value::Number(_) | Value::Bool(_))) => Self::Json(valeur),
                _ => Self::Texte(texte),
            },
            // JSON does not tell 1 from 1.0, and the contract accepts both as an integer.
            Self::Json(Value::Number(nombre)) => match nombre.as_f64() {
                Some(reel) if nombre.is_f64() && reel.fract() == 0.0 && reel.abs() < 9e15 => {
                    #[expect(clippy::cast_possible_truncation, reason = "bounded by the guard")]
                    let entier = reel as i64;
                    Self::Json(entier.into())
                }
                _ => Self::Json(Value::Number(nombre)),
            },
            autre => autre,
        }
    }

    fn unexpected(&self) -> Unexpected<'_> {
        match self {
            Self::Json(Value::Null) => Unexpected::Unit,
            Self::Json(Value::Bool(valeur)) => Unexpected::Bool(*valeur),
            Self::Json(Value::Number(_)) => Unexpected::Other("nombre"),
            Self::Json(Value::String(_)) | Self::Texte(_) => Unexpected::Other("texte"),
            Self::Json(Value::Array(_)) => Unexpected::Seq,
            Self::Json(Value::Object(_)) | Self::Requete(_) => Unexpected::Map,
        }
    }
}

macro_rules! literals {
    ($($methode:ident)*) => {$(
        fn $methode<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Faute> {
            self.literal().deserialize_any(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Source {
    type Error = Faute;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Faute> {
        let attendu = in_french(&visitor);
        if let Self::Json(Value::String(texte)) | Self::Texte(texte) = &self
            && !has_shape(texte, attendu)
        {
            return Err(Faute::Format(attendu));
        }
        let lu = match self {
            Self::Json(Value::Null) => visitor.visit_unit(),
            Self::Json(Value::Bool(valeur)) => visitor.visit_bool(valeur),
            Self::Json(Value::Number(nombre)) => match (nombre.as_u64(), nombre.as_i64(), nombre.as_f64()) {
                (Some(valeur), ..) => visitor.visit_u64(valeur),
                (_, Some(valeur), _) => visitor.visit_i64(valeur),
                (.., Some(valeur)) => visitor.visit_f64(valeur),
                _ => Err(Faute::Bornes),
            },
            Self::Json(Value::String(texte)) | Self::Texte(texte) => visitor.visit_string(texte),
            Self::Json(Value::Array(elements)) => {
                visitor.visit_seq(SeqDeserializer::new(elements.into_iter().map(Source::Json)))
            }
            Self::Json(Value::Object(objet)) => visitor.visit_map(MapDeserializer::new(
                objet.into_iter().map(|(cle, valeur)| (cle, Self::Json(valeur))),
            )),
            Self::Requete(parametres) => visitor.visit_map(MapDeserializer::new(
                parametres.into_iter().map(|(nom, texte)| (nom, Self::Texte(texte))),
            )),
        };
        lu.map_err(|faute| faute.or_expected(attendu))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Faute> {
        match self {
            Self::Json(Value::Null) => visitor.visit_none(),
            autre => visitor.visit_some(autre),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Faute> {
        visitor.visit_newtype_struct(self)
    }

    /// serde would also read a structure from an array, field after field: the contract says an object.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Faute> {
        match self {
            Self::Json(Value::Object(_)) | Self::Requete(_) => self.deserialize_any(visitor),
            autre => Err(de::Error::invalid_type(autre.unexpected(), &visitor)),
        }
    }

    /// An enumeration is a string in the contract; serde would also read `{"feminin": null}`.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Faute> {
        match self {
            Self::Json(Value::String(variante)) | Self::Texte(variante) => {
                visitor.visit_enum(IntoDeserializer::<Faute>::into_deserializer(variante))
            }
            autre => Err(de::Error::invalid_type(autre.unexpected(), &visitor)),
        }
    }

    literals! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8
        deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
    }

    forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

impl IntoDeserializer<'_, Faute> for Source {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
