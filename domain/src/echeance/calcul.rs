//! From a start event to a due date, with every step of the count in French (SIG-8, EVA-3, SOU-2).

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::explication;
use super::regle::{EVA_3_HORS_OPP, EVA_3_OPP, Regle, SIG_8, SOU_2, VoieEvaluation};
use crate::calendrier::{self, Calendrier};
use crate::refus::{Erreur, Refus};

/// What a rule gives from a start event, and how it got there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calcul {
    /// The rule.
    pub regle: Regle,
    /// Where it comes from, in French.
    pub source: String,
    /// The start, a Paris date.
    pub depart: NaiveDate,
    /// The last day, a Paris date, included.
    pub echeance: NaiveDate,
    /// The last instant, UTC: for rules in hours only.
    pub echeance_a: Option<DateTime<Utc>>,
    /// The count, one French sentence per step, ready to be shown.
    pub etapes: Vec<String>,
    /// The version of the rule that was in force on the start day.
    pub version_regle: String,
}

/// The most working days that SIG-8 may be set to: a year of them.
const MAX_JOURS_OUVRES: u32 = 260;

/// SIG-8: so many working days after the Paris date of transmission, which is not counted; due at the end of that day.
///
/// # Errors
/// When the number of days is beyond a year of them, or the start too late for the calendar.
pub fn sig_8(depart: NaiveDate, jours_ouvres: u32, calendrier: Calendrier) -> Result<Calcul, Refus> {
    if jours_ouvres > MAX_JOURS_OUVRES {
        return Err(out_of_bounds(Regle::Sig8, "/jours_ouvres", "Ce nombre de jours ouvrés est trop grand."));
    }
    let version = SIG_8.on(depart);
    let echeance =
        calendrier.add_working_days(depart, jours_ouvres).ok_or_else(|| too_late(Regle::Sig8, "/depart"))?;
    Ok(Calcul {
        regle: Regle::Sig8,
        source: version.source.to_owned(),
        depart,
        echeance,
        echeance_a: None,
        etapes: explication::sig_8(depart, jours_ouvres, echeance, calendrier),
        version_regle: version.numero.to_owned(),
    })
}

/// EVA-3. `opp`: date of the OPP + 7 calendar days, end of day, whatever the day of the week. `hors_opp`: 3 months,
/// date to date, from the reception of the saisine, then the days of sursis (SIG-6).
///
/// # Errors
/// When days of sursis are given with an OPP, whose deadline they never move; when the dates leave the calendar.
pub fn eva_3(
    voie: VoieEvaluation,
    depart: NaiveDate,
    sursis_jours: Option<u32>,
    calendrier: Calendrier,
) -> Result<Calcul, Refus> {
    match (voie, sursis_jours) {
        (VoieEvaluation::Opp, None) => eva_3_opp(depart, calendrier),
        (VoieEvaluation::Opp, Some(_)) => Err(Refus::invalide(
            "sursis_sans_objet",
            Some("EVA-3"),
            "Un sursis à évaluer ne déplace jamais l’échéance d’une OPP.",
            vec![Erreur::new(
                "/sursis_jours",
                "sursis_sans_objet",
                "Les jours de sursis ne valent que hors OPP : retirez ce paramètre.",
            )],
        )),
        (VoieEvaluation::HorsOpp, jours) => eva_3_hors_opp(depart, jours.unwrap_or(0)),
    }
}

/// SOU-2: 48 hours from the request, the hours of Saturdays and Sundays (Europe/Paris) not counted, those of public
/// holidays counted: the text does not exclude them. The due day is the last one that the count touches: 48 hours that
/// run out at midnight are due on the day that ends.
///
/// # Errors
/// When the start is too late for the calendar.
pub fn sou_2(depart: DateTime<Utc>) -> Result<Calcul, Refus> {
    let jour = calendrier::paris_date(depart);
    let version = SOU_2.on(jour);
    let (echeance, fin) = add_weekday_hours(depart, TimeDelta::hours(version.delai))
        .ok_or_else(|| too_late(Regle::Sou2, "/depart"))?;
    Ok(Calcul {
        regle: Regle::Sou2,
        source: version.source.to_owned(),
        depart: jour,
        echeance,
        echeance_a: Some(fin),
        etapes: explication::sou_2(depart, version.delai, echeance, fin),
        version_regle: version.numero.to_owned(),
    })
}

fn eva_3_opp(depart: NaiveDate, calendrier: Calendrier) -> Result<Calcul, Refus> {
    let version = EVA_3_OPP.on(depart);
    let hors_calendrier = || too_late(Regle::Eva3, "/depart");
    let echeance =
        depart.checked_add_days(Days::new(version.delai.jours_ajoutes)).ok_or_else(hors_calendrier)?;
    // The earlier of the two is the convention's: its count is one day shorter and is never extended.
    let civile = calendrier.civil_procedure(depart, version.delai.jours_cpc).ok_or_else(hors_calendrier)?;
    Ok(Calcul {
        regle: Regle::Eva3,
        source: version.source.to_owned(),
        depart,
        echeance,
        echeance_a: None,
        etapes: explication::eva_3_opp(depart, &version.delai, echeance, civile, calendrier),
        version_regle: version.numero.to_owned(),
    })
}

fn eva_3_hors_opp(depart: NaiveDate, sursis_jours: u32) -> Result<Calcul, Refus> {
    let version = EVA_3_HORS_OPP.on(depart);
    let mois =
        calendrier::add_months(depart, version.delai).ok_or_else(|| too_late(Regle::Eva3, "/depart"))?;
    let echeance = mois
        .checked_add_days(Days::new(u64::from(sursis_jours)))
        .ok_or_else(|| too_late(Regle::Eva3, "/sursis_jours"))?;
    Ok(Calcul {
        regle: Regle::Eva3,
        source: version.source.to_owned(),
        depart,
        echeance,
        echeance_a: None,
        etapes: explication::eva_3_hors_opp(depart, version.delai, mois, sursis_jours, echeance),
        version_regle: version.numero.to_owned(),
    })
}

/// The last day counted and the instant at which the hours run out; `None` when the calendar ends before.
fn add_weekday_hours(depart: DateTime<Utc>, duree: TimeDelta) -> Option<(NaiveDate, DateTime<Utc>)> {
    let mut debut = depart;
    let mut jour = calendrier::paris_date(depart);
    let mut reste = duree;
    loop {
        let fin = calendrier::end_of_day(jour)?;
        if !calendrier::is_weekend(jour) {
            let disponible = fin - debut;
            if reste <= disponible {
                return Some((jour, debut.checked_add_signed(reste)?));
            }
            reste -= disponible;
        }
        debut = fin;
        jour = jour.succ_opt()?;
    }
}

fn too_late(regle: Regle, pointeur: &'static str) -> Refus {
    out_of_bounds(regle, pointeur, "Le décompte sort du calendrier.")
}

fn out_of_bounds(regle: Regle, pointeur: &'static str, message: &'static str) -> Refus {
    Refus::invalide(
        "hors_limites",
        Some(regle.code()),
        "Cette échéance ne peut pas être calculée.",
        vec![Erreur::new(pointeur, "hors_limites", message)],
    )
}
