//! The registre d'envoi of a signalement, for those who may see its judicial section (SIG-2b).

use domain::acces::Section;
use domain::envoi::Envoi;
use domain::identifiant::SignalementId;
use domain::organisation::Organisation;
use domain::refus::Refus;

use super::signalement::visible;
use super::{Appel, Erreur, Lu, Resultat};

/// The sendings of a signalement, the oldest first, with the directory to name their addressees.
///
/// # Errors
/// Not found when absent or invisible; the base fails.
pub fn list(appel: &Appel, id: SignalementId) -> Resultat<Lu<(Vec<Envoi>, Vec<Organisation>)>> {
    let (dossier, envois, annuaire) = appel.base.read(|s| {
        let (signalement, cercle) = visible(s, appel, id)?;
        if !cercle.opens(Section::Judiciaire, &appel.acteur, appel.now) {
            return Err(Erreur::from(Refus::introuvable()));
        }
        let envois = persistence::envoi::list(s, id)?;
        Ok((signalement.dossier, envois, persistence::organisation::list(s)?))
    })?;
    let acces = appel.look("list_envois", id.0, dossier, &[Section::Judiciaire]);
    Ok(Lu { valeur: (envois, annuaire), acces: vec![acces] })
}
