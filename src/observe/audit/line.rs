//! The parts of a line.
//!
//! Every call has a line, so a line is put together by hand from parts, and what is the same in
//! many of them is written once. How texts are escaped is left to serde_json.

use std::time::{Duration, Instant, SystemTime};

/// Writes a JSON string.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    // Writing to memory cannot fail, nor does a text.
    let _ = serde_json::to_writer(out, text);
}

/// Writes JSON strings with commas between them.
pub(super) fn texts<'t>(out: &mut Vec<u8>, texts: impl Iterator<Item = &'t str>) {
    for (index, one) in texts.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        text(out, one);
    }
}

/// Writes a number.
pub(super) fn number(out: &mut Vec<u8>, number: u64) {
    let _ = serde_json::to_writer(out, &number);
}

/// Writes times as RFC 3339 has them, in milliseconds. Remembers the last second.
#[derive(Debug, Default)]
pub(super) struct Stamp {
    /// What both clocks showed at one moment.
    clocks: Option<(Instant, SystemTime)>,
    second: u64,
    /// That second, up to its point.
    text: String,
}

impl Stamp {
    /// The time of a moment that is past. Clocks are compared each second: to ask two of them for each call costs
    /// more than this, and whoever sets the time sees it followed.
    pub(super) fn time(&mut self, moment: Instant) -> SystemTime {
        if let Some((at, time)) = self.clocks {
            let (since, until) = (moment.saturating_duration_since(at), at.saturating_duration_since(moment));
            // Calls that were under way when the clocks were compared began before.
            if since.max(until) < Duration::from_secs(1) {
                return time + since - until;
            }
        }
        let (now, time) = (Instant::now(), SystemTime::now());
        self.clocks = Some((now, time));
        time.checked_sub(now.saturating_duration_since(moment)).unwrap_or(time)
    }

    /// A time, such as `2026-11-27T09:30:00.125Z`.
    pub(super) fn write(&mut self, out: &mut Vec<u8>, time: SystemTime) {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        if self.text.is_empty() || since.as_secs() != self.second {
            self.second = since.as_secs();
            let second = SystemTime::UNIX_EPOCH + Duration::from_secs(self.second);
            self.text = humantime::format_rfc3339_seconds(second).to_string().replace('Z', ".");
        }
        out.extend_from_slice(self.text.as_bytes());
        let millis = since.subsec_millis();
        let digit = |of: u32| b'0' + u8::try_from(millis / of % 10).unwrap_or_default();
        out.extend_from_slice(&[digit(100), digit(10), digit(1), b'Z']);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_moment_has_the_time_that_the_clock_showed() {
        let mut stamp = Stamp::default();
        for back in [0, 5, 3_600_000, 0, 999, 1001, 0].map(Duration::from_millis) {
            let (moment, before) = (Instant::now().checked_sub(back).unwrap(), SystemTime::now() - back);
            let time = stamp.time(moment);
            let after = SystemTime::now() - back;
            let slack = Duration::from_millis(5);
            assert!(before - slack <= time && time <= after + slack, "{back:?}: {time:?} is not {before:?}");
        }
    }

    /// A call that ends behind the comparison that another one asked for had it made again, and so did all others.
    #[test]
    fn the_clocks_are_compared_once_for_all_calls_that_are_under_way() {
        let mut stamp = Stamp::default();
        let began: Vec<_> = (0..32).rev().filter_map(|back| Instant::now().checked_sub(back * MILLISECOND)).collect();
        stamp.time(*began.last().unwrap());
        let compared = stamp.clocks;
        let times: Vec<_> = began.iter().map(|began| stamp.time(*began)).collect();
        assert_eq!(stamp.clocks, compared);
        assert!(times.is_sorted(), "{times:?}");
        stamp.time(*began.last().unwrap() - 1000 * MILLISECOND);
        assert_ne!(stamp.clocks, compared);
    }

    const MILLISECOND: Duration = Duration::from_millis(1);

    proptest! {
        #[test]
        fn a_time_is_what_the_library_writes(millis in proptest::collection::vec(0u64..4_000_000_000_000, 1..4)) {
            let mut stamp = Stamp::default();
            for millis in millis.iter().flat_map(|millis| [*millis, millis + 1, *millis]) {
                let time = SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
                let mut out = Vec::new();
                stamp.write(&mut out, time);
                prop_assert_eq!(String::from_utf8(out).unwrap(), humantime::format_rfc3339_millis(time).to_string());
            }
        }

        #[test]
        fn texts_are_read_back_as_they_were(all in proptest::collection::vec(".*", 0..4)) {
            let mut out = vec![b'['];
            texts(&mut out, all.iter().map(String::as_str));
            out.push(b']');
            let read: Vec<String> = serde_json::from_slice(&out).unwrap();
            prop_assert_eq!(read, all);
        }
    }
}
