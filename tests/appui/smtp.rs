//! A mail server for tests: real TLS, messages kept in memory, and every way to misbehave that a client must bear.
//!
//! One file for two crates: the black-box tests, and the unit tests of `api/src/courrier` (by `#[path]`).
#![allow(dead_code, reason = "each of the two crates uses a part of it")]

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// When the server speaks TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// After STARTTLS, which it offers.
    Starttls,
    /// From the first byte.
    Implicite,
    /// Never: a relay that must be refused.
    Clair,
}

/// What the certificate of the server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identite {
    /// For `localhost`, 127.0.0.1 and ::1, signed by an authority of its own.
    Signee,
    /// For the same names, self-signed and marked as an authority, as `openssl req -x509` makes it.
    AutoSignee,
    /// For another name, signed by an authority of its own.
    AutreNom,
}

/// A message that the server accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recu {
    /// Envelope sender.
    pub(crate) de: String,
    /// Envelope recipients that it accepted.
    pub(crate) a: Vec<String>,
    /// The bytes, as they came, without the dots of transparency.
    pub(crate) octets: Vec<u8>,
    /// Whether they came over TLS.
    pub(crate) chiffre: bool,
    /// The user who authenticated.
    pub(crate) utilisateur: Option<String>,
}

impl Recu {
    /// The message, parsed by a library that did not write it.
    pub(crate) fn lu(&self) -> mail_parser::Message<'_> {
        mail_parser::MessageParser::default().parse(&self.octets).expect("RFC 5322 message")
    }

    /// The subject, decoded.
    pub(crate) fn objet(&self) -> String {
        self.lu().subject().unwrap_or_default().to_owned()
    }

    /// The text part, decoded.
    pub(crate) fn texte(&self) -> String {
        self.lu().body_text(0).unwrap_or_default().into_owned()
    }

    /// Name and text of the attached document, when there is one.
    pub(crate) fn document(&self) -> Option<(String, String)> {
        use mail_parser::MimeHeaders;
        let lu = self.lu();
        let piece = lu.attachment(0)?;
        let nom = piece.attachment_name().unwrap_or_default().to_owned();
        Some((nom, piece.text_contents().unwrap_or_default().to_owned()))
    }
}

/// How the server behaves; may change while it runs.
#[derive(Debug, Clone, Default)]
struct Conduite {
    /// Reply codes by command (`MAIL`, `RCPT`, `DATA`, `AUTH`, `STARTTLS`, `EHLO`, `ACCUEIL` for the greeting, `FIN`
    /// for the end of the content).
    refus: Vec<(&'static str, u16)>,
    /// Reply codes by recipient.
    refus_adresses: Vec<(String, u16)>,
    /// Silence before each answer.
    lenteur: Duration,
    /// Demanded user and password.
    identifiants: Option<(String, String)>,
    /// Written in clear right behind the answer to STARTTLS, as a third party on the way would.
    injection: String,
}

#[derive(Default)]
struct Partage {
    conduite: Mutex<Conduite>,
    recus: Mutex<Vec<Recu>>,
    nouveau: Condvar,
    commandes: Mutex<Vec<String>>,
    connexions: Mutex<HashMap<SocketAddr, TcpStream>>,
}

/// The server: stops when dropped.
pub(crate) struct ServeurSmtp {
    mode: Mode,
    adresse: SocketAddr,
    tls: Arc<ServerConfig>,
    ca_pem: String,
    partage: Arc<Partage>,
    ecoute: Option<Ecoute>,
}

struct Ecoute {
    arret: Arc<Mutex<bool>>,
    fil: JoinHandle<()>,
}

impl ServeurSmtp {
    /// Starts on a free port of 127.0.0.1, with a certificate signed by an authority of its own.
    pub(crate) fn start(mode: Mode) -> Self {
        Self::start_as(mode, Identite::Signee)
    }

    /// Starts with a given kind of certificate.
    pub(crate) fn start_as(mode: Mode, identite: Identite) -> Self {
        let (tls, ca_pem) = certificate(identite);
        let mut serveur = Self {
            mode,
            adresse: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls: Arc::new(tls),
            ca_pem,
            partage: Arc::default(),
            ecoute: None,
        };
        serveur.up();
        serveur
    }

    /// The value for `MAILLAGE_SMTP_URL`, with the credentials when they are demanded.
    pub(crate) fn url(&self) -> String {
        let schema = if self.mode == Mode::Implicite { "smtps" } else { "smtp" };
        let qui = match &lock(&self.partage.conduite).identifiants {
            Some((nom, secret)) => format!("{nom}:{secret}@"),
            None => String::new(),
        };
        format!("{schema}://{qui}{}", self.adresse)
    }

