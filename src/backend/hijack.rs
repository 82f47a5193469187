//! Asking the backend for its connection.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::BytesMut;
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING, UPGRADE};
use http::response::Parts;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body::Body as _;
use hyper::body::Incoming;

use super::headers::strip_hop_by_hop;
use super::line::{Driver, Line, dial, finish};
use super::no_answer;
use super::read::what_comes;
use crate::body::Body;
use crate::docker::endpoint::Hijack;
use crate::error::Error;
use crate::net::Upstream;

/// The token of a protocol in an `Upgrade` header.
pub(super) const fn token_text(token: Hijack) -> &'static str {
    match token {
        Hijack::Tcp => "tcp",
        Hijack::Websocket => "websocket",
        Hijack::H2c => "h2c",
    }
}

/// Sends a prepared request; see [`Line::hijack`].
pub(super) async fn hijack(line: &Line, mut request: Request<Body>, token: Hijack) -> Result<Response<Body>, Error> {
    let headers = request.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static(token_text(token)));
    let (mut sender, mut driver) = dial(&line.backend).await?;
    let mut over = false;
    let answer = {
        let mut answer = pin!(sender.send_request(request));
        // The connection is ours to poll until there is an answer: it is over with
        // the head already, if the backend switches.
        poll_fn(|cx| {
            over = over || driver.poll_without_shutdown(cx).is_ready();
            answer.as_mut().poll(cx)
        })
        .await
        .map_err(|error| no_answer(&error))?
    };
    let (parts, body) = answer.into_parts();
    if parts.status == StatusCode::SWITCHING_PROTOCOLS {
        if !switches_to(&parts.headers, token) {
            return Err(Error::backend(format!(
                "the backend switched to another protocol than the one asked for ({})",
                token_text(token)
            )));
        }
        return Ok(take_over(parts, body, driver));
    }
    if token == Hijack::Tcp && is_raw(&parts, &body) {
        return Ok(take_over(parts, body, driver));
    }
    let without_length = body.size_hint().exact().is_none() && !parts.headers.contains_key(TRANSFER_ENCODING);
    if !over {
        line.drive_side(driver);
    }
    let answer = finish(Response::from_parts(parts, body));
    if answer.status().is_success() || !without_length { Ok(answer) } else { Ok(with_length(answer).await) }
}

/// Takes the socket, and what of the backend's bytes was read past its head.
fn take_over(mut parts: Parts, mut body: Incoming, driver: Driver) -> Response<Body> {
    let taken = driver.into_parts();
    // hyper read these as a body, and what comes after them is in its buffer.
    let mut early = BytesMut::new();
    let mut cx = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut cx) {
        early.extend(frame.into_data());
    }
    early.extend_from_slice(&taken.read_buf);
    strip_hop_by_hop(&mut parts.headers);
    let upstream = Upstream { socket: taken.io.into_inner(), early: early.freeze(), meter: None };
    Response::from_parts(parts, Body::Tunnel(Box::new(upstream)))
}

/// A backend that does not switch, as with clients that do not ask: a raw
/// stream without a length (API before 1.22, and some engines).
fn is_raw(parts: &Parts, body: &Incoming) -> bool {
    let framed = parts.headers.contains_key(CONTENT_LENGTH) || parts.headers.contains_key(TRANSFER_ENCODING);
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let raw = kind.starts_with("application/vnd.docker.raw-stream")
        || kind.starts_with("application/vnd.docker.multiplexed-stream");
    parts.status == StatusCode::OK && raw && !framed && body.size_hint().exact().is_none()
}

fn switches_to(headers: &HeaderMap, token: Hijack) -> bool {
    let mut named = headers.get_all(UPGRADE).iter().filter_map(|value| value.to_str().ok());
    named.next().is_some_and(|value| value.trim().eq_ignore_ascii_case(token_text(token))) && named.next().is_none()
}

/// An error that ends with the connection, with its length: VIC and old engines
/// write the errors of an attach so.
async fn with_length(answer: Response<Body>) -> Response<Body> {
    let (parts, body) = answer.into_parts();
    let text = what_comes(body, MAX_ERROR, ERROR_TIME).await;
    Response::from_parts(parts, Body::full(text))
}

/// How long and how much of such an error is read.
const ERROR_TIME: Duration = Duration::from_secs(10);
const MAX_ERROR: usize = 64 * 1024;
