//! A call that was bridged, on its way out: what the backend cannot do in one
//! call is done here, and its answer becomes that of the client's version.

use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::response::Parts;
use http::{Method, Response, StatusCode, header};
use tower::{Layer, Service};

use super::{exec, frames, start, wait};
use crate::backend::{Backend, LONGEST, PATIENCE};
use crate::body::{Body, Rewrite};
use crate::docker::bridge::{self, After, Bridged, Outcome, Repair};
use crate::docker::endpoint::Endpoint;
use crate::docker::json::{self, Json};
use crate::docker::target::Target;
use crate::error::Error;
use crate::middleware::{Answer, Connection};
use crate::normalise::{read, with_json};
use crate::policy::Permitted;

/// Layer of [`Perform`].
#[derive(Clone)]
pub(in crate::middleware) struct PerformLayer(Rc<Connection>);

impl PerformLayer {
    /// For the calls of one connection.
    pub(in crate::middleware) fn new(connection: &Rc<Connection>) -> Self {
        Self(connection.clone())
    }
}

impl<S> Layer<S> for PerformLayer {
    type Service = Perform<S>;

    fn layer(&self, inner: S) -> Perform<S> {
        Perform { inner, connection: self.0.clone() }
    }
}

/// Does what a bridged call needs besides itself; any other passes as it is.
#[derive(Clone)]
pub(in crate::middleware) struct Perform<S> {
    inner: S,
    connection: Rc<Connection>,
}

impl<S> Service<Permitted<Body>> for Perform<S>
where
    S: Service<Permitted<Body>, Response = Response<Body>, Error = Error, Future = Answer> + Clone + 'static,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, permitted: Permitted<Body>) -> Answer {
        let bridged = match permitted.bridged() {
            Some(bridged) if !bridged.errors_only => bridged.clone(),
            _ => return self.inner.call(permitted),
        };
        let mut inner = self.inner.clone();
        let backend = self.connection.gateway.backend.clone();
        let job = Job {
            endpoint: permitted.endpoint(),
            target: permitted.target().clone(),
            owned: permitted.own().is_some(),
            bridged,
            backend,
        };
        Box::pin(async move {
            // What few calls need is boxed: all others would carry its memory.
            if let Some(before) = job.before()
                && let Some(answer) = Box::pin(job.begin(before, &permitted)).await?
            {
                return Ok(answer);
            }
            let starts_frames = frames::starts_frames(job.endpoint, permitted.body());
            let mut answer = inner.call(permitted).await?;
            if frames::differ(&job.bridged) {
                Box::pin(frames::name(&job, &mut answer, starts_frames)).await;
            }
            if let Some(behind) = job.behind(answer.status()) {
                answer = Box::pin(job.go_on(behind, answer)).await?;
            }
            if !job.is_rewritten(&mut answer) {
                return Ok(answer);
            }
            let (parts, body) = answer.into_parts();
            let bytes = read(body, LONGEST).await?;
            if job.adds_containers() {
                return Box::pin(job.with_containers(parts, &bytes)).await;
            }
            job.rewritten(parts, &bytes)
        })
    }
}

/// What comes before a call, or instead of it.
enum Before {
    /// A wait may be one for something that the backend cannot wait for.
    Wait,
    /// An exec may be started without waiting for it.
    Detached,
    /// A start or stop may have nothing to do.
    Change,
    /// A stop or restart may begin with a signal.
    Signal,
}

/// What follows an answer.
enum Behind {
    /// What the create of a container leaves to other calls.
    Created,
    /// A start that failed has left something.
    FailedStart,
    /// The volume may be there already.
    VolumeIsThere,
    /// The answer may say that the load failed.
    Loaded,
}

/// A bridged call under way.
pub(super) struct Job {
    /// The operation that is sent.
    pub(super) endpoint: Endpoint,
    /// The target that is sent.
    pub(super) target: Rc<Target>,
    /// True if the caller has only what is its own.
    pub(super) owned: bool,
    pub(super) bridged: Arc<Bridged>,
    pub(super) backend: Arc<Backend>,
}

impl Job {
    /// The name in the target.
    pub(super) fn name(&self) -> &str {
        self.target.name(self.endpoint)
    }

