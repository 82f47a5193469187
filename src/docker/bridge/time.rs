//! Dates as old and new engines write them.

/// A date and time that a machine wrote, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Date {
    /// Reads what `date` prints: `Fri Jun 10 13:26:47 2022`, with or without `UTC`.
    pub(super) fn from_unix(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let _weekday = words.next().filter(|day| DAYS.contains(day))?;
        let month = words.next()?;
        let month = MONTHS.iter().zip(1..).find(|(name, _)| **name == month)?.1;
        let day = words.next()?.parse().ok()?;
        let (hour, minute, second) = clock(words.next()?)?;
        let mut last = words.next()?;
        if matches!(last, "UTC" | "GMT") {
            last = words.next()?;
        }
        let year = last.parse().ok()?;
        words.next().is_none().then_some(Self { year, month, day, hour, minute, second })?.checked()
    }

    /// Reads RFC 3339 in UTC, whatever the fraction of the second.
    pub(super) fn from_rfc3339(text: &str) -> Option<Self> {
        let text = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"))?;
        let (date, time) = text.split_once('T')?;
        let mut date = date.split('-');
        let (year, month, day) = (date.next()?.parse().ok()?, date.next()?.parse().ok()?, date.next()?.parse().ok()?);
        let (hour, minute, second) = clock(time.split('.').next()?)?;
        date.next().is_none().then_some(Self { year, month, day, hour, minute, second })?.checked()
    }

    /// As RFC 3339 has it, with the fraction that Go's `RFC3339Nano` would leave out.
    pub(super) fn rfc3339(self) -> String {
        let Self { year, month, day, hour, minute, second } = self;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }

    /// As `date` prints it in UTC.
    pub(super) fn unix(self) -> String {
        let Self { year, month, day, hour, minute, second } = self;
        let weekday = DAYS.get(self.weekday()).copied().unwrap_or_default();
        let name = MONTHS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or_default();
        format!("{weekday} {name} {day:2} {hour:02}:{minute:02}:{second:02} UTC {year}")
    }

    /// The day of the week from Sunday, after Zeller.
    fn weekday(self) -> usize {
        let (year, month) = if self.month < 3 { (self.year - 1, self.month + 12) } else { (self.year, self.month) };
        let (year, month, day) = (usize::from(year), usize::from(month), usize::from(self.day));
        (day + (13 * (month + 1)) / 5 + year + year / 4 + 6 * (year / 100) + year / 400 + 6) % 7
    }

    fn checked(self) -> Option<Self> {
        let fits = (1..=9999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=31).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second <= 60;
        fits.then_some(self)
    }
}

fn clock(text: &str) -> Option<(u8, u8, u8)> {
    let mut parts = text.split(':');
    let clock = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(clock)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_date_keeps_its_meaning_in_both_forms() {
        let date = Date::from_unix("Fri Jun 10 13:26:47 2022").unwrap();
        assert_eq!(date.rfc3339(), "2022-06-10T13:26:47Z");
        assert_eq!(date.unix(), "Fri Jun 10 13:26:47 UTC 2022");
        assert_eq!(Date::from_unix(&date.unix()), Some(date));
        let date = Date::from_rfc3339("2024-02-29T00:00:59.123456789+00:00").unwrap();
        assert_eq!(date.unix(), "Thu Feb 29 00:00:59 UTC 2024");
        assert_eq!(Date::from_rfc3339("2000-01-01T00:00:00Z").unwrap().unix(), "Sat Jan  1 00:00:00 UTC 2000");
    }

    #[test]
    fn what_is_no_date_is_left_alone() {
        for odd in ["", "today", "Fri Jun 10", "2022-06-10", "2022-13-10T00:00:00Z", "Fri Foo 10 13:26:47 2022"] {
            assert_eq!((Date::from_unix(odd), Date::from_rfc3339(odd)), (None, None), "{odd}");
        }
    }
}
