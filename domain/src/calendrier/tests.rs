//! The calendar against known dates, the two clock changes of each year and the ends of the calendar.

use super::*;
use proptest::prelude::*;

const METROPOLE: Calendrier = Calendrier { alsace_moselle: false };
const ALSACE_MOSELLE: Calendrier = Calendrier { alsace_moselle: true };

fn jour(texte: &str) -> NaiveDate {
    texte.parse().unwrap()
}

fn instant(texte: &str) -> DateTime<Utc> {
    texte.parse().unwrap()
}

#[test]
fn holidays_of_2026_are_the_eleven_of_the_law() {
    let attendus = [
        ("2026-01-01", "Jour de l’an"),
        ("2026-04-06", "Lundi de Pâques"),
        ("2026-05-01", "Fête du Travail"),
        ("2026-05-08", "Victoire de 1945"),
        ("2026-05-14", "Ascension"),
        ("2026-05-25", "Lundi de Pentecôte"),
        ("2026-07-14", "Fête nationale"),
        ("2026-08-15", "Assomption"),
        ("2026-11-01", "Toussaint"),
        ("2026-11-11", "Armistice de 1918"),
        ("2026-12-25", "Noël"),
    ];
    let trouves: Vec<_> = jour("2026-01-01")
        .iter_days()
        .take(365)
        .filter_map(|j| METROPOLE.holiday_name(j).map(|nom| (j, nom)))
        .collect();
    assert_eq!(trouves, attendus.map(|(texte, nom)| (jour(texte), nom)));
}

#[test]
fn alsace_moselle_adds_good_friday_and_the_day_after_christmas() {
    let ajoutes: Vec<_> = jour("2026-01-01")
        .iter_days()
        .take(365)
        .filter(|j| ALSACE_MOSELLE.is_holiday(*j) && !METROPOLE.is_holiday(*j))
        .map(|j| (j, ALSACE_MOSELLE.holiday_name(j).unwrap()))
        .collect();
    assert_eq!(ajoutes, [(jour("2026-04-03"), "Vendredi saint"), (jour("2026-12-26"), "Saint-Étienne")]);
}

#[test]
fn easter_falls_on_the_published_sundays() {
    // 1954 and 2049 are exceptions of Gauss's rule; 1818 and 2038 are the earliest and the latest possible dates.
    for date in [
        "1818-03-22",
        "1954-04-18",
        "1981-04-19",
        "2000-04-23",
        "2008-03-23",
        "2024-03-31",
        "2025-04-20",
        "2026-04-05",
        "2027-03-28",
        "2038-04-25",
        "2049-04-18",
        "2076-04-19",
        "2099-04-12",
    ] {
        assert_eq!(easter(jour(date).year()), Some(jour(date)));
    }
}

#[test]
fn two_holidays_on_one_day_take_the_name_of_the_fixed_one() {
    assert_eq!(METROPOLE.holiday_name(jour("2008-05-01")), Some("Fête du Travail"));
}

#[test]
fn working_days_skip_week_ends_and_holidays_and_do_not_count_the_start() {
    for (depart, n, attendu) in [
        ("2026-12-24", 0, "2026-12-24"),
        ("2026-12-24", 1, "2026-12-28"),
        ("2026-12-24", 2, "2026-12-29"),
        ("2026-12-26", 1, "2026-12-28"),
        ("2026-05-22", 1, "2026-05-26"), // Pentecost Monday.
        ("2026-07-13", 2, "2026-07-16"),
        ("2027-04-30", 1, "2027-05-03"), // 1 May on a Saturday gives no day back.
    ] {
        assert_eq!(METROPOLE.add_working_days(jour(depart), n), Some(jour(attendu)), "{depart} + {n}");
    }
    assert_eq!(ALSACE_MOSELLE.add_working_days(jour("2028-12-25"), 1), Some(jour("2028-12-27")));
}

