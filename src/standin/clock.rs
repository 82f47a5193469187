//! Time as the Docker API writes it. Instants are nanoseconds since 1970.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::failure::Failure;

/// Nanoseconds since 1970, UTC.
pub(super) type Nanos = u64;

const SECOND: u64 = 1_000_000_000;

pub(super) fn now() -> Nanos {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

pub(super) fn seconds(at: Nanos) -> u64 {
    at / SECOND
}

/// RFC 3339 with a resolution of one second, as VIC gives it.
pub(super) fn rfc3339(at: Nanos) -> String {
    format!("{}Z", civil(at))
}

/// RFC 3339 with nine decimals, as logs carry it.
pub(super) fn rfc3339_nano(at: Nanos) -> String {
    format!("{}.{:09}Z", civil(at), at % SECOND)
}

/// A `since` or `until` of the query: `seconds[.nanoseconds]`. Empty means none.
pub(super) fn parse(text: &str) -> Result<Option<Nanos>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: i64 = whole.parse().map_err(|_| bad_number(whole))?;
    let nanos: u64 = if fraction.is_empty() {
        0
    } else {
        format!("{fraction:0<9}").get(..9).and_then(|digits| digits.parse().ok()).ok_or_else(|| bad_number(fraction))?
    };
    // A time before 1970 is before everything that the stand-in has seen.
    let whole = u64::try_from(whole).unwrap_or(0);
    Ok(Some(whole.saturating_mul(SECOND).saturating_add(nanos)))
}

fn bad_number(text: &str) -> Failure {
    Failure::internal(format!("strconv.ParseInt: parsing {text:?}: invalid syntax"))
}

/// `YYYY-MM-DDTHH:MM:SS` of the proleptic Gregorian calendar.
fn civil(at: Nanos) -> String {
    let seconds = at / SECOND;
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Days are counted from 0000-03-01, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn known_instants_are_written_as_their_dates() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_400 * SECOND), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339_nano(1_709_251_199 * SECOND + 5), "2024-02-29T23:59:59.000000005Z");
    }

    #[test]
    fn since_takes_seconds_with_and_without_a_fraction() {
        assert_eq!(parse("").unwrap(), None);
        assert_eq!(parse("2").unwrap(), Some(2 * SECOND));
        assert_eq!(parse("2.5").unwrap(), Some(2 * SECOND + SECOND / 2));
        assert_eq!(parse("-1").unwrap(), Some(0));
        assert!(parse("soon").is_err());
        assert!(parse("1.é").is_err());
    }
}
