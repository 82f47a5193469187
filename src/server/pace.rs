//! Turns for connections whose requests come in pieces.
//!
//! A thousand clients that send a byte each at the same moment would all be read before one
//! that asks for something with a whole head. So only some of them have a turn, and the
//! sockets are looked at again before the next ones have theirs.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use super::scratch;

/// How many have a turn between two looks at the sockets: a tenth of a millisecond's work.
const TURNS: usize = 32;

/// The bytes of a body that are read and kept in about the time of a turn.
const WORTH: usize = 4 * 1024;

/// What the runtime's clock can tell from nothing.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// How long nobody waits to be looked at who has sent something, unless others have their turn.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Who has a turn. One per worker.
#[derive(Debug)]
pub(super) struct Pace {
    /// Turns that are left until the next look.
    left: Cell<usize>,
    waiting: RefCell<VecDeque<Waker>>,
    /// How many of those who had to wait have been called.
    called: Cell<u64>,
    wanted: Notify,
}

/// The place of a connection that has to wait, among all that ever had to.
#[derive(Debug, Default)]
pub(super) struct Turn(Option<u64>);

impl Pace {
    pub(super) fn new() -> Self {
        Self { left: Cell::new(TURNS), waiting: RefCell::default(), called: Cell::default(), wanted: Notify::default() }
    }

    /// Takes a turn, or waits for one: in the order in which they came.
    pub(super) fn poll_turn(&self, turn: &mut Turn, cx: &Context<'_>) -> Poll<()> {
        match turn.0 {
            Some(place) if place < self.called.get() => turn.0 = None,
            Some(_) => return Poll::Pending,
            None if self.left.get() > 0 => self.left.set(self.left.get() - 1),
            None => {
                let mut waiting = self.waiting.borrow_mut();
                turn.0 = Some(self.called.get() + waiting.len() as u64);
                waiting.push_back(cx.waker().clone());
                self.wanted.notify_one();
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    }

    /// Takes as many turns more as so many bytes are worth that came with one: a body of megabytes that is here is not
    /// read to its end before the sockets are looked at.
    pub(super) fn charge(&self, bytes: usize) {
        self.left.set(self.left.get().saturating_sub(bytes / WORTH));
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
    pub(super) async fn read<S: AsyncRead + Unpin>(
        &self,
        socket: &mut S,
        mut room: usize,
        mut take: impl FnMut(&[u8]) -> Option<usize>,
    ) -> io::Result<()> {
        let (mut turn, mut begun) = (Turn::default(), None);
        loop {
            let read = poll_fn(|cx| {
                ready!(self.poll_turn(&mut turn, cx));
                scratch::with(|scratch| {
                    let mut buffer = ReadBuf::new(scratch.get_mut(..room).unwrap_or_default());
                    Pin::new(&mut *socket).poll_read(cx, &mut buffer).map_ok(|()| take(buffer.filled()))
                })
            });
            let Some(more) = read.await? else { return Ok(()) };
            room = more;
            let pause = begun.get_or_insert_with(Instant::now).elapsed() / 2;
            if pause >= SHORTEST_PAUSE {
                // Boxed, so that whoever says nothing has no memory of it.
                Box::pin(sleep(pause.min(LONGEST_PAUSE))).await;
            }
        }
    }

    /// Calls those who wait, for as long as this is polled.
    pub(super) async fn call(&self) {
        loop {
            self.wanted.notified().await;
            while !self.waiting.borrow().is_empty() {
                // The runtime looks at its sockets before it comes back to a task that yields.
                yield_now().await;
                self.call_some();
            }
        }
    }

    fn call_some(&self) {
        let mut waiting = self.waiting.borrow_mut();
        let called = waiting.len().min(TURNS);
        let next: Vec<Waker> = waiting.drain(..called).collect();
        drop(waiting);
        self.called.set(self.called.get() + called as u64);
        self.left.set(TURNS - called);
        next.iter().for_each(Waker::wake_by_ref);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::rc::Rc;

    use tokio::io::AsyncWriteExt;
    use tokio::runtime::{Builder, LocalOptions};
    use tokio::task::spawn_local;

    use super::*;

    /// Lets so many connections take two turns each, beside a task that yields each time. Gives how many turns were
    /// taken before each of that task's, and who took them.
    fn taken(connections: usize) -> (Vec<usize>, Vec<usize>) {
        Builder::new_current_thread().build_local(LocalOptions::default()).unwrap().block_on(async {
            let (pace, taken) = (Rc::new(Pace::new()), Rc::new(RefCell::new(Vec::new())));
            let caller = pace.clone();
            spawn_local(async move { caller.call().await });
            let all = (0..connections).map(|index| {
                let (pace, taken) = (pace.clone(), taken.clone());
                spawn_local(async move {
                    let mut turn = Turn::default();
                    for _ in 0..2 {
                        poll_fn(|cx| pace.poll_turn(&mut turn, cx)).await;
                        taken.borrow_mut().push(index);
                    }
                })
            });
            let all: Vec<_> = all.collect();
            let mut between = Vec::new();
            while all.iter().any(|one| !one.is_finished()) {
                yield_now().await;
                between.push(taken.borrow().len());
            }
            (between, taken.take())
        })
    }

    #[test]
    fn others_have_their_turn_between_some_and_the_next() {
        let (between, taken) = taken(1000);
        assert_eq!(taken.len(), 2000);
        let most = between.iter().zip(between.iter().skip(1)).map(|(before, after)| after - before).max();
        assert!(most <= Some(2 * TURNS), "{most:?}");
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
            assert!(took <= sent + (sent / 2).min(LONGEST_PAUSE) + SHORTEST_PAUSE, "{took:?} for {sent:?}");
            assert!(looks <= 20 + sent.as_secs(), "{looks} looks within {sent:?}");
        }
    }

    #[test]
    fn nobody_waits_for_whoever_came_later() {
        let (_, taken) = taken(100);
        let first = |index: usize| taken.iter().position(|one| *one == index).unwrap();
        assert!((1..100).all(|index| first(index - 1) < first(index)), "{taken:?}");
    }

    #[test]
    fn much_that_comes_with_one_turn_takes_those_of_others() {
        let pace = Pace::new();
        let cx = Context::from_waker(Waker::noop());
        let mut taken = 0;
        while pace.poll_turn(&mut Turn::default(), &cx).is_ready() {
            pace.charge(8 * WORTH);
            taken += 1;
        }
        assert_eq!(taken, TURNS.div_ceil(9));
        pace.call_some();
        assert!(pace.poll_turn(&mut Turn::default(), &cx).is_ready(), "a look at the sockets gives new ones");
    }

    #[test]
    fn whoever_is_asked_again_waits_in_one_place() {
        let pace = Pace::new();
        let cx = Context::from_waker(Waker::noop());
        let mut turns: Vec<Turn> = (0..TURNS + 2).map(|_| Turn::default()).collect();
        let mut poll = || turns.iter_mut().map(|turn| pace.poll_turn(turn, &cx).is_ready()).collect::<Vec<_>>();
        assert_eq!(poll().iter().filter(|ready| **ready).count(), TURNS);
        assert!(!poll().contains(&true), "a turn was taken twice");
        pace.call_some();
        let served = poll();
        assert_eq!(served.iter().rev().take(2).collect::<Vec<_>>(), [&true, &true]);
    }
}