    /// The authority that signed the certificate, as PEM.
    pub(crate) fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Writes the authority to a file of this folder; answers the value for `MAILLAGE_SMTP_CA`.
    pub(crate) fn write_ca(&self, dossier: &Path) -> PathBuf {
        let chemin = dossier.join("smtp-ca.pem");
        std::fs::write(&chemin, &self.ca_pem).expect("writable folder");
        chemin
    }

    /// Answers this code to this command, until [`Self::behave`]: `MAIL`, `RCPT`, `DATA`, `AUTH`, `STARTTLS`,
    /// `EHLO`, `ACCUEIL` (the greeting) or `FIN` (the end of the content).
    pub(crate) fn fail(&self, commande: &'static str, code: u16) {
        lock(&self.partage.conduite).refus.push((commande, code));
    }

    /// Refuses this recipient with this code.
    pub(crate) fn refuse_recipient(&self, adresse: &str, code: u16) {
        lock(&self.partage.conduite).refus_adresses.push((adresse.to_owned(), code));
    }

    /// Stays silent that long before each answer.
    pub(crate) fn slow(&self, lenteur: Duration) {
        lock(&self.partage.conduite).lenteur = lenteur;
    }

    /// Demands these credentials (AUTH PLAIN), which [`Self::url`] then holds.
    pub(crate) fn require_login(&self, utilisateur: &str, secret: &str) {
        lock(&self.partage.conduite).identifiants = Some((utilisateur.to_owned(), secret.to_owned()));
    }

    /// Writes this in clear behind the answer to STARTTLS, as a third party on the way would.
    pub(crate) fn inject_after_starttls(&self, texte: &str) {
        lock(&self.partage.conduite).injection = texte.to_owned();
    }

    /// Behaves well again: no refusal, no slowness, no credentials, no injection.
    pub(crate) fn behave(&self) {
        *lock(&self.partage.conduite) = Conduite::default();
    }

    /// Restarts on its port with the certificate of another: as an administrator who renews it.
    pub(crate) fn take_identity_of(&mut self, autre: &Self) {
        self.down();
        self.tls = Arc::clone(&autre.tls);
        self.ca_pem.clone_from(&autre.ca_pem);
        self.up();
    }

    /// What it accepted so far.
    pub(crate) fn recus(&self) -> Vec<Recu> {
        lock(&self.partage.recus).clone()
    }

    /// Waits until it has accepted that many messages, or until the delay is over; answers what there is.
    pub(crate) fn wait_for(&self, nombre: usize, delai: Duration) -> Vec<Recu> {
        let fin = Instant::now() + delai;
        let mut recus = lock(&self.partage.recus);
        while recus.len() < nombre {
            let reste = fin.saturating_duration_since(Instant::now());
            if reste.is_zero() {
                break;
            }
            recus = self.partage.nouveau.wait_timeout(recus, reste).unwrap_or_else(PoisonError::into_inner).0;
        }
        recus.clone()
    }

    /// The verbs of the commands that it received, over all connections.
    pub(crate) fn commandes(&self) -> Vec<String> {
        lock(&self.partage.commandes).clone()
    }

    /// Stops listening and cuts what is open; the port stays its own for [`Self::up`].
    pub(crate) fn down(&mut self) {
        let Some(ecoute) = self.ecoute.take() else { return };
        *lock(&ecoute.arret) = true;
        // Wakes the thread that accepts.
        drop(TcpStream::connect(self.adresse));
        ecoute.fil.join().expect("the listening thread ends");
        for (_, connexion) in lock(&self.partage.connexions).drain() {
            // It may be closed already.
            drop(connexion.shutdown(Shutdown::Both));
        }
    }

