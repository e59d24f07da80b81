//! `maillage demo`: the API on invented data, made where there are none, in a folder that nobody else's data share.

use std::path::Path;

use domain::acteur::Role;
use domain::territoire::CodeTerritoire;
use persistence::{Base, Emplacement, Moteur, Options, migration};
use url::Url;

use super::echec::Echec;
use super::migrate::administration;
use super::serve::{check_urls, outils, public_url, transport};
use super::sortie;
use crate::app::demonstration::{self, Contenance};
use crate::courrier::Transport;
use crate::etat::Etat;
use crate::horloge::Horloge;
use crate::serveur::{Arret, Serveur};
use crate::settings::{Origine, SecretUrl, Settings};

/// Serves until a signal.
pub(super) fn run(settings: Settings, horloge: Horloge) -> Result<(), Echec> {
    let serveur = start(settings, horloge, Arret::Signaux)?;
    sortie::print(&welcome(&serveur, &public_url(&serveur)?));
    serveur.wait().map_err(Echec::new)
}

/// Starts a server on demo data: `/sante/pret` says yes once they are complete, which is when this returns.
///
/// # Errors
/// A setting, a base that `demo` did not make, an address already taken.
pub fn start(mut settings: Settings, horloge: Horloge, arret: Arret) -> Result<Serveur, Echec> {
    check_urls(&settings)?;
    let transport = transport(&settings, Transport::fichiers(settings.data.join("courriels")))?;
    settings.debit_par_minute = Some(settings.debit_par_minute.unwrap_or(0));
    let keys_dir = settings.keys_dir_for_demo();
    prepare(&settings, &keys_dir)?;
    let etat = Etat::open(settings, keys_dir, horloge).map_err(Echec::new)?;
    let mut serveur = Serveur::start(etat, arret).map_err(Echec::new)?;
    let url = public_url(&serveur)?;
    let expediteur = serveur.etat().settings().sender(&url);
    for code in codes() {
        let base = serveur.etat().base(&code)?;
        if demonstration::look(&base)? == Contenance::Vide {
            demonstration::install(&base, serveur.etat().horloge().now(), &expediteur, &url)?;
        }
    }
    let outils = outils(&serveur, transport)?;
    serveur.open_doors(outils).map_err(Echec::new)?;
    Ok(serveur)
}

/// Makes the empty bases, after a look at what is there already: what `demo` did not make stays as it is.
fn prepare(settings: &Settings, keys_dir: &Path) -> Result<(), Echec> {
    let connus = Emplacement::known_codes(keys_dir).map_err(Echec::new)?;
    for code in &connus {
        let base = Base::open(&settings.emplacement(code, keys_dir), &Options::default())?;
        refuse_real(code, demonstration::look(&base)?)?;
    }
    for code in codes() {
        let place = settings.emplacement(&code, keys_dir);
        if !connus.contains(&code) {
            refuse_foreign_file(&place)?;
        }
        migration::install(&place, &administration(settings, &code))?;
        refuse_real(&code, demonstration::look(&Base::open(&place, &Options::default())?)?)?;
    }
    Ok(())
}

fn refuse_real(code: &CodeTerritoire, contenance: Contenance) -> Result<(), Echec> {
    if contenance == Contenance::Reelle {
        return Err(Echec::new(format!(
            "la base du territoire {code} n’a pas été faite par la démonstration ; elle est laissée telle quelle. \
             Choisissez un autre dossier (MAILLAGE_DATA) ou une autre base (MAILLAGE_DATABASE_URL)."
        )));
    }
    Ok(())
}

/// A file in the place of a base whose keys are not here.
fn refuse_foreign_file(place: &Emplacement) -> Result<(), Echec> {
    let Moteur::Sqlite { dossier } = &place.base else { return Ok(()) };
    for fichier in [place.base_file(dossier), place.acces_file(dossier)] {
        if fichier.exists() {
            return Err(Echec::new(format!(
                "{} n’a pas été fait par la démonstration, ou ses clés ne sont plus là ; il est laissé tel quel. \
                 Choisissez un autre dossier (MAILLAGE_DATA).",
                fichier.display()
            )));
        }
    }
    Ok(())
}

fn codes() -> impl Iterator<Item = CodeTerritoire> {
    demonstration::CODES.iter().filter_map(|code| CodeTerritoire::parse(code))
}

