//! Turns an error of any layer below into an answer in Docker's form.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{HeaderValue, Request, Response, header};
use tower::{Layer, Service};

use crate::body::Body;
use crate::docker::version::ApiVersion;
use crate::error::{Error, Fault};
use crate::normalise::error_answer;

/// Layer of [`Rescue`].
#[derive(Clone, Copy, Debug)]
pub(super) struct RescueLayer;

impl<S> Layer<S> for RescueLayer {
    type Service = Rescue<S>;

    fn layer(&self, inner: S) -> Rescue<S> {
        Rescue { inner }
    }
}

/// Answers instead of failing.
///
/// The form of an error body depends on the API version of the call: text below
/// 1.24, JSON from it and for calls without a version.
#[derive(Clone, Debug)]
pub(super) struct Rescue<S> {
    inner: S,
}

impl<S, B> Service<Request<B>> for Rescue<S>
where
    S: Service<Request<B>, Response = Response<Body>, Error = Error>,
    S::Future: Unpin,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Rescued<S::Future>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let version = version_in(request.uri());
        Rescued { answer: self.inner.call(request), version }
    }
}

/// An answer that becomes one if it fails.
pub(super) struct Rescued<F> {
    answer: F,
    version: Option<ApiVersion>,
}

impl<F: Future<Output = Result<Response<Body>, Error>> + Unpin> Future for Rescued<F> {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.answer).poll(cx));
        Poll::Ready(Ok(answer.unwrap_or_else(|error| to_answer(&error, self.version))))
    }
}

fn to_answer(error: &Error, version: Option<ApiVersion>) -> Response<Body> {
    match error.fault {
        Fault::Client => tracing::debug!(status = error.status.as_u16(), error = %error.message, "refused"),
        Fault::Gateway | Fault::Backend => {
            tracing::warn!(status = error.status.as_u16(), error = %error.message, "failed");
        }
    }
    let mut response = error_answer(error.status, &error.message, version);
    if error.close {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The version in a path, read leniently: it only picks the form of an error,
/// and the path itself may be what the error is about.
fn version_in(uri: &http::Uri) -> Option<ApiVersion> {
    let rest = uri.path_and_query()?.as_str().strip_prefix("/v")?;
    let end = rest.bytes().position(|byte| byte == b'/').unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_found_in_the_path() {
        let version = |target: &'static str| version_in(&http::Uri::from_static(target));
        assert_eq!(version("/v1.19/info?x=1"), Some(ApiVersion::new(19)));
        assert_eq!(version("/v1.19"), Some(ApiVersion::new(19)));
        assert_eq!(version("/volumes"), None);
        assert_eq!(version("*"), None);
    }
}
