//! Creating, starting and stopping containers where it takes more than one call.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Method, Response, StatusCode, header};

use super::perform::{Job, after};
use crate::backend::{Backend, LONGEST, PATIENCE, Said};
use crate::body::Body;
use crate::docker::bridge::After;
use crate::docker::endpoint::Endpoint;
use crate::docker::json::{self, Json};
use crate::docker::target::Target;
use crate::error::Error;
use crate::normalise::{read, with_body};

/// 304 for a start of what runs and a stop of what does not, where the backend says 204.
pub(super) async fn unchanged(job: &Job) -> Result<Option<Response<Body>>, Error> {
    let Some(running) = state(job).await?.map(|state| state.running) else { return Ok(None) };
    let nothing_to_do = running == (job.endpoint == Endpoint::ContainerStart);
    Ok(nothing_to_do.then(|| {
        let mut answer = Response::new(Body::Empty);
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        answer
    }))
}

struct State {
    running: bool,
    auto_remove: bool,
}

/// How the container of the call does; `None` if the backend has none of that name, which it says itself.
async fn state(job: &Job) -> Result<Option<State>, Error> {
    let path = job.own(&format!("/containers/{}/json", job.name()));
    let said = job.backend.ask(Method::GET, &path, None, PATIENCE).await?;
    if said.status != StatusCode::OK {
        return Ok(None);
    }
    let json = said.json()?;
    let truth = |part: &str, name: &str| {
        json.get(part).and_then(|part| part.get(name)).and_then(Json::as_bool).unwrap_or_default()
    };
    Ok(Some(State { running: truth("State", "Running"), auto_remove: truth("HostConfig", "AutoRemove") }))
}

/// Sends the signal that a stop is to begin with, to a backend that knows only the container's own.
pub(super) async fn signal(job: &Job) -> Result<(), Error> {
    let signal = after(&job.bridged, |after| if let After::Signal(signal) = after { Some(signal) } else { None });
    let Some(signal) = signal else { return Ok(()) };
    let path = format!("/containers/{}/kill", job.name());
    let target = Target { version: None, path, query: vec![("signal".into(), signal.clone())] };
    let said = job.backend.ask(Method::POST, &target.to_wire(Some(job.bridged.backend)), None, PATIENCE).await?;
    let stopped = said.message().to_ascii_lowercase().contains("not running");
    // What does not run needs no signal, and what is not there is told by the stop itself.
    if said.status.is_success() || stopped || said.status == StatusCode::NOT_FOUND {
        return Ok(());
    }
    Err(refused(&said, "the signal of the stop"))
}

/// What follows a create: further networks, the size of its terminal, its removal.
pub(super) async fn created(job: &Job, answer: Response<Body>) -> Result<Response<Body>, Error> {
    let (connects, removes): (Vec<_>, bool) = {
        let all = &job.bridged.after;
        let connects = all.iter().filter_map(|after| {
            if let After::Connect { network, body } = after { Some((network.clone(), body.clone())) } else { None }
        });
        (connects.collect(), all.contains(&After::AutoRemove))
    };
    if connects.is_empty() && !removes {
        return Ok(answer);
    }
    let (parts, body) = answer.into_parts();
    let bytes = read(body, LONGEST).await?;
    let id = json::parse(&bytes).ok().and_then(|json| json.get("Id").and_then(Json::as_str).map(str::to_owned));
    let id = id.ok_or_else(|| Error::backend("vicgate: the backend's answer to a create has no Id"))?;
    for (network, mut body) in connects {
        body.set("Container", id.clone());
        let path = job.own(&format!("/networks/{network}/connect"));
        let said = job.backend.ask(Method::POST, &path, Some(body.to_vec()), PATIENCE).await;
        let failure = match said {
            Ok(said) if said.status.is_success() => continue,
            Ok(said) => refused(&said, &format!("the network {network}")),
            Err(error) => error,
        };
        // A container that is not what was asked for must not stay.
        remove(&job.backend, &job.own(&format!("/containers/{id}"))).await;
        return Err(failure);
    }
    if removes {
        remove_once_stopped(job, id);
    }
    Ok(with_body(parts, bytes))
}

