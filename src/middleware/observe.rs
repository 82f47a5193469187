//! Counts and logs every answer.

use std::convert::Infallible;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

use http::{Request, Response};
use tower::{Layer, Service};

use super::{Answer, Connection};
use crate::body::Body;

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
    S::Future: 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer<Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let connection = self.connection.clone();
        connection.record.clear();
        let start = connection.gateway.access_log.then(|| {
            let path = request.uri().path_and_query().map_or("", |target| target.as_str());
            let path = path.split('?').next().unwrap_or_default().to_owned();
            (Instant::now(), request.method().clone(), path)
        });
        let answer = self.inner.call(request);
        Box::pin(async move {
            let response = answer.await?;
            let endpoint = connection.record.endpoint();
            connection.gateway.metrics.answered(endpoint, response.status());
            if let Some((start, method, path)) = start {
                tracing::info!(
                    who = %connection.peer.label(),
                    %method,
                    path,
                    endpoint = endpoint.map_or("-", |endpoint| endpoint.name()),
                    status = response.status().as_u16(),
                    ms = start.elapsed().as_millis(),
                    "answered"
                );
            }
            Ok(response)
        })
    }
}
