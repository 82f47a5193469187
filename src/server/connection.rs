//! One client connection, from its handshake to its end, in one task.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use rustls_pki_types::CertificateDer;
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsStream;

use super::accept::{Accepted, Stream};
use super::client_io::{ClientIo, Flags};
use super::drain::Phase;
use super::glue::Glue;
use super::head_timer::HeadTimer;
use super::limit::{Counts, PeerPlace, Place};
use super::pace::Pace;
use super::parts::{Part, Parts};
use super::standing::Standing;
use super::takeover::Takeover;
use super::tasks::{Task, Tasks};
use super::tunnel::Tunnel;
use super::worker::Load;
use super::{NewStack, Stack, first_body, first_head, handshake, linger, peer};
use crate::identity::Identity;
use crate::net::{Plain, Socket};
use crate::settings::Limits;

/// What the connections of one worker share.
pub(super) struct Shared<N> {
    pub(super) tasks: Rc<Tasks>,
    pub(super) pace: Rc<Pace>,
    new_stack: N,
    counts: Arc<Counts>,
    header_timeout: Duration,
    judged_body: usize,
    http: http1::Builder,
}

impl<N: NewStack> Shared<N> {
    pub(super) fn new(new_stack: N, limits: &Limits, counts: Arc<Counts>) -> Self {
        let mut http = http1::Builder::new();
        http.half_close(false).max_buf_size(MAX_HEAD);
        Self {
            tasks: Tasks::new(),
            pace: Rc::new(Pace::new()),
            new_stack,
            counts,
            header_timeout: limits.header_timeout,
            judged_body: limits.judged_body,
            http,
        }
    }
}

/// The longest request head, in bytes; hyper writes answers in pieces of this size too.
pub(super) const MAX_HEAD: usize = 64 * 1024;

/// Serves a connection until it has ended.
///
/// What comes before a tunnel is boxed, and so is what may come behind one: a tunnel holds no memory of either.
pub(super) async fn serve<N: NewStack>(shared: Rc<Shared<N>>, accepted: Accepted, task: Task, load: Load) {
    let Some((mut tunnel, standing, places)) = Box::pin(until_taken_over(&shared, accepted, &task)).await else {
        return;
    };
    let tunnel_place = shared.counts.tunnel();
    tunnel.run(&task, &standing).await;
    // Whoever sees that there is room again must find no socket of this one, and room for that peer, too.
    drop(tunnel);
    drop(tunnel_place);
    drop(places);
    drop(load);
}

/// Its place among the peer's connections, and among all: left in this order.
type Places = (PeerPlace, Place);

/// The connection until it becomes a tunnel; `None` if it ends before.
async fn until_taken_over<N: NewStack>(
    shared: &Shared<N>,
    accepted: Accepted,
    task: &Task,
) -> Option<(Tunnel, Standing, Places)> {
    let Accepted { stream, address, tls, place } = accepted;
    let standing = Standing(tls);
    let mut opening = Box::pin(open(shared, stream, address, &standing));
    let (mut socket, identity) = unless_draining(task, opening.as_mut()).await.flatten()?;
    drop(opening);
    let Some(peer_place) = shared.counts.peer(&identity) else {
        tracing::warn!(peer = identity.label(), ?address, "a connection is refused: this peer has as many as it may");
        return None;
    };
    let places = (peer_place, place);
    let since = Instant::now();
    let chain = socket.peer_certificates().map(<[_]>::to_vec);
    let mut saying = Box::pin(says_something(shared, &mut socket, task));
    let (said, body_since) = while_it_holds(task, &standing, chain.as_deref(), saying.as_mut()).await?;
    drop(saying);
    let stack = shared.new_stack.new_stack(Rc::new(identity));
    // A body that was waited for took none of the time for its head.
    let since = body_since.map_or(since, |_| Instant::now());
    let flags = Rc::new(Flags::new(since, body_since));
    let takeover =
        Box::pin(http(shared, (socket, said), stack, (since, flags), task, (&standing, chain.as_deref()))).await?;
    Some((Tunnel::new(takeover), standing, places))
}

