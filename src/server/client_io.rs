//! The client's socket as hyper sees it, with the two facts about it that hyper
//! does not tell and a takeover needs.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::head_case::HeadCase;
use super::head_scan::HeadScan;
use super::pace::Pace;
use super::scratch;
use super::turns::Turn;
use crate::net::Socket;

/// The socket and its [`Flags`].
#[derive(Debug)]
pub(super) struct ClientIo {
    pub(super) socket: Socket,
    /// Bytes that were read before hyper was there, and that hyper has not taken yet.
    pub(super) early: Bytes,
    flags: Rc<Flags>,
    pace: Rc<Pace>,
    /// For the next piece of a head, and of a body.
    turns: [Turn; 2],
}

/// What the connection task, the glue and the socket tell each other.
#[derive(Debug)]
pub(super) struct Flags {
    /// Since when hyper waits for the head of a request; `None` while one is answered.
    pub(super) waiting_since: Cell<Option<Instant>>,
    /// What the head that arrives says of its length.
    pub(super) head: Cell<HeadScan>,
    /// Which heads of answers hyper has been given.
    pub(super) answers: Cell<HeadCase>,
    /// hyper has the last of an answer, and has not sent all of it.
    pub(super) finishing: Cell<bool>,
    /// An end of the client's bytes is only the end of its stdin: keep it from hyper,
    /// which would drop the call.
    pub(super) hold_eof: Cell<bool>,
    /// The client's bytes have ended.
    pub(super) eof: Cell<bool>,
    /// hyper has written bytes that the socket has not taken yet. They are lost if
    /// the socket is taken over now.
    pub(super) unflushed: Cell<bool>,
    /// The last request has a body, which the client may still be sending.
    pub(super) has_body: Cell<bool>,
    /// Set where that is long and judged; `None` where it cannot be.
    pub(super) is_long: RefCell<Option<Arc<AtomicBool>>>,
    /// Since when the body is awaited of which some was read with the head that hyper has next.
    pub(super) body_since: Cell<Option<std::time::Instant>>,
    /// A plain end of the connection would be taken for the end of a whole answer.
    pub(super) ends_by_close: Cell<bool>,
}

/// How much of a long body is read apart at once, in bytes. Four times as much costs a thirtieth less CPU; but whoever
/// waits for a share of the worker has that much in memory.
const AT_ONCE: usize = 128 * 1024;

/// A part of a request.
enum Part {
    Head,
    Body,
}

impl Flags {
    /// Those of a connection whose request is awaited since then, and its body, if it is, since `body_since`.
    pub(super) fn new(since: Instant, body_since: Option<std::time::Instant>) -> Self {
        Self {
            waiting_since: Cell::new(Some(since)),
            head: Cell::default(),
            answers: Cell::default(),
            finishing: Cell::default(),
            hold_eof: Cell::default(),
            eof: Cell::default(),
            unflushed: Cell::default(),
            has_body: Cell::default(),
            is_long: RefCell::default(),
            body_since: Cell::new(body_since),
            ends_by_close: Cell::default(),
        }
    }

    /// The part of a request that some has been read of: what comes next of it has been waited for, and can wait for
    /// its turn.
    fn amid(&self) -> Option<Part> {
        if self.waiting_since.get().is_some() {
            self.head.get().has_begun().then_some(Part::Head)
        } else {
            self.has_body.get().then_some(Part::Body)
        }
    }

    /// True while a long body is read that is judged.
    fn amid_long(&self) -> bool {
        self.is_long.borrow().as_ref().is_some_and(|is_long| is_long.load(Ordering::Relaxed))
    }

    /// hyper is given the head of an answer, which it writes next.
    pub(super) fn expect_head(&self) {
        let mut answers = self.answers.get();
        answers.expect();
        self.answers.set(answers);
    }
}

impl ClientIo {
    pub(super) fn new(socket: Socket, early: Vec<u8>, flags: Rc<Flags>, pace: Rc<Pace>) -> Self {
        Self { socket, early: early.into(), flags, pace, turns: Default::default() }
    }
}

impl AsyncRead for ClientIo {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.flags.eof.get() {
            let before = buf.filled().len();
            let read = if this.early.is_empty() {
                if this.flags.amid_long() {
                    ready!(this.socket.poll_fetch(cx, AT_ONCE))?;
                }
                let [of_head, of_body] = &mut this.turns;
                let (turns, turn) = match this.flags.amid() {
                    Some(Part::Head) => (Some(&this.pace.pieces), of_head),
                    Some(Part::Body) => (Some(&this.pace.looks), of_body),
                    None => (None, of_head),
                };
                if let Some(turns) = turns {
                    ready!(turns.poll(turn, cx));
                }
                let read = ready!(Pin::new(&mut this.socket).poll_read(cx, buf));
                if let Some(turns) = turns {
                    turns.charge(buf.filled().len() - before);
                }
                read
            } else {
                buf.put_slice(&this.early.split_to(this.early.len().min(buf.remaining())));
                Ok(())
            };
            match read {
                Ok(()) => {
                    let bytes = buf.filled().get(before..).unwrap_or_default();
                    this.flags.eof.set(bytes.is_empty() && buf.remaining() > 0);
                    if this.flags.waiting_since.get().is_some() {
                        let mut head = this.flags.head.get();
                        head.feed(bytes);
                        this.flags.head.set(head);
                    }
                }
                // A TLS peer that left without close_notify has ended its bytes, no more.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => this.flags.eof.set(true),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        // Nothing comes behind an end, so that there is nothing to be woken for.
        if this.flags.eof.get() && this.flags.hold_eof.get() { Poll::Pending } else { Poll::Ready(Ok(())) }
    }
}

impl AsyncWrite for ClientIo {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.flags.unflushed.set(true);
        let mut answers = this.flags.answers.get();
        if this.flags.waiting_since.get().is_some() && !this.flags.finishing.get() && !answers.is_due() {
            // Nobody has given it an answer: this is its own, to something that is no request.
            answers.expect();
            this.flags.answers.set(answers);
        }
        if !answers.is_due() {
            return Pin::new(&mut this.socket).poll_write_vectored(cx, bytes);
        }
        let written = ready!(scratch::with(|scratch| {
            let head = gather(bytes, scratch);
            answers.pass(head);
            Pin::new(&mut this.socket).poll_write(cx, head).map_ok(|written| {
                // What was not taken comes again, as hyper has it.
                if written < head.len() {
                    answers = this.flags.answers.get();
                    answers.pass(head.get_mut(..written).unwrap_or_default());
                }
                written
            })
        }))?;
        this.flags.answers.set(answers);
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // hyper flushes when it has nothing left to write itself.
        ready!(Pin::new(&mut this.socket).poll_flush(cx))?;
        this.flags.unflushed.set(false);
        this.flags.finishing.set(false);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(cx)
    }
}

/// Copies what fits to the front of `scratch`, and gives that.
fn gather<'s>(slices: &[io::IoSlice<'_>], scratch: &'s mut [u8]) -> &'s mut [u8] {
    let mut length = 0;
    for slice in slices {
        let room = scratch.get_mut(length..).unwrap_or_default();
        let fits = slice.len().min(room.len());
        if let (Some(room), Some(bytes)) = (room.get_mut(..fits), slice.get(..fits)) {
            room.copy_from_slice(bytes);
        }
        length += fits;
    }
    scratch.get_mut(..length).unwrap_or_default()
}
