//! `maillage client`: the credentials of the partners' tools.

use persistence::{Base, Options};

use super::echec::Echec;
use super::sortie;
use super::verify::{known, parse_code};
use crate::app::client::{self, CreationImpossible};
use crate::horloge::Horloge;
use crate::settings::Settings;

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    /// Crée l’accès d’un outil ; le secret n’est montré qu’une fois.
    Create {
        /// Territoire.
        #[arg(long, value_name = "CODE")]
        territoire: String,
        /// Organisation dont l’outil fait partie, comme parquet-meaux.
        #[arg(long, value_name = "CODE")]
        organisation: String,
    },
}

/// Prints `client_id`, then the secret, alone on the last two lines of the standard output.
pub(super) fn run(action: &Action, settings: &Settings, horloge: &Horloge) -> Result<(), Echec> {
    let Action::Create { territoire, organisation } = action;
    let code = parse_code(territoire)?;
    let base = Base::open(&known(settings, &code)?, &Options::default())?;
    let (client_id, secret) =
        client::create(&base, organisation, horloge.now()).map_err(|erreur| match erreur {
            CreationImpossible::Base(erreur) => erreur.into(),
            autre => Echec::new(autre),
        })?;
    sortie::comment("Identifiant de l’outil, puis son secret, qui ne sera plus jamais montré :");
    sortie::print(client_id.as_str());
    sortie::print(secret.expose());
    Ok(())
}
