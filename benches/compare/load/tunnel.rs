//! Bytes through tunnels, one direction at a time.

use std::time::Instant;

use anyhow::{Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::connect::{Dialer, Io};
use super::{Direction, Outcome, Starter, together};

/// Moves `bytes` in all through some tunnels at once.
pub(super) async fn run(
    dialer: &Dialer,
    direction: Direction,
    connections: usize,
    bytes: usize,
    starter: &mut Starter,
) -> Result<()> {
    let container = match direction {
        Direction::Down => "source",
        Direction::Up => "sink",
    };
    let each = bytes / connections;
    let mut opened = Vec::new();
    for _ in 0..connections {
        let mut socket = dialer.attach(container).await?;
        move_bytes(&mut socket, direction, WARM_UP).await?;
        opened.push(socket);
    }
    starter.ready().await?;
    let start = Instant::now();
    let kept = together(opened.into_iter().map(|mut socket| async move {
        move_bytes(&mut socket, direction, each).await?;
        Ok(socket)
    }))
    .await?;
    let count = (each * connections) as u64;
    starter.done(&Outcome { count, seconds: start.elapsed().as_secs_f64(), ..Outcome::default() }).await?;
    drop(kept);
    Ok(())
}

/// Bytes on each tunnel before the window.
const WARM_UP: usize = 1024 * 1024;

/// What is read or written at a time.
const CHUNK: usize = 64 * 1024;

async fn move_bytes(socket: &mut Box<dyn Io>, direction: Direction, bytes: usize) -> Result<()> {
    let mut buffer = vec![b'x'; CHUNK];
    socket.write_all(&(bytes as u64).to_be_bytes()).await?;
    socket.flush().await?;
    let mut left = bytes;
    match direction {
        Direction::Down => {
            while left > 0 {
                let read = socket.read(&mut buffer).await?;
                ensure!(read > 0, "a tunnel broke off");
                left -= read;
            }
        }
        Direction::Up => {
            while left > 0 {
                let chunk = buffer.get(..left.min(CHUNK)).unwrap_or_default();
                socket.write_all(chunk).await?;
                left -= chunk.len();
            }
            socket.flush().await?;
            let read = socket.read(&mut buffer).await?;
            ensure!(read == 1, "the sink has not taken all");
        }
    }
    Ok(())
}
