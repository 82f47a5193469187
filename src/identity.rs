//! Who is asking, and by what evidence.

use std::net::SocketAddr;

/// Who is at the other end of a client connection.
///
/// An address is never a name: it is kept for logs and restrictions only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// How the caller proved who it is.
    pub evidence: Evidence,
    /// Where the connection comes from; `None` on unix sockets.
    pub address: Option<SocketAddr>,
}

/// What a connection says of its peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A client certificate that the listener's CA vouches for.
    Certificate(Certificate),
    /// The credentials of the process at the other end of a unix socket.
    UnixPeer {
        /// User id of the peer.
        uid: u32,
        /// Primary group id of the peer.
        gid: u32,
        /// Process id, where the system tells it.
        pid: Option<i32>,
    },
    /// Nothing: anyone who can connect.
    Nobody,
}

/// What identifies the holder of a client certificate (RFC 5280).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Common names of the subject, in order.
    pub common_names: Vec<String>,
    /// Organisations of the subject.
    pub organisations: Vec<String>,
    /// Organisational units of the subject.
    pub units: Vec<String>,
    /// Subject alternative names of type DNS.
    pub dns_names: Vec<String>,
    /// Subject alternative names of type URI, such as SPIFFE ids.
    pub uris: Vec<String>,
    /// Subject alternative names of type email.
    pub emails: Vec<String>,
    /// SHA-256 of the certificate in DER, in lower-case hex.
    pub fingerprint: String,
}

impl Identity {
    /// Anyone who can connect.
    #[must_use]
    pub const fn nobody() -> Self {
        Self { evidence: Evidence::Nobody, address: None }
    }

    /// A short name for logs: the common name, `uid:N`, or `-`.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.evidence {
            Evidence::Certificate(certificate) => certificate.label(),
            Evidence::UnixPeer { uid, .. } => format!("uid:{uid}"),
            Evidence::Nobody => "-".into(),
        }
    }
}

impl Certificate {
    /// A short name for logs: the common name, or the fingerprint where there is not exactly one.
    #[must_use]
    pub fn label(&self) -> String {
        match self.common_names.as_slice() {
            [name] => name.clone(),
            _ => format!("sha256:{}", self.fingerprint),
        }
    }
}
