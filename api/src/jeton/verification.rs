//! The strict reading of an access token (R1): form, header, signature, claims, in this order.

use std::fmt;

use base64::Engine;
use chrono::{DateTime, Utc};
use domain::territoire::CodeTerritoire;
use jsonwebtoken::errors::ErrorKind;
use serde::Deserialize;

use super::emetteurs::{CleDeConfiance, Emetteurs};
use super::{BASE64, DUREE_MAX, TYP};

/// Longest token that is looked at, in bytes; anything above is refused unread.
pub const TAILLE_MAX: usize = 8 * 1024;

/// Tolerated difference between the clocks of an issuer and of this server, in seconds.
const TOLERANCE: i64 = 5;

/// Longest `jti`, in characters.
const JTI_MAX: usize = 128;

/// Who made a token that verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origine {
    /// This server.
    Propre,
    /// The issuer declared in the settings.
    Externe,
}

/// What a verified token says; nothing here grants a right.
#[derive(Clone, PartialEq, Eq)]
pub struct Revendications {
    /// Names the agent; still to be looked up, in the territoire's base.
    pub sub: String,
    /// The one territoire that the token opens; still to be known to this server.
    pub territoire: CodeTerritoire,
    /// Names the token, for its issuer alone: two issuers may use the same one.
    pub jti: String,
    /// The issuer whose key verified the token.
    pub origine: Origine,
    /// End of validity, in UTC, without the tolerance.
    pub expire_le: DateTime<Utc>,
}

/// The one refusal of a token. Its text never varies and nothing of the token is kept, so that the answer and the
/// logs tell nothing to whoever probes.
pub struct JetonRefuse {
    motif: &'static str,
}

impl JetonRefuse {
    /// A fixed code that names the check which failed, for debug logs only, never for an answer.
    pub fn motif(&self) -> &'static str {
        self.motif
    }
}

impl fmt::Display for JetonRefuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("jeton refusé")
    }
}

impl fmt::Debug for JetonRefuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JetonRefuse")
    }
}

impl std::error::Error for JetonRefuse {}

impl fmt::Debug for Revendications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revendications")
            .field("territoire", &self.territoire.as_str())
            .field("origine", &self.origine)
            .finish_non_exhaustive()
    }
}

/// Verifies a token at `now` against the trusted issuers (R1). No claim is read before the signature is verified
/// with the only algorithm of the key that `kid` names.
pub fn verify(token: &str, emetteurs: &Emetteurs, now: DateTime<Utc>) -> Result<Revendications, JetonRefuse> {
    let entete = read_header(token)?;
    let cle = emetteurs.find(&entete.kid, now).ok_or_else(|| refuse("kid"))?;
    if entete.alg != cle.nom_alg {
        return Err(refuse("alg"));
    }
    let charge = jsonwebtoken::decode::<Charge>(token, &cle.cle, &cle.validation)
        .map_err(|erreur| {
            refuse(match erreur.kind() {
                ErrorKind::InvalidSignature => "signature",
                ErrorKind::InvalidIssuer => "iss",
                ErrorKind::InvalidAudience => "aud",
                _ => "revendications",
            })
        })?
        .claims;
    charge.check(&cle, now)
}

/// The header, whole: any other member, and any member twice, is refused by the reading itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entete {
    alg: String,
    typ: String,
    kid: String,
}

/// The claims that count. `serde` refuses one of them twice or of another type (an integer is never read from a
/// text or from a decimal number) and skips the others.
#[derive(Deserialize)]
struct Charge {
    iss: String,
    aud: Audience,
    sub: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
    territoire: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    Une(String),
    Plusieurs(Vec<String>),
}

fn refuse(motif: &'static str) -> JetonRefuse {
    JetonRefuse { motif }
}

/// Checks the size and the three segments, and reads the header.
fn read_header(token: &str) -> Result<Entete, JetonRefuse> {
    if token.len() > TAILLE_MAX {
        return Err(refuse("taille"));
    }
    let mut segments = token.split('.');
    let (Some(entete), Some(charge), Some(signature), None) =
        (segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(refuse("segments"));
    };
    let entete = decode_object(entete)?;
    decode_object(charge)?;
    decode(signature)?;
    let entete: Entete = serde_json::from_str(&entete).map_err(|_| refuse("entete"))?;
    if entete.typ != TYP {
        return Err(refuse("typ"));
    }
    Ok(entete)
}

fn decode(segment: &str) -> Result<Vec<u8>, JetonRefuse> {
    BASE64.decode(segment).map_err(|_| refuse("base64"))
}

/// Decodes a segment that must hold a JSON object in UTF-8. `serde` would read a structure from an array too, and
/// `serde_json` does not check the encoding of what it skips.
fn decode_object(segment: &str) -> Result<String, JetonRefuse> {
    let texte = String::from_utf8(decode(segment)?).map_err(|_| refuse("utf8"))?;
    if !texte.starts_with('{') {
        return Err(refuse("objet"));
    }
    Ok(texte)
}

impl Charge {
    fn check(self, cle: &CleDeConfiance, now: DateTime<Utc>) -> Result<Revendications, JetonRefuse> {
        if self.iss != cle.iss {
            return Err(refuse("iss"));
        }
        let destine = match &self.aud {
            Audience::Une(aud) => *aud == cle.aud,
            Audience::Plusieurs(auds) => auds.contains(&cle.aud),
        };
        if !destine {
            return Err(refuse("aud"));
        }
        self.check_dates(now.timestamp())?;
        if !is_name(&self.sub) {
            return Err(refuse("sub"));
        }
        if !is_name(&self.jti) || self.jti.chars().count() > JTI_MAX {
            return Err(refuse("jti"));
        }
        let territoire = CodeTerritoire::parse(&self.territoire).ok_or_else(|| refuse("territoire"))?;
        let expire_le = DateTime::from_timestamp(self.exp, 0).ok_or_else(|| refuse("exp"))?;
        Ok(Revendications { sub: self.sub, territoire, jti: self.jti, origine: cle.origine, expire_le })
    }

    /// Checks the three dates against `now`, all in seconds of the Unix epoch.
    fn check_dates(&self, now: i64) -> Result<(), JetonRefuse> {
        if self.exp <= now - TOLERANCE {
            return Err(refuse("exp"));
        }
        if self.nbf > now + TOLERANCE {
            return Err(refuse("nbf"));
        }
        if self.iat > now + TOLERANCE {
            return Err(refuse("iat"));
        }
        match self.exp.checked_sub(self.iat) {
            Some(1..=DUREE_MAX) => Ok(()),
            _ => Err(refuse("duree")),
        }
    }
}

/// Names are not empty and hold no control character: a database would refuse some of them as an error of ours.
fn is_name(texte: &str) -> bool {
    !texte.is_empty() && !texte.chars().any(char::is_control)
}

#[cfg(test)]
mod tests;
