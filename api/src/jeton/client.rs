//! The identifiers and secrets of machine clients, as `POST /oauth2/token` receives and stores them.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::territoire::CodeTerritoire;
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::BASE64;

/// Keeps these digests apart from every other SHA-256 of the project.
const DOMAINE: &[u8] = b"maillage/secret-client/v1\0";

/// Fewest and most characters after the territoire's code; 22 hold the 16 random bytes that we draw.
const SUFFIXE: std::ops::RangeInclusive<usize> = 22..=64;

/// Longest `Authorization` value that is read, in bytes.
const BASIC_MAX: usize = 1024;

/// A `client_id`, such as `77-…`: public, and prefixed by the territoire so that the base to ask is known before
/// anything is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifiantClient {
    texte: String,
    territoire: CodeTerritoire,
}

impl IdentifiantClient {
    /// Names a new client of a territoire.
    pub fn new(territoire: &CodeTerritoire, alea: [u8; 16]) -> Self {
        let texte = format!("{territoire}-{}", BASE64.encode(alea));
        Self { texte, territoire: territoire.clone() }
    }

    /// Reads an identifier; `None` when it cannot be one of ours.
    pub fn parse(texte: &str) -> Option<Self> {
        let (code, suffixe) = texte.split_once('-')?;
        let sur = suffixe.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'));
        let territoire = CodeTerritoire::parse(code)?;
        (sur && SUFFIXE.contains(&suffixe.len())).then(|| Self { texte: texte.to_owned(), territoire })
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.texte
    }

    /// The territoire whose base knows this client.
    pub fn territoire(&self) -> &CodeTerritoire {
        &self.territoire
    }
}

/// A client's secret in clear: shown once when it is made, then only ever received. Wiped from memory after use.
#[derive(Clone)]
pub struct SecretClient(Zeroizing<String>);

impl SecretClient {
    /// Makes a secret from 32 random bytes: 43 URL-safe characters.
    pub fn new(alea: [u8; 32]) -> Self {
        Self(Zeroizing::new(BASE64.encode(alea)))
    }

    /// The secret in clear, to show it to whoever created the client; nothing else may print it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the base keeps. A 256-bit random secret cannot be guessed, so stretching would protect nothing and
    /// would let anyone burn our processors (ADR 0004).
    pub fn digest(&self) -> EmpreinteSecret {
        let mut contexte = Context::new(&SHA256);
        contexte.update(DOMAINE);
        contexte.update(self.0.as_bytes());
        let mut octets = [0; 32];
        octets.copy_from_slice(contexte.finish().as_ref());
        EmpreinteSecret(octets)
    }
}

impl fmt::Debug for SecretClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretClient(…)")
    }
}

/// The digest of a secret, as the base keeps it; compared in constant time only, so without `==`.
#[derive(Clone)]
pub struct EmpreinteSecret([u8; 32]);

impl EmpreinteSecret {
    /// Takes a digest back from the base.
    pub fn from_bytes(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for EmpreinteSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmpreinteSecret(…)")
    }
}

/// Tells whether the secret presented is the one whose digest is kept. An unknown client (`None`) takes the same
/// work and the same answer as a wrong secret.
pub fn is_secret_valid(gardee: Option<&EmpreinteSecret>, presente: &SecretClient) -> bool {
    let empreinte = presente.digest();
    let reference = gardee.map_or(&[0; 32], EmpreinteSecret::as_bytes);
    verify_slices_are_equal(empreinte.as_bytes(), reference).is_ok() && gardee.is_some()
}

/// Reads the value of an `Authorization: Basic` header (RFC 6749 §2.3.1): both parts are form-urlencoded, joined
/// by a colon, then in base64. `None` for anything else: to the caller, one failure like any other.
pub fn parse_basic(valeur: &str) -> Option<(IdentifiantClient, SecretClient)> {
    if valeur.len() > BASIC_MAX {
        return None;
    }
    let (schema, reste) = valeur.split_once(' ')?;
    if !schema.eq_ignore_ascii_case("basic") {
        return None;
    }
    let octets = Zeroizing::new(STANDARD.decode(reste.trim_start_matches(' ')).ok()?);
    let (identifiant, secret) = std::str::from_utf8(&octets).ok()?.split_once(':')?;
    let identifiant = IdentifiantClient::parse(&form_decode(identifiant)?)?;
    let secret = form_decode(secret)?;
    (!secret.is_empty()).then_some((identifiant, SecretClient(secret)))
}

