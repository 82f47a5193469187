//! Clients that do not behave, with as little effort as they can.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::connect::{Dialer, Io};
use super::{Outcome, Starter, together};

/// What such a client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Abuse {
    /// Heads that come byte by byte.
    SlowHeads,
    /// Bodies that come in small pieces.
    SlowBodies,
    /// Bodies just under 4 MiB with something wrong at their end.
    LargeBodies,
    /// Bodies of nothing but brackets.
    DeepJson,
    /// Connections on which nothing is said.
    Silence,
    /// TLS connections whose first message breaks off.
    StoppedHellos,
}

/// Does it for as long as `window`; what is open then stays open.
pub(super) async fn run(dialer: &Dialer, abuse: Abuse, window: Duration, starter: &mut Starter) -> Result<()> {
    starter.ready().await?;
    let start = Instant::now();
    let (count, held) = match abuse {
        Abuse::Silence => silence(dialer).await?,
        Abuse::SlowHeads => drip(dialer, 1000, HEAD, 1, start + window).await?,
        Abuse::SlowBodies => drip(dialer, 200, BODY, 64, start + window).await?,
        Abuse::StoppedHellos => drip(dialer, 500, HELLO, HELLO.len() / 2, start + window).await?,
        Abuse::LargeBodies => bodies(dialer, large(), start + window).await?,
        Abuse::DeepJson => bodies(dialer, vec![b'['; 1 << 20], start + window).await?,
    };
    let left = window.saturating_sub(start.elapsed());
    sleep(left).await;
    let outcome = Outcome { count, seconds: start.elapsed().as_secs_f64(), ..Outcome::default() };
    starter.done(&outcome).await?;
    drop(held);
    Ok(())
}

type Held = Vec<TcpStream>;

/// More than the proxy takes.
const SILENT: usize = 10_000;

async fn silence(dialer: &Dialer) -> Result<(u64, Held)> {
    let mut held = Vec::new();
    for _ in 0..SILENT {
        // When nobody accepts any more, that is enough.
        let Ok(opened) = timeout(Duration::from_millis(500), dialer.raw()).await else { break };
        held.push(opened?);
    }
    Ok((held.len() as u64, held))
}

/// Opens connections and sends a piece on each of them, in turn, until the end. A
/// connection that the proxy closes is not replaced.
async fn drip(dialer: &Dialer, connections: usize, text: &[u8], piece: usize, end: Instant) -> Result<(u64, Held)> {
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(dialer.raw().await?);
    }
    let (mut held, mut sent) = (open, 0);
    for piece in text.chunks(piece).chain(std::iter::repeat(b"x".as_slice())) {
        if Instant::now() >= end || (sent > 0 && text == HELLO) {
            break;
        }
        for socket in &mut held {
            // Whoever was thrown out has nothing more to say.
            sent += u64::from(socket.try_write(piece).is_ok());
        }
        sleep(Duration::from_millis(50)).await;
    }
    Ok((sent, held))
}

/// Sends the same refused body again and again, on a few connections.
async fn bodies(dialer: &Dialer, body: Vec<u8>, end: Instant) -> Result<(u64, Held)> {
    let head = format!(
        "POST /v1.25/containers/create HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    let request: &'static [u8] = [head.into_bytes(), body].concat().leak();
    let all = (0..2).map(|_| {
        let dialer = dialer.clone();
        async move {
            let mut count = 0;
            while Instant::now() < end {
                let mut socket = dialer.connect().await?;
                refused(&mut socket, request).await?;
                count += 1;
                sleep(Duration::from_millis(20)).await;
            }
            Ok(count)
        }
    });
    Ok((together(all).await?.into_iter().sum(), Vec::new()))
}

/// Sends a request, of which the proxy may not want all, and reads what it says.
async fn refused(socket: &mut Box<dyn Io>, request: &[u8]) -> Result<()> {
    // The answer may come, and the connection end, before all is sent.
    let _ = socket.write_all(request).await;
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).await.context("there is no answer")?;
    anyhow::ensure!(answer.starts_with(b"HTTP/1.1 "), "that is no answer");
    Ok(())
}

fn large() -> Vec<u8> {
    let mut body = br#"{"Image":"busybox","Env":["#.to_vec();
    while body.len() < (4 << 20) - 100 {
        body.extend_from_slice(b"\"NAME=some value that is neither short nor long\",");
    }
    body.extend_from_slice(b"\"END=\"],\"NoSuchField\":1}");
    body
}

const HEAD: &[u8] = b"GET /v1.25/containers/json HTTP/1.1\r\nHost: localhost\r\nX-Long: ";
const BODY: &[u8] =
    b"POST /v1.25/containers/create HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n{\"Image\":\"";
/// The beginning of a TLS record that holds a hello, and never all of it.
const HELLO: &[u8] = &[22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 1, 2, 3, 4, 5];
