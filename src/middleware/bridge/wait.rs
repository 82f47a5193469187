//! `POST /containers/{name}/wait` for clients that know more of it than the backend.
//!
//! From API 1.30 on the head comes at once, before the container is started, and
//! a condition says what is waited for: the CLI starts a container only once it has that head.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};
use tokio::time::{Instant, sleep, timeout};

use super::perform::{Job, after};
use crate::backend::{Backend, PATIENCE, Telling};
use crate::body::{Body, Broken};
use crate::docker::bridge::{After, Condition, Repair};
use crate::docker::json::{self, Json};
use crate::error::Error;

/// How long a wait that the backend answers itself may take: for ever, or nearly.
const ANY_TIME: Duration = Duration::from_secs(10 * 365 * 86_400);

/// How often a container is looked at besides what events tell.
const LOOK: Duration = Duration::from_secs(5);

/// The same where it tells no events.
const LOOK_OFTEN: Duration = Duration::from_secs(1);

/// The answer to a wait that the backend cannot give as the client's version has it; `None` if it can.
pub(super) async fn instead(job: &Job) -> Result<Option<Response<Body>>, Error> {
    let condition = after(&job.bridged, |after| if let After::Wait(what) = after { Some(*what) } else { None });
    let watch = Watch {
        backend: job.backend.clone(),
        inspect: job.own(&format!("/containers/{}/json", job.name())),
        wait: job.own(&format!("/containers/{}/wait", job.name())),
        events: job.own("/events"),
        asks_again: job.mends(Repair::Wait),
    };
    let Some(condition) = condition else {
        // A backend that waits as the client's version has it, if it does not give up.
        return if watch.asks_again { watch.until_it_stops().await.map(Some) } else { Ok(None) };
    };
    // From here on what happens is seen, and only then the client may go on.
    let events = watch.backend.listen(Method::GET, &watch.events, None).await.ok();
    let events = events.filter(|events| events.status == StatusCode::OK);
    let first = match watch.look().await? {
        Look::Is(state) => state,
        Look::Gone(error) => return Ok(Some(error)),
    };
    let body = Body::later(async move {
        let code = watch.met(condition, first, events).await;
        let text = match code {
            Ok(code) => format!("{{\"StatusCode\":{code}}}\n"),
            Err(error) => {
                let message = Json::from(error.message.as_str());
                format!("{{\"StatusCode\":125,\"Error\":{{\"Message\":{message}}}}}\n")
            }
        };
        Ok::<Bytes, Broken>(text.into())
    });
    let mut answer = Response::new(body);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(Some(answer))
}

/// How a container does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
    id: String,
    running: bool,
    /// True if it has never been started.
    created: bool,
    started_at: String,
    code: i64,
}

enum Look {
    Is(State),
    /// The backend's own answer: there is no such container.
    Gone(Response<Body>),
}

/// A wait under way.
struct Watch {
    backend: Arc<Backend>,
    inspect: String,
    wait: String,
    events: String,
    asks_again: bool,
}

impl Watch {
    async fn look(&self) -> Result<Look, Error> {
        let said = self.backend.ask(Method::GET, &self.inspect, None, PATIENCE).await?;
        if said.status != StatusCode::OK {
            return Ok(Look::Gone(passed_on(said)));
        }
        let json = said.json()?;
        let state = json.get("State").unwrap_or(&Json::Null);
        let text = |json: &Json<'_>, name| json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let status = text(state, "Status").to_ascii_lowercase();
        Ok(Look::Is(State {
            id: text(&json, "Id"),
            running: state.get("Running").and_then(Json::as_bool).unwrap_or_default() || status == "running",
            created: status == "created",
            started_at: text(state, "StartedAt"),
            code: state.get("ExitCode").and_then(Json::as_i64).unwrap_or_default(),
        }))
    }

    /// Asks the backend itself, as often as it gives up.
    async fn until_it_stops(&self) -> Result<Response<Body>, Error> {
        loop {
            let said = self.backend.ask(Method::POST, &self.wait, None, ANY_TIME).await?;
            let gave_up = said.status == StatusCode::INTERNAL_SERVER_ERROR
                && said.message().contains("context deadline exceeded");
            if !gave_up {
                return Ok(passed_on(said));
            }
        }
    }

