//! Calls: from the form of the client's version to that of the backend's.

mod archive;
mod create;
mod endpoints;
mod exec;
mod fields;
mod images;
mod lift;
mod mounts;
mod others;
mod params;

use super::step::{How, Step};
use super::{Ask, Edits, Note, Problem, steps};
use crate::docker::endpoint::{BodyKind, Endpoint};
use crate::docker::json::Json;
use crate::docker::target::Target;
use crate::docker::version::ApiVersion;

pub(super) use archive::*;
pub(super) use create::*;
pub(super) use endpoints::*;
pub(super) use exec::*;
pub(super) use images::*;
pub use lift::lift;
pub(super) use mounts::*;
pub(super) use others::*;

/// A call on its way in.
#[derive(Debug)]
pub struct Request<'r, 'a, 'j> {
    /// What is asked.
    pub ask: &'r Ask<'a>,
    /// The target, to be changed in place.
    pub target: &'r mut Target,
    /// The body in canonical spelling, to be changed in place.
    pub body: Option<&'r mut Json<'j>>,
    /// What else changes.
    pub edits: Edits,
    /// What cannot be done.
    pub problems: Vec<Problem>,
}

/// True if [`request`] may change or refuse a call. Looked up in a table.
#[must_use]
pub fn wants_request(ask: &Ask<'_>) -> bool {
    ask.client != ask.backend || steps::of(ask.endpoint).requests.any(ask)
}

/// True if [`request`] has to see the call's JSON body.
#[must_use]
pub fn wants_body(ask: &Ask<'_>) -> bool {
    ask.endpoint.row().body == BodyKind::Json && wants_request(ask)
}

/// Rewrites a call in place into one that the backend's version knows. The
/// body is in canonical spelling, as [`schema::read`](crate::docker::schema::read) gives it; it is `None` where
/// the call has none, or where it is no JSON.
///
/// # Errors
/// Everything in the call that the backend's version cannot do. Target and body
/// are not to be used then.
pub fn request(ask: &Ask<'_>, target: &mut Target, body: Option<&mut Json<'_>>) -> Result<Edits, Vec<Problem>> {
    let edits = Edits { endpoint: ask.endpoint, notes: Vec::new(), after: Vec::new(), body: None, drop_body: false };
    let mut request = Request { ask, target, body, edits, problems: Vec::new() };
    let steps = &steps::of(ask.endpoint).requests;
    request.apply(&steps.down);
    request.apply(&steps.up);
    if ask.client != ask.backend {
        request.hold_to_version();
    }
    request.apply(&steps.repairs);
    if request.problems.is_empty() { Ok(request.edits) } else { Err(request.problems) }
}

impl Request<'_, '_, '_> {
    fn apply(&mut self, steps: &[&Step]) {
        for step in steps {
            if let How::Request(rewrite) = step.how
                && step.applies(self.ask)
            {
                rewrite(self);
            }
        }
    }

    /// Says what became of a field or parameter.
    pub(super) fn note(&mut self, path: &str, text: &str) {
        self.edits.notes.push(Note { path: path.to_owned(), text: text.to_owned() });
    }

    /// Refuses a value for a reason of its own.
    pub(super) fn refuse(&mut self, path: impl Into<String>, value: &Json<'_>, reason: &str) {
        self.problems.push(Problem::new(path, value, reason));
    }

    /// Refuses a value that needs `version`.
    pub(super) fn needs(&mut self, path: impl Into<String>, value: &Json<'_>, version: u8) {
        self.problems.push(Problem::needs(path, value, ApiVersion::new(version), self.ask.backend));
    }

    /// Sends the call to another operation, about the same name.
    pub(super) fn send_to(&mut self, endpoint: Endpoint) {
        let name = self.target.name(self.ask.endpoint).to_owned();
        let pattern = endpoint.row().pattern;
        self.target.path = match (pattern.find('{'), pattern.find('}')) {
            (Some(start), Some(end)) => {
                let (before, after) = (pattern.get(..start), pattern.get(end + 1..));
                format!("{}{name}{}", before.unwrap_or_default(), after.unwrap_or_default())
            }
            _ => pattern.to_owned(),
        };
        self.edits.endpoint = endpoint;
    }

    /// Takes a query parameter out, with its first value.
    pub(super) fn take_param(&mut self, name: &str) -> Option<String> {
        let value = self.target.param(name).map(str::to_owned);
        self.target.query.retain(|(own, _)| own != name);
        value
    }

    /// What no step of its own decides: the operation, its parameters, its fields.
    fn hold_to_version(&mut self) {
        let row = self.edits.endpoint.row();
        let backend = self.ask.backend;
        if !row.is_in(backend) {
            let reason = if backend < row.first {
                format!("needs API {}, this backend speaks {backend}", row.first)
            } else {
                format!("is gone since API {}, this backend speaks {backend}", next(row.last))
            };
            self.problems.push(Problem { path: row.name.to_owned(), value: String::new(), reason, operation: true });
            return;
        }
        params::hold(self);
        if self.edits.endpoint == self.ask.endpoint && !self.edits.drop_body {
            fields::hold(self);
        }
    }
}

/// The version behind `version`.
pub(super) const fn next(version: ApiVersion) -> ApiVersion {
    ApiVersion::new(version.minor().saturating_add(1))
}
