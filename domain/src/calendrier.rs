//! Dates as the law counts them: Europe/Paris days, French public holidays, working days (§15).

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono::{TimeDelta, Weekday};
use chrono_tz::Europe::Paris;

#[cfg(test)]
mod tests;

/// The public holidays of a territoire (code du travail, L.3133-1), and the days that count as working ones:
/// Monday to Friday less these holidays. The same list for every year, past ones included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calendrier {
    /// Good Friday and 26 December are holidays too (code du travail, L.3134-13).
    pub alsace_moselle: bool,
}

/// Holidays that keep their date: month, day, name.
const FIXES: [(u32, u32, &str); 8] = [
    (1, 1, "Jour de l’an"),
    (5, 1, "Fête du Travail"),
    (5, 8, "Victoire de 1945"),
    (7, 14, "Fête nationale"),
    (8, 15, "Assomption"),
    (11, 1, "Toussaint"),
    (11, 11, "Armistice de 1918"),
    (12, 25, "Noël"),
];

impl Calendrier {
    /// Whether this day is a public holiday; Pentecost Monday is one, « journée de solidarité » or not
    /// (Crim. 10 May 2006, 05-86.744).
    pub fn is_holiday(self, jour: NaiveDate) -> bool {
        self.holiday_name(jour).is_some()
    }

    /// The French name of the holiday; when two fall on one day (Ascension on 1 May 2008), the one that keeps its
    /// date.
    pub fn holiday_name(self, jour: NaiveDate) -> Option<&'static str> {
        FIXES
            .iter()
            .find(|(mois, quantieme, _)| (jour.month(), jour.day()) == (*mois, *quantieme))
            .map(|(_, _, nom)| *nom)
            .or_else(|| self.local_or_movable(jour))
    }

    /// Whether this day is counted by the rules in working days: Monday to Friday, holidays excepted.
    pub fn is_working_day(self, jour: NaiveDate) -> bool {
        !is_weekend(jour) && !self.is_holiday(jour)
    }

    /// The n-th working day after the start, which is not counted; the start itself when `n` is 0. `None` when the
    /// calendar ends before. Takes a time that grows with `n`.
    pub fn add_working_days(self, start: NaiveDate, n: u32) -> Option<NaiveDate> {
        // At least one calendar day goes by for each working day: an absurd count fails at once.
        start.checked_add_days(Days::new(u64::from(n)))?;
        let mut jour = start;
        for _ in 0..n {
            jour = self.working_day_from(jour.succ_opt()?)?;
        }
        Some(jour)
    }

    /// This day when it is a working one, else the next that is; `None` when the calendar ends before.
    pub fn working_day_from(self, jour: NaiveDate) -> Option<NaiveDate> {
        let mut jour = jour;
        while !self.is_working_day(jour) {
            jour = jour.succ_opt()?;
        }
        Some(jour)
    }

    /// The civil procedure's own count in days (code de procédure civile, 641 and 642): the day of the act is not
    /// counted; an end on a Saturday, a Sunday or a holiday moves to the next working day. `None` when the calendar
    /// ends before.
    pub fn civil_procedure(self, acte: NaiveDate, jours: u64) -> Option<NaiveDate> {
        self.working_day_from(acte.checked_add_days(Days::new(jours))?)
    }

    fn local_or_movable(self, jour: NaiveDate) -> Option<&'static str> {
        if self.alsace_moselle && (jour.month(), jour.day()) == (12, 26) {
            return Some("Saint-Étienne");
        }
        match (jour - easter(jour.year())?).num_days() {
            -2 if self.alsace_moselle => Some("Vendredi saint"),
            1 => Some("Lundi de Pâques"),
            39 => Some("Ascension"),
            50 => Some("Lundi de Pentecôte"),
            _ => None,
        }
    }
}

/// Easter Sunday in the Gregorian calendar, by the Meeus/Jones/Butcher algorithm; `None` outside the calendar.
pub fn easter(annee: i32) -> Option<NaiveDate> {
    let a = annee.rem_euclid(19);
    let (b, c) = (annee.div_euclid(100), annee.rem_euclid(100));
    let (d, e) = (b.div_euclid(4), b.rem_euclid(4));
    let f = (b + 8).div_euclid(25);
    let g = (b - f + 1).div_euclid(3);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(annee, u32::try_from(n / 31).ok()?, u32::try_from(n % 31 + 1).ok()?)
}

/// Whether this day is a Saturday or a Sunday.
pub fn is_weekend(jour: NaiveDate) -> bool {
    matches!(jour.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The same day, `n` months later, or the last day of that month when it has no such day (30 November + 3 months =
/// the last day of February); `None` when the calendar ends before.
pub fn add_months(date: NaiveDate, n: u32) -> Option<NaiveDate> {
    date.checked_add_months(Months::new(n))
}

/// The Paris day of an instant.
pub fn paris_date(instant: DateTime<Utc>) -> NaiveDate {
    paris_time(instant).date()
}

/// What a clock on a Paris wall shows at this instant; at the two ends of the calendar, where this has no date, what
/// a UTC clock shows.
pub fn paris_time(instant: DateTime<Utc>) -> NaiveDateTime {
    let utc = instant.naive_utc();
    utc.checked_add_offset(Paris.offset_from_utc_datetime(&utc).fix()).unwrap_or(utc)
}

/// The instant at which a Paris wall clock shows this: the first one on the autumn night when it shows it twice, the
/// end of the gap on the spring night when it never does. `None` where the calendar ends.
pub fn paris_instant(heure_locale: NaiveDateTime) -> Option<DateTime<Utc>> {
    if let Some(instant) = Paris.from_local_datetime(&heure_locale).earliest() {
        return Some(instant.with_timezone(&Utc));
    }
    // In a gap: the offset of the day before gives the first instant after it.
    let veille =
        Paris.from_local_datetime(&heure_locale.checked_sub_signed(TimeDelta::days(1))?).earliest()?;
    heure_locale.checked_sub_offset(veille.offset().fix()).map(|utc| utc.and_utc())
}

/// The instant at which the Paris day begins.
pub fn start_of_day(date: NaiveDate) -> Option<DateTime<Utc>> {
    paris_instant(date.and_time(NaiveTime::MIN))
}

/// The instant at which the Paris day ends, « à vingt-quatre heures » (code de procédure civile, 642): the start of the
/// next Paris day, after 23, 24 or 25 hours. `None` on the last day of the calendar.
pub fn end_of_day(date: NaiveDate) -> Option<DateTime<Utc>> {
    start_of_day(date.succ_opt()?)
}

/// The date in French words, as in « jeudi 31 décembre 2026 » or « vendredi 1er janvier 2027 ».
pub fn french_date(date: NaiveDate) -> String {
    let jour = match date.weekday() {
        Weekday::Mon => "lundi",
        Weekday::Tue => "mardi",
        Weekday::Wed => "mercredi",
        Weekday::Thu => "jeudi",
        Weekday::Fri => "vendredi",
        Weekday::Sat => "samedi",
        Weekday::Sun => "dimanche",
    };
    let mois = match date.month() {
        1 => "janvier",
        2 => "février",
        3 => "mars",
        4 => "avril",
        5 => "mai",
        6 => "juin",
        7 => "juillet",
        8 => "août",
        9 => "septembre",
        10 => "octobre",
        11 => "novembre",
        _ => "décembre",
    };
    let rang = if date.day() == 1 { "er" } else { "" };
    format!("{jour} {}{rang} {mois} {}", date.day(), date.year())
}
