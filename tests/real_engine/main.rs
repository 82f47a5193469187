//! The stock docker CLIs through the gateway to a real dockerd: nobody can tell
//! that the gateway is there.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

#[path = "../reading/case.rs"]
#[allow(dead_code, unreachable_pub)]
mod case;
#[path = "../engine/mod.rs"]
mod engine;

mod bollard;
mod containers;
mod errors;
mod files;
mod images;
mod libraries;
mod networks;
mod owning;
mod policies;
mod reading;
mod redaction;
mod refusals;
mod replay;
mod streams;
mod system;
mod terminals;