/// What to do next: the page, a token for each role, a first request.
fn welcome(serveur: &Serveur, url: &Url) -> String {
    let settings = serveur.etat().settings();
    let racine = url.as_str().trim_end_matches('/');
    let commande = command(settings);
    let courriels = match &settings.smtp_url {
        Some(smtp) => format!("par le serveur {}", smtp.expose().host_str().unwrap_or_default()),
        None => format!("fichiers .eml dans {}", absolute(&settings.data.join("courriels"))),
    };
    let jetons: String = Role::ALL
        .iter()
        .map(|role| format!("  {commande} --territoire 77 --role {}\n", role.code()))
        .collect();
    let donnees = match settings.database_url {
        Some(_) => "PostgreSQL".to_owned(),
        None => absolute(&settings.data),
    };
    format!(
        "Maillage : démonstration, données fictives (territoires 77 et 69M).\n\n\
         Documentation  {racine}/docs/\n\
         Données        {donnees}\n\
         Clés           {}\n\
         Courriels      {courriels}\n\n\
         Un jeton d’un quart d’heure, selon le rôle (ou --territoire 69M ; --organisation CODE pour en choisir une) :\n\n\
         {jetons}\n\
         Première requête :\n\n  curl -sS -H \"Authorization: Bearer $({commande} --territoire 77 --role crip)\" \\\n    \
         {racine}/v1/signalements\n\n\
         Ctrl-C pour arrêter ; les données restent pour la prochaine fois.\n",
        absolute(serveur.etat().keys_dir())
    )
}

/// The command to paste in another shell, with the settings that it needs; secrets stay in their variables and files.
fn command(settings: &Settings) -> String {
    let mut morceaux = vec![format!("MAILLAGE_DATA={}", absolute(&settings.data))];
    if let Some(keys_dir) = &settings.keys_dir {
        morceaux.push(format!("MAILLAGE_KEYS_DIR={}", absolute(keys_dir)));
    }
    morceaux.extend(again("MAILLAGE_DATABASE_URL", settings.database_url.as_ref()));
    morceaux.extend(again("MAILLAGE_KEYS_URL", settings.keys_url.as_ref()));
    let programme =
        std::env::current_exe().map_or_else(|_| "maillage".to_owned(), |chemin| absolute(&chemin));
    morceaux.push(programme);
    morceaux.push("token".to_owned());
    if let Some(config) = &settings.fichier {
        morceaux.push(format!("--config {}", absolute(config)));
    }
    morceaux.join(" ")
}

/// How to give a secret again without showing it; the TOML file, which is named too, needs no help.
fn again(nom: &str, url: Option<&SecretUrl>) -> Option<String> {
    match url?.origine() {
        Origine::Environnement => Some(format!("{nom}=\"${nom}\"")),
        Origine::Fichier(chemin) => Some(format!("{nom}_FILE={}", absolute(chemin))),
        Origine::Configuration => None,
    }
}

/// An absolute path that a shell reads as it is.
fn absolute(chemin: &Path) -> String {
    let absolu = std::path::absolute(chemin).unwrap_or_else(|_| chemin.to_owned());
    let texte = absolu.display().to_string();
    let simple = texte.chars().all(|c| c.is_alphanumeric() || "/._-+".contains(c));
    if simple { texte } else { format!("'{}'", texte.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_a_shell() {
        assert_eq!(absolute(Path::new("/srv/a-b")), "/srv/a-b");
        assert_eq!(absolute(Path::new("/srv/l’été d'un jour")), "'/srv/l’été d'\\''un jour'");
    }

    #[test]
    fn the_command_to_paste_gives_the_settings_again_and_no_secret() {
        let settings = |fichier: Option<&str>, origine: Option<Origine>| {
            let url = SecretUrl::new("postgres://u:s3cret@h/b".parse().expect("url"));
            let url = origine.map_or(url.clone(), |origine| url.written_in(origine));
            let fichier = fichier.map(Into::into);
            Settings { fichier, data: "/d".into(), database_url: Some(url), ..Settings::default() }
        };
        for (settings, debut, fin) in [
            (settings(None, None), "MAILLAGE_DATABASE_URL=\"$MAILLAGE_DATABASE_URL\" ", " token"),
            (
                settings(None, Some(Origine::Fichier("/s/l'url".into()))),
                "MAILLAGE_DATABASE_URL_FILE='/s/l'\\''url' ",
                " token",
            ),
            (settings(Some("/m.toml"), Some(Origine::Configuration)), "", " token --config /m.toml"),
            (
                settings(Some("/m.toml"), None),
                "MAILLAGE_DATABASE_URL=\"$MAILLAGE_DATABASE_URL\" ",
                " token --config /m.toml",
            ),
        ] {
            let commande = command(&settings);
            assert!(commande.starts_with(&format!("MAILLAGE_DATA=/d {debut}/")), "{commande}");
            assert!(commande.ends_with(fin) && !commande.contains("s3cret"), "{commande}");
        }
    }
}
