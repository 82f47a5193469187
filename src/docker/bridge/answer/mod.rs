//! Answers: from the form of the backend's version to that of the client's.

mod container;
mod df;
mod events;
mod image;
mod info;
mod network;
mod stats;
mod status;
mod stream;
mod version;

use super::step::{How, Step};
use super::tree::text;
use super::{After, Ask, steps};
use crate::docker::endpoint::{AnswerKind, Endpoint};
use crate::docker::json::Json;

pub(super) use container::*;
pub(super) use df::*;
pub(super) use events::*;
pub(super) use image::*;
pub(super) use info::*;
pub(super) use network::*;
pub(super) use stats::*;
pub use status::status;
pub use stream::{Stream, stream};
pub use version::offer;
pub(super) use version::*;

/// An answer on its way out. `json` is one whole body, or one object of a stream.
#[derive(Debug)]
pub struct Answer<'r, 'a, 'j> {
    /// What was asked.
    pub ask: &'r Ask<'a>,
    /// What was left to do when the call was sent.
    pub after: &'r [After],
    /// The body.
    pub json: &'r mut Json<'j>,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It goes on, rewritten.
    Keep,
    /// One object of a stream that the client must not see.
    Drop,
    /// What the client asked for is not there: a 404.
    NotFound,
}

/// True if [`answer`] may change a successful answer. Looked up in a table; an
/// answer for which it is false needs no reading.
#[must_use]
pub fn wants_answer(ask: &Ask<'_>, after: &[After]) -> bool {
    steps::of(ask.endpoint).answers.any(ask) || after.iter().any(looks_at_answer)
}

/// Rewrites the JSON of a successful answer in place, or one object of a stream
/// of them. `ask.endpoint` is the operation that was sent.
pub fn answer(ask: &Ask<'_>, after: &[After], json: &mut Json<'_>) -> Outcome {
    let mut answer = Answer { ask, after, json, outcome: Outcome::Keep };
    let steps = &steps::of(ask.endpoint).answers;
    // What the backend gets wrong comes first, so that the steps find what its version documents.
    answer.apply(&steps.repairs);
    answer.finish();
    answer.apply(&steps.down);
    answer.apply(&steps.up);
    answer.outcome
}

impl Answer<'_, '_, '_> {
    fn apply(&mut self, steps: &[&Step]) {
        for step in steps {
            if let How::Answer(rewrite) = step.how
                && self.outcome == Outcome::Keep
                && step.applies(self.ask)
            {
                rewrite(self);
            }
        }
    }

    /// What the backend could not do itself.
    fn finish(&mut self) {
        for after in self.after {
            match after {
                After::Search { limit, filters } => search(self.json, *limit, filters),
                After::Scope(scope) => {
                    let own = text(self.json, &["Scope"]);
                    if own != scope && !(own.is_empty() && scope == "local") {
                        self.outcome = Outcome::NotFound;
                    }
                }
                After::DiskUsage(kinds) => only_kinds(self.json, kinds),
                After::Events(filters) => {
                    if !passes(self.json, filters) {
                        self.outcome = Outcome::Drop;
                    }
                }
                After::AutoRemove
                | After::Connect { .. }
                | After::Wait(_)
                | After::Signal(_)
                | After::MissingVolume
                | After::Verbose(_)
                | After::First => {}
            }
        }
    }
}

/// True if the answers of an operation are read object by object.
pub(super) fn is_stream(endpoint: Endpoint) -> bool {
    endpoint.row().answer == AnswerKind::JsonStream
}

fn looks_at_answer(after: &After) -> bool {
    match after {
        After::Search { .. } | After::Scope(_) | After::DiskUsage(_) | After::Events(_) | After::First => true,
        After::AutoRemove
        | After::Connect { .. }
        | After::Wait(_)
        | After::Signal(_)
        | After::MissingVolume
        | After::Verbose(_) => false,
    }
}
