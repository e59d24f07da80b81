//! The ways by which a message leaves, and what became of it: one vocabulary for all of them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use super::adresse::Expediteur;
use super::fichiers;
use super::smtp::Smtp;

/// A message ready to leave, with its envelope.
#[derive(Clone, Copy)]
pub struct Pli<'a> {
    /// Its Message-ID: the same at each attempt.
    pub message_id: &'a str,
    /// Who sends.
    pub expediteur: &'a Expediteur,
    /// To which addresses.
    pub adresses: &'a [String],
    /// The bytes, as [`super::Courrier::compose`] made them: they leave as they are.
    pub octets: &'a [u8],
}

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remise {
    /// The mail server took the message in charge.
    Accepte {
        /// Addresses that it refused while it accepted others: they will not receive this message.
        refusees: Vec<String>,
    },
    /// Nothing left, or nobody knows: to be tried again.
    Echec(Echec),
}

/// A failed attempt: a code and a number, never a text of the server, which may quote addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Echec {
    /// Why.
    pub cause: Cause,
    /// The server refused this very message, or all its addresses, for good: the same attempt will fail again
    /// until somebody changes something. The caller decides what it does of it.
    pub definitif: bool,
    /// The SMTP reply code, when the server gave one.
    pub reponse: Option<u16>,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The server cannot be reached, or hung up.
    Connexion,
    /// The server did not answer in time.
    Delai,
    /// No trusted TLS: not offered, or a certificate that nothing vouches for.
    Tls,
    /// Our credentials are refused, or missing.
    Authentification,
    /// The server does not want our sender address.
    Expediteur,
    /// None of the addresses is accepted, or none is an address.
    Adresse,
    /// A refusal of the moment (4xx).
    RefusTemporaire,
    /// A refusal of the message (5xx).
    RefusDefinitif,
    /// The server answered out of turn: somebody may be speaking in its place.
    Protocole,
    /// The `.eml` file cannot be written.
    Fichier,
    /// No mail server is set.
    TransportAbsent,
}

impl Cause {
    /// The code kept in the registre d'envoi and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::Connexion => "connexion",
            Self::Delai => "delai",
            Self::Tls => "tls",
            Self::Authentification => "authentification",
            Self::Expediteur => "expediteur",
            Self::Adresse => "adresse",
            Self::RefusTemporaire => "refus_temporaire",
            Self::RefusDefinitif => "refus_definitif",
            Self::Protocole => "protocole",
            Self::Fichier => "fichier",
            Self::TransportAbsent => "transport_absent",
        }
    }
}

impl Echec {
    pub(super) fn new(cause: Cause) -> Self {
        let definitif = matches!(cause, Cause::Expediteur | Cause::Adresse | Cause::RefusDefinitif);
        Self { cause, definitif, reponse: None }
    }

    pub(super) fn with_reply(self, reponse: u16) -> Self {
        Self { reponse: Some(reponse), ..self }
    }
}

/// The way by which messages leave this server; one for all its territoires.
pub enum Transport {
    /// A mail server, over TLS.
    Smtp(Box<Smtp>),
    /// One `.eml` file per sending in this folder: `demo` without a mail server.
    Fichiers(PathBuf),
    /// Nothing leaves: `serve` without a mail server. The flag remembers that it was said.
    Aucun(AtomicBool),
}

impl Transport {
    /// Through a mail server.
    pub fn smtp(smtp: Smtp) -> Self {
        Self::Smtp(Box::new(smtp))
    }

    /// Into files; the folder is made when the first message leaves.
    pub fn fichiers(dossier: PathBuf) -> Self {
        Self::Fichiers(dossier)
    }

    /// Nowhere.
    pub fn aucun() -> Self {
        Self::Aucun(AtomicBool::new(false))
    }

    /// Tries once to make the message leave. Blocks, for as long as the mail server may take: never call it
    /// inside a transaction, nor on a thread that serves requests.
    pub fn send(&self, pli: &Pli<'_>) -> Remise {
        match self {
            Self::Smtp(smtp) => smtp.send(pli),
            Self::Fichiers(dossier) => match fichiers::write(dossier, pli) {
                Ok(()) => Remise::Accepte { refusees: Vec::new() },
                Err(e) => {
                    log::warn!("courriel non écrit dans le dossier des courriels : {}", e.kind());
                    Remise::Echec(Echec::new(Cause::Fichier))
                }
            },
            Self::Aucun(dit) => {
                if !dit.swap(true, Ordering::Relaxed) {
                    log::warn!(
                        "MAILLAGE_SMTP_URL n’est pas réglé : aucun courriel ne part, les envois attendent"
                    );
                }
                Remise::Echec(Echec::new(Cause::TransportAbsent))
            }
        }
    }
}
