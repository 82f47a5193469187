//! vicgate stands in front of a container host that speaks the Docker Remote
//! API and makes it safe and pleasant to use.
//!
//! A call travels the modules from left to right:
//!
//! ```text
//! listener → tls identity → http → route → authorize → inspect/edit → backend → normalise → client
//!                                                             └─ hijack → tunnel
//! ```
//!
//! [`server`] owns sockets and connections. [`middleware`] is the stack of layers;
//! each turns the request into a narrower type: `http::Request`, then
//! [`policy::Call`], then [`policy::Permitted`]. [`policy`] judges and is pure;
//! [`docker`] holds the facts of the API. [`backend`] takes permitted calls only.
//! `last` has the threads for what can wait. [`normalise`] makes the answer what the API version documents.

pub mod body;
pub mod error;
pub mod identity;
mod last;
pub mod net;
pub mod settings;

pub mod cli;
pub mod server;

pub mod middleware;

pub mod docker;
pub mod policy;

pub mod backend;
pub mod normalise;

pub mod observe;

pub mod standin;
