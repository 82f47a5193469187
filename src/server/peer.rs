//! Who is at the other end, from what the connection itself says.

use std::io;
use std::net::SocketAddr;

use tokio_rustls::server::TlsStream;

use crate::identity::{Evidence, Identity};
use crate::net::{Plain, UnclearCertificate, certificate};

/// The peer of a connection without TLS.
///
/// # Errors
/// The system does not tell who is at the other end of a unix socket.
pub(super) fn of_plain(socket: &Plain, address: Option<SocketAddr>) -> io::Result<Identity> {
    let evidence = match socket {
        Plain::Tcp(_) => Evidence::Nobody,
        Plain::Unix(stream) => {
            let credentials = stream.now().ok_or(io::ErrorKind::NotConnected)?.peer_cred()?;
            Evidence::UnixPeer { uid: credentials.uid(), gid: credentials.gid(), pid: credentials.pid() }
        }
    };
    Ok(Identity { evidence, address })
}

/// The peer of a TLS connection: by its certificate, if the listener asked for one.
///
/// # Errors
/// The certificate does not say clearly who it is for; such a one ends the handshake already.
pub(super) fn of_tls(stream: &TlsStream<Plain>, address: Option<SocketAddr>) -> Result<Identity, UnclearCertificate> {
    let leaf = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let evidence = match leaf {
        None => Evidence::Nobody,
        Some(leaf) => Evidence::Certificate(certificate(leaf)?),
    };
    Ok(Identity { evidence, address })
}