    /// Listens again, on the same port.
    pub(crate) fn up(&mut self) {
        if self.ecoute.is_some() {
            return;
        }
        let ecoute = TcpListener::bind(self.adresse).expect("a free port");
        self.adresse = ecoute.local_addr().expect("bound");
        let arret = Arc::new(Mutex::new(false));
        let (mode, tls, partage, fini) =
            (self.mode, Arc::clone(&self.tls), Arc::clone(&self.partage), Arc::clone(&arret));
        let fil = std::thread::spawn(move || {
            for connexion in ecoute.incoming().flatten() {
                if *lock(&fini) {
                    break;
                }
                let (tls, partage) = (Arc::clone(&tls), Arc::clone(&partage));
                let (Ok(copie), Ok(pair)) = (connexion.try_clone(), connexion.peer_addr()) else { continue };
                lock(&partage.connexions).insert(pair, connexion);
                std::thread::spawn(move || {
                    // A client that leaves in the middle is no fault of the server.
                    drop(serve(copie, mode, tls, &partage));
                    if let Some(connexion) = lock(&partage.connexions).remove(&pair) {
                        drop(connexion.shutdown(Shutdown::Both));
                    }
                });
            }
        });
        self.ecoute = Some(Ecoute { arret, fil });
    }
}

impl Drop for ServeurSmtp {
    fn drop(&mut self) {
        self.down();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn certificate(identite: Identite) -> (ServerConfig, String) {
    let cle = KeyPair::generate().expect("key");
    let nom = if identite == Identite::AutreNom { "autre.example.org" } else { "localhost" };
    let mut noms = vec![nom.to_owned()];
    if identite != Identite::AutreNom {
        noms.extend(["127.0.0.1".to_owned(), "::1".to_owned()]);
    }
    let mut parametres = CertificateParams::new(noms).expect("names");
    let (certificat, ca_pem) = if identite == Identite::AutoSignee {
        parametres.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificat = parametres.self_signed(&cle).expect("certificate");
        let pem = certificat.pem();
        (certificat, pem)
    } else {
        let cle_ca = KeyPair::generate().expect("key");
        let mut ca = CertificateParams::new(Vec::new()).expect("no name");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = ca.self_signed(&cle_ca).expect("authority").pem();
        let autorite = Issuer::new(ca, cle_ca);
        (parametres.signed_by(&cle, &autorite).expect("certificate"), pem)
    };
    let cle = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(cle.serialize_der()));
    let fournisseur = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ServerConfig::builder_with_provider(fournisseur)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificat.der().clone()], cle)
        .expect("certificate and key");
    (tls, ca_pem)
}

fn serve(mut flux: TcpStream, mode: Mode, tls: Arc<ServerConfig>, partage: &Partage) -> io::Result<()> {
    flux.set_read_timeout(Some(Duration::from_secs(30)))?;
    if mode == Mode::Implicite {
        return Session::new(&mut secure(flux, tls)?, partage, true, false).run(true).map(drop);
    }
    let offre = mode == Mode::Starttls;
    if Session::new(&mut flux, partage, false, offre).run(true)? == Suite::Tls {
        Session::new(&mut secure(flux, tls)?, partage, true, false).run(false)?;
    }
    Ok(())
}

fn secure(flux: TcpStream, tls: Arc<ServerConfig>) -> io::Result<StreamOwned<ServerConnection, TcpStream>> {
    let connexion = ServerConnection::new(tls).map_err(io::Error::other)?;
    Ok(StreamOwned::new(connexion, flux))
}

/// What comes after a session in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suite {
    Fin,
    Tls,
}

struct Session<'a, F> {
    flux: &'a mut F,
    partage: &'a Partage,
    chiffre: bool,
    offre: bool,
    utilisateur: Option<String>,
    de: Option<String>,
    a: Vec<String>,
}

impl<'a, F: Read + Write> Session<'a, F> {
    fn new(flux: &'a mut F, partage: &'a Partage, chiffre: bool, offre: bool) -> Self {
        Self { flux, partage, chiffre, offre, utilisateur: None, de: None, a: Vec::new() }
    }

    fn run(mut self, accueil: bool) -> io::Result<Suite> {
        if accueil {
            self.answer("ACCUEIL", 220, "essai.example.org ESMTP")?;
        }
        while let Some(ligne) = self.line()? {
            let ligne = String::from_utf8_lossy(&ligne).into_owned();
            let (verbe, reste) = ligne.split_once(' ').unwrap_or((&ligne, ""));
            let verbe = verbe.to_ascii_uppercase();
            lock(&self.partage.commandes).push(verbe.clone());
            match verbe.as_str() {
                "EHLO" | "HELO" => self.greet()?,
                "STARTTLS" if self.offre => {
                    if self.answer("STARTTLS", 220, "go ahead")? {
                        return Ok(Suite::Tls);
                    }
                }
                "AUTH" => self.authenticate(reste)?,
                "MAIL" => self.mail(reste)?,
                "RCPT" if self.de.is_some() => self.recipient(reste)?,
                "DATA" if !self.a.is_empty() => self.data()?,
                "NOOP" | "RSET" => drop(self.answer("NOOP", 250, "ok")?),
                "QUIT" => {
                    self.answer("QUIT", 221, "bye")?;
                    return Ok(Suite::Fin);
                }
                _ => drop(self.answer("", 503, "bad sequence")?),
            }
        }
        Ok(Suite::Fin)
    }