    /// A target of the gateway's own, in the backend's version.
    pub(super) fn own(&self, path: &str) -> String {
        Target { version: None, path: path.to_owned(), query: Vec::new() }.to_wire(Some(self.bridged.backend))
    }

    /// True if the backend needs this repair.
    pub(super) fn mends(&self, repair: Repair) -> bool {
        self.bridged.repairs(repair)
    }

    fn before(&self) -> Option<Before> {
        let is = |endpoint| self.endpoint == endpoint;
        if is(Endpoint::ContainerWait) {
            Some(Before::Wait)
        } else if is(Endpoint::ExecStart) && self.mends(Repair::ExecDetach) {
            Some(Before::Detached)
        } else if (is(Endpoint::ContainerStart) || is(Endpoint::ContainerStop)) && self.mends(Repair::NotModified) {
            Some(Before::Change)
        } else {
            after(&self.bridged, |after| matches!(after, After::Signal(_)).then_some(Before::Signal))
        }
    }

    /// Does what comes before the call, and gives what comes instead of it.
    async fn begin(&self, before: Before, call: &Permitted<Body>) -> Result<Option<Response<Body>>, Error> {
        match before {
            Before::Wait => Box::pin(wait::instead(self)).await,
            Before::Detached => Box::pin(exec::detached(self, call.body())).await,
            Before::Change => match start::unchanged(self).await? {
                Some(answer) => Ok(Some(answer)),
                None => start::signal(self).await.map(|()| None),
            },
            Before::Signal => start::signal(self).await.map(|()| None),
        }
    }

    fn behind(&self, status: StatusCode) -> Option<Behind> {
        let (is, failed) = (|endpoint| self.endpoint == endpoint, is_error(status));
        if is(Endpoint::ContainerCreate) && status == StatusCode::CREATED {
            (!self.bridged.after.is_empty()).then_some(Behind::Created)
        } else if is(Endpoint::ContainerStart) && failed {
            self.mends(Repair::FailedStart).then_some(Behind::FailedStart)
        } else if is(Endpoint::VolumeCreate) && failed {
            // With ownership it could be somebody else's that is there.
            (self.mends(Repair::VolumeCreate) && !self.owned).then_some(Behind::VolumeIsThere)
        } else if is(Endpoint::ImageLoad) && status == StatusCode::OK {
            self.mends(Repair::LoadErrors).then_some(Behind::Loaded)
        } else {
            None
        }
    }

    /// Does what follows the call.
    async fn go_on(&self, behind: Behind, answer: Response<Body>) -> Result<Response<Body>, Error> {
        match behind {
            Behind::Created => start::created(self, answer).await,
            Behind::FailedStart => {
                start::clear_failed(self).await;
                Ok(answer)
            }
            Behind::VolumeIsThere => start::volume_that_is_there(self, answer).await,
            Behind::Loaded => load_error(answer).await,
        }
    }

    /// True if the body of an answer must be read to give it the form of the client's version. All else is done here.
    fn is_rewritten(&self, answer: &mut Response<Body>) -> bool {
        if !answer.status().is_success() || matches!(answer.body(), Body::Tunnel(_)) {
            return false;
        }
        let bridged = &self.bridged;
        let ask = bridged.ask(self.endpoint);
        if let Some(status) = bridge::status(&ask, &bridged.after, answer.status().as_u16(), "") {
            *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        }
        let is_changed = bridge::wants_answer(&ask, &bridged.after);
        if !is_changed && self.endpoint != Endpoint::SystemVersion && !self.adds_containers() {
            return false;
        }
        if let Some(stream) = bridge::stream(&ask, &bridged.after) {
            answer.headers_mut().remove(header::CONTENT_LENGTH);
            let body = std::mem::take(answer.body_mut());
            *answer.body_mut() = body.rewritten(Objects(stream));
            return false;
        }
        true
    }

    /// The answer in the form of the client's version.
    fn rewritten(&self, parts: Parts, bytes: &[u8]) -> Result<Response<Body>, Error> {
        if bytes.is_empty() {
            return Ok(Response::from_parts(parts, Body::Empty));
        }
        Ok(with_json(parts, &self.json(bytes)?, bytes.len()))
    }

