//! Between hyper and the stack.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{self, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::{Context, Poll, ready};

use http::header::{CONNECTION, CONTENT_LENGTH};
use http::{HeaderValue, Request, Response, StatusCode, Version};
use hyper::body::{Body as _, Incoming};
use hyper::service::Service;

use super::client_io::Flags;
use super::connection::MAX_HEAD;
use super::outgoing::Outgoing;
use super::{Answer, BodySince, CutFragment, LongBody, Stack, takeover};
use crate::body::Body;
use crate::net::Upstream;

/// Joins the stack to hyper, and keeps tunnels from hyper.
pub(super) struct Glue<S> {
    pub(super) stack: Rc<S>,
    pub(super) flags: Rc<Flags>,
    pub(super) tunnel: Rc<TunnelSlot>,
}

/// The head and the backend's side of a tunnel that is to start.
pub(super) type TunnelSlot = RefCell<Option<(Vec<u8>, Box<Upstream>)>>;

impl<S: Stack> Service<Request<Incoming>> for Glue<S> {
    type Response = Response<Outgoing>;
    type Error = Infallible;
    type Future = Answering;

    /// Runs in hyper's read loop: what is set here holds for its next read.
    fn call(&self, mut request: Request<Incoming>) -> Answering {
        let (flags, tunnel) = (self.flags.clone(), self.tunnel.clone());
        flags.waiting_since.set(None);
        flags.has_body.set(!request.body().is_end_stream());
        let is_long = may_be_long(request.body()).then(Arc::<AtomicBool>::default);
        if let Some(is_long) = &is_long {
            request.extensions_mut().insert(LongBody(is_long.clone()));
        }
        flags.is_long.replace(is_long);
        let head = flags.head.take();
        if head.has_fragment() {
            request.extensions_mut().insert(CutFragment);
        }
        if let Some(since) = flags.body_since.take() {
            request.extensions_mut().insert(BodySince(since));
        }
        if head.has_length() && !request.headers().contains_key(CONTENT_LENGTH) {
            // hyper took it out because of a Transfer-Encoding. The stack shall see both, and refuse
            // them; that it was there is what counts.
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        if request.headers().len() > MAX_HEADERS {
            let answer = Box::pin(future::ready(Ok(too_many_headers())));
            return Answering { answer, half_open: false, flags, tunnel };
        }
        // To a client of HTTP/1.0 the end of the connection is the end of the answer.
        flags.ends_by_close.set(request.version() == Version::HTTP_10);
        let half_open = self.stack.keeps_half_open(&request);
        flags.hold_eof.set(half_open);
        Answering { answer: self.stack.call(request), half_open, flags, tunnel }
    }
}

/// An answer of the stack on its way to hyper.
pub(super) struct Answering {
    answer: Answer,
    half_open: bool,
    flags: Rc<Flags>,
    tunnel: Rc<TunnelSlot>,
}

impl Future for Answering {
    type Output = Result<Response<Outgoing>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.tunnel.borrow().is_some() {
            // The connection task looks as soon as hyper is polled, and drops this.
            return Poll::Pending;
        }
        let (mut parts, body) = ready!(self.answer.as_mut().poll(cx))?.into_parts();
        if let Body::Tunnel(upstream) = body {
            self.tunnel.replace(Some((takeover::head(&parts), upstream)));
            return Poll::Pending;
        }
        if self.half_open {
            // The client may have ended its bytes already, which hyper would take
            // for the end of the connection; so it stays hidden, and this is the last answer.
            parts.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        self.flags.expect_head();
        Poll::Ready(Ok(Response::from_parts(parts, Outgoing::new(body, self.flags.clone()))))
    }
}

/// True for a body that is more than hyper reads at a time, or may be.
fn may_be_long(body: &Incoming) -> bool {
    !body.is_end_stream() && body.size_hint().exact().is_none_or(|length| length > MAX_HEAD as u64)
}

fn too_many_headers() -> Response<Body> {
    let mut answer = Response::new(Body::full(format!("the request has more than {MAX_HEADERS} header lines\n")));
    *answer.status_mut() = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// The most header lines that a request may have. hyper's own limit is 100, and
/// setting another makes it allocate for every request.
pub(super) const MAX_HEADERS: usize = 64;
