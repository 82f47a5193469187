//! How long single requests took.

use std::time::Duration;

use super::Outcome;

/// A list of durations.
#[derive(Default)]
pub(super) struct Times(Vec<Duration>);

impl Times {
    pub(super) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// The outcome of several lists from one window, which was `total` long.
    pub(super) fn outcome(all: Vec<Self>, total: Duration) -> Outcome {
        let mut times: Vec<Duration> = all.into_iter().flat_map(|times| times.0).collect();
        times.sort_unstable();
        let micros = |percent: usize| {
            let time = times.get(times.len() * percent / 100);
            time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
        };
        Outcome { count: times.len() as u64, seconds: total.as_secs_f64(), p50: micros(50), p99: micros(99) }
    }
}
