//! TLS handshakes, each a full one on a new connection.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::io::AsyncWriteExt;

use super::connect::Dialer;
use super::times::Times;
use super::{Starter, together};

/// Shakes hands for as long as `window`.
pub(super) async fn run(dialer: &Dialer, connections: usize, window: Duration, starter: &mut Starter) -> Result<()> {
    for _ in 0..WARM_UP {
        once(dialer).await?;
    }
    starter.ready().await?;
    let start = Instant::now();
    let works = (0..connections).map(|_| {
        let dialer = dialer.clone();
        async move {
            let mut times = Times::default();
            while start.elapsed() < window {
                let begun = Instant::now();
                once(&dialer).await?;
                times.add(begun.elapsed());
            }
            Ok(times)
        }
    });
    let outcome = Times::outcome(together(works).await?, start.elapsed());
    starter.done(&outcome).await
}

/// Handshakes before the window.
const WARM_UP: usize = 10;

async fn once(dialer: &Dialer) -> Result<()> {
    let mut socket = dialer.connect().await?;
    socket.shutdown().await?;
    Ok(())
}
