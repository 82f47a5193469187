//! What ownership asks for besides judging: volumes that are made with a label
//! before a container would make them without one, and answers cut to what is the caller's.

mod events;
mod find;
mod joins;

pub(super) use find::judge;
pub(super) use joins::{has_joins, judge_joins};

use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderValue, Method, Response, StatusCode, header};
use tower::{Layer, Service};

use events::OwnEvents;
use find::Finder;

use super::{Answer, Connection};
use crate::backend::{Backend, LONGEST, PATIENCE};
use crate::body::Body;
use crate::docker::endpoint::Endpoint;
use crate::docker::json::{self, Json};
use crate::docker::target::Target;
use crate::docker::version::ApiVersion;
use crate::error::Error;
use crate::normalise::{read, with_json};
use crate::policy::Permitted;
use crate::policy::own::{NewVolume, Own, Thing, Whose, cut, keep_containers, shows_containers, wants_cut};

/// Layer of [`Owning`].
#[derive(Clone)]
pub(super) struct OwnLayer(Rc<Connection>);

impl OwnLayer {
    /// For the calls of one connection.
    pub(super) fn new(connection: &Rc<Connection>) -> Self {
        Self(connection.clone())
    }
}

impl<S> Layer<S> for OwnLayer {
    type Service = Owning<S>;

    fn layer(&self, inner: S) -> Owning<S> {
        Owning { inner, connection: self.0.clone() }
    }
}

/// Does what ownership asks for; a call of whom it is not about passes as it is.
#[derive(Clone)]
pub(super) struct Owning<S> {
    inner: S,
    connection: Rc<Connection>,
}

impl<S> Service<Permitted<Body>> for Owning<S>
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
        let Some(own) = permitted.own().cloned() else { return self.inner.call(permitted) };
        let mut inner = self.inner.clone();
        let backend = self.connection.gateway.backend.clone();
        let (endpoint, version) = (permitted.endpoint(), permitted.target().version);
        let work = Work { own, endpoint, version, backend };
        Box::pin(async move {
            if let Some((status, text)) = work.own.instead {
                return Ok(answer(status, text));
            }
            let made = work.make_volumes().await?;
            let answer = match inner.call(permitted).await {
                Ok(answer) => work.same_image(answer).await,
                Err(error) => Err(error),
            };
            let failed = answer.as_ref().map_or(true, |answer| !answer.status().is_success());
            if failed {
                work.remove_volumes(&made).await;
            }
            work.cut(answer?).await
        })
    }
}

/// A call under way.
struct Work {
    own: Own,
    endpoint: Endpoint,
    version: Option<ApiVersion>,
    backend: Arc<Backend>,
}

impl Work {
    /// Makes the volumes that the call would make, and gives their names.
    async fn make_volumes(&self) -> Result<Vec<&str>, Error> {
        let mut made = Vec::new();
        for NewVolume { name, body } in &self.own.volumes {
            let path = self.path("/volumes/create", &[]);
            let said = self.backend.ask(Method::POST, &path, Some(body.clone()), PATIENCE).await?;
            if said.status.is_success() && self.is_own(&said.json()?) {
                made.push(name.as_str());
                continue;
            }
            self.remove_volumes(&made).await;
            // Somebody else has made one of that name meanwhile, or it cannot be made.
            return Err(if said.status.is_success() || said.status == StatusCode::CONFLICT {
                Error::bad_request(Thing::Volume.missing(name))
            } else {
                Error { status: said.status, ..Error::backend(said.message()) }
            });
        }
        Ok(made)
    }

    /// A call that failed leaves nothing behind.
    async fn remove_volumes(&self, names: &[&str]) {
        for name in names {
            let path = self.path(&format!("/volumes/{name}"), &[]);
            if let Err(error) = self.backend.ask(Method::DELETE, &path, None, PATIENCE).await {
                tracing::warn!(volume = name, %error, "a volume of a call that failed is left behind");
            }
        }
    }

