//! Taking the last piece of a body.
//!
//! hyper wakes whoever has sent a piece when it is taken, so that the next can be sent. Behind the last there is none:
//! the sender is gone, and its task would be polled for nothing, which costs a fiftieth of a small request. So such a
//! wake is kept back while a piece is taken, and dropped if that was the last.

use std::cell::Cell;
use std::task::Waker;

thread_local! {
    /// True while a piece is taken on this thread.
    static TAKING: Cell<bool> = const { Cell::new(false) };
    /// Who was to be woken meanwhile.
    static KEPT: Cell<Option<Waker>> = const { Cell::new(None) };
}

/// Takes a piece, and tells whether it was the last. Whoever was kept back by [`keep_back`] is woken if it was not.
pub(super) fn take<P>(take: impl FnOnce() -> (P, bool)) -> P {
    let taking = Taking;
    TAKING.set(true);
    let (piece, is_last) = take();
    drop(taking);
    if let Some(sender) = KEPT.take()
        && !is_last
    {
        sender.wake();
    }
    piece
}

/// True if whoever is to be woken now may have no more to send: then it is for [`keep_back`].
#[must_use]
pub fn is_taken() -> bool {
    TAKING.get()
}

/// Wakes this one if the piece that is taken is not the last.
pub fn keep_back(sender: Waker) {
    if let Some(other) = KEPT.replace(Some(sender)) {
        // A piece has one sender; should there be another, it is not forgotten.
        TAKING.set(false);
        other.wake();
    }
}

/// Ends with the taking, however that ends.
struct Taking;

impl Drop for Taking {
    fn drop(&mut self) {
        TAKING.set(false);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::cell::RefCell;
    use std::convert::Infallible;
    use std::future::{Future, poll_fn};
    use std::panic::catch_unwind;
    use std::pin::{Pin, pin};
    use std::rc::Rc;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll, Wake};

    use http::{Request, Response};
    use http_body::Body as _;
    use hyper::body::Incoming;
    use hyper::service::service_fn;
    use hyper_util::rt::TokioIo;
    use tokio::io::AsyncWriteExt;

    use super::*;
    use crate::body::Body;

    /// How often it was woken, but for what was kept back and dropped.
    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Count {
        fn taken(&self) -> usize {
            self.0.swap(0, Ordering::SeqCst)
        }
    }

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            if is_taken() {
                keep_back(self.into());
            } else {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    #[test]
    fn whoever_sends_more_is_woken_and_whoever_has_sent_the_last_is_not() {
        let count = Arc::new(Count::default());
        for (is_last, woken) in [(true, 0), (false, 1)] {
            assert_eq!(take(|| (count.clone().wake(), is_last)), ());
            assert_eq!(count.taken(), woken);
        }
        // Two are more than a piece has: one of them is woken in any case.
        take(|| {
            count.clone().wake();
            (count.clone().wake(), true)
        });
        assert_eq!(count.taken(), 1);
        count.clone().wake();
        assert_eq!(count.taken(), 1);
    }

    #[test]
    fn nobody_is_kept_back_behind_a_panic() {
        assert!(catch_unwind(|| take(|| -> ((), bool) { std::panic::resume_unwind(Box::new(())) })).is_err());
        assert!(!is_taken());
    }

    /// The pieces of a request's body as hyper gives them, and how often the connection was woken by taking each.
    async fn pieces(request: &[u8]) -> Vec<(usize, usize)> {
        let (mut client, server) = tokio::io::duplex(1 << 16);
        client.write_all(request).await.unwrap();
        let slot = Rc::new(RefCell::new(None));
        let service = service_fn(|request: Request<Incoming>| {
            slot.replace(Some(Body::Stream(request.into_body())));
            poll_fn(|_| Poll::<Result<Response<Body>, Infallible>>::Pending)
        });
        let mut connection =
            pin!(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(server), service));
        let (count, mut pieces) = (Arc::new(Count::default()), Vec::new());
        let waker = Waker::from(count.clone());
        loop {
            assert!(connection.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
            count.taken();
            let polled =
                Pin::new(slot.borrow_mut().as_mut().unwrap()).poll_frame(&mut Context::from_waker(Waker::noop()));
            match polled {
                Poll::Ready(Some(frame)) => pieces.push((frame.unwrap().into_data().unwrap().len(), count.taken())),
                Poll::Ready(None) => return pieces,
                Poll::Pending => tokio::task::yield_now().await,
            }
        }
    }

    #[tokio::test]
    async fn taking_a_body_that_came_whole_does_not_wake_its_connection() {
        assert_eq!(pieces(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nwhole").await, [(5, 0)]);
    }

    #[tokio::test]
    async fn taking_a_piece_with_others_behind_it_does() {
        let long = [&b"POST / HTTP/1.1\r\nContent-Length: 20000\r\n\r\n"[..], &[b'x'; 20000]].concat();
        let taken = pieces(&long).await;
        assert!(taken.len() > 1, "{taken:?}");
        let (last, others) = taken.split_last().unwrap();
        assert!(others.iter().all(|(_, woken)| *woken == 1), "{taken:?}");
        assert_eq!((last.1, taken.iter().map(|(length, _)| length).sum::<usize>()), (0, 20000));
        // The length of chunks is not known before their end.
        let chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n";
        assert_eq!(pieces(chunked).await, [(1, 1), (2, 1)]);
    }
}
