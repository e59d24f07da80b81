//! PostgreSQL URLs: what this build can honour, and the role of each territoire in them.

use domain::territoire::CodeTerritoire;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use crate::erreur::Erreur;

/// PostgreSQL cuts longer names in silence, and two roles would become one.
const NOM_MAX: usize = 63;

/// Checks what libpq would refuse only at the first connection, or not at all.
///
/// # Errors
/// French, for the operator: not a PostgreSQL URL, no user, or an `sslmode` that this build cannot honour.
pub(crate) fn check(url: &Url) -> Result<(), Erreur> {
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err(Erreur::Configuration(
            "L’URL de la base doit commencer par « postgresql:// ».".to_owned(),
        ));
    }
    user(url)?;
    check_sslmode(url)
}

/// Whether both URLs lead to the same server: the same host, as they write it, and the same port.
pub(crate) fn same_server(a: &Url, b: &Url) -> bool {
    let serveur = |url: &Url| {
        let hote = param(url, "host").or_else(|| url.host_str().map(decode)).unwrap_or_default();
        let port = param(url, "port").or_else(|| url.port().map(|port| port.to_string()));
        (hote.to_ascii_lowercase(), port.unwrap_or("5432".to_owned()))
    };
    serveur(a) == serveur(b)
}

/// The same server and options with another database.
pub(crate) fn with_database_of(admin: &Url, base: &Url) -> Result<Url, Erreur> {
    let mut url = admin.clone();
    // A parameter wins over the path.
    if param(&url, "dbname").is_some() {
        set_param(&mut url, "dbname", &database(base)?);
    }
    url.set_path(&utf8_percent_encode(&database(base)?, NON_ALPHANUMERIC).to_string());
    Ok(url)
}

/// The database's name.
pub(crate) fn database(url: &Url) -> Result<String, Erreur> {
    let chemin = decode(url.path().trim_start_matches('/'));
    let nom = if chemin.is_empty() { param(url, "dbname").unwrap_or_default() } else { chemin };
    if nom.is_empty() { user(url) } else { Ok(nom) }
}

/// The user's name, decoded.
pub(crate) fn user(url: &Url) -> Result<String, Erreur> {
    let nom = if url.username().is_empty() { param(url, "user") } else { Some(decode(url.username())) };
    nom.filter(|nom| !nom.is_empty())
        .ok_or_else(|| Erreur::Configuration("L’URL de la base doit nommer un utilisateur.".to_owned()))
}

/// The password, decoded.
pub(crate) fn password(url: &Url) -> Option<String> {
    url.password().map(decode).or_else(|| param(url, "password"))
}

/// The login role of a territoire's data: the URL's user followed by `_77`.
pub(crate) fn data_role(url: &Url, code: &CodeTerritoire) -> Result<String, Erreur> {
    role(url, &format!("_{code}"))
}

/// The login role of a territoire's key store: another role, even when the URL is the same.
pub(crate) fn keys_role(url: &Url, code: &CodeTerritoire) -> Result<String, Erreur> {
    role(url, &format!("_{code}_cles"))
}

/// The role that owns what a login role uses, and as which nobody logs in.
pub(crate) fn owner_of(role: &str) -> Result<String, Erreur> {
    bounded(format!("{role}_proprietaire"))
}

/// The same URL for another role, with the same password.
pub(crate) fn role_url(url: &Url, role: &str) -> Result<Url, Erreur> {
    let mut url = url.clone();
    let encode = utf8_percent_encode(role, NON_ALPHANUMERIC).to_string();
    if url.set_username(&encode).is_err() {
        set_param(&mut url, "user", role);
    }
    Ok(url)
}

/// The URL that libpq receives: a server that does not answer, or no longer, is given up after some seconds.
pub(crate) fn for_libpq(url: &Url) -> Url {
    let mut url = url.clone();
    for (nom, valeur) in [
        ("connect_timeout", "5"),
        ("keepalives_idle", "10"),
        ("keepalives_interval", "5"),
        ("keepalives_count", "3"),
        ("tcp_user_timeout", "20000"),
        ("application_name", "maillage"),
    ] {
        if param(&url, nom).is_none() {
            set_param(&mut url, nom, valeur);
        }
    }
    url
}

