//! The stand-in over real sockets: its wire behaviour against what was observed of VIC, and the
//! stock docker CLI on it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

mod cli;
mod containers;
mod create;
mod host;
mod http;
mod objects;
mod streams;
mod versions;
