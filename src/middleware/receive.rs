//! Reads a body that is judged.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::long::is_long;
use super::share;
use crate::body::{Body, Broken};
use crate::error::Error;
use crate::policy::Call;
use crate::settings::Limits;

/// Reads a body that is judged: all of it, or an error. There is no length
/// from which on it passes unread.
pub(super) async fn read(call: &mut Call<Body>, limits: &Limits) -> Result<Bytes, Error> {
    if call.body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let deadline = Deadline::new(limits, call.arrival.since.unwrap_or_else(Instant::now));
    let reading = Reading(call.arrival.is_long.clone());
    read_until(&mut call.body, &mut call.headers, limits, deadline, &reading).await
}

/// Says that a long body is read to be judged, until this is dropped.
struct Reading(Option<Arc<AtomicBool>>);

impl Reading {
    fn is_long(&self, is_long: bool) {
        if let Some(said) = &self.0 {
            said.store(is_long, Ordering::Relaxed);
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.is_long(false);
    }
}

/// How many bytes of a body must have come until memory is taken for all of it.
const BEGUN: usize = 64 * 1024;

async fn read_until(
    body: &mut Body,
    headers: &mut HeaderMap,
    limits: &Limits,
    deadline: Deadline,
    reading: &Reading,
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
                // Boxed, as few wait: whoever sends a body would carry its memory.
                Box::pin(timeout(deadline.left(received), body.frame())).await
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
            if rest.len() >= BEGUN {
                // It is sent in earnest, and what it says of its length is held to the bound.
                rest.reserve((hint.lower() as usize).saturating_sub(rest.len()));
            }
            rest.extend_from_slice(&data);
            if is_long(&rest) {
                reading.is_long(true);
                share::spend(data.len()).await;
            }
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

impl Deadline {
    fn new(limits: &Limits, start: Instant) -> Self {
        Self { start, rate: limits.body_min_rate }
    }

    /// How long the next bytes may take, `received` bytes into the body.
    fn left(&self, received: usize) -> Duration {
        if self.rate == 0 {
            return Duration::from_secs(u64::from(u32::MAX));
        }
        let earned = Duration::from_secs(received as u64 / self.rate);
        (Limits::BODY_GRACE + earned).saturating_sub(self.start.elapsed())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http::Response;
    use hyper::body::Incoming;
    use hyper_util::rt::TokioIo;
    use tokio::io::AsyncWriteExt;

    use super::share::{REST, STRETCH};
    use super::*;

    /// What becomes of a body of `length` bytes of which only these ever arrive, a while after it began.
    async fn received(bytes: &[u8], length: usize, since: Duration) -> Result<Bytes, Error> {
        let (mut client, server) = tokio::io::duplex(1 << 16);
        let (send, mut receive) = tokio::sync::mpsc::unbounded_channel();
        let service = hyper::service::service_fn(move |request: http::Request<Incoming>| {
            let send = send.clone();
            async move {
                let limits = Limits::default();
                let deadline = Deadline::new(&limits, Instant::now() - since);
                send.send(
                    read_until(
                        &mut Body::Stream(request.into_body()),
                        &mut HeaderMap::new(),
                        &limits,
                        deadline,
                        &Reading(None),
                    )
                    .await,
                )
                .unwrap();
                Ok::<_, std::convert::Infallible>(Response::new(Body::Empty))
            }
        });
        let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(server), service);
        let sending = async {
            client
                .write_all(format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n").as_bytes())
                .await?;
            client.write_all(bytes).await
        };
        let mut connection = std::pin::pin!(connection);
        tokio::select! {
            read = receive.recv() => read.unwrap(),
            // It may end in the turn in which the body is given up.
            ended = connection.as_mut() => receive.try_recv().unwrap_or_else(|_| unreachable!("nobody ends it: {ended:?}")),
            Err(error) = sending => unreachable!("nobody ends it: {error}"),
        }
    }

    #[tokio::test]
    async fn a_body_that_stalls_is_given_up() {
        let error = received(b"{", 100, Limits::BODY_GRACE * 2).await.unwrap_err();
        assert_eq!(error.status, StatusCode::REQUEST_TIMEOUT);
        assert!(error.message.contains("limits.body_min_rate"), "{}", error.message);
    }

    #[tokio::test(start_paused = true)]
    async fn others_have_the_processor_while_a_body_of_megabytes_is_read() {
        let body = vec![b' '; 3 * STRETCH + STRETCH / 2];
        let begin = tokio::time::Instant::now();
        let read = received(&body, body.len(), Duration::ZERO).await.unwrap();
        assert_eq!((read.len(), begin.elapsed()), (body.len(), 3 * REST));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_of_less_is_read_at_once() {
        let body = vec![b' '; STRETCH];
        let begin = tokio::time::Instant::now();
        let read = received(&body, body.len(), Duration::ZERO).await.unwrap();
        assert_eq!((read.len(), begin.elapsed()), (body.len(), Duration::ZERO));
    }

    #[test]
    fn a_slow_body_has_grace_and_then_a_rate() {
        let deadline = |body_min_rate| Deadline::new(&Limits { body_min_rate, ..Limits::default() }, Instant::now());
        assert!(deadline(100).left(0) <= Limits::BODY_GRACE);
        assert!(deadline(100).left(100_000) > Limits::BODY_GRACE * 50);
        assert!(deadline(0).left(0) > Limits::BODY_GRACE * 1_000_000);
    }
}
