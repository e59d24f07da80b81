//! A signalement with all that its view shows: names of organisations, acknowledgement, open sections, actions.

use domain::acces::{Cercle, Section};
use domain::accuse_reception::Accuse;
use domain::acteur::Role;
use domain::envoi::{NatureEnvoi, StatutEnvoi};
use domain::identifiant::{IdentifiantExterne, OrganisationId};
use domain::organisation::Organisation;
use domain::refus::Refus;
use domain::signalement::{Action, Contexte, Destinataires, Etat, Signalement};
use persistence::{Session, accuse_reception, envoi, identifiant_externe};

use crate::app::{Appel, Resultat};

/// What is known of a signalement, for one caller at one instant.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The signalement.
    pub signalement: Signalement,
    /// Who reports.
    pub organisation: Organisation,
    /// The competent Parquet, once transmitted.
    pub parquet: Option<Organisation>,
    /// The CRIP's copy could not be handed over yet (SIG-2b).
    pub copie_manquante: bool,
    /// The acknowledgement (SIG-5).
    pub accuse: Option<Accuse>,
    /// The caller's own numbers.
    pub identifiants_externes: Vec<IdentifiantExterne>,
    /// The sections open to the caller.
    pub sections: Vec<Section>,
    /// Each action, and why not.
    pub actions: Vec<(Action, Option<Refus>)>,
}

impl Detail {
    /// Loads what goes with a signalement that the caller may see.
    ///
    /// # Errors
    /// The base fails, or names an organisation that is not there.
    pub fn load(
        s: &mut Session<'_>,
        appel: &Appel,
        signalement: Signalement,
        cercle: &Cercle,
    ) -> Resultat<Self> {
        let annuaire = persistence::organisation::list(s)?;
        let transmission = signalement.transmission().cloned();
        let copie_manquante = transmission.is_some()
            && envoi::list(s, signalement.id)?
                .iter()
                .any(|e| e.nature == NatureEnvoi::CopieCrip && e.statut == StatutEnvoi::Echec);
        let accuse = match &signalement.etat {
            Etat::Recu(_, reception) | Etat::Clos(_, reception, _) => {
                accuse_reception::find(s, reception.accuse)?.map(|inscrit| inscrit.accuse)
            }
            _ => None,
        };
        let destinataires = addressees(&annuaire);
        let ctx = context(appel, &destinataires);
        let actions =
            Action::ALL.into_iter().map(|action| (action, signalement.garde(action, &ctx).err())).collect();
        Ok(Self {
            organisation: named(&annuaire, signalement.organisation)?,
            parquet: transmission.map(|t| named(&annuaire, t.parquet)).transpose()?,
            copie_manquante,
            accuse,
            identifiants_externes: identifiant_externe::list(s, appel.acteur.organisation, signalement.id.0)?,
            sections: cercle.open_sections(&appel.acteur, appel.now),
            actions,
            signalement,
        })
    }
}

/// The organisation of this identifier, which the base guarantees to be there.
///
/// # Errors
/// The base names an organisation that is not there.
pub(crate) fn named(annuaire: &[Organisation], id: OrganisationId) -> Resultat<Organisation> {
    let found = annuaire.iter().find(|organisation| organisation.id == id);
    Ok(found.cloned().ok_or_else(|| persistence::Erreur::corrompu("organisation", id))?)
}

/// To whom a report may go from this territoire (SIG-2).
pub(crate) fn addressees(annuaire: &[Organisation]) -> Destinataires {
    let parquets = annuaire.iter().filter(|o| o.role == Role::Parquet);
    Destinataires {
        parquets: parquets.filter_map(|o| Some((o.ressort.clone()?, o.id))).collect(),
        crip: annuaire.iter().find(|o| o.role == Role::Crip).map(|o| o.id),
    }
}

/// What the rules of the signalement need to know of this call.
pub(crate) fn context<'a>(appel: &'a Appel, destinataires: &'a Destinataires) -> Contexte<'a> {
    Contexte { acteur: &appel.acteur, now: appel.now, destinataires }
}
