//! Closing so that the last bytes arrive: a socket that is closed with unread
//! bytes in it resets the connection, and what the peer has not read yet is gone.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;

use super::scratch;
use crate::net::Socket;

/// How long a peer may take to see the end and close its side.
pub(super) const LINGER: Duration = Duration::from_millis(500);

/// Closes a connection on which nothing more will be written. If the peer is
/// still sending, it is read for a moment first; so it is if it may be, with a body that nobody has read: a
/// client that is refused early would meet a reset instead of its answer.
pub(super) async fn close(mut socket: Socket, may_send: bool) {
    let closed = poll_fn(|cx| Pin::new(&mut socket).poll_shutdown(cx));
    if !matches!(timeout(LINGER, closed).await, Ok(Ok(()))) {
        return;
    }
    let sending = may_send || poll_fn(|cx| Poll::Ready(matches!(discard(&mut socket, cx), Poll::Ready(true)))).await;
    if sending {
        // Over time, the connection is reset: that peer had its chance.
        let _ = timeout(LINGER, poll_fn(|cx| poll_end(&mut socket, cx))).await;
    }
}

/// Reads and throws away until both peers have ended, or [`LINGER`] is over.
pub(super) async fn until_both_end(one: &mut Socket, other: &mut Socket) {
    let (mut one_ended, mut other_ended) = (false, false);
    let both = poll_fn(|cx| {
        one_ended = one_ended || poll_end(one, cx).is_ready();
        other_ended = other_ended || poll_end(other, cx).is_ready();
        if one_ended && other_ended { Poll::Ready(()) } else { Poll::Pending }
    });
    let _ = timeout(LINGER, both).await;
}

fn poll_end(socket: &mut Socket, cx: &mut Context<'_>) -> Poll<()> {
    // A bound, so that a peer that sends without end lets others run.
    for _ in 0..16 {
        if !ready!(discard(socket, cx)) {
            return Poll::Ready(());
        }
    }
    cx.waker().wake_by_ref();
    Poll::Pending
}

/// Reads once; false at the end.
fn discard(socket: &mut Socket, cx: &mut Context<'_>) -> Poll<bool> {
    scratch::with(|scratch| {
        let mut buffer = ReadBuf::new(scratch);
        let read = ready!(Pin::new(socket).poll_read(cx, &mut buffer));
        Poll::Ready(read.is_ok() && !buffer.filled().is_empty())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::pin::pin;

    use tokio::io::AsyncReadExt;
    use tokio::net::UnixStream;

    use super::*;

    /// `docker build` showed a broken pipe instead of the refusal: its body began behind the answer.
    #[tokio::test]
    async fn a_client_that_may_still_send_is_not_reset_before_it_does() {
        for may_send in [false, true] {
            let (ours, mut peer) = UnixStream::pair().unwrap();
            let mut closing = pin!(close(Socket::Plain(ours.into()), may_send));
            let first = poll_fn(|cx| Poll::Ready(closing.as_mut().poll(cx).is_ready())).await;
            assert_eq!(first, !may_send);
            assert_eq!(peer.read(&mut [0]).await.unwrap(), 0);
            drop(peer);
            if may_send {
                closing.await;
            }
        }
    }
}
