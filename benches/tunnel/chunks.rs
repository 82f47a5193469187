//! How long a piece of a stream takes from the backend's write to the client's
//! read: each piece says when it was written.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use crate::load::{Backend, connect, connect_tls, read_head};
use crate::proxy::Proxy;

/// The calls whose answers people watch as they come.
const CALLS: [(&str, &str); 5] = [
    ("logs -f", "GET /v1.41/containers/web/logs?follow=1&stdout=1"),
    ("events", "GET /v1.41/events"),
    ("stats", "GET /v1.41/containers/web/stats?stream=1"),
    ("pull", "POST /v1.41/images/create?fromImage=busybox&tag=latest"),
    ("build", "POST /v1.41/build?dockerfile=Dockerfile"),
];

const PAUSE: Duration = Duration::from_millis(2);

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The backend's part: pieces of about the length of a line, each in a chunk of its own.
pub fn serve(mut stream: UnixStream, pieces: usize) {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    if stream.write_all(head.as_bytes()).is_err() {
        return;
    }
    for _ in 0..pieces {
        thread::sleep(PAUSE);
        let line = format!("{{\"stream\":\"T{:019}\",\"more\":\"{:0>39}\"}}\n", now(), 0);
        let chunk = format!("{:x}\r\n{line}\r\n", line.len());
        if stream.write_all(chunk.as_bytes()).is_err() {
            return;
        }
    }
    let _ = stream.write_all(b"0\r\n\r\n");
}

/// Nanoseconds on the clock that backend and client share.
fn now() -> u128 {
    START.elapsed().as_nanos()
}

/// Prints the delays of each call: directly, through the gateway, and through it under
/// TLS. True if no piece took longer than `bound`.
pub fn report(proxy: &Proxy, tls: &Proxy, backend: &Backend, bound: Duration) -> bool {
    println!("{:34}{:>10}{:>10}{:>10}", "µs from write to read", "p50", "p99", "max");
    let mut held = true;
    for (name, call) in CALLS {
        let ways: [(&str, Vec<u128>); 3] = [
            ("direct", delays(UnixStream::connect(backend.path()).unwrap(), call)),
            ("vicgate", delays(connect(proxy), call)),
            ("vicgate, TLS", delays(connect_tls(tls), call)),
        ];
        for (way, mut delays) in ways {
            delays.sort_unstable();
            let at = |share: f64| delays[(delays.len() as f64 * share) as usize] as f64 / 1e3;
            let longest = delays[delays.len() - 1];
            let fits = way == "direct" || longest <= bound.as_nanos();
            held &= fits;
            let verdict = if fits { "" } else { "  MISSED" };
            let title = format!("{name}, {way}");
            println!("{title:34}{:10.0}{:10.0}{:10.0}{verdict}", at(0.5), at(0.99), longest as f64 / 1e3);
        }
    }
    held
}

fn delays(mut stream: impl Read + Write, call: &str) -> Vec<u128> {
    let head = format!("{call} HTTP/1.1\r\nHost: docker\r\nContent-Length: 0\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let head = read_head(&mut stream).unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let (mut delays, mut seen, mut piece) = (Vec::new(), Vec::new(), [0; 4096]);
    while !seen.ends_with(b"0\r\n\r\n") {
        let read = stream.read(&mut piece).unwrap();
        let time = now();
        assert!(read > 0, "the stream was cut behind {} pieces: {:?}", delays.len(), String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&piece[..read]);
        while let Some(start) = seen.windows(20).position(|text| text[0] == b'T' && text[1..].is_ascii()) {
            let written: u128 = std::str::from_utf8(&seen[start + 1..start + 20]).unwrap().parse().unwrap();
            delays.push(time - written);
            seen.drain(..start + 20);
        }
    }
    delays
}
