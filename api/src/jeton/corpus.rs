//! Tokens for tests, good and hostile (R1), with issuers whose keys are made at run time. The black-box tests send
//! the same ones over HTTP, so every token is visible ASCII and stays hostile while a test runs.
#![expect(clippy::expect_used, reason = "test material: a key that cannot be made must stop the test")]

mod entete;
mod forme;
mod revendications;
mod signature;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaEncoding,
    RsaPublicKeyComponents,
};
use base64::Engine;
use serde_json::{Value, json};

use super::BASE64;

/// A token that must be refused.
pub struct Cas {
    /// What is wrong with it, to name a failure.
    pub nom: String,
    /// The token.
    pub jeton: String,
    /// The check that must refuse it ([`JetonRefuse::motif`](super::JetonRefuse::motif)): a token refused for
    /// another reason proves nothing.
    pub motif: &'static str,
}

/// What makes a token good here and now.
#[derive(Clone)]
pub struct Gabarit {
    /// An agent that may enter.
    pub sub: String,
    /// A territoire where it may.
    pub territoire: String,
    /// The instant, in seconds of the Unix epoch.
    pub now: i64,
}

/// An issuer and one of its keys.
#[derive(Clone, Copy)]
pub struct Signeur<'a> {
    /// Its name.
    pub iss: &'a str,
    /// Its audience.
    pub aud: &'a str,
    /// The key.
    pub cle: &'a CleDEssai,
}

/// A private key, used outside `jsonwebtoken` so that each side checks the other.
pub struct CleDEssai {
    /// The name of the key.
    pub kid: String,
    /// The spelling of its algorithm in a header.
    pub alg: &'static str,
    privee: Privee,
}

enum Privee {
    Ed(Ed25519KeyPair),
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

/// An issuer of tests, with a key for each algorithm.
pub struct FauxEmetteur {
    /// Its name (`MAILLAGE_ISSUER`).
    pub iss: String,
    /// Its audience (`MAILLAGE_AUDIENCE`).
    pub aud: String,
    /// Its Ed25519 key.
    pub ed: CleDEssai,
    /// Its P-256 key.
    pub ec: CleDEssai,
    /// Its RSA key.
    pub rsa: CleDEssai,
}

/// Builds every hostile token. `propre` is the server's own issuer, whose key the test has read from its file.
pub fn hostiles(faux: &FauxEmetteur, propre: Signeur<'_>, gabarit: &Gabarit) -> Vec<Cas> {
    let mut cas = Vec::new();
    for signeur in [faux.ed(), propre] {
        cas.extend(forme::cases(signeur, gabarit));
        cas.extend(entete::cases(signeur, gabarit));
        cas.extend(revendications::cases(signeur, gabarit));
    }
    cas.extend(entete::crossed_keys(faux, propre, gabarit));
    cas.extend(revendications::crossed_issuers(faux, propre, gabarit));
    cas.extend(signature::cases(faux, propre, gabarit));
    cas
}

/// Builds the good tokens: each issuer, each algorithm, `aud` as a list, claims that we do not know.
pub fn bons(faux: &FauxEmetteur, propre: Signeur<'_>, gabarit: &Gabarit) -> Vec<(&'static str, String)> {
    let ed = faux.ed();
    let liste = format!(r#"["autre-api","{}"]"#, ed.aud);
    let inconnues =
        ed.claims(gabarit).plus("role", r#""admin""#).plus("x", r#"{"a":[{}]}"#).plus("role", "7");
    vec![
        ("EdDSA, own", propre.token(gabarit)),
        ("EdDSA, external", ed.token(gabarit)),
        ("ES256, external", faux.ec().token(gabarit)),
        ("RS256, external", faux.rsa().token(gabarit)),
        ("aud as a list", ed.sign(&ed.header(), &ed.claims(gabarit).with("aud", &liste))),
        ("unknown claims", ed.sign(&ed.header(), &inconnues)),
        (
            "900 seconds",
            ed.sign(&ed.header(), &ed.claims(gabarit).with("exp", &(gabarit.now + 900).to_string())),
        ),
    ]
}

impl FauxEmetteur {
    /// Makes an issuer with new keys.
    pub fn new(iss: &str, aud: &str) -> Self {
        Self {
            iss: iss.to_owned(),
            aud: aud.to_owned(),
            ed: CleDEssai::new_ed("essai-ed"),
            ec: CleDEssai::new_ec("essai-ec"),
            rsa: CleDEssai::new_rsa("essai-rsa"),
        }
    }

    /// The file of its public keys (`MAILLAGE_JWKS`).
    pub fn jwks(&self) -> String {
        json!({ "keys": [self.ed.jwk(), self.ec.jwk(), self.rsa.jwk()] }).to_string()
    }

    /// Signs with its Ed25519 key.
    pub fn ed(&self) -> Signeur<'_> {
        Signeur { iss: &self.iss, aud: &self.aud, cle: &self.ed }
    }

    /// Signs with its P-256 key.
    pub fn ec(&self) -> Signeur<'_> {
        Signeur { cle: &self.ec, ..self.ed() }
    }

    /// Signs with its RSA key.
    pub fn rsa(&self) -> Signeur<'_> {
        Signeur { cle: &self.rsa, ..self.ed() }
    }
}

