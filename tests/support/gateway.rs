//! The server and the backend's half joined by a stack that permits everything.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::Context;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use tempfile::TempDir;
use tower::Service as _;
use vicgate::backend::{Backend, Line, Service};
use vicgate::body::Body;
use vicgate::docker::endpoint::{Method, Routed};
use vicgate::docker::target::Target;
use vicgate::error::Error;
use vicgate::identity::Identity;
use vicgate::policy::{self, Call, Permit, Permitted, Policy};
use vicgate::server::{Answer, BindError, Connections, Drain, NewStack, Reloader, Server, Stack, drain};
use vicgate::settings::{self, CertificateFiles, CrlExpired, Limits, Listen, ListenTls, ListenUrl};

use super::certs::Certs;
use super::conn::{Conn, Transport};

/// A gateway that is serving, until it is dropped.
pub struct Gateway {
    addresses: Vec<ListenUrl>,
    serving: Serving,
    peers: Arc<Mutex<Vec<Identity>>>,
    connections: Connections,
    reloader: Reloader,
    dir: Option<TempDir>,
}

struct Serving {
    drain: Drain,
    thread: Option<JoinHandle<()>>,
}

impl Gateway {
    /// Serves on one transport in front of a backend.
    pub fn start(transport: Transport, backend: &settings::Backend) -> Self {
        Self::start_with(transport, backend, Limits { workers: 1, ..Limits::default() })
    }

    pub fn start_with(transport: Transport, backend: &settings::Backend, limits: Limits) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let listen = listen(transport, &dir);
        Self { dir: Some(dir), ..Self::start_on(listen, backend, limits) }
    }

    pub fn start_on(listen: Listen, backend: &settings::Backend, limits: Limits) -> Self {
        let server = Server::bind(&[listen]).unwrap();
        let addresses = server.addresses().cloned().collect();
        let (connections, reloader) = (server.connections(), server.reloader());
        let peers = Arc::<Mutex<_>>::default();
        let stack = PassThrough { backend: Backend::new(backend).unwrap(), peers: peers.clone() };
        let (drain, shutdown) = drain();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(server.run(stack, &limits, shutdown)).unwrap();
        });
        let serving = Serving { drain, thread: Some(thread) };
        Self { addresses, serving, peers, connections, reloader, dir: None }
    }

    pub fn address(&self) -> &ListenUrl {
        &self.addresses[0]
    }

    /// A client of it.
    pub async fn connect(&self) -> Conn {
        Conn::to(self.address()).await
    }

    /// How many client connections it has open.
    pub fn connections(&self) -> usize {
        self.connections.open()
    }

    /// Who has connected, in order.
    pub fn peers(&self) -> Vec<Identity> {
        self.peers.lock().unwrap().clone()
    }

    /// What SIGTERM asks for.
    pub fn drain(&self) {
        self.serving.drain.begin();
    }

    pub fn end_now(&self) {
        self.serving.drain.end_now();
    }

    /// What SIGHUP asks for.
    pub fn reload(&self) -> Result<(), BindError> {
        self.reloader.read()?.enter_service();
        self.reloader.judge_again();
        Ok(())
    }

    pub fn has_ended(&self) -> bool {
        self.serving.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits for the end that was asked for.
    pub async fn ended(&mut self) {
        super::until("the gateway to end", || self.has_ended()).await;
        if let Some(thread) = self.serving.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.drain.end_now();
        if let Some(thread) = self.thread.take() {
            let outcome = thread.join();
            if !thread::panicking() {
                outcome.unwrap();
            }
        }
    }
}

fn listen(transport: Transport, dir: &TempDir) -> Listen {
    let localhost = || ("127.0.0.1".to_owned(), 0);
    let (url, tls) = match transport {
        Transport::Tcp => {
            let (host, port) = localhost();
            (ListenUrl::Tcp { host, port }, None)
        }
        Transport::Unix => (ListenUrl::Unix { path: dir.path().join("gateway.sock"), mode: None, group: None }, None),
        Transport::Tls => {
            let (host, port) = localhost();
            (ListenUrl::Tls { host, port }, Some(listen_tls()))
        }
    };
    Listen { url, tls }
}

