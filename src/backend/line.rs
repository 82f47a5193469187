//! The backend connection of one client connection.

use std::cell::RefCell;
use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{Builder, Connection, SendRequest};
use hyper_util::rt::TokioIo;

use super::headers::{prepare_request, strip_hop_by_hop};
use super::{Backend, no_answer};
use crate::body::Body;
use crate::docker::endpoint::Hijack;
use crate::docker::target::Target;
use crate::error::Error;
use crate::net::Socket;

/// The kept-alive connection to the backend that belongs to one client
/// connection, opened when it is first needed.
///
/// HTTP/1.1 carries one request at a time, so no more is needed, and no answer
/// can ever reach another client. It makes progress only in [`Line::poll_drive`].
/// Dropping it closes its connections, which ends the backend's call.
pub struct Line {
    pub(super) backend: Arc<Backend>,
    sender: RefCell<Option<SendRequest<Body>>>,
    kept: RefCell<Option<Driver>>,
    /// The connection of an answer that was to be a hijack and is none.
    side: RefCell<Option<Driver>>,
    /// The last target that was sent, and how it is written.
    target: RefCell<Option<(Rc<Target>, PathAndQuery)>>,
    /// Who polls [`Line::poll_drive`], and must learn of a new connection.
    drives: RefCell<Option<Waker>>,
}

/// An answer that is waited for. Local to its thread: a connection never moves.
pub type Answer = Sending<'static>;

/// The same, of a borrowed line.
type Sending<'l> = Pin<Box<dyn Future<Output = Result<Response<Body>, Error>> + 'l>>;

/// One HTTP/1.1 connection; it moves when it is polled.
pub(super) type Driver = Connection<TokioIo<Socket>, Body>;

impl Line {
    /// A line that is not connected yet.
    #[must_use]
    pub fn new(backend: Arc<Backend>) -> Self {
        Self {
            backend,
            sender: RefCell::default(),
            kept: RefCell::default(),
            side: RefCell::default(),
            target: RefCell::default(),
            drives: RefCell::default(),
        }
    }

