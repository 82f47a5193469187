//! Which part of a connection has something to do.
//!
//! A connection is one task, but its parts are woken apart: what arrives from
//! the client does not concern the backend's side until there is a request, and a
//! request goes on without another turn of the scheduler. An answer takes one:
//! when all connections have read theirs, all are sent. Receivers that sleep are so
//! woken once for several answers, and waking them is the dearest part of a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use crate::body;

/// The parts of one connection, each with a waker of its own.
pub(super) struct Parts {
    wakers: [(Part, Waker); 3],
    task: Arc<Task>,
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
        let woken = AtomicU8::new(Part::ALL.iter().fold(0, |bits, part| bits | part.bit()));
        let task = Arc::new(Task { woken, waker: task.clone() });
        let waker = |part: Part| Waker::from(Arc::new(Flag { bit: part.bit(), task: task.clone() }));
        Self { wakers: Part::ALL.map(|part| (part, waker(part))), task }
    }

    /// Has a part polled at the next [`Parts::poll`].
    pub(super) fn mark(&self, part: Part) {
        self.task.woken.fetch_or(part.bit(), Ordering::AcqRel);
    }

    /// Polls each part that was woken, until one gives the result. A part that is woken by one behind it has
    /// its turn when other tasks have had theirs.
    pub(super) fn poll<T>(&self, cx: &Context<'_>, mut poll: impl FnMut(Part, &mut Context<'_>) -> Poll<T>) -> Poll<T> {
        let woken = &self.task.woken;
        woken.fetch_or(LOOKING, Ordering::AcqRel);
        for (part, waker) in &self.wakers {
            if woken.load(Ordering::Relaxed) & part.bit() != 0 {
                woken.fetch_and(!part.bit(), Ordering::AcqRel);
                if let Poll::Ready(result) = poll(*part, &mut Context::from_waker(waker)) {
                    return Poll::Ready(result);
                }
            }
        }
        // What was woken while we looked was left to us.
        if woken.fetch_and(!LOOKING, Ordering::AcqRel) != LOOKING {
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
        if self.task.woken.fetch_or(self.bit, Ordering::AcqRel) & (self.bit | LOOKING) == 0 {
            self.task.waker.wake_by_ref();
        }
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

    #[test]
    fn a_request_goes_on_at_once() {
        let (parts, count, waker) = quiet();
        parts.mark(Part::Client);
        let backend = parts.wakers.get(1).unwrap().1.clone();
        let mut polled = Vec::new();
        let result = parts.poll(&Context::from_waker(&waker), |part, _| {
            polled.push(part);
            match part {
                Part::Client => backend.wake_by_ref(),
                Part::Backend => return Poll::Ready("answered"),
                Part::Clock => {}
            }
            Poll::Pending
        });
        assert_eq!((result, polled), (Poll::Ready("answered"), vec![Part::Client, Part::Backend]));
        assert_eq!(count.0.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn a_part_that_is_woken_from_outside_wakes_the_task_once() {
        let (parts, count, waker) = quiet();
        let client = &parts.wakers.first().unwrap().1;
        client.wake_by_ref();
        client.wake_by_ref();
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
        let mut polled = Vec::new();
        let _ = parts.poll(&Context::from_waker(&waker), |part, _| {
            polled.push(part);
            Poll::<()>::Pending
        });
        assert_eq!(polled, [Part::Client]);
    }

    #[test]
    fn an_answer_goes_on_when_other_tasks_have_had_their_turn() {
        let (parts, count, waker) = quiet();
        parts.mark(Part::Backend);
        let client = parts.wakers.first().unwrap().1.clone();
        let poll = |polled: &mut Vec<Part>| {
            parts.poll(&Context::from_waker(&waker), |part, _| {
                polled.push(part);
                if part == Part::Client {
                    return Poll::Ready("sent");
                }
                client.wake_by_ref();
                Poll::Pending
            })
        };
        let mut polled = Vec::new();
        assert_eq!((poll(&mut polled), count.0.load(Ordering::SeqCst)), (Poll::Pending, 1));
        assert_eq!((poll(&mut polled), polled), (Poll::Ready("sent"), vec![Part::Backend, Part::Client]));
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
