//! The settings of the gateway, resolved once. The rest of the program sees
//! [`Settings`] only, never a file, a flag or a variable.

mod check;
mod load;
mod raw;
mod url;

use std::path::PathBuf;
use std::time::Duration;

pub use load::{Flags, SettingsErrors};
pub use url::{BackendUrl, InvalidUrl, ListenUrl};

/// All settings of `vicgate serve`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where clients connect.
    pub listen: Vec<Listen>,
    /// What calls are sent to.
    pub backend: Backend,
    /// Capability profile and access policy.
    pub policy: Policy,
    /// The API versions that clients may speak.
    pub api: Api,
    /// Bounds and deadlines.
    pub limits: Limits,
    /// Value of `Access-Control-Allow-Origin`, as of `--api-cors-header`; `None` leaves CORS off.
    pub api_cors_header: Option<String>,
    /// Address of the admin listener (metrics, health).
    pub admin: Option<std::net::SocketAddr>,
    /// Logging.
    pub log: Log,
    /// True if changed certificates and policies are taken without being told to.
    pub reload_on_change: bool,
    /// Where in the settings file the values stand.
    places: check::Places,
}

impl Settings {
    /// Where the settings file has this value, such as the name of a file that turns out
    /// to be missing: `vicgate.toml:3:8: `, or nothing if it came from elsewhere.
    #[must_use]
    pub fn place_of(&self, value: &str) -> &str {
        self.places.of_text(value)
    }
}

/// One listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// Its address.
    pub url: ListenUrl,
    /// Certificates, for a `tls://` listener.
    pub tls: Option<ListenTls>,
}

/// The files of a TLS listener, all PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenTls {
    /// Server certificate chains and their keys; the first serves clients that
    /// send no server name or one that no certificate has.
    pub certificates: Vec<CertificateFiles>,
    /// CA of the clients. When set, a client certificate is required.
    pub client_ca: Option<PathBuf>,
    /// Certificate revocation lists of the client CA.
    pub crls: Vec<PathBuf>,
    /// What becomes of clients when a revocation list has ended.
    pub crl_expired: CrlExpired,
    /// How long a handshake may take.
    pub handshake_timeout: Duration,
}

/// What becomes of clients when the `nextUpdate` of a revocation list has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CrlExpired {
    /// They are refused: nobody knows who was revoked since.
    #[default]
    Refuse,
    /// They are accepted by the old list, and the log warns of it.
    Accept,
}

/// A certificate chain and its private key (PKCS#1, PKCS#8 or SEC1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The chain, leaf first.
    pub cert: PathBuf,
    /// The key.
    pub key: PathBuf,
}

/// The backend and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    /// Its address.
    pub url: BackendUrl,
    /// Files and names for a `tls://` backend.
    pub tls: BackendTls,
    /// Value of the `Host` header; `None` takes it from the URL, as VIC demands.
    pub host_header: Option<String>,
    /// How long connecting (and the TLS handshake) may take.
    pub connect_timeout: Duration,
}

/// How a TLS backend is verified and how we identify ourselves to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackendTls {
    /// CA that signed the backend's certificate. Without it and without a pin, no
    /// certificate is trusted.
    pub ca: Option<PathBuf>,
    /// Our client certificate and key.
    pub client: Option<CertificateFiles>,
    /// Name to verify the certificate against, instead of the URL's host.
    pub name: Option<String>,
    /// SHA-256 of the backend's certificate in DER. With it, the certificate is
    /// accepted for being that one, whatever names it has: VIC makes
    /// certificates without any.
    pub pin: Option<[u8; 32]>,
}

/// The API versions that clients may speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Api {
    /// The number behind `1.` of the oldest; `None` takes 1.18, or the backend's own if that is older.
    pub min: Option<u8>,
    /// The number behind `1.` of the newest; `None` takes 1.52, or the backend's own if that is newer.
    pub max: Option<u8>,
    /// True offers versions that the backend does not speak, and mends what its profile says of it in
    /// `[repair]`. False sends every call with the version that the client gave it, and asks the
    /// backend nothing.
    pub translate: bool,
}

impl Default for Api {
    fn default() -> Self {
        Self { min: None, max: None, translate: true }
    }
}

/// Which policies judge calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Capability profile: a name or the path of a file.
    pub profile: String,
    /// Access policy: a name or the path of a file.
    pub access: Option<String>,
    /// A folder whose files win over the built-in ones of the same name.
    pub dir: Option<PathBuf>,
}

/// Bounds and deadlines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest JSON body that is judged, in bytes.
    pub judged_body: usize,
    /// How long tunnels may go on after SIGTERM.
    pub drain: Duration,
    /// How long a request head may take; idle kept-alive connections end after it too.
    pub header_timeout: Duration,
    /// Lowest rate at which a judged body may arrive, in bytes per second.
    pub body_min_rate: u64,
    /// Open client connections in all.
    pub max_connections: usize,
    /// Open client connections per peer address, uid or certificate; 0 is no limit.
    pub max_connections_per_peer: usize,
    /// TLS handshakes under way at once; 0 takes a quarter of `max_connections`.
    pub max_handshakes: usize,
    /// Worker threads; 0 takes one per core.
    pub workers: usize,
}

impl Limits {
    /// How long a judged body may take before its rate counts.
    pub const BODY_GRACE: Duration = Duration::from_secs(10);
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            judged_body: 4 * 1024 * 1024,
            drain: Duration::from_secs(30),
            header_timeout: Duration::from_secs(300),
            body_min_rate: 240,
            max_connections: 9_900,
            max_connections_per_peer: 0,
            max_handshakes: 0,
            workers: 0,
        }
    }
}

/// How logs are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// Text, JSON, or text on a terminal and JSON elsewhere.
    pub format: LogFormat,
    /// True writes a line per request.
    pub access: bool,
    /// The file that a line for each decided call is appended to.
    pub audit: Option<PathBuf>,
}

/// Form of the log lines on standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    #[default]
    Auto,
    /// Text.
    Text,
    /// One JSON object per line.
    Json,
}
