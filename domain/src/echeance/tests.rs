//! The rules against known cases, their properties, and the life of a followed deadline.

use chrono::{Datelike, Days, TimeDelta, Weekday};
use proptest::prelude::*;

use super::*;
use crate::calendrier::{Calendrier, end_of_day, paris_date};
use crate::refus::{Nature, Refus};
use crate::territoire::Parametres;

const METROPOLE: Calendrier = Calendrier { alsace_moselle: false };
const ALSACE_MOSELLE: Calendrier = Calendrier { alsace_moselle: true };

fn jour(texte: &str) -> NaiveDate {
    texte.parse().unwrap()
}

fn instant(texte: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(texte).unwrap().to_utc()
}

fn opp(depart: &str) -> Calcul {
    eva_3(VoieEvaluation::Opp, jour(depart), None, METROPOLE).unwrap()
}

fn hors_opp(depart: &str, sursis_jours: Option<u32>) -> Calcul {
    eva_3(VoieEvaluation::HorsOpp, jour(depart), sursis_jours, METROPOLE).unwrap()
}

fn pointeurs(refus: &Refus) -> Vec<&str> {
    refus.erreurs.iter().map(|e| e.pointeur.as_str()).collect()
}

#[test]
fn eva_3_opp_due_date_is_day_plus_seven() {
    for (depart, attendu) in [
        ("2026-12-24", "2026-12-31"),
        ("2026-12-25", "2027-01-01"), // A holiday moves nothing.
        ("2026-12-19", "2026-12-26"), // Nor a Saturday,
        ("2026-12-20", "2026-12-27"), // nor a Sunday.
        ("2028-02-22", "2028-02-29"),
        ("2027-02-22", "2027-03-01"),
        ("2026-03-22", "2026-03-29"), // The spring night.
    ] {
        let calcul = opp(depart);
        assert_eq!(calcul.echeance, jour(attendu), "{depart}");
        assert_eq!((calcul.depart, calcul.echeance_a), (jour(depart), None));
    }
}

#[test]
fn eva_3_opp_tells_the_civil_count_and_follows_the_earlier() {
    let calcul = opp("2026-12-24");
    assert_eq!(
        calcul.etapes,
        [
            "Départ : date de l’OPP, jeudi 24 décembre 2026.",
            "L’OPP expire au bout de huit jours, dont le premier est le sien : date de l’OPP + 7 jours calendaires, \
             soit jeudi 31 décembre 2026.",
            "Sans report : ce délai de la convention ne se prolonge ni pour une fin de semaine ni pour un jour \
             férié.",
            "Échéance : jeudi 31 décembre 2026, à la fin de la journée (24 h, heure de Paris).",
            "Pour information, le décompte de la procédure civile (code de procédure civile, articles 641 et 642), \
             qui ne compte pas le jour de l’acte, donne 8 jours après jeudi 24 décembre 2026 : vendredi 1er janvier \
             2027, jour férié (Jour de l’an), reporté au premier jour ouvrable suivant, lundi 4 janvier 2027.",
            "Les alertes suivent la plus proche de ces deux dates : jeudi 31 décembre 2026.",
        ]
    );
    assert!(calcul.source.starts_with("Convention [77] art. 2.1"));
    assert_eq!((calcul.regle.code(), calcul.version_regle.as_str()), ("EVA-3", "1"));
}

#[test]
fn eva_3_opp_says_when_its_last_day_is_not_a_working_one() {
    assert!(
        opp("2026-12-19").etapes[2]
            .starts_with("Samedi 26 décembre 2026 est un jour de fin de semaine, sans")
    );
    assert!(opp("2026-12-25").etapes[2].contains("jour férié (Jour de l’an)"));
    assert!(opp("2026-06-01").etapes[4].ends_with(": mardi 9 juin 2026."));
}

#[test]
fn eva_3_opp_refuses_days_of_sursis() {
    for jours in [0, 10] {
        let refus = eva_3(VoieEvaluation::Opp, jour("2026-12-24"), Some(jours), METROPOLE).unwrap_err();
        assert_eq!((refus.nature, refus.regle), (Nature::Invalide, Some("EVA-3")));
        assert_eq!(pointeurs(&refus), ["/sursis_jours"]);
    }
}

