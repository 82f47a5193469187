//! Errors, with the status that VIC gives them and the form that the caller's version expects.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

use super::reply::{Reply, ReplyBody};
use super::request::Version;

/// What the vendored `ProductName` says.
pub(super) const PRODUCT: &str = "vSphere Integrated Containers";

/// A call that cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(super) struct Failure {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

impl Failure {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// An error that carries no status of its own: Docker 1.13 guesses one from its words.
    pub(super) fn plain(message: impl Into<String>) -> Self {
        let message = message.into();
        let lower = message.to_lowercase();
        let status = KEYWORDS
            .iter()
            .find(|(keyword, _)| lower.contains(keyword))
            .map_or(StatusCode::INTERNAL_SERVER_ERROR, |&(_, status)| status);
        Self { status, message }
    }

    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// VIC's port layer failed.
    pub(super) fn portlayer(message: impl AsRef<str>) -> Self {
        Self::internal(format!("Server error from portlayer: {}", message.as_ref()))
    }

    pub(super) fn no_such_container(name: &str) -> Self {
        Self::not_found(format!("No such container: {name}"))
    }

    /// The 500 that VIC gives where another server says 501.
    pub(super) fn not_implemented(what: &str) -> Self {
        Self::internal(format!("{PRODUCT} does not yet implement {what}"))
    }

    pub(super) fn swarm() -> Self {
        Self::not_found("Docker Swarm is not yet supported")
    }

    pub(super) fn page_not_found() -> Self {
        Self::not_found("page not found")
    }

    /// The answer: JSON without a version and above 1.23, plain text up to it.
    pub(super) fn reply(&self, version: Option<&Version>) -> Reply {
        let as_text = version.is_some_and(|version| !version.is_above(1, 23));
        let body =
            if as_text { format!("{}\n", self.message) } else { format!("{}\n", json!({ "message": self.message })) };
        let mut reply = Response::new(ReplyBody::full(Bytes::from(body)));
        *reply.status_mut() = self.status;
        let headers = reply.headers_mut();
        if as_text {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        } else {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        reply
    }
}

/// The words that Docker 1.13 looks for, in its order.
const KEYWORDS: [(&str, StatusCode); 10] = [
    ("not found", StatusCode::NOT_FOUND),
    ("no such", StatusCode::NOT_FOUND),
    ("bad parameter", StatusCode::BAD_REQUEST),
    ("no command", StatusCode::BAD_REQUEST),
    ("conflict", StatusCode::CONFLICT),
    ("impossible", StatusCode::NOT_ACCEPTABLE),
    ("wrong login/password", StatusCode::UNAUTHORIZED),
    ("unauthorized", StatusCode::UNAUTHORIZED),
    ("hasn't been activated", StatusCode::FORBIDDEN),
    ("this node", StatusCode::SERVICE_UNAVAILABLE),
];
