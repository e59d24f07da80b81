//! Reading `MAILLAGE_SMTP_URL` and `MAILLAGE_SMTP_CA`: closed, so that a typing error never means less security.

use std::sync::atomic::AtomicBool;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters, TlsParametersBuilder};
use percent_encoding::percent_decode_str;
use url::Url;

use super::{Chiffrement, Delais, Epingles, Smtp};

/// What is wrong with the settings of the mail server, in French for whoever installs; never quotes the URL, which
/// holds a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ReglageInvalide(&'static str);

impl Smtp {
    /// Reads the settings: the URL, and the PEM text of the authorities trusted besides those of the system.
    ///
    /// # Errors
    /// A scheme other than `smtp` and `smtps`, an unknown parameter, half of the credentials, no certificate in
    /// the PEM text.
    pub fn new(url: &str, ca: Option<&[u8]>) -> Result<Self, ReglageInvalide> {
        let url = Url::parse(url).map_err(|_| ReglageInvalide("MAILLAGE_SMTP_URL n’est pas une URL."))?;
        let (chiffrement, port) = match url.scheme() {
            "smtps" => (Chiffrement::Implicite, 465),
            "smtp" => (Chiffrement::Starttls, 587),
            _ => {
                return Err(ReglageInvalide(
                    "MAILLAGE_SMTP_URL : seuls smtp:// (avec STARTTLS exigé) et smtps:// sont acceptés.",
                ));
            }
        };
        let hote = url
            .host_str()
            .map(|hote| hote.trim_matches(['[', ']']))
            .filter(|hote| !hote.is_empty())
            .ok_or(ReglageInvalide("MAILLAGE_SMTP_URL ne nomme pas de serveur."))?
            .to_owned();
        refuse_the_rest(&url)?;
        Ok(Self {
            port: url.port().unwrap_or(port),
            chiffrement,
            identifiants: credentials(&url)?,
            delais: Delais::default(),
            tls: verified(&hote, ca)?,
            epingles: ca.map(|pem| pinned(&hote, pem)).transpose()?,
            hote,
        })
    }

    /// The same server, with other delays: tests do not wait a minute.
    #[must_use]
    pub fn with_delays(self, delais: Delais) -> Self {
        Self { delais, ..self }
    }
}

/// `tls=required` is what other tools write for what we always do; anything else is refused.
fn refuse_the_rest(url: &Url) -> Result<(), ReglageInvalide> {
    if url.query_pairs().any(|(nom, valeur)| (&*nom, &*valeur) != ("tls", "required")) {
        return Err(ReglageInvalide(
            "MAILLAGE_SMTP_URL porte un paramètre inconnu : TLS est toujours exigé, et rien d’autre ne s’y règle.",
        ));
    }
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(ReglageInvalide(
            "MAILLAGE_SMTP_URL : rien n’est attendu après le nom du serveur et son port.",
        ));
    }
    Ok(())
}

fn credentials(url: &Url) -> Result<Option<Credentials>, ReglageInvalide> {
    let decode = |texte: &str| {
        percent_decode_str(texte).decode_utf8().map(|texte| texte.into_owned()).map_err(|_| {
            ReglageInvalide("MAILLAGE_SMTP_URL : l’identifiant ou le mot de passe est mal encodé.")
        })
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => {
            Err(ReglageInvalide("MAILLAGE_SMTP_URL : l’identifiant et le mot de passe vont ensemble."))
        }
        (identifiant, Some(secret)) => Ok(Some(Credentials::new(decode(identifiant)?, decode(secret)?))),
    }
}

/// Trusts the roots of the system, which may be none, and those of the PEM text.
fn verified(hote: &str, ca: Option<&[u8]>) -> Result<TlsParameters, ReglageInvalide> {
    let mut tls = TlsParametersBuilder::new(hote.to_owned());
    if let Some(pem) = ca {
        tls = tls.add_root_certificate(Certificate::from_pem(pem).map_err(|_| NOT_PEM)?);
    }
    tls.build().map_err(|_| NOT_PEM)
}

