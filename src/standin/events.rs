//! `GET /events`: what has happened and what happens.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio::sync::broadcast;

use super::StandIn;
use super::clock::{self, Nanos};
use super::container::Container;
use super::failure::Failure;
use super::filters::Filters;
use super::reply::{self, Reply};
use super::request::Call;
use super::store::lock;

/// How many events are remembered, as in Docker 1.13.
const REMEMBERED: usize = 256;

/// One event.
#[derive(Debug, Clone)]
pub(super) struct Event {
    kind: &'static str,
    action: String,
    id: String,
    attributes: Map<String, Value>,
    at: Nanos,
}

/// The ring of the last events, and those who listen.
pub(super) struct EventLog {
    past: Mutex<VecDeque<Event>>,
    live: broadcast::Sender<Event>,
}

impl Default for EventLog {
    fn default() -> Self {
        Self { past: Mutex::new(VecDeque::new()), live: broadcast::Sender::new(1024) }
    }
}

impl EventLog {
    /// Tells of a container.
    pub(super) fn container(&self, container: &Container, action: &str, more: &[(&str, &str)]) {
        let mut attributes: Map<String, Value> =
            container.spec.labels.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        attributes.insert("image".to_owned(), json!(container.spec.image_id));
        attributes.insert("name".to_owned(), json!(container.name()));
        for (name, value) in more {
            attributes.insert((*name).to_owned(), json!(value));
        }
        self.tell("container", action, &container.id, attributes);
    }

    /// Tells of an image.
    pub(super) fn image(&self, id: &str, action: &str, name: &str) {
        let attributes = Map::from_iter([("name".to_owned(), json!(name))]);
        self.tell("image", action, id, attributes);
    }

    fn tell(&self, kind: &'static str, action: &str, id: &str, attributes: Map<String, Value>) {
        let event = Event { kind, action: action.to_owned(), id: id.to_owned(), attributes, at: clock::now() };
        let mut past = lock(&self.past);
        if past.len() == REMEMBERED {
            past.pop_front();
        }
        past.push_back(event.clone());
        // Within the lock, so that a new listener sees each event once. Nobody need listen.
        let _ = self.live.send(event);
    }

    /// What has been, and what comes.
    fn listen(&self) -> (Vec<Event>, broadcast::Receiver<Event>) {
        let past = lock(&self.past);
        (past.iter().cloned().collect(), self.live.subscribe())
    }
}

/// `GET /events`.
pub(super) fn stream(standin: &Arc<StandIn>, call: &Call) -> Result<Reply, Failure> {
    let (since, until) = (call.query.text("since"), call.query.text("until"));
    let (from, to) = (clock::parse(since)?, clock::parse(until)?);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(Failure::bad_request(format!("`since` time ({since}) cannot be after `until` time ({until})")));
    }
    let filters = Filters::parse(call.query.text("filters"))?;
    let (past, mut live) = standin.events.listen();
    let (sender, reply) = reply::stream(Some("application/json"));
    standin.spawn(async move {
        let past = past.into_iter().filter(|event| match (from, to) {
            (Some(from), to) => event.at >= from && to.is_none_or(|to| event.at <= to),
            (None, Some(to)) => event.at <= to,
            (None, None) => false,
        });
        for event in past.filter(|event| event.passes(&filters)) {
            if sender.send(event.line()).await.is_err() {
                return;
            }
        }
        let end = async {
            match to {
                Some(to) => {
                    let left = Duration::from_nanos(to.saturating_sub(clock::now()));
                    tokio::time::sleep(left).await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::pin!(end);
        loop {
            let event = tokio::select! {
                biased;
                () = sender.closed() => return,
                event = live.recv() => event,
                () = &mut end => return,
            };
            match event {
                Ok(event) if event.passes(&filters) => {
                    if sender.send(event.line()).await.is_err() {
                        return;
                    }
                }
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    });
    Ok(reply)
}

impl Event {
    fn line(&self) -> Bytes {
        let attributes = Value::Object(self.attributes.clone());
        let mut event = json!({"status": self.action, "id": self.id});
        if let (Some(image), Some(event)) = (self.attributes.get("image"), event.as_object_mut()) {
            event.insert("from".to_owned(), image.clone());
        }
        if let Some(event) = event.as_object_mut() {
            event.insert("Type".to_owned(), json!(self.kind));
            event.insert("Action".to_owned(), json!(self.action));
            event.insert("Actor".to_owned(), json!({"ID": self.id, "Attributes": attributes}));
            event.insert("time".to_owned(), json!(clock::seconds(self.at)));
            event.insert("timeNano".to_owned(), json!(self.at));
        }
        Bytes::from(format!("{event}\n"))
    }

    fn passes(&self, filters: &Filters) -> bool {
        let attribute = |name: &str| self.attributes.get(name).and_then(Value::as_str).unwrap_or("");
        let name = attribute("name");
        let is_about = |wanted: &str| self.id.starts_with(wanted) || name == wanted;
        // An event may carry more after a colon: `exec_create: sh -c …`.
        let bare = self.action.split(':').next().unwrap_or("");
        filters.any("type", |wanted| wanted == self.kind)
            && filters.any("event", |wanted| wanted == bare || wanted == self.action)
            && filters.any("container", |wanted| self.kind == "container" && is_about(wanted))
            && filters.any("image", |wanted| wanted == attribute("image") || (self.kind == "image" && is_about(wanted)))
            && filters.all("label", |wanted| match wanted.split_once('=') {
                Some((label, value)) => attribute(label) == value,
                None => self.attributes.contains_key(wanted),
            })
    }
}
