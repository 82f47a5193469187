//! Between the API version of a client and that of the backend.
//!
//! [`Bridge`] stands before judging: it makes of a call the one that the backend's
//! version knows, so that what is judged is what is sent. [`Perform`](perform::Perform) stands behind
//! it: it does what the backend cannot do in one call, and makes the answer that of
//! the client's version.

mod exec;
mod perform;
mod ping;
mod request;
mod start;
mod terms;
mod wait;

pub(super) use perform::PerformLayer;
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
        let mut inner = self.inner.clone();
        let connection = self.connection.clone();
        Box::pin(async move {
            let gateway = &connection.gateway;
            let Some(terms) = gateway.negotiator.terms(&gateway.backend, &call.policy).await else {
                return inner.call(call).await;
            };
            let (endpoint, policy) = (call.endpoint, call.policy.clone());
            request::bridge(&mut call, &terms, &gateway.limits).await?;
            let sent = call.target.version.unwrap_or(terms.range.backend_max);
            let answer = inner.call(call).await;
            let answer = if is_empty_list(endpoint, &terms, &answer) { Ok(empty_list()) } else { answer };
            let mut answer = answer?;
            watch(&answer, &terms, &connection);
            if answer.status() == StatusCode::BAD_REQUEST {
                answer = honest(answer, sent, &terms, &connection).await?;
            }
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

/// A backend that refuses a version of those that it said it speaks did not say the truth.
async fn honest(
    answer: Response<Body>,
    sent: crate::docker::version::ApiVersion,
    terms: &Terms,
    connection: &Connection,
) -> Result<Response<Body>, Error> {
    let (parts, body) = answer.into_parts();
    let bytes = crate::normalise::read(body, MAX_ERROR).await?;
    let text = String::from_utf8_lossy(&bytes);
    if text.contains(&format!("client version {sent} is too ")) {
        connection.gateway.backend.forget();
        let (min, max) = (terms.range.backend_min, terms.range.backend_max);
        return Err(Error::backend(format!(
            "vicgate: the backend said that it speaks API {min} to {max}, and refuses {sent}; it is asked anew. It \
             said: {}",
            text.trim()
        )));
    }
    Ok(Response::from_parts(parts, Body::full(bytes)))
}

/// The longest error that is looked at, in bytes.
const MAX_ERROR: usize = 256 * 1024;

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
