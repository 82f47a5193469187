//! One file, one layer. [`stack`] reads top to bottom as a call travels.

mod bridge;
pub mod framing;
mod grounds;
mod inspect;
mod last_verdict;
mod long;
mod normalise;
mod observe;
mod own;
mod receive;
mod redact;
mod rescue;
mod route;
mod share;
mod standing;

pub use bridge::Negotiator;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Context;

use arc_swap::ArcSwap;
use http::{Request, Response};
use hyper::body::Incoming;
use tower::{Service, ServiceBuilder};
use tower_http::cors::CorsLayer;

use crate::backend::{self, Answer, Backend, Line};
use crate::body::Body;
use crate::error::Error;
use crate::identity::Identity;
use crate::observe::{Audit, Caller, Metrics, Record};
use crate::policy::Policy;
use crate::server;
use crate::settings::Limits;
use last_verdict::LastVerdict;
use standing::Standing;

/// What all connections share.
pub struct Gateway {
    /// The policies in force; swapped whole on reload.
    pub policy: ArcSwap<Policy>,
    /// The backend.
    pub backend: Arc<Backend>,
    /// Which API versions clients and backend speak.
    pub negotiator: Negotiator,
    /// Bounds and deadlines.
    pub limits: Limits,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// CORS headers, if they are on.
    pub cors: Option<CorsLayer>,
    /// True writes a line per request.
    pub access_log: bool,
    /// The audit log, if there is one.
    pub audit: Option<Audit>,
}

/// What one connection's layers share. HTTP/1.1 has one request at a time on a
/// connection, so one record is enough.
pub struct Connection {
    gateway: Arc<Gateway>,
    peer: Rc<Identity>,
    standing: Standing,
    last_verdict: LastVerdict,
    record: Record,
    /// How the audit log calls the peer, if there is one.
    caller: Option<Arc<Caller>>,
    /// What allows the answer under way, if it may last and an access policy judged it.
    under_way: RefCell<Option<Rc<dyn server::Grounds>>>,
}

impl Connection {
    /// Notes in the audit log, if there is one, what refuses a call before it is judged.
    fn note_refusal(&self, error: &Error) {
        self.record.note(|entry| entry.refused(error.rules.iter().cloned()));
    }
}

/// The layers of one connection, in the order in which a call meets them.
fn stack(connection: &Rc<Connection>, line: Rc<Line>) -> Stack {
    let layers = ServiceBuilder::new()
        // First, so that every answer is counted and logged, whoever gave it.
        .layer(observe::ObserveLayer::new(connection))
        // Outside of the rescue: a browser must see the headers on errors too.
        .option_layer(connection.gateway.cors.clone())
        // Every error of a layer below becomes an answer in Docker's form here.
        .layer(rescue::RescueLayer)
        // What HTTP itself leaves open to two readings ends here, before anyone reads it.
        .layer(framing::FramingLayer)
        // From here on the operation is known: Request becomes Call.
        .layer(route::RouteLayer::new(connection))
        // Makes the call one of the backend's API version: what is judged is what is sent.
        .layer(bridge::BridgeLayer::new(connection))
        // Judges, and makes a Permitted of the Call, or refuses.
        .layer(inspect::InspectLayer::new(connection))
        // Outside of what rewrites answers, so that nothing is added to one that was redacted.
        .layer(redact::RedactLayer)
        // Behind judging: what a bridged call takes besides itself, and its answer in the client's version.
        .layer(bridge::PerformLayer::new(connection))
        // Behind the bridge: answers are cut as the backend gives them, before they are translated.
        .layer(own::OwnLayer::new(connection))
        // Innermost, so that no layer above sees what only this backend says.
        .layer(normalise::NormaliseLayer::new(connection));
    RefCell::new(Box::new(layers.service(backend::Service::new(line))))
}

type Stack = RefCell<Box<dyn LocalService>>;

/// The stack as one object: its type is a page long and of no interest.
trait LocalService {
    fn answer(&mut self, request: Request<Incoming>) -> server::Answer;
}

impl<S> LocalService for S
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = std::convert::Infallible>,
    S::Future: 'static,
{
    fn answer(&mut self, request: Request<Incoming>) -> server::Answer {
        Box::pin(self.call(request))
    }
}

/// The stack of one client connection, with its backend connection.
pub struct Session {
    stack: Stack,
    line: Rc<Line>,
    connection: Rc<Connection>,
}

impl server::Stack for Session {
    fn call(&self, request: Request<Incoming>) -> server::Answer {
        self.stack.borrow_mut().answer(request)
    }

    fn keeps_half_open(&self, head: &Request<Incoming>) -> bool {
        route::may_hijack(head.method(), head.uri().path_and_query().map_or("", http::uri::PathAndQuery::as_str))
    }

    fn poll_backend(&self, cx: &mut Context<'_>) {
        self.line.poll_drive(cx);
    }

    fn under_way(&self) -> Option<Rc<dyn server::Grounds>> {
        self.connection.under_way.borrow().clone()
    }
}

/// Makes a [`Session`] for each connection.
#[derive(Clone)]
pub struct Sessions(pub Arc<Gateway>);

impl server::NewStack for Sessions {
    type Stack = Session;

    fn new_stack(&self, peer: Rc<Identity>) -> Session {
        let line = Rc::new(Line::new(self.0.backend.clone()));
        let gateway = self.0.clone();
        let caller = gateway.audit.as_ref().map(|audit| Arc::new(Caller::new(&peer, audit.pen())));
        let connection = Rc::new(Connection {
            gateway,
            peer,
            standing: Standing::default(),
            last_verdict: LastVerdict::default(),
            caller,
            record: Record::default(),
            under_way: RefCell::default(),
        });
        Session { stack: stack(&connection, line.clone()), line, connection }
    }
}
