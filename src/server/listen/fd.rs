//! Sockets that systemd passed (`sd_listen_fds(3)`).

use std::ffi::OsString;

use listenfd::ListenFd;

use super::Listener;

/// The passed sockets that no listener has taken yet, with their names.
pub(super) struct Passed {
    sockets: ListenFd,
    names: Vec<String>,
}

impl Passed {
    /// All that were passed to this process. There are none at a second call.
    pub(super) fn take() -> Self {
        let names = std::env::var_os("LISTEN_FDNAMES").map(OsString::into_string).and_then(Result::ok);
        let names = names.map(|names| names.split(':').map(str::to_owned).collect()).unwrap_or_default();
        Self { sockets: ListenFd::from_env(), names }
    }

    /// Those of that name; an empty name means all.
    pub(super) fn named(&mut self, name: &str) -> Result<Vec<Listener>, String> {
        let mut found = Vec::new();
        for index in 0..self.sockets.len() {
            let theirs = self.names.get(index).map_or("unknown", String::as_str);
            if name.is_empty() || name == theirs {
                found.extend(self.socket(index)?);
            }
        }
        if !found.is_empty() {
            return Ok(found);
        }
        Err(match (self.sockets.len(), name) {
            (0, _) => "no socket was passed to this process (LISTEN_FDS)".into(),
            (_, "") => "all sockets that were passed are taken already".into(),
            (_, _) => format!("the sockets that were passed are named {}", self.names.join(", ")),
        })
    }

    fn socket(&mut self, index: usize) -> Result<Option<Listener>, String> {
        let describe = |error| format!("socket {index} that was passed is neither tcp nor unix: {error}");
        if let Ok(Some(listener)) = self.sockets.take_unix_listener(index) {
            return Ok(Some(Listener::Unix(listener)));
        }
        self.sockets.take_tcp_listener(index).map(|listener| listener.map(Listener::Tcp)).map_err(describe)
    }
}
