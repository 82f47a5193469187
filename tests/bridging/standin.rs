//! A stand-in on a port of its own.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use vicgate::settings::{self, BackendUrl};
use vicgate::standin::{Listener, Settings, StandIn};

/// Serves a stand-in until the test ends, and gives the settings to reach it with.
pub async fn start(settings: Settings) -> settings::Backend {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    #[expect(clippy::disallowed_methods, reason = "it ends with the runtime of the test")]
    tokio::spawn(StandIn::new(settings).serve(Listener::Tcp(listener)));
    at(port)
}

/// A backend that takes every create, and keeps its body.
pub async fn recorder() -> (settings::Backend, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let bodies = Arc::<Mutex<Vec<String>>>::default();
    let kept = bodies.clone();
    #[expect(clippy::disallowed_methods, reason = "it ends with the runtime of the test")]
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut text = String::new();
            let (head, length) = loop {
                let mut piece = vec![0; 65_536];
                let count = stream.read(&mut piece).await.unwrap();
                text.push_str(std::str::from_utf8(&piece[..count]).unwrap());
                if let Some(end) = text.find("\r\n\r\n") {
                    let length = text.to_ascii_lowercase();
                    let length = length.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
                    break (end + 4, length.map_or(0, |length| length.parse::<usize>().unwrap()));
                }
            };
            while text.len() < head + length {
                let mut piece = vec![0; 65_536];
                let count = stream.read(&mut piece).await.unwrap();
                text.push_str(std::str::from_utf8(&piece[..count]).unwrap());
            }
            let answer = if text.starts_with("POST ") {
                kept.lock().unwrap().push(text.split_off(head));
                "HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 26\r\n\r\n{\"Id\":\"abc\",\"Warnings\":[]}"
            } else {
                "HTTP/1.1 200 OK\r\nApi-Version: 1.25\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
            };
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (at(port), bodies)
}

/// The settings for a backend on this port of the loopback address.
pub fn at(port: u16) -> settings::Backend {
    settings::Backend {
        url: BackendUrl::Tcp { host: "127.0.0.1".into(), port },
        tls: settings::BackendTls::default(),
        host_header: None,
        connect_timeout: std::time::Duration::from_secs(5),
    }
}
