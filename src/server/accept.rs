//! Accepting connections and handing them to the workers.

use std::fs::File;
use std::future::poll_fn;
use std::io;
use std::io::Write as _;
use std::net::{Shutdown as Direction, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, UnixListener};
use tokio::time::sleep;

use super::limit::{Counts, Place};
use super::listen::{Bound, Listener, Tls};
use super::worker::Workers;

/// A connection on its way from the acceptor to a worker.
pub(super) struct Accepted {
    pub(super) stream: Stream,
    pub(super) address: Option<SocketAddr>,
    pub(super) tls: Option<Arc<Tls>>,
    pub(super) place: Place,
}

/// A connection that no runtime knows yet.
pub(super) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// Accepts until it is dropped.
pub(super) async fn accept(bound: Bound, workers: Arc<Workers>, counts: Arc<Counts>) -> io::Result<()> {
    let listener = Acceptor::new(bound.listener)?;
    let mut reserve = Reserve::new();
    let mut complaint = Complaint::default();
    loop {
        match poll_fn(|cx| listener.poll_accept(cx)).await {
            Ok((stream, address)) => match counts.place() {
                Some(place) => workers.hand_over(Accepted { stream, address, tls: bound.tls.clone(), place }),
                None => {
                    complaint.say(&bound.url, "the limit on open connections is reached");
                    refuse(&stream, bound.tls.is_none());
                }
            },
            Err(error) if is_shortage(&error) => {
                complaint.say(&bound.url, &error);
                let waiting = reserve.spend(|| poll_fn(|cx| Poll::Ready(listener.poll_accept(cx))));
                match waiting.await {
                    Some(Poll::Ready(Ok((stream, _)))) => refuse(&stream, bound.tls.is_none()),
                    Some(Poll::Ready(Err(_))) | None => sleep(BACK_OFF).await,
                    Some(Poll::Pending) => {}
                }
                reserve.restore();
            }
            // The peer is gone already, or the network is: the next one may be fine.
            Err(error) => tracing::debug!(listener = %bound.url, %error, "a connection could not be accepted"),
        }
    }
}

/// How long to wait before trying again when not even refusing is possible.
const BACK_OFF: Duration = Duration::from_millis(50);

/// A listener that the acceptor's runtime knows.
enum Acceptor {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Acceptor {
    fn new(listener: Listener) -> io::Result<Self> {
        Ok(match listener {
            Listener::Tcp(listener) => Self::Tcp(TcpListener::from_std(listener)?),
            Listener::Unix(listener) => Self::Unix(UnixListener::from_std(listener)?),
        })
    }

    /// A connection that no runtime knows any more, so that any worker can take it.
    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Stream, Option<SocketAddr>)>> {
        Poll::Ready(match self {
            Self::Tcp(listener) => {
                let (stream, address) = ready!(listener.poll_accept(cx))?;
                stream.into_std().map(|stream| (Stream::Tcp(stream), Some(address)))
            }
            Self::Unix(listener) => {
                let (stream, _) = ready!(listener.poll_accept(cx))?;
                stream.into_std().map(|stream| (Stream::Unix(stream), None))
            }
        })
    }
}

/// Says no so that a client can show it, without waiting for anything.
fn refuse(stream: &Stream, plain: bool) {
    if !plain {
        return;
    }
    // Whoever does not read it sees the connection end: nothing is lost.
    let _ = match stream {
        Stream::Tcp(stream) => (&*stream).write_all(REFUSAL).and_then(|()| stream.shutdown(Direction::Write)),
        Stream::Unix(stream) => (&*stream).write_all(REFUSAL).and_then(|()| stream.shutdown(Direction::Write)),
    };
}

const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n\
Content-Length: 69\r\nRetry-After: 1\r\nConnection: close\r\n\r\n\
the gateway has as many connections as it may have; try again later.\n";

/// True if the system has no descriptor or no memory left: EMFILE, ENFILE, ENOBUFS, ENOMEM.
fn is_shortage(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(24 | 23 | 105 | 12))
}

/// A descriptor that is kept to be able to refuse when there is no other: what
/// cannot be accepted stays in the queue, and its client waits for nothing.
struct Reserve(Option<File>);

impl Reserve {
    fn new() -> Self {
        let mut reserve = Self(None);
        reserve.restore();
        reserve
    }

    fn restore(&mut self) {
        if self.0.is_none() {
            self.0 = File::open("/dev/null").ok();
        }
    }

    /// Runs `with_one_more` while there is one more descriptor than before.
    async fn spend<F: Future>(&mut self, with_one_more: impl FnOnce() -> F) -> Option<F::Output> {
        drop(self.0.take()?);
        Some(with_one_more().await)
    }
}

/// A warning that is written once a second at most.
#[derive(Default)]
struct Complaint(Option<Instant>);

impl Complaint {
    fn say(&mut self, listener: &crate::settings::ListenUrl, reason: impl std::fmt::Display) {
        if self.0.is_none_or(|last| last.elapsed() >= Duration::from_secs(1)) {
            self.0 = Some(Instant::now());
            tracing::warn!(%listener, "connections are refused: {reason}");
        }
    }
}
