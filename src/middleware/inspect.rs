//! Judges a call: reads its body where policy must see it, and sends on what
//! was judged.

use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt;
use tokio::time::timeout;
use tower::{Layer, Service};

use super::long::{is_long, pause};
use super::{Answer, Connection, bridge, grounds, own};
use crate::body::{Body, Broken};
use crate::docker::bridge::create_needs;
use crate::docker::endpoint::BodyKind;
use crate::error::Error;
use crate::observe::Entry;
use crate::policy::decide::{needs_body, permit_at_once};
use crate::policy::own::Known;
use crate::policy::{Call, Caller, Permit, Permitted, Question, Refusal, Verdict, decide_read};
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
    S: Service<Permitted<Body>, Response = Response<Body>, Error = Error, Future = Answer> + Clone + 'static,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut call: Call<Body>) -> Answer {
        if let Some(permit) = self.connection.last_verdict.on(&call) {
            let caller = self.connection.standing.under(&call.policy, &call.identity);
            permitted(&self.connection, &call, caller.as_deref(), None, Known::none(), &permit);
            return self.inner.call(call.permit(permit, Body::full));
        }
        let mut inner = self.inner.clone();
        let connection = self.connection.clone();
        Box::pin(async move {
            let permit = judge(&mut call, &connection).await?;
            inner.call(call.permit(permit, Body::full)).await
        })
    }
}

/// The body of a call, if it is to be judged.
async fn body(call: &mut Call<Body>, limits: &Limits) -> Result<Option<Bytes>, Error> {
    match call.endpoint.row().body {
        BodyKind::Json if needs_body(&call.policy, call.endpoint, &call.target) => read(call, limits).await.map(Some),
        BodyKind::Json | BodyKind::Tar => Ok(None),
        BodyKind::None => {
            // Some clients send one all the same (dockerode on attach). It means nothing to a daemon, and must
            // not reach one that would take it for stdin.
            read(call, limits).await?;
            call.body = Body::Empty;
            Ok(None)
        }
    }
}

/// What permits a call that needs none of the repairs that were put off: nearly all. A long body is not looked at at a
/// stretch, to see whether that is so.
fn without_repairs(call: &Call<Body>, bytes: Option<&Bytes>, caller: Option<&Caller>) -> Option<Permit> {
    let bytes = bytes.filter(|bytes| !is_long(bytes))?;
    let ask = call.bridged.as_ref()?.ask(call.endpoint);
    let question = Question {
        endpoint: call.endpoint,
        target: &call.target,
        identity: &call.identity,
        headers: &call.headers,
        body: Some(bytes),
        known: Known::none(),
    };
    permit_at_once(&call.policy, &question, caller, |body| create_needs(&ask, &call.target, body))
}

