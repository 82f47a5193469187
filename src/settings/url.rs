//! The URLs of listeners and backends.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where clients connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenUrl {
    /// `tcp://HOST:PORT`, in the clear.
    Tcp {
        /// Name or address; IPv6 without brackets. Empty means every address.
        host: String,
        /// Port; 0 lets the system choose.
        port: u16,
    },
    /// `tls://HOST:PORT`.
    Tls {
        /// Name or address; IPv6 without brackets. Empty means every address.
        host: String,
        /// Port; 0 lets the system choose.
        port: u16,
    },
    /// `unix:///PATH?mode=0660&group=NAME`.
    Unix {
        /// Path of the socket.
        path: PathBuf,
        /// Permission bits; 0660 when absent.
        mode: Option<u32>,
        /// Name or number of the group that the socket is given to.
        group: Option<String>,
    },
    /// `fd://NAME`: a socket that systemd passed, by its `FileDescriptorName=`; empty takes all of them.
    Fd {
        /// Name of the descriptor.
        name: String,
    },
}

/// What calls are sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackendUrl {
    /// `unix:///PATH`.
    Unix(PathBuf),
    /// `tcp://HOST:PORT`, in the clear.
    Tcp {
        /// Name or address; IPv6 without brackets.
        host: String,
        /// Port.
        port: u16,
    },
    /// `tls://HOST:PORT`.
    Tls {
        /// Name or address; IPv6 without brackets.
        host: String,
        /// Port.
        port: u16,
    },
}

/// A URL that cannot be used, with the text and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{url:?} is not a {role} URL: {problem}. Expected {expected}")]
pub struct InvalidUrl {
    url: String,
    role: &'static str,
    problem: String,
    expected: &'static str,
}

const LISTEN_FORMS: &str = "tcp://HOST:PORT, tls://HOST:PORT, unix:///PATH?mode=0660&group=NAME or fd://NAME";
const BACKEND_FORMS: &str = "unix:///PATH, tcp://HOST:PORT or tls://HOST:PORT";

impl FromStr for ListenUrl {
    type Err = InvalidUrl;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let invalid =
            |problem: String| InvalidUrl { url: url.into(), role: "listener", problem, expected: LISTEN_FORMS };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| invalid("it has no scheme".into()))?;
        match scheme {
            "tcp" => host_port(rest).map(|(host, port)| Self::Tcp { host, port }).map_err(invalid),
            "tls" => host_port(rest).map(|(host, port)| Self::Tls { host, port }).map_err(invalid),
            "unix" => unix_listener(rest).map_err(invalid),
            "fd" => Ok(Self::Fd { name: rest.trim_end_matches('/').into() }),
            other => Err(invalid(format!("{other:?} is no scheme that can be listened on"))),
        }
    }
}

impl FromStr for BackendUrl {
    type Err = InvalidUrl;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let invalid =
            |problem: String| InvalidUrl { url: url.into(), role: "backend", problem, expected: BACKEND_FORMS };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| invalid("it has no scheme".into()))?;
        let named = |(host, port): (String, u16)| match (host.is_empty(), port) {
            (true, _) => Err("the host is missing".into()),
            (false, 0) => Err("port 0 cannot be connected to".into()),
            (false, _) => Ok((host, port)),
        };
        match scheme {
            "unix" => unix_path(rest).map(Self::Unix).map_err(invalid),
            "tcp" => host_port(rest).and_then(named).map(|(host, port)| Self::Tcp { host, port }).map_err(invalid),
            "tls" => host_port(rest).and_then(named).map(|(host, port)| Self::Tls { host, port }).map_err(invalid),
            other => Err(invalid(format!("{other:?} is no scheme that can be connected to"))),
        }
    }
}

impl fmt::Display for ListenUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } => write_host_port(f, "tcp", host, *port),
            Self::Tls { host, port } => write_host_port(f, "tls", host, *port),
            Self::Unix { path, .. } => write!(f, "unix://{}", path.display()),
            Self::Fd { name } => write!(f, "fd://{name}"),
        }
    }
}

