//! Sessions that are open and silent.

use std::time::Instant;

use anyhow::Result;

use super::connect::Dialer;
use super::echo::round_trip;
use super::{Outcome, Starter};

/// Opens `sessions` tunnels, one after the other, and holds them. Each has
/// echoed a few bytes before it falls silent.
pub(super) async fn run(dialer: &Dialer, sessions: usize, starter: &mut Starter) -> Result<()> {
    let mut held = Vec::new();
    for _ in 0..WARM_UP {
        held.push(open(dialer).await?);
    }
    starter.ready().await?;
    let start = Instant::now();
    for _ in 0..sessions {
        held.push(open(dialer).await?);
    }
    let outcome = Outcome { count: sessions as u64, seconds: start.elapsed().as_secs_f64(), ..Outcome::default() };
    starter.done(&outcome).await
}

/// Sessions before the count, so that what is paid once is not counted.
const WARM_UP: usize = 50;

async fn open(dialer: &Dialer) -> Result<Box<dyn super::connect::Io>> {
    let mut socket = dialer.attach("echo").await?;
    round_trip(&mut socket).await?;
    Ok(socket)
}
