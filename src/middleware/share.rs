//! The share of a worker that long bodies have.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

/// How many bytes of long bodies a worker reads at a stretch: in half a millisecond or less. Shorter ones cost more for each
/// byte, since what is read behind a rest is out of the processor's caches.
pub(super) const STRETCH: usize = 512 * 1024;

/// How long it reads none then. Whoever is woken on the processor of a worker that never sleeps (the engine, or a client
/// of this machine) waits for the end of its time slice, and as long for whoever fills the socket's buffer meanwhile: so
/// that is to be seldom. What is left is 16 MiB a second: a body of half a MiB does not wait, and one of 4 MiB takes a
/// quarter of a second longer.
pub(super) const REST: Duration = Duration::from_millis(32);

thread_local! {
    /// One for each worker: many bodies are read no faster than one.
    static SHARE: Rc<Share> = Rc::default();
}

/// What is left of a stretch, and the line of those who wait for the next.
#[derive(Debug)]
struct Share {
    begun: Cell<Instant>,
    left: Cell<usize>,
    line: Mutex<()>,
}

impl Default for Share {
    fn default() -> Self {
        Self { begun: Cell::new(Instant::now()), left: Cell::new(STRETCH), line: Mutex::default() }
    }
}

impl Share {
    fn begin(&self) {
        self.begun.set(Instant::now());
        self.left.set(STRETCH);
    }

    /// Takes so many bytes off what is left, if there are as many.
    fn take(&self, bytes: usize) -> bool {
        if self.begun.get().elapsed() >= REST {
            self.begin();
        }
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.unwrap_or_default());
        left.is_some()
    }

    async fn wait(&self) {
        let _turn = self.line.lock().await;
        sleep(REST).await;
        self.begin();
    }
}

/// Counts bytes of a long body that were read, and waits where others are to have the processor before the next.
pub(super) async fn spend(bytes: usize) {
    let share = SHARE.with(Rc::clone);
    if !share.take(bytes) {
        // Boxed, as few wait: whoever sends a body would carry its memory.
        Box::pin(share.wait()).await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    /// How long it takes until so many have read so much each, a sixteenth of a stretch at a time.
    async fn takes(bodies: usize, bytes: usize) -> Duration {
        const PIECE: usize = STRETCH / 16;
        let begin = Instant::now();
        join_all((0..bodies).map(|_| async {
            for _ in 0..bytes / PIECE {
                spend(PIECE).await;
            }
        }))
        .await;
        begin.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_stretch_is_read_at_once() {
        assert_eq!(takes(1, STRETCH).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_read_a_while_ago_is_forgotten() {
        takes(1, STRETCH).await;
        sleep(REST).await;
        assert_eq!(takes(1, STRETCH).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn others_have_the_processor_behind_each_stretch() {
        // The piece that is too much is read with its stretch: seventeen pieces for each rest.
        assert_eq!(takes(1, 10 * STRETCH).await, 9 * REST);
    }

    #[tokio::test(start_paused = true)]
    async fn many_bodies_are_read_no_faster_than_one() {
        let (one, many) = (takes(1, 100 * STRETCH).await, takes(10, 10 * STRETCH).await);
        assert!(many >= one - one / 5 && many <= one * 2, "{many:?} for ten, {one:?} for one");
    }
}
