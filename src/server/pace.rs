//! How fast a worker reads what comes in pieces.
//!
//! A thousand clients that send a byte each at the same moment would all be read before one
//! that asks for something with a whole head. So only some of them have a turn at a time.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::ready;
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use super::scratch;
use super::turns::{Turn, Turns};
use crate::net::{Plain, Socket};

/// How many are read from at a time before the sockets are looked at: a tenth or two of a millisecond's work.
const LOOKS: usize = 32;

/// How many pieces of heads are read between two rests. A thousand connections that began together also have their pauses
/// together: whoever asks meanwhile is not to wait for many of them.
const PIECES: usize = 8;

/// What the runtime's clock can tell from nothing.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// How long nobody waits to be looked at who has sent something, unless others have their turn.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A socket whose client is left alone for a while.
pub(super) trait Pausing: AsyncRead + Unpin {
    /// Lets so much time pass, in which `room` bytes may be read already.
    ///
    /// # Errors
    /// Those of the socket.
    fn pause(&mut self, pause: Duration, room: usize) -> impl Future<Output = io::Result<()>>;
}

impl Pausing for Plain {
    async fn pause(&mut self, pause: Duration, room: usize) -> io::Result<()> {
        self.pause(pause, room).await
    }
}

impl Pausing for Socket {
    async fn pause(&mut self, pause: Duration, room: usize) -> io::Result<()> {
        self.pause(pause, room).await
    }
}

/// Who has a turn. One per worker.
#[derive(Debug)]
pub(super) struct Pace {
    /// Of whoever has not been read from yet, and of bodies: the sockets are looked at before the next have theirs.
    pub(super) looks: Turns,
    /// Of heads that come in pieces: nobody has one for a moment before the next have theirs. Whoever is woken on the
    /// processor of a worker that never sleeps, the engine or a client of this machine, waits as long.
    pub(super) pieces: Turns,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { looks: Turns::new(LOOKS), pieces: Turns::new(PIECES) }
    }

    /// Reads what comes in pieces, each when it has its turn, and for now to where all are read: who waits owns no
    /// buffer. `take` is given at most `room` bytes first, then as many as it says; none at all are the end. It gives
    /// nothing once that is enough.
    ///
    /// Whoever has taken a while for its pieces is looked at again after half as long, so that many small ones cost
    /// no more than a few: it has what it asks for in one and a half times what it took to ask.
    ///
    /// # Errors
    /// Those of the socket.
    pub(super) async fn read<S: Pausing>(
        &self,
        socket: &mut S,
        mut room: usize,
        mut take: impl FnMut(&[u8]) -> Option<usize>,
    ) -> io::Result<()> {
        let (mut turn, mut turns, mut begun) = (Turn::default(), &self.looks, None);
        loop {
            let read = poll_fn(|cx| {
                ready!(turns.poll(&mut turn, cx));
                scratch::with(|scratch| {
                    let mut buffer = ReadBuf::new(scratch.get_mut(..room).unwrap_or_default());
                    Pin::new(&mut *socket).poll_read(cx, &mut buffer).map_ok(|()| take(buffer.filled()))
                })
            });
            let Some(more) = read.await? else { return Ok(()) };
            (room, turns) = (more, &self.pieces);
            let pause = begun.get_or_insert_with(Instant::now).elapsed() / 2;
            if pause >= SHORTEST_PAUSE {
                // Boxed, so that whoever says nothing has no memory of it.
                Box::pin(socket.pause(pause.min(LONGEST_PAUSE), room)).await?;
            }
        }
    }

    /// Calls those who wait, for as long as this is polled.
    pub(super) async fn call(&self) {
        // The runtime looks at its sockets before it comes back to a task that yields.
        tokio::join!(self.looks.call(yield_now), self.pieces.call(async || sleep(SHORTEST_PAUSE).await));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::task::{Context, Waker};

    use tokio::io::{AsyncWriteExt, DuplexStream};

    use super::*;

    impl Pausing for DuplexStream {
        async fn pause(&mut self, pause: Duration, _: usize) -> io::Result<()> {
            sleep(pause).await;
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_sends_many_pieces_is_looked_at_a_few_times() {
        for (pieces, between) in [(1000, 10), (1000, 50), (20, 1)].map(|(n, ms)| (n, Duration::from_millis(ms))) {
            let (mut client, mut server) = tokio::io::duplex(pieces);
            let sending = async {
                for _ in 0..pieces {
                    client.write_all(b"x").await.unwrap();
                    sleep(between).await;
                }
                std::future::pending().await
            };
            let (mut looks, mut received) = (0, 0);
            let take = |bytes: &[u8]| {
                (looks, received) = (looks + 1, received + bytes.len());
                (received < pieces).then_some(pieces)
            };
            let begin = Instant::now();
            let pace = Pace::new();
            tokio::select! {
                read = pace.read(&mut server, pieces, take) => read.unwrap(),
                () = pace.call() => unreachable!("it never ends"),
                () = sending => unreachable!("nor does this"),
            }
            let (took, sent) = (begin.elapsed(), between * pieces as u32);
            // One pause more each time that its own turns are used up.
            let waited = SHORTEST_PAUSE * (1 + looks as u32 / PIECES as u32);
            assert!(took <= sent + (sent / 2).min(LONGEST_PAUSE) + waited, "{took:?} for {sent:?}");
            assert!(looks <= 20 + sent.as_secs(), "{looks} looks within {sent:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn pieces_wait_for_a_moment_where_a_whole_head_does_not() {
        let pace = Pace::new();
        let cx = Context::from_waker(Waker::noop());
        while pace.pieces.poll(&mut Turn::default(), &cx).is_ready() {}
        let (mut client, mut server) = tokio::io::duplex(4);
        client.write_all(b"head").await.unwrap();
        let begin = Instant::now();
        for (room, waited) in [(2, Duration::ZERO), (1, SHORTEST_PAUSE)] {
            let mut left = 2;
            let take = |bytes: &[u8]| {
                left -= bytes.len();
                (left > 0).then_some(left)
            };
            tokio::select! {
                read = pace.read(&mut server, room, take) => read.unwrap(),
                () = pace.call() => unreachable!("it never ends"),
            }
            assert_eq!(begin.elapsed(), waited, "{room} at a time");
        }
    }
}