    /// The same with the containers of each network.
    async fn with_containers(&self, parts: Parts, bytes: &[u8]) -> Result<Response<Body>, Error> {
        if bytes.is_empty() {
            return Ok(Response::from_parts(parts, Body::Empty));
        }
        let mut json = self.json(bytes)?;
        self.add_containers(&mut json).await?;
        Ok(with_json(parts, &json, bytes.len()))
    }

    /// What an answer says, in the form of the client's version.
    fn json<'b>(&self, bytes: &'b [u8]) -> Result<Json<'b>, Error> {
        let bridged = &self.bridged;
        let mut json = json::parse(bytes).map_err(|error| self.unusable(&error))?;
        if bridge::answer(&bridged.ask(self.endpoint), &bridged.after, &mut json) == Outcome::NotFound {
            let name = self.name();
            return Err(Error::client(StatusCode::NOT_FOUND, format!("network {name} not found")));
        }
        if self.endpoint == Endpoint::SystemVersion {
            bridge::offer(&mut json, &bridged.range);
        }
        Ok(json)
    }

    fn unusable(&self, reason: &dyn std::fmt::Display) -> Error {
        let Bridged { client, backend, .. } = &*self.bridged;
        let rewritten =
            if client == backend { "mended".to_owned() } else { format!("rewritten from API {backend} to {client}") };
        Error::backend(format!(
            "vicgate: the backend's answer to {} cannot be {rewritten}: {reason}",
            self.endpoint.name()
        ))
    }

    /// True for a list of networks, which names their containers below API 1.28, if the backend's does not.
    fn adds_containers(&self) -> bool {
        let since = crate::docker::version::ApiVersion::new(28);
        self.endpoint == Endpoint::NetworkList && self.bridged.client < since && since <= self.bridged.backend
    }

    async fn add_containers(&self, networks: &mut Json<'_>) -> Result<(), Error> {
        let Json::Array(networks) = networks else { return Ok(()) };
        for network in networks {
            let Some(id) = network.get("Id").and_then(Json::as_str) else { continue };
            let said = self.backend.ask(Method::GET, &self.own(&format!("/networks/{id}")), None, PATIENCE).await?;
            // One that is gone meanwhile has none.
            if said.status == StatusCode::OK {
                let containers = said.json()?.get("Containers").cloned().map(Json::into_owned);
                network.set("Containers", containers.unwrap_or(Json::Object(Vec::new())));
            }
        }
        Ok(())
    }
}

fn is_error(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

/// A stream of JSON objects, rewritten one by one.
struct Objects(bridge::Stream);

impl Rewrite for Objects {
    fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        self.0.push(bytes).map_err(|error| error.to_string())
    }

    fn end(&mut self) -> Result<Vec<u8>, String> {
        self.0.end().map_err(|error| error.to_string())
    }

    fn is_done(&self) -> bool {
        self.0.is_done()
    }
}

/// A load that fails before anything else is said fails with a status.
async fn load_error(answer: Response<Body>) -> Result<Response<Body>, Error> {
    let (mut parts, mut body) = answer.into_parts();
    let first = crate::normalise::first(&mut body).await?;
    let line = first.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let json = json::parse(line).ok();
    let error = json.as_ref().and_then(|json| json.get("error")).and_then(Json::as_str);
    if let Some(message) = error {
        let status = if message.contains(" does not yet implement ") {
            StatusCode::NOT_IMPLEMENTED
        } else {
            StatusCode::INTERNAL_SERVER_ERROR
        };
        return Err(Error { status, ..Error::backend(message) });
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, body.rewritten(PutBack(first.to_vec()))))
}

/// Puts back what was looked at.
struct PutBack(Vec<u8>);

impl Rewrite for PutBack {
    fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut all = std::mem::take(&mut self.0);
        all.extend_from_slice(bytes);
        Ok(all)
    }

    fn end(&mut self) -> Result<Vec<u8>, String> {
        Ok(std::mem::take(&mut self.0))
    }

    fn is_done(&self) -> bool {
        false
    }
}

/// True if something of this kind is to follow the call.
pub(super) fn after<'b, T>(bridged: &'b Bridged, find: impl Fn(&'b After) -> Option<T>) -> Option<T> {
    bridged.after.iter().find_map(find)
}