#[test]
fn eva_3_hors_opp_is_three_months_then_sursis() {
    for (depart, sursis, attendu) in [
        ("2026-11-30", None, "2027-02-28"),
        ("2027-11-30", None, "2028-02-29"),
        ("2026-12-24", None, "2027-03-24"),
        ("2026-12-24", Some(0), "2027-03-24"),
        ("2026-12-24", Some(10), "2027-04-03"),
        ("2026-11-30", Some(10), "2027-03-10"), // Months first: not 10 December + 3 months.
        ("2026-11-28", Some(3), "2027-03-03"),
        ("2026-01-31", None, "2026-04-30"),
        ("2027-11-29", None, "2028-02-29"),
        ("2028-02-29", None, "2028-05-29"),
        ("2026-02-14", None, "2026-05-14"), // Ascension: no extension.
    ] {
        assert_eq!(hors_opp(depart, sursis).echeance, jour(attendu), "{depart} {sursis:?}");
    }
}

#[test]
fn eva_3_hors_opp_explains_the_missing_day_and_the_sursis() {
    let calcul = hors_opp("2026-11-30", Some(10));
    assert_eq!(
        calcul.etapes,
        [
            "Départ : réception de la saisine, lundi 30 novembre 2026.",
            "Délai : 3 mois, de date à date, soit dimanche 28 février 2027, dernier jour du mois, qui n’a pas de 30.",
            "Sursis à évaluer (SIG-6) : 10 jours calendaires ajoutés après les mois, soit mercredi 10 mars 2027.",
            "La convention ne prévoit de report ni pour une fin de semaine ni pour un jour férié.",
            "Échéance : mercredi 10 mars 2027, à la fin de la journée (24 h, heure de Paris).",
        ]
    );
    assert!(calcul.source.starts_with("Convention [77] art. 2.2"));
}

#[test]
fn sig_8_counts_working_days_after_the_start() {
    for (depart, n, attendu) in [
        ("2026-12-24", 2, "2026-12-29"),
        ("2026-12-23", 2, "2026-12-28"),
        ("2026-12-26", 2, "2026-12-29"), // Sent on a Saturday.
        ("2026-05-22", 2, "2026-05-27"), // Pentecost Monday.
        ("2026-06-01", 2, "2026-06-03"),
        ("2026-06-01", 5, "2026-06-08"),
    ] {
        assert_eq!(sig_8(jour(depart), n, METROPOLE).unwrap().echeance, jour(attendu), "{depart} + {n}");
    }
    // Good Friday, 3 April 2026, then Easter Monday.
    assert_eq!(sig_8(jour("2026-04-01"), 2, METROPOLE).unwrap().echeance, jour("2026-04-03"));
    assert_eq!(sig_8(jour("2026-04-01"), 2, ALSACE_MOSELLE).unwrap().echeance, jour("2026-04-07"));
}

#[test]
fn sig_8_explains_each_day() {
    let calcul = sig_8(jour("2026-12-24"), 2, METROPOLE).unwrap();
    assert_eq!(
        calcul.etapes,
        [
            "Départ : transmission du signalement, jeudi 24 décembre 2026 (ce jour ne compte pas).",
            "Délai : 2 jours ouvrés (du lundi au vendredi, hors jours fériés).",
            "Vendredi 25 décembre 2026 : jour férié (Noël), non compté.",
            "Samedi 26 décembre 2026 : jour de fin de semaine, non compté.",
            "Dimanche 27 décembre 2026 : jour de fin de semaine, non compté.",
            "Lundi 28 décembre 2026 : 1er jour ouvré.",
            "Mardi 29 décembre 2026 : 2e jour ouvré.",
            "Échéance : mardi 29 décembre 2026, à la fin de la journée (24 h, heure de Paris).",
        ]
    );
    assert!(calcul.source.contains("choix de Maillage"));
    assert_eq!(sig_8(jour("2026-12-24"), 200, METROPOLE).unwrap().etapes.len(), 3);
}

