//! Judges a call: reads its body where policy must see it, and sends on what
//! was judged.

use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Response, StatusCode, header};
use http_body_util::BodyExt;
use tower::{Layer, Service};

use super::{Answer, Connection};
use crate::body::Body;
use crate::docker::endpoint::BodyKind;
use crate::error::Error;
use crate::policy::decide::needs_body;
use crate::policy::{Call, Permitted, Question, Verdict, decide};
use crate::settings::Limits;

/// Layer of [`Inspect`].
#[derive(Clone)]
pub(super) struct InspectLayer(Rc<Connection>);

impl InspectLayer {
    /// For the calls of one connection.
    pub(super) fn new(connection: &Rc<Connection>) -> Self {
        Self(connection.clone())
    }
}

impl<S> Layer<S> for InspectLayer {
    type Service = Inspect<S>;

    fn layer(&self, inner: S) -> Inspect<S> {
        Inspect { inner, connection: self.0.clone() }
    }
}

/// Makes a [`Permitted`] of a [`Call`], or refuses it.
#[derive(Clone)]
pub(super) struct Inspect<S> {
    inner: S,
    connection: Rc<Connection>,
}

impl<S> Service<Call<Body>> for Inspect<S>
where
    S: Service<Permitted<Body>, Response = Response<Body>, Error = Error> + Clone + 'static,
    S::Future: 'static,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: Call<Body>) -> Answer {
        let mut inner = self.inner.clone();
        let connection = self.connection.clone();
        Box::pin(async move {
            let permitted = judge(call, &connection).await?;
            inner.call(permitted).await
        })
    }
}

async fn judge(mut call: Call<Body>, connection: &Connection) -> Result<Permitted<Body>, Error> {
    let gateway = &connection.gateway;
    let policy = gateway.policy.load_full();
    let kind = call.endpoint.row().body;
    let bytes = match kind {
        BodyKind::Json if needs_body(&policy, call.endpoint, &call.target) => {
            Some(read(&mut call.body, &gateway.limits).await?)
        }
        BodyKind::Json => None,
        BodyKind::Tar => {
            refuse_forms(&call.headers)?;
            None
        }
        BodyKind::None => {
            // Some clients send one all the same (dockerode on attach). It means nothing to a daemon, and must
            // not reach one that would take it for stdin.
            refuse_forms(&call.headers)?;
            read(&mut call.body, &gateway.limits).await?;
            call.body = Body::Empty;
            strip_body_headers(&mut call.headers);
            None
        }
    };
    let question = Question {
        endpoint: call.endpoint,
        target: &call.target,
        identity: &call.identity,
        headers: &call.headers,
        body: bytes.as_deref(),
    };
    let verdict = decide(&policy, &question);
    match verdict {
        Verdict::Permit(permit) => {
            if let Some(bytes) = bytes {
                // What is sent is what was judged; the length is written anew.
                call.body = Body::full(bytes);
                call.headers.remove(header::CONTENT_LENGTH);
                call.headers.remove(header::TRANSFER_ENCODING);
            }
            Ok(call.permit(permit, Body::full))
        }
        Verdict::Refuse(refusal) => Err(Error::client(refusal.status, refusal.message())),
    }
}

/// Reads a body that is judged: all of it, or an error. There is no length
/// from which on it passes unread.
async fn read(body: &mut Body, limits: &Limits) -> Result<Bytes, Error> {
    if http_body::Body::is_end_stream(body) {
        return Ok(Bytes::new());
    }
    let too_large = || {
        let mib = limits.judged_body / (1024 * 1024);
        Error::client(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "vicgate: the request body is larger than {mib} MiB, the most that is judged (limits.judged_body_mib)"
            ),
        )
        .closing()
    };
    let hint = http_body::Body::size_hint(body);
    if hint.lower() > limits.judged_body as u64 {
        return Err(too_large());
    }
    let deadline = Deadline::new(limits.body_min_rate);
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    loop {
        let received = first.len() + rest.len();
        let frame = tokio::time::timeout(deadline.left(received), body.frame()).await.map_err(|_| {
            let text = "vicgate: the request body arrives too slowly (limits.body_min_rate)";
            Error::client(StatusCode::REQUEST_TIMEOUT, text).closing()
        })?;
        let Some(frame) = frame else { break };
        let frame = frame.map_err(|error| {
            Error::bad_request(format!("vicgate: the request body cannot be read: {error}")).closing()
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if received + data.len() > limits.judged_body {
            return Err(too_large());
        }
        if first.is_empty() && rest.is_empty() {
            // Most bodies arrive in one piece and are never copied.
            first = data;
        } else {
            if rest.is_empty() {
                rest.extend_from_slice(&std::mem::take(&mut first));
            }
            rest.extend_from_slice(&data);
        }
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}

/// The least speed of a body: some grace, then so many bytes a second.
struct Deadline {
    start: Instant,
    rate: u64,
}

const GRACE: Duration = Duration::from_secs(10);

impl Deadline {
    fn new(rate: u64) -> Self {
        Self { start: Instant::now(), rate }
    }

    /// How long the next bytes may take, `received` bytes into the body.
    fn left(&self, received: usize) -> Duration {
        if self.rate == 0 {
            return Duration::from_secs(u64::from(u32::MAX));
        }
        let earned = Duration::from_secs(received as u64 / self.rate);
        (GRACE + earned).saturating_sub(self.start.elapsed())
    }
}

/// A daemon takes values of a form body for query parameters, and prefers them
/// to the query's own. Where no form belongs, one is refused.
fn refuse_forms(headers: &HeaderMap) -> Result<(), Error> {
    let is_form = headers.get_all(header::CONTENT_TYPE).iter().any(|value| {
        let kind = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        kind.eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
            || kind.get(..10).is_some_and(|start| start.eq_ignore_ascii_case(b"multipart/"))
    });
    if is_form {
        return Err(Error::bad_request(
            "vicgate: a form body would override the query parameters that were judged. Send them in the query",
        )
        .closing());
    }
    Ok(())
}

/// Removes the headers that describe a body which is not sent.
fn strip_body_headers(headers: &mut HeaderMap) {
    for name in [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::EXPECT] {
        headers.remove(name);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn form_bodies_are_refused_in_any_spelling() {
        for kind in [
            "application/x-www-form-urlencoded",
            "Application/X-WWW-Form-Urlencoded; charset=utf-8",
            "multipart/form-data; boundary=x",
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            assert_eq!(refuse_forms(&headers).unwrap_err().status, StatusCode::BAD_REQUEST, "{kind}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-tar"));
        assert_eq!(refuse_forms(&headers), Ok(()));
    }

    #[test]
    fn a_slow_body_has_grace_and_then_a_rate() {
        let deadline = Deadline::new(100);
        assert!(deadline.left(0) <= GRACE);
        assert!(deadline.left(100_000) > GRACE * 50);
    }
}