    /// Waits until the condition is met, and gives the exit code.
    async fn met(&self, condition: Condition, first: State, events: Option<Telling>) -> Result<i64, Error> {
        if condition == Condition::NotRunning && !first.running {
            return Ok(first.code);
        }
        let mut events = events;
        let (id, mut last) = (first.id.clone(), first.clone());
        loop {
            let heard = next_of(&mut events, &id).await;
            let died = if let Some(Heard::Died(code)) = heard { Some(code) } else { None };
            let state = match self.look().await {
                Ok(Look::Is(state)) => state,
                // Its end was seen before, and this is the last that is heard of it.
                Ok(Look::Gone(_)) if matches!(heard, Some(Heard::Gone)) && !last.running => return Ok(last.code),
                Ok(Look::Gone(_)) => return code_of_gone(died.flatten(), &last, &mut events).await,
                // A backend that is away for a moment ends no wait.
                Err(error) => {
                    if events.is_none() {
                        events = self.backend.listen(Method::GET, &self.events, None).await.ok();
                    }
                    if events.is_none() && self.backend.connect().await.is_err() {
                        return Err(error);
                    }
                    continue;
                }
            };
            let ended = match condition {
                Condition::NotRunning => !state.running,
                Condition::NextExit => {
                    let ran = first.running || state.started_at != first.started_at;
                    died.is_some() || ran && !state.running && !state.created
                }
                Condition::Removed => false,
            };
            if ended {
                return Ok(died.flatten().unwrap_or(state.code));
            }
            last =
                State { code: died.flatten().unwrap_or(state.code), running: state.running && died.is_none(), ..state };
        }
    }
}

/// The exit code of a container that is gone: what it was when it was last looked at, or what the events
/// on their way say.
async fn code_of_gone(died: Option<i64>, last: &State, events: &mut Option<Telling>) -> Result<i64, Error> {
    if let Some(code) = died {
        return Ok(code);
    }
    let until = Instant::now() + LOOK;
    while events.is_some() && Instant::now() < until {
        match next_of(events, &last.id).await {
            Some(Heard::Died(Some(code))) => return Ok(code),
            // It went without another run.
            Some(Heard::Gone) if !last.running => return Ok(last.code),
            Some(Heard::Gone) | None => break,
            Some(Heard::Died(None) | Heard::Something) => {}
        }
    }
    Err(Error::backend("vicgate: the container was removed before its exit code could be asked for"))
}

/// The next that happens to the container; `None` once it is time to look again.
async fn next_of(events: &mut Option<Telling>, id: &str) -> Option<Heard> {
    let Some(telling) = events else {
        sleep(LOOK_OFTEN).await;
        return None;
    };
    match timeout(LOOK, heard(telling, id)).await {
        Ok(None) => {
            *events = None;
            None
        }
        Ok(heard) => heard,
        Err(_) => None,
    }
}

/// The next event of a container; `None` if there will be no more.
async fn heard(events: &mut Telling, id: &str) -> Option<Heard> {
    loop {
        let line = events.line().await.ok()??;
        let Ok(event) = json::parse(&line) else { continue };
        let text = |name| event.get(name).and_then(Json::as_str).unwrap_or_default();
        let actor = event.get("Actor");
        let about = actor.and_then(|actor| actor.get("ID")).and_then(Json::as_str).unwrap_or_else(|| text("id"));
        if about != id {
            continue;
        }
        let action = if text("Action").is_empty() { text("status") } else { text("Action") };
        return Some(match action {
            "die" => {
                let attributes = actor.and_then(|actor| actor.get("Attributes"));
                let code = attributes.and_then(|all| all.get("exitCode")).and_then(Json::as_str);
                Heard::Died(code.and_then(|code| code.parse().ok()))
            }
            "destroy" => Heard::Gone,
            _ => Heard::Something,
        });
    }
}

/// What happened to a container.
enum Heard {
    Something,
    Died(Option<i64>),
    Gone,
}

/// An answer of the backend's own, for the client.
fn passed_on(said: crate::backend::Said) -> Response<Body> {
    let mut answer = Response::new(Body::Empty);
    *answer.status_mut() = said.status;
    if let Some(kind) = said.headers.get(header::CONTENT_TYPE) {
        answer.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
    }
    answer.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(said.body.len()));
    *answer.body_mut() = Body::full(said.body);
    answer
}
