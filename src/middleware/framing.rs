//! Refuses heads that two HTTP readers could understand differently.
//!
//! Much is refused by hyper already (folded lines, odd lengths, `Transfer-Encoding`
//! that does not end in `chunked`, HTTP/1.2); the tests pin that down, so that a
//! new version cannot loosen it unseen. Three things hyper decides before we see
//! the head, each in a way that leaves one reading: of `Content-Length` beside
//! `Transfer-Encoding` it drops the length, reads the chunks and closes the
//! connection behind the answer (RFC 9112, 6.3); of equal lengths it keeps one; a
//! fragment it cuts off. The connection has looked at the bytes: it puts the length
//! back, and says that there was a fragment. The backend gets a head written anew.

use std::future::{Ready, ready};
use std::task::{Context, Poll};

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, Version};
use http_body::Body;
use tokio_util::either::Either;
use tower::{Layer, Service};

use crate::error::Error;
use crate::server::CutFragment;

/// Layer of [`Framing`].
#[derive(Clone, Copy, Debug)]
pub struct FramingLayer;

impl<S> Layer<S> for FramingLayer {
    type Service = Framing<S>;

    fn layer(&self, inner: S) -> Framing<S> {
        Framing { inner }
    }
}

/// Passes on what [`check`] lets through.
#[derive(Clone, Debug)]
pub struct Framing<S> {
    inner: S,
}

impl<S, B> Service<Request<B>> for Framing<S>
where
    S: Service<Request<B>, Error = Error>,
    B: Body,
{
    type Response = S::Response;
    type Error = Error;
    type Future = Either<S::Future, Ready<Result<S::Response, Error>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if request.extensions().get::<CutFragment>().is_some() {
            return Either::Right(ready(bad("the request target has a fragment (#), which no daemon reads")));
        }
        let has_body = !request.body().is_end_stream();
        match check(request.method(), request.uri(), request.version(), request.headers(), has_body) {
            Ok(()) => Either::Left(self.inner.call(request)),
            Err(error) => Either::Right(ready(Err(error))),
        }
    }
}

/// Checks the head of a request.
///
/// # Errors
/// All of them close the connection: whoever frames one request oddly may have framed the
/// next one into it.
///
/// * 400: no path as target, or the host of another; not exactly one valid `Host`; a length or a
///   transfer coding that is repeated or written oddly; several content types; a form, whose
///   fields daemons prefer to the query.
/// * 405: methods beside the API's six, `CONNECT` and `TRACE` among them.
/// * 414: a target beyond [`MAX_TARGET`].
/// * 415: JSON in a content coding, which no daemon decodes.
/// * 417: an expectation other than `100-continue`.
pub fn check(method: &Method, uri: &Uri, version: Version, headers: &HeaderMap, has_body: bool) -> Result<(), Error> {
    check_method(method)?;
    let found = Found::among(headers);
    check_host(version, found.host.single(&HOST)?)?;
    check_target(uri, found.host.first)?;
    check_length(found.length.single(&CONTENT_LENGTH)?, found.coding.single(&TRANSFER_ENCODING)?)?;
    if found.expects {
        check_expectation(headers)?;
    }
    if has_body { check_content(headers) } else { Ok(()) }
}

/// The headers that every head is checked for, found in one pass: a search for each costs more.
#[derive(Default)]
struct Found<'h> {
    host: Once<'h>,
    length: Once<'h>,
    coding: Once<'h>,
    expects: bool,
}

impl<'h> Found<'h> {
    fn among(headers: &'h HeaderMap) -> Self {
        let mut found = Self::default();
        for (name, value) in headers {
            match name {
                name if *name == HOST => found.host.add(value),
                name if *name == CONTENT_LENGTH => found.length.add(value),
                name if *name == TRANSFER_ENCODING => found.coding.add(value),
                name => found.expects |= *name == EXPECT,
            }
        }
        found
    }
}

/// A header that must not be there twice.
#[derive(Default)]
struct Once<'h> {
    first: Option<&'h HeaderValue>,
    again: bool,
}

impl<'h> Once<'h> {
    fn add(&mut self, value: &'h HeaderValue) {
        self.again |= self.first.replace(value).is_some();
    }

    fn single(&self, name: &HeaderName) -> Result<Option<&'h HeaderValue>, Error> {
        if self.again { bad(&format!("the header {name} is there twice")) } else { Ok(self.first) }
    }
}

/// The longest request target, in bytes. Builds put their arguments and labels there.
pub const MAX_TARGET: usize = 32 * 1024;

fn check_method(method: &Method) -> Result<(), Error> {
    if matches!(*method, Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::DELETE | Method::OPTIONS) {
        return Ok(());
    }
    let text = format!("vicgate: the Docker API has no method {method}");
    Err(Error::client(StatusCode::METHOD_NOT_ALLOWED, text).closing())
}

