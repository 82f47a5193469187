//! What becomes of a call that is bridged.

use crate::docker::endpoint::Endpoint;
use crate::docker::json::Json;
use crate::docker::version::ApiVersion;

/// The changes to a call besides those to its target and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edits {
    /// The operation to send; another one where the backend knows it under
    /// another path.
    pub endpoint: Endpoint,
    /// What was changed, for people.
    pub notes: Vec<Note>,
    /// What has to follow the call or its answer.
    pub after: Vec<After>,
    /// The body to send instead of the client's; an empty one is none.
    pub body: Option<Json<'static>>,
    /// True if the call has no body any more.
    pub drop_body: bool,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The field or parameter.
    pub path: String,
    /// What became of it.
    pub text: String,
}

/// What the backend cannot do in this one call: it is done besides, or to the
/// answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// The container is removed once it has stopped: the backend does not know `AutoRemove`.
    AutoRemove,
    /// The new container joins this further network.
    Connect {
        /// The network.
        network: String,
        /// The body of the call that joins it; the id of the container is still missing.
        body: Json<'static>,
    },
    /// A wait that the backend does not know.
    Wait(Condition),
    /// A stop with a signal of its own.
    Signal(String),
    /// A search with a limit or filters that the backend does not know.
    Search {
        /// At most so many.
        limit: usize,
        /// Filters: names and values.
        filters: Vec<(String, Vec<String>)>,
    },
    /// A volume that is not there counts as removed.
    MissingVolume,
    /// The network must be of this scope.
    Scope(String),
    /// Only these kinds of objects are wanted of a disk usage.
    DiskUsage(Vec<String>),
    /// The disk usage is wanted with every object.
    Verbose(bool),
    /// Only events that these filters let through.
    Events(Vec<(String, Vec<String>)>),
    /// Only the first object of the stream.
    First,
}

/// What a wait waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The container does not run.
    NotRunning,
    /// The container stops the next time.
    NextExit,
    /// The container is gone.
    Removed,
}

/// One thing that the backend's version cannot do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field or query parameter, such as `HostConfig.Annotations`; the
    /// operation's name where the operation itself is missing.
    pub path: String,
    /// Its value, as short JSON; empty for an operation.
    pub value: String,
    /// Why, such as `needs API 1.43, this backend speaks 1.25`.
    pub reason: String,
    /// True if it is the operation that is missing.
    pub operation: bool,
}

impl Problem {
    /// The backend is too old for `path`.
    pub(super) fn needs(path: impl Into<String>, value: &Json<'_>, first: ApiVersion, backend: ApiVersion) -> Self {
        let reason = format!("needs API {first}, this backend speaks {backend}");
        Self::new(path, value, reason)
    }

    pub(super) fn new(path: impl Into<String>, value: &Json<'_>, reason: impl Into<String>) -> Self {
        let path = path.into();
        let value = crate::docker::secret::shown(&path, value);
        Self { path, value, reason: reason.into(), operation: false }
    }
}
