//! Turns for connections whose requests come in pieces, in the order in which they came.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use tokio::sync::Notify;

/// The bytes of a body that are read and kept in about the time of a turn.
const WORTH: usize = 4 * 1024;

/// Who has a turn, and who waits for one.
#[derive(Debug)]
pub(super) struct Turns {
    /// How many have a turn at a time.
    most: usize,
    /// Turns that are left until the next ones are called.
    left: Cell<usize>,
    waiting: RefCell<VecDeque<Waker>>,
    /// How many of those who had to wait have been called.
    called: Cell<u64>,
    wanted: Notify,
}

/// The place of a connection that has to wait, among all that ever had to.
#[derive(Debug, Default)]
pub(super) struct Turn(Option<u64>);

impl Turns {
    /// Turns for so many at a time.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            left: Cell::new(most),
            waiting: RefCell::default(),
            called: Cell::default(),
            wanted: Notify::default(),
        }
    }

    /// Takes a turn, or waits for one: in the order in which they came.
    pub(super) fn poll(&self, turn: &mut Turn, cx: &Context<'_>) -> Poll<()> {
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
    /// read to its end before others have theirs.
    pub(super) fn charge(&self, bytes: usize) {
        self.left.set(self.left.get().saturating_sub(bytes / WORTH));
    }

    /// Calls those who wait, some at a time and `between` before each, for as long as this is polled.
    pub(super) async fn call(&self, between: impl AsyncFn()) {
        loop {
            self.wanted.notified().await;
            while !self.waiting.borrow().is_empty() {
                between().await;
                self.call_some();
            }
        }
    }

    fn call_some(&self) {
        let mut waiting = self.waiting.borrow_mut();
        let called = waiting.len().min(self.most);
        let next: Vec<Waker> = waiting.drain(..called).collect();
        drop(waiting);
        self.called.set(self.called.get() + called as u64);
        self.left.set(self.most - called);
        next.iter().for_each(Waker::wake_by_ref);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::future::poll_fn;
    use std::rc::Rc;

    use tokio::runtime::{Builder, LocalOptions};
    use tokio::task::{spawn_local, yield_now};

    use super::*;

    const TURNS: usize = 32;

    /// Lets so many connections take two turns each, beside a task that yields each time. Gives how many turns were
    /// taken before each of that task's, and who took them.
    fn taken(connections: usize) -> (Vec<usize>, Vec<usize>) {
        Builder::new_current_thread().build_local(LocalOptions::default()).unwrap().block_on(async {
            let (turns, taken) = (Rc::new(Turns::new(TURNS)), Rc::new(RefCell::new(Vec::new())));
            let caller = turns.clone();
            spawn_local(async move { caller.call(yield_now).await });
            let all = (0..connections).map(|index| {
                let (turns, taken) = (turns.clone(), taken.clone());
                spawn_local(async move {
                    let mut turn = Turn::default();
                    for _ in 0..2 {
                        poll_fn(|cx| turns.poll(&mut turn, cx)).await;
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

    #[test]
    fn nobody_waits_for_whoever_came_later() {
        let (_, taken) = taken(100);
        let first = |index: usize| taken.iter().position(|one| *one == index).unwrap();
        assert!((1..100).all(|index| first(index - 1) < first(index)), "{taken:?}");
    }

    #[test]
    fn much_that_comes_with_one_turn_takes_those_of_others() {
        let turns = Turns::new(TURNS);
        let cx = Context::from_waker(Waker::noop());
        let mut taken = 0;
        while turns.poll(&mut Turn::default(), &cx).is_ready() {
            turns.charge(8 * WORTH);
            taken += 1;
        }
        assert_eq!(taken, TURNS.div_ceil(9));
        turns.call_some();
        assert!(turns.poll(&mut Turn::default(), &cx).is_ready(), "a look at the sockets gives new ones");
    }

    #[test]
    fn whoever_is_asked_again_waits_in_one_place() {
        let turns = Turns::new(TURNS);
        let cx = Context::from_waker(Waker::noop());
        let mut all: Vec<Turn> = (0..TURNS + 2).map(|_| Turn::default()).collect();
        let mut poll = || all.iter_mut().map(|turn| turns.poll(turn, &cx).is_ready()).collect::<Vec<_>>();
        assert_eq!(poll().iter().filter(|ready| **ready).count(), TURNS);
        assert!(!poll().contains(&true), "a turn was taken twice");
        turns.call_some();
        let served = poll();
        assert_eq!(served.iter().rev().take(2).collect::<Vec<_>>(), [&true, &true]);
    }
}
