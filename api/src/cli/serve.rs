//! `maillage serve`: the API on the data that are there; it installs nothing.

use domain::territoire::CodeTerritoire;
use persistence::emplacement::{check_keys_url, check_url};
use url::Url;

use super::echec::Echec;
use crate::courrier::{Smtp, Transport};
use crate::etat::Etat;
use crate::horloge::Horloge;
use crate::jobs::Outils;
use crate::serveur::{Arret, Serveur};
use crate::settings::{SecretUrl, Settings};

/// Serves until a signal.
pub(super) fn run(settings: Settings, horloge: Horloge) -> Result<(), Echec> {
    let keys_dir = settings.keys_dir_for_serve();
    settings.check_keys_apart(&keys_dir)?;
    check_urls(&settings)?;
    let transport = transport(&settings, Transport::aucun())?;
    let etat = Etat::open(settings, keys_dir, horloge).map_err(Echec::new)?;
    if etat.codes().next().is_none() {
        return Err(Echec::new(format!(
            "aucun territoire : le dossier des clés {} n’en contient aucune. Installez un territoire par « maillage \
             migrate --territoire CODE --nom NOM », ou essayez « maillage demo ».",
            etat.keys_dir().display()
        )));
    }
    let mut serveur = Serveur::start(etat, Arret::Signaux).map_err(Echec::new)?;
    log::info!(target: "maillage", "à l’écoute sur {}", serveur.adresse());
    let outils = outils(&serveur, transport)?;
    serveur.open_doors(outils).map_err(Echec::new)?;
    serveur.wait().map_err(Echec::new)
}

/// Refuses, before anything starts, the URL of a database that this build cannot honour (`sslmode`), under the name
/// of its setting.
pub(super) fn check_urls(settings: &Settings) -> Result<(), Echec> {
    // The common URLs serve every code; any short one will do.
    if let Some(code) = CodeTerritoire::parse("00") {
        check(check_url, "MAILLAGE_DATABASE_URL", &settings.database_url, &code)?;
        check(check_keys_url, "MAILLAGE_KEYS_URL", &settings.keys_url, &code)?;
    }
    for (code, propre) in &settings.territoires {
        check(check_url, &format!("territoires.{code}.database_url"), &propre.database_url, code)?;
        check(check_keys_url, &format!("territoires.{code}.keys_url"), &propre.keys_url, code)?;
    }
    Ok(())
}

/// The way by which e-mails leave: the mail server of the settings, else `defaut`.
pub(super) fn transport(settings: &Settings, defaut: Transport) -> Result<Transport, Echec> {
    let Some(url) = &settings.smtp_url else { return Ok(defaut) };
    let ca = settings
        .smtp_ca
        .as_ref()
        .map(std::fs::read)
        .transpose()
        .map_err(|_| Echec::usage("réglage MAILLAGE_SMTP_CA : le fichier ne peut pas être lu"))?;
    let smtp = Smtp::new(url.expose().as_str(), ca.as_deref()).map_err(Echec::usage)?;
    Ok(Transport::smtp(smtp))
}

/// What the jobs of a listening server work with.
pub(super) fn outils(serveur: &Serveur, transport: Transport) -> Result<Outils, Echec> {
    let etat = serveur.etat();
    let url_publique = public_url(serveur)?;
    Ok(Outils {
        horloge: etat.horloge().clone(),
        hasard: etat.hasard().clone(),
        transport,
        expediteur: etat.settings().sender(&url_publique),
        url_publique,
    })
}

/// Where callers reach the server: what the settings say, else the address that it listens on, as this machine sees
/// it.
pub(super) fn public_url(serveur: &Serveur) -> Result<Url, Echec> {
    if let Some(url) = &serveur.etat().settings().public_url {
        return Ok(url.clone());
    }
    let mut adresse = serveur.adresse();
    if adresse.ip().is_unspecified() {
        adresse.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    Url::parse(&format!("http://{adresse}")).map_err(Echec::new)
}

fn check(
    regle: fn(&Url, &CodeTerritoire) -> Result<(), persistence::Erreur>,
    nom: &str,
    url: &Option<SecretUrl>,
    code: &CodeTerritoire,
) -> Result<(), Echec> {
    let Some(url) = url else { return Ok(()) };
    regle(url.expose(), code)
        .map_err(|erreur| Echec::usage(format!("réglage {nom} : {}", Echec::from(erreur))))
}
