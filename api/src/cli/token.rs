//! `maillage token`: a token for a role, on the invented people of the demo only.

use chrono::TimeDelta;
use domain::acteur::Role;
use persistence::{Base, Options, territoire};

use super::echec::Echec;
use super::sortie;
use super::verify::{known, parse_code};
use crate::app::agent;
use crate::horloge::{Horloge, alea};
use crate::jeton::{CleEmission, DUREE_MAX, Emetteur};
use crate::settings::{EMETTEUR_PROPRE, Settings};

/// For whom.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Territoire : 77 ou 69M.
    #[arg(long, value_name = "CODE")]
    territoire: String,
    /// Rôle, comme crip, parquet ou association.
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// Organisation, comme parquet-meaux ; à défaut, la première par ordre alphabétique.
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,
}

/// Prints the token alone on the last line of the standard output.
pub(super) fn run(arguments: &Arguments, settings: &Settings, horloge: &Horloge) -> Result<(), Echec> {
    let code = parse_code(&arguments.territoire)?;
    let role = Role::parse(&arguments.role).ok_or_else(unknown_role)?;
    let place = known(settings, &code)?;
    let base = Base::open(&place, &Options::default())?;
    let (now, organisation) = (horloge.now(), arguments.organisation.as_deref());
    let (fictif, titulaire) = base.read(|s| {
        let fictif = territoire::find(s)?.is_some_and(|t| t.fictif);
        Ok::<_, persistence::Erreur>((fictif, agent::find_holder(s, role, organisation, now)?))
    })?;
    if !fictif {
        return Err(Echec::new("cette commande ne vaut que pour les données fictives de « maillage demo »"));
    }
    let titulaire = titulaire.ok_or_else(|| {
        Echec::new("personne, dans cette organisation de ce territoire, ne tient ce rôle aujourd’hui")
    })?;
    let cle = CleEmission::open(&place.cles_dir).map_err(Echec::new)?;
    let jeton = Emetteur::new(cle, EMETTEUR_PROPRE, EMETTEUR_PROPRE)
        .issue(&titulaire.to_string(), &code, now, TimeDelta::seconds(DUREE_MAX), alea().map_err(Echec::new)?)
        .map_err(Echec::new)?;
    sortie::comment("Jeton valable un quart d’heure, pour l’en-tête « Authorization: Bearer … » :");
    sortie::print(&jeton);
    Ok(())
}

fn unknown_role() -> Echec {
    let roles: Vec<&str> = Role::ALL.into_iter().map(Role::code).collect();
    Echec::usage(format!("rôle inconnu ; rôles admis : {}", roles.join(", ")))
}
