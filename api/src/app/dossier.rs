//! Looking at dossiers: the list without names, the sections that are open, the chronology (DOS-1…3, DOS-7).

use domain::acces::Section;
use domain::dossier::{Dossier, Resume, Situation};
use domain::identifiant::DossierId;
use domain::organisation::Organisation;
use domain::refus::Refus;
use persistence::faits::{self, Evenement};
use persistence::{Session, cercle};
use uuid::Uuid;

use super::signalement::detail::named;
use super::{Appel, Lu, Resultat};

/// A dossier with what its view shows.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The dossier.
    pub dossier: Dossier,
    /// Who assessed the situation.
    pub situation_par: Organisation,
    /// The sections open to the caller.
    pub sections: Vec<Section>,
}

/// The dossiers that the caller may see, the newest first.
///
/// # Errors
/// The base fails.
pub fn list(
    appel: &Appel,
    situation: Option<Situation>,
    apres: Option<DossierId>,
    limite: i64,
) -> Resultat<Lu<Vec<Resume>>> {
    if !appel.acteur.sees_dossiers() {
        return Ok(Lu::plain(Vec::new()));
    }
    let organisation = appel.acteur.organisation;
    appel.base.read(|s| {
        let dossiers = persistence::dossier::list(s, organisation, appel.now, situation, apres, limite)?;
        Ok(Lu::plain(dossiers))
    })
}

/// One dossier, in the sections open to the caller.
///
/// # Errors
/// Not found when absent or invisible; the base fails.
pub fn show(appel: &Appel, id: DossierId) -> Resultat<Lu<Detail>> {
    let detail = appel.base.read(|s| {
        let sections = open_sections(s, appel, id)?;
        let dossier = persistence::dossier::find(s, id)?.ok_or_else(Refus::introuvable)?;
        let annuaire = persistence::organisation::list(s)?;
        let situation_par = named(&annuaire, dossier.qualification.organisation)?;
        Ok::<_, super::Erreur>(Detail { dossier, situation_par, sections })
    })?;
    let acces = appel.look("show_dossier", id.0, id, &detail.sections);
    Ok(Lu { valeur: detail, acces: vec![acces] })
}

/// What happened in a dossier (DOS-7): what, when and by whom. Neither the drafts of other organisations nor the
/// entries in the cercle show.
///
/// # Errors
/// Not found when absent or invisible; the base fails.
pub fn history(appel: &Appel, id: DossierId, apres: i64, limite: i64) -> Resultat<Lu<Vec<Evenement>>> {
    let (evenements, sections) = appel.base.read(|s| {
        let sections = open_sections(s, appel, id)?;
        let caches = persistence::signalement::list_hidden(s, id, appel.acteur.organisation)?;
        let caches: Vec<Uuid> = caches.into_iter().map(|signalement| signalement.0).collect();
        Ok::<_, super::Erreur>((faits::list_of_dossier(s, id, &caches, apres, limite)?, sections))
    })?;
    let acces = appel.look("list_dossier_chronologie", id.0, id, &sections);
    Ok(Lu { valeur: evenements, acces: vec![acces] })
}

/// The sections open to the caller, or not found: absent and invisible take the same query, and nothing of the dossier
/// is read for either (SEC-1).
fn open_sections(s: &mut Session<'_>, appel: &Appel, id: DossierId) -> Resultat<Vec<Section>> {
    let place = cercle::find(s, id, appel.acteur.organisation)?;
    let sections = place.map_or_else(Vec::new, |place| place.open_sections(&appel.acteur, appel.now));
    if sections.is_empty() { Err(Refus::introuvable().into()) } else { Ok(sections) }
}
