//! Sockets as both sides of the gateway use them: TCP or unix, in the clear or
//! under TLS, as one type.

mod socket;

pub use socket::{Plain, Socket};

use bytes::Bytes;
use http::HeaderMap;

/// A backend's connection that has been taken over: what a tunnel is made of.
#[derive(Debug)]
pub struct Upstream {
    /// The connection.
    pub socket: Socket,
    /// The headers of the backend's answer, for the client's.
    pub headers: HeaderMap,
    /// What the backend sent behind its answer's head.
    pub early: Bytes,
}
