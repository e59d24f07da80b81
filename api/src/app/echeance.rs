//! The deadlines of whoever asks, and the questions about deadlines that need no dossier (§15).

use domain::echeance::{Calcul, Echeance, Question, Regle};
use domain::organisation::Organisation;
use persistence::echeance::Position;

use super::{Appel, Lu, Resultat};

/// The deadlines of the dossiers that the caller may see, the nearest first, with the directory to name who must act.
///
/// # Errors
/// The base fails.
pub fn list(
    appel: &Appel,
    regle: Option<Regle>,
    apres: Option<Position>,
    limite: i64,
) -> Resultat<Lu<(Vec<Echeance>, Vec<Organisation>)>> {
    if !appel.acteur.sees_dossiers() {
        return Ok(Lu::plain((Vec::new(), Vec::new())));
    }
    let organisation = appel.acteur.organisation;
    appel.base.read(|s| {
        let echeances = persistence::echeance::list(s, organisation, appel.now, regle, apres, limite)?;
        Ok(Lu::plain((echeances, persistence::organisation::list(s)?)))
    })
}

/// Computes a deadline with the settings of the territoire.
///
/// # Errors
/// A parameter that the rule lacks or has no use for; the base fails.
pub fn simulate(appel: &Appel, question: Question) -> Resultat<Lu<Calcul>> {
    let territoire = appel.base.read(persistence::territoire::get)?;
    Ok(Lu::plain(question.answer(&territoire.parametres)?))
}
