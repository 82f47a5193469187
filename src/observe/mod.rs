//! Logs, audit, metrics.

mod admin;
mod metrics;
mod record;

pub mod log;

pub use admin::{Admin, Ready};
pub use metrics::Metrics;
pub use record::Record;
