//! A few bytes to and fro, as a terminal sends them.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::connect::{Dialer, Io};
use super::times::Times;
use super::{Starter, together};

/// Plays ping-pong through some tunnels at once for as long as `window`.
pub(super) async fn run(dialer: &Dialer, connections: usize, window: Duration, starter: &mut Starter) -> Result<()> {
    let mut opened = Vec::new();
    for _ in 0..connections {
        let mut socket = dialer.attach("echo").await?;
        for _ in 0..WARM_UP {
            round_trip(&mut socket).await?;
        }
        opened.push(socket);
    }
    starter.ready().await?;
    let start = Instant::now();
    let games = opened.into_iter().map(|mut socket| async move {
        let mut times = Times::default();
        while start.elapsed() < window {
            let sent = Instant::now();
            round_trip(&mut socket).await?;
            times.add(sent.elapsed());
        }
        Ok((times, socket))
    });
    let (times, kept): (Vec<_>, Vec<_>) = together(games).await?.into_iter().unzip();
    let outcome = Times::outcome(times, start.elapsed());
    starter.done(&outcome).await?;
    drop(kept);
    Ok(())
}

/// Round trips before the window, on each tunnel.
const WARM_UP: usize = 20;

/// Sends some bytes and waits for them.
pub(super) async fn round_trip(socket: &mut Box<dyn Io>) -> Result<()> {
    const KEYS: [u8; 16] = *b"0123456789abcdef";
    socket.write_all(&KEYS).await?;
    socket.flush().await?;
    let mut back = [0; KEYS.len()];
    socket.read_exact(&mut back).await?;
    anyhow::ensure!(back == KEYS, "an echo came back changed");
    Ok(())
}