/// The target must be a path. A whole URL is taken where its host is that of
/// `Host`, as RFC 9112 (3.2.2) asks.
fn check_target(uri: &Uri, host: Option<&HeaderValue>) -> Result<(), Error> {
    let target = uri.path_and_query().map_or("", http::uri::PathAndQuery::as_str);
    if target.len() > MAX_TARGET {
        let text = format!("vicgate: the request target is longer than {MAX_TARGET} bytes");
        return Err(Error::client(StatusCode::URI_TOO_LONG, text).closing());
    }
    if !target.starts_with('/') {
        return bad("the request target must be a path that begins with /");
    }
    if let Some(authority) = uri.authority() {
        let host = host.map(HeaderValue::as_bytes).unwrap_or_default();
        let is_http = uri.scheme_str().is_some_and(|scheme| matches!(scheme, "http" | "https"));
        if !is_http || !authority.as_str().as_bytes().eq_ignore_ascii_case(host) {
            return bad("the request target names another host than the Host header");
        }
    }
    Ok(())
}

fn check_host(version: Version, host: Option<&HeaderValue>) -> Result<(), Error> {
    match host {
        Some(host) if is_host(host.as_bytes()) => Ok(()),
        Some(_) => bad("the Host header is not the name of a host"),
        None if version < Version::HTTP_11 => Ok(()),
        None => bad("the Host header is missing"),
    }
}

/// Looser than a URI's authority: what a client calls a Unix socket is anything
/// from nothing over hexadecimal digits to the socket's path (CLI up to 1.9).
fn is_host(host: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'%');
    let is_port = |port: &[u8]| {
        matches!(port, []) || matches!(port, [b':', digits @ ..] if digits.iter().all(u8::is_ascii_digit))
    };
    match host {
        [b'/', path @ ..] => path.iter().all(|byte| is_word(byte) || *byte == b'/'),
        [b'[', rest @ ..] => {
            let end = rest.iter().position(|byte| *byte == b']').unwrap_or(rest.len());
            let (address, port) = rest.split_at(end);
            address.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
                && port.split_first().is_some_and(|(_, port)| is_port(port))
        }
        _ => {
            let end = host.iter().position(|byte| !is_word(byte)).unwrap_or(host.len());
            host.get(end..).is_some_and(is_port)
        }
    }
}

/// One way to tell where the body ends, written in one way.
fn check_length(length: Option<&HeaderValue>, coding: Option<&HeaderValue>) -> Result<(), Error> {
    if let Some(coding) = coding {
        if length.is_some() {
            return bad("Content-Length and Transfer-Encoding exclude each other");
        }
        // hyper takes any list that ends in chunked, daemons do not.
        if !coding.as_bytes().eq_ignore_ascii_case(b"chunked") {
            return bad("Transfer-Encoding may only be chunked");
        }
    }
    let Some(length) = length else { return Ok(()) };
    let digits = length.to_str().unwrap_or_default();
    let canonical = digits == "0" || digits.starts_with(|char| matches!(char, '1'..='9'));
    // Daemons count in 64 bits with a sign.
    if !canonical || digits.parse::<i64>().is_err() {
        return bad("Content-Length is not a number of bytes");
    }
    Ok(())
}

fn check_expectation(headers: &HeaderMap) -> Result<(), Error> {
    let mut expectations = headers.get_all(EXPECT).iter();
    if expectations.all(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue")) {
        return Ok(());
    }
    let text = "vicgate: the only expectation that can be met is 100-continue";
    Err(Error::client(StatusCode::EXPECTATION_FAILED, text).closing())
}

/// What the body is. A daemon reads the fields of a form into the query, before
/// the query's own; and it undoes no content coding.
fn check_content(headers: &HeaderMap) -> Result<(), Error> {
    let mut kinds = Once::default();
    headers.get_all(CONTENT_TYPE).iter().for_each(|kind| kinds.add(kind));
    let kind = kinds.single(&CONTENT_TYPE)?.map(HeaderValue::as_bytes).unwrap_or_default();
    let kind = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let starts = |with: &[u8]| kind.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    if starts(b"application/x-www-form-urlencoded") || starts(b"multipart/") {
        return bad("a form would override the query parameters that were judged; send them in the query");
    }
    let coded =
        headers.get_all(CONTENT_ENCODING).iter().any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if coded && (kind.is_empty() || starts(b"application/json") || starts(b"text/")) {
        let text = "vicgate: JSON is read without Content-Encoding only";
        return Err(Error::client(StatusCode::UNSUPPORTED_MEDIA_TYPE, text).closing());
    }
    Ok(())
}

fn bad<T>(reason: &str) -> Result<T, Error> {
    Err(Error::bad_request(format!("vicgate: {reason}")).closing())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods)]
mod tests;
