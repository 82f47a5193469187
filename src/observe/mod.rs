//! Logs, audit, metrics.
