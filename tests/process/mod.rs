//! `vicgate` as a process, between raw sockets.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A gateway, killed when dropped.
pub struct Gateway {
    pub process: Child,
    /// The lines of standard output up to the last that `start` waited for.
    pub said: Vec<String>,
    log: Receiver<String>,
}

impl Gateway {
    /// Starts `vicgate serve` on a free port of the loopback address.
    pub fn start(arguments: &[&str]) -> Self {
        let listen = ["serve", "--listen", "tcp://127.0.0.1:0"];
        let all: Vec<&str> = listen.iter().chain(arguments).copied().collect();
        Self::start_as(&all, &[], 1)
    }

    /// Starts `vicgate` and waits for so many lines on its standard output.
    pub fn start_as(arguments: &[&str], variables: &[(&str, &str)], lines: usize) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_vicgate"))
            .args(arguments)
            .envs(variables.iter().copied())
            .current_dir(std::env::temp_dir())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(process.stderr.take().unwrap());
        let (send, log) = channel();
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).for_each(|line| drop(send.send(line))));
        let said: Vec<String> =
            BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok).take(lines).collect();
        let gateway = Self { process, said, log };
        assert_eq!(gateway.said.len(), lines, "vicgate {arguments:?} ended: {:?}", gateway.log.recv_timeout(PATIENCE));
        gateway
    }

    /// The address of its first `tcp://` listener.
    pub fn address(&self) -> &str {
        self.said.iter().find_map(|line| line.strip_prefix("listening on tcp://")).unwrap()
    }

    /// Sends a request on a connection of its own and reads to its end.
    pub fn ask(&self, request: &str) -> String {
        ask(self.address(), request)
    }

    /// Sends it a signal by name, such as `HUP`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Lets it end, and gives all of its log that nobody has read.
    pub fn end(&mut self) -> String {
        self.signal("TERM");
        let _ = self.process.wait();
        self.log.iter().fold(String::new(), |all, line| all + &line + "\n")
    }

    /// The lines of the log up to the next that holds this text.
    pub fn rest_of_log(&self, text: &str) -> String {
        let mut lines = String::new();
        while !lines.contains(text) {
            let line = self.log.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{text:?} is not in {lines:?}"));
            lines.push_str(&line);
        }
        lines
    }

    /// Waits for a line of the log that holds this text.
    pub fn wait_for_log(&self, text: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.log.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) if line.contains(text) => return line,
                Ok(_) => {}
                Err(_) => panic!("{text:?} does not appear in the log"),
            }
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a request on a connection of its own and reads to its end.
pub fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // A gateway that refuses early may close before it has all of the request.
    let _ = stream.write_all(request.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// A backend that answers each connection with these bytes, once it has read a
/// request head, and closes. Gives its URL, and the heads that it gets.
pub fn backend(answer: &'static str) -> (String, Receiver<String>) {
    let (send, heads) = channel();
    let url = backend_with(UNKNOWN, move |head, stream| {
        let _ = send.send(head.to_owned());
        let _ = stream.write_all(answer.as_bytes());
    });
    (url, heads)
}

/// What a backend says that does not tell what it is.
pub const UNKNOWN: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

/// A backend that lets `answer` answer each connection, once it has read a request head, and closes; but with
/// `itself` where the gateway asks what it stands in front of. Gives its URL.
pub fn backend_with(itself: &'static str, answer: impl Fn(&str, &mut TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("tcp://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            if head.contains("User-Agent: vicgate/") {
                let _ = stream.write_all(itself.as_bytes());
                continue;
            }
            answer(&head, &mut stream);
        }
    });
    url
}
