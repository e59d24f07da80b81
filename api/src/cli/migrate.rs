//! `maillage migrate`: installs territoires, brings their databases up to date; the only command that administers.

use domain::acteur::Auteur;
use domain::fait::Fait;
use domain::territoire::{CodeTerritoire, Parametres, Territoire};
use persistence::migration::{self, Administrateur, Administration};
use persistence::{Base, Emplacement, Options, territoire};
use url::Url;

use super::echec::Echec;
use super::sortie;
use super::verify::parse_code;
use crate::horloge::Horloge;
use crate::settings::{SecretUrl, Settings};

/// What to install or bring up to date.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Territoire à installer ou à mettre à jour ; peut se répéter. À défaut, tous ceux qui sont connus.
    #[arg(long = "territoire", value_name = "CODE")]
    territoires: Vec<String>,
    /// Nom de chaque territoire à installer, dans le même ordre.
    #[arg(long = "nom", value_name = "NOM")]
    noms: Vec<String>,
    /// Écrit le SQL pour l’administrateur de PostgreSQL, sans rien changer.
    #[arg(long)]
    print_sql: bool,
}

/// Goes on after a territoire that fails, prints a table, and fails when one did.
pub(super) fn run(arguments: &Arguments, settings: &Settings, horloge: &Horloge) -> Result<(), Echec> {
    let keys_dir = settings.keys_dir_in_use();
    if keys_dir != settings.keys_dir_for_demo() || settings.keys_dir.is_some() {
        settings.check_keys_apart(&keys_dir)?;
    }
    let codes = codes(arguments, settings)?;
    let places: Vec<Emplacement> = codes.iter().map(|code| settings.emplacement(code, &keys_dir)).collect();
    if arguments.print_sql {
        sortie::print(&migration::print_sql(&places)?);
        return Ok(());
    }
    if places.is_empty() {
        return Err(Echec::usage("aucun territoire connu : donnez --territoire CODE --nom NOM"));
    }
    let mut echecs = 0;
    for (rang, place) in places.iter().enumerate() {
        let nom = arguments.noms.get(rang).map(String::as_str);
        match install(place, nom, settings, horloge) {
            Ok(faites) => sortie::print(&format!("{:8} {faites}", place.code.to_string())),
            Err(echec) => {
                sortie::print(&format!("{:8} ÉCHEC : {echec}", place.code.to_string()));
                echecs += 1;
            }
        }
    }
    if echecs == 0 { Ok(()) } else { Err(Echec::new(format!("{echecs} territoire(s) en échec"))) }
}

/// The territoires named on the command line, else those whose keys are here or that the file places.
fn codes(arguments: &Arguments, settings: &Settings) -> Result<Vec<CodeTerritoire>, Echec> {
    if !arguments.noms.is_empty() && arguments.noms.len() != arguments.territoires.len() {
        return Err(Echec::usage("donnez un --nom pour chaque --territoire, dans le même ordre"));
    }
    if !arguments.territoires.is_empty() {
        return arguments.territoires.iter().map(|code| parse_code(code)).collect();
    }
    let mut codes = Emplacement::known_codes(&settings.keys_dir_in_use()).map_err(Echec::new)?;
    codes.extend(settings.territoires.keys().cloned());
    codes.sort();
    codes.dedup();
    Ok(codes)
}

fn install(
    place: &Emplacement,
    nom: Option<&str>,
    settings: &Settings,
    horloge: &Horloge,
) -> Result<String, Echec> {
    let admin = administration(settings, &place.code);
    let faites = migration::install(place, &admin)?;
    let base = Base::open(place, &Options::default())?;
    let nouveau = base.read(|s| territoire::find(s).map(|t| t.is_none()))?;
    if nouveau {
        let nom = nom.ok_or_else(|| Echec::usage("ce territoire est nouveau : donnez aussi --nom NOM"))?;
        name(&base, nom, horloge)?;
    }
    Ok(match (nouveau, faites.as_slice()) {
        (true, _) => "installé".to_owned(),
        (false, []) => "à jour".to_owned(),
        (false, faites) => format!("mis à jour : {}", faites.join(", ")),
    })
}

/// With which URLs the roles, schemas and tables of a territoire are made.
pub(super) fn administration(settings: &Settings, code: &CodeTerritoire) -> Administration {
    let expose = |url: &Option<SecretUrl>| url.as_ref().map(|url| url.expose().clone());
    let admin = |url: Option<Url>, de: Option<Url>| url.map(|url| Administrateur { url, de });
    let communs = (expose(&settings.database_admin_url), expose(&settings.database_url));
    let propres = settings.territoires.get(code).and_then(|propre| {
        let url = expose(&propre.database_admin_url)?;
        Some((Some(url), expose(&propre.database_url).or_else(|| communs.1.clone())))
    });
    let (url, de) = propres.unwrap_or(communs);
    Administration {
        base: admin(url, de),
        cles: admin(expose(&settings.keys_admin_url), expose(&settings.keys_url)),
    }
}

fn name(base: &Base, nom: &str, horloge: &Horloge) -> Result<(), Echec> {
    let now = horloge.now();
    let nouveau = Territoire {
        code: base.code().clone(),
        nom: nom.to_owned(),
        fictif: false,
        parametres: Parametres::default(),
    };
    base.write(move |tx| {
        if territoire::find(tx)?.is_none() {
            territoire::insert(tx, &nouveau, now)?;
            tx.record(&Fait::TerritoireInstalle { fictif: false }, Auteur::Systeme, now, now)?;
        }
        Ok::<_, persistence::Erreur>(())
    })?;
    Ok(())
}
