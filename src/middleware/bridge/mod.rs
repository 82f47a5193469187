//! Between the API version of a client and that of the backend.
//!
//! [`Bridge`] stands before judging: it makes of a call the one that the backend's
//! version knows, so that what is judged is what is sent. [`Perform`](perform::Perform) stands behind
//! it: it does what the backend cannot do in one call, and makes the answer that of
//! the client's version.

mod exec;
mod frames;
mod perform;
mod ping;
mod request;
mod start;
mod terms;
mod wait;

pub(super) use perform::PerformLayer;
pub(super) use request::repair;
pub use terms::Negotiator;

use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use tower::{Layer, Service};

use super::{Answer, Connection};
use crate::body::Body;
use crate::docker::bridge::Repair;
use crate::docker::endpoint::Endpoint;
use crate::error::Error;
use crate::policy::Call;
use terms::Terms;

/// Layer of [`Bridge`].
#[derive(Clone)]
pub(super) struct BridgeLayer(Rc<Connection>);

impl BridgeLayer {
    /// For the calls of one connection.
    pub(super) fn new(connection: &Rc<Connection>) -> Self {
        Self(connection.clone())
    }
}

impl<S> Layer<S> for BridgeLayer {
    type Service = Bridge<S>;

    fn layer(&self, inner: S) -> Bridge<S> {
        Bridge { inner, connection: self.0.clone() }
    }
}

/// Holds a call to the versions that are offered, and makes it one of the backend's.
#[derive(Clone)]
pub(super) struct Bridge<S> {
    inner: S,
    connection: Rc<Connection>,
}

impl<S> Service<Call<Body>> for Bridge<S>
where
    S: Service<Call<Body>, Response = Response<Body>, Error = Error, Future = Answer> + Clone + 'static,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut call: Call<Body>) -> Answer {
        let gateway = &self.connection.gateway;
        if !gateway.negotiator.is_on() || gateway.negotiator.leaves(&gateway.backend, &mut call) {
            return self.inner.call(call);
        }
        let mut inner = self.inner.clone();
        let connection = self.connection.clone();
        Box::pin(async move {
            let gateway = &connection.gateway;
            let terms = gateway.negotiator.terms(&gateway.backend, &call.policy).await;
            if terms.leaves(&mut call) {
                return inner.call(call).await;
            }
            let (endpoint, policy) = (call.endpoint, call.policy.clone());
            let refused = request::bridge(&mut call, &terms, &gateway.limits).await;
            refused.inspect_err(|error| connection.note_refusal(error))?;
            let answer = inner.call(call).await;
            let answer = if is_empty_list(endpoint, &terms, &answer) { Ok(empty_list()) } else { answer };
            let mut answer = answer?;
            watch(&answer, &terms, &connection);
            if matches!(endpoint, Endpoint::SystemPing | Endpoint::SystemPingHead) {
                answer = ping::as_engine(answer, endpoint, &policy.profile);
            }
            if !matches!(answer.body(), Body::Tunnel(_)) {
                answer.headers_mut().insert(API_VERSION, terms.offered.clone());
            }
            Ok(answer)
        })
    }
}

const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// A backend that says another version than it did is asked anew.
fn watch(answer: &Response<Body>, terms: &Arc<Terms>, connection: &Connection) {
    if answer.headers().get(API_VERSION).is_some_and(|said| *said != terms.spoken) {
        tracing::warn!(was = ?terms.spoken, is = ?answer.headers().get(API_VERSION), "the backend's version changed");
        connection.gateway.backend.forget();
    }
}

/// True for a list that clients ask for at their start, and that this backend lacks.
fn is_empty_list(endpoint: Endpoint, terms: &Terms, answer: &Result<Response<Body>, Error>) -> bool {
    if !matches!(endpoint, Endpoint::PluginList | Endpoint::ServiceList | Endpoint::NodeList)
        || !terms.host.repairs.has(Repair::EmptyLists)
    {
        return false;
    }
    let status = match answer {
        Ok(answer) => answer.status(),
        Err(error) => error.status,
    };
    matches!(
        status,
        StatusCode::NOT_IMPLEMENTED
            | StatusCode::NOT_FOUND
            | StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::SERVICE_UNAVAILABLE
    )
}

fn empty_list() -> Response<Body> {
    let mut answer = Response::new(Body::full("[]\n"));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
