//! One symmetric key in memory, wiped when its last holder drops it.

use std::sync::Arc;

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::erreur::Scellement;

/// A 256-bit key.
#[derive(Clone)]
pub(crate) struct Cle(Arc<Zeroizing<[u8; 32]>>);

impl Cle {
    /// Draws a key from the system.
    pub(crate) fn draw() -> Result<Self, Scellement> {
        let mut octets = Zeroizing::new([0; 32]);
        aws_lc_rs::rand::fill(octets.as_mut_slice()).map_err(|_| Scellement::Chiffre)?;
        Ok(Self(Arc::new(octets)))
    }

    /// Reads a key of exactly 32 bytes.
    pub(crate) fn from_slice(octets: &[u8]) -> Result<Self, Scellement> {
        let octets: [u8; 32] = octets.try_into().map_err(|_| Scellement::Format)?;
        Ok(Self(Arc::new(Zeroizing::new(octets))))
    }

    /// Its bytes.
    pub(crate) fn octets(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The same key for HMAC-SHA-256.
    pub(crate) fn hmac(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.octets())
    }
}
