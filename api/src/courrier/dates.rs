//! Dates as a French reader expects them: in words, at the time of Paris.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Europe::Paris;

const MOIS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// `1er mars 2027`.
pub(super) fn day(jour: NaiveDate) -> String {
    let mois =
        usize::try_from(jour.month0()).ok().and_then(|rang| MOIS.get(rang)).copied().unwrap_or_default();
    let quantieme = if jour.day() == 1 { "1er".to_owned() } else { jour.day().to_string() };
    format!("{quantieme} {mois} {}", jour.year())
}

/// `24 novembre 2026 à 10 h 05`, at the time of Paris.
pub(super) fn instant(instant: DateTime<Utc>) -> String {
    let paris = instant.with_timezone(&Paris);
    format!("{} à {}", day(paris.date_naive()), paris.format("%-H h %M"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(texte: &str) -> String {
        instant(texte.parse().unwrap())
    }

    #[test]
    fn instants_are_told_at_the_time_of_paris() {
        assert_eq!(at("2026-11-24T09:05:00Z"), "24 novembre 2026 à 10 h 05", "winter: one hour ahead");
        assert_eq!(
            at("2026-07-14T22:30:00Z"),
            "15 juillet 2026 à 0 h 30",
            "summer: two hours, and the next day"
        );
    }

    #[test]
    fn first_of_the_month_is_an_ordinal() {
        assert_eq!(day(NaiveDate::from_ymd_opt(2027, 3, 1).unwrap()), "1er mars 2027");
        assert_eq!(day(NaiveDate::from_ymd_opt(2027, 8, 11).unwrap()), "11 août 2027");
    }
}