#[test]
fn sou_2_skips_saturday_and_sunday_hours_but_no_holiday() {
    for (depart, jour_du, fin) in [
        ("2026-07-06T09:15:00+02:00", "2026-07-08", "2026-07-08T09:15:00+02:00"),
        ("2026-07-10T15:30:00+02:00", "2026-07-14", "2026-07-14T15:30:00+02:00"), // Over a week-end, to 14 July.
        ("2026-07-11T10:00:00+02:00", "2026-07-14", "2026-07-15T00:00:00+02:00"), // From a Saturday.
        ("2026-07-12T23:59:59+02:00", "2026-07-14", "2026-07-15T00:00:00+02:00"),
        ("2026-07-09T00:00:00+02:00", "2026-07-10", "2026-07-11T00:00:00+02:00"), // Runs out on Friday, 24 h.
        ("2026-07-09T00:00:01+02:00", "2026-07-13", "2026-07-13T00:00:01+02:00"),
        ("2026-12-24T10:00:00+01:00", "2026-12-28", "2026-12-28T10:00:00+01:00"), // Christmas counts.
        ("2026-03-27T12:00:00+01:00", "2026-03-31", "2026-03-31T12:00:00+02:00"), // The spring night,
        ("2026-10-23T12:00:00+02:00", "2026-10-27", "2026-10-27T12:00:00+01:00"), // the autumn one.
    ] {
        let calcul = sou_2(instant(depart)).unwrap();
        assert_eq!((calcul.echeance, calcul.echeance_a), (jour(jour_du), Some(instant(fin))), "{depart}");
        assert_eq!(calcul.depart, paris_date(instant(depart)));
    }
}

#[test]
fn sou_2_explains_the_hours() {
    assert_eq!(
        sou_2(instant("2026-07-10T13:05:00Z")).unwrap().etapes,
        [
            "Départ : saisine de l’association, vendredi 10 juillet 2026 à 15 h 05 (heure de Paris).",
            "Délai : 48 heures ; celles du samedi et du dimanche ne comptent pas, celles des jours fériés comptent \
             (le texte n’exclut que la fin de semaine).",
            "Samedi 11 juillet 2026 : fin de semaine, non comptée.",
            "Dimanche 12 juillet 2026 : fin de semaine, non comptée.",
            "Échéance : mardi 14 juillet 2026 à 15 h 05 (heure de Paris).",
        ]
    );
    let vendredi = sou_2(instant("2026-07-08T22:00:00Z")).unwrap();
    assert!(vendredi.etapes.last().unwrap().contains("vendredi 10 juillet 2026 à 24 h"));
}

#[test]
fn question_refuses_what_the_rule_lacks_or_has_no_use_for() {
    let (le_jour, a_l_heure) =
        (Depart::Jour(jour("2026-12-24")), Depart::Instant(instant("2026-12-24T10:00:00Z")));
    let parametres = Parametres::default();
    let ask = |regle, depart, voie, sursis_jours| {
        Question { regle, depart, voie, sursis_jours }.answer(&parametres)
    };
    let (opp, hors_opp) = (Some(VoieEvaluation::Opp), Some(VoieEvaluation::HorsOpp));
    for (regle, depart, voie, sursis, attendus) in [
        (Regle::Sig8, le_jour, opp, None, vec!["/voie"]),
        (Regle::Sig8, le_jour, None, Some(1), vec!["/sursis_jours"]),
        (Regle::Sig8, le_jour, hors_opp, Some(1), vec!["/voie", "/sursis_jours"]),
        (Regle::Eva3, le_jour, None, None, vec!["/voie"]),
        (Regle::Eva3, le_jour, opp, Some(10), vec!["/sursis_jours"]),
        (Regle::Sou2, le_jour, None, None, vec!["/depart"]),
        (Regle::Sou2, le_jour, opp, Some(1), vec!["/voie", "/sursis_jours", "/depart"]),
    ] {
        let refus = ask(regle, depart, voie, sursis).unwrap_err();
        assert_eq!(pointeurs(&refus), attendus, "{regle:?} {voie:?} {sursis:?}");
        assert_eq!((refus.nature, refus.regle), (Nature::Invalide, Some(regle.code())));
    }
    for (regle, depart, voie, sursis, attendu) in [
        (Regle::Sig8, le_jour, None, None, "2026-12-29"),
        (Regle::Sig8, a_l_heure, None, None, "2026-12-29"),
        (Regle::Eva3, le_jour, opp, None, "2026-12-31"),
        (Regle::Eva3, le_jour, hors_opp, Some(10), "2027-04-03"),
        (Regle::Sou2, a_l_heure, None, None, "2026-12-28"),
    ] {
        assert_eq!(ask(regle, depart, voie, sursis).unwrap().echeance, jour(attendu));
    }
}

