//! A built-in backend with the wire behaviour of VIC 1.5, for `vicgate demo` and for tests.
//!
//! It speaks the Docker API as a VIC appliance does, oddities included, on a TCP port or a unix
//! socket. Containers run a handful of commands that live in this program (`echo`, `cat`, `sh`
//! and the like) on a file tree in memory; nothing ever reaches the host.
//!
//! A call goes through `connection` (one task per client) to `dispatch` (version, route,
//! headers) and on to the handlers of `system`, `container`, `exec`, `image`, `network` and
//! `volume`. They work on the `store`. `shell` is what runs in a container.

#![expect(clippy::disallowed_methods, reason = "it reads as a VIC appliance does, not as the gateway")]

mod archive;
mod attach;
mod clock;
mod commit;
mod connection;
mod console;
mod container;
mod dispatch;
mod events;
mod exec;
mod failure;
mod files;
mod filters;
mod hijack;
mod ids;
mod image;
mod input;
mod json;
mod log;
mod logs;
mod network;
mod pipe;
mod process;
mod pull;
mod reference;
mod reply;
mod request;
mod route;
mod settings;
mod shell;
mod shipped;
mod socket;
mod stats;
mod store;
mod system;
mod tree;
mod tty;
mod volume;
pub mod websocket;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use settings::{ApiRange, Flavor, Settings};
pub use socket::Listener;

/// A VIC-like backend. It holds its containers, images, networks and volumes in memory and may
/// serve any number of listeners.
pub struct StandIn {
    settings: Settings,
    store: store::Store,
    events: events::EventLog,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl StandIn {
    /// A stand-in with the images `busybox` and `hello-world`, the network `bridge` and nothing
    /// else.
    pub fn new(settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            store: store::Store::new(),
            events: events::EventLog::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            settings,
        })
    }

    /// What it was told.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Cancelling this token ends every [`serve`](Self::serve), all connections and all
    /// containers.
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Serves the clients of one listener until the stop token is cancelled, and returns when
    /// all has ended. Works on any tokio runtime that drives time and network, within a
    /// `LocalSet` or without.
    pub async fn serve(self: Arc<Self>, listener: Listener) {
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((socket, peer)) => {
                    let standin = Arc::clone(&self);
                    self.spawn(async move { connection::serve(standin, socket, peer).await });
                }
                Err(error) => self.pause_after(&error).await,
            }
        }
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Runs a task that ends with the stand-in.
    fn spawn<F>(&self, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = task => {}
            }
        });
    }

    /// Waits a moment when descriptors have run out, instead of spinning on the listener.
    async fn pause_after(&self, error: &io::Error) {
        tracing::warn!(%error, "the stand-in could not accept a connection");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
