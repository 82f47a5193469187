//! Between the API version of a client and that of a backend: what has to
//! change in a call on its way in, and in its answer on the way out.
//!
//! Pure facts and functions. [`STEPS`] lists every difference between versions,
//! and every oddity of a backend that can be mended, one row each. [`request`] and [`answer`]
//! carry out the rows that lie between the two versions of an [`Ask`]:
//!
//! ```text
//! client 1.44 → request: 1.44, 1.43, … 1.26 downward → backend 1.25
//! client 1.44 ← answer:  1.26, 1.27, … 1.44 upward   ← backend 1.25
//! ```
//!
//! Where both speak the same version and the backend needs no repair, no row
//! applies; [`wants_body`] and [`wants_answer`] say so without a look at the call.

mod answer;
mod edits;
mod range;
mod repair;
mod request;
mod step;
mod steps;
mod time;
mod tree;

pub use answer::{Outcome, Stream, answer, offer, status, stream, wants_answer};
pub use edits::{After, Condition, Edits, Note, Problem};
pub use range::{OutOfRange, Range};
pub use repair::{Repair, Repairs, create_has_repairs_only, create_needs, message};
pub use request::{lift, request, wants_body, wants_request};
pub use step::{How, Step, When};
pub use steps::STEPS;

use std::sync::Arc;

use super::endpoint::Endpoint;
use super::version::ApiVersion;

/// A call between a client and a backend, as far as the bridge looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The operation that the client asked for.
    pub endpoint: Endpoint,
    /// The API version that the client speaks.
    pub client: ApiVersion,
    /// The API version that the call is sent with.
    pub backend: ApiVersion,
    /// The backend.
    pub host: &'a Host,
}

/// A call that was bridged on its way in: what its answer needs on the way out.
#[derive(Clone, Debug)]
pub struct Bridged {
    /// The API version that the client speaks.
    pub client: ApiVersion,
    /// The API version that the call is sent with.
    pub backend: ApiVersion,
    /// The backend.
    pub host: Arc<Host>,
    /// What has to follow the call or its answer.
    pub after: Vec<After>,
    /// What was changed, for people.
    pub notes: Vec<Note>,
    /// What is offered, and what the backend speaks.
    pub range: Range,
    /// True if nothing is to be done but for errors.
    pub errors_only: bool,
}

impl Bridged {
    /// The question behind the call; `endpoint` is the operation that was sent.
    #[must_use]
    pub fn ask(&self, endpoint: Endpoint) -> Ask<'_> {
        Ask { endpoint, client: self.client, backend: self.backend, host: &self.host }
    }

    /// True if the backend needs this repair.
    #[must_use]
    pub fn repairs(&self, repair: Repair) -> bool {
        self.host.repairs.has(repair)
    }
}

/// True if anything is done about a call, or about its answer that is no error. Slow: for a table.
#[must_use]
pub fn touches(ask: &Ask<'_>) -> bool {
    ask.client != ask.backend || changes(ask)
}

/// True if a function of a row changes a call or its answer; where only fields and parameters come and go,
/// whether that one has any of them decides.
#[must_use]
pub fn changes(ask: &Ask<'_>) -> bool {
    STEPS.iter().any(|step| step.endpoints.contains(&ask.endpoint) && step.applies(ask))
}

/// True if only the answer to a call is changed, within [`answer()`]: nothing in the call, and no answer of its own
/// comes instead.
#[must_use]
pub fn changes_answer_only(ask: &Ask<'_>) -> bool {
    let applies = |step: &&Step| step.endpoints.contains(&ask.endpoint) && step.applies(ask);
    STEPS.iter().filter(applies).all(|step| matches!(step.how, How::Answer(_)))
}

/// What has to be known of a backend besides its version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Host {
    /// Operating system and architecture, such as `linux/amd64`; empty if unknown.
    pub platform: String,
    /// True if the kernel has cgroups of version 1, where containers without a
    /// wish of their own got the host's cgroup namespace before API 1.41.
    pub cgroup_v1: bool,
    /// What of its behaviour is mended.
    pub repairs: Repairs,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
