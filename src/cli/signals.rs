//! The signals that steer a running gateway.

use std::io;

use tokio::signal::unix::{self, SignalKind};

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// SIGTERM or SIGINT: drain, and the second time end at once.
    End,
    /// SIGHUP: reload.
    Reload,
}

/// The signals, from now on.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: unix::Signal,
    interrupt: unix::Signal,
    hang_up: unix::Signal,
    ends: u32,
}

impl Signals {
    /// Takes the signals over from the system's defaults.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: unix::signal(SignalKind::terminate())?,
            interrupt: unix::signal(SignalKind::interrupt())?,
            hang_up: unix::signal(SignalKind::hangup())?,
            ends: 0,
        })
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.hang_up.recv() => return Signal::Reload,
        }
        self.ends += 1;
        Signal::End
    }

    /// True if the end was asked for more than once.
    pub(super) fn second(&self) -> bool {
        self.ends > 1
    }
}
