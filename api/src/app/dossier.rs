//! Looking at dossiers: the list without names, the sections that are open, the chronology (DOS-1…3, DOS-7).

use domain::acces::{Cercle, Section};
use domain::dossier::{Dossier, Situation};
use domain::fait::{Fait, FaitInscrit};
use domain::identifiant::DossierId;
use domain::organisation::Organisation;
use domain::refus::Refus;
use persistence::{Session, cercle, faits};

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
) -> Resultat<Lu<Vec<Dossier>>> {
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
        let (dossier, sections) = visible(s, appel, id)?;
        let annuaire = persistence::organisation::list(s)?;
        let situation_par = named(&annuaire, dossier.qualification.organisation)?;
        Ok::<_, super::Erreur>(Detail { dossier, situation_par, sections })
    })?;
    let acces = appel.look("show_dossier", id.0, id, &detail.sections);
    Ok(Lu { valeur: detail, acces: vec![acces] })
}

/// A page of a chronology.
#[derive(Debug, Clone)]
pub struct Chronologie {
    /// The facts that the caller may know of, the oldest first.
    pub faits: Vec<FaitInscrit>,
    /// The last number that was looked at, shown or not; `None` at the end.
    pub suite: Option<i64>,
}

/// What happened in a dossier, from its facts (DOS-7): what, when and by whom. Neither the drafts of other
/// organisations nor the entries in the cercle show.
///
/// # Errors
/// Not found when absent or invisible; the base fails.
pub fn history(appel: &Appel, id: DossierId, apres: i64, limite: i64) -> Resultat<Lu<Chronologie>> {
    let (chronologie, sections) = appel.base.read(|s| {
        let (_, sections) = visible(s, appel, id)?;
        let caches = persistence::signalement::list_hidden(s, id, appel.acteur.organisation)?;
        let lus = faits::list_of_dossier(s, id, apres, limite)?;
        let complete = i64::try_from(lus.len()).is_ok_and(|lus| lus < limite);
        let suite = lus.last().map(|dernier| dernier.seq).filter(|_| !complete);
        let cache = |fait: &Fait| {
            matches!(fait, Fait::CercleEntre { .. })
                || fait.sujet().is_some_and(|sujet| caches.contains(&sujet.into()))
        };
        let faits = lus.into_iter().filter(|inscrit| !cache(&inscrit.fait)).collect();
        Ok::<_, super::Erreur>((Chronologie { faits, suite }, sections))
    })?;
    let acces = appel.look("list_dossier_chronologie", id.0, id, &sections);
    Ok(Lu { valeur: chronologie, acces: vec![acces] })
}

/// The dossier and the sections open to the caller, or not found: absent and invisible take the same queries (SEC-1).
fn visible(s: &mut Session<'_>, appel: &Appel, id: DossierId) -> Resultat<(Dossier, Vec<Section>)> {
    let dossier = persistence::dossier::find(s, id)?;
    let place: Option<Cercle> = cercle::find(s, id, appel.acteur.organisation)?;
    let sections: Vec<Section> = place.map_or_else(Vec::new, |place| {
        let opens = |section: &Section| place.opens(*section, &appel.acteur, appel.now);
        Section::ALL.into_iter().filter(opens).collect()
    });
    match dossier {
        Some(dossier) if !sections.is_empty() => Ok((dossier, sections)),
        _ => Err(Refus::introuvable().into()),
    }
}