impl fmt::Display for BackendUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp { host, port } => write_host_port(f, "tcp", host, *port),
            Self::Tls { host, port } => write_host_port(f, "tls", host, *port),
        }
    }
}

fn write_host_port(f: &mut fmt::Formatter<'_>, scheme: &str, host: &str, port: u16) -> fmt::Result {
    if host.contains(':') { write!(f, "{scheme}://[{host}]:{port}") } else { write!(f, "{scheme}://{host}:{port}") }
}

/// Splits `HOST:PORT`, with brackets around IPv6 (RFC 3986, 3.2.2).
fn host_port(text: &str) -> Result<(String, u16), String> {
    let text = text.strip_suffix('/').unwrap_or(text);
    let (host, port) = text.rsplit_once(':').ok_or("the port is missing")?;
    let port = port.parse().map_err(|_| format!("{port:?} is not a port (0 to 65535)"))?;
    let host = match host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(inner) => inner
            .parse::<std::net::Ipv6Addr>()
            .map(|_| inner)
            .map_err(|_| format!("{inner:?} is not an IPv6 address"))?,
        None if host.contains(':') => return Err("an IPv6 address needs brackets, as in tcp://[::1]:2375".into()),
        None => host,
    };
    if host.chars().any(|c| c.is_whitespace() || c.is_control() || "/?#@\\".contains(c)) {
        return Err(format!("{host:?} is not a host name"));
    }
    Ok((host.into(), port))
}

fn unix_path(text: &str) -> Result<PathBuf, String> {
    if !text.starts_with('/') || text.contains('\0') {
        return Err("the path of a unix socket is absolute, as in unix:///run/vicgate.sock".into());
    }
    Ok(text.into())
}

fn unix_listener(text: &str) -> Result<ListenUrl, String> {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let (mut mode, mut group) = (None, None);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("mode", value)) => {
                let bits = u32::from_str_radix(value, 8).ok().filter(|bits| *bits <= 0o777);
                mode = Some(bits.ok_or_else(|| format!("mode={value} is not an octal mode such as 0660"))?);
            }
            Some(("group", value)) if !value.is_empty() => group = Some(value.into()),
            _ => return Err(format!("{pair:?} is neither mode=0660 nor group=NAME")),
        }
    }
    Ok(ListenUrl::Unix { path: unix_path(path)?, mode, group })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_was_read() {
        for text in ["tcp://127.0.0.1:2375", "tls://[::1]:2376", "tcp://:2375", "unix:///run/docker.sock", "fd://api"] {
            assert_eq!(text.parse::<ListenUrl>().map(|url| url.to_string()), Ok(text.to_owned()));
        }
        for text in ["unix:///run/docker.sock", "tcp://vch.example:2375", "tls://[fe80::1]:2376"] {
            assert_eq!(text.parse::<BackendUrl>().map(|url| url.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn a_unix_listener_takes_mode_and_group() {
        let url: Result<ListenUrl, _> = "unix:///run/g.sock?mode=0600&group=docker".parse();
        assert_eq!(
            url,
            Ok(ListenUrl::Unix { path: "/run/g.sock".into(), mode: Some(0o600), group: Some("docker".into()) })
        );
    }

    #[test]
    fn a_bad_url_says_what_was_expected() {
        for bad in [
            "",
            "127.0.0.1:2375",
            "tcp://127.0.0.1",
            "tcp://::1:2375",
            "tcp://h:99999",
            "http://h:1",
            "unix://run/x",
            "unix:///x?mode=999",
            "unix:///x?a=b",
        ] {
            let error = bad.parse::<ListenUrl>().expect_err(bad).to_string();
            assert!(error.contains("Expected tcp://HOST:PORT"), "{error}");
        }
        for bad in ["tcp://:2375", "tcp://h:0", "fd://x", "unix://"] {
            assert!(bad.parse::<BackendUrl>().is_err(), "{bad}");
        }
    }
}
