//! Ending in good order.

use tokio::sync::watch;

/// Asks a running server to end. Dropping it asks for nothing.
#[derive(Clone, Debug)]
pub struct Drain(watch::Sender<Phase>);

/// The server's end of a [`Drain`].
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<Phase>);

/// How far the end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Not asked for.
    Serving,
    /// No new connections; requests finish, tunnels go on for their time.
    Draining,
    /// What is left is closed, both ways and properly.
    Closing,
    /// Nothing is waited for.
    Ending,
}

/// A handle to end a server with, and what [`Server::run`](super::Server::run) takes.
#[must_use]
pub fn drain() -> (Drain, Shutdown) {
    let (sender, receiver) = watch::channel(Phase::Serving);
    (Drain(sender), Shutdown(receiver))
}

impl Drain {
    /// Stops accepting, lets requests finish and gives tunnels their time.
    pub fn begin(&self) {
        self.raise(Phase::Draining);
    }

    /// Ends at once.
    pub fn end_now(&self) {
        self.raise(Phase::Ending);
    }

    fn raise(&self, phase: Phase) {
        self.0.send_if_modified(|current| {
            let later = phase > *current;
            *current = phase.max(*current);
            later
        });
    }
}

impl Shutdown {
    /// Waits until the end has come this far. Pends for ever if every [`Drain`] is gone.
    pub(super) async fn reached(&mut self, phase: Phase) {
        if self.0.wait_for(|current| *current >= phase).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