    /// Answers with the code and the lines, unless this command was told to fail; says whether it went well.
    fn answer(&mut self, commande: &str, code: u16, texte: &str) -> io::Result<bool> {
        let conduite = lock(&self.partage.conduite).clone();
        std::thread::sleep(conduite.lenteur);
        let refus = conduite.refus.iter().find(|(nom, _)| *nom == commande).map(|(_, code)| *code);
        let mut reponse = match refus {
            // The text quotes an address on purpose: it must not reach any log.
            Some(refus) => format!("{refus} refused for planted-address@example.org\r\n"),
            None => reply(code, texte),
        };
        if commande == "STARTTLS" && refus.is_none() {
            reponse.push_str(&conduite.injection);
        }
        self.flux.write_all(reponse.as_bytes())?;
        self.flux.flush()?;
        Ok(refus.is_none())
    }

    fn greet(&mut self) -> io::Result<()> {
        let exige = lock(&self.partage.conduite).identifiants.is_some();
        let mut lignes = vec!["essai.example.org", "8BITMIME"];
        if self.offre {
            lignes.push("STARTTLS");
        }
        if exige && self.chiffre {
            lignes.push("AUTH PLAIN");
        }
        self.answer("EHLO", 250, &lignes.join("\n")).map(drop)
    }

    fn authenticate(&mut self, reste: &str) -> io::Result<()> {
        let attendus = lock(&self.partage.conduite).identifiants.clone();
        let recus = reste.strip_prefix("PLAIN ").map(decode_base64).unwrap_or_default();
        match attendus {
            Some((nom, secret)) if recus == format!("\0{nom}\0{secret}").as_bytes() => {
                if self.answer("AUTH", 235, "welcome")? {
                    self.utilisateur = Some(nom);
                }
                Ok(())
            }
            _ => self.answer("", 535, "wrong credentials").map(drop),
        }
    }

    fn mail(&mut self, reste: &str) -> io::Result<()> {
        if lock(&self.partage.conduite).identifiants.is_some() && self.utilisateur.is_none() {
            return self.answer("", 530, "authentication required").map(drop);
        }
        if self.answer("MAIL", 250, "ok")? {
            (self.de, self.a) = (Some(between_angles(reste)), Vec::new());
        }
        Ok(())
    }

    fn recipient(&mut self, reste: &str) -> io::Result<()> {
        let adresse = between_angles(reste);
        let refus = lock(&self.partage.conduite).refus_adresses.iter().find(|(a, _)| *a == adresse).cloned();
        match refus {
            Some((_, code)) => self.answer("", code, "no such planted-address@example.org").map(drop),
            None => {
                if self.answer("RCPT", 250, "ok")? {
                    self.a.push(adresse);
                }
                Ok(())
            }
        }
    }

    fn data(&mut self) -> io::Result<()> {
        if !self.answer("DATA", 354, "go ahead")? {
            return Ok(());
        }
        let mut octets = Vec::new();
        loop {
            let Some(ligne) = self.line()? else { return Ok(()) };
            if ligne == b"." {
                break;
            }
            octets.extend_from_slice(ligne.strip_prefix(b".").unwrap_or(&ligne));
            octets.extend_from_slice(b"\r\n");
        }
        let recu = Recu {
            de: self.de.take().unwrap_or_default(),
            a: std::mem::take(&mut self.a),
            octets,
            chiffre: self.chiffre,
            utilisateur: self.utilisateur.clone(),
        };
        let refuse = lock(&self.partage.conduite).refus.iter().any(|(nom, _)| *nom == "FIN");
        if !refuse {
            lock(&self.partage.recus).push(recu);
            self.partage.nouveau.notify_all();
        }
        self.answer("FIN", 250, "queued").map(drop)
    }

    /// One line, without its end. Byte by byte, so that nothing that belongs to TLS is read in clear.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut ligne = Vec::new();
        let mut octet = [0];
        while self.flux.read(&mut octet)? == 1 {
            ligne.extend(octet);
            if let Some(ligne) = ligne.strip_suffix(b"\r\n") {
                return Ok(Some(ligne.to_vec()));
            }
        }
        Ok(None)
    }
}

/// A reply of one or several lines (RFC 5321 §4.2.1).
fn reply(code: u16, texte: &str) -> String {
    let nombre = texte.lines().count();
    let ligne = |(rang, ligne)| format!("{code}{}{ligne}\r\n", if rang + 1 == nombre { ' ' } else { '-' });
    texte.lines().enumerate().map(ligne).collect()
}

fn between_angles(texte: &str) -> String {
    let apres = texte.split_once('<').map_or("", |(_, apres)| apres);
    apres.split_once('>').map_or(apres, |(dedans, _)| dedans).to_owned()
}

fn decode_base64(texte: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(texte).unwrap_or_default()
}
