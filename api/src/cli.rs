//! The commands of the binary: French, with documented exit codes.

mod aide;
mod client;
pub mod demo;
pub mod echec;
mod migrate;
mod openapi;
mod serve;
mod sortie;
mod token;
mod verify;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, FromArgMatches, Parser, Subcommand};

use crate::settings::{FormatJournal, Settings};
use crate::{horloge::Horloge, journalisation};
use echec::Echec;

/// Everything went well.
const REUSSITE: u8 = 0;
/// The command could not do what was asked, or found what should not be.
const ECHEC: u8 = 1;
/// The command line or a setting is not acceptable.
const USAGE: u8 = 2;

/// Coordonner, dans un territoire, la protection des mineurs victimes de prostitution.
#[derive(Debug, Parser)]
#[command(name = "maillage", version)]
struct Ligne {
    /// Fichier de réglages TOML, à défaut de MAILLAGE_CONFIG.
    #[arg(long, global = true, value_name = "FICHIER")]
    config: Option<PathBuf>,
    /// Affiche cette aide.
    #[arg(short = 'h', long = "help", action = ArgAction::Help, global = true)]
    aide: Option<bool>,
    /// Affiche la version.
    #[arg(short = 'V', long = "version", action = ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    commande: Commande,
}

#[derive(Debug, Subcommand)]
enum Commande {
    /// Sert l’API sur les données existantes.
    Serve,
    /// Installe des territoires, ou met leurs bases à jour.
    Migrate(migrate::Arguments),
    /// Sert l’API sur des données fictives, créées si besoin.
    Demo,
    /// Donne un jeton d’un quart d’heure, sur les données de démonstration seulement.
    Token(token::Arguments),
    /// Gère les accès des outils.
    Client {
        #[command(subcommand)]
        action: client::Action,
    },
    /// Écrit le contrat OpenAPI.
    Openapi,
    /// Prouve que les journaux sont intacts, ou dit où ils ne le sont pas.
    Verify(verify::Arguments),
}

/// Runs a command line.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let lue = aide::command::<Ligne>()
        .try_get_matches_from(arguments)
        .and_then(|lues| Ligne::from_arg_matches(&lues));
    let ligne = match lue {
        Ok(ligne) => ligne,
        Err(erreur) => return ExitCode::from(aide::tell(&erreur)),
    };
    match execute(ligne) {
        Ok(()) => ExitCode::from(REUSSITE),
        Err(echec) => {
            sortie::error(&echec);
            ExitCode::from(echec.code())
        }
    }
}

fn execute(ligne: Ligne) -> Result<(), Echec> {
    if matches!(ligne.commande, Commande::Openapi) {
        return openapi::run();
    }
    let settings = Settings::read(ligne.config.as_deref())?;
    let format = match ligne.commande {
        Commande::Serve => FormatJournal::Json,
        _ => FormatJournal::Texte,
    };
    journalisation::start(settings.log_format.unwrap_or(format), settings.log_level);
    let horloge = Horloge::systeme();
    match ligne.commande {
        Commande::Serve => serve::run(settings, horloge),
        Commande::Migrate(arguments) => migrate::run(&arguments, &settings, &horloge),
        Commande::Demo => demo::run(settings, horloge),
        Commande::Token(arguments) => token::run(&arguments, &settings, &horloge),
        Commande::Client { action } => client::run(&action, &settings, &horloge),
        Commande::Openapi => Ok(()),
        Commande::Verify(arguments) => verify::run(&arguments, &settings),
    }
}
