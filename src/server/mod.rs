//! Sockets and connections. Knows nothing of Docker: it takes the stack behind
//! it as a generic service.
//!
//! One acceptor hands connections to workers, each a thread with a runtime of its
//! own. A connection is one task there: it polls hyper's side and the backend's
//! side in turn, and takes both sockets back from hyper when the stack answers
//! with a tunnel.

mod accept;
mod client_io;
mod connection;
mod drain;
mod glue;
mod head_timer;
mod limit;
mod linger;
mod listen;
mod outgoing;
mod parts;
mod peer;
mod scratch;
mod takeover;
mod tasks;
mod tunnel;
mod worker;

pub use drain::{Drain, Shutdown, drain};
pub use limit::Connections;
pub use listen::BindError;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Context;

use http::{Request, Response};
use hyper::body::Incoming;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::body::Body;
use crate::identity::Identity;
use crate::settings::{Limits, Listen, ListenUrl};
use drain::Phase;
use limit::Counts;
use listen::{Bound, TlsSlots};
use worker::Pool;

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
    slots: TlsSlots,
    connections: Connections,
}

/// Replaces the certificates of a running server.
#[derive(Clone, Debug)]
pub struct Reloader {
    slots: TlsSlots,
}

impl Reloader {
    /// Reads the certificates, keys, CAs and CRLs of all listeners again, and puts
    /// them into service together. Connections that are open keep theirs.
    ///
    /// # Errors
    /// The first file that cannot be used; everything stays as it was then.
    pub fn reload(&self) -> Result<(), BindError> {
        let mut read = Vec::new();
        for (listen, slot) in &self.slots {
            if let (Some(settings), Some(slot)) = (&listen.tls, slot) {
                read.push((slot, listen::read_tls(&listen.url, settings)?));
            }
        }
        for (slot, config) in read {
            slot.config.store(config);
        }
        Ok(())
    }
}

impl Server {
    /// Binds all listeners, or none.
    ///
    /// # Errors
    /// The first listener that cannot be had, in one line.
    pub fn bind(listeners: &[Listen]) -> Result<Self, BindError> {
        let (bound, slots) = listen::bind(listeners)?;
        Ok(Self { bound, slots, connections: Connections::default() })
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
        Reloader { slots: self.slots.clone() }
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
