//! Where the output of a container or an exec goes: its log and the clients that are attached.

use std::sync::Mutex;

use bytes::{BufMut, Bytes, BytesMut};
use tokio::sync::mpsc;

use super::log::Log;
use super::store::lock;

/// Which of the two outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Stdout,
    Stderr,
}

/// Some output.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    pub(super) channel: Channel,
    pub(super) bytes: Bytes,
}

/// The console of a process.
pub(super) struct Console {
    tty: bool,
    viewers: Mutex<Vec<mpsc::Sender<Chunk>>>,
    log: Option<Log>,
}

impl Console {
    pub(super) fn new(tty: bool, log: Option<Log>) -> Self {
        Self { tty, viewers: Mutex::new(Vec::new()), log }
    }

    pub(super) fn tty(&self) -> bool {
        self.tty
    }

    pub(super) fn log(&self) -> Option<&Log> {
        self.log.as_ref()
    }

    /// All output from now on, until the process has ended.
    pub(super) fn view(&self) -> mpsc::Receiver<Chunk> {
        let (sender, receiver) = mpsc::channel(8);
        lock(&self.viewers).push(sender);
        receiver
    }

    /// Takes output, and waits for the slowest viewer.
    pub(super) async fn write(&self, channel: Channel, bytes: Bytes) {
        if bytes.is_empty() {
            return;
        }
        let chunk = if self.tty {
            Chunk {
                // A terminal has one output.
                channel: Channel::Stdout,
                bytes: with_carriage_returns(&bytes),
            }
        } else {
            Chunk { channel, bytes }
        };
        if let Some(log) = &self.log {
            log.append(&chunk);
        }
        let viewers: Vec<_> = {
            let mut viewers = lock(&self.viewers);
            viewers.retain(|viewer| !viewer.is_closed());
            viewers.clone()
        };
        for viewer in viewers {
            // A viewer that has gone meanwhile is dropped on the next write.
            let _ = viewer.send(chunk.clone()).await;
        }
        // A command that does nothing but write must not keep the thread to itself.
        tokio::task::yield_now().await;
    }

    /// Lets the viewers go: the process has ended.
    pub(super) fn end(&self) {
        lock(&self.viewers).clear();
    }
}

/// One frame of a multiplexed stream: type, three zeros, length, data.
pub(super) fn frame(channel: Channel, bytes: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(bytes.len() + 8);
    frame.put_u8(match channel {
        Channel::Stdout => 1,
        Channel::Stderr => 2,
    });
    frame.put_bytes(0, 3);
    frame.put_u32(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    frame.extend_from_slice(bytes);
    frame.freeze()
}

/// What a terminal makes of a newline.
fn with_carriage_returns(bytes: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(bytes.len() + 16);
    for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
        match piece.strip_suffix(b"\n") {
            Some(line) if !line.ends_with(b"\r") => {
                out.extend_from_slice(line);
                out.extend_from_slice(b"\r\n");
            }
            Some(_) | None => out.extend_from_slice(piece),
        }
    }
    out.freeze()
}
