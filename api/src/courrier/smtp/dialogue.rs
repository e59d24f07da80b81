//! One dialogue with the mail server, from the connection to its last word.

use std::error::Error as _;
use std::fmt::Display;
use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;

use super::super::adresse;
use super::super::transport::{Cause, Echec, Pli};
use super::{Chiffrement, Smtp};

/// Where the dialogue stands: the same refusal does not mean the same thing everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Etape {
    Connexion,
    Tls,
    Authentification,
    Expediteur,
    Destinataire,
    Contenu,
}

/// An open connection, verified and authenticated.
pub(super) struct Dialogue<'a> {
    smtp: &'a Smtp,
    connexion: SmtpConnection,
}

impl<'a> Dialogue<'a> {
    /// Sends one message; answers the addresses that the server refused while it accepted others.
    pub(super) fn run(smtp: &'a Smtp, pli: &Pli<'_>) -> Result<Vec<String>, Echec> {
        let mut dialogue = Self::open(smtp, pli)?;
        let issue = dialogue.authenticate().and_then(|()| dialogue.deliver(pli));
        dialogue.close();
        issue
    }

    /// Connects to a server whose certificate is one of those trusted, or stands at the end of a verified chain.
    /// The first way costs a connection that says nothing but EHLO when it is not the right one, the second would
    /// cost the server a failed handshake: so the first comes first, until the second has worked.
    fn open(smtp: &'a Smtp, pli: &Pli<'_>) -> Result<Self, Echec> {
        let nom = ClientId::Domain(pli.expediteur.address().domain().to_owned());
        let epingles = smtp.epingles.as_ref();
        if let Some(epingles) = epingles.filter(|epingles| !epingles.chaine_sure.load(Ordering::Relaxed)) {
            let mut dialogue = Self::connect(smtp, &epingles.tls, &nom)?;
            match dialogue.connexion.peer_certificate() {
                Ok(certificat) if epingles.certificats.contains(&certificat) => return Ok(dialogue),
                _ => dialogue.close(),
            }
        }
        let issue = Self::connect(smtp, &smtp.tls, &nom);
        if let (Some(epingles), Ok(_) | Err(Echec { cause: Cause::Tls, .. })) = (epingles, &issue) {
            epingles.chaine_sure.store(issue.is_ok(), Ordering::Relaxed);
        }
        issue
    }

    fn connect(smtp: &'a Smtp, tls: &TlsParameters, nom: &ClientId) -> Result<Self, Echec> {
        let implicite = (smtp.chiffrement == Chiffrement::Implicite).then_some(tls);
        let serveur = (smtp.hote.as_str(), smtp.port);
        let connexion = SmtpConnection::connect(serveur, Some(smtp.delais.commande), nom, implicite, None)
            .map_err(|e| explain(&e, Etape::Connexion))?;
        let mut dialogue = Self { smtp, connexion };
        if smtp.chiffrement == Chiffrement::Starttls {
            // On failure the connection is dropped, not closed politely: there may be no stream left in it.
            dialogue.start_tls(tls, nom)?;
        }
        Ok(dialogue)
    }

    /// TLS or nothing: a server that does not offer it, or a third party that hides its offer, gets no message.
    fn start_tls(&mut self, tls: &TlsParameters, nom: &ClientId) -> Result<(), Echec> {
        self.connexion.starttls(tls, nom).map_err(|e| explain(&e, Etape::Tls))?;
        self.refuse_early_words()
    }

    /// Refuses answers that were there before their question. Lettre keeps, across STARTTLS, what it has read in
    /// clear; somebody on the way could so write in advance all the answers of a dialogue that never takes place,
    /// and a report would count as accepted. Several such answers are found here, since they wait already; a
    /// single one shifts all that follow, which the exact codes of [`Self::expect`] then refuse.
    fn refuse_early_words(&mut self) -> Result<(), Echec> {
        self.wait_at_most(Duration::from_millis(1))?;
        match self.connexion.read_response() {
            Err(e) if is_silence(&e) => self.wait_at_most(self.smtp.delais.commande),
            _ => Err(Echec::new(Cause::Protocole)),
        }
    }

    fn authenticate(&mut self) -> Result<(), Echec> {
        let Some(identifiants) = &self.smtp.identifiants else { return Ok(()) };
        let reponse = self.connexion.auth(DEFAULT_MECHANISMS, identifiants);
        expect(reponse, Etape::Authentification, &[235])
    }

