//! Dates as the law counts them: Europe/Paris days, French public holidays, working days (§15).

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::Paris;

/// The Paris day of an instant.
pub fn paris_date(instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&Paris).date_naive()
}
