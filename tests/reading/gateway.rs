//! The whole gateway in front of a backend that writes down what it gets.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use arc_swap::ArcSwap;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::UnixListener;
use vicgate::backend::Backend;
use vicgate::middleware::{Gateway, Negotiator, Sessions};
use vicgate::policy::load;
use vicgate::server::{Drain, Server, drain};
use vicgate::settings::{self, Api, BackendTls, BackendUrl, Limits, Listen, ListenUrl};

use crate::reading::case::folder;
use crate::support::gateway::listen_tls;
use crate::support::{Conn, Transport, soon};

/// A gateway that is serving.
pub struct Running {
    address: ListenUrl,
    record: Record,
    drain: Drain,
    thread: Option<JoinHandle<()>>,
    _dir: TempDir,
}

type Record = Arc<Mutex<Vec<Request>>>;

/// A request as the backend got it.
#[derive(Clone)]
pub struct Request {
    /// Method and target.
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<String> {
        let mut all = self.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case(name));
        let value = all.next().map(|(_, value)| value.clone());
        assert!(all.next().is_none(), "{name} is there twice");
        value
    }
}

/// What became of the bytes that one client sent.
pub struct Seen {
    /// Of the first answer; 0 if none came.
    pub status: u16,
    /// Its body.
    pub message: String,
    /// True if nothing more could be sent on the connection.
    pub closed: bool,
    /// What reached the backend.
    pub requests: Vec<Request>,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.message)?;
        for request in &self.requests {
            write!(f, "\n    {} {}", request.line, String::from_utf8_lossy(&request.body))?;
        }
        Ok(())
    }
}

/// Follows every case on the same connection: it arrives only if the case left
/// the connection in order.
const PROBE: &str = "GET /version?probe";

impl Running {
    /// Serves with policies of the corpus's folder, or some that ship.
    pub async fn start(transport: Transport, profile: &str, access: Option<&str>) -> Self {
        let policy = load::policy(profile, access, Some(&folder())).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("backend.sock");
        let record = Record::default();
        tokio::spawn(serve(UnixListener::bind(&path).unwrap(), record.clone()));
        let backend = settings::Backend {
            url: BackendUrl::Unix(path),
            tls: BackendTls::default(),
            host_header: None,
            connect_timeout: Duration::from_secs(5),
        };
        let limits = Limits { workers: 1, judged_body: 1024 * 1024, ..Limits::default() };
        let gateway = Arc::new(Gateway {
            policy: ArcSwap::from_pointee(policy),
            backend: Backend::new(&backend).unwrap(),
            // What is read and judged is the same in every version; the bridge has tests of its own.
            negotiator: Negotiator::new(Api { translate: false, ..Api::default() }),
            limits: limits.clone(),
            metrics: Arc::default(),
            cors: None,
            access_log: false,
            audit: None,
        });
        let host = "127.0.0.1".to_owned();
        let listen = match transport {
            Transport::Tls => Listen { url: ListenUrl::Tls { host, port: 0 }, tls: Some(listen_tls()) },
            Transport::Tcp | Transport::Unix => Listen { url: ListenUrl::Tcp { host, port: 0 }, tls: None },
        };
        let server = Server::bind(&[listen]).unwrap();
        let address = server.addresses().next().unwrap().clone();
        let (drain, shutdown) = drain();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(server.run(Sessions(gateway), &limits, shutdown)).unwrap();
        });
        Self { address, record, drain, thread: Some(thread), _dir: dir }
    }

    /// Sends bytes on a connection of their own.
    pub async fn send(&self, bytes: &[u8]) -> Seen {
        self.record.lock().unwrap().clear();
        let mut client = Conn::to(&self.address).await;
        // The gateway may close before it has read everything.
        let probe = format!("{PROBE} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n");
        let answer = soon("an answer and the end of the connection", async {
            let _ = client.write_all(&[bytes, probe.as_bytes()].concat()).await;
            let _ = client.flush().await;
            client.read_rest().await
        })
        .await;
        let mut requests = self.record.lock().unwrap().clone();
        let all = requests.len();
        requests.retain(|request| request.line != PROBE.replace("?probe", "?probe="));
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, rest) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let message = rest.get(..length.unwrap_or(rest.len())).unwrap_or(rest);
        Seen {
            status: head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0),
            message: serde_json::from_str::<serde_json::Value>(message)
                .ok()
                .and_then(|json| json["message"].as_str().map(str::to_owned))
                .unwrap_or_else(|| message.to_owned()),
            closed: requests.len() == all,
            requests,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.drain.end_now();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !thread::panicking() {
                ended.unwrap();
            }
        }
    }
}

async fn serve(listener: UnixListener, record: Record) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let record = record.clone();
        tokio::spawn(async move {
            let mut ahead = Vec::new();
            while let Some(request) = read_request(&mut stream, &mut ahead).await {
                record.lock().unwrap().push(request);
                let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
        });
    }
}

/// Reads one request as plainly as can be; `None` at the end, or where one breaks off.
async fn read_request(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), ahead: &mut Vec<u8>) -> Option<Request> {
    let end = loop {
        if let Some(at) = ahead.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        more(stream, ahead).await?;
    };
    let head = String::from_utf8(ahead.drain(..end + 4).collect()).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let line = lines.next()?.strip_suffix(" HTTP/1.1").unwrap().to_owned();
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(':').unwrap())
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let mut request = Request { line, headers, body: Vec::new() };
    if let Some(length) = request.header("content-length") {
        assert!(request.header("transfer-encoding").is_none(), "both framings");
        let length: usize = length.parse().unwrap();
        while ahead.len() < length {
            more(stream, ahead).await?;
        }
        request.body = ahead.drain(..length).collect();
    } else if request.header("transfer-encoding").is_some() {
        loop {
            let size = usize::from_str_radix(&take_line(stream, ahead).await?, 16).unwrap();
            while ahead.len() < size + 2 {
                more(stream, ahead).await?;
            }
            request.body.extend(ahead.drain(..size + 2).take(size));
            if size == 0 {
                break;
            }
        }
    }
    Some(request)
}

async fn take_line(stream: &mut (impl AsyncRead + Unpin), ahead: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(end) = ahead.windows(2).position(|two| two == b"\r\n") {
            let line = ahead.drain(..end + 2).take(end).collect();
            return Some(String::from_utf8(line).unwrap());
        }
        more(stream, ahead).await?;
    }
}

async fn more(stream: &mut (impl AsyncRead + Unpin), ahead: &mut Vec<u8>) -> Option<()> {
    let mut chunk = [0; 16 * 1024];
    let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
    ahead.extend_from_slice(&chunk[..read]);
    Some(())
}
