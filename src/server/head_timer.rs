//! The end of connections that let us wait for a request.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// Runs out when a request head has taken too long, or a kept-alive connection
/// was idle for as long.
///
/// hyper's own timer is set and cleared for every request, which costs more than
/// all else that is done with time. This one is set for the whole limit, and
/// looks when it fires whether that was long enough.
pub(super) struct HeadTimer {
    limit: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl HeadTimer {
    /// A timer for waits of at most `limit`, the first of which began at `since`.
    pub(super) fn new(limit: Duration, since: Instant) -> Self {
        Self { limit, sleep: Box::pin(sleep_until(since + limit)) }
    }

    /// Ready when the wait that began at `waiting_since` is over the limit. To be
    /// polled when it wakes; `None` is a connection that waits for no head.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, waiting_since: Option<Instant>) -> Poll<()> {
        loop {
            ready!(self.sleep.as_mut().poll(cx));
            let now = Instant::now();
            let end = waiting_since.unwrap_or(now) + self.limit;
            if end <= now {
                return Poll::Ready(());
            }
            self.sleep.as_mut().reset(end);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test]
    async fn a_wait_that_began_later_has_its_whole_time() {
        let start = Instant::now();
        let mut timer = HeadTimer::new(Duration::from_millis(30), start);
        let since = start + Duration::from_millis(20);
        poll_fn(|cx| timer.poll(cx, Some(since))).await;
        assert!(start.elapsed() >= Duration::from_millis(50));
    }

    #[tokio::test]
    async fn a_connection_that_waits_for_no_head_has_all_the_time() {
        let mut timer = HeadTimer::new(Duration::from_millis(1), Instant::now());
        let fired = poll_fn(|cx| timer.poll(cx, None));
        assert!(tokio::time::timeout(Duration::from_millis(30), fired).await.is_err());
    }
}
