//! Addresses that hold a password: usable, never printable.

use url::Url;

/// A URL with credentials. Nothing but [`SecretUrl::expose`] gives it back; `Debug` and errors show none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(Url);

impl SecretUrl {
    /// Keeps an address.
    pub fn new(url: Url) -> Self {
        Self(url)
    }

    /// The address itself, for whoever connects.
    pub fn expose(&self) -> &Url {
        &self.0
    }
}

impl std::fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretUrl(…)")
    }
}
