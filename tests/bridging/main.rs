//! The bridge between API versions through real sockets: the gateway in front of
//! a stand-in, and what its clients see.

#![allow(unreachable_pub, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../support/mod.rs"]
mod support;

mod asking;
mod gateway;
mod long;
mod negotiation;
mod repairs;
mod standin;
mod waits;
