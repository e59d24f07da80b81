//! Why a command did not do what was asked, in French, for whoever typed it.

use std::fmt;

use persistence::Erreur as Base;

use super::{ECHEC, USAGE};
use crate::app;
use crate::error::ApiError;
use crate::settings::ErreurReglage;

/// A failed command.
#[derive(Debug)]
pub struct Echec {
    message: String,
    code: u8,
}

impl Echec {
    /// The command could not do it.
    pub(super) fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), code: ECHEC }
    }

    /// The command line is not acceptable.
    pub(super) fn usage(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), code: USAGE }
    }

    /// The exit code.
    pub(super) fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Echec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Echec {}

impl From<ErreurReglage> for Echec {
    fn from(erreur: ErreurReglage) -> Self {
        Self::usage(erreur)
    }
}

impl From<Base> for Echec {
    fn from(erreur: Base) -> Self {
        Self::new(match erreur {
            Base::Indisponible(cause) => format!("la base ne répond pas ({cause})"),
            Base::Conflit { .. } => "cet objet existe déjà".to_owned(),
            Base::Corrompu { table, id } => format!("une ligne de « {table} » est illisible : {id}"),
            Base::Scellement(cause) => format!("les clés n’ouvrent pas ces données ({cause})"),
            Base::NonMigre(message) | Base::Configuration(message) => message,
            Base::Interne(cause) => format!("erreur interne ({cause})"),
        })
    }
}

impl From<app::Erreur> for Echec {
    fn from(erreur: app::Erreur) -> Self {
        match erreur {
            app::Erreur::Base(erreur) => erreur.into(),
            autre => ApiError::from(autre).into(),
        }
    }
}

impl From<ApiError> for Echec {
    fn from(erreur: ApiError) -> Self {
        Self::new(erreur.cause().map_or_else(|| erreur.probleme().detail, str::to_owned))
    }
}
