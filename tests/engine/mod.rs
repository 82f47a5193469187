//! A real dockerd, the stock docker CLIs, and the gateway between them.
//!
//! Each test binary that says `mod engine;` shares one engine, which starts with
//! the first test that asks for it and ends with the process.

// Each test binary uses a part of this, and a binary has no public interface.
#![allow(dead_code, unused_imports, unreachable_pub, clippy::disallowed_methods)]

mod cli;
mod compare;
mod dockerd;
mod gateway;
mod normal;
pub mod packages;
pub mod require;
mod sweep;

pub use cli::{Cli, Outcome, Session};
pub use compare::{Seen, same, same_over};
pub use dockerd::{Engine, import_busybox};
pub use gateway::Gateway;
pub use require::{DOCKER, ENGINE, require};

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Asks `ready` until it gives something, for `limit` at most; `None` then.
pub fn poll<T>(limit: Duration, mut ready: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(value) = ready() {
            return Some(value);
        }
        if Instant::now() >= end {
            return None;
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// The right to ask the shared engine for its disk usage. It answers one at a time, and has an error for a second.
pub fn disk_usage() -> MutexGuard<'static, ()> {
    static ASKED: Mutex<()> = Mutex::new(());
    ASKED.lock().unwrap_or_else(PoisonError::into_inner)
}