    /// Moves bytes between the backend and the calls of this line. To be polled by
    /// the task that awaits [`Line::send`], at first and whenever `cx` is woken.
    pub fn poll_drive(&self, cx: &mut Context<'_>) {
        let mut drives = self.drives.borrow_mut();
        if !drives.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            *drives = Some(cx.waker().clone());
        }
        drop(drives);
        for slot in [&self.kept, &self.side] {
            let mut slot = slot.borrow_mut();
            // What went wrong is told to the call, through its answer or its body.
            let over = slot.as_mut().is_some_and(|driver| Pin::new(driver).poll(cx).is_ready());
            if over {
                *slot = None;
            }
        }
    }

    /// A target as it is sent. Who polls sends the same one again.
    pub(super) fn target(&self, target: &Rc<Target>) -> Result<PathAndQuery, Error> {
        let mut last = self.target.borrow_mut();
        if let Some((_, written)) = last.as_ref().filter(|(of, _)| Rc::ptr_eq(of, target)) {
            return Ok(written.clone());
        }
        let written = PathAndQuery::from_maybe_shared(Bytes::from(target.to_wire(target.version)))
            .map_err(|error| Error::gateway(format!("the target of this call cannot be sent: {error}")))?;
        *last = (written.as_str().len() <= LONGEST_KEPT).then(|| (target.clone(), written.clone()));
        Ok(written)
    }

    /// Sends one call and gives its answer, both streamed.
    ///
    /// A connection that the backend closed since the last call is replaced, if the
    /// call was certainly not sent on it.
    ///
    /// # Errors
    /// 502 if the backend cannot be reached or does not answer as it must; 400 if
    /// the client's body breaks off.
    pub fn send(self: &Rc<Self>, mut request: Request<Body>) -> Answer {
        prepare(&mut request, &self.backend);
        let (line, kept) = (self.clone(), self.sender.take());
        match kept {
            // Nearly always: what waits for the answer is small then, and holds no request.
            Some(mut sender) if sender.is_ready() => {
                let answer = sender.try_send_request(request);
                Box::pin(async move {
                    match answer.await {
                        Ok(answer) => line.keep(sender, answer),
                        Err(failure) => line.unless_sent(failure).await,
                    }
                })
            }
            kept => Box::pin(async move { line.send_later(kept, request).await }),
        }
    }

    /// The same, once the kept connection is ready, or on a new one.
    async fn send_later(
        &self,
        kept: Option<SendRequest<Body>>,
        request: Request<Body>,
    ) -> Result<Response<Body>, Error> {
        if let Some(mut sender) = kept
            && sender.ready().await.is_ok()
        {
            return match sender.try_send_request(request).await {
                Ok(answer) => self.keep(sender, answer),
                Err(failure) => self.unless_sent(failure).await,
            };
        }
        let (mut sender, driver) = dial(&self.backend).await?;
        self.drive(&self.kept, driver);
        let answer = sender.send_request(request).await.map_err(|error| no_answer(&error))?;
        self.keep(sender, answer)
    }

    /// Sends a call on a new connection if the kept one took nothing of it.
    fn unless_sent(&self, mut failure: TrySendError<Request<Body>>) -> Sending<'_> {
        match failure.take_message() {
            Some(unsent) => Box::pin(self.send_later(None, unsent)),
            None => Box::pin(ready(Err(no_answer(&failure.into_error())))),
        }
    }

    /// Keeps a connection for the next call.
    fn keep(&self, sender: SendRequest<Body>, answer: Response<Incoming>) -> Result<Response<Body>, Error> {
        let answer = ordinary(answer)?;
        self.sender.replace(Some(sender));
        Ok(answer)
    }

    /// Sends a call on a connection of its own and asks for `token`'s protocol.
    ///
    /// The body of the answer is [`Body::Tunnel`] if the backend gave the
    /// connection over: with 101 and the protocol that was asked for, or, to
    /// [`Hijack::Tcp`], with a raw stream of unknown length. The answer's status is
    /// the backend's own. Any other answer is an ordinary one.
    ///
    /// # Errors
    /// As for [`Line::send`]; a 101 that was not asked for is a 502.
    pub async fn hijack(&self, mut request: Request<Body>, token: Hijack) -> Result<Response<Body>, Error> {
        prepare(&mut request, &self.backend);
        super::hijack::hijack(self, request, token).await
    }
}

impl Line {
    /// Puts a new connection in its place, to be polled from now on.
    fn drive(&self, place: &RefCell<Option<Driver>>, driver: Driver) {
        place.replace(Some(driver));
        if let Some(waker) = &*self.drives.borrow() {
            waker.wake_by_ref();
        }
    }

    /// The same for a connection that was to be a hijack and is none.
    pub(super) fn drive_side(&self, driver: Driver) {
        self.drive(&self.side, driver);
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("backend", &self.backend.url()).finish_non_exhaustive()
    }
}

/// A new HTTP/1.1 connection.
pub(super) async fn dial(backend: &Backend) -> Result<(SendRequest<Body>, Driver), Error> {
    // Boxed, as it is rare: whoever sends a call would carry its memory.
    let socket = Box::pin(backend.connect()).await?;
    let mut http = Builder::new();
    http.title_case_headers(true).max_buf_size(MAX_BUFFER);
    http.handshake(TokioIo::new(socket)).await.map_err(|error| no_answer(&error))
}

/// The longest target that is kept, in bytes: a build's may be much longer.
const LONGEST_KEPT: usize = 512;

/// The longest answer head, and how much of a body is held at most, in bytes.
const MAX_BUFFER: usize = 64 * 1024;

fn prepare(request: &mut Request<Body>, backend: &Backend) {
    prepare_request(request, &backend.host);
    *request.version_mut() = Version::HTTP_11;
}

/// An answer to a call that asked for no other protocol.
fn ordinary(answer: Response<Incoming>) -> Result<Response<Body>, Error> {
    if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
        return Err(Error::backend("the backend switched to another protocol, and nobody asked for one").closing());
    }
    Ok(finish(answer))
}

/// An ordinary answer, ready for the client's side.
pub(super) fn finish(answer: Response<Incoming>) -> Response<Body> {
    let mut answer = answer.map(Body::Stream);
    strip_hop_by_hop(answer.headers_mut());
    *answer.version_mut() = Version::HTTP_11;
    answer
}
