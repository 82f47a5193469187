//! Logs, audit, metrics.

mod admin;
mod audit;
mod metrics;
mod record;

pub mod log;

pub use admin::{Admin, Ready};
pub use audit::{Asked, Audit, Caller, Entry, canonical};
pub use metrics::Metrics;
pub use record::Record;