impl CleDEssai {
    /// Makes an Ed25519 key.
    pub fn new_ed(kid: &str) -> Self {
        let paire = Ed25519KeyPair::generate().expect("an Ed25519 key");
        Self { kid: kid.to_owned(), alg: "EdDSA", privee: Privee::Ed(paire) }
    }

    /// Makes a P-256 key.
    pub fn new_ec(kid: &str) -> Self {
        let paire = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a P-256 key");
        Self { kid: kid.to_owned(), alg: "ES256", privee: Privee::Ec(paire) }
    }

    /// Makes an RSA key of 2048 bits.
    pub fn new_rsa(kid: &str) -> Self {
        let paire = RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key");
        Self { kid: kid.to_owned(), alg: "RS256", privee: Privee::Rsa(paire) }
    }

    /// Takes the server's own key, from the bytes of its file.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Self {
        let paire = Ed25519KeyPair::from_pkcs8(pkcs8).expect("a PKCS#8 Ed25519 key");
        let x = BASE64.encode(paire.public_key().as_ref());
        let jwk = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let kid = BASE64.encode(digest(&SHA256, jwk.as_bytes()));
        Self { kid, alg: "EdDSA", privee: Privee::Ed(paire) }
    }

    /// The public key as a JWK.
    pub fn jwk(&self) -> Value {
        let (kid, alg) = (&self.kid, self.alg);
        match &self.privee {
            Privee::Ed(paire) => {
                let x = BASE64.encode(paire.public_key().as_ref());
                json!({ "kid": kid, "alg": alg, "use": "sig", "kty": "OKP", "crv": "Ed25519", "x": x })
            }
            Privee::Ec(paire) => {
                let (_, point) = paire.public_key().as_ref().split_at(1);
                let (x, y) = point.split_at(32);
                let (x, y) = (BASE64.encode(x), BASE64.encode(y));
                json!({ "kid": kid, "alg": alg, "use": "sig", "kty": "EC", "crv": "P-256", "x": x, "y": y })
            }
            Privee::Rsa(paire) => {
                let publique = RsaPublicKeyComponents::<Vec<u8>>::from(paire.public_key());
                let (n, e) = (BASE64.encode(publique.n), BASE64.encode(publique.e));
                json!({ "kid": kid, "alg": alg, "use": "sig", "kty": "RSA", "n": n, "e": e })
            }
        }
    }

    /// The public key as bytes, as an attacker would use it for a secret.
    fn public_bytes(&self) -> Vec<u8> {
        match &self.privee {
            Privee::Ed(paire) => paire.public_key().as_ref().to_vec(),
            Privee::Ec(paire) => paire.public_key().as_ref().to_vec(),
            Privee::Rsa(paire) => paire.public_key().as_ref().to_vec(),
        }
    }

    /// Signs with the algorithm of the key.
    fn sign(&self, message: &str) -> Vec<u8> {
        match &self.privee {
            Privee::Ed(paire) => paire.sign(message.as_bytes()).as_ref().to_vec(),
            Privee::Ec(paire) => {
                let signature = paire.sign(&SystemRandom::new(), message.as_bytes());
                signature.expect("a P-256 signature").as_ref().to_vec()
            }
            Privee::Rsa(_) => self.sign_rsa(&RSA_PKCS1_SHA256, message),
        }
    }

    fn sign_rsa(&self, codage: &'static dyn RsaEncoding, message: &str) -> Vec<u8> {
        let Privee::Rsa(paire) = &self.privee else { return Vec::new() };
        let mut signature = vec![0; paire.public_modulus_len()];
        paire
            .sign(codage, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .expect("an RSA signature");
        signature
    }
}

