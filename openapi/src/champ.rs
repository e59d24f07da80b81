//! A field of a merge patch: absent, cleared or set (RFC 7396).

use serde::{Deserialize, Deserializer};

/// What a patch says of one field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Champ<T> {
    /// Not mentioned: the field stays as it is.
    #[default]
    Absent,
    /// `null`: the field is cleared.
    Vide,
    /// The new value.
    Valeur(T),
}

impl<T> From<Option<T>> for Champ<T> {
    fn from(valeur: Option<T>) -> Self {
        valeur.map_or(Self::Absent, Self::Valeur)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Champ<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Vide, Self::Valeur))
    }
}
