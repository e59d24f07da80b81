//! Addresses that hold a password: usable, never printable.

use std::path::PathBuf;

use url::Url;

/// A URL with credentials. Nothing but [`SecretUrl::expose`] gives it back; `Debug` and errors show none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl {
    url: Url,
    origine: Origine,
}

/// Where the author of a setting wrote it: a command that needs it again names the place, never the value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origine {
    /// In its variable.
    #[default]
    Environnement,
    /// In the TOML file.
    Configuration,
    /// In a file of its own, whose path a variable or the TOML file gives.
    Fichier(PathBuf),
}

impl SecretUrl {
    /// Keeps an address.
    pub fn new(url: Url) -> Self {
        Self { url, origine: Origine::default() }
    }

    /// The same address, written elsewhere than in its variable.
    pub(crate) fn written_in(self, origine: Origine) -> Self {
        Self { origine, ..self }
    }

    /// Where it was written.
    pub fn origine(&self) -> &Origine {
        &self.origine
    }

    /// The address itself, for whoever connects.
    pub fn expose(&self) -> &Url {
        &self.url
    }
}

impl std::fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretUrl(…)")
    }
}
