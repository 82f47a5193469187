//! Counts and logs every answer, and begins and ends its entry in the audit log.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use http::{Method, Request, Response, StatusCode};
use tower::{Layer, Service};

use super::Connection;
use crate::body::Body;
use crate::observe::Entry;

/// Layer of [`Observe`].
#[derive(Clone)]
pub(super) struct ObserveLayer(Rc<Connection>);

impl ObserveLayer {
    /// For the calls of one connection.
    pub(super) fn new(connection: &Rc<Connection>) -> Self {
        Self(connection.clone())
    }
}

impl<S> Layer<S> for ObserveLayer {
    type Service = Observe<S>;

    fn layer(&self, inner: S) -> Observe<S> {
        Observe { inner, connection: self.0.clone() }
    }
}

/// Counts each answer by operation and status; writes the access log.
///
/// The query is not logged: it may hold build arguments and registry names.
#[derive(Clone)]
pub(super) struct Observe<S> {
    inner: S,
    connection: Rc<Connection>,
}

impl<S, B> Service<Request<B>> for Observe<S>
where
    S: Service<Request<B>, Response = Response<Body>, Error = Infallible>,
    S::Future: Unpin,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Observed<S::Future>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let connection = self.connection.clone();
        let entry = connection.caller.as_ref().map(|caller| Box::new(Entry::new(caller, request.method().clone())));
        connection.record.begin(entry);
        let line = connection.gateway.access_log.then(|| Line::begin(&request));
        Observed { answer: self.inner.call(request), connection, line }
    }
}

/// An answer that is counted and logged once it is there.
pub(super) struct Observed<F> {
    answer: F,
    connection: Rc<Connection>,
    line: Option<Line>,
}

impl<F: Future<Output = Result<Response<Body>, Infallible>> + Unpin> Future for Observed<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut response = ready!(Pin::new(&mut self.answer).poll(cx))?;
        let endpoint = self.connection.record.endpoint();
        self.connection.gateway.metrics.answered(endpoint, response.status());
        if let Some(line) = &self.line {
            line.end(&self.connection, response.status());
        }
        if let Some(mut entry) = self.connection.record.take_entry() {
            let lasts = endpoint.is_some_and(|endpoint| endpoint.row().answer.lasts());
            let good = response.status().is_success() || response.status() == StatusCode::SWITCHING_PROTOCOLS;
            entry.answered(response.status(), lasts && good);
            response = response.map(|body| body.metered(entry));
        }
        Poll::Ready(Ok(response))
    }
}

/// A line of the access log under way.
struct Line {
    start: Instant,
    method: Method,
    path: String,
}

impl Line {
    fn begin<B>(request: &Request<B>) -> Self {
        let path = request.uri().path_and_query().map_or("", |target| target.as_str());
        let path = path.split('?').next().unwrap_or_default().to_owned();
        Self { start: Instant::now(), method: request.method().clone(), path }
    }

    fn end(&self, connection: &Connection, status: StatusCode) {
        tracing::info!(
            who = %connection.peer.label(),
            method = %self.method,
            path = self.path,
            endpoint = connection.record.endpoint().map_or("-", |endpoint| endpoint.name()),
            status = status.as_u16(),
            ms = self.start.elapsed().as_millis(),
            "answered"
        );
    }
}
