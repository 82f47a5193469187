//! What the tests over real sockets share: a raw backend and raw clients that
//! write and read bytes, certificates, and a gateway that permits everything.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods
)]

pub mod certs;
pub mod conn;
pub mod faults;
pub mod gateway;

use std::future::Future;
use std::time::Duration;

pub use conn::{Backend, Conn, Transport};
pub use gateway::Gateway;

/// How long anything may take before a test fails: far more than it needs.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Awaits something that must happen.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

/// Asks again and again until it is so.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    soon(what, async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}