#[test]
fn months_go_date_to_date_or_to_the_last_day() {
    for (depart, n, attendu) in [
        ("2026-11-30", 3, "2027-02-28"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2027-11-29", 3, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2027-02-28", 3, "2027-05-28"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-10-15", 3, "2027-01-15"),
    ] {
        assert_eq!(add_months(jour(depart), n), Some(jour(attendu)), "{depart} + {n}");
    }
}

#[test]
fn civil_procedure_moves_the_end_to_a_working_day() {
    for (acte, attendu) in [
        ("2026-12-24", "2027-01-04"), // Friday 1 January, then the week-end.
        ("2026-12-17", "2026-12-28"), // Christmas on a Friday.
        ("2026-06-01", "2026-06-09"),
        ("2026-05-17", "2026-05-26"), // Pentecost Monday.
        ("2026-06-05", "2026-06-15"), // Saturday.
    ] {
        assert_eq!(METROPOLE.civil_procedure(jour(acte), 8), Some(jour(attendu)), "{acte}");
    }
}

#[test]
fn day_ends_when_the_next_one_begins_in_paris() {
    for (date, fin, heures) in [
        ("2026-01-15", "2026-01-15T23:00:00Z", 24),
        ("2026-07-15", "2026-07-15T22:00:00Z", 24),
        ("2026-03-29", "2026-03-29T22:00:00Z", 23),
        ("2026-10-25", "2026-10-25T23:00:00Z", 25),
        ("2026-12-31", "2026-12-31T23:00:00Z", 24),
    ] {
        let debut = start_of_day(jour(date)).unwrap();
        assert_eq!(end_of_day(jour(date)), Some(instant(fin)), "{date}");
        assert_eq!((instant(fin) - debut).num_hours(), heures, "{date}");
    }
}

#[test]
fn paris_clock_gap_and_doubt_give_one_instant() {
    let local = |texte: &str| texte.parse::<NaiveDateTime>().unwrap();
    // 02:30 does not exist on 29 March 2026: 03:30 summer time is the same instant.
    assert_eq!(paris_instant(local("2026-03-29T02:30:00")), Some(instant("2026-03-29T01:30:00Z")));
    // 02:30 is shown twice on 25 October 2026: the first one.
    assert_eq!(paris_instant(local("2026-10-25T02:30:00")), Some(instant("2026-10-25T00:30:00Z")));
}

#[test]
fn paris_day_is_not_the_utc_day() {
    assert_eq!(paris_date(instant("2026-07-14T22:30:00Z")), jour("2026-07-15"));
    assert_eq!(paris_date(instant("2026-12-31T23:00:00Z")), jour("2027-01-01"));
}

#[test]
fn ends_of_the_calendar_answer_none_and_never_panic() {
    assert_eq!(METROPOLE.add_working_days(NaiveDate::MAX, 1), None);
    assert_eq!(METROPOLE.add_working_days(jour("2026-01-01"), u32::MAX), None);
    assert_eq!(METROPOLE.civil_procedure(NaiveDate::MAX, 8), None);
    assert_eq!(METROPOLE.civil_procedure(NaiveDate::MIN, u64::MAX), None);
    assert_eq!(add_months(NaiveDate::MAX, 1), None);
    assert_eq!(add_months(NaiveDate::MIN, u32::MAX), None);
    assert_eq!(end_of_day(NaiveDate::MAX), None);
    for extreme in [NaiveDate::MIN, NaiveDate::MAX] {
        let _ = (METROPOLE.is_working_day(extreme), start_of_day(extreme), french_date(extreme));
        let _ = (end_of_day(extreme), ALSACE_MOSELLE.holiday_name(extreme));
    }
    for extreme in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let _ = paris_date(extreme);
    }
    for annee in [i32::MIN, -400, -1, 0, i32::MAX] {
        let _ = easter(annee);
    }
}

#[test]
fn french_dates_are_written_in_words() {
    assert_eq!(french_date(jour("2026-12-31")), "jeudi 31 décembre 2026");
    assert_eq!(french_date(jour("2027-01-01")), "vendredi 1er janvier 2027");
    assert_eq!(french_date(jour("2028-02-29")), "mardi 29 février 2028");
}

fn un_jour() -> impl Strategy<Value = NaiveDate> {
    (0_u64..60_000).prop_map(|n| jour("1950-01-01") + Days::new(n))
}

proptest! {
    #[test]
    fn working_days_are_counted_exactly(depart in un_jour(), n in 1_u32..40, alsace_moselle: bool) {
        let calendrier = Calendrier { alsace_moselle };
        let fin = calendrier.add_working_days(depart, n).unwrap();
        let comptes = depart.iter_days().skip(1).take_while(|j| *j <= fin).filter(|j| calendrier.is_working_day(*j));
        prop_assert_eq!(comptes.count(), usize::try_from(n).unwrap());
        prop_assert!(calendrier.is_working_day(fin));
        prop_assert!(!calendrier.is_holiday(fin));
    }

    #[test]
    fn a_later_start_is_never_due_earlier(a in un_jour(), ecart in 0_u64..60, n in 0_u32..10) {
        let b = a + Days::new(ecart);
        prop_assert!(METROPOLE.add_working_days(a, n) <= METROPOLE.add_working_days(b, n));
        prop_assert!(add_months(a, n) <= add_months(b, n));
        prop_assert!(end_of_day(a) <= end_of_day(b));
        prop_assert!(METROPOLE.civil_procedure(a, 8) <= METROPOLE.civil_procedure(b, 8));
    }

    #[test]
    fn months_keep_the_day_or_end_the_month(depart in un_jour(), n in 0_u32..30) {
        let fin = add_months(depart, n).unwrap();
        let mois = |d: NaiveDate| i64::from(d.year()) * 12 + i64::from(d.month());
        prop_assert_eq!(mois(fin), mois(depart) + i64::from(n));
        let dernier = fin.succ_opt().unwrap().day() == 1;
        prop_assert!(fin.day() == depart.day() || (dernier && fin.day() < depart.day()));
    }

    #[test]
    fn day_end_is_the_first_instant_of_the_next_day(date in un_jour()) {
        let fin = end_of_day(date).unwrap();
        prop_assert_eq!(paris_date(fin), date.succ_opt().unwrap());
        prop_assert_eq!(paris_date(fin - TimeDelta::microseconds(1)), date);
    }

    #[test]
    fn any_date_is_answered(jours in -95_745_000_i64..95_745_000, n: u32) {
        let Some(date) = jour("1970-01-01").checked_add_signed(TimeDelta::days(jours)) else { return Ok(()) };
        let _ = (METROPOLE.holiday_name(date), add_months(date, n), end_of_day(date), start_of_day(date));
        let _ = METROPOLE.add_working_days(date, n % 50);
    }
}