/// Trusts nobody by itself: whoever uses it compares the certificate that the server presented.
fn pinned(hote: &str, pem: &[u8]) -> Result<Epingles, ReglageInvalide> {
    let tls = TlsParametersBuilder::new(hote.to_owned())
        .dangerous_accept_invalid_certs(true)
        .build()
        .map_err(|_| NOT_PEM)?;
    let certificats = certificates(pem);
    if certificats.is_empty() {
        Err(NOT_PEM)
    } else {
        Ok(Epingles { certificats, tls, chaine_sure: AtomicBool::new(false) })
    }
}

const NOT_PEM: ReglageInvalide =
    ReglageInvalide("MAILLAGE_SMTP_CA ne contient pas de certificat lisible (PEM).");

/// The DER bytes of each certificate of a PEM text.
fn certificates(pem: &[u8]) -> Vec<Vec<u8>> {
    use base64::Engine;
    let texte = String::from_utf8_lossy(pem);
    texte
        .split("-----BEGIN CERTIFICATE-----")
        .skip(1)
        .filter_map(|suite| suite.split("-----END CERTIFICATE-----").next())
        .map(|base64| base64.split_whitespace().collect::<String>())
        .filter_map(|base64| base64::engine::general_purpose::STANDARD.decode(base64).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> String {
        Smtp::new(url, None).unwrap_err().to_string()
    }

    #[test]
    fn ports_and_hosts_are_read() {
        for (url, hote, port, chiffrement) in [
            ("smtp://mail.example.org", "mail.example.org", 587, Chiffrement::Starttls),
            ("smtps://mail.example.org/", "mail.example.org", 465, Chiffrement::Implicite),
            ("smtp://127.0.0.1:2525?tls=required", "127.0.0.1", 2525, Chiffrement::Starttls),
            ("smtps://[::1]:4650", "::1", 4650, Chiffrement::Implicite),
        ] {
            let smtp = Smtp::new(url, None).unwrap();
            assert_eq!((smtp.hote.as_str(), smtp.port, smtp.chiffrement), (hote, port, chiffrement), "{url}");
        }
    }

    #[test]
    fn credentials_are_decoded() {
        let smtp = Smtp::new("smtps://user%40example.org:p%3Fss%2F@mail.example.org", None).unwrap();
        let attendus = Credentials::new("user@example.org".to_owned(), "p?ss/".to_owned());
        assert!(smtp.identifiants == Some(attendus));
    }

    #[test]
    fn what_would_mean_less_security_is_refused() {
        for url in ["http://mail.example.org", "smtp+plain://mail.example.org", "mail.example.org:25", ""] {
            assert!(refusal(url).starts_with("MAILLAGE_SMTP_URL"), "{url}");
        }
        for url in [
            "smtp://mail.example.org?tls=opportunistic",
            "smtp://mail.example.org?tls=none",
            "smtp://mail.example.org?verify=false",
            "smtps://mail.example.org?tls",
        ] {
            assert!(refusal(url).contains("paramètre inconnu"), "{url}");
        }
        for url in ["smtp://mail.example.org/ehlo", "smtp://mail.example.org#x", "smtp://u@mail.example.org"]
        {
            assert!(!refusal(url).is_empty(), "{url}");
        }
        assert!(refusal("smtp://").contains("serveur"));
    }

    #[test]
    fn refusals_and_debug_never_show_the_password() {
        let secret = "tres-secret";
        assert!(!refusal(&format!("smtp://u:{secret}@mail.example.org?x=1")).contains(secret));
        let smtp = Smtp::new(&format!("smtp://u:{secret}@mail.example.org"), None).unwrap();
        assert!(!format!("{smtp:?}").contains(secret));
    }

    #[test]
    fn authority_file_without_a_certificate_is_refused() {
        for pem in ["", "bonjour", "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"] {
            let erreur = Smtp::new("smtps://mail.example.org", Some(pem.as_bytes())).unwrap_err();
            assert!(erreur.to_string().contains("MAILLAGE_SMTP_CA"), "{pem}");
        }
    }
}
