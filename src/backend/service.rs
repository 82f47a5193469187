//! Permitted calls in, answers out.

use std::future::ready;
use std::rc::Rc;
use std::task::{Context, Poll};

use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, UPGRADE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body::Body as _;
use hyper::ext::ReasonPhrase;

use super::Line;
use super::hijack::token_text;
use super::line::Answer;
use super::read::{ReadError, bounded};
use crate::body::Body;
use crate::docker::endpoint::{BodyKind, Endpoint, Hijack};
use crate::error::Error;
use crate::policy::Permitted;

/// Sends permitted calls to the backend, and nothing else.
#[derive(Clone, Debug)]
pub struct Service {
    line: Rc<Line>,
}

impl Service {
    /// A service over one client connection's line.
    #[must_use]
    pub const fn new(line: Rc<Line>) -> Self {
        Self { line }
    }
}

impl tower::Service<Permitted<Body>> for Service {
    type Response = Response<Body>;
    type Error = Error;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: Permitted<Body>) -> Answer {
        let line = self.line.clone();
        match (call.endpoint(), call.hijack(), call.upgrade()) {
            (Endpoint::SystemPingHead, _, _) => Box::pin(async move { ping(&line, call).await }),
            (_, Some(Hijack::Tcp), _) => Box::pin(async move { attach(&line, call).await }),
            (_, Some(token @ (Hijack::Websocket | Hijack::H2c)), true) => {
                Box::pin(async move { switch(&line, call, token).await })
            }
            // Sent at once: it is not carried about until somebody asks for its answer.
            (_, Some(Hijack::Websocket | Hijack::H2c) | None, _) => match request(&line, call) {
                Ok(request) => line.send(request),
                Err(error) => Box::pin(ready(Err(error))),
            },
        }
    }
}

fn request(line: &Line, call: Permitted<Body>) -> Result<Request<Body>, Error> {
    let row = call.endpoint().row();
    let target = line.target(call.target())?;
    let method = match row.method {
        crate::docker::endpoint::Method::Get => Method::GET,
        crate::docker::endpoint::Method::Head => Method::HEAD,
        crate::docker::endpoint::Method::Post => Method::POST,
        crate::docker::endpoint::Method::Put => Method::PUT,
        crate::docker::endpoint::Method::Delete => Method::DELETE,
    };
    let (headers, body) = call.into_parts();
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = target.into();
    *request.headers_mut() = headers;
    Ok(request)
}

/// Engines before 1.40 and VIC do not know `HEAD /_ping`; what it asks is in the
/// headers of `GET`.
async fn ping(line: &Rc<Line>, call: Permitted<Body>) -> Result<Response<Body>, Error> {
    let mut request = request(line, call)?;
    *request.method_mut() = Method::GET;
    let (mut parts, body) = line.send(request).await?.into_parts();
    // Read, so that the connection can be kept.
    drop(bounded(body, MAX_DROPPED).await);
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    Ok(Response::from_parts(parts, Body::Empty))
}

/// Attach and exec start: the backend is always asked to switch, and the client
/// gets the form that it asked for.
async fn attach(line: &Line, call: Permitted<Body>) -> Result<Response<Body>, Error> {
    let (upgrade, drops_body) = (call.upgrade(), call.endpoint().row().body == BodyKind::None);
    let mut request = request(line, call)?;
    if drops_body {
        drop_body(request.body_mut()).await?;
    }
    let mut answer = line.hijack(request, Hijack::Tcp).await?;
    if !matches!(answer.body(), Body::Tunnel(_)) {
        return Ok(answer);
    }
    if !answer.headers().contains_key(CONTENT_TYPE) {
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/vnd.docker.raw-stream"));
    }
    if upgrade {
        *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        answer.extensions_mut().insert(ReasonPhrase::from_static(b"UPGRADED"));
        announce(&mut answer, Hijack::Tcp);
    } else {
        *answer.status_mut() = StatusCode::OK;
        answer.extensions_mut().remove::<ReasonPhrase>();
    }
    Ok(answer)
}

/// A protocol that is not ours, between client and backend.
async fn switch(line: &Line, call: Permitted<Body>, token: Hijack) -> Result<Response<Body>, Error> {
    let mut request = request(line, call)?;
    drop_body(request.body_mut()).await?;
    let mut answer = line.hijack(request, token).await?;
    if matches!(answer.body(), Body::Tunnel(_)) {
        announce(&mut answer, token);
    }
    Ok(answer)
}

fn announce(answer: &mut Response<Body>, token: Hijack) {
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    answer.headers_mut().insert(UPGRADE, HeaderValue::from_static(token_text(token)));
}

/// Some clients send a body where none belongs; a backend may take it for stdin.
async fn drop_body(body: &mut Body) -> Result<(), Error> {
    let body = std::mem::take(body);
    if body.is_end_stream() {
        return Ok(());
    }
    match bounded(body, MAX_DROPPED).await {
        Ok(_) => Ok(()),
        Err(ReadError::TooLong) => Err(Error::client(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("this call takes no body, and the one that came is over {} KiB", MAX_DROPPED / 1024),
        )
        .closing()),
        Err(ReadError::Broken) => {
            Err(Error::bad_request("the body of the request broke off, or is not framed as HTTP/1.1 has it").closing())
        }
    }
}

/// The longest body that is read only to be dropped, in bytes.
const MAX_DROPPED: usize = 64 * 1024;
