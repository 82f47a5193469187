//! Byte pipes between commands, clients and containers.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::sync::{Mutex, mpsc};

/// The writing end. An empty chunk means the end of input, which lets one of several writers
/// say it.
pub(super) type Writer = mpsc::Sender<Bytes>;

/// The reading end, shared by the commands that run one after the other in a shell.
#[derive(Clone)]
pub(super) struct Reader(Arc<Mutex<Inner>>);

struct Inner {
    source: Option<mpsc::Receiver<Bytes>>,
    rest: Bytes,
    /// On a terminal the end of input ends one command, not the terminal.
    end_is_final: bool,
}

/// A pipe. On a terminal reading may go on after the end of input.
pub(super) fn pipe(terminal: bool) -> (Writer, Reader) {
    let (writer, source) = mpsc::channel(8);
    (writer, Reader::new(Some(source), Bytes::new(), !terminal))
}

impl Reader {
    fn new(source: Option<mpsc::Receiver<Bytes>>, rest: Bytes, end_is_final: bool) -> Self {
        Self(Arc::new(Mutex::new(Inner { source, rest, end_is_final })))
    }

    /// Input that is known beforehand, or none.
    pub(super) fn of(bytes: Bytes) -> Self {
        Self::new(None, bytes, true)
    }

    /// The next bytes; `None` at the end.
    pub(super) async fn read(&self) -> Option<Bytes> {
        self.0.lock().await.chunk().await
    }

    /// The next line with its newline, or what is left before the end.
    pub(super) async fn line(&self) -> Option<Bytes> {
        let mut inner = self.0.lock().await;
        let mut line = BytesMut::new();
        while let Some(mut chunk) = inner.chunk().await {
            if let Some(end) = chunk.iter().position(|&byte| byte == b'\n') {
                line.extend_from_slice(&chunk.split_to(end + 1));
                inner.rest = chunk;
                return Some(line.freeze());
            }
            line.extend_from_slice(&chunk);
        }
        Some(line.freeze()).filter(|line| !line.is_empty())
    }

    /// Gives bytes back that were read too far.
    pub(super) async fn put_back(&self, bytes: Bytes) {
        let mut inner = self.0.lock().await;
        let mut all = BytesMut::from(bytes.as_ref());
        all.extend_from_slice(&inner.rest);
        inner.rest = all.freeze();
    }
}

impl Inner {
    async fn chunk(&mut self) -> Option<Bytes> {
        if !self.rest.is_empty() {
            return Some(std::mem::take(&mut self.rest));
        }
        let chunk = self.source.as_mut()?.recv().await;
        match chunk {
            Some(chunk) if !chunk.is_empty() => Some(chunk),
            Some(_) if !self.end_is_final => None,
            Some(_) | None => {
                self.source = None;
                None
            }
        }
    }
}
