//! The strict reading of a JSON Web Key Set (RFC 7517): public signature keys only, each with a name and one
//! algorithm.

use std::collections::HashSet;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::Engine;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::BASE64;

/// Longest name of a key, in bytes.
const KID_MAX: usize = 256;

/// One key that was read.
pub(super) struct CleLue {
    pub(super) kid: String,
    pub(super) alg: Algorithm,
    pub(super) cle: DecodingKey,
}

/// Why a set of keys is refused, whole. French sentences for whoever keeps the file, without any of its content.
#[derive(Debug, thiserror::Error)]
pub enum JwksRefuse {
    /// The file cannot be read, or is not UTF-8.
    #[error("lecture impossible : {0}")]
    Lecture(#[source] std::io::Error),
    /// A set of public keys is small.
    #[error("fichier trop grand (256 Kio au plus)")]
    TropGrand,
    /// Not a JSON object with `keys`, or a member of another type than the standard's.
    #[error(
        "ce n’est pas un jeu de clés JWKS lisible (ligne {ligne}, colonne {colonne}) : \
             objet JSON avec un tableau « keys » attendu, sans membre répété ni d’un autre type"
    )]
    Forme {
        /// Line of the fault, from 1.
        ligne: usize,
        /// Column of the fault.
        colonne: usize,
    },
    /// One key is refused; so is the set, since ignoring it would hide a mistake.
    #[error("clé n° {rang} : {motif}")]
    Cle {
        /// Its place in `keys`, from 1.
        rang: usize,
        /// What is wrong.
        motif: &'static str,
    },
}

/// Reads a set of keys. An empty one is valid: it is how an issuer is cut off without a restart.
pub(super) fn parse(texte: &str) -> Result<Vec<CleLue>, JwksRefuse> {
    let jeu: Jeu = serde_json::from_str(texte)
        .map_err(|erreur| JwksRefuse::Forme { ligne: erreur.line(), colonne: erreur.column() })?;
    let mut noms = HashSet::new();
    let mut lues = Vec::with_capacity(jeu.keys.len());
    for (indice, jwk) in jeu.keys.into_iter().enumerate() {
        let lue = jwk.read().and_then(|lue| {
            let nouveau = noms.insert(lue.kid.clone());
            nouveau.then_some(lue).ok_or("« kid » déjà porté par une autre clé")
        });
        lues.push(lue.map_err(|motif| JwksRefuse::Cle { rang: indice + 1, motif })?);
    }
    Ok(lues)
}

/// The spelling of an algorithm in a header.
pub(super) fn name(alg: Algorithm) -> &'static str {
    match alg {
        Algorithm::EdDSA => "EdDSA",
        Algorithm::ES256 => "ES256",
        Algorithm::RS256 => "RS256",
        // No key ever carries another one; an empty name equals no header's.
        _ => "",
    }
}

#[derive(Deserialize)]
struct Jeu {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kid: Option<String>,
    kty: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
    d: Option<IgnoredAny>,
    p: Option<IgnoredAny>,
    q: Option<IgnoredAny>,
    dp: Option<IgnoredAny>,
    dq: Option<IgnoredAny>,
    qi: Option<IgnoredAny>,
    oth: Option<IgnoredAny>,
    k: Option<IgnoredAny>,
}

impl Jwk {
    fn read(self) -> Result<CleLue, &'static str> {
        let prives = [&self.d, &self.p, &self.q, &self.dp, &self.dq, &self.qi, &self.oth, &self.k];
        if prives.iter().any(|membre| membre.is_some()) {
            return Err("elle contient une partie privée ou secrète ; ne déposez que des clés publiques, \
                        et remplacez celle-ci, qui a été exposée");
        }
        if self.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return Err("« use » doit valoir « sig » (retirez les clés de chiffrement du fichier)");
        }
        if self.key_ops.as_deref().is_some_and(|ops| ops != ["verify"]) {
            return Err("« key_ops » doit valoir [\"verify\"]");
        }
        let (alg, cle) = match (self.kty.as_deref(), self.crv.as_deref()) {
            (Some("OKP"), Some("Ed25519")) => (Algorithm::EdDSA, self.ed25519()?),
            (Some("EC"), Some("P-256")) => (Algorithm::ES256, self.p256()?),
            (Some("RSA"), None) => (Algorithm::RS256, self.rsa()?),
            _ => return Err("type refusé : OKP Ed25519, EC P-256 ou RSA attendu"),
        };
        if self.alg.as_deref().is_some_and(|annonce| annonce != name(alg)) {
            return Err(
                "« alg » ne convient pas à la clé : EdDSA pour Ed25519, ES256 pour P-256, RS256 pour RSA",
            );
        }
        let kid = self.kid.filter(|kid| !kid.is_empty() && kid.len() <= KID_MAX);
        Ok(CleLue { kid: kid.ok_or("« kid » manquant, vide ou de plus de 256 octets")?, alg, cle })
    }

    fn ed25519(&self) -> Result<DecodingKey, &'static str> {
        let x = bytes(self.x.as_deref())?;
        if x.len() != 32 {
            return Err("« x » doit faire 32 octets");
        }
        ParsedPublicKey::new(&ED25519, &x).map_err(|_| "ce n’est pas une clé Ed25519")?;
        Ok(DecodingKey::from_ed_der(&x))
    }

    fn p256(&self) -> Result<DecodingKey, &'static str> {
        let (x, y) = (bytes(self.x.as_deref())?, bytes(self.y.as_deref())?);
        if x.len() != 32 || y.len() != 32 {
            return Err("« x » et « y » doivent faire 32 octets");
        }
        let point = [&[4], x.as_slice(), y.as_slice()].concat();
        ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point)
            .map_err(|_| "ce n’est pas un point de P-256")?;
        Ok(DecodingKey::from_ec_der(&point))
    }

    fn rsa(&self) -> Result<DecodingKey, &'static str> {
        let (n, e) = (bytes(self.n.as_deref())?, bytes(self.e.as_deref())?);
        if n.first() == Some(&0) || e.first() == Some(&0) {
            return Err("« n » et « e » ne commencent pas par un octet nul");
        }
        let bits = n.first().map_or(0, |tete| n.len() * 8 - tete.leading_zeros() as usize);
        if !(2048..=8192).contains(&bits) {
            return Err("le module RSA doit compter de 2048 à 8192 bits");
        }
        // The exponents that French guidance allows: above 65536; and every RSA exponent is odd.
        let exposant = e.iter().try_fold(0_u32, |valeur, octet| {
            valeur.checked_mul(256).map(|valeur| valeur | u32::from(*octet))
        });
        if !exposant.is_some_and(|valeur| valeur > 65_536 && valeur % 2 == 1) {
            return Err("l’exposant RSA doit être impair, de 65537 à 4294967295");
        }
        RsaPublicKeyComponents { n: &n, e: &e }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .map_err(|_| "ce n’est pas une clé RSA")?;
        Ok(DecodingKey::from_rsa_raw_components(&n, &e))
    }
}

fn bytes(membre: Option<&str>) -> Result<Vec<u8>, &'static str> {
    let texte = membre.ok_or("un membre de la clé publique manque")?;
    BASE64.decode(texte).map_err(|_| "un membre de la clé publique n’est pas en base64url sans remplissage")
}
