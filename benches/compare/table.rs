//! Figures of many rounds, as a table with medians and ratios.

use std::fmt::Write;

use crate::measure::Figure;
use crate::peer::HAPROXY;

/// Rows by name, columns by peer.
pub(crate) struct Table {
    peers: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    /// By peer, then by round.
    values: Vec<Vec<f64>>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(peers: Vec<String>) -> Self {
        Self { peers, rows: Vec::new() }
    }

    /// Adds the figures of one round.
    pub(crate) fn add(&mut self, peer: usize, figures: Vec<Figure>) {
        for Figure { row, value } in figures {
            let index = self.rows.iter().position(|known| known.name == row).unwrap_or_else(|| {
                self.rows.push(Row { name: row, values: vec![Vec::new(); self.peers.len()] });
                self.rows.len() - 1
            });
            if let Some(values) = self.rows.get_mut(index).and_then(|row| row.values.get_mut(peer)) {
                values.push(value);
            }
        }
    }

    /// The medians, each with its ratio to HAProxy's, and with the bounds of the ratio if there are to be `bounds`.
    ///
    /// The ratio is the median of the rounds' ratios: both figures of a round
    /// were taken one right after the other, so what disturbs a round disturbs both.
    pub(crate) fn markdown(&self, bounds: bool) -> String {
        let mut text = format!("| |{}|\n|---|{}\n", self.peers.join("|"), "---|".repeat(self.peers.len()));
        let haproxy = self.peers.iter().position(|name| name == HAPROXY);
        for row in &self.rows {
            let reference = haproxy.and_then(|index| row.values.get(index));
            // Writing to a String cannot fail.
            let _ = write!(text, "|{}|", row.name);
            for (index, values) in row.values.iter().enumerate() {
                let _ = match (median(values), reference) {
                    (None, _) => write!(text, "–|"),
                    (Some(value), Some(reference)) if Some(index) != haproxy => {
                        let ratios: Vec<f64> = values.iter().zip(reference).map(|(own, other)| own / other).collect();
                        match (median(&ratios), median_bounds(&ratios).filter(|_| bounds)) {
                            (Some(ratio), Some((low, high))) => {
                                write!(text, "{} ({ratio:.2} ×, {low:.2}–{high:.2})|", short(value))
                            }
                            (Some(ratio), None) => write!(text, "{} ({ratio:.2} ×)|", short(value)),
                            (None, _) => write!(text, "{}|", short(value)),
                        }
                    }
                    (Some(value), _) => write!(text, "{}|", short(value)),
                };
            }
            text.push('\n');
        }
        text
    }
}

fn median(values: &[f64]) -> Option<f64> {
    let sorted = sorted(values);
    let middle = sorted.len() / 2;
    let upper = sorted.get(middle)?;
    if sorted.len() % 2 == 1 { Some(*upper) } else { Some((sorted.get(middle.checked_sub(1)?)? + upper) / 2.0) }
}

/// The bounds between which the median of ever more rounds lies with 95 % certainty, whatever the spread of a round
/// looks like: a value is above that median as often as a coin shows heads. `None` for less than six rounds.
fn median_bounds(values: &[f64]) -> Option<(f64, f64)> {
    let sorted = sorted(values);
    let rounds = sorted.len();
    // How likely it is that so few of the values are below the median, starting with none.
    let (mut likely, mut sum, mut few) = (0.5_f64.powi(i32::try_from(rounds).ok()?), 0.0, 0);
    while few < rounds && sum + likely <= 0.025 {
        sum += likely;
        few += 1;
        likely *= (rounds - few + 1) as f64 / few as f64;
    }
    let low = few.checked_sub(1)?;
    Some((*sorted.get(low)?, *sorted.get(rounds - 1 - low)?))
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// Three digits are all that a figure is good for.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}
