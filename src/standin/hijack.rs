//! Taking the socket for a raw stream, and the heads that VIC writes on it by hand.

use std::pin::Pin;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::failure::Failure;
use super::socket::Socket;

/// What a handler does with the socket once hyper has given it back.
pub(super) struct Hijack {
    run: Box<dyn FnOnce(Socket) -> Work + Send>,
}

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Hijack {
    /// Writes `head`, then gives the socket to `stream`, then closes.
    pub(super) fn new<F, W>(head: Vec<u8>, stream: F) -> Self
    where
        F: FnOnce(Socket) -> W + Send + 'static,
        W: Future<Output = Socket> + Send + 'static,
    {
        Self {
            run: Box::new(|mut socket| {
                Box::pin(async move {
                    if socket.write_all(&head).await.is_ok() && socket.flush().await.is_ok() {
                        let socket = stream(socket).await;
                        close(socket).await;
                    }
                })
            }),
        }
    }

    /// Closes without a word, as a server does that has panicked.
    pub(super) fn vanish() -> Self {
        Self { run: Box::new(|socket| Box::pin(async move { drop(socket) })) }
    }

    /// An error on a hijacked socket: no length, plain text, then the end.
    pub(super) fn refuse(failure: &Failure) -> Self {
        let head = format!(
            "HTTP/1.1 {} {}\r\nContent-Type: {RAW_STREAM}\r\n\r\n{}\r\n",
            failure.status.as_u16(),
            failure.status.canonical_reason().unwrap_or("Error"),
            failure.message
        );
        Self::new(head.into_bytes(), |socket| async { socket })
    }

    pub(super) async fn run(self, socket: Socket) {
        (self.run)(socket).await;
    }
}

/// The head of a raw stream: `101 UPGRADED` for those who asked for it, `200 OK` without a
/// length for the others.
pub(super) fn raw_head(upgrade: bool, more: &str) -> Vec<u8> {
    if upgrade {
        format!(
            "HTTP/1.1 101 UPGRADED\r\nContent-Type: {RAW_STREAM}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n{more}\r\n"
        )
    } else {
        format!("HTTP/1.1 200 OK\r\nContent-Type: {RAW_STREAM}\r\n{more}\r\n")
    }
    .into_bytes()
}

const RAW_STREAM: &str = "application/vnd.docker.raw-stream";

/// How long a client may take to close after the end.
const LINGER: Duration = Duration::from_millis(500);

/// Ends our direction, then takes what the client still sends: closing a socket with unread
/// bytes in it resets the connection, and a reset can cost the client the last output.
async fn close(mut socket: Socket) {
    if socket.shutdown().await.is_err() {
        return;
    }
    let mut scrap = [0; 4096];
    let drain = async { while !matches!(socket.read(&mut scrap).await, Ok(0) | Err(_)) {} };
    // Whether the client closed or not, the socket is dropped now.
    let _ = tokio::time::timeout(LINGER, drain).await;
}
