//! The one body type of the program.

mod last;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;

use crate::net::{Meter, Upstream};
pub use last::{is_taken, keep_back};

/// The body of a request or an answer on its way through the stack.
///
/// A hijacked connection is a body too ([`Body::Tunnel`]), so that it walks the
/// stack like any other answer; only the connection task at the very end knows
/// what to do with it.
#[derive(Debug, Default)]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// Bytes that are here already.
    Full(Bytes),
    /// Bytes that arrive, passed on as they come.
    Stream(Incoming),
    /// Bytes that arrive, rewritten piece by piece.
    Rewritten(Box<Rewritten>),
    /// Bytes of a request that arrive, and are counted.
    Counted(Box<Counted>),
    /// Bytes of an answer, and who counts them.
    Metered(Box<Metered>),
    /// Bytes that will be here later, while the head goes on at once.
    Later(Later),
    /// The backend's connection, to be joined to the client's.
    Tunnel(Box<Upstream>),
}

impl Body {
    /// A body of these bytes.
    pub fn full(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        if bytes.is_empty() { Self::Empty } else { Self::Full(bytes) }
    }
}

/// Why a body ends before its end.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// Its connection failed.
    #[error(transparent)]
    Http(#[from] hyper::Error),
    /// It cannot be rewritten, for this reason. Half of it is never passed on as the whole.
    #[error("{0}")]
    Unusable(String),
}

/// Rewrites a body piece by piece.
pub trait Rewrite: Send {
    /// Takes bytes as they come, and gives those that can go on.
    ///
    /// # Errors
    /// They cannot be rewritten.
    fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, String>;

    /// The end of the body: what was left of it.
    ///
    /// # Errors
    /// It cannot be rewritten.
    fn end(&mut self) -> Result<Vec<u8>, String>;

    /// True once nothing more may follow.
    fn is_done(&self) -> bool;

    /// Waits for what has to be known before more can be taken, and gives what can go on then. Asked again
    /// until it gives nothing.
    ///
    /// # Errors
    /// What was taken cannot be rewritten.
    fn poll_wait(&mut self, _cx: &mut Context<'_>) -> Poll<Result<Vec<u8>, String>> {
        Poll::Ready(Ok(Vec::new()))
    }
}

/// A body under way, and what rewrites it.
pub struct Rewritten {
    from: Body,
    by: Box<dyn Rewrite>,
    /// True once all of the body was taken.
    at_end: bool,
    ended: bool,
}

impl fmt::Debug for Rewritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rewritten").field("from", &self.from).finish_non_exhaustive()
    }
}

impl Rewritten {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        loop {
            if self.ended {
                return Poll::Ready(None);
            }
            let mut out = ready!(self.by.poll_wait(cx));
            if out.as_ref().is_ok_and(Vec::is_empty) {
                if self.at_end {
                    self.ended = true;
                    continue;
                }
                out = match ready!(http_body::Body::poll_frame(Pin::new(&mut self.from), cx)) {
                    Some(Ok(frame)) => match frame.into_data() {
                        Ok(data) => self.by.push(&data),
                        Err(_) => continue,
                    },
                    Some(Err(error)) => Err(error.to_string()),
                    None => {
                        self.at_end = true;
                        self.by.end()
                    }
                };
            }
            self.ended = self.ended || out.is_err() || self.by.is_done();
            match out {
                Ok(out) if out.is_empty() => {}
                Ok(out) => return Poll::Ready(Some(Ok(Frame::data(out.into())))),
                Err(reason) => return Poll::Ready(Some(Err(Broken::Unusable(reason)))),
            }
        }
    }
}

/// The body of a request under way, and the count of its bytes.
#[derive(Debug)]
pub struct Counted {
    from: Body,
    count: Arc<AtomicU64>,
}

/// The body of an answer under way, and who counts it. Dropped when it has ended or nobody takes it.
#[derive(Debug)]
pub struct Metered {
    from: Body,
    by: Box<dyn Meter>,
}

/// Bytes to come.
pub struct Later(Pin<Box<dyn Future<Output = Result<Bytes, Broken>> + Send>>);

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Later")
    }
}

impl Body {
    /// The same body, rewritten on its way.
    #[must_use]
    pub fn rewritten(self, by: impl Rewrite + 'static) -> Self {
        Self::Rewritten(Box::new(Rewritten { from: self, by: Box::new(by), at_end: false, ended: false }))
    }

    /// The body of a request, counted as it arrives.
    #[must_use]
    pub fn counted(self, count: Arc<AtomicU64>) -> Self {
        Self::Counted(Box::new(Counted { from: self, count }))
    }

    /// The same body of an answer, counted on its way.
    #[must_use]
    pub fn metered(mut self, by: Box<dyn Meter>) -> Self {
        if let Self::Tunnel(upstream) = &mut self {
            upstream.meter = Some(by);
            return self;
        }
        Self::Metered(Box::new(Metered { from: self, by }))
    }

    /// Tells who counts it that it ended at this moment, before it is dropped.
    pub fn ended(&mut self, moment: Instant) {
        if let Self::Metered(metered) = self {
            metered.by.ended(moment);
        }
    }

    /// A body that is worked out while its head is on the way. Dropped with the client's connection.
    pub fn later(bytes: impl Future<Output = Result<Bytes, Broken>> + Send + 'static) -> Self {
        Self::Later(Later(Box::pin(bytes)))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let this = self.get_mut();
        match this {
            Self::Empty | Self::Tunnel(_) => Poll::Ready(None),
            Self::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                *this = Self::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Self::Stream(incoming) => poll_incoming(incoming, cx),
            Self::Rewritten(rewritten) => rewritten.poll_piece(cx),
            Self::Counted(counted) => {
                let frame = ready!(Pin::new(&mut counted.from).poll_frame(cx));
                counted.count.fetch_add(length(frame.as_ref()), Ordering::Relaxed);
                Poll::Ready(frame)
            }
            Self::Metered(metered) => {
                let frame = ready!(Pin::new(&mut metered.from).poll_frame(cx));
                metered.by.sent(length(frame.as_ref()));
                Poll::Ready(frame)
            }
            Self::Later(later) => {
                let bytes = ready!(later.0.as_mut().poll(cx));
                *this = Self::Empty;
                Poll::Ready(Some(bytes.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty | Self::Tunnel(_) => true,
            Self::Full(_) | Self::Later(_) => false,
            Self::Stream(incoming) => incoming.is_end_stream(),
            Self::Rewritten(rewritten) => rewritten.ended,
            Self::Counted(counted) => counted.from.is_end_stream(),
            Self::Metered(metered) => metered.from.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty | Self::Tunnel(_) => SizeHint::with_exact(0),
            Self::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Stream(incoming) => incoming.size_hint(),
            Self::Rewritten(_) | Self::Later(_) => SizeHint::default(),
            Self::Counted(counted) => counted.from.size_hint(),
            Self::Metered(metered) => metered.from.size_hint(),
        }
    }
}

/// The next piece of what arrives.
fn poll_incoming(incoming: &mut Incoming, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
    use http_body::Body as _;
    last::take(|| {
        let piece = Pin::new(&mut *incoming).poll_frame(cx);
        let is_last = incoming.is_end_stream() && matches!(&piece, Poll::Ready(Some(Ok(frame))) if frame.is_data());
        (piece.map_err(Broken::Http), is_last)
    })
}

/// How many bytes a piece of a body has.
fn length<E>(frame: Option<&Result<Frame<Bytes>, E>>) -> u64 {
    frame.and_then(|frame| frame.as_ref().ok()?.data_ref()).map_or(0, |data| data.len() as u64)
}
