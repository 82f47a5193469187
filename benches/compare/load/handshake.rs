//! TLS handshakes, each a full one on a new connection, with certificates on both sides.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::connect::Dialer;
use super::times::Times;
use super::{Starter, together};

/// Shakes hands for as long as `window`.
pub(super) async fn run(
    dialer: &Dialer,
    stranger: &Dialer,
    connections: usize,
    window: Duration,
    starter: &mut Starter,
) -> Result<()> {
    ensure!(!lets_in(stranger).await, "the proxy lets in who has no certificate");
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

/// True if a request is served. Under TLS 1.3 a client without a certificate has
/// shaken hands before it is refused, and nginx refuses it by an answer of its own.
async fn lets_in(dialer: &Dialer) -> bool {
    let Ok(mut socket) = dialer.connect().await else { return false };
    let asked = socket.write_all(b"GET /v1.25/_ping HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let mut status = [0; 12];
    asked.is_ok() && socket.read_exact(&mut status).await.is_ok() && &status == b"HTTP/1.1 200"
}

async fn once(dialer: &Dialer) -> Result<()> {
    let mut socket = dialer.connect().await?;
    socket.shutdown().await?;
    Ok(())
}
