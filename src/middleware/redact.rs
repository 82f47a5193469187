//! Hides in answers what the caller's role must not see.

use std::task::{Context, Poll};

use http::{Response, header};
use tower::{Layer, Service};

use super::Answer;
use crate::backend::LONGEST;
use crate::body::{Body, Rewrite};
use crate::docker::endpoint::Endpoint;
use crate::docker::json;
use crate::docker::redact::{Carries, Records, answer, carries};
use crate::error::Error;
use crate::normalise::{read, with_json};
use crate::policy::Permitted;
use crate::policy::access::Redaction;

/// Layer of [`Redact`].
#[derive(Clone)]
pub(super) struct RedactLayer;

impl<S> Layer<S> for RedactLayer {
    type Service = Redact<S>;

    fn layer(&self, inner: S) -> Redact<S> {
        Redact { inner }
    }
}

/// Redacts the answers of calls that were permitted so; any other passes unread.
#[derive(Clone)]
pub(super) struct Redact<S> {
    inner: S,
}

impl<S> Service<Permitted<Body>> for Redact<S>
where
    S: Service<Permitted<Body>, Response = Response<Body>, Error = Error, Future = Answer>,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, permitted: Permitted<Body>) -> Answer {
        if permitted.redaction().is_empty() {
            return self.inner.call(permitted);
        }
        let (endpoint, redaction) = (permitted.endpoint(), permitted.redaction().clone());
        let answer = self.inner.call(permitted);
        Box::pin(async move { redact(answer.await?, endpoint, redaction).await })
    }
}

async fn redact(
    mut response: Response<Body>,
    endpoint: Endpoint,
    redaction: Redaction,
) -> Result<Response<Body>, Error> {
    // An error is a message, and names what the caller asked for.
    if !response.status().is_success() {
        return Ok(response);
    }
    match carries(endpoint) {
        Carries::Json(_) => whole(response, endpoint, &redaction).await,
        Carries::Records(_) => {
            response.headers_mut().remove(header::CONTENT_LENGTH);
            Ok(response.map(|body| body.rewritten(Redacted(Records::new(redaction)))))
        }
        // Such a call is permitted only where its answer has nothing to hide.
        Carries::Nothing | Carries::Sealed(_) | Carries::SealedBy { .. } => Ok(response),
    }
}

/// Redacts an answer of one JSON value. One that cannot be read is not passed on: nobody knows what is in it.
async fn whole(response: Response<Body>, endpoint: Endpoint, redaction: &Redaction) -> Result<Response<Body>, Error> {
    let (parts, body) = response.into_parts();
    let bytes = read(body, LONGEST).await?;
    if bytes.is_empty() {
        return Ok(Response::from_parts(parts, Body::Empty));
    }
    let mut json = json::parse(&bytes).map_err(|error| {
        Error::backend(format!(
            "vicgate: the backend's answer to {} has to be redacted and cannot be read: {error}",
            endpoint.name()
        ))
    })?;
    answer(&mut json, redaction);
    Ok(with_json(parts, &json, bytes.len()))
}

/// A stream, redacted record by record.
struct Redacted(Records<Redaction>);

impl Rewrite for Redacted {
    fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        self.0.push(bytes).map_err(|error| cut(&error))
    }

    fn end(&mut self) -> Result<Vec<u8>, String> {
        self.0.end().map_err(|error| cut(&error))
    }

    fn is_done(&self) -> bool {
        false
    }
}

/// The head of a stream is with the client: all that is left is to cut it, and to say why where operators look.
fn cut(reason: &dyn std::fmt::Display) -> String {
    tracing::warn!(%reason, "a stream that has to be redacted is cut");
    reason.to_string()
}
