//! Sockets as both sides of the gateway use them: TCP or unix, in the clear or
//! under TLS, as one type; the TLS material of both sides; and who a certificate is for.

mod client_auth;
mod client_tls;
mod names;
mod pem;
mod reader;
mod server_tls;
mod socket;
mod watched;

pub use client_tls::{ClientTls, client_tls};
pub use names::{UnclearCertificate, certificate};
pub use pem::{TlsFileError, hex, sha256};
pub use server_tls::{ServerTls, server_tls};
pub use socket::{Plain, Socket};
pub use watched::Watched;

use std::fmt;
use std::time::Instant;

use bytes::Bytes;

/// A backend's connection that has been taken over: what a tunnel is made of.
#[derive(Debug)]
pub struct Upstream {
    /// The connection.
    pub socket: Socket,
    /// What the backend sent behind its answer's head.
    pub early: Bytes,
    /// Who counts what passes, if anybody does.
    pub meter: Option<Box<dyn Meter>>,
}

/// Counts the bytes of a call, without its heads. Dropped when the call has ended.
pub trait Meter: Send + fmt::Debug {
    /// So many more came from the client.
    fn received(&mut self, bytes: u64);

    /// So many more went to the client.
    fn sent(&mut self, bytes: u64);

    /// The call ended at this moment: for whoever drops this and knows it already.
    fn ended(&mut self, moment: Instant);
}
