//! Closing so that the last bytes arrive: a socket that is closed with unread
//! bytes in it resets the connection, and what the peer has not read yet is gone.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::timeout;

use super::scratch;
use crate::net::Socket;

/// How long a peer may take to see the end and close its side.
pub(super) const LINGER: Duration = Duration::from_millis(500);

/// Drops a connection whose write side is shut. If the peer is still sending, it
/// is read for a moment first.
pub(super) async fn unread(mut socket: Socket) {
    let sending = poll_fn(|cx| Poll::Ready(matches!(discard(&mut socket, cx), Poll::Ready(true)))).await;
    if sending {
        until_end(&mut socket).await;
    }
}

/// Reads and throws away until the peer ends, or [`LINGER`] is over.
pub(super) async fn until_end(socket: &mut Socket) {
    let ended = poll_fn(|cx| {
        // A bound, so that a peer that sends without end lets others run.
        for _ in 0..16 {
            if !ready!(discard(socket, cx)) {
                return Poll::Ready(());
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    });
    // Over time, the connection is reset: that peer had its chance.
    let _ = timeout(LINGER, ended).await;
}

/// Reads once; false at the end.
pub(super) fn discard(socket: &mut Socket, cx: &mut Context<'_>) -> Poll<bool> {
    scratch::with(|scratch| {
        let mut buffer = ReadBuf::new(scratch);
        let read = ready!(Pin::new(socket).poll_read(cx, &mut buffer));
        Poll::Ready(read.is_ok() && !buffer.filled().is_empty())
    })
}
