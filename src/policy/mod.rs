//! Judging: plain data and one pure function. No IO, no clock, no connection.
//!
//! A [`Call`] is what a routed request asks for. [`decide`](decide::decide)
//! gives a [`Verdict`] on it. Only [`Call::permit`] makes a [`Permitted`], and the
//! backend accepts nothing else: "not checked" cannot be spelled.

pub mod access;
pub mod decide;
pub mod facts;
pub mod load;
pub mod own;
pub mod profile;
pub mod rule;

mod call;
mod document;
mod flag;
mod near;
mod verdict;

pub use access::{Access, Caller};
pub use call::{Arrival, Call, Head, Permitted};
pub use decide::{Question, decide, decide_for, decide_read};
pub use document::Problem;
pub use profile::{Invalid, Profile, Support};
pub use verdict::{Permit, Point, Refusal, Verdict};

use crate::docker::endpoint::Endpoint;

/// All that calls are judged by. Made by [`load::policy`], never changed; a
/// reload makes a new one.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What the backend can do.
    pub profile: Profile,
    /// Who may do what; everyone everything without it.
    pub access: Option<Access>,
}

impl Policy {
    /// True if some rule of the access policy looks at what a call of the operation asks for.
    fn access_looks_into(&self, endpoint: Endpoint) -> bool {
        self.access.as_ref().is_some_and(|access| access.looks_into(endpoint))
    }

    /// True if fields and parameters that no API version knows go on. They never do
    /// where an access policy judges the call: it cannot know what they ask for.
    fn forwards_unknown(&self, endpoint: Endpoint) -> bool {
        self.profile.unknown == profile::Unknown::Forward && !self.access_looks_into(endpoint)
    }
}
