//! Counters, cheap enough for every request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::registry::Registry;

use crate::docker::endpoint::Endpoint;

/// Counts of answers by operation and class of status.
///
/// A fixed table of atomics instead of a registry with label look-ups: the
/// labels are a closed set, so a count is one addition.
#[derive(Debug)]
pub struct Metrics {
    answers: Vec<[AtomicU64; CLASSES.len()]>,
    audit_failed: AtomicU64,
    audit_lost: AtomicU64,
}

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

impl Default for Metrics {
    fn default() -> Self {
        let rows = Endpoint::ALL.len() + 1;
        Self {
            answers: (0..rows).map(|_| Default::default()).collect(),
            audit_failed: AtomicU64::default(),
            audit_lost: AtomicU64::default(),
        }
    }
}

impl Metrics {
    /// Counts an answer; `None` is a call without an operation.
    pub fn answered(&self, endpoint: Option<Endpoint>, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(count) = self.answers.get(row(endpoint)).and_then(|row| row.get(class)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a write to the audit log that failed.
    pub fn audit_failed(&self) {
        self.audit_failed.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a line of the audit log that there was no room for.
    pub fn audit_lost(&self) {
        self.audit_lost.fetch_add(1, Ordering::Relaxed);
    }

    /// The counters in the OpenMetrics text format.
    #[must_use]
    pub fn render(self: &Arc<Self>) -> String {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Answers(self.clone())));
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut out, &registry);
        out
    }
}

/// Gives the counts to the registry when they are asked for.
#[derive(Debug)]
struct Answers(Arc<Metrics>);

impl Collector for Answers {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let help = "Answers by operation and class of status";
        let mut family = encoder.encode_descriptor("vicgate_answers", help, None, MetricType::Counter)?;
        let names = Endpoint::ALL.iter().map(|endpoint| endpoint.name()).chain(["none"]);
        for (name, counts) in names.zip(&self.0.answers) {
            for (class, count) in CLASSES.iter().zip(counts) {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    let labels = [("endpoint", name), ("status", *class)];
                    ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
                }
            }
        }
        for (name, help, count) in [
            ("vicgate_audit_failed_writes", "Writes to the audit log that failed", &self.0.audit_failed),
            ("vicgate_audit_lost_lines", "Lines of the audit log that were lost", &self.0.audit_lost),
        ] {
            let metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            ConstCounter::new(count.load(Ordering::Relaxed)).encode(metric)?;
        }
        Ok(())
    }
}

/// The row of an operation; the last row is for calls without one.
fn row(endpoint: Option<Endpoint>) -> usize {
    endpoint.map_or(Endpoint::ALL.len(), |endpoint| endpoint as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_operation_and_class() {
        let metrics = Arc::new(Metrics::default());
        metrics.answered(Some(Endpoint::SystemPing), StatusCode::OK);
        metrics.answered(Some(Endpoint::SystemPing), StatusCode::OK);
        metrics.answered(None, StatusCode::NOT_FOUND);
        let text = metrics.render();
        assert!(text.contains("vicgate_answers_total{endpoint=\"SystemPing\",status=\"2xx\"} 2\n"), "{text}");
        assert!(text.contains("vicgate_answers_total{endpoint=\"none\",status=\"4xx\"} 1\n"), "{text}");
    }

    #[test]
    fn the_number_of_an_operation_is_its_place_in_the_table() {
        for (index, endpoint) in Endpoint::ALL.iter().enumerate() {
            assert_eq!(row(Some(*endpoint)), index);
        }
    }
}
