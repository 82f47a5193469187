//! The load: one thread, in a process of its own.
//!
//! It does as a [`Plan`] says, and speaks with the comparison in lines: it says
//! `ready` when it has connected and warmed up, waits for a line, does its
//! work, gives its [`Outcome`], and lives on until its standard input ends, so
//! that what it holds open can be measured.

pub(crate) mod abuse;
pub(crate) mod connect;
mod echo;
mod handshake;
pub(crate) mod http;
mod idle;
mod times;
mod tunnel;

use std::future::Future;
use std::io::{BufRead, BufReader, stdin};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::LocalSet;
use tokio::time::timeout;

use connect::Door;

/// What to do, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) door: Door,
    pub(crate) work: Work,
}

/// What to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Work {
    /// The same request again and again on kept-alive connections, each with a pause
    /// between an answer and the next request.
    Requests { request: http::Sent, connections: usize, pause: Duration, window: Duration },
    /// Bytes through tunnels, in one direction at a time.
    Tunnel { direction: Direction, connections: usize, bytes: usize },
    /// A few bytes to and fro through tunnels.
    Echo { connections: usize, window: Duration },
    /// Tunnels that are opened and then left alone.
    Idle { sessions: usize },
    /// Connections that end after their TLS handshake.
    Handshakes { connections: usize, window: Duration },
    /// Clients that do not behave.
    Abuse { abuse: abuse::Abuse, window: Duration },
}

/// Where the bytes of a tunnel go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Direction {
    /// From backend to client.
    Down,
    /// From client to backend.
    Up,
}

/// What came of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// Requests, round trips, handshakes or sessions; bytes for tunnels.
    pub(crate) count: u64,
    pub(crate) seconds: f64,
    /// Microseconds, where single ones were timed.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// Does what `plan` says, a [`Plan`] as JSON.
pub(crate) fn run(plan: &str) -> Result<()> {
    let plan: Plan = serde_json::from_str(plan)?;
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let mut starter = Starter(lines());
        match timeout(LIMIT, work(&plan, &mut starter)).await {
            Ok(done) => done,
            Err(_) => anyhow::bail!("the work took longer than {LIMIT:?}"),
        }
    })
}

/// No work takes longer.
const LIMIT: Duration = Duration::from_secs(120);

async fn work(plan: &Plan, starter: &mut Starter) -> Result<()> {
    let door = connect::Dialer::new(&plan.door)?;
    match &plan.work {
        Work::Requests { request, connections, pause, window } => {
            http::run(&door, request, *connections, *pause, *window, starter).await
        }
        Work::Tunnel { direction, connections, bytes } => {
            tunnel::run(&door, *direction, *connections, *bytes, starter).await
        }
        Work::Echo { connections, window } => echo::run(&door, *connections, *window, starter).await,
        Work::Idle { sessions } => idle::run(&door, *sessions, starter).await,
        Work::Abuse { abuse, window } => abuse::run(&door, *abuse, *window, starter).await,
        Work::Handshakes { connections, window } => {
            let stranger = connect::Dialer::without_certificate(&plan.door)?;
            handshake::run(&door, &stranger, *connections, *window, starter).await
        }
    }
}

/// Runs some futures at once and gives what all of them gave.
pub(crate) async fn together<T: 'static>(
    all: impl IntoIterator<Item = impl Future<Output = Result<T>> + 'static>,
) -> Result<Vec<T>> {
    let local = LocalSet::new();
    let tasks: Vec<_> = all.into_iter().map(|one| local.spawn_local(one)).collect();
    let join = async {
        let mut gave = Vec::new();
        for task in tasks {
            gave.push(task.await??);
        }
        Ok(gave)
    };
    local.run_until(join).await
}

/// The other end of the conversation.
pub(crate) struct Starter(UnboundedReceiver<()>);

impl Starter {
    /// Says that all is prepared, and waits for the word.
    pub(crate) async fn ready(&mut self) -> Result<()> {
        println!("ready");
        self.0.recv().await.context("standard input has ended")
    }

    /// Gives the outcome, and waits for the end.
    pub(crate) async fn done(&mut self, outcome: &Outcome) -> Result<()> {
        println!("{}", serde_json::to_string(outcome)?);
        while self.0.recv().await.is_some() {}
        Ok(())
    }
}

/// Waits until standard input ends.
pub(crate) async fn until_told_to_end() {
    let mut lines = lines();
    while lines.recv().await.is_some() {}
}

fn lines() -> UnboundedReceiver<()> {
    let (sender, lines) = unbounded_channel();
    thread::spawn(move || {
        for line in BufReader::new(stdin()).lines() {
            if line.is_err() || sender.send(()).is_err() {
                return;
            }
        }
    });
    lines
}