/// TLS with client certificates.
pub fn listen_tls() -> ListenTls {
    let certs = Certs::shared();
    let files = CertificateFiles { cert: certs.path("server-cert.pem"), key: certs.path("server-key.pem") };
    ListenTls {
        certificates: vec![files],
        client_ca: Some(certs.path("ca.pem")),
        crls: Vec::new(),
        crl_expired: CrlExpired::Refuse,
        handshake_timeout: Duration::from_secs(5),
    }
}

/// Permits every call that has a route.
#[derive(Clone)]
pub struct PassThrough {
    pub backend: Arc<Backend>,
    pub peers: Arc<Mutex<Vec<Identity>>>,
}

impl NewStack for PassThrough {
    type Stack = PassThroughStack;

    fn new_stack(&self, peer: Rc<Identity>) -> PassThroughStack {
        self.peers.lock().unwrap().push(Identity::clone(&peer));
        PassThroughStack { line: Rc::new(Line::new(self.backend.clone())), peer }
    }
}

pub struct PassThroughStack {
    line: Rc<Line>,
    peer: Rc<Identity>,
}

impl Stack for PassThroughStack {
    fn call(&self, request: Request<Incoming>) -> Answer {
        let service = RefCell::new(Service::new(self.line.clone()));
        let peer = self.peer.clone();
        Box::pin(async move {
            let answer = match permit(request, peer) {
                Ok(call) => {
                    let answer = service.borrow_mut().call(call);
                    answer.await
                }
                Err(error) => Err(error),
            };
            Ok(answer.unwrap_or_else(|error| {
                let mut answer = Response::builder().status(error.status);
                if error.close {
                    answer = answer.header("connection", "close");
                }
                answer.body(Body::full(error.message)).unwrap()
            }))
        })
    }

    fn keeps_half_open(&self, head: &Request<Incoming>) -> bool {
        route(head).is_ok_and(|(_, endpoint)| endpoint.row().hijack.is_some())
    }

    fn poll_backend(&self, cx: &mut Context<'_>) {
        self.line.poll_drive(cx);
    }
}

fn route(head: &Request<Incoming>) -> Result<(Target, vicgate::docker::endpoint::Endpoint), Error> {
    let target = Target::parse(&head.uri().to_string()).map_err(|error| Error::bad_request(error.to_string()))?;
    let method = Method::from_name(head.method().as_str()).ok_or_else(|| Error::bad_request("no such method"))?;
    let endpoint = match target.route(method) {
        Routed::To { endpoint, .. } => endpoint,
        Routed::WrongMethod | Routed::Unknown => return Err(Error::bad_request("no such route")),
    };
    Ok((target, endpoint))
}

fn permit(request: Request<Incoming>, identity: Rc<Identity>) -> Result<Permitted<Body>, Error> {
    let (target, endpoint) = route(&request)?;
    let (parts, body) = request.into_parts();
    let upgrade = parts.headers.contains_key("upgrade");
    let body = Body::Stream(body);
    let call = Call {
        endpoint,
        target: Rc::new(target),
        identity,
        policy: policy(),
        bridged: None,
        unrepaired: false,
        headers: parts.headers,
        upgrade,
        body,
        arrival: policy::Arrival::default(),
    };
    Ok(call.permit(Permit::default(), Body::full))
}

/// The policy of the calls, which nobody asks.
fn policy() -> Arc<Policy> {
    static POLICY: OnceLock<Arc<Policy>> = OnceLock::new();
    POLICY.get_or_init(|| Arc::new(policy::load::policy("engine", None, None).unwrap())).clone()
}
