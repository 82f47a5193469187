//! A hijacked connection: two independent pumps between client and backend, in
//! one task, without a time limit and without buffers while nothing moves.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::Grounds;
use super::drain::Phase;
use super::linger::{self, LINGER};
use super::scratch;
use super::standing::Standing;
use super::takeover::Takeover;
use super::tasks::Task;
use crate::net::{Meter, Plain, Socket};

/// A hijacked connection, from both heads to the end.
pub(super) struct Tunnel {
    client: Socket,
    backend: Socket,
    /// From client to backend.
    up: Pump,
    /// From backend to client.
    down: Pump,
    /// Who counts what passes, if anybody does.
    meter: Option<Box<dyn Meter>>,
    /// True once the drain has come to the tunnels that are left.
    closing: bool,
    /// When to stop waiting for what may never end.
    deadline: Option<Pin<Box<Sleep>>>,
    /// What allows it.
    grounds: Option<Rc<dyn Grounds>>,
}

/// How long the bytes that are on their way may take when the gateway ends.
const LAST_BYTES: Duration = Duration::from_millis(200);

impl Tunnel {
    /// A tunnel between what was taken over.
    pub(super) fn new(takeover: Takeover) -> Self {
        let Takeover { client, early, ended, head, head_length, upstream, grounds } = takeover;
        // A unix socket fails, too, where its peer left input unread, which is no cut.
        let tells_cuts = !matches!(upstream.socket, Socket::Plain(Plain::Unix(_)));
        Self {
            client,
            backend: upstream.socket,
            // A daemon need not know how its input ended, but it must get all of it.
            up: Pump::new(early, ended),
            down: Pump { tells_cuts, uncounted: head_length, ..Pump::new(head.into(), false) },
            meter: upstream.meter,
            closing: false,
            deadline: None,
            grounds,
        }
    }

