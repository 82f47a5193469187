//! The backend as a service of permitted calls: connecting, the kept-alive
//! connection of each client, hijacks.

mod ask;
mod headers;
mod health;
mod hijack;
mod line;
mod read;
mod service;

pub use ask::{LONGEST, PATIENCE, Said, Telling};
pub use health::{About, Kind};
pub use line::{Answer, Line};
pub use service::Service;

use std::error::Error as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use http::HeaderValue;
use rustls::CertificateError;
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;
use tokio_rustls::{TlsConnector, TlsStream};

use crate::error::Error;
use crate::net::{ClientTls, Plain, Socket, TlsFileError, client_tls};
use crate::settings::{self, BackendUrl};

/// The backend: how it is reached. One for the whole program.
#[derive(Debug)]
pub struct Backend {
    settings: settings::Backend,
    tls: Option<ArcSwap<ClientTls>>,
    host: HeaderValue,
    known: ArcSwap<health::Known>,
    asking: tokio::sync::Mutex<()>,
}

/// Certificates and keys that are read and not yet in service.
#[derive(Debug)]
pub struct NewBackendTls(Option<ClientTls>);

/// Settings that no backend can be reached with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(|(_, problem)| problem.as_str()).collect::<Vec<_>>().join("\n"))]
pub struct InvalidBackend(Vec<(Option<PathBuf>, String)>);

impl InvalidBackend {
    /// Each problem in one line, with the file that it is about, where it is one.
    pub fn problems(&self) -> impl Iterator<Item = (Option<&Path>, &str)> {
        self.0.iter().map(|(file, problem)| (file.as_deref(), problem.as_str()))
    }
}

impl Backend {
    /// Reads what the settings name. Connects to nothing.
    ///
    /// # Errors
    /// Every certificate, key or name that cannot be used.
    pub fn new(settings: &settings::Backend) -> Result<Arc<Self>, InvalidBackend> {
        let tls = read_tls(settings)?.map(ArcSwap::from_pointee);
        let host = host_header(settings);
        let host = HeaderValue::from_str(&host).map_err(|_| {
            InvalidBackend(vec![(None, format!("backend {}: {host:?} cannot stand in a Host header", settings.url))])
        })?;
        let known = ArcSwap::from_pointee(health::Known::Unasked);
        Ok(Arc::new(Self { settings: settings.clone(), tls, host, known, asking: tokio::sync::Mutex::default() }))
    }

    /// Reads certificates and keys again.
    ///
    /// # Errors
    /// As for [`Backend::new`].
    pub fn read_again(&self) -> Result<NewBackendTls, InvalidBackend> {
        read_tls(&self.settings).map(NewBackendTls)
    }

    /// Uses them for all connections from now on; open ones keep theirs.
    pub fn take(&self, new: NewBackendTls) {
        if let (Some(slot), Some(tls)) = (&self.tls, new.0) {
            slot.store(Arc::new(tls));
        }
    }

    /// Its address.
    #[must_use]
    pub const fn url(&self) -> &BackendUrl {
        &self.settings.url
    }

    /// A new connection, with its TLS handshake done.
    ///
    /// # Errors
    /// 502 with the address and the cause in words.
    pub async fn connect(&self) -> Result<Socket, Error> {
        let limit = self.settings.connect_timeout;
        match timeout(limit, self.try_connect()).await {
            Ok(Ok(socket)) => Ok(socket),
            Ok(Err(error)) => Err(self.unreachable(describe(&error))),
            Err(_) => Err(self.unreachable(format!("it did not answer within {}", seconds(limit)))),
        }
    }

