//! E-mail addresses, ours and those of the addressees: read strictly, so that none can hold a second header.

use domain::identifiant::EnvoiId;
use lettre::Address;
use url::{Host, Url};

/// Domain of the sender when the public address of the server has no name of its own.
const DOMAINE_LOCAL: &str = "localhost.localdomain";

/// The address that our messages come from, in their header and in their envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expediteur(Address);

impl Expediteur {
    /// Reads a setting; `None` when it is not an address that any mail server accepts.
    pub fn parse(adresse: &str) -> Option<Self> {
        parse(adresse).map(Self)
    }

    /// The address used when no setting gives one: `maillage@` followed by the host of the public URL. A host
    /// that is an IP address or `localhost` makes no mail domain: a local name stands for it.
    pub fn from_public_url(url: &Url) -> Self {
        let domaine = match url.host() {
            Some(Host::Domain(nom)) if nom.contains('.') => nom,
            _ => DOMAINE_LOCAL,
        };
        Self(
            parse(&format!("maillage@{domaine}"))
                .unwrap_or_else(|| Address::new_dangerous("maillage", DOMAINE_LOCAL)),
        )
    }

    /// The Message-ID of a sending: the same at each attempt, so that a duplicate can be told (SIG-2b).
    pub fn message_id(&self, envoi: EnvoiId) -> String {
        format!("<{envoi}@{}>", self.0.domain())
    }

    pub(super) fn address(&self) -> &Address {
        &self.0
    }
}

impl std::fmt::Display for Expediteur {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads an address; `None` when it is not one. Narrower than RFC 5321, on purpose: printable ASCII, no quoted
/// local part, no route, nothing that would need SMTPUTF8, which the relays of administrations rarely have.
pub(super) fn parse(adresse: &str) -> Option<Address> {
    let sobre = adresse.len() <= 254
        && adresse.bytes().all(|b| b.is_ascii_graphic() && !b"\"(),:;<>[]\\".contains(&b));
    if sobre { adresse.parse().ok() } else { None }
}

/// Whether it is a Message-ID that can stand in a header as it is (RFC 5322 §3.6.4, without its obsolete forms).
pub(super) fn is_message_id(id: &str) -> bool {
    let atome = |partie: &str| {
        !partie.is_empty() && partie.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._+".contains(&b))
    };
    id.len() <= 250
        && id
            .strip_prefix('<')
            .and_then(|id| id.strip_suffix('>'))
            .and_then(|id| id.split_once('@'))
            .is_some_and(|(gauche, droite)| atome(gauche) && atome(droite))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_nothing_but_an_address() {
        for bonne in ["parquet-meaux@example.org", "a.b+c@mail.example.org", "maillage@localhost"] {
            assert!(parse(bonne).is_some(), "{bonne}");
        }
        for mauvaise in [
            "",
            "@example.org",
            "sans-arobase.example.org",
            "a@example.org\r\nBcc: b@example.org",
            "a@example.org\nBcc: b@example.org",
            "a@example.org, b@example.org",
            "a@example.org> SIZE=1",
            "\"a b\"@example.org",
            "a b@example.org",
            "é@example.org",
            "a@exämple.org",
            "a@-example.org",
            "a@example..org",
            "<a@example.org>",
            "a@[127.0.0.1]",
        ] {
            assert!(parse(mauvaise).is_none(), "{mauvaise:?}");
        }
        assert!(parse(&format!("{}@example.org", "a".repeat(300))).is_none());
    }

    #[test]
    fn message_ids_hold_nothing_but_an_id() {
        assert!(is_message_id("<0193@example.org>"));
        for mauvais in ["", "0193@example.org", "<0193>", "<a@b>\r\nBcc: x", "<a b@c>", "<a@b@c>", "<@c>"] {
            assert!(!is_message_id(mauvais), "{mauvais:?}");
        }
    }

    #[test]
    fn sender_comes_from_the_public_url() {
        let derive = |url: &str| Expediteur::from_public_url(&Url::parse(url).unwrap()).to_string();
        assert_eq!(derive("https://maillage.example.org/api"), "maillage@maillage.example.org");
        for sans_nom in ["http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost:8080"] {
            assert_eq!(derive(sans_nom), format!("maillage@{DOMAINE_LOCAL}"), "{sans_nom}");
        }
    }

    #[test]
    fn sig_2b_message_id_is_that_of_the_sending() {
        let expediteur = Expediteur::parse("maillage@example.org").unwrap();
        let envoi = EnvoiId("01936f1e-0000-7000-8000-000000000001".parse().unwrap());
        assert_eq!(expediteur.message_id(envoi), "<01936f1e-0000-7000-8000-000000000001@example.org>");
        assert!(is_message_id(&expediteur.message_id(envoi)));
    }
}
