//! Reading apart from the worker: what comes in small pieces, and long bodies.
//!
//! A long body takes milliseconds to read, for which others would wait.
//!
//! Small pieces, if nobody reads them, are acknowledged by a timer of their connection, 40 ms behind them: for a thousand
//! connections that is half a millisecond and more in which nobody else has that processor. Whoever reads them has them
//! acknowledged one by one. That is done here, by a thread that comes last, so that nobody waits for it.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::task::{Context, Poll, ready};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::last::{self, Last};

/// How often each socket is looked at: within the 40 ms after which the kernel would act, all of a thousand too.
pub(super) const EACH: Duration = Duration::from_millis(20);

/// How many looks in a row find nothing until a socket is left alone for the rest of its pause: of whoever sends so
/// seldom there is little to acknowledge, and looks would cost more than its bytes.
const QUIET: u8 = 5;

/// How much is read at most until the owner has its turn, in bytes: what waits for it takes memory.
const MOST: usize = 512;

/// How much is read at a time of what comes in large pieces, in bytes: whoever is woken there waits for the end of it.
const PIECE: usize = 64 * 1024;

thread_local! {
    static READER: Last<Job> = const { Last::new() };
}

/// A socket that no runtime knows of.
#[derive(Debug)]
pub(super) struct Unwatched(File);

/// What comes back with the socket: the bytes that were read.
type Back = (Unwatched, Vec<u8>);

/// A socket that is being read apart.
#[derive(Debug)]
pub(super) struct Away {
    back: oneshot::Receiver<Back>,
    /// Set to have it at once; `None` if it comes at once.
    wanted: Option<Arc<AtomicBool>>,
}

struct Job {
    socket: Unwatched,
    bytes: Vec<u8>,
    /// The most that is read, in bytes.
    room: usize,
    /// How many looks in a row have found nothing.
    quiet: u8,
    until: Instant,
    reply: oneshot::Sender<Back>,
    wanted: Arc<AtomicBool>,
}

impl Unwatched {
    /// Reads what is here.
    ///
    /// # Errors
    /// The system's: `WouldBlock` if there is nothing.
    pub(super) fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.0.read(room)
    }

    /// Has it read for so long, or until `room` bytes have come, or [`MOST`].
    ///
    /// # Errors
    /// The socket, if there is no thread for that.
    pub(super) fn lend(self, pause: Duration, room: usize) -> Result<Away, Self> {
        let (reply, back) = oneshot::channel();
        let wanted = Arc::<AtomicBool>::default();
        let until = Instant::now() + pause;
        let (bytes, room) = (Vec::new(), room.min(MOST));
        let job = Job { socket: self, bytes, room, quiet: 0, until, reply, wanted: wanted.clone() };
        READER.with(|reader| reader.give("reader", job, read_all)).map_err(|job| job.socket)?;
        Ok(Away { back, wanted: Some(wanted) })
    }

    /// Has what is here read once, `room` bytes at most, by the thread that also judges long bodies.
    pub(super) fn fetch(mut self, room: usize) -> Away {
        let (reply, back) = oneshot::channel();
        last::beside(move || {
            let bytes = self.here(room);
            // Whoever is gone has no use for it.
            let _ = reply.send((self, bytes));
        });
        Away { back, wanted: None }
    }

    fn here(&mut self, room: usize) -> Vec<u8> {
        let (mut bytes, mut length) = (vec![0; room], 0);
        while let Some(rest) = bytes.get_mut(length..).filter(|rest| !rest.is_empty()) {
            let piece = rest.len().min(PIECE);
            // The system tells what is wrong once: whoever it is given to sees an end.
            let read = self.read(rest.get_mut(..piece).unwrap_or_default()).unwrap_or_default();
            length += read;
            if read < piece {
                break;
            }
        }
        bytes.truncate(length);
        bytes
    }
}

impl Job {
    /// Reads once. True if more can come.
    fn read(&mut self) -> bool {
        let mut bytes = [0; MOST];
        let left = self.room - self.bytes.len();
        match self.socket.read(bytes.get_mut(..left).unwrap_or_default()) {
            Ok(read) => {
                self.quiet = 0;
                self.bytes.extend_from_slice(bytes.get(..read).unwrap_or_default());
                read > 0 && read < left
            }
            Err(error) => {
                self.quiet += 1;
                // The system tells what is wrong once: whoever it is given to sees an end.
                error.kind() == io::ErrorKind::WouldBlock
            }
        }
    }
}

impl From<OwnedFd> for Unwatched {
    fn from(socket: OwnedFd) -> Self {
        Self(socket.into())
    }
}

impl From<Unwatched> for OwnedFd {
    fn from(socket: Unwatched) -> Self {
        socket.0.into()
    }
}

impl AsFd for Unwatched {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Away {
    /// Asks for it before its time.
    pub(super) fn want(&self) {
        if let Some(wanted) = &self.wanted {
            wanted.store(true, Ordering::Relaxed);
        }
    }

    /// Waits for it; `None` if it is lost with its thread.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Back>> {
        Poll::Ready(ready!(Pin::new(&mut self.back).poll(cx)).ok())
    }
}

/// Reads the sockets that are given, until the worker has ended.
fn read_all(received: &Receiver<Job>) {
    let mut jobs = Vec::new();
    while let Ok(job) = received.recv() {
        jobs.push(job);
        while !jobs.is_empty() {
            jobs.extend(received.try_iter());
            jobs = jobs.into_iter().filter_map(look).collect();
            thread::sleep(EACH);
        }
    }
}

/// Reads once. Gives the job if there may be more to be read, and else the socket to its owner.
fn look(mut job: Job) -> Option<Job> {
    if job.reply.is_closed() {
        return None;
    }
    let goes_on = job.quiet >= QUIET || job.read();
    if goes_on && Instant::now() < job.until && !job.wanted.load(Ordering::Relaxed) {
        return Some(job);
    }
    // Whoever is gone has no use for it.
    let _ = job.reply.send((job.socket, job.bytes));
    None
}