    /// Runs to its end. Both sockets are to be closed then.
    pub(super) async fn run(&mut self, task: &Task, standing: &Standing) {
        let ended = poll_fn(|cx| {
            let phase = task.poll_phase(cx);
            if task.is_after_reload() && !standing.holds(self.client.peer_certificates(), self.grounds.as_ref()) {
                return Poll::Ready(false);
            }
            self.poll(cx, phase).map(|()| true)
        })
        .await;
        // The client is to see that this is no ordinary end: what a backend that died leaves behind is no
        // whole output.
        if !ended || self.down.is_cut() {
            self.client.reset_on_close();
        } else if self.up.left_unread() || self.down.left_unread() {
            Box::pin(linger::until_both_end(&mut self.client, &mut self.backend)).await;
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>, phase: Phase) -> Poll<()> {
        if phase >= Phase::Closing && !self.closing {
            self.closing = true;
            self.up.stop_when_drained = true;
            self.down.stop_when_drained = true;
            self.deadline = Some(Box::pin(sleep(LAST_BYTES)));
        }
        let up = self.up.poll(cx, &mut self.client, &mut self.backend);
        self.down.read_failed |= self.up.write_reset;
        let down = self.down.poll(cx, &mut self.backend, &mut self.client);
        if let Some(meter) = &mut self.meter {
            meter.received(std::mem::take(&mut self.up.passed));
            meter.sent(std::mem::take(&mut self.down.passed));
        }
        if self.down.is_cut() && down.is_ready() {
            return Poll::Ready(());
        }
        match (up, down) {
            (Poll::Ready(()), Poll::Ready(())) => Poll::Ready(()),
            _ if self.closing => self.poll_closing(cx),
            (Poll::Pending, Poll::Ready(())) => self.poll_rest_of_input(cx),
            // A client that was reset cannot be told anything: what it sent went up.
            (Poll::Ready(()), Poll::Pending) if self.up.read_failed => Poll::Ready(()),
            (_, Poll::Pending) => Poll::Pending,
        }
    }

    /// The backend has said all: the client may finish what it is sending, for
    /// as long as that moves.
    fn poll_rest_of_input(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let moved = std::mem::take(&mut self.up.moved);
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        if moved {
            deadline.as_mut().reset(Instant::now() + LINGER);
        }
        deadline.as_mut().poll(cx)
    }

    /// Whoever does not stop sending is stopped.
    fn poll_closing(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(deadline) = &mut self.deadline {
            ready!(deadline.as_mut().poll(cx));
            self.deadline = None;
            self.up.stop();
            self.down.stop();
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

/// One direction.
struct Pump {
    /// Read, and not yet taken by the writer. Nothing more is read until it is gone.
    aside: Bytes,
    state: State,
    /// True if the writer may hold bytes that a flush would send.
    unflushed: bool,
    /// True if bytes were moved since the last look.
    moved: bool,
    /// How many bytes were moved since they were last counted.
    passed: u64,
    /// How many of the next bytes are the gateway's own.
    uncounted: usize,
    /// End as soon as the reader has nothing at hand.
    stop_when_drained: bool,
    read_failed: bool,
    write_failed: bool,
    /// True if the writer's peer did not end, but reset the connection: whoever reads from it will not see
    /// that any more.
    write_reset: bool,
    /// True if the writer gets no end when the reader failed.
    tells_cuts: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The reader may have more.
    Open,
    /// The reader has ended; the writer has not been told.
    Ended,
    /// Both ends know.
    Done,
}

/// How many reads one direction may do before others have their turn.
const TURN: usize = 8;

impl Pump {
    fn new(first: Bytes, ended: bool) -> Self {
        Self {
            // An empty one may still hold the buffer it was cut from.
            aside: if first.is_empty() { Bytes::new() } else { first },
            state: if ended { State::Ended } else { State::Open },
            unflushed: false,
            moved: false,
            passed: 0,
            uncounted: 0,
            stop_when_drained: false,
            read_failed: false,
            write_failed: false,
            write_reset: false,
            tells_cuts: false,
        }
    }

    /// True if the reader may have sent what nobody has read.
    fn left_unread(&self) -> bool {
        !self.read_failed && (self.write_failed || self.stop_when_drained)
    }

    /// True if the reader failed, and the writer is not to take that for an end.
    fn is_cut(&self) -> bool {
        self.tells_cuts && self.read_failed
    }

    /// Reads no more.
    fn stop(&mut self) {
        if self.state == State::Open {
            self.state = State::Ended;
        }
    }

    /// Ready when this direction has ended, and its writer is shut.
    fn poll(&mut self, cx: &mut Context<'_>, reader: &mut Socket, writer: &mut Socket) -> Poll<()> {
        if self.state == State::Done {
            return Poll::Ready(());
        }
        match ready!(self.poll_to_end(cx, reader, writer)) {
            Ok(()) => {}
            Err(error) => {
                self.write_failed = true;
                self.write_reset = error.kind() == io::ErrorKind::ConnectionReset;
            }
        }
        self.state = State::Done;
        self.aside = Bytes::new();
        Poll::Ready(())
    }

    /// An error is the writer's.
    fn poll_to_end(&mut self, cx: &mut Context<'_>, reader: &mut Socket, writer: &mut Socket) -> Poll<io::Result<()>> {
        for _ in 0..TURN {
            while !self.aside.is_empty() {
                let written = ready!(Pin::new(&mut *writer).poll_write(cx, &self.aside))?;
                self.wrote(written)?;
                self.aside.advance(written);
                if self.aside.is_empty() {
                    self.aside = Bytes::new();
                }
            }
            if self.state == State::Ended {
                let writer = Pin::new(writer);
                // No end is made up for what was cut off by its sender.
                return if self.is_cut() { writer.poll_flush(cx) } else { writer.poll_shutdown(cx) };
            }
            match self.poll_move(cx, reader, writer)? {
                Poll::Ready(()) => {}
                Poll::Pending if self.stop_when_drained => self.state = State::Ended,
                Poll::Pending => {
                    if self.unflushed {
                        ready!(Pin::new(writer).poll_flush(cx))?;
                        self.unflushed = false;
                    }
                    return Poll::Pending;
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Reads once, and writes as much of it as the writer takes at once.
    fn poll_move(&mut self, cx: &mut Context<'_>, reader: &mut Socket, writer: &mut Socket) -> io::Result<Poll<()>> {
        scratch::with(|scratch| {
            let mut buffer = ReadBuf::new(scratch);
            match Pin::new(reader).poll_read(cx, &mut buffer) {
                Poll::Pending => return Ok(Poll::Pending),
                Poll::Ready(Ok(())) => {}
                // A TLS peer that leaves without close_notify has ended its bytes, no more.
                Poll::Ready(Err(error)) => self.read_failed = error.kind() != io::ErrorKind::UnexpectedEof,
            }
            let mut rest = buffer.filled();
            if rest.is_empty() {
                self.state = State::Ended;
            }
            while !rest.is_empty() {
                match Pin::new(&mut *writer).poll_write(cx, rest) {
                    Poll::Pending => {
                        self.aside = Bytes::copy_from_slice(rest);
                        return Ok(Poll::Ready(()));
                    }
                    Poll::Ready(written) => {
                        let written = written?;
                        self.wrote(written)?;
                        rest = rest.get(written..).unwrap_or_default();
                    }
                }
            }
            Ok(Poll::Ready(()))
        })
    }

    fn wrote(&mut self, written: usize) -> io::Result<()> {
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.unflushed = true;
        self.moved = true;
        let own = written.min(self.uncounted);
        self.uncounted -= own;
        self.passed += (written - own) as u64;
        Ok(())
    }
}
