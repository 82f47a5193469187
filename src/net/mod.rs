//! Sockets as both sides of the gateway use them: TCP or unix, in the clear or
//! under TLS, as one type; the TLS material of both sides; and who a certificate is for.

mod client_auth;
mod client_tls;
mod names;
mod pem;
mod server_tls;
mod socket;

pub use client_tls::{ClientTls, client_tls};
pub use names::{UnclearCertificate, certificate};
pub use pem::{TlsFileError, hex, sha256};
pub use server_tls::{ServerTls, server_tls};
pub use socket::{Plain, Socket};

use bytes::Bytes;

/// A backend's connection that has been taken over: what a tunnel is made of.
#[derive(Debug)]
pub struct Upstream {
    /// The connection.
    pub socket: Socket,
    /// What the backend sent behind its answer's head.
    pub early: Bytes,
}