/// Without TLS in its libpq, this build would refuse these at the first connection, in English.
pub(crate) fn check_sslmode(url: &Url) -> Result<(), Erreur> {
    for (nom, valeur) in params(url) {
        if nom != "sslmode" {
            continue;
        }
        match valeur.as_str() {
            "disable" | "allow" | "prefer" => {}
            "require" | "verify-ca" | "verify-full" if cfg!(feature = "postgres-tls") => {}
            "require" | "verify-ca" | "verify-full" => {
                return Err(Erreur::Configuration(
                    "L’URL de la base demande TLS (« sslmode »), et ce programme est compilé sans : \
                     recompilez-le avec l’option « postgres-tls »."
                        .to_owned(),
                ));
            }
            _ => {
                return Err(Erreur::Configuration(
                    "L’URL de la base porte un « sslmode » inconnu.".to_owned(),
                ));
            }
        }
    }
    Ok(())
}

fn role(url: &Url, suffixe: &str) -> Result<String, Erreur> {
    bounded(format!("{}{suffixe}", user(url)?))
}

fn bounded(nom: String) -> Result<String, Erreur> {
    if nom.len() <= NOM_MAX && !nom.contains('\0') {
        return Ok(nom);
    }
    Err(Erreur::Configuration(
        "Le nom d’utilisateur de l’URL est trop long pour qu’on en dérive les rôles des territoires."
            .to_owned(),
    ))
}

fn decode(texte: &str) -> String {
    percent_decode_str(texte).decode_utf8_lossy().into_owned()
}

/// libpq decodes `%xx` and leaves `+` alone: not the encoding of forms.
fn params(url: &Url) -> Vec<(String, String)> {
    let paires = url.query().unwrap_or_default().split('&').filter(|paire| !paire.is_empty());
    paires
        .map(|paire| paire.split_once('=').unwrap_or((paire, "")))
        .map(|(n, v)| (decode(n), decode(v)))
        .collect()
}

fn param(url: &Url, cherche: &str) -> Option<String> {
    params(url).into_iter().filter(|(nom, _)| nom == cherche).map(|(_, valeur)| valeur).next_back()
}

fn set_param(url: &mut Url, nom: &str, valeur: &str) {
    let mut paires = params(url);
    paires.retain(|(n, _)| n != nom);
    paires.push((nom.to_owned(), valeur.to_owned()));
    let encode = |texte: &str| utf8_percent_encode(texte, NON_ALPHANUMERIC).to_string();
    let requete: Vec<String> = paires.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
    url.set_query(Some(&requete.join("&")));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(texte: &str) -> Url {
        Url::parse(texte).unwrap()
    }

    #[test]
    fn roles_derive_from_users_of_any_shape() {
        let code = CodeTerritoire::parse("69M").unwrap();
        for (adresse, attendu) in [
            ("postgresql://maillage:s%40crt@h/b", "postgresql://maillage_69M:s%40crt@h/b"),
            ("postgresql://o%27n%25x@h/b", "postgresql://o'n%x_69M@h/b"),
            ("postgresql:///b?host=%2Frun%2Fpg&user=m%20x", "m x_69M"),
        ] {
            let adresse = url(adresse);
            let derive = role_url(&adresse, &data_role(&adresse, &code).unwrap()).unwrap();
            let attendu = attendu
                .split_once("://")
                .map_or(attendu, |(_, reste)| reste.split([':', '@']).next().unwrap());
            assert_eq!(user(&derive).unwrap(), attendu);
            assert_eq!(password(&derive), password(&adresse));
            assert_eq!(database(&derive).unwrap(), "b");
        }
        assert!(data_role(&url(&format!("postgresql://{}@h/b", "x".repeat(60))), &code).is_err());
        assert!(check(&url("postgresql://h/b")).is_err());
        assert!(check(&url("mysql://u@h/b")).is_err());
    }

    #[test]
    fn sslmode_that_this_build_cannot_honour_is_refused() {
        for mode in ["require", "verify-ca", "verify-full", "verify%2Dfull"] {
            let verdict = check(&url(&format!("postgresql://u@h/b?sslmode={mode}")));
            assert_eq!(verdict.is_ok(), cfg!(feature = "postgres-tls"), "{mode}");
        }
        assert!(check(&url("postgresql://u@h/b?sslmode=prefer")).is_ok());
        assert!(check(&url("postgresql://u@h/b?sslmode=prefer&sslmode=nimporte")).is_err());
    }

    #[test]
    fn libpq_gives_up_after_a_while_unless_told_otherwise() {
        let avec = for_libpq(&url("postgresql://u@h/b?sslmode=prefer"));
        assert_eq!(param(&avec, "connect_timeout").unwrap(), "5");
        assert_eq!(param(&avec, "sslmode").unwrap(), "prefer");
        assert_eq!(
            param(&for_libpq(&url("postgresql://u@h/b?connect_timeout=2")), "connect_timeout").unwrap(),
            "2"
        );
    }
}
