//! `maillage verify`: both journals of each territoire, line by line.

use domain::territoire::CodeTerritoire;
use persistence::{Emplacement, verification};

use super::echec::Echec;
use super::sortie;
use crate::settings::Settings;

/// What to verify.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Territoire à vérifier, tous à défaut ; peut se répéter.
    #[arg(long = "territoire", value_name = "CODE")]
    territoires: Vec<String>,
}

/// Verifies, goes on after a territoire that fails, and fails when something is wrong anywhere.
pub(super) fn run(arguments: &Arguments, settings: &Settings) -> Result<(), Echec> {
    let keys_dir = settings.keys_dir_in_use();
    let codes = if arguments.territoires.is_empty() {
        Emplacement::known_codes(&keys_dir).map_err(Echec::new)?
    } else {
        let codes = arguments.territoires.iter().map(|code| parse_code(code));
        codes.collect::<Result<Vec<_>, _>>()?
    };
    if codes.is_empty() {
        return Err(Echec::new(format!("aucun territoire : {} ne contient aucune clé", keys_dir.display())));
    }
    let mut altere = false;
    for code in &codes {
        let place = known(settings, code)?;
        match verification::verify(&place) {
            Ok(rapport) => {
                sortie::print(&rapport.to_string());
                altere |= !rapport.is_intact();
            }
            Err(erreur) => {
                sortie::print(&format!(
                    "Territoire {code} : vérification impossible, {}.",
                    Echec::from(erreur)
                ));
                altere = true;
            }
        }
    }
    if altere { Err(Echec::new("la vérification a trouvé des anomalies")) } else { Ok(()) }
}

/// Reads the code of a territoire.
pub(super) fn parse_code(texte: &str) -> Result<CodeTerritoire, Echec> {
    CodeTerritoire::parse(texte).ok_or_else(|| {
        Echec::usage("un code de territoire compte de deux à huit capitales ou chiffres, comme 77")
    })
}

/// The place of a territoire whose keys are here.
pub(super) fn known(settings: &Settings, code: &CodeTerritoire) -> Result<Emplacement, Echec> {
    let keys_dir = settings.keys_dir_in_use();
    let place = settings.emplacement(code, &keys_dir);
    if place.is_known() {
        return Ok(place);
    }
    Err(Echec::new(format!("territoire {code} inconnu : {} n’en contient pas les clés", keys_dir.display())))
}
