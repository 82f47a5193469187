//! What runs in a container: a few commands and a small shell, all within this program.

mod arithmetic;
mod ast;
mod builtins;
mod commands;
mod disk;
mod eval;
mod expand;
mod parse;
mod sh;
mod small;
mod source;
mod text;
mod words;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::console::{Channel, Console};
use super::files::Files;
use super::pipe::{Reader, Writer};
use super::store::lock;
use super::tree::clean;

pub(super) use commands::{PROGRAM_MARK, PROGRAMS, exists};

/// What all commands of a process share.
pub(super) struct Context {
    pub(super) files: Arc<Files>,
    pub(super) hostname: String,
    pub(super) user: String,
    pub(super) tty: bool,
    /// What `trap` has set, by signal number. Empty means ignored.
    traps: Mutex<BTreeMap<i32, String>>,
    /// True while a shell reads commands from a terminal: then control-C ends the command, not
    /// the shell.
    interactive: AtomicBool,
    interrupt: Notify,
    background: Mutex<JoinSet<()>>,
}

impl Context {
    pub(super) fn new(files: Arc<Files>, hostname: String, user: String, tty: bool) -> Self {
        Self {
            files,
            hostname,
            user,
            tty,
            traps: Mutex::new(BTreeMap::new()),
            interactive: AtomicBool::new(false),
            interrupt: Notify::new(),
            background: Mutex::new(JoinSet::new()),
        }
    }

    pub(super) fn trap(&self, signal: i32) -> Option<String> {
        lock(&self.traps).get(&signal).cloned()
    }

    fn set_trap(&self, signal: i32, action: &str) {
        let mut traps = lock(&self.traps);
        if action == "-" {
            traps.remove(&signal);
        } else {
            traps.insert(signal, action.to_owned());
        }
    }

    /// Ends the command that an interactive shell runs. False when there is no such shell.
    pub(super) fn interrupt(&self) -> bool {
        let interactive = self.interactive.load(Ordering::Relaxed);
        if interactive {
            self.interrupt.notify_waiters();
        }
        interactive
    }

    fn set_interactive(&self, interactive: bool) {
        self.interactive.store(interactive, Ordering::Relaxed);
    }

    async fn interrupted(&self) {
        self.interrupt.notified().await;
    }

    async fn wait_background(&self) {
        let mut tasks = std::mem::take(&mut *lock(&self.background));
        while tasks.join_next().await.is_some() {}
    }

    /// Ends what still runs in the background.
    pub(super) fn end_background(&self) {
        lock(&self.background).abort_all();
    }
}

/// The three streams of a command.
#[derive(Clone)]
pub(super) struct Streams {
    pub(super) stdin: Reader,
    pub(super) stdout: Output,
    pub(super) stderr: Output,
}

/// Where a command writes.
#[derive(Clone)]
pub(super) enum Output {
    Console(Arc<Console>, Channel),
    Pipe(Writer),
    /// A file of the container; it is written at its end.
    File(Arc<Files>, String),
    Null,
}

/// Nobody reads any more, or the disk is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

impl Output {
    pub(super) async fn write(&self, bytes: impl Into<Bytes>) -> Result<(), Broken> {
        let bytes = bytes.into();
        match self {
            Self::Console(console, channel) => {
                console.write(*channel, bytes).await;
                Ok(())
            }
            Self::Pipe(_) if bytes.is_empty() => Ok(()),
            Self::Pipe(pipe) => pipe.send(bytes).await.map_err(|_| Broken),
            Self::File(files, path) => files.write(path, &bytes, true).map_err(|_| Broken),
            Self::Null => {
                tokio::task::yield_now().await;
                Ok(())
            }
        }
    }
}

/// A process that interprets commands: its variables and where it stands.
#[derive(Clone)]
pub(super) struct Shell {
    context: Arc<Context>,
    vars: BTreeMap<String, String>,
    args: Vec<String>,
    cwd: String,
    last: i32,
    /// How many constructs are open.
    depth: usize,
    /// How many commands run commands.
    nested: usize,
}

impl Shell {
    pub(super) fn new(context: Arc<Context>, env: &[String], cwd: &str) -> Self {
        let vars = env.iter().map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.to_owned())
        });
        Self {
            context,
            vars: vars.collect(),
            args: vec!["sh".to_owned()],
            cwd: clean("/", cwd),
            last: 0,
            depth: 0,
            nested: 0,
        }
    }

    /// Runs one command with its arguments and gives its exit code.
    pub(super) async fn run(&mut self, argv: &[String], streams: &Streams) -> i32 {
        match commands::run(self, argv, streams).await {
            eval::Flow::Next(code) | eval::Flow::Exit(code) => code,
            eval::Flow::Break | eval::Flow::Continue => 0,
        }
    }

    /// Runs a script that a trap has set.
    pub(super) async fn run_trap(&mut self, script: &str, streams: &Streams) -> i32 {
        match eval::script(self, script, streams).await {
            eval::Flow::Next(code) | eval::Flow::Exit(code) => code,
            eval::Flow::Break | eval::Flow::Continue => 0,
        }
    }

    /// Runs commands while the script goes on.
    fn background(&self, node: &ast::Node, streams: Streams) {
        let (mut child, node) = (self.clone(), node.clone());
        lock(&self.context.background).spawn(async move {
            eval::node_boxed(&mut child, &node, &streams).await;
        });
    }

    fn path(&self, path: &str) -> String {
        clean(&self.cwd, path)
    }
}

/// Exit code of a command whose reader has gone (SIGPIPE).
const BROKEN_PIPE: i32 = 141;
