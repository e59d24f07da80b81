//! Hostile by their form: size, segments, base64, JSON; properly signed wherever a signature is possible.

use base64::Engine;

use super::super::BASE64;
use super::{Cas, Gabarit, Signeur, case};
use crate::jeton::verification::TAILLE_MAX;

pub(super) fn cases(s: Signeur<'_>, gabarit: &Gabarit) -> Vec<Cas> {
    let bon = s.token(gabarit);
    let (message, signature) = bon.rsplit_once('.').unwrap_or_default();
    let (entete, charge) = message.split_once('.').unwrap_or_default();
    let (h, c) = (s.header().json(), s.claims(gabarit).json());
    let invalide = [b"{\"x\":\"", [0xff].as_slice(), b"\",", c.trim_start_matches('{').as_bytes()].concat();
    vec![
        case("one segment", "segments", entete.to_owned()),
        case("two segments", "segments", message.to_owned()),
        case("four segments", "segments", format!("{bon}.{signature}")),
        case("four segments, empty one", "segments", format!("{bon}.")),
        case("five segments", "segments", format!("{entete}.{entete}.{bon}")),
        case("leading dot", "segments", format!(".{bon}")),
        case("empty header", "objet", s.sign_text(&format!(".{charge}"))),
        case("empty claims", "objet", s.sign_text(&format!("{entete}."))),
        case("only dots", "objet", "..".to_owned()),
        case("empty signature", "signature", format!("{message}.")),
        case("padding on signature", "base64", format!("{bon}==")),
        case("padding on header", "base64", s.sign_text(&format!("{entete}=.{charge}"))),
        case("padding on claims", "base64", s.sign_text(&format!("{entete}.{charge}=="))),
        case(
            "ordinary base64 alphabet",
            "base64",
            format!("{message}.+/{}", signature.get(2..).unwrap_or_default()),
        ),
        case("quoted token", "base64", format!("\"{bon}\"")),
        case("percent-encoded dot", "segments", bon.replacen('.', "%2E", 1)),
        case("trailing bits in signature", "base64", format!("{message}.{}", trailing_bits(signature))),
        case(
            "trailing bits in header",
            "base64",
            s.sign_text(&format!("{}.{charge}", trailing_bits(&padded(&h, 1)))),
        ),
        case(
            "trailing bits in claims",
            "base64",
            s.sign_text(&format!("{entete}.{}", trailing_bits(&padded(&c, 2)))),
        ),
        case("more than 8 KiB", "taille", oversized(s, gabarit, TAILLE_MAX + 1)),
        case("20 KiB", "taille", oversized(s, gabarit, 20 * 1024)),
        case("header is an array", "objet", s.sign_raw(array(&h).as_bytes(), c.as_bytes())),
        case("header is a string", "objet", s.sign_raw(b"\"EdDSA\"", c.as_bytes())),
        case("header is not JSON", "entete", s.sign_raw(b"{alg}", c.as_bytes())),
        case("header is cut", "entete", s.sign_raw(h.trim_end_matches('}').as_bytes(), c.as_bytes())),
        case("header then garbage", "entete", s.sign_raw(format!("{h}{{}}").as_bytes(), c.as_bytes())),
        case(
            "header with a comma too many",
            "entete",
            s.sign_raw(h.replace('}', ",}").as_bytes(), c.as_bytes()),
        ),
        case(
            "header after a byte order mark",
            "objet",
            s.sign_raw(format!("\u{feff}{h}").as_bytes(), c.as_bytes()),
        ),
        case("header not in UTF-8", "utf8", s.sign_raw(&[h.as_bytes(), &[0xc3]].concat(), c.as_bytes())),
        case("claims are an array", "objet", s.sign_raw(h.as_bytes(), array(&c).as_bytes())),
        case("claims are a string", "objet", s.sign_raw(h.as_bytes(), b"\"sub\"")),
        case("claims are null", "objet", s.sign_raw(h.as_bytes(), b"null")),
        case("claims are a token", "objet", s.sign_raw(h.as_bytes(), bon.as_bytes())),
        case("claims are empty", "revendications", s.sign_raw(h.as_bytes(), b"{}")),
        case(
            "claims are cut",
            "revendications",
            s.sign_raw(h.as_bytes(), c.trim_end_matches('}').as_bytes()),
        ),
        case(
            "claims then garbage",
            "revendications",
            s.sign_raw(h.as_bytes(), format!("{c}{{}}").as_bytes()),
        ),
        case("claims not in UTF-8", "utf8", s.sign_raw(h.as_bytes(), &invalide)),
        case("claims in UTF-16", "objet", s.sign_raw(h.as_bytes(), &utf16(&c))),
    ]
}

/// Sets bits that no byte uses in the last character of a text whose length leaves some.
fn trailing_bits(segment: &str) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let dernier = segment.chars().next_back().and_then(|c| alphabet.find(c)).unwrap_or_default();
    let modifie = alphabet.chars().nth(dernier | 1).unwrap_or('B');
    let debut = segment.get(..segment.len().saturating_sub(1)).unwrap_or_default();
    format!("{debut}{modifie}")
}

/// Encodes an object after adding spaces, so that the length leaves `reste` bytes over a multiple of three.
fn padded(json: &str, reste: usize) -> String {
    let mut json = json.to_owned();
    while json.len() % 3 != reste {
        json.push(' ');
    }
    BASE64.encode(json)
}

/// A token good in everything but its length.
fn oversized(s: Signeur<'_>, gabarit: &Gabarit, taille: usize) -> String {
    let mut remplissage = taille * 3 / 4 - 600;
    loop {
        let charge = s.claims(gabarit).plus("x", &format!("\"{}\"", "a".repeat(remplissage)));
        let jeton = s.sign(&s.header(), &charge);
        if jeton.len() >= taille {
            return jeton;
        }
        remplissage += 1;
    }
}

/// The values of an object, without their names: `serde` would read a structure from them.
fn array(json: &str) -> String {
    let valeurs: serde_json::Map<_, _> = serde_json::from_str(json).unwrap_or_default();
    let ordre = ["alg", "typ", "kid", "iss", "aud", "sub", "iat", "nbf", "exp", "jti", "territoire"];
    serde_json::Value::from_iter(ordre.iter().filter_map(|nom| valeurs.get(*nom)).cloned()).to_string()
}

fn utf16(texte: &str) -> Vec<u8> {
    texte.encode_utf16().flat_map(u16::to_be_bytes).collect()
}