fn refused(said: &Said, what: &str) -> Error {
    let status = if said.status.is_client_error() || said.status.is_server_error() {
        said.status
    } else {
        StatusCode::BAD_GATEWAY
    };
    let message = format!("{}: {what} could not be had, and nothing was done", said.message());
    Error { status, ..Error::backend(message) }
}

/// Removes a container by force. That it is gone already is as good.
async fn remove(backend: &Backend, path: &str) {
    let gone = backend.ask(Method::DELETE, &format!("{path}?force=1&v=1"), None, PATIENCE).await;
    let status = gone.map(|said| said.status);
    if !status.as_ref().is_ok_and(|status| status.is_success() || *status == StatusCode::NOT_FOUND) {
        tracing::warn!(path, ?status, "a container could not be removed");
    }
}

/// How long a container that was created may take until it is started, before it is forgotten.
const START: Duration = Duration::from_secs(3600);

/// Removes a container once it has stopped, as engines do themselves from API 1.25 on. Lost with the
/// gateway, as it was lost with the CLI that did it before.
#[expect(clippy::disallowed_methods, reason = "it outlasts the client's connection, and a drain need not wait for it")]
fn remove_once_stopped(job: &Job, id: String) {
    let (backend, path) = (job.backend.clone(), job.own(&format!("/containers/{id}")));
    let events = job.own("/events");
    tokio::spawn(async move {
        if let Err(error) = stopped(&backend, &events, &path).await {
            tracing::warn!(id, %error, "whether the container stops is not seen; it is not removed");
            return;
        }
        remove(&backend, &path).await;
    });
}

/// Waits until a container has run and stopped.
async fn stopped(backend: &Arc<Backend>, events: &str, path: &str) -> Result<(), Error> {
    let mut events = backend.listen(Method::GET, events, None).await?;
    let inspect = format!("{path}/json");
    let begun = tokio::time::Instant::now();
    loop {
        let said = backend.ask(Method::GET, &inspect, None, PATIENCE).await?;
        if said.status == StatusCode::NOT_FOUND {
            return Ok(());
        }
        let json = said.json()?;
        let state = json.get("State").unwrap_or(&Json::Null);
        let running = state.get("Running").and_then(Json::as_bool).unwrap_or_default();
        let started = state.get("StartedAt").and_then(Json::as_str).unwrap_or_default();
        let has_run = !started.is_empty() && !started.starts_with("0001-");
        if !running && has_run {
            return Ok(());
        }
        if !has_run && begun.elapsed() > START {
            return Err(Error::backend("it was never started"));
        }
        // Whatever happens is a reason to look; so is nothing for a while.
        if let Ok(line) = tokio::time::timeout(Duration::from_secs(30), events.line()).await
            && line?.is_none()
        {
            return Err(Error::backend("the backend ended its events"));
        }
    }
}

/// Removes a container with `AutoRemove` that did not start: nobody else will.
pub(super) async fn clear_failed(job: &Job) {
    if let Ok(Some(State { running: false, auto_remove: true })) = state(job).await {
        remove(&job.backend, &job.own(&format!("/containers/{}", job.name()))).await;
    }
}

/// A volume that is there already counts as created.
pub(super) async fn volume_that_is_there(job: &Job, answer: Response<Body>) -> Result<Response<Body>, Error> {
    let (parts, body) = answer.into_parts();
    let bytes = read(body, LONGEST).await?;
    let text = String::from_utf8_lossy(&bytes);
    // VIC names the volume that is there: `A volume named X already exists. Choose a different volume name.`
    let named = text.split("named ").nth(1).and_then(|rest| rest.split([' ', '"']).next());
    let name = named.filter(|_| text.contains("already exists")).unwrap_or_default();
    if !name.is_empty() {
        let path = job.own(&format!("/volumes/{name}"));
        let said = job.backend.ask(Method::GET, &path, None, PATIENCE).await?;
        if said.status == StatusCode::OK {
            let mut answer = Response::new(Body::Empty);
            *answer.status_mut() = StatusCode::CREATED;
            answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            answer.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(said.body.len()));
            *answer.body_mut() = Body::full(said.body);
            return Ok(answer);
        }
    }
    Ok(Response::from_parts(parts, Body::full(bytes)))
}