#[test]
fn rules_refuse_starts_that_leave_the_calendar() {
    let extremes = [NaiveDate::MIN, NaiveDate::MAX];
    for depart in extremes {
        let _ = (sig_8(depart, 2, METROPOLE), eva_3(VoieEvaluation::Opp, depart, None, METROPOLE));
        let _ = eva_3(VoieEvaluation::HorsOpp, depart, Some(u32::MAX), METROPOLE);
    }
    let tard = NaiveDate::MAX;
    for calcul in [
        sig_8(tard, 2, METROPOLE),
        eva_3(VoieEvaluation::Opp, tard, None, METROPOLE),
        eva_3(VoieEvaluation::HorsOpp, tard, None, METROPOLE),
        sou_2(DateTime::<Utc>::MAX_UTC),
    ] {
        assert_eq!(pointeurs(&calcul.unwrap_err()), ["/depart"]);
    }
    let _ = sou_2(DateTime::<Utc>::MIN_UTC);
    let refus = eva_3(VoieEvaluation::HorsOpp, jour("2026-12-24"), Some(u32::MAX), METROPOLE).unwrap_err();
    assert_eq!(pointeurs(&refus), ["/sursis_jours"]);
    assert_eq!(pointeurs(&sig_8(jour("2026-12-24"), 261, METROPOLE).unwrap_err()), ["/jours_ouvres"]);
}

fn suivie(calcul: &Calcul) -> Echeance {
    let id = Uuid::from_u128(1);
    Echeance::open(id.into(), id, id.into(), id.into(), calcul, instant("2026-12-24T09:00:00Z"))
}

#[test]
fn echeance_state_follows_the_paris_clock() {
    let echeance = suivie(&opp("2026-12-24"));
    for (now, etat, jours) in [
        ("2026-12-24T09:00:00Z", EtatEcheance::AVenir, 7),
        ("2026-12-28T22:59:59Z", EtatEcheance::AVenir, 3),
        ("2026-12-28T23:00:00Z", EtatEcheance::Proche, 2), // Already the 29th in Paris.
        ("2026-12-31T12:00:00Z", EtatEcheance::Proche, 0),
        ("2026-12-31T23:00:00Z", EtatEcheance::Proche, 0), // 24:00, the last instant.
        ("2026-12-31T23:00:00.000001Z", EtatEcheance::Depassee, -1),
        ("2027-01-05T12:00:00Z", EtatEcheance::Depassee, -5),
    ] {
        assert_eq!(
            (echeance.etat(instant(now)), echeance.jours_restants(instant(now))),
            (etat, jours),
            "{now}"
        );
    }
}

#[test]
fn echeance_in_hours_passes_at_its_instant() {
    let echeance = suivie(&sou_2(instant("2026-07-06T09:15:00+02:00")).unwrap());
    assert_eq!(echeance.etat(instant("2026-07-08T09:15:00+02:00")), EtatEcheance::Proche);
    assert_eq!(echeance.etat(instant("2026-07-08T09:15:00.000001+02:00")), EtatEcheance::Depassee);
    assert_eq!(echeance.jours_restants(instant("2026-07-08T10:00:00+02:00")), 0);
}

#[test]
fn echeance_met_in_time_or_late_stays_so() {
    let plus_tard = instant("2027-06-01T00:00:00Z");
    let a_temps = suivie(&opp("2026-12-24")).tenir(instant("2026-12-31T22:59:00Z"));
    assert_eq!(a_temps.etat(plus_tard), EtatEcheance::Tenue);
    let en_retard = suivie(&opp("2026-12-24")).tenir(instant("2027-01-01T09:00:00Z"));
    assert_eq!(en_retard.etat(plus_tard), EtatEcheance::TenueEnRetard);
    let deux_fois = a_temps.clone().tenir(plus_tard);
    assert_eq!(deux_fois, a_temps);
}