    /// Holds a new container to the image that was judged: one that is made of somebody else's must not stay.
    async fn same_image(&self, answer: Response<Body>) -> Result<Response<Body>, Error> {
        let Some((name, judged)) = self.own.image.as_ref().filter(|_| answer.status() == StatusCode::CREATED) else {
            return Ok(answer);
        };
        let (parts, body) = answer.into_parts();
        let bytes = read(body, LONGEST).await?;
        let json = json::parse(&bytes).ok();
        let id = json.as_ref().and_then(|json| json.get("Id")).and_then(Json::as_str).unwrap_or_default();
        let finder = Finder { backend: &self.backend, version: self.version, owner: Some(&self.own.owner) };
        if !finder.is_of_image(id, judged).await? {
            let path = self.path(&format!("/containers/{id}"), &[("force", "1"), ("v", "1")]);
            self.backend.ask(Method::DELETE, &path, None, PATIENCE).await?;
            return Err(Error::client(StatusCode::NOT_FOUND, Thing::Image.missing(name)));
        }
        Ok(Response::from_parts(parts, Body::full(bytes)))
    }

    fn is_own(&self, volume: &Json<'_>) -> bool {
        self.own.owner.whose(Thing::Volume, volume.get("Labels")) == Whose::Own
    }

    async fn cut(&self, mut answer: Response<Body>) -> Result<Response<Body>, Error> {
        let endpoint = self.endpoint;
        if !answer.status().is_success() {
            return Ok(answer);
        }
        if endpoint == Endpoint::SystemEvents {
            answer.headers_mut().remove(header::CONTENT_LENGTH);
            let networks = self.list(Thing::Network).await?;
            let volumes = self.list(Thing::Volume).await?;
            let events = OwnEvents::new(self.backend.clone(), self.version, self.own.owner.clone());
            let events = events.knows(Thing::Network, networks).knows(Thing::Volume, volumes);
            return Ok(answer.map(|body| body.rewritten(events)));
        }
        let made = endpoint == Endpoint::VolumeCreate;
        if !wants_cut(endpoint, &self.own.owner) && !shows_containers(endpoint) && !made {
            return Ok(answer);
        }
        let (parts, body) = answer.into_parts();
        let bytes = read(body, LONGEST).await?;
        let mut json = json::parse(&bytes)
            .map_err(|error| Error::backend(format!("vicgate: the backend's answer cannot be cut: {error}")))?;
        if made && !self.is_own(&json) {
            // Engines give the volume of that name, whoever made it.
            let name = json.get("Name").and_then(Json::as_str).unwrap_or_default();
            let text = format!("create {name}: conflict: volume name must be unique");
            return Err(Error::client(StatusCode::CONFLICT, text));
        }
        if shows_containers(endpoint) {
            let ids = self.list(Thing::Container).await?;
            keep_containers(&mut json, &ids);
        }
        cut(endpoint, &self.own.owner, &mut json);
        Ok(with_json(parts, &json, bytes.len()))
    }

    /// The full ids of the owner's containers or networks, the names of its volumes.
    async fn list(&self, thing: Thing) -> Result<Vec<String>, Error> {
        let filters = format!("{{\"label\":[{}]}}", Json::from(self.own.owner.filter(thing)));
        let (path, name) = match thing {
            Thing::Network => ("/networks", "Id"),
            Thing::Volume => ("/volumes", "Name"),
            Thing::Container | Thing::Image | Thing::Exec => ("/containers/json", "Id"),
        };
        let all = [("all", "1")].into_iter().filter(|_| thing == Thing::Container);
        let query: Vec<(&str, &str)> = all.chain([("filters", filters.as_str())]).collect();
        let said = self.backend.ask(Method::GET, &self.path(path, &query), None, PATIENCE).await?;
        if said.status != StatusCode::OK {
            return Err(Error::backend(format!("vicgate: the backend does not list {path}: {}", said.message())));
        }
        let json = said.json()?;
        let items = json.get("Volumes").unwrap_or(&json).as_array().unwrap_or_default();
        Ok(items.iter().filter_map(|item| item.get(name)?.as_str()).map(str::to_owned).collect())
    }

    fn path(&self, path: &str, query: &[(&str, &str)]) -> String {
        let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Target { version: None, path: path.to_owned(), query }.to_wire(self.version)
    }
}

fn answer(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut answer = Response::new(Body::full(text));
    *answer.status_mut() = status;
    if !text.is_empty() {
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    answer
}
