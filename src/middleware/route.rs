//! From an HTTP request to a [`Call`]: the operation, the decoded target, who asks.

use std::rc::Rc;
use std::task::{Context, Poll};

use http::{HeaderMap, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use tower::{Layer, Service};

use super::{Answer, Connection};
use crate::body::Body;
use crate::docker::endpoint::{Method, Routed};
use crate::docker::target::Target;
use crate::error::Error;
use crate::observe::canonical;
use crate::policy::Call;

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
        Route { inner, connection: self.0.clone() }
    }
}

/// Finds the operation. What has none is answered as a daemon does.
#[derive(Clone)]
pub(super) struct Route<S> {
    inner: S,
    connection: Rc<Connection>,
}

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
        match to_call(request, &self.connection) {
            Ok(call) => self.inner.call(call),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}

fn to_call(request: Request<Incoming>, connection: &Connection) -> Result<Call<Body>, Error> {
    let (parts, body) = request.into_parts();
    let not_found = || Error::client(StatusCode::NOT_FOUND, "page not found");
    let Some(method) = Method::from_name(parts.method.as_str()) else { return Err(not_found()) };
    let target = parts.uri.path_and_query().map_or("", http::uri::PathAndQuery::as_str);
    let target = Target::parse(target).map_err(|error| Error::bad_request(error.to_string()))?;
    let endpoint = match target.route(method) {
        Routed::To { endpoint, .. } => endpoint,
        // A daemon answers 404 for both.
        Routed::WrongMethod | Routed::Unknown => {
            connection.record.note(|entry| entry.routed(None, canonical(&target, None)));
            return Err(not_found());
        }
    };
    connection.record.set_endpoint(endpoint);
    let mut body = Body::Stream(body);
    connection.record.note(|entry| {
        entry.routed(Some(endpoint), canonical(&target, Some(endpoint)));
        body = std::mem::take(&mut body).counted(entry.received_count());
    });
    Ok(Call {
        endpoint,
        target,
        identity: connection.peer.clone(),
        policy: connection.gateway.policy.load_full(),
        upgrade: asks_for_upgrade(&parts.headers),
        bridged: None,
        unrepaired: false,
        headers: parts.headers,
        body,
    })
}

/// True if the head may be one of a hijack, so that an end of the client's
/// bytes may be no more than the end of its stdin. May say yes too often, never
/// no where a hijack follows.
pub(super) fn may_hijack(method: &http::Method, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
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
    headers.contains_key(header::UPGRADE)
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
