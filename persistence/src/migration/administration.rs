//! With which URLs `migrate` creates roles and schemas, and which databases each of them may reach.

use url::Url;

use crate::adresse;
use crate::erreur::Erreur;

/// The administrators of the servers of one territoire; without one, what is already done must suffice.
#[derive(Debug, Clone, Default)]
pub struct Administration {
    /// The administrator of the data's server.
    pub base: Option<Administrateur>,
    /// The administrator of the key store's server; that of the data serves when it is the same server.
    pub cles: Option<Administrateur>,
}

/// An administrator's URL and the one beside which the settings give it.
#[derive(Debug, Clone)]
pub struct Administrateur {
    /// The administrator's own.
    pub url: Url,
    /// The application's: when a pooler stands between, the administrator reaches its server by another address.
    pub de: Option<Url>,
}

impl Administration {
    /// The administrator who makes the key store that is at this URL.
    pub(super) fn of_keys(&self, cles: &Url) -> Option<&Administrateur> {
        self.cles.as_ref().or_else(|| self.base.as_ref().filter(|admin| admin.knows_server_of(cles)))
    }
}

impl Administrateur {
    /// The administrator's way into the database of this URL; `None` when it is on a server that nobody said to be
    /// theirs, where nothing may be made by mistake.
    pub(super) fn way_into(&self, base: &Url) -> Result<Option<Url>, Erreur> {
        if self.de.as_ref() == Some(base) && !adresse::same_server(&self.url, base) {
            return Ok(Some(self.url.clone()));
        }
        self.knows_server_of(base).then(|| adresse::with_database_of(&self.url, base)).transpose()
    }

    fn knows_server_of(&self, base: &Url) -> bool {
        adresse::same_server(&self.url, base)
            || self.de.as_ref().is_some_and(|de| adresse::same_server(de, base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(texte: &str) -> Url {
        Url::parse(texte).unwrap()
    }

    #[test]
    fn an_administrator_reaches_the_databases_of_its_servers_and_no_other() {
        let admin =
            Administrateur { url: url("postgres://root:r@h/admin"), de: Some(url("postgres://m@h/b")) };
        // Through a pooler, databases may bear other names: the administrator's URL is taken as it is.
        let bassin = Administrateur {
            url: url("postgres://root:r@h/b?x=1"),
            de: Some(url("postgres://m@bassin:6432/p")),
        };
        for (admin, base, attendu) in [
            (&admin, "postgres://m@h/b", Some("postgres://root:r@h/b")),
            (&admin, "postgres://m@h:5432/c%20d?sslmode=prefer", Some("postgres://root:r@h/c%20d")),
            (&admin, "postgres://m@H?dbname=c", Some("postgres://root:r@h/c")),
            (&admin, "postgres://m@h:5433/b", None),
            (&admin, "postgres://m@ailleurs/b", None),
            (&admin, "postgres:///b?host=/run/pg&user=m", None),
            (&bassin, "postgres://m@bassin:6432/p", Some("postgres://root:r@h/b?x=1")),
            (&bassin, "postgres://m@bassin:6432/q", Some("postgres://root:r@h/q?x=1")),
            (&bassin, "postgres://m@h/c", Some("postgres://root:r@h/c?x=1")),
        ] {
            assert_eq!(admin.way_into(&url(base)).unwrap(), attendu.map(url), "{base}");
        }
    }

    #[test]
    fn the_administrator_of_the_data_makes_the_keys_of_the_same_server() {
        let admin = Administrateur { url: url("postgres://root@h/b"), de: Some(url("postgres://m@h/b")) };
        let seul = Administration { base: Some(admin.clone()), cles: None };
        assert!(seul.of_keys(&url("postgres://m@h/cles")).is_some());
        assert!(seul.of_keys(&url("postgres://m@clefs/cles")).is_none());
        let clefs = Administrateur { url: url("postgres://root@clefs/cles"), de: None };
        let deux = Administration { cles: Some(clefs), ..seul };
        assert_eq!(deux.of_keys(&url("postgres://m@h/cles")).unwrap().url.host_str(), Some("clefs"));
    }
}
