//! A small HTTP client that shows what is on the wire.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use serde_json::Value;

use super::host::PATIENCE;

/// A client connection.
pub(crate) struct Client {
    stream: TcpStream,
    /// Bytes that were read and not yet used.
    pending: Vec<u8>,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The head as it came, without the empty line.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// The `message` of a JSON error.
    #[track_caller]
    pub(crate) fn message(&self) -> String {
        self.json()["message"].as_str().unwrap().to_owned()
    }
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, pending: Vec::new() }
    }

    /// A call; a body goes as JSON.
    pub(crate) fn call(&mut self, method: &str, target: &str, body: &str) -> Answer {
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        self.send(&format!(
            "{method} {target} HTTP/1.1\r\nHost: vch\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        ));
        self.answer(method == "HEAD")
    }

    pub(crate) fn send(&mut self, text: &str) {
        self.send_bytes(text.as_bytes());
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Says that nothing more comes from here.
    pub(crate) fn half_close(&self) {
        self.stream.shutdown(Shutdown::Write).unwrap();
    }

    /// Reads an answer: by length, by chunks, or to the end.
    pub(crate) fn answer(&mut self, is_head: bool) -> Answer {
        let head = self.head();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = header(&head, "Content-Length").map(|length| length.parse().unwrap());
        let chunked = header(&head, "Transfer-Encoding") == Some("chunked");
        let body = if is_head || matches!(status, 204 | 304) {
            Vec::new()
        } else if chunked {
            let mut body = Vec::new();
            while let Some(chunk) = self.chunk() {
                body.extend(chunk);
            }
            body
        } else if let Some(length) = length {
            self.take(length)
        } else {
            self.rest()
        };
        Answer { status, head, body }
    }

    /// The head of an answer; empty when the connection ends without one.
    pub(crate) fn head(&mut self) -> String {
        let end = loop {
            if let Some(at) = self.pending.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at;
            }
            if !self.fill() {
                return String::new();
            }
        };
        let head = String::from_utf8(self.pending[..end].to_vec()).unwrap();
        self.pending.drain(..end + 4);
        head
    }

    /// The next chunk of a chunked body.
    pub(crate) fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = self.line();
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        let chunk = self.take(size);
        assert_eq!(self.line(), "");
        (size > 0).then_some(chunk)
    }

    pub(crate) fn line(&mut self) -> String {
        let end = loop {
            if let Some(at) = self.pending.windows(2).position(|bytes| bytes == b"\r\n") {
                break at;
            }
            assert!(self.fill(), "the connection ended within a line");
        };
        let line = String::from_utf8(self.pending[..end].to_vec()).unwrap();
        self.pending.drain(..end + 2);
        line
    }

    pub(crate) fn take(&mut self, length: usize) -> Vec<u8> {
        while self.pending.len() < length {
            assert!(self.fill(), "the connection ended within a body");
        }
        self.pending.drain(..length).collect()
    }

    /// All that comes before the end.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        while self.fill() {}
        std::mem::take(&mut self.pending)
    }

    /// False at the end of the connection, however it came.
    fn fill(&mut self) -> bool {
        let mut buffer = [0; 16384];
        match self.stream.read(&mut buffer) {
            Ok(0) => false,
            Ok(count) => {
                self.pending.extend_from_slice(&buffer[..count]);
                true
            }
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => false,
            Err(error) => panic!("nothing came: {error}"),
        }
    }
}

/// Splits a multiplexed stream into its frames: type and text.
pub(crate) fn frames(mut bytes: &[u8]) -> Vec<(u8, String)> {
    let mut frames = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_at(8);
        let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
        let (data, rest) = rest.split_at(usize::try_from(length).unwrap());
        frames.push((head[0], String::from_utf8_lossy(data).into_owned()));
        bytes = rest;
    }
    frames
}

/// The text of all frames.
pub(crate) fn joined(bytes: &[u8]) -> String {
    frames(bytes).into_iter().map(|(_, text)| text).collect()
}

pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(": ")?;
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}
