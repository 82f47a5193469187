//! What goes into a process: its standard input and its signals.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::console::{Channel, Console};
use super::pipe::{Reader, Writer, pipe};
use super::process;
use super::store::lock;
use super::tty::{Typed, Typing};

/// The input side of a container or an exec. It is there before the process, so that a client
/// can attach before the start.
pub(super) struct Input {
    console: Arc<Console>,
    pipe: Mutex<(Writer, Option<Reader>)>,
    signals: Mutex<Option<mpsc::Sender<i32>>>,
    typing: Mutex<Typing>,
}

impl Input {
    pub(super) fn new(console: Arc<Console>) -> Self {
        let (writer, reader) = pipe(console.tty());
        Self {
            console,
            pipe: Mutex::new((writer, Some(reader))),
            signals: Mutex::new(None),
            typing: Mutex::new(Typing::default()),
        }
    }

    /// Where input goes, now or once there is a process.
    pub(super) fn writer(&self) -> Writer {
        lock(&self.pipe).0.clone()
    }

    /// Takes what a client has sent: as it is, or through the terminal. False when the process
    /// takes nothing more.
    pub(super) async fn take(&self, to: &Writer, bytes: Bytes) -> bool {
        if !self.console.tty() {
            return to.send(bytes).await.is_ok();
        }
        let (echo, typed) = lock(&self.typing).keys(&bytes);
        self.console.write(Channel::Stdout, echo).await;
        for typed in typed {
            let sent = match typed {
                Typed::Input(bytes) => to.send(bytes).await,
                Typed::End => to.send(Bytes::new()).await,
                Typed::Interrupt => {
                    self.signal(process::INTERRUPT);
                    Ok(())
                }
            };
            if sent.is_err() {
                return false;
            }
        }
        true
    }

    /// Sends a signal to the process, if there is one.
    pub(super) fn signal(&self, number: i32) {
        if let Some(signals) = lock(&self.signals).as_ref() {
            // A full queue holds signals enough to end any process.
            let _ = signals.try_send(number);
        }
    }

    /// The input and the signals of a process that starts now.
    pub(super) fn begin(&self, open_stdin: bool) -> (Reader, mpsc::Receiver<i32>) {
        let (sender, signals) = mpsc::channel(16);
        *lock(&self.signals) = Some(sender);
        let reader = if open_stdin { lock(&self.pipe).1.take() } else { None };
        (reader.unwrap_or_else(|| Reader::of(Bytes::new())), signals)
    }

    /// Makes ready for the next process.
    pub(super) fn end(&self) {
        *lock(&self.signals) = None;
        let (writer, reader) = pipe(self.console.tty());
        *lock(&self.pipe) = (writer, Some(reader));
    }
}