    fn deliver(&mut self, pli: &Pli<'_>) -> Result<Vec<String>, Echec> {
        let expediteur = pli.expediteur.address().clone();
        self.command(Mail::new(Some(expediteur), Vec::new()), Etape::Expediteur, &[250])?;
        let refusees = self.name_recipients(pli.adresses)?;
        self.command(Data, Etape::Contenu, &[354])?;
        self.wait_at_most(self.smtp.delais.remise)?;
        // The end of the last line belongs to the mark of the end: the server receives exactly our bytes.
        let octets = pli.octets.strip_suffix(b"\r\n").unwrap_or(pli.octets);
        expect(self.connexion.message(octets), Etape::Contenu, &[250])?;
        Ok(refusees)
    }

    /// Names the addressees one by one. One dead address must not hold a report back from the others; all refused
    /// is a failure, of the moment if one of the refusals is.
    fn name_recipients(&mut self, adresses: &[String]) -> Result<Vec<String>, Echec> {
        let mut refusees = Vec::new();
        let mut pire: Option<Echec> = None;
        for texte in adresses {
            let issue = match adresse::parse(texte) {
                Some(adresse) => self.name_recipient(adresse),
                None => Err(Echec::new(Cause::Adresse)),
            };
            match issue {
                Ok(()) => {}
                Err(echec) if matches!(echec.cause, Cause::Adresse | Cause::RefusTemporaire) => {
                    refusees.push(texte.clone());
                    pire = Some(pire.filter(|pire| !pire.definitif).unwrap_or(echec));
                }
                Err(echec) => return Err(echec),
            }
        }
        if refusees.len() < adresses.len() {
            return Ok(refusees);
        }
        Err(pire.unwrap_or_else(|| Echec::new(Cause::Adresse)))
    }

    fn name_recipient(&mut self, adresse: Address) -> Result<(), Echec> {
        self.command(Rcpt::new(adresse, Vec::new()), Etape::Destinataire, &[250, 251, 252])
    }

    fn command(&mut self, commande: impl Display, etape: Etape, codes: &[u16]) -> Result<(), Echec> {
        expect(self.connexion.command(commande), etape, codes)
    }

    fn wait_at_most(&mut self, duree: Duration) -> Result<(), Echec> {
        self.connexion.set_timeout(Some(duree)).map_err(|_| Echec::new(Cause::Connexion))
    }

    /// Says goodbye, without waiting long for the answer: the outcome is known.
    fn close(&mut self) {
        if self.connexion.set_timeout(Some(Duration::from_millis(500))).is_ok() {
            self.connexion.abort();
        }
    }
}

/// Accepts the exact codes that the command may bring, and no other success: an answer to another question is not
/// an answer.
fn expect(reponse: Result<Response, Error>, etape: Etape, codes: &[u16]) -> Result<(), Echec> {
    let code = u16::from(reponse.map_err(|e| explain(&e, etape))?.code());
    if codes.contains(&code) { Ok(()) } else { Err(Echec::new(Cause::Protocole).with_reply(code)) }
}

/// Says why in one of our words; the text of the server is dropped.
fn explain(erreur: &Error, etape: Etape) -> Echec {
    if let Some(code) = erreur.status() {
        let code = u16::from(code);
        return Echec::new(refusal(code, etape)).with_reply(code);
    }
    Echec::new(match (io_kind(erreur), etape) {
        (Some(io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut), _) => Cause::Delai,
        // What rustls says of a certificate or of a handshake.
        (Some(io::ErrorKind::InvalidData), _) => Cause::Tls,
        (_, Etape::Tls) => Cause::Tls,
        (None, Etape::Authentification) if erreur.is_client() => Cause::Authentification,
        _ => Cause::Connexion,
    })
}

fn refusal(code: u16, etape: Etape) -> Cause {
    match (code, etape) {
        (_, Etape::Tls) => Cause::Tls,
        (400..500, _) => Cause::RefusTemporaire,
        (530 | 534 | 535 | 538, _) | (_, Etape::Authentification) => Cause::Authentification,
        (_, Etape::Connexion) => Cause::Connexion,
        (_, Etape::Expediteur) => Cause::Expediteur,
        (_, Etape::Destinataire) => Cause::Adresse,
        (_, Etape::Contenu) => Cause::RefusDefinitif,
    }
}

fn is_silence(erreur: &Error) -> bool {
    matches!(io_kind(erreur), Some(io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut))
}

/// The kind of the network error behind an error of lettre, when there is one.
fn io_kind(erreur: &Error) -> Option<io::ErrorKind> {
    let mut source = erreur.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            return Some(io.kind());
        }
        source = cause.source();
    }
    None
}
