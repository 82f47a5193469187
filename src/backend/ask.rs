//! Calls of the gateway's own to the backend: what it is, how a container does.
//!
//! Each goes over a connection of its own, so that it never stands in the way of
//! a client's, and ends with what it was for: whoever drops the future drops the call.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::timeout;

use super::headers::prepare_request;
use super::line::{Driver, dial};
use super::{Backend, no_answer};
use crate::body::Body;
use crate::docker::json::{self, Json};
use crate::error::Error;

/// The longest answer that is read, in bytes.
pub const LONGEST: usize = 16 * 1024 * 1024;

/// How long an answer that needs no waiting may take.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How the gateway names itself in its own calls.
const AGENT: HeaderValue = HeaderValue::from_static(concat!("vicgate/", env!("CARGO_PKG_VERSION")));

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its status, whatever it is: an error of the backend's is an answer, too.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Said {
    /// The body as JSON.
    ///
    /// # Errors
    /// 502: it is none, or none that all readers read alike.
    pub fn json(&self) -> Result<Json<'_>, Error> {
        json::parse(&self.body)
            .map_err(|error| Error::backend(format!("vicgate: the backend's answer is not JSON: {error}")))
    }

    /// The message of an error answer, in whichever form.
    #[must_use]
    pub fn message(&self) -> String {
        let json = json::parse(&self.body).ok();
        match json.as_ref().and_then(|json| json.get("message")).and_then(Json::as_str) {
            Some(message) => message.to_owned(),
            None => String::from_utf8_lossy(&self.body).trim().to_owned(),
        }
    }
}

/// An answer that is read as it comes, such as that of `/events`.
pub struct Telling {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    driver: Option<Driver>,
    body: Incoming,
    rest: BytesMut,
}

impl Telling {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// 502: it broke off.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let Self { driver, body, .. } = self;
        loop {
            let frame = driven(driver, body.frame()).await;
            let Some(frame) = frame else { return Ok(None) };
            let frame = frame.map_err(|error| broke_off(&error))?;
            if let Ok(data) = frame.into_data() {
                return Ok(Some(data));
            }
        }
    }

    /// The next line, without its end; `None` at the end of the answer. Nothing is lost if the
    /// future is dropped.
    ///
    /// # Errors
    /// 502: it broke off, or the line is longer than [`LONGEST`].
    pub async fn line(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            if let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line = self.rest.split_to(end + 1);
                return Ok(Some(line.freeze().slice(..end)));
            }
            if self.rest.len() > LONGEST {
                return Err(too_long());
            }
            match self.next().await? {
                Some(data) => self.rest.extend_from_slice(&data),
                None if self.rest.is_empty() => return Ok(None),
                None => return Ok(Some(self.rest.split().freeze())),
            }
        }
    }
}

impl std::fmt::Debug for Telling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telling").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Backend {
    /// Sends a call of the gateway's own and reads the whole answer, of at most
    /// [`LONGEST`] bytes. `target` is a path in canonical spelling, with its version and query; `body`
    /// is JSON. `limit` is for all of it.
    ///
    /// # Errors
    /// 502: the backend cannot be reached, does not answer as it must, or not in time.
    pub async fn ask(
        &self,
        method: Method,
        target: &str,
        body: Option<Vec<u8>>,
        limit: Duration,
    ) -> Result<Said, Error> {
        // Boxed: calls that ask nothing, which are nearly all, would carry its memory.
        let asking = Box::pin(async {
            let mut telling = self.listen(method, target, body).await?;
            let mut all = BytesMut::new();
            while let Some(data) = telling.next().await? {
                if all.len() + data.len() > LONGEST {
                    return Err(too_long());
                }
                all.extend_from_slice(&data);
            }
            Ok(Said { status: telling.status, headers: telling.headers, body: all.freeze() })
        });
        timeout(limit, asking).await.unwrap_or_else(|_| Err(too_slow(limit)))
    }

    /// Sends a call of the gateway's own, and gives the answer once its head is there.
    ///
    /// # Errors
    /// 502: as for [`Backend::ask`], without a limit of time behind connecting.
    pub async fn listen(&self, method: Method, target: &str, body: Option<Vec<u8>>) -> Result<Telling, Error> {
        let uri = target
            .parse::<http::Uri>()
            .map_err(|error| Error::gateway(format!("a target of the gateway's own cannot be sent: {error}")))?;
        let has_body = body.is_some();
        let mut request = Request::new(body.map_or(Body::Empty, Body::full));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        prepare_request(&mut request, &self.host);
        request.headers_mut().insert(USER_AGENT, AGENT);
        if has_body {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let (mut sender, driver) = dial(self).await?;
        let mut driver = Some(driver);
        let answer = driven(&mut driver, sender.send_request(request)).await.map_err(|error| no_answer(&error))?;
        let (parts, body) = answer.into_parts();
        Ok(Telling { status: parts.status, headers: parts.headers, driver, body, rest: BytesMut::new() })
    }
}

/// Awaits something of a connection, and moves the connection meanwhile.
async fn driven<T>(driver: &mut Option<Driver>, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    poll_fn(|cx| {
        // What goes wrong is told to the call, through its answer or its body.
        if driver.as_mut().is_some_and(|driver| Pin::new(driver).poll(cx).is_ready()) {
            *driver = None;
        }
        match future.as_mut().poll(cx) {
            Poll::Ready(done) => Poll::Ready(done),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

fn broke_off(error: &hyper::Error) -> Error {
    Error::backend(format!("vicgate: the backend broke off its answer: {error}"))
}

fn too_long() -> Error {
    Error::backend(format!("vicgate: the backend's answer is longer than {} MiB", LONGEST / 1024 / 1024))
}

fn too_slow(limit: Duration) -> Error {
    Error::backend(format!("vicgate: the backend did not answer within {} s", limit.as_secs()))
}
