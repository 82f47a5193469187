//! `POST /containers/{id}/attach`, and the pump that exec and websockets use as well.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::{Mutex, mpsc};

use super::StandIn;
use super::console::{Channel, Chunk, frame};
use super::container::{Container, Status};
use super::hijack::{Hijack, raw_head};
use super::input::Input;
use super::pipe::Writer;
use super::reply::Answer;
use super::request::Call;
use super::socket::Socket;
use super::websocket::{self, Frames};

/// `POST /containers/{id}/attach`. VIC ignores `logs` and `stream`.
pub(super) fn attach(standin: &Arc<StandIn>, name: &str, call: &Call) -> Answer {
    let container = match standin.store.container(name) {
        Ok(container) => container,
        Err(failure) if standin.settings.is_vic() => {
            return Answer::Hijack(Hijack::refuse(&failure));
        }
        Err(failure) => return failure.reply(call.version.as_ref()).into(),
    };
    let keys = call.query.text("detachKeys").to_owned();
    let wire = if container.spec.tty { Wire::Raw } else { Wire::Frames };
    let session = Session::of_container(
        standin,
        &container,
        wire,
        Wanted {
            stdin: call.query.flag("stdin"),
            stdout: call.query.flag("stdout"),
            stderr: call.query.flag("stderr"),
        },
    );
    let head = raw_head(call.wants_upgrade(), "");
    Answer::Hijack(Hijack::new(head, |socket| async move {
        // VIC reads the keys after it has answered, so that bad ones end the session in silence.
        match Keys::parse(&keys) {
            Some(keys) => session.run(socket, keys).await,
            None => socket,
        }
    }))
}

/// How output is written and input is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// As it is.
    Raw,
    /// In frames that tell stdout from stderr.
    Frames,
    /// In websocket messages.
    Websocket,
}

/// The streams that a client asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) stdin: bool,
    pub(super) stdout: bool,
    pub(super) stderr: bool,
}

/// What the end of a client's input does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AtEnd {
    /// It ends the input of the process, and output goes on.
    CloseStdin,
    /// It ends the session.
    Detach,
}

/// A client that is connected to a process.
pub(super) struct Session {
    pub(super) standin: Arc<StandIn>,
    pub(super) container: Arc<Container>,
    pub(super) output: mpsc::Receiver<Chunk>,
    pub(super) stdin: Writer,
    pub(super) input: SessionInput,
    pub(super) wire: Wire,
    pub(super) wanted: Wanted,
    pub(super) at_end: AtEnd,
    pub(super) tty: bool,
    /// How long to wait for a container to start.
    pub(super) patience: Option<Duration>,
}

/// Whose input it is.
pub(super) enum SessionInput {
    Container,
    Exec(Arc<super::exec::Exec>),
}

impl Session {
    /// Binds to a container now, so that no output is missed.
    pub(super) fn of_container(standin: &Arc<StandIn>, container: &Arc<Container>, wire: Wire, wanted: Wanted) -> Self {
        standin.events.container(container, "attach", &[]);
        let spec = &container.spec;
        Self {
            standin: Arc::clone(standin),
            output: container.console.view(),
            stdin: container.input.writer(),
            input: SessionInput::Container,
            wire,
            wanted,
            at_end: if spec.stdin_once && !spec.tty { AtEnd::CloseStdin } else { AtEnd::Detach },
            tty: spec.tty,
            patience: Some(standin.settings.attach_limit),
            container: Arc::clone(container),
        }
    }

    /// Moves bytes both ways until the process ends or the client leaves.
    pub(super) async fn run(mut self, socket: Socket, keys: Keys) -> Socket {
        if !self.wanted.stdout && !self.wanted.stderr {
            return socket;
        }
        let (mut reader, writer) = tokio::io::split(socket);
        let writer = Mutex::new(writer);
        let (unused, closed) = mpsc::channel(1);
        drop(unused);
        let output = std::mem::replace(&mut self.output, closed);
        tokio::select! {
            biased;
            () = self.send(output, &writer) => {}
            () = self.receive(&mut reader, &writer, keys) => {}
            () = self.grow_impatient() => {}
        }
        if self.wire == Wire::Websocket {
            // The client may be gone.
            let _ = writer.lock().await.write_all(&websocket::close()).await;
        }
        reader.unsplit(writer.into_inner())
    }

    async fn send(&self, mut output: mpsc::Receiver<Chunk>, writer: &Mutex<WriteHalf<Socket>>) {
        while let Some(chunk) = output.recv().await {
            let wanted = match chunk.channel {
                Channel::Stdout => self.wanted.stdout,
                Channel::Stderr => self.wanted.stderr,
            };
            if !wanted {
                continue;
            }
            let bytes = match self.wire {
                Wire::Raw => chunk.bytes,
                Wire::Frames => frame(chunk.channel, &chunk.bytes),
                Wire::Websocket => websocket::text(&chunk.bytes),
            };
            let mut writer = writer.lock().await;
            if writer.write_all(&bytes).await.is_err() || writer.flush().await.is_err() {
                return;
            }
        }
    }