#[test]
fn echeance_alerts_once_and_never_when_met() {
    let passee = instant("2027-01-01T09:00:00Z");
    let echeance = suivie(&opp("2026-12-24"));
    assert!(!echeance.is_to_alert(instant("2026-12-31T12:00:00Z")));
    assert!(echeance.is_to_alert(passee));
    assert!(!echeance.clone().depasser(passee).is_to_alert(passee));
    assert!(!echeance.tenir(instant("2026-12-30T09:00:00Z")).is_to_alert(passee));
}

#[test]
fn echeance_state_codes_are_read_back() {
    for etat in EtatEcheance::ALL {
        assert_eq!(EtatEcheance::parse(etat.code()), Some(etat));
        assert_eq!(serde_json::to_value(etat).unwrap(), etat.code());
    }
    for voie in VoieEvaluation::ALL {
        assert_eq!(VoieEvaluation::parse(voie.code()), Some(voie));
    }
}

fn un_jour() -> impl Strategy<Value = NaiveDate> {
    (0_u64..30_000).prop_map(|n| jour("2020-01-01") + Days::new(n))
}

proptest! {
    #[test]
    fn eva_3_opp_is_always_the_earlier_of_the_two_counts(depart in un_jour(), alsace_moselle: bool) {
        let calendrier = Calendrier { alsace_moselle };
        let calcul = eva_3(VoieEvaluation::Opp, depart, None, calendrier).unwrap();
        prop_assert_eq!((calcul.echeance - depart).num_days(), 7);
        prop_assert!(calcul.echeance < calendrier.civil_procedure(depart, 8).unwrap());
    }

    #[test]
    fn eva_3_hors_opp_sursis_adds_its_days(depart in un_jour(), sursis in 0_u32..400) {
        let sans = eva_3(VoieEvaluation::HorsOpp, depart, None, METROPOLE).unwrap().echeance;
        let avec = eva_3(VoieEvaluation::HorsOpp, depart, Some(sursis), METROPOLE).unwrap().echeance;
        prop_assert_eq!((avec - sans).num_days(), i64::from(sursis));
        prop_assert!((89..=92).contains(&(sans - depart).num_days()));
    }

    #[test]
    fn sig_8_is_due_on_a_working_day_and_says_each_day(depart in un_jour(), n in 1_u32..11) {
        let calcul = sig_8(depart, n, METROPOLE).unwrap();
        prop_assert!(METROPOLE.is_working_day(calcul.echeance));
        let jours = usize::try_from((calcul.echeance - depart).num_days()).unwrap();
        prop_assert_eq!(calcul.etapes.len(), jours + 3);
        let comptes = calcul.etapes.iter().filter(|e| e.ends_with("jour ouvré.")).count();
        prop_assert_eq!(comptes, usize::try_from(n).unwrap());
    }

    #[test]
    fn sou_2_counts_forty_eight_weekday_hours(minutes in 0_i64..4_000_000) {
        let depart = instant("2026-01-01T00:00:00Z") + TimeDelta::minutes(minutes);
        let fin = sou_2(depart).unwrap().echeance_a.unwrap();
        let semaine = |a: &DateTime<Utc>| !matches!(paris_date(*a).weekday(), Weekday::Sat | Weekday::Sun);
        let comptees = (0..(fin - depart).num_minutes()).map(|m| depart + TimeDelta::minutes(m)).filter(semaine);
        prop_assert_eq!(comptees.count(), 48 * 60);
    }

    #[test]
    fn later_start_is_never_due_earlier(a in un_jour(), ecart in 0_u64..40) {
        let b = a + Days::new(ecart);
        for voie in VoieEvaluation::ALL {
            let due = |depart| eva_3(voie, depart, None, METROPOLE).unwrap().echeance;
            prop_assert!(due(a) <= due(b));
        }
        let due = |depart| sou_2(end_of_day(depart).unwrap()).unwrap().echeance_a;
        prop_assert!(due(a) <= due(b));
    }
}
