//! Containers: what they are and the calls on them.

mod change;
mod checks;
mod create;
mod inspect;
mod lifecycle;
mod list;
mod ports;
mod spec;
mod wait;

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::StandIn;
use super::clock::Nanos;
use super::console::Console;
use super::failure::Failure;
use super::files::Files;
use super::input::Input;
use super::reply::{self, Reply};
use super::store::lock;

pub(super) use change::{is_valid_name, remove, rename, resize};
pub(super) use create::create;
pub(super) use inspect::{inspect, labels};
pub(super) use lifecycle::{kill, restart, start, stop};
pub(super) use list::list;
pub(super) use spec::Spec;
pub(super) use wait::wait;

/// How far a container has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Created,
    Running,
    Exited,
}

impl Status {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Exited => "exited",
        }
    }
}

/// What changes while a container lives.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) status: Status,
    pub(super) exit_code: i32,
    pub(super) error: String,
    pub(super) started: Option<Nanos>,
    pub(super) finished: Option<Nanos>,
    pub(super) removed: bool,
    /// How often it has ended, so that a waiter sees an end even when it runs again.
    pub(super) ends: u64,
}

/// A network that a container is in.
#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    pub(super) network: String,
    pub(super) id: String,
    /// Given by the user, or at start.
    pub(super) address: Option<String>,
    pub(super) is_static: bool,
    pub(super) aliases: Vec<String>,
}

/// A published port while the container runs.
#[derive(Debug, Clone)]
pub(super) struct Published {
    pub(super) private: u16,
    pub(super) protocol: String,
    pub(super) public: u16,
}

/// A container.
pub(super) struct Container {
    pub(super) id: String,
    pub(super) created: Nanos,
    pub(super) spec: Spec,
    pub(super) files: Arc<Files>,
    pub(super) console: Arc<Console>,
    pub(super) input: Input,
    pub(super) endpoints: Mutex<Vec<Endpoint>>,
    pub(super) published: Mutex<Vec<Published>>,
    name: Mutex<String>,
    state: watch::Sender<State>,
    /// Held while the process is started, so that it is started once.
    starting: Mutex<()>,
}

impl Container {
    fn new(id: String, name: String, created: Nanos, spec: Spec, files: Files, console: Console) -> Self {
        let console = Arc::new(console);
        Self {
            id,
            created,
            files: Arc::new(files),
            input: Input::new(Arc::clone(&console)),
            console,
            endpoints: Mutex::new(spec.endpoint.clone().into_iter().collect()),
            published: Mutex::new(Vec::new()),
            name: Mutex::new(name),
            state: watch::Sender::new(State {
                status: Status::Created,
                exit_code: 0,
                error: String::new(),
                started: None,
                finished: None,
                removed: false,
                ends: 0,
            }),
            starting: Mutex::new(()),
            spec,
        }
    }

    pub(super) fn name(&self) -> String {
        lock(&self.name).clone()
    }

    pub(super) fn state(&self) -> State {
        self.state.borrow().clone()
    }

    pub(super) fn watch(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    pub(super) fn is_running(&self) -> bool {
        self.state.borrow().status == Status::Running
    }
}

/// `GET /containers/{id}/changes`.
pub(super) fn changes(standin: &StandIn, name: &str) -> Result<Reply, Failure> {
    let container = standin.store.container(name)?;
    let changes: Vec<Value> =
        container.files.changes().into_iter().map(|(path, kind)| json!({"Path": path, "Kind": kind})).collect();
    Ok(reply::ok(&Value::from(changes)))
}
