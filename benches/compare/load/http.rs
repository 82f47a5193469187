//! Requests on kept-alive connections, each connection with one under way.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::{Buf, BytesMut};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::sleep;

use super::connect::{Dialer, Io};
use super::times::Times;
use super::{Starter, together};

/// A request as it is sent, and what is expected back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sent {
    /// Method and target, such as `GET /info`.
    pub(crate) line: String,
    /// Header lines besides those of every Docker client, each with its end.
    pub(crate) headers: String,
    /// The file of its body.
    pub(crate) body: Option<PathBuf>,
    pub(crate) status: u16,
}

impl Sent {
    /// A list of containers.
    pub(crate) fn list() -> Self {
        let line = "GET /v1.25/containers/json?all=1".into();
        Self { line, headers: String::new(), body: None, status: 200 }
    }

    /// A list of containers, each time with another query than before: what is remembered of a call is of no use.
    pub(crate) fn varied_list() -> Self {
        let line = format!("GET /v1.25/containers/json?all=1&limit={PLACE}");
        Self { line, ..Self::list() }
    }

    /// A create with the body in `file`.
    pub(crate) fn create(file: PathBuf) -> Self {
        let line = "POST /v1.25/containers/create?name=web".into();
        Self { line, headers: String::new(), body: Some(file), status: 201 }
    }

    /// The same with so many header lines in all.
    pub(crate) fn with_headers(mut self, count: usize) -> Self {
        /// Those that are always there.
        const OWN: usize = 3;
        self.headers = (OWN..count).map(|index| format!("X-Extra-{index}: some value of usual length\r\n")).collect();
        self
    }

    /// The size of its body.
    pub(crate) fn body_kib(&self) -> f64 {
        let size = self.body.as_ref().and_then(|file| std::fs::metadata(file).ok()).map_or(0, |file| file.len());
        size as f64 / 1024.0
    }
}

/// Sends requests for as long as `window`.
pub(super) async fn run(
    dialer: &Dialer,
    request: &Sent,
    connections: usize,
    pause: Duration,
    window: Duration,
    starter: &mut Starter,
) -> Result<()> {
    let requests: &'static [Vec<u8>] = wire(request)?.leak();
    let mut opened = Vec::new();
    for _ in 0..connections {
        let mut connection =
            Connection { socket: dialer.connect().await?, buffer: BytesMut::with_capacity(8192), calls: 0 };
        let begin = Instant::now();
        for _ in 0..WARM_UP {
            connection.call(requests, request.status).await?;
            if begin.elapsed() > window {
                break;
            }
        }
        opened.push(connection);
    }
    starter.ready().await?;
    let start = Instant::now();
    let status = request.status;
    let calls = opened.into_iter().map(|mut connection| async move {
        let mut times = Times::default();
        while start.elapsed() < window {
            let sent = Instant::now();
            connection.call(requests, status).await?;
            times.add(sent.elapsed());
            if !pause.is_zero() {
                sleep(pause).await;
            }
        }
        Ok((times, connection))
    });
    let (times, kept): (Vec<_>, Vec<_>) = together(calls).await?.into_iter().unzip();
    let outcome = Times::outcome(times, start.elapsed());
    starter.done(&outcome).await?;
    drop(kept);
    Ok(())
}

/// Requests before the window, on each connection, unless they take longer than that.
const WARM_UP: usize = 20;

struct Connection {
    socket: Box<dyn Io>,
    buffer: BytesMut,
    /// How many calls there were.
    calls: usize,
}

impl Connection {
    /// Sends the next one of these requests and reads its whole answer.
    async fn call(&mut self, requests: &[Vec<u8>], status: u16) -> Result<()> {
        let request = requests.get(self.calls % requests.len()).context("there is a request to send")?;
        self.calls += 1;
        self.socket.write_all(request).await.context("a request was not taken")?;
        self.socket.flush().await?;
        let whole = loop {
            if let Some(end) = head_end(&self.buffer) {
                let head = self.buffer.get(..end).unwrap_or_default();
                let found = find::status(head)?;
                ensure!(found == status, "the answer is {}", String::from_utf8_lossy(&self.buffer));
                break end + find::length(head)?.context("an answer has a length")?;
            }
            self.read().await?;
        };
        while self.buffer.len() < whole {
            self.read().await?;
        }
        self.buffer.advance(whole);
        Ok(())
    }

    async fn read(&mut self) -> Result<()> {
        self.buffer.reserve(4096);
        ensure!(self.socket.read_buf(&mut self.buffer).await? > 0, "the proxy closed a kept-alive connection");
        Ok(())
    }
}

/// What stands in a request line for a number that differs from call to call.
const PLACE: &str = "{n}";
/// How many numbers there are.
const VARIETY: usize = 64;

/// The request, or all those that it stands for.
fn wire(request: &Sent) -> Result<Vec<Vec<u8>>> {
    let one = wire_one(request)?;
    let Some(at) = one.windows(PLACE.len()).position(|window| window == PLACE.as_bytes()) else { return Ok(vec![one]) };
    let (before, rest) = one.split_at(at);
    let behind = rest.get(PLACE.len()..).unwrap_or_default();
    Ok((0..VARIETY).map(|number| [before, number.to_string().as_bytes(), behind].concat()).collect())
}

fn wire_one(request: &Sent) -> Result<Vec<u8>> {
    let Sent { line, headers, body, .. } = request;
    let mut head = format!(
        "{line} HTTP/1.1\r\nHost: localhost:2375\r\nUser-Agent: Docker-Client/17.03.1-ce (linux)\r\n\
         Accept-Encoding: gzip\r\n{headers}"
    );
    let body = match body {
        None => Vec::new(),
        Some(file) => std::fs::read(file)?,
    };
    if !body.is_empty() {
        head.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    Ok([head.into_bytes(), body].concat())
}

/// The length of the head at the beginning of `bytes`, once it is whole.
pub(crate) fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|position| position + 4)
}

/// The two facts of a head that matter here.
pub(crate) mod find {
    use anyhow::{Context, Result};

    /// The status of an answer.
    pub(crate) fn status(head: &[u8]) -> Result<u16> {
        let text = head.get(9..12).context("a status line is longer")?;
        Ok(std::str::from_utf8(text)?.parse()?)
    }

    /// The value of `Content-Length`.
    pub(crate) fn length(head: &[u8]) -> Result<Option<usize>> {
        const NAME: &[u8] = b"content-length:";
        for line in head.split(|byte| *byte == b'\n') {
            let Some((name, value)) = line.split_at_checked(NAME.len()) else { continue };
            if name.eq_ignore_ascii_case(NAME) {
                return Ok(Some(std::str::from_utf8(value)?.trim().parse()?));
            }
        }
        Ok(None)
    }
}
