//! The territoire: the data controller, its settings and its rhythm (TER-1, TER-2).

use serde::{Deserialize, Serialize};

use crate::acteur::Role;

/// The code of a territoire (`77`, `69M`): two to eight capitals or digits, safe in file, schema and role names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeTerritoire(String);

impl CodeTerritoire {
    /// Reads a code; `None` when it is not one.
    pub fn parse(code: &str) -> Option<Self> {
        let valide = (2..=8).contains(&code.len())
            && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        valide.then(|| Self(code.to_owned()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CodeTerritoire {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::parse(&code).ok_or("code de territoire invalide : deux à huit capitales ou chiffres")
    }
}

impl From<CodeTerritoire> for String {
    fn from(code: CodeTerritoire) -> Self {
        code.0
    }
}

impl std::fmt::Display for CodeTerritoire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The settings of a territoire that the first circuit reads; every figure of the domain marked *(param)* has
/// its default here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parametres {
    /// Subject of the signalement's e-mail (SIG-2, \[77\] 1.1).
    pub objet_courriel: String,
    /// Working days without acknowledgement before the alert (SIG-8).
    pub sig_8_jours_ouvres: u32,
    /// Good Friday and 26 December are holidays too (§15).
    pub alsace_moselle: bool,
    /// Codes of the organisations that receive an extra copy (TER-1).
    pub copies: Vec<String>,
    /// The roles that exist here (TER-1).
    pub roles: Vec<Role>,
}

impl Default for Parametres {
    fn default() -> Self {
        Self {
            objet_courriel: "signalement mineur en situation de prostitution".to_owned(),
            sig_8_jours_ouvres: 2,
            alsace_moselle: false,
            copies: Vec::new(),
            roles: Role::ALL.to_vec(),
        }
    }
}

/// A département or a métropole that runs the dispositif.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Territoire {
    /// Its code.
    pub code: CodeTerritoire,
    /// Its name.
    pub nom: String,
    /// Made by `demo`: everything in it is invented.
    pub fictif: bool,
    /// Its settings.
    pub parametres: Parametres,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ter_2_code_is_safe_in_names() {
        for bon in ["77", "69M", "63", "2A"] {
            assert!(CodeTerritoire::parse(bon).is_some(), "{bon}");
        }
        for mauvais in ["", "7", "77'", "../77", "69m", "77 ", "ABCDEFGHI", "é7"] {
            assert!(CodeTerritoire::parse(mauvais).is_none(), "{mauvais}");
        }
    }
}
