//! Sending through a mail server: TLS always, verified always, and no belief in an answer that comes out of turn.
//!
//! The dialogue is driven command by command over lettre's connection instead of its `SmtpTransport`, for three
//! reasons. The stage at which a refusal comes says what it means. One refused address must not hold back the
//! others. And what a third party sends before TLS must not be taken for the server's answer after it: see
//! [`Dialogue::refuse_early_words`].

mod dialogue;
mod reglage;

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::TlsParameters;

use self::dialogue::Dialogue;
use super::transport::{Pli, Remise};

pub use self::reglage::ReglageInvalide;

/// A mail server, as `MAILLAGE_SMTP_URL` and `MAILLAGE_SMTP_CA` name it.
pub struct Smtp {
    hote: String,
    port: u16,
    chiffrement: Chiffrement,
    identifiants: Option<Credentials>,
    delais: Delais,
    /// Verified against the system's roots and those of `MAILLAGE_SMTP_CA`.
    tls: TlsParameters,
    epingles: Option<Epingles>,
}

/// The certificates of `MAILLAGE_SMTP_CA`, for a server that presents one of them as its own. This is how a small
/// relay is set up by hand: a self-signed certificate, which OpenSSL marks as an authority and which the
/// verification of a chain then refuses as a server's. The very same bytes are trusted; the name is verified, the
/// dates are not.
struct Epingles {
    certificats: Vec<Vec<u8>>,
    tls: TlsParameters,
    /// The last certificate stood at the end of a verified chain: no need to look for it here.
    chaine_sure: AtomicBool,
}

/// When TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chiffrement {
    /// From the first byte (`smtps://`).
    Implicite,
    /// By STARTTLS, which the server must offer (`smtp://`).
    Starttls,
}

/// How long the server may stay silent.
#[derive(Debug, Clone, Copy)]
pub struct Delais {
    /// To accept a connection, and to answer a command.
    pub commande: Duration,
    /// To take the whole message in charge. Longer, because an answer that comes too late means a duplicate.
    pub remise: Duration,
}

impl Default for Delais {
    fn default() -> Self {
        Self { commande: Duration::from_secs(10), remise: Duration::from_secs(60) }
    }
}

impl Smtp {
    pub(super) fn send(&self, pli: &Pli<'_>) -> Remise {
        Dialogue::run(self, pli).map_or_else(Remise::Echec, |refusees| Remise::Accepte { refusees })
    }
}

impl std::fmt::Debug for Smtp {
    /// Without the credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Smtp({}:{}, {:?})", self.hote, self.port, self.chiffrement)
    }
}
