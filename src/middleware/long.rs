//! Long bodies, which are judged in steps with others between them: all connections of a worker share its thread.

use std::hint::black_box;
use std::sync::{Arc, Once};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::yield_now;

use crate::docker::json::{self, Json, JsonError, Parser};

/// The bytes that are read at a stretch: a tenth of a millisecond.
const STEP: usize = 32 * 1024;

/// True for a body that others would feel if it were judged at a stretch.
pub(super) const fn is_long(body: &[u8]) -> bool {
    body.len() >= 2 * STEP
}

thread_local! {
    static TURN: Arc<Semaphore> = Arc::new(Semaphore::new(1));
}

/// glibc takes a large block from the system each time and gives it back, until one of that size was freed: from then
/// on it keeps twice as much (mallopt(3), `M_MMAP_THRESHOLD`). Else half of what a long body costs would be page faults.
static KEPT: Once = Once::new();

/// More than half of the bytes that a long body takes with what is read of it: 17 MiB, for short texts that fill what
/// may be judged by default. A page that is given back costs a fault when the next one comes, and those of a whole list
/// come at a stretch.
const KEEP: usize = 12 * 1024 * 1024;

/// What a long body is judged with: one of a worker at a time, so that others wait for a step of one and not of each,
/// and so that no more memory is taken than one takes. To be kept for that long, and for nothing that waits for a peer.
pub(super) struct Turn(
    #[expect(dead_code, reason = "it is given back when this is dropped")] Option<OwnedSemaphorePermit>,
);

/// Waits for the turn of a body, if it is long.
pub(super) async fn turn(body: &[u8]) -> Turn {
    if is_long(body) { Box::pin(next_turn()).await } else { Turn(None) }
}

async fn next_turn() -> Turn {
    KEPT.call_once(|| drop(black_box(Vec::<u8>::with_capacity(KEEP))));
    // It is never closed, so that there is no error.
    Turn(TURN.with(Arc::clone).acquire_owned().await.ok())
}

/// Lets others have their turn between two steps, if the body is long.
pub(super) async fn pause(body: &[u8]) {
    if is_long(body) {
        // Boxed, as it is rare: every call that is judged would carry its memory.
        Box::pin(yield_now()).await;
    }
}

/// [`json::parse`], with others between the steps.
pub(super) async fn parse(body: &[u8]) -> Result<Json<'_>, JsonError> {
    if is_long(body) { Box::pin(parse_in_steps(body)).await } else { json::parse(body) }
}

async fn parse_in_steps(body: &[u8]) -> Result<Json<'_>, JsonError> {
    let mut parser = Parser::new(body)?;
    loop {
        yield_now().await;
        if let Some(value) = parser.read_on(STEP)? {
            return Ok(value);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::cell::RefCell;

    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn long_bodies_are_judged_one_after_the_other() {
        let text = format!("[{}]", vec!["1"; 2 * STEP].join(","));
        let order = RefCell::new(Vec::new());
        let judge = async |name: &'static str| {
            let _turn = turn(text.as_bytes()).await;
            order.borrow_mut().push(name);
            parse(text.as_bytes()).await.unwrap();
            order.borrow_mut().push(name);
        };
        let given_up = async {
            let _turn = turn(text.as_bytes()).await;
            order.borrow_mut().push("gone");
        };
        let short = async {
            let _turn = turn(b"[1]").await;
            order.borrow_mut().push("short");
        };
        Builder::new_current_thread().build().unwrap().block_on(async {
            tokio::join!(biased; judge("one"), judge("two"), given_up, short);
        });
        assert_eq!(*order.borrow(), ["one", "short", "one", "two", "two", "gone"]);
    }
}
