//! Sockets and connections. Knows nothing of Docker: it takes the stack behind
//! it as a generic service.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Context;

use http::{Request, Response};
use hyper::body::Incoming;

use crate::body::Body;
use crate::identity::Identity;

/// What the server needs of the program behind it: one for each client
/// connection, in that connection's task.
pub trait Stack: 'static {
    /// Answers one request. Errors have become answers by now.
    fn call(&self, request: Request<Incoming>) -> Pin<Box<dyn Future<Output = Response<Body>>>>;

    /// True if an end of the client's bytes is only the end of its stdin, so
    /// that the call must go on: asked before [`Stack::call`], from the head alone.
    fn keeps_half_open(&self, head: &Request<Incoming>) -> bool;

    /// Drives the connection's backend connection. The connection task polls it
    /// before and after the client's side, so that a request and its answer cross
    /// without waking another task.
    fn poll_backend(&self, cx: &mut Context<'_>);
}

/// Makes a [`Stack`] for each connection.
pub trait NewStack: Clone + Send + Sync + 'static {
    /// The stack it makes.
    type Stack: Stack;

    /// A stack for a connection of this peer.
    fn new_stack(&self, peer: Rc<Identity>) -> Self::Stack;
}
