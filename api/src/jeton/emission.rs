//! Our own issuer: the key that signs our tokens, made once and kept in a file, and the tokens that it makes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::pkcs8::Document;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use chrono::{DateTime, TimeDelta, Utc};
use domain::territoire::CodeTerritoire;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{BASE64, DUREE_MAX, TYP};
use crate::horloge::{AleaIndisponible, alea};

/// Name of the key's file in the folder of keys (PKCS#8, Ed25519).
pub const FICHIER: &str = "emetteur.pk8";

/// A PKCS#8 Ed25519 key takes less than a hundred bytes.
const FICHIER_MAX: u64 = 1024;

/// The key that signs our tokens.
pub struct CleEmission {
    privee: EncodingKey,
    publique: Vec<u8>,
    kid: String,
}

/// Why the key of our issuer cannot be used; French sentences for whoever starts the server.
#[derive(Debug, thiserror::Error)]
pub enum ErreurCle {
    /// The folder or the file does not answer.
    #[error("clé de l’émetteur ({FICHIER}), dans le dossier des clés : {0}")]
    Fichier(#[from] io::Error),
    /// Somebody else can read the key, and so make tokens.
    #[error(
        "la clé de l’émetteur ({FICHIER}) doit être lisible de son seul propriétaire : chmod 600 {FICHIER}"
    )]
    Permissions,
    /// The file is something else; it is left as it is.
    #[error("le fichier {FICHIER} n’est pas une clé privée Ed25519 en PKCS#8 ; il n’a pas été modifié")]
    Invalide,
    /// No randomness to make the key.
    #[error(transparent)]
    Alea(#[from] AleaIndisponible),
}

/// A token could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EmissionImpossible {
    /// Zero or negative, or above 900 seconds.
    #[error("la durée d’un jeton est de 1 à 900 secondes")]
    Duree,
    /// The library refused to sign.
    #[error("la signature du jeton a échoué")]
    Signature,
}

impl CleEmission {
    /// Opens the key kept in this folder, or makes it. It is durable before it signs anything, and never replaced:
    /// when two processes start together, both end with the key that came first. The folder must exist.
    pub fn open_or_create(cles_dir: &Path) -> Result<Self, ErreurCle> {
        match Self::open(cles_dir) {
            Err(ErreurCle::Fichier(erreur)) if erreur.kind() == io::ErrorKind::NotFound => {
                create(cles_dir)?;
                Self::open(cles_dir)
            }
            autre => autre,
        }
    }

    /// Makes a key that no file keeps: its tokens end with the process.
    pub fn ephemeral() -> Result<Self, ErreurCle> {
        Self::from_pkcs8(generate()?.as_ref())
    }

    /// Opens the key kept in this folder.
    pub fn open(cles_dir: &Path) -> Result<Self, ErreurCle> {
        let fichier = File::open(cles_dir.join(FICHIER))?;
        let infos = fichier.metadata()?;
        if !infos.is_file() {
            return Err(ErreurCle::Invalide);
        }
        if infos.permissions().mode() & 0o077 != 0 {
            return Err(ErreurCle::Permissions);
        }
        let mut pkcs8 = Zeroizing::new(Vec::with_capacity(FICHIER_MAX as usize));
        fichier.take(FICHIER_MAX).read_to_end(&mut pkcs8)?;
        Self::from_pkcs8(&pkcs8)
    }

    /// Names the key by the thumbprint of its public half (RFC 7638): a new key has a new name, by itself.
    fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, ErreurCle> {
        let paire = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| ErreurCle::Invalide)?;
        let publique = paire.public_key().as_ref().to_vec();
        let jwk = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, BASE64.encode(&publique));
        let kid = BASE64.encode(digest(&SHA256, jwk.as_bytes()));
        Ok(Self { privee: EncodingKey::from_ed_der(pkcs8), publique, kid })
    }
}

/// Our issuer: a key, and the names under which its tokens are read.
pub struct Emetteur {
    cle: CleEmission,
    iss: String,
    aud: String,
}

impl Emetteur {
    /// Gives the key its names; both come from the settings.
    pub fn new(cle: CleEmission, iss: impl Into<String>, aud: impl Into<String>) -> Self {
        Self { cle, iss: iss.into(), aud: aud.into() }
    }

    /// The `iss` of our tokens.
    pub fn iss(&self) -> &str {
        &self.iss
    }

    /// The `aud` of our tokens.
    pub fn aud(&self) -> &str {
        &self.aud
    }

    /// The name of our key.
    pub fn kid(&self) -> &str {
        &self.cle.kid
    }

    pub(super) fn public_key(&self) -> DecodingKey {
        DecodingKey::from_ed_der(&self.cle.publique)
    }

    /// Makes a token for an agent, valid from `now` for at most 900 seconds; `alea` makes its `jti`.
    pub fn issue(
        &self,
        sub: &str,
        territoire: &CodeTerritoire,
        now: DateTime<Utc>,
        duree: TimeDelta,
        alea: [u8; 16],
    ) -> Result<String, EmissionImpossible> {
        let duree = duree.num_seconds();
        if !(1..=DUREE_MAX).contains(&duree) {
            return Err(EmissionImpossible::Duree);
        }
        let iat = now.timestamp();
        let charge = Charge {
            iss: &self.iss,
            aud: &self.aud,
            sub,
            iat,
            nbf: iat,
            exp: iat + duree,
            jti: BASE64.encode(alea),
            territoire: territoire.as_str(),
        };
        let mut entete = Header::new(Algorithm::EdDSA);
        entete.typ = Some(TYP.to_owned());
        entete.kid = Some(self.cle.kid.clone());
        jsonwebtoken::encode(&entete, &charge, &self.cle.privee).map_err(|_| EmissionImpossible::Signature)
    }
}

#[derive(Serialize)]
struct Charge<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
    territoire: &'a str,
}

/// Writes a new key beside its place, makes it durable, then links it there: a link never replaces a file.
fn create(cles_dir: &Path) -> Result<(), ErreurCle> {
    let pkcs8 = generate()?;
    let brouillon = cles_dir.join(format!(".{FICHIER}.{}", BASE64.encode(alea::<12>()?)));
    let resultat = write_then_link(&brouillon, pkcs8.as_ref(), &cles_dir.join(FICHIER));
    let menage = fs::remove_file(&brouillon);
    resultat?;
    menage?;
    File::open(cles_dir)?.sync_all()?;
    Ok(())
}

fn generate() -> Result<Document, AleaIndisponible> {
    Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| AleaIndisponible)
}

fn write_then_link(brouillon: &Path, octets: &[u8], place: &Path) -> io::Result<()> {
    let mut fichier = OpenOptions::new().write(true).create_new(true).mode(0o600).open(brouillon)?;
    fichier.write_all(octets)?;
    fichier.sync_all()?;
    match fs::hard_link(brouillon, place) {
        Err(erreur) if erreur.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        resultat => resultat,
    }
}

#[cfg(test)]
mod tests;