    async fn try_connect(&self) -> io::Result<Socket> {
        let plain: Plain = match &self.settings.url {
            BackendUrl::Unix(path) => UnixStream::connect(path).await?.into(),
            BackendUrl::Tcp { host, port } | BackendUrl::Tls { host, port } => {
                TcpStream::connect((host.as_str(), *port)).await?.into()
            }
        };
        plain.tune()?;
        let Some(tls) = &self.tls else { return Ok(Socket::Plain(plain)) };
        let tls = tls.load_full();
        let stream = TlsConnector::from(tls.config.clone()).connect(tls.name.clone(), plain).await?;
        Ok(Socket::Tls(Box::new(TlsStream::Client(stream))))
    }

    fn unreachable(&self, cause: impl std::fmt::Display) -> Error {
        // Another one may stand there next time.
        self.forget();
        Error::backend(format!("cannot reach the backend at {}: {cause}", self.settings.url))
    }
}

fn read_tls(settings: &settings::Backend) -> Result<Option<ClientTls>, InvalidBackend> {
    match &settings.url {
        BackendUrl::Unix(_) | BackendUrl::Tcp { .. } => Ok(None),
        BackendUrl::Tls { host, .. } => client_tls(&settings.tls, host).map(Some).map_err(|problems| {
            let told =
                |error: &TlsFileError| (Some(error.path().to_owned()), format!("backend {}: {error}", settings.url));
            InvalidBackend(problems.iter().map(told).collect())
        }),
    }
}

/// VIC refuses a plain call whose `Host` is not its own address. Engines on unix
/// sockets do not look at it; `docker` is what the stock CLI sends there.
fn host_header(settings: &settings::Backend) -> String {
    match (&settings.host_header, &settings.url) {
        (Some(host), _) => host.clone(),
        (None, BackendUrl::Unix(_)) => "docker".into(),
        (None, BackendUrl::Tcp { host, port } | BackendUrl::Tls { host, port }) if host.contains(':') => {
            format!("[{host}]:{port}")
        }
        (None, BackendUrl::Tcp { host, port } | BackendUrl::Tls { host, port }) => format!("{host}:{port}"),
    }
}

/// Why connecting failed, in words.
fn describe(error: &io::Error) -> String {
    let tls = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    match (error.kind(), tls) {
        (_, Some(rustls::Error::InvalidMessage(_))) => "it does not speak TLS there".into(),
        (_, Some(rustls::Error::AlertReceived(alert))) => {
            format!("it refused the TLS handshake (alert {alert:?}); does it ask for a client certificate?")
        }
        (_, Some(rustls::Error::InvalidCertificate(CertificateError::Other(reason)))) => {
            format!("its certificate is not accepted: {}", reason.0)
        }
        (
            _,
            Some(rustls::Error::InvalidCertificate(
                CertificateError::Expired | CertificateError::ExpiredContext { .. },
            )),
        ) => "its certificate has expired".into(),
        (_, Some(rustls::Error::InvalidCertificate(reason))) => format!("its certificate is not accepted: {reason}"),
        (_, Some(cause)) => format!("TLS: {cause}"),
        (io::ErrorKind::NotFound, None) => "no such file".into(),
        (io::ErrorKind::ConnectionRefused, None) => "connection refused; nothing listens there".into(),
        (io::ErrorKind::PermissionDenied, None) => "permission denied".into(),
        (io::ErrorKind::UnexpectedEof, None) => "it closed the connection during the TLS handshake".into(),
        (_, None) => error.to_string(),
    }
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

/// What went wrong between a request and its answer.
fn no_answer(error: &hyper::Error) -> Error {
    let io = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    if error.is_user() {
        return Error::bad_request("the body of the request broke off, or is not framed as HTTP/1.1 has it").closing();
    }
    if error.is_parse() {
        return Error::backend(format!("the backend's answer is not HTTP: {error}")).closing();
    }
    if error.is_incomplete_message() || error.is_canceled() || error.is_closed() || io.is_some() {
        return Error::backend(
            "the backend closed the connection without an answer; VIC does this when it panics over a call",
        )
        .closing();
    }
    Error::backend(format!("the backend's answer cannot be used: {error}")).closing()
}
