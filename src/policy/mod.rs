//! Judging: plain data and one pure function. No IO, no clock, no connection.
//!
//! A [`Call`] is what a routed request asks for. [`decide`](decide::decide)
//! gives a [`Verdict`] on it. Only [`Call::permit`] makes a [`Permitted`], and the
//! backend accepts nothing else: "not checked" cannot be spelled.

pub mod access;
pub mod facts;

mod call;
mod verdict;

pub use call::{Call, Permitted};
pub use verdict::{Permit, Point, Refusal, Verdict};
