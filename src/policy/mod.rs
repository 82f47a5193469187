//! Judging: plain data and one pure function. No IO, no clock, no connection.
//!
//! A [`Call`] is what a routed request asks for. [`decide`](decide::decide)
//! gives a [`Verdict`] on it. Only [`Call::permit`] makes a [`Permitted`], and the
//! backend accepts nothing else: "not checked" cannot be spelled.

pub mod access;
pub mod decide;
pub mod facts;
pub mod load;
pub mod profile;
pub mod rule;

mod call;
mod document;
mod flag;
mod near;
mod verdict;

pub use call::{Call, Permitted};
pub use decide::{Question, decide};
pub use document::Problem;
pub use profile::{Invalid, Profile, Support};
pub use verdict::{Permit, Point, Refusal, Verdict};

/// All that calls are judged by. Made by [`load::policy`], never changed; a
/// reload makes a new one.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What the backend can do.
    pub profile: Profile,
}
