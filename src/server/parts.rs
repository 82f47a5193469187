//! Which part of a connection has something to do.
//!
//! A connection is one task, but its parts are woken apart: what arrives from
//! the client does not concern the backend's side until there is a request.
//!
//! What one part leaves to another is done in another turn of the scheduler, and what concerns the backend when its
//! turn comes on the [`agenda`](super::agenda).

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::agenda::{Entry, Member, Turn};
use crate::body;

/// The parts of one connection, each with a waker of its own.
pub(super) struct Parts {
    wakers: [(Part, Waker); 3],
    task: Arc<Task>,
    /// The bits of those that are due at the next turn whatever happens until then.
    left: Cell<u8>,
    /// Its place among those on the agenda.
    _member: Member,
}

/// A part of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The connection to the backend.
    Backend,
    /// The connection from the client, and the stack.
    Client,
    /// What is done after a time.
    Clock,
}

impl Part {
    /// In the order in which they are polled.
    const ALL: [Self; 3] = [Self::Client, Self::Backend, Self::Clock];

    /// Its bit in [`Task::woken`].
    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Parts {
    /// The parts of the task that `task` wakes. All are to be polled first.
    pub(super) fn new(task: &Waker) -> Self {
        let task = Arc::new(Task { woken: AtomicU8::new(0), waker: task.clone() });
        let waker = |part: Part| {
            let flag = Flag { bit: part.bit(), task: task.clone() };
            if part == Part::Backend { Entry::waker(flag) } else { Waker::from(Arc::new(flag)) }
        };
        let all = Part::ALL.iter().fold(0, |bits, part| bits | part.bit());
        Self { wakers: Part::ALL.map(|part| (part, waker(part))), left: Cell::new(all), task, _member: Member::join() }
    }

    /// Has a part polled at the next [`Parts::poll`].
    pub(super) fn mark(&self, part: Part) {
        self.left.set(self.left.get() | part.bit());
    }

    /// Polls each part that was woken, until one gives the result. A part that is woken meanwhile has its turn when
    /// other tasks have had theirs.
    pub(super) fn poll<T>(&self, cx: &Context<'_>, mut poll: impl FnMut(Part, &mut Context<'_>) -> Poll<T>) -> Poll<T> {
        let woken = self.task.woken.swap(LOOKING, Ordering::AcqRel) | self.left.take();
        for (part, waker) in &self.wakers {
            if woken & part.bit() != 0
                && let Poll::Ready(result) = poll(*part, &mut Context::from_waker(waker))
            {
                return Poll::Ready(result);
            }
        }
        // What was woken while we looked was left to us.
        let left = self.task.woken.swap(0, Ordering::AcqRel) & !LOOKING;
        if left != 0 {
            self.left.set(left);
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

struct Task {
    /// The bits of the parts that were woken, and [`LOOKING`]. One number, so that nothing is between them: whoever
    /// wakes a part knows whether the task sees it.
    woken: AtomicU8,
    waker: Waker,
}

/// The bit of a task that looks after its parts by itself.
const LOOKING: u8 = 1 << 7;

/// A part, as its waker knows it.
struct Flag {
    bit: u8,
    task: Arc<Task>,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        if body::is_taken() {
            body::keep_back(self.into());
        } else {
            self.wake_by_ref();
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.come();
    }
}

impl Turn for Flag {
    fn come(&self) {
        if self.task.woken.fetch_or(self.bit, Ordering::AcqRel) & (self.bit | LOOKING) == 0 {
            self.task.waker.wake_by_ref();
        }
    }

    fn is_at_work(&self) -> bool {
        self.task.woken.load(Ordering::Relaxed) & LOOKING != 0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Parts that have been polled once, and how often their task was woken.
    fn quiet() -> (Parts, Arc<Count>, Waker) {
        let count = Arc::new(Count(AtomicUsize::new(0)));
        let waker = Waker::from(count.clone());
        let parts = Parts::new(&waker);
        let mut polled = Vec::new();
        let result = parts.poll(&Context::from_waker(&waker), |part, _| {
            polled.push(part);
            Poll::<()>::Pending
        });
        assert_eq!((result, polled), (Poll::Pending, vec![Part::Client, Part::Backend, Part::Clock]));
        (parts, count, waker)
    }

    /// Polls the parts that are due, and gives them. A part that is polled wakes the one that it is said to.
    fn turn(parts: &Parts, waker: &Waker, wakes: &[(Part, Part)]) -> Vec<Part> {
        let mut polled = Vec::new();
        let result = parts.poll(&Context::from_waker(waker), |part, _| {
            polled.push(part);
            for (_, woken) in wakes.iter().filter(|(by, _)| *by == part) {
                wake(parts, *woken);
            }
            Poll::<()>::Pending
        });
        assert_eq!(result, Poll::Pending);
        polled
    }

    fn wake(parts: &Parts, part: Part) {
        parts.wakers.iter().filter(|(other, _)| *other == part).for_each(|(_, waker)| waker.wake_by_ref());
    }

    #[test]
    fn a_request_and_its_answer_go_on_when_other_tasks_have_had_their_turn() {
        let (parts, count, waker) = quiet();
        let wakes = [(Part::Client, Part::Backend), (Part::Backend, Part::Client)];
        wake(&parts, Part::Client);
        assert_eq!(turn(&parts, &waker, &wakes), [Part::Client]);
        assert_eq!(turn(&parts, &waker, &wakes), [Part::Backend]);
        assert_eq!(turn(&parts, &waker, &[]), [Part::Client]);
        assert_eq!((turn(&parts, &waker, &[]), count.0.load(Ordering::SeqCst)), (vec![], 3));
    }

    #[test]
    fn a_part_that_is_woken_from_outside_wakes_the_task_once() {
        let (parts, count, waker) = quiet();
        wake(&parts, Part::Client);
        wake(&parts, Part::Client);
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
        assert_eq!(turn(&parts, &waker, &[]), [Part::Client]);
    }

    #[test]
    fn the_first_that_gives_the_result_is_the_last_that_is_polled() {
        let (parts, _, waker) = quiet();
        parts.mark(Part::Client);
        parts.mark(Part::Clock);
        let mut polled = Vec::new();
        let result = parts.poll(&Context::from_waker(&waker), |part, _| {
            polled.push(part);
            Poll::Ready("ended")
        });
        assert_eq!((result, polled), (Poll::Ready("ended"), vec![Part::Client]));
    }

    #[test]
    fn parts_that_never_rest_let_other_tasks_run() {
        let (parts, count, waker) = quiet();
        parts.mark(Part::Client);
        let mut turns = 0;
        let result = parts.poll(&Context::from_waker(&waker), |_, cx| {
            turns += 1;
            cx.waker().wake_by_ref();
            Poll::<()>::Pending
        });
        assert_eq!((result, turns, count.0.load(Ordering::SeqCst)), (Poll::Pending, 1, 1));
    }
}
