//! Binding the listeners.

mod fd;
mod unix;

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use socket2::{Domain, Protocol, Socket, Type};

use crate::net::{ServerTls, server_tls};
use crate::settings::{Listen, ListenTls, ListenUrl};
use unix::SocketFile;

/// Why a listener cannot be had, in one line.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {url}: {problem}")]
pub struct BindError {
    url: ListenUrl,
    problem: String,
}

impl BindError {
    fn new(url: &ListenUrl, problem: impl ToString) -> Self {
        Self { url: url.clone(), problem: problem.to_string() }
    }
}

/// A socket that clients connect to.
#[derive(Debug)]
pub(super) enum Listener {
    /// TCP, in the clear or under TLS.
    Tcp(TcpListener),
    /// A unix socket.
    Unix(UnixListener),
}

/// A listener that is bound.
#[derive(Debug)]
pub(super) struct Bound {
    /// Where it really listens: with the port that the system chose.
    pub(super) url: ListenUrl,
    /// The socket.
    pub(super) listener: Listener,
    /// Its TLS, which a reload may replace.
    pub(super) tls: Option<Arc<Tls>>,
    /// Removes the socket's file at the end.
    pub(super) file: Option<SocketFile>,
}

/// The TLS of each listener, by its settings.
pub(super) type TlsSlots = Vec<(Listen, Option<Arc<Tls>>)>;

/// The TLS of one listener.
#[derive(Debug)]
pub(super) struct Tls {
    pub(super) current: ArcSwap<ServerTls>,
    pub(super) handshake_timeout: Duration,
}

/// Binds all of them, or none.
pub(super) fn bind(listeners: &[Listen]) -> Result<(Vec<Bound>, TlsSlots), BindError> {
    let mut passed = fd::Passed::take();
    let (mut bound, mut slots) = (Vec::new(), Vec::new());
    for listen in listeners {
        let tls = listen.tls.as_ref().map(|tls| new_tls(&listen.url, tls)).transpose()?;
        slots.push((listen.clone(), tls.clone()));
        match &listen.url {
            ListenUrl::Tcp { host, port } => bound.push(tcp(&listen.url, host, *port, None)?),
            ListenUrl::Tls { host, port } => {
                let tls = tls.ok_or_else(|| BindError::new(&listen.url, "a certificate and its key are needed"))?;
                bound.push(tcp(&listen.url, host, *port, Some(tls))?);
            }
            ListenUrl::Unix { path, mode, group } => {
                let (listener, file) = unix::bind(path, mode.unwrap_or(0o660), group.as_deref())
                    .map_err(|problem| BindError::new(&listen.url, problem))?;
                let listener = Listener::Unix(listener);
                bound.push(Bound { url: listen.url.clone(), listener, tls: None, file: Some(file) });
            }
            ListenUrl::Fd { name } => {
                let found = passed.named(name).map_err(|problem| BindError::new(&listen.url, problem))?;
                for listener in found {
                    let url = address(&listener, tls.is_some()).map_err(|error| BindError::new(&listen.url, error))?;
                    bound.push(Bound { url, listener, tls: tls.clone(), file: None });
                }
            }
        }
    }
    for one in &bound {
        match &one.listener {
            Listener::Tcp(listener) => listener.set_nonblocking(true),
            Listener::Unix(listener) => listener.set_nonblocking(true),
        }
        .map_err(|error| BindError::new(&one.url, error))?;
    }
    Ok((bound, slots))
}

/// Reads a listener's certificates. What there is to say of them goes to the log.
pub(super) fn read_tls(url: &ListenUrl, settings: &ListenTls) -> Result<Arc<ServerTls>, BindError> {
    let tls = server_tls(settings).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        BindError::new(url, problems.join("; "))
    })?;
    if let Some(warning) = tls.warning() {
        tracing::warn!(listener = %url, "{warning}");
    }
    Ok(Arc::new(tls))
}

fn new_tls(url: &ListenUrl, settings: &ListenTls) -> Result<Arc<Tls>, BindError> {
    let current = ArcSwap::new(read_tls(url, settings)?);
    Ok(Arc::new(Tls { current, handshake_timeout: settings.handshake_timeout }))
}

fn tcp(url: &ListenUrl, host: &str, port: u16, tls: Option<Arc<Tls>>) -> Result<Bound, BindError> {
    let listener = tcp_socket(host, port).map_err(|error| BindError::new(url, describe(&error)))?;
    let listener = Listener::Tcp(listener);
    let url = address(&listener, tls.is_some()).map_err(|error| BindError::new(url, error))?;
    Ok(Bound { url, listener, tls, file: None })
}

/// The first address of `host` that can be had; no host means every address,
/// over IPv6 and IPv4 where the system has both.
fn tcp_socket(host: &str, port: u16) -> io::Result<TcpListener> {
    let addresses: Vec<SocketAddr> = if host.is_empty() {
        vec![([0_u16; 8], port).into(), ([0_u8; 4], port).into()]
    } else {
        (host, port).to_socket_addrs()?.collect()
    };
    let mut outcome = Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
    for address in addresses {
        outcome = tcp_socket_at(address, host.is_empty());
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

fn tcp_socket_at(address: SocketAddr, every: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(!every)?;
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// How many connections may wait to be accepted; the system caps it.
const BACKLOG: i32 = 4096;

/// Where a socket listens.
fn address(listener: &Listener, tls: bool) -> io::Result<ListenUrl> {
    Ok(match listener {
        Listener::Tcp(listener) => {
            let address = listener.local_addr()?;
            let (host, port) = (address.ip().to_string(), address.port());
            if tls { ListenUrl::Tls { host, port } } else { ListenUrl::Tcp { host, port } }
        }
        Listener::Unix(listener) => {
            let address = listener.local_addr()?;
            let path = address.as_pathname().unwrap_or_else(|| "@".as_ref()).to_owned();
            ListenUrl::Unix { path, mode: None, group: None }
        }
    })
}

/// The words for what went wrong most often.
fn describe(error: &io::Error) -> String {
    let words = [
        (io::ErrorKind::AddrInUse, "the address is in use"),
        (io::ErrorKind::AddrNotAvailable, "this machine does not have the address"),
        (io::ErrorKind::PermissionDenied, "permission denied"),
    ];
    let found = words.into_iter().find(|(kind, _)| *kind == error.kind());
    found.map_or_else(|| error.to_string(), |(_, text)| text.into())
}
