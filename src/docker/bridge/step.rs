//! One row of the table of steps.

use super::answer::Answer;
use super::request::Request;
use super::{Ask, Repair};
use crate::docker::endpoint::Endpoint;
use crate::docker::version::ApiVersion;

/// One difference between two API versions, or one repair.
#[derive(Debug)]
pub struct Step {
    /// Its number. Rows of one number belong to one difference.
    pub id: u16,
    /// When it has to be bridged.
    pub when: When,
    /// The operations that have it; none where the rules of [`How`] find them, or for errors of all.
    pub endpoints: &'static [Endpoint],
    /// How it is bridged.
    pub how: How,
    /// What differs.
    pub what: &'static str,
}

/// When a step applies. The version is the first that has the new behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The client is older than it, the backend is not.
    Up(ApiVersion),
    /// The backend is older than it, the client is not.
    Down(ApiVersion),
    /// The client is older than it, whatever the backend is.
    Client(ApiVersion),
    /// The backend is older than it, whatever the client is.
    Backend(ApiVersion),
    /// The backend needs this repair.
    Repair(Repair),
}

/// How a step is bridged.
#[derive(Clone, Copy)]
pub enum How {
    /// By this function, on the call.
    Request(fn(&mut Request<'_, '_, '_>)),
    /// By this function, on the JSON of the answer.
    Answer(fn(&mut Answer<'_, '_, '_>)),
    /// By first and last version of the fields in the schema.
    Fields,
    /// By first and last version of the query parameters.
    Params,
    /// By first and last version of the operation.
    Operation,
    /// Outside of this module, since it takes further calls, time or headers;
    /// the text names where.
    Elsewhere(&'static str),
    /// Not at all, for this reason.
    Never(&'static str),
}

impl std::fmt::Debug for How {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Request(_) => f.write_str("Request"),
            Self::Answer(_) => f.write_str("Answer"),
            Self::Fields => f.write_str("Fields"),
            Self::Params => f.write_str("Params"),
            Self::Operation => f.write_str("Operation"),
            Self::Elsewhere(place) => write!(f, "Elsewhere({place})"),
            Self::Never(reason) => write!(f, "Never({reason})"),
        }
    }
}

impl Step {
    /// True if the step lies between the two versions of `ask`.
    #[must_use]
    pub fn applies(&self, ask: &Ask<'_>) -> bool {
        match self.when {
            When::Up(version) => ask.client < version && version <= ask.backend,
            When::Down(version) => ask.backend < version && version <= ask.client,
            When::Client(version) => ask.client < version,
            When::Backend(version) => ask.backend < version,
            When::Repair(repair) => ask.host.repairs.has(repair),
        }
    }

    /// The version at which it lies; none for repairs.
    #[must_use]
    pub const fn version(&self) -> Option<ApiVersion> {
        match self.when {
            When::Up(version) | When::Down(version) | When::Client(version) | When::Backend(version) => Some(version),
            When::Repair(_) => None,
        }
    }
}