impl Signeur<'_> {
    /// A good header.
    pub fn header(&self) -> Objet {
        Objet::default()
            .plus("alg", &text(self.cle.alg))
            .plus("typ", r#""at+jwt""#)
            .plus("kid", &text(&self.cle.kid))
    }

    /// Good claims, valid for ten minutes.
    pub fn claims(&self, gabarit: &Gabarit) -> Objet {
        Objet::default()
            .plus("iss", &text(self.iss))
            .plus("aud", &text(self.aud))
            .plus("sub", &text(&gabarit.sub))
            .plus("iat", &gabarit.now.to_string())
            .plus("nbf", &gabarit.now.to_string())
            .plus("exp", &(gabarit.now + 600).to_string())
            .plus("jti", r#""essai-1""#)
            .plus("territoire", &text(&gabarit.territoire))
    }

    /// A good token.
    pub fn token(&self, gabarit: &Gabarit) -> String {
        self.sign(&self.header(), &self.claims(gabarit))
    }

    /// Signs any header and any claims.
    pub fn sign(&self, entete: &Objet, charge: &Objet) -> String {
        self.sign_raw(entete.json().as_bytes(), charge.json().as_bytes())
    }

    /// Signs anything.
    pub fn sign_raw(&self, entete: &[u8], charge: &[u8]) -> String {
        self.sign_text(&format!("{}.{}", BASE64.encode(entete), BASE64.encode(charge)))
    }

    /// Signs a message already encoded.
    fn sign_text(&self, message: &str) -> String {
        format!("{message}.{}", BASE64.encode(self.cle.sign(message)))
    }
}

/// A JSON object kept as text, so that a member can be wrong, repeated or missing.
#[derive(Clone, Default)]
pub struct Objet(Vec<(String, String)>);

impl Objet {
    /// Adds a member, even when it is there already; name and value go in as they are.
    pub fn plus(mut self, nom: &str, valeur: &str) -> Self {
        self.0.push((nom.to_owned(), valeur.to_owned()));
        self
    }

    /// Changes a member.
    pub fn with(mut self, nom: &str, valeur: &str) -> Self {
        for membre in self.0.iter_mut().filter(|membre| membre.0 == nom) {
            valeur.clone_into(&mut membre.1);
        }
        self
    }

    /// Takes a member away.
    pub fn without(mut self, nom: &str) -> Self {
        self.0.retain(|membre| membre.0 != nom);
        self
    }

    /// The text.
    pub fn json(&self) -> String {
        let membres: Vec<_> = self.0.iter().map(|(nom, valeur)| format!(r#""{nom}":{valeur}"#)).collect();
        format!("{{{}}}", membres.join(","))
    }
}

/// A JSON text.
fn text(valeur: &str) -> String {
    Value::from(valeur).to_string()
}

fn case(nom: impl Into<String>, motif: &'static str, jeton: String) -> Cas {
    Cas { nom: nom.into(), jeton, motif }
}
