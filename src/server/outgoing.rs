//! The body of an answer on its last yards.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::Instant;

use super::client_io::Flags;
use crate::body::{Body, Broken};

/// An answer's body that fails only when all before the failure has reached the
/// socket: hyper throws away what it has not flushed.
pub(super) struct Outgoing {
    body: Body,
    failed: Option<Broken>,
    flags: Rc<Flags>,
}

impl Outgoing {
    pub(super) fn new(body: Body, flags: Rc<Flags>) -> Self {
        Self { body, failed: None, flags }
    }
}

impl HttpBody for Outgoing {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let this = self.get_mut();
        if this.failed.is_none() {
            match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(Err(error)) => {
                    this.failed = Some(error);
                    // hyper flushes when a body has nothing for it; the write that is
                    // under way counts as unflushed until then.
                    this.flags.unflushed.set(true);
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                other => return Poll::Ready(other),
            }
        }
        if this.flags.unflushed.get() {
            // Woken by the socket when it can take more.
            return Poll::Pending;
        }
        Poll::Ready(this.failed.take().map(Err))
    }

    fn is_end_stream(&self) -> bool {
        self.failed.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Outgoing {
    /// The answer is with hyper, which waits for the next request.
    fn drop(&mut self) {
        let now = Instant::now();
        self.body.ended(now.into_std());
        self.flags.finishing.set(true);
        self.flags.waiting_since.set(Some(now));
    }
}