    /// Returns when the client's input ends the session.
    async fn receive(&self, reader: &mut ReadHalf<Socket>, writer: &Mutex<WriteHalf<Socket>>, mut keys: Keys) {
        if !self.wanted.stdin {
            return std::future::pending().await;
        }
        let mut frames = Frames::default();
        let mut buffer = BytesMut::with_capacity(16 << 10);
        loop {
            buffer.reserve(16 << 10);
            let ended = !matches!(reader.read_buf(&mut buffer).await, Ok(count) if count > 0);
            let mut bytes = buffer.split().freeze();
            let mut over = ended;
            if self.wire == Wire::Websocket {
                let received = frames.feed(&bytes);
                bytes = received.data;
                over |= received.closed;
                self.answer_pings(received.pings, writer).await;
            }
            if self.tty {
                match keys.press(bytes) {
                    Pressed::Keys(rest) => bytes = rest,
                    Pressed::Detach => {
                        self.standin.events.container(&self.container, "detach", &[]);
                        return;
                    }
                }
            }
            let open = bytes.is_empty() || self.input().take(&self.stdin, bytes).await;
            if !open {
                // The process reads no more. Its output may still come.
                return std::future::pending().await;
            }
            if over {
                match self.at_end {
                    AtEnd::Detach => return,
                    AtEnd::CloseStdin => {
                        // A process that has ended needs no end of input.
                        let _ = self.stdin.send(Bytes::new()).await;
                        return std::future::pending().await;
                    }
                }
            }
        }
    }

    async fn answer_pings(&self, pings: Vec<Bytes>, writer: &Mutex<WriteHalf<Socket>>) {
        for ping in pings {
            // A client that has gone is noticed by the next read.
            let _ = writer.lock().await.write_all(&websocket::pong(&ping)).await;
        }
    }

    fn input(&self) -> &Input {
        match &self.input {
            SessionInput::Container => &self.container.input,
            SessionInput::Exec(exec) => &exec.input,
        }
    }

    /// Returns when the container has not started in time.
    async fn grow_impatient(&self) {
        if let Some(patience) = self.patience {
            let mut states = self.container.watch();
            let started = states.wait_for(|state| state.status == Status::Running);
            if tokio::time::timeout(patience, started).await.is_err() {
                return;
            }
        }
        std::future::pending().await
    }
}

/// The keys that detach from a terminal, and how many of them have been pressed.
pub(super) struct Keys {
    sequence: Vec<u8>,
    pressed: usize,
}

impl Default for Keys {
    /// Control-P, control-Q.
    fn default() -> Self {
        Self { sequence: vec![0x10, 0x11], pressed: 0 }
    }
}

enum Pressed {
    Keys(Bytes),
    Detach,
}

impl Keys {
    /// `ctrl-p,ctrl-q` and the like. Empty means that default; `None` that it makes no sense.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let key = |name: &str| match name.as_bytes() {
            [key] => Some(*key),
            [b'c', b't', b'r', b'l', b'-', key @ (b'a'..=b'z' | b'@' | b'['..=b'_')] => Some(key & 0x1f),
            _ => None,
        };
        Some(Self { sequence: text.split(',').map(key).collect::<Option<_>>()?, pressed: 0 })
    }

    /// Looks for the sequence. VIC sees a key only when it comes alone.
    fn press(&mut self, bytes: Bytes) -> Pressed {
        let is_next = match bytes.as_ref() {
            [key] => self.sequence.get(self.pressed) == Some(key),
            _ => false,
        };
        if is_next {
            self.pressed += 1;
            return if self.pressed == self.sequence.len() { Pressed::Detach } else { Pressed::Keys(Bytes::new()) };
        }
        let held = self.sequence.get(..self.pressed).unwrap_or_default();
        let mut keys = BytesMut::from(held);
        keys.extend_from_slice(&bytes);
        self.pressed = 0;
        Pressed::Keys(keys.freeze())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_detaches_only_when_it_is_complete() {
        let mut keys = Keys::parse("").unwrap();
        assert!(matches!(keys.press(Bytes::from("\x10")), Pressed::Keys(rest) if rest.is_empty()));
        assert!(matches!(keys.press(Bytes::from("x")), Pressed::Keys(rest) if rest == "\x10x"));
        keys.press(Bytes::from("\x10"));
        assert!(matches!(keys.press(Bytes::from("\x11")), Pressed::Detach));
    }

    #[test]
    fn keys_that_make_no_sense_are_told() {
        assert!(Keys::parse("ctrl-").is_none());
        assert!(Keys::parse("ctrl-p,").is_none());
        assert!(Keys::parse("a,ctrl-[").is_some());
    }
}
