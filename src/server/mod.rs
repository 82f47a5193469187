//! Sockets and connections. Knows nothing of Docker: it takes the stack behind
//! it as a generic service.
//!
//! One acceptor hands connections to workers, each a thread with a runtime of its
//! own. A connection is one task there: it polls hyper's side and the backend's
//! side in turn, and takes both sockets back from hyper when the stack answers
//! with a tunnel.

mod accept;
mod agenda;
mod client_io;
mod connection;
mod drain;
mod first_body;
mod first_head;
mod first_hello;
mod glue;
mod handshake;
mod head_case;
mod head_scan;
mod head_timer;
mod limit;
mod linger;
mod listen;
mod outgoing;
mod pace;
mod parts;
mod peer;
mod scratch;
mod standing;
mod takeover;
mod tasks;
mod tunnel;
mod turns;
mod worker;

pub use drain::{Drain, Shutdown, drain};
pub use limit::Connections;
pub use listen::BindError;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock, Weak};
use std::task::Context;
use std::time::Instant;

use http::{Request, Response};
use hyper::body::Incoming;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::body::Body;
use crate::identity::Identity;
use crate::net::ServerTls;
use crate::settings::{Limits, Listen, ListenUrl};
use drain::Phase;
use limit::Counts;
use listen::{Bound, Tls, TlsSlots};
use worker::{Pool, Workers};

/// The answer to a request, once it is there.
pub type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>>>>;

/// What the server needs of the program behind it: one for each client
/// connection, in that connection's task.
pub trait Stack: 'static {
    /// Answers one request. Errors have become answers by now.
    ///
    /// An answer whose body is [`Body::Tunnel`] takes the connection over: its
    /// status line and headers are sent as they are (a reason phrase that is not
    /// the usual one as [`hyper::ext::ReasonPhrase`]), and from then on the bytes
    /// of both sides are joined.
    fn call(&self, request: Request<Incoming>) -> Answer;

    /// True if an end of the client's bytes is only the end of its stdin, so
    /// that the call must go on: asked before [`Stack::call`], from the head alone.
    /// An answer that is not a tunnel is then the last one of its connection.
    fn keeps_half_open(&self, head: &Request<Incoming>) -> bool;

    /// Drives the connection's backend connection, in the connection's own task, so
    /// that a request and its answer cross without waking another one. It is polled
    /// when it has woken `cx`, and must do so when there is a new backend connection.
    fn poll_backend(&self, cx: &mut Context<'_>);

    /// What allows the answer under way, if it may last: a tunnel keeps it, when the
    /// stack is gone.
    fn under_way(&self) -> Option<Rc<dyn Grounds>> {
        None
    }
}

/// An extension of a request whose target had a fragment: hyper cut it off.
#[derive(Clone, Copy, Debug)]
pub struct CutFragment;

/// An extension of a request whose body has been awaited before: since when.
#[derive(Clone, Copy, Debug)]
pub struct BodySince(pub Instant);

/// An extension of a request whose body may be long. Whoever judges it sets this while it is read: its client is read
/// from beside the worker then, so that others do not wait for that.
#[derive(Clone, Debug)]
pub struct LongBody(pub Arc<AtomicBool>);

/// What allows an answer that lasts.
pub trait Grounds {
    /// Judges its call again, after a reload.
    ///
    /// # Errors
    /// Why it would be refused now, for the log.
    fn hold(&self) -> Result<(), String>;
}

/// Makes a [`Stack`] for each connection.
pub trait NewStack: Clone + Send + Sync + 'static {
    /// The stack it makes.
    type Stack: Stack;

    /// A stack for a connection of this peer.
    fn new_stack(&self, peer: Rc<Identity>) -> Self::Stack;
}

/// Listeners that are bound, and not yet served. Clients can connect and wait.
#[derive(Debug)]
pub struct Server {
    bound: Vec<Bound>,
    connections: Connections,
    reloader: Reloader,
}

