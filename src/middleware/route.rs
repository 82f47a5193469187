//! From an HTTP request to a [`Call`]: the operation, the decoded target, who asks.

use std::rc::Rc;
use std::task::{Context, Poll};

use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body::Body as _;
use hyper::body::Incoming;
use tower::{Layer, Service};

use super::{Answer, Connection};
use crate::body::Body;
use crate::docker::endpoint::{Endpoint, Method, Routed};
use crate::docker::target::Target;
use crate::error::Error;
use crate::observe::{Asked, canonical};
use crate::policy::{Arrival, Call};
use crate::server::{BodySince, LongBody};

/// Layer of [`Route`].
#[derive(Clone)]
pub(super) struct RouteLayer(Rc<Connection>);

impl RouteLayer {
    /// For the calls of one connection.
    pub(super) fn new(connection: &Rc<Connection>) -> Self {
        Self(connection.clone())
    }
}

impl<S> Layer<S> for RouteLayer {
    type Service = Route<S>;

    fn layer(&self, inner: S) -> Route<S> {
        Route { inner, connection: self.0.clone(), last: None }
    }
}

/// Finds the operation. What has none is answered as a daemon does.
pub(super) struct Route<S> {
    inner: S,
    connection: Rc<Connection>,
    last: Option<Last>,
}

/// The request line before this one, and what it was read to: who polls sends the same again.
struct Last {
    method: http::Method,
    target: Box<str>,
    line: Line,
}

/// A request line that was read.
#[derive(Clone)]
struct Line {
    endpoint: Endpoint,
    target: Rc<Target>,
    /// How the audit log says it, if there is one.
    asked: Option<Asked>,
}

/// The longest target that is remembered, in bytes: a build's may be much longer.
const LONGEST: usize = 512;

impl<S> Service<Request<Incoming>> for Route<S>
where
    S: Service<Call<Body>, Response = Response<Body>, Error = Error, Future = Answer>,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Answer {
        if request.method() == http::Method::OPTIONS {
            // Engines answer OPTIONS on any path with an empty 200.
            return Box::pin(std::future::ready(Ok(Response::new(Body::Empty))));
        }
        match self.line(request.method(), request.uri()) {
            Ok(line) => self.inner.call(to_call(request, line, &self.connection)),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}

impl<S> Route<S> {
    /// Reads a request line, or remembers what it was read to.
    fn line(&mut self, method: &http::Method, uri: &http::Uri) -> Result<Line, Error> {
        let target = uri.path_and_query().map_or("", http::uri::PathAndQuery::as_str);
        if let Some(last) = self.last.as_ref().filter(|last| *last.target == *target && last.method == *method) {
            return Ok(last.line.clone());
        }
        let line = read(method, target, &self.connection)?;
        if target.len() <= LONGEST {
            self.last = Some(Last { method: method.clone(), target: target.into(), line: line.clone() });
        }
        Ok(line)
    }
}

fn read(method: &http::Method, target: &str, connection: &Connection) -> Result<Line, Error> {
    let not_found = || Error::client(StatusCode::NOT_FOUND, "page not found");
    let Some(method) = Method::from_name(method.as_str()) else { return Err(not_found()) };
    let target = Target::parse(target).map_err(|error| Error::bad_request(error.to_string()))?;
    let asked = |endpoint| {
        connection.caller.as_ref().map(|_| Asked::new(method.as_str(), endpoint, &canonical(&target, endpoint)))
    };
    match target.route(method) {
        Routed::To { endpoint, .. } => {
            let asked = asked(Some(endpoint));
            Ok(Line { endpoint, target: Rc::new(target), asked })
        }
        // A daemon answers 404 for both.
        Routed::WrongMethod | Routed::Unknown => {
            connection.record.note(|entry| entry.routed(asked(None)));
            Err(not_found())
        }
    }
}

fn to_call(request: Request<Incoming>, line: Line, connection: &Connection) -> Call<Body> {
    let (parts, body) = request.into_parts();
    let Line { endpoint, target, asked } = line;
    connection.record.set_endpoint(endpoint);
    let mut body = if body.is_end_stream() { Body::Empty } else { Body::Stream(body) };
    connection.record.note(|entry| {
        entry.routed(asked);
        if !matches!(body, Body::Empty) {
            body = std::mem::take(&mut body).counted(entry.received_count());
        }
    });
    Call {
        endpoint,
        target,
        identity: connection.peer.clone(),
        policy: connection.gateway.policy.load_full(),
        upgrade: asks_for_upgrade(&parts.headers),
        bridged: None,
        unrepaired: false,
        headers: parts.headers,
        body,
        arrival: Arrival {
            since: parts.extensions.get().map(|BodySince(since)| *since),
            is_long: parts.extensions.get().map(|LongBody(is_long)| is_long.clone()),
        },
    }
}

/// True if the head may be one of a hijack, so that an end of the client's
/// bytes may be no more than the end of its stdin. May say yes too often, never
/// no where a hijack follows.
pub(super) fn may_hijack(method: &http::Method, path: &str) -> bool {
    // Bytes are compared: a search for one char in a short text costs more.
    let end = path.bytes().position(|byte| byte == b'?').unwrap_or(path.len());
    let path = path.get(..end).unwrap_or_default();
    if method == http::Method::POST {
        path.ends_with("/attach") || path.ends_with("/start") && path.contains("/exec/") || is_grpc(path)
    } else {
        path.ends_with("/attach/ws")
    }
}

fn is_grpc(path: &str) -> bool {
    path.ends_with("/session") || path.ends_with("/grpc")
}

/// True if the client asks for an upgrade as RFC 9110 (7.8) has it: the header,
/// and `upgrade` among the tokens of `Connection`.
fn asks_for_upgrade(headers: &HeaderMap) -> bool {
    // A look at each is cheaper than a search.
    headers.keys().any(|name| *name == header::UPGRADE)
        && headers
            .get_all(header::CONNECTION)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|token| token.trim().eq_ignore_ascii_case("upgrade"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::endpoint::Endpoint;

    #[test]
    fn every_hijack_of_the_table_is_seen_in_its_head() {
        for endpoint in Endpoint::ALL {
            let row = endpoint.row();
            if row.hijack.is_some() {
                let method = http::Method::from_bytes(row.method.as_str().as_bytes()).expect("methods are tokens");
                let path = format!("/v1.41{}?x=1", row.pattern);
                assert!(may_hijack(&method, &path), "{path}");
            }
        }
        assert!(!may_hijack(&http::Method::POST, "/containers/a/start"));
        assert!(!may_hijack(&http::Method::GET, "/containers/a/logs"));
    }

    #[test]
    fn an_upgrade_needs_both_headers() {
        let mut headers = HeaderMap::new();
        headers.insert(header::UPGRADE, http::HeaderValue::from_static("tcp"));
        assert!(!asks_for_upgrade(&headers));
        headers.insert(header::CONNECTION, http::HeaderValue::from_static("keep-alive, Upgrade"));
        assert!(asks_for_upgrade(&headers));
    }
}
