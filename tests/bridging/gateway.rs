//! The whole gateway in front of a stand-in, and a client that writes what it likes.

use std::sync::Arc;
use std::thread;

use arc_swap::ArcSwap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vicgate::backend::Backend;
use vicgate::middleware::{Gateway as Shared, Negotiator, Sessions};
use vicgate::policy::load;
use vicgate::server::{Drain, Server, drain};
use vicgate::settings::{self, Api, Limits, Listen, ListenUrl};
use vicgate::standin::Settings;

use crate::standin;
use crate::support::soon;

/// A gateway that is serving, until it is dropped.
pub struct Gateway {
    address: String,
    drain: Drain,
    thread: Option<thread::JoinHandle<()>>,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// Holds it to a status.
    #[track_caller]
    pub fn is(&self, status: u16) {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.body);
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (own, value) = line.split_once(": ")?;
            own.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// Holds it to a text within.
    #[track_caller]
    pub fn says(&self, text: &str) {
        assert!(self.body.contains(text), "{text:?} is missing in\n{}", self.body);
    }
}

/// An answer whose head is there.
pub struct Open {
    pub status: u16,
    stream: TcpStream,
    read: Vec<u8>,
}

impl Open {
    /// What comes of the body until its end.
    pub async fn rest(&mut self) -> String {
        soon("the end", self.stream.read_to_end(&mut self.read)).await.unwrap();
        unchunked(&self.read)
    }
}

impl Gateway {
    /// In front of a stand-in, with a profile of those that ship.
    pub async fn start(settings: Settings, profile: &str) -> Self {
        Self::start_at(&standin::start(settings).await, profile, Api::default())
    }

    /// In front of any backend.
    pub fn start_at(backend: &settings::Backend, profile: &str, api: Api) -> Self {
        let limits = Limits { workers: 1, ..Limits::default() };
        let gateway = Arc::new(Shared {
            policy: ArcSwap::from_pointee(load::policy(profile, None, None).unwrap()),
            backend: Backend::new(backend).unwrap(),
            negotiator: Negotiator::new(api),
            limits: limits.clone(),
            metrics: Arc::default(),
            cors: None,
            access_log: false,
            audit: None,
        });
        let listen = Listen { url: ListenUrl::Tcp { host: "127.0.0.1".into(), port: 0 }, tls: None };
        let server = Server::bind(&[listen]).unwrap();
        let address = server.addresses().next().unwrap().to_string().strip_prefix("tcp://").unwrap().to_owned();
        let (drain, shutdown) = drain();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(server.run(Sessions(gateway), &limits, shutdown)).unwrap();
        });
        Self { address, drain, thread: Some(thread) }
    }

    /// Sends a call and reads the head of its answer.
    pub async fn open(&self, method: &str, target: &str, body: &str) -> Open {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let length = body.len();
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{kind}Content-Length: {length}\r\n\r\n"
        );
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        let mut read = Vec::new();
        while !read.windows(4).any(|four| four == b"\r\n\r\n") {
            let count = soon("a head", stream.read_buf(&mut read)).await.unwrap();
            assert_ne!(count, 0, "{method} {target}: the connection ended in {:?}", String::from_utf8_lossy(&read));
        }
        let status = String::from_utf8_lossy(&read)[9..12].parse().unwrap();
        Open { status, stream, read }
    }

    /// Sends a call and reads its whole answer.
    pub async fn send(&self, method: &str, target: &str, body: &str) -> Answer {
        let mut open = self.open(method, target, body).await;
        let body = open.rest().await;
        let text = String::from_utf8_lossy(&open.read).into_owned();
        let head = text.split("\r\n\r\n").next().unwrap().to_owned();
        Answer { status: open.status, head, body }
    }

    /// Creates a container and gives its id.
    pub async fn create(&self, version: &str, command: &[&str]) -> String {
        let words: Vec<String> = command.iter().map(|word| format!("{word:?}")).collect();
        self.create_with(version, &format!("[{}]", words.join(",")), "{}").await
    }

    pub async fn create_with(&self, version: &str, command: &str, host: &str) -> String {
        let body = format!(r#"{{"Image":"busybox","Cmd":{command},"HostConfig":{host}}}"#);
        let made = self.send("POST", &format!("/v{version}/containers/create"), &body).await;
        made.is(201);
        made.body.split('"').nth(3).unwrap().to_owned()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.drain.end_now();
        let ended = self.thread.take().map(thread::JoinHandle::join);
        assert!(thread::panicking() || ended.is_none_or(|ended| ended.is_ok()));
    }
}

/// The body of an answer, without the marks of its pieces.
fn unchunked(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    if !head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        return body.to_owned();
    }
    let (mut rest, mut all) = (body, String::new());
    while let Some((size, tail)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return all;
        }
        all.push_str(&tail[..size]);
        rest = &tail[size + 2..];
    }
    panic!("the answer was cut: {text}")
}