/// Whoever has not shaken hands when the end comes has not asked for anything, nor has whoever has not sent a head.
///
/// What is awaited is borrowed, here and below: a future that another one is given has room in that one twice.
fn unless_draining<T>(task: &Task, mut opening: Pin<&mut impl Future<Output = T>>) -> impl Future<Output = Option<T>> {
    poll_fn(move |cx| match task.poll_phase(cx) {
        Phase::Serving => opening.as_mut().poll(cx).map(Some),
        Phase::Draining | Phase::Closing | Phase::Ending => Poll::Ready(None),
    })
}

/// No request is waited for where a reload has taken the right to send one.
fn while_it_holds<T>(
    task: &Task,
    standing: &Standing,
    chain: Option<&[CertificateDer<'_>]>,
    mut saying: Pin<&mut impl Future<Output = Option<T>>>,
) -> impl Future<Output = Option<T>> {
    poll_fn(move |cx| {
        if task.is_after_reload() && !standing.holds(chain, None) {
            return Poll::Ready(None);
        }
        saying.as_mut().poll(cx)
    })
}

/// Makes the socket known to the runtime, does the handshake, and says who it is.
async fn open<N: NewStack>(
    shared: &Shared<N>,
    stream: Stream,
    address: Option<SocketAddr>,
    standing: &Standing,
) -> Option<(Socket, Identity)> {
    let plain = match stream {
        Stream::Tcp(stream) => TcpStream::from_std(stream).map(Plain::from),
        Stream::Unix(stream) => UnixStream::from_std(stream).map(Plain::from),
    };
    let plain = plain.and_then(|plain| plain.tune().map(|()| plain));
    let plain = plain.inspect_err(|error| tracing::debug!(?address, %error, "a connection was gone at once")).ok()?;
    let Some(tls) = &standing.0 else {
        let identity = peer::of_plain(&plain, address)
            .inspect_err(|error| tracing::warn!(%error, "a connection is refused: nobody knows whose it is"));
        return Some((Socket::Plain(plain), identity.ok()?));
    };
    let stream = handshake::shake(&shared.counts, plain, address, tls, &shared.pace).await?;
    let identity = peer::of_tls(&stream, address)
        .inspect_err(|error| tracing::warn!(?address, "a connection is refused: in its certificate {error}"));
    Some((Socket::Tls(Box::new(TlsStream::Server(stream))), identity.ok()?))
}

/// The first bytes of a client, and since when some of them were waited for as the body behind a head; `None` if it
/// leaves or sends no head in time. Until then it gets none of the memory that HTTP takes: ten thousand silent
/// connections cost a seventh of what they would.
async fn says_something<N: NewStack>(
    shared: &Shared<N>,
    socket: &mut Socket,
    task: &Task,
) -> Option<(Vec<u8>, Option<std::time::Instant>)> {
    let mut said = says_head(shared, socket, task).await?;
    let Some(length) = first_body::awaited(&said, shared.judged_body) else { return Some((said, None)) };
    let since = Instant::now();
    // Boxed, so that whoever says nothing has no memory of it.
    let mut body = Box::pin(timeout(Limits::BODY_GRACE, first_body::read(socket, &shared.pace, &mut said, length)));
    // Whatever becomes of it: there is a request, and an answer to it is the stack's.
    let _ = unless_draining(task, body.as_mut()).await;
    drop(body);
    Some((said, Some(since.into_std())))
}

async fn says_head<N: NewStack>(shared: &Shared<N>, socket: &mut Socket, task: &Task) -> Option<Vec<u8>> {
    let head = pin!(timeout(shared.header_timeout, first_head::read(socket, &shared.pace)));
    match unless_draining(task, head).await? {
        Ok(Ok(head)) => Some(head),
        // A TLS peer that left without close_notify has ended its bytes, no more; so hyper is to see it.
        Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Some(Vec::new()),
        Ok(Err(error)) => {
            tracing::debug!(%error, "client connection ended");
            None
        }
        Err(_) => {
            tracing::debug!("client connection ended: no request head in time");
            None
        }
    }
}

/// Answers requests until the connection ends or is taken over. Beside the socket stands what was read from it; hyper
/// has both until the end of this. The head is awaited since `since`.
async fn http<N: NewStack>(
    shared: &Shared<N>,
    (socket, early): (Socket, Vec<u8>),
    stack: N::Stack,
    (since, flags): (Instant, Rc<Flags>),
    task: &Task,
    (standing, chain): (&Standing, Option<&[CertificateDer<'_>]>),
) -> Option<Takeover> {
    let glue = Glue { stack: Rc::new(stack), flags: flags.clone(), tunnel: Rc::default() };
    let (stack, tunnel) = (glue.stack.clone(), glue.tunnel.clone());
    let mut unread = !early.is_empty();
    let io = TokioIo::new(ClientIo::new(socket, early, flags.clone(), shared.pace.clone()));
    let mut connection = shared.http.serve_connection(io, glue);
    let mut head_timer = HeadTimer::new(shared.header_timeout, since);
    let mut draining = false;
    let parts = poll_fn(|cx| Poll::Ready(Parts::new(cx.waker()))).await;
    let end = poll_fn(|cx| {
        match task.poll_phase(cx) {
            Phase::Serving => {}
            // hyper ends a connection of which it has read nothing, and a request is here.
            Phase::Draining if unread => cx.waker().wake_by_ref(),
            Phase::Draining if draining => {}
            Phase::Draining => {
                draining = true;
                Pin::new(&mut connection).graceful_shutdown();
                parts.mark(Part::Client);
            }
            // What goes on for longer than the drain allows is cut, never ended as if it were whole.
            Phase::Closing | Phase::Ending => return Poll::Ready(End::Cut),
        }
        if task.is_after_reload() {
            // Between two requests nothing lasts: the next one is judged anew.
            let grounds = flags.waiting_since.get().map_or_else(|| stack.under_way(), |_| None);
            if !standing.holds(chain, grounds.as_ref()) {
                return Poll::Ready(End::Refused);
            }
        }
        parts.poll(cx, |part, cx| match part {
            Part::Backend => {
                stack.poll_backend(cx);
                Poll::Pending
            }
            // A client that is slow to take its answer is not idle.
            Part::Clock => {
                head_timer.poll(cx, flags.waiting_since.get().filter(|_| !flags.unflushed.get())).map(|()| {
                    tracing::debug!("client connection ended: no request head in time");
                    End::Cut
                })
            }
            Part::Client => {
                let polled = Pin::new(&mut connection).poll(cx);
                unread = false;
                if tunnel.borrow().is_some() && !flags.unflushed.get() {
                    return Poll::Ready(End::TakenOver);
                }
                polled.map(|ended| match ended {
                    Ok(()) => End::Closed,
                    Err(error) => {
                        tracing::debug!(%error, "client connection ended");
                        End::Cut
                    }
                })
            }
        })
    })
    .await;
    let parts = connection.into_parts();
    let ClientIo { socket: client, early, .. } = parts.io.into_inner();
    match end {
        End::TakenOver => tunnel.take().map(|(mut head, upstream)| {
            let head_length = head.len();
            head.extend_from_slice(&upstream.early);
            let grounds = stack.under_way();
            // What hyper has taken came first.
            let early = if early.is_empty() { parts.read_buf } else { [parts.read_buf, early].concat().into() };
            Takeover { client, early, ended: flags.eof.get(), head, head_length, upstream, grounds }
        }),
        End::Closed => {
            if !flags.eof.get() {
                linger::close(client, flags.has_body.get()).await;
            }
            None
        }
        End::Refused => {
            client.reset_on_close();
            None
        }
        End::Cut => {
            if flags.ends_by_close.get() {
                client.reset_on_close();
            }
            None
        }
    }
}

/// How the HTTP phase of a connection ends.
enum End {
    Closed,
    Cut,
    /// A reload took the right to it.
    Refused,
    TakenOver,
}