/// Decodes one form-urlencoded part; a `%` without its two digits is a mistake, not a letter.
fn form_decode(partie: &str) -> Option<Zeroizing<String>> {
    let bien_forme = partie.split('%').skip(1).all(|suite| {
        let mut chiffres = suite.bytes();
        let mut est_hexa = || chiffres.next().is_some_and(|octet| octet.is_ascii_hexdigit());
        est_hexa() && est_hexa()
    });
    if !bien_forme {
        return None;
    }
    let partie = Zeroizing::new(partie.replace('+', " "));
    let clair = percent_decode_str(&partie).decode_utf8().ok()?;
    Some(Zeroizing::new(clair.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(clair: &str) -> String {
        format!("Basic {}", STANDARD.encode(clair))
    }

    fn client() -> (IdentifiantClient, SecretClient) {
        let code = CodeTerritoire::parse("69M").expect("a code");
        (IdentifiantClient::new(&code, [7; 16]), SecretClient::new([9; 32]))
    }

    #[test]
    fn client_id_says_its_territoire_and_comes_back() {
        let (identifiant, _) = client();
        assert_eq!(identifiant.as_str().len(), "69M-".len() + 22);
        let relu = IdentifiantClient::parse(identifiant.as_str()).expect("our own identifier");
        assert_eq!(relu, identifiant);
        assert_eq!(relu.territoire().as_str(), "69M");
    }

    #[test]
    fn client_id_refuses_what_cannot_be_ours() {
        let long = format!("77-{}", "a".repeat(65));
        for mauvais in [
            "",
            "77",
            "77-",
            "77-court",
            "-aaaaaaaaaaaaaaaaaaaaaa",
            "../77-aaaaaaaaaaaaaaaaaaaaaa",
            "77-aaaaaaaaaaaaaaaaaaaaa/",
            "77-aaaaaaaaaaaaaaaaaaaaaa'",
            "77-éaaaaaaaaaaaaaaaaaaaaaa",
            &long,
        ] {
            assert!(IdentifiantClient::parse(mauvais).is_none(), "{mauvais}");
        }
    }

    #[test]
    fn secret_matches_its_digest_only() {
        let (_, secret) = client();
        let gardee = EmpreinteSecret::from_bytes(*secret.digest().as_bytes());
        assert_eq!(secret.expose().len(), 43);
        assert!(is_secret_valid(Some(&gardee), &secret));
        assert!(!is_secret_valid(Some(&gardee), &SecretClient::new([8; 32])));
        assert!(!is_secret_valid(None, &secret));
    }

    #[test]
    fn digest_is_set_apart_from_a_plain_sha_256() {
        let (_, secret) = client();
        let nue = aws_lc_rs::digest::digest(&SHA256, secret.expose().as_bytes());
        assert_ne!(secret.digest().as_bytes().as_slice(), nue.as_ref());
    }

    #[test]
    fn stored_digests_survive_a_change_of_code() {
        // Computed with another library.
        let attendu = "fdba0ef468c1dd6bf2098633ed69671f14a37eaea0f181d1d8d662d364837e69";
        let texte: String =
            client().1.digest().as_bytes().iter().map(|octet| format!("{octet:02x}")).collect();
        assert_eq!(texte, attendu);
    }

    #[test]
    fn neither_secret_nor_digest_is_printed() {
        let (_, secret) = client();
        let vu = format!("{secret:?} {:?}", secret.digest());
        assert_eq!(vu, "SecretClient(…) EmpreinteSecret(…)");
    }

    #[test]
    fn basic_reads_both_parts_as_form_urlencoded() {
        let (identifiant, secret) = client();
        let encode = identifiant.as_str().replace('-', "%2D");
        for (nom, entete) in [
            ("plain", basic(&format!("{}:{}", identifiant.as_str(), secret.expose()))),
            ("encoded", basic(&format!("{encode}:{}", secret.expose()))),
            ("scheme", basic(&format!("{encode}:{}", secret.expose())).replace("Basic ", "bAsIc  ")),
        ] {
            let (lu, recu) = parse_basic(&entete).unwrap_or_else(|| panic!("{nom}"));
            assert_eq!(lu, identifiant, "{nom}");
            assert_eq!(recu.expose(), secret.expose(), "{nom}");
        }
        let (_, special) =
            parse_basic(&basic(&format!("{}:a+b%3A%C3%A9:c", identifiant.as_str()))).expect("a value");
        assert_eq!(special.expose(), "a b:é:c");
    }

    #[test]
    fn basic_refuses_the_rest() {
        let id = client().0;
        let id = id.as_str();
        for mauvais in [
            String::new(),
            "Basic".to_owned(),
            "Basic ".to_owned(),
            format!("Bearer {}", STANDARD.encode(format!("{id}:s"))),
            format!("Basic {id}:s"),
            format!("Basic {}", STANDARD.encode(format!("{id}:s")).trim_end_matches('=')),
            format!("Basic {} ", STANDARD.encode(format!("{id}:s"))),
            basic(id),
            basic(&format!("{id}:")),
            basic(":secret"),
            basic(&format!("{id}:%")),
            basic(&format!("{id}:%4")),
            basic(&format!("{id}:%é9")),
            basic(&format!("{id}:%FF")),
            basic("quelqu’un:secret"),
            basic(&format!("{id}:{}", "s".repeat(1024))),
            format!(
                "Basic {}",
                STANDARD.encode([b"77-aaaaaaaaaaaaaaaaaaaaaa:".as_slice(), &[0xff]].concat())
            ),
        ] {
            assert!(parse_basic(&mauvais).is_none(), "{mauvais}");
        }
    }
}