/// Replaces the certificates of a running server.
#[derive(Clone, Debug)]
pub struct Reloader {
    slots: TlsSlots,
    /// There while it runs: a reloader does not keep the workers.
    workers: Arc<OnceLock<Weak<Workers>>>,
}

/// The TLS files of all listeners, read and not yet in service.
#[derive(Debug)]
pub struct NewTls(Vec<(Arc<Tls>, Arc<ServerTls>)>);

impl Reloader {
    /// Reads the certificates, keys, CAs and CRLs of all listeners again.
    ///
    /// # Errors
    /// The first file that cannot be used.
    pub fn read(&self) -> Result<NewTls, BindError> {
        let mut read = Vec::new();
        for (listen, slot) in &self.slots {
            if let (Some(settings), Some(slot)) = (&listen.tls, slot) {
                read.push((slot.clone(), listen::read_tls(&listen.url, settings)?));
            }
        }
        Ok(NewTls(read))
    }

    /// Has every open connection look whether it may go on: whether its certificate
    /// would still be accepted, and whether the grounds of its tunnel hold. To be called when
    /// all that is new is in service.
    pub fn judge_again(&self) {
        if let Some(workers) = self.workers.get().and_then(Weak::upgrade) {
            workers.reloaded();
        }
    }
}

impl NewTls {
    /// Puts them into service, for all handshakes from now on.
    pub fn enter_service(self) {
        for (slot, tls) in self.0 {
            slot.current.store(tls);
        }
    }
}

impl Server {
    /// Binds all listeners, or none.
    ///
    /// # Errors
    /// The first listener that cannot be had, in one line.
    pub fn bind(listeners: &[Listen]) -> Result<Self, BindError> {
        let (bound, slots) = listen::bind(listeners)?;
        let reloader = Reloader { slots, workers: Arc::default() };
        Ok(Self { bound, connections: Connections::default(), reloader })
    }

    /// Where it listens, with the ports that the system chose.
    pub fn addresses(&self) -> impl Iterator<Item = &ListenUrl> {
        self.bound.iter().map(|bound| &bound.url)
    }

    /// How many connections are open, now and while it runs.
    #[must_use]
    pub fn connections(&self) -> Connections {
        self.connections.clone()
    }

    /// A handle to replace certificates with while the server runs.
    #[must_use]
    pub fn reloader(&self) -> Reloader {
        self.reloader.clone()
    }

    /// Serves until `shutdown` is asked for and the drain is over: no new
    /// connections, requests finish, tunnels have [`Limits::drain`], then both
    /// their sides are closed properly. Runs in any tokio runtime; the connections
    /// have their own.
    ///
    /// # Errors
    /// When the workers cannot be started, or a listener breaks.
    pub async fn run(self, new_stack: impl NewStack, limits: &Limits, mut shutdown: Shutdown) -> io::Result<()> {
        let counts = Counts::new(limits, self.connections);
        let mut pool = Pool::start(&new_stack, limits, &counts)?;
        let workers = pool.workers().clone();
        // A server runs once, so that the place is empty.
        let _ = self.reloader.workers.set(Arc::downgrade(&workers));
        let mut acceptors = JoinSet::new();
        let mut files = Vec::new();
        for mut bound in self.bound {
            files.push(bound.file.take());
            acceptors.spawn(accept::accept(bound, workers.clone(), counts.clone()));
        }
        tokio::select! {
            () = shutdown.reached(Phase::Draining) => {}
            Some(outcome) = acceptors.join_next() => return outcome?,
        }
        // The sockets' files go first: whoever comes now is told that nobody listens.
        drop(files);
        acceptors.shutdown().await;
        workers.enter(Phase::Draining);
        let drained = async {
            tokio::select! {
                () = pool.ended() => return,
                () = sleep(limits.drain) => {}
            }
            tracing::info!("the time to drain is over; what is left is closed");
            workers.enter(Phase::Closing);
            pool.ended().await;
        };
        tokio::select! {
            () = drained => {}
            () = shutdown.reached(Phase::Ending) => {}
        }
        Ok(())
    }
}
