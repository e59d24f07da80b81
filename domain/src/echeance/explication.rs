//! The count of a deadline told in French, one sentence per step, for whoever must trust it or contest it.

use chrono::{DateTime, Datelike, Days, NaiveDate, Timelike, Utc};

use super::regle::DelaiOpp;
use crate::calendrier::{self, Calendrier, french_date};

/// Up to this many working days, each day of the count has its sentence.
const MAX_JOURS_DETAILLES: u32 = 10;

/// SIG-8: each day that counts and each that does not.
pub(super) fn sig_8(depart: NaiveDate, n: u32, fin: NaiveDate, calendrier: Calendrier) -> Vec<String> {
    let mut etapes = vec![
        format!("Départ : transmission du signalement, {} (ce jour ne compte pas).", french_date(depart)),
        format!(
            "Délai : {} ({}).",
            count(u64::from(n), "jour ouvré", "jours ouvrés"),
            "du lundi au vendredi, hors jours fériés"
        ),
    ];
    if n <= MAX_JOURS_DETAILLES {
        let mut rang = 0_u32;
        for jour in depart.iter_days().skip(1).take_while(|jour| *jour <= fin) {
            let compte = calendrier.is_working_day(jour);
            rang += u32::from(compte);
            etapes.push(match why_not_working(jour, calendrier) {
                Some(raison) => format!("{} : {raison}, non compté.", capital(&french_date(jour))),
                None => format!("{} : {} jour ouvré.", capital(&french_date(jour)), ordinal(rang)),
            });
        }
    }
    etapes.push(due_at_end_of(fin));
    etapes
}

/// EVA-3 after an OPP: the convention's count, then the civil procedure's, as information.
pub(super) fn eva_3_opp(
    depart: NaiveDate,
    delai: &DelaiOpp,
    fin: NaiveDate,
    civile: NaiveDate,
    calendrier: Calendrier,
) -> Vec<String> {
    let report = match why_not_working(fin, calendrier) {
        Some(raison) => format!("{} est un {raison}, sans report", capital(&french_date(fin))),
        None => "Sans report".to_owned(),
    };
    vec![
        format!("Départ : date de l’OPP, {}.", french_date(depart)),
        format!(
            "L’OPP expire au bout de huit jours, dont le premier est le sien : date de l’OPP + {} jours calendaires, \
             soit {}.",
            delai.jours_ajoutes,
            french_date(fin)
        ),
        format!(
            "{report} : ce délai de la convention ne se prolonge ni pour une fin de semaine ni pour un jour férié."
        ),
        due_at_end_of(fin),
        civil_procedure(depart, delai, civile, calendrier),
        format!("Les alertes suivent la plus proche de ces deux dates : {}.", french_date(fin.min(civile))),
    ]
}

/// EVA-3 without OPP: the months, then the days of sursis.
pub(super) fn eva_3_hors_opp(
    depart: NaiveDate,
    mois: u32,
    apres_mois: NaiveDate,
    sursis_jours: u32,
    fin: NaiveDate,
) -> Vec<String> {
    let quantieme = if apres_mois.day() == depart.day() {
        String::new()
    } else {
        format!(", dernier jour du mois, qui n’a pas de {}", depart.day())
    };
    let mut etapes = vec![
        format!("Départ : réception de la saisine, {}.", french_date(depart)),
        format!("Délai : {mois} mois, de date à date, soit {}{quantieme}.", french_date(apres_mois)),
    ];
    if sursis_jours > 0 {
        etapes.push(format!(
            "Sursis à évaluer (SIG-6) : {} après les mois, soit {}.",
            count(u64::from(sursis_jours), "jour calendaire ajouté", "jours calendaires ajoutés"),
            french_date(fin)
        ));
    }
    etapes.push(
        "La convention ne prévoit de report ni pour une fin de semaine ni pour un jour férié.".to_owned(),
    );
    etapes.push(due_at_end_of(fin));
    etapes
}

/// SOU-2: the hours, and the week-ends skipped.
pub(super) fn sou_2(depart: DateTime<Utc>, heures: i64, jour: NaiveDate, fin: DateTime<Utc>) -> Vec<String> {
    let premier = calendrier::paris_date(depart);
    let mut etapes = vec![
        format!(
            "Départ : saisine de l’association, {} à {} (heure de Paris).",
            french_date(premier),
            french_time(depart)
        ),
        format!(
            "Délai : {heures} heures ; celles du samedi et du dimanche ne comptent pas, celles des jours fériés \
             comptent (le texte n’exclut que la fin de semaine)."
        ),
    ];
    etapes.extend(
        premier
            .iter_days()
            .take_while(|j| *j <= jour)
            .filter(|j| calendrier::is_weekend(*j))
            .map(|j| format!("{} : fin de semaine, non comptée.", capital(&french_date(j)))),
    );
    // Hours that run out at midnight belong to the day that ends.
    let heure = if calendrier::paris_date(fin) == jour { french_time(fin) } else { "24 h".to_owned() };
    etapes.push(format!("Échéance : {} à {heure} (heure de Paris).", french_date(jour)));
    etapes
}

fn civil_procedure(depart: NaiveDate, delai: &DelaiOpp, civile: NaiveDate, calendrier: Calendrier) -> String {
    let brute = depart.checked_add_days(Days::new(delai.jours_cpc)).unwrap_or(civile);
    let debut = format!(
        "Pour information, le décompte de la procédure civile (code de procédure civile, articles 641 et 642), qui \
         ne compte pas le jour de l’acte, donne {} après {}",
        count(delai.jours_cpc, "jour", "jours"),
        french_date(depart)
    );
    match why_not_working(brute, calendrier) {
        Some(raison) => format!(
            "{debut} : {}, {raison}, reporté au premier jour ouvrable suivant, {}.",
            french_date(brute),
            french_date(civile)
        ),
        None => format!("{debut} : {}.", french_date(civile)),
    }
}

fn due_at_end_of(jour: NaiveDate) -> String {
    format!("Échéance : {}, à la fin de la journée (24 h, heure de Paris).", french_date(jour))
}

fn why_not_working(jour: NaiveDate, calendrier: Calendrier) -> Option<String> {
    match calendrier.holiday_name(jour) {
        Some(nom) => Some(format!("jour férié ({nom})")),
        None => calendrier::is_weekend(jour).then(|| "jour de fin de semaine".to_owned()),
    }
}

fn count(n: u64, singulier: &str, pluriel: &str) -> String {
    format!("{n} {}", if n < 2 { singulier } else { pluriel })
}

fn ordinal(rang: u32) -> String {
    if rang == 1 { "1er".to_owned() } else { format!("{rang}e") }
}

fn french_time(instant: DateTime<Utc>) -> String {
    let heure = calendrier::paris_time(instant);
    match heure.minute() {
        0 => format!("{} h", heure.hour()),
        minute => format!("{} h {minute:02}", heure.hour()),
    }
}

/// Our texts begin with a day's name, whose first letter is plain ASCII.
fn capital(texte: &str) -> String {
    let mut lettres = texte.chars();
    lettres
        .next()
        .map_or_else(String::new, |premiere| premiere.to_ascii_uppercase().to_string() + lettres.as_str())
}