/// Judges a call, and makes it one that its permit holds for.
async fn judge(call: &mut Call<Body>, connection: &Connection) -> Result<Permit, Error> {
    let gateway = &connection.gateway;
    let policy = call.policy.clone();
    let caller = connection.standing.under(&policy, &call.identity);
    let caller = caller.as_deref();
    let mut bytes = body(call, &gateway.limits).await?;
    let (mut text, mut repaired_json) = (Bytes::new(), None);
    if call.unrepaired {
        if let Some(permit) = without_repairs(call, bytes.as_ref(), caller) {
            permitted(connection, call, caller, bytes.as_deref(), Known::none(), &permit);
            if let Some(bytes) = &bytes {
                let judged = own::judge_joins(call, bytes, &gateway.backend).await;
                judged.inspect_err(|error| connection.note_refusal(error))?;
            }
            call.body = bytes.map_or(Body::Empty, Body::full);
            return Ok(permit);
        }
        text = match bytes.take() {
            Some(bytes) => bytes,
            None => read(call, &gateway.limits).await?,
        };
        let repaired = Box::pin(bridge::repair(call, &text, &gateway.limits)).await;
        repaired_json = repaired.inspect_err(|error| connection.note_refusal(error))?;
        // Nothing but what is judged can be sent from here on.
        call.body = Body::Empty;
        let needs_body = needs_body(&policy, call.endpoint, &call.target);
        if repaired_json.is_none() || !needs_body || takes_text(call) {
            pause(&text).await;
            let text = repaired_json.take().map_or_else(|| text.clone(), |json| json.to_vec().into());
            match needs_body {
                true => bytes = Some(text),
                false => call.body = Body::full(text),
            }
        }
    }
    let question = Question {
        endpoint: call.endpoint,
        target: &call.target,
        identity: &call.identity,
        headers: &call.headers,
        body: bytes.as_deref(),
        known: Known::none(),
    };
    let (verdict, known) = match repaired_json {
        Some(json) => {
            pause(&text).await;
            (decide_read(&policy, &question, caller, Ok(json)), Known::default())
        }
        None => own::judge(&policy, &question, caller, &gateway.backend).await?,
    };
    match verdict {
        Verdict::Permit(permit) => {
            permitted(connection, call, caller, bytes.as_deref(), &known, &permit);
            connection.last_verdict.keep(call, &known, &permit);
            let has_body = bytes.as_ref().is_some_and(|bytes| !bytes.iter().all(u8::is_ascii_whitespace));
            if permit.body.is_some() && !has_body && !call.headers.contains_key(header::CONTENT_TYPE) {
                // A rule has made a body, and a body must say what it is.
                call.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            if let Some(bytes) = bytes {
                let judged = own::judge_joins(call, &bytes, &gateway.backend).await;
                judged.inspect_err(|error| connection.note_refusal(error))?;
                // What is sent is what was judged; the backend writes its length anew.
                call.body = Body::full(bytes);
            }
            Ok(permit)
        }
        Verdict::Refuse(refusal) => {
            connection.record.note(|entry| note(entry, call, caller, Err(&refusal)));
            Err(Error::client(refusal.status, refusal.message()))
        }
    }
}

/// True if a call cannot be judged without the text of its body: things that it names must be asked about, or networks
/// that it names are joined by calls of their own.
fn takes_text(call: &Call<Body>) -> bool {
    let access = call.policy.access.as_ref();
    access.is_some_and(|access| access.asks(call.endpoint) || access.owner(&call.identity).is_some())
        || own::has_joins(call)
}

/// Tells the audit log of a call that is permitted, and whoever has to judge it again after a reload.
fn permitted(
    connection: &Connection,
    call: &Call<Body>,
    caller: Option<&Caller>,
    body: Option<&[u8]>,
    known: &Known,
    permit: &Permit,
) {
    connection.record.note(|entry| note(entry, call, caller, Ok(permit)));
    grounds::keep(connection, call, body, known, permit);
}

/// What the audit log says of a verdict.
fn note(entry: &mut Entry, call: &Call<Body>, caller: Option<&Caller>, verdict: Result<&Permit, &Refusal>) {
    if let Some(caller) = caller {
        entry.judged_as(caller.role_names.clone());
    }
    match verdict {
        Ok(permit) => {
            let bridged = call.bridged.as_deref().filter(|bridged| !bridged.notes.is_empty());
            let bridge = bridged.map(|bridged| format!("bridge: API {}", bridged.backend));
            entry.permitted(permit.allowed_by.clone(), permit.changed_by.iter().cloned().chain(bridge).collect());
        }
        Err(refusal) => entry.refused(refusal.points.iter().map(|point| point.rule.clone())),
    }
}

/// Reads a body that is judged: all of it, or an error. There is no length
/// from which on it passes unread.
pub(super) async fn read(call: &mut Call<Body>, limits: &Limits) -> Result<Bytes, Error> {
    if call.body.is_end_stream() {
        return Ok(Bytes::new());
    }
    read_until(&mut call.body, &mut call.headers, limits, Deadline::new(limits)).await
}

async fn read_until(
    body: &mut Body,
    headers: &mut HeaderMap,
    limits: &Limits,
    deadline: Deadline,
) -> Result<Bytes, Error> {
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
    let hint = body.size_hint();
    if hint.lower() > limits.judged_body as u64 {
        return Err(too_large());
    }
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    let mut is_slow = false;
    loop {
        let received = first.len() + rest.len();
        let next = match here(body).await {
            Some(frame) => Ok(frame),
            None => {
                if !is_slow {
                    is_slow = true;
                    rest.extend_from_slice(&std::mem::take(&mut first));
                    let_go(headers);
                }
                timeout(deadline.left(received), body.frame()).await
            }
        };
        let frame = next.map_err(|_| {
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
        if !is_slow && first.is_empty() && rest.is_empty() {
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

/// The next piece of a body, if it is here.
///
/// Nearly all bodies are here with their heads, and only wait for hyper's next
/// turn: they are asked for once more before a timer is set.
async fn here(body: &mut Body) -> Option<Option<NextFrame>> {
    let mut asked = false;
    poll_fn(|cx| match Pin::new(&mut *body).poll_frame(cx) {
        Poll::Ready(frame) => Poll::Ready(Some(frame)),
        Poll::Pending if asked => Poll::Ready(None),
        Poll::Pending => {
            asked = true;
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}

/// Copies what points into the 8 KiB that hyper has read the head to: whoever sends a body slowly would hold them.
fn let_go(headers: &mut HeaderMap) {
    for value in headers.values_mut() {
        if let Ok(own) = HeaderValue::from_bytes(value.as_bytes()) {
            *value = own;
        }
    }
}

type NextFrame = Result<Frame<Bytes>, Broken>;

/// The least speed of a body: some grace, then so many bytes a second.
struct Deadline {
    start: Instant,
    rate: u64,
}

const GRACE: Duration = Duration::from_secs(10);

impl Deadline {
    fn new(limits: &Limits) -> Self {
        Self { start: Instant::now(), rate: limits.body_min_rate }
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use hyper::body::Incoming;
    use hyper_util::rt::TokioIo;
    use tokio::io::AsyncWriteExt;

    use super::*;

    /// What becomes of a body of which only this much ever arrives, a while after it began.
    async fn stalled(begun: &'static [u8], since: Duration) -> Result<Bytes, Error> {
        let (mut client, server) = tokio::io::duplex(1 << 16);
        let (send, mut receive) = tokio::sync::mpsc::unbounded_channel();
        let service = hyper::service::service_fn(move |request: http::Request<Incoming>| {
            let send = send.clone();
            async move {
                let limits = Limits::default();
                let deadline = Deadline { start: Instant::now() - since, ..Deadline::new(&limits) };
                send.send(
                    read_until(&mut Body::Stream(request.into_body()), &mut HeaderMap::new(), &limits, deadline).await,
                )
                .unwrap();
                Ok::<_, std::convert::Infallible>(Response::new(Body::Empty))
            }
        });
        client.write_all(begun).await.unwrap();
        let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(server), service);
        connection.await.unwrap();
        receive.recv().await.unwrap()
    }

    #[tokio::test]
    async fn a_body_that_stalls_is_given_up() {
        let begun = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{";
        let error = stalled(begun, GRACE * 2).await.unwrap_err();
        assert_eq!(error.status, StatusCode::REQUEST_TIMEOUT);
        assert!(error.message.contains("limits.body_min_rate"), "{}", error.message);
    }

    #[test]
    fn a_slow_body_has_grace_and_then_a_rate() {
        let deadline = |body_min_rate| Deadline::new(&Limits { body_min_rate, ..Limits::default() });
        assert!(deadline(100).left(0) <= GRACE);
        assert!(deadline(100).left(100_000) > GRACE * 50);
        assert!(deadline(0).left(0) > GRACE * 1_000_000);
    }
}
