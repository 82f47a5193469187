//! In which order the connections of a worker have their turns with the backend.
//!
//! First all of them read and judge what has arrived from clients. Then all that have something to send to the backend
//! send it, then all read what has arrived from there, and at last all answer their clients. So whoever sleeps is woken
//! once for several messages, and waking is the dearest part of one. A backend that waits until it can write, as Go's
//! runtime has it, is woken also when what it wrote is read: by then it is busy with what was sent to it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::mem::take;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Wake, Waker};

use crate::body;

/// Whose turn it is to be.
pub(super) trait Turn: Send + Sync + 'static {
    /// The turn has come.
    fn come(&self);

    /// True if it is itself at work now: what it wants of the backend then is to send something.
    fn is_at_work(&self) -> bool;
}

/// A waker that waits for its turn.
pub(super) struct Entry<T: ?Sized> {
    is_noted: AtomicBool,
    turn: T,
}

/// What is to be done when all have read from their clients.
#[derive(Default)]
struct Agenda {
    senders: Vec<Arc<Entry<dyn Turn>>>,
    readers: Vec<Arc<Entry<dyn Turn>>>,
    /// Who goes through it, once there is something.
    runner: Option<Waker>,
}

thread_local! {
    /// That of this thread, if it is a worker's.
    static AGENDA: RefCell<Option<Agenda>> = const { RefCell::new(None) };
    /// How many there are on this thread that could wait for each other.
    static MEMBERS: Cell<usize> = const { Cell::new(0) };
}

/// One of those whose turns are on the agenda. Whoever is alone waits for nobody.
pub(super) struct Member(());

impl Member {
    /// One more on this thread, which it does not leave.
    pub(super) fn join() -> Self {
        MEMBERS.set(MEMBERS.get() + 1);
        Self(())
    }

    fn is_alone() -> bool {
        MEMBERS.try_with(Cell::get).unwrap_or_default() <= 1
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        // A thread that ends has none any more.
        let _ = MEMBERS.try_with(|members| members.set(members.get().saturating_sub(1)));
    }
}

impl<T: Turn> Entry<T> {
    /// A waker for it. Its turn comes at once if it is alone, or on a thread that has no agenda.
    pub(super) fn waker(turn: T) -> Waker {
        Waker::from(Arc::new(Self { is_noted: AtomicBool::new(false), turn }))
    }

    fn note(self: Arc<Self>) {
        if Member::is_alone() {
            return self.turn.come();
        }
        if self.is_noted.swap(true, Ordering::AcqRel) {
            return;
        }
        let noted = AGENDA.try_with(|agenda| agenda.borrow_mut().as_mut().map(|agenda| agenda.add(self.clone())));
        if !matches!(noted, Ok(Some(()))) {
            self.come();
        }
    }
}

impl<T: Turn + ?Sized> Entry<T> {
    fn come(&self) {
        // Whoever wakes it from here on is noted anew; what all before have done is seen in the turn.
        self.is_noted.swap(false, Ordering::AcqRel);
        self.turn.come();
    }
}

impl<T: Turn> Wake for Entry<T> {
    fn wake(self: Arc<Self>) {
        if body::is_taken() {
            body::keep_back(self.into());
        } else {
            self.note();
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.clone().note();
    }
}

impl Agenda {
    fn add(&mut self, entry: Arc<Entry<dyn Turn>>) {
        let list = if entry.turn.is_at_work() { &mut self.senders } else { &mut self.readers };
        list.push(entry);
        if let Some(runner) = self.runner.take() {
            runner.wake();
        }
    }
}

/// Goes through the agenda of this thread, for as long as it is polled.
pub(super) async fn run() {
    AGENDA.set(Some(Agenda::default()));
    // Those whose turn it is. Their memory is used again.
    let (mut senders, mut readers) = (Vec::new(), Vec::new());
    // True if all that were woken before have had their turn.
    let mut has_let_others = false;
    poll_fn(|cx| {
        AGENDA.with_borrow_mut(|agenda| {
            let agenda = agenda.get_or_insert_default();
            if agenda.senders.is_empty() && agenda.readers.is_empty() {
                agenda.runner = Some(cx.waker().clone());
            } else if take(&mut has_let_others) {
                std::mem::swap(&mut senders, &mut agenda.senders);
                std::mem::swap(&mut readers, &mut agenda.readers);
                agenda.runner = Some(cx.waker().clone());
            } else {
                // All that are woken by now are before it.
                has_let_others = true;
                cx.waker().wake_by_ref();
            }
        });
        senders.drain(..).chain(readers.drain(..)).for_each(|entry| entry.come());
        Poll::Pending
    })
    .await
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Mutex;

    use tokio::runtime::{Builder, LocalOptions};
    use tokio::task::{spawn_local, yield_now};

    use super::*;

    type Log = Arc<Mutex<Vec<&'static str>>>;

    struct Noted {
        name: &'static str,
        is_at_work: bool,
        log: Log,
    }

    impl Turn for Noted {
        fn come(&self) {
            self.log.lock().unwrap().push(self.name);
        }

        fn is_at_work(&self) -> bool {
            self.is_at_work
        }
    }

    /// Wakers of one that something has arrived for, and of one that has something to send.
    fn wakers(log: &Log) -> (Waker, Waker) {
        let waker = |name, is_at_work| Entry::waker(Noted { name, is_at_work, log: log.clone() });
        (waker("reads", false), waker("sends", true))
    }

    #[test]
    fn all_that_are_woken_come_first_and_then_who_sends_and_then_who_reads() {
        let log = Log::default();
        Builder::new_current_thread().build_local(LocalOptions::default()).unwrap().block_on(async {
            spawn_local(run());
            yield_now().await;
            let _members = (Member::join(), Member::join());
            for _ in 0..2 {
                let (reads, sends) = wakers(&log);
                // Whoever is woken twice has one turn.
                [&reads, &sends, &reads].into_iter().for_each(Waker::wake_by_ref);
                for _ in 0..3 {
                    let log = log.clone();
                    spawn_local(async move { log.lock().unwrap().push("another") });
                }
                while log.lock().unwrap().len() < 5 {
                    yield_now().await;
                }
                let came = take(&mut *log.lock().unwrap());
                assert_eq!(came, ["another", "another", "another", "sends", "reads"]);
                // And it has one again when it is woken behind that.
                reads.wake();
                while log.lock().unwrap().is_empty() {
                    yield_now().await;
                }
                log.lock().unwrap().clear();
            }
        });
    }

    /// What has come of it before anybody goes through the agenda.
    fn woken() -> Vec<&'static str> {
        let log = Log::default();
        let (reads, sends) = wakers(&log);
        reads.wake();
        sends.wake();
        log.lock().unwrap().clone()
    }

    #[test]
    fn whoever_is_alone_or_elsewhere_has_its_turn_at_once() {
        assert_eq!(woken(), ["reads", "sends"]);
        let one = Member::join();
        Builder::new_current_thread().build_local(LocalOptions::default()).unwrap().block_on(async {
            spawn_local(run());
            yield_now().await;
            assert_eq!(woken(), ["reads", "sends"]);
            let other = Member::join();
            assert!(woken().is_empty());
            drop(other);
            assert_eq!(woken(), ["reads", "sends"]);
        });
        let elsewhere = std::thread::spawn(|| {
            let _members = (Member::join(), Member::join());
            woken()
        });
        assert_eq!(elsewhere.join().unwrap(), ["reads", "sends"]);
        drop(one);
    }
}
