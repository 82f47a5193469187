//! Which part of a connection has something to do.
//!
//! A connection is one task, but its parts are woken apart: what arrives from
//! the client does not concern the backend's side until there is a request, and a
//! request goes on without another turn of the scheduler. An answer takes one:
//! when all connections have read theirs, all are sent. Receivers that sleep are so
//! woken once for several answers, and waking them is the dearest part of a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// The parts of one connection, each with a waker of its own.
pub(super) struct Parts {
    parts: [(Part, Arc<Flag>, Waker); 3],
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

impl Parts {
    /// The parts of the task that `task` wakes. All are to be polled first.
    pub(super) fn new(task: &Waker) -> Self {
        let task = Arc::new(Task { looking: AtomicBool::new(false), waker: task.clone() });
        let parts = [Part::Client, Part::Backend, Part::Clock].map(|part| {
            let flag = Arc::new(Flag { woken: AtomicBool::new(true), task: task.clone() });
            (part, flag.clone(), Waker::from(flag))
        });
        Self { parts, task }
    }

    /// Has a part polled at the next [`Parts::poll`].
    pub(super) fn mark(&self, part: Part) {
        for (_, flag, _) in self.parts.iter().filter(|(this, _, _)| *this == part) {
            flag.woken.store(true, Ordering::SeqCst);
        }
    }

    /// Polls each part that was woken, until one gives the result. A part that is woken by one behind it has
    /// its turn when other tasks have had theirs.
    pub(super) fn poll<T>(&self, cx: &Context<'_>, mut poll: impl FnMut(Part, &mut Context<'_>) -> Poll<T>) -> Poll<T> {
        self.task.looking.store(true, Ordering::SeqCst);
        for (part, flag, waker) in &self.parts {
            if flag.woken.load(Ordering::Relaxed) {
                flag.woken.store(false, Ordering::SeqCst);
                if let Poll::Ready(result) = poll(*part, &mut Context::from_waker(waker)) {
                    return Poll::Ready(result);
                }
            }
        }
        self.task.looking.store(false, Ordering::SeqCst);
        // Another thread may have woken a part in between, and left it to us.
        if !self.are_idle() {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    fn are_idle(&self) -> bool {
        self.parts.iter().all(|(_, flag, _)| !flag.woken.load(Ordering::SeqCst))
    }
}

struct Task {
    /// True while the task looks after its parts by itself.
    looking: AtomicBool,
    waker: Waker,
}

struct Flag {
    woken: AtomicBool,
    task: Arc<Task>,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.woken.swap(true, Ordering::SeqCst) && !self.task.looking.load(Ordering::SeqCst) {
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
        let backend = parts.parts.get(1).unwrap().2.clone();
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
        let client = &parts.parts.first().unwrap().2;
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
        let client = parts.parts.first().unwrap().2.clone();
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
