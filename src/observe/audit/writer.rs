//! The thread that brings lines to the file.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::file::LogFile;
use super::{MANY, MOST, Pens, locked};

/// What the writer is to do, from the least pressing on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// Nothing.
    #[default]
    None,
    /// Some lines are there, and may wait for more.
    Some,
    /// Many lines are there.
    Many,
    /// The file is to be opened anew.
    Reopen,
    /// This is the end.
    End,
}

/// The most pressing order that was given and not yet taken.
#[derive(Debug, Default)]
pub(super) struct Orders {
    given: Mutex<Order>,
    changed: Condvar,
}

impl Orders {
    pub(super) fn give(&self, order: Order) {
        let mut given = locked(&self.given);
        if order > *given {
            *given = order;
            self.changed.notify_one();
        }
    }

    /// Waits for an order, and then a while for more lines if it is not a pressing one.
    fn take(&self, pending: bool) -> Order {
        let mut given = locked(&self.given);
        while *given == Order::None && !pending {
            given = self.changed.wait(given).unwrap_or_else(PoisonError::into_inner);
        }
        let until = Instant::now() + WAIT;
        while *given < Order::Many {
            let Some(left) = until.checked_duration_since(Instant::now()) else { break };
            given = self.changed.wait_timeout(given, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::take(&mut *given)
    }
}

/// How long lines may wait for others.
const WAIT: Duration = Duration::from_millis(500);

/// Writes until it is told that this is the end.
pub(super) struct Writer {
    file: LogFile,
    pens: Arc<Pens>,
    /// Taken from the pens, and not yet written.
    pending: Vec<u8>,
    /// An empty buffer.
    spare: Vec<u8>,
    /// True from a failure to the next success, so that it is told once.
    failing: bool,
}

impl Writer {
    pub(super) fn new(file: LogFile, pens: Arc<Pens>) -> Self {
        Self { file, pens, pending: Vec::new(), spare: Vec::new(), failing: false }
    }

    pub(super) fn run(mut self) {
        loop {
            let order = self.pens.orders.take(!self.pending.is_empty());
            self.collect();
            if order == Order::Reopen {
                self.reopen();
            }
            if order == Order::End {
                if !self.pending.is_empty() {
                    let bytes = self.pending.len();
                    tracing::error!(bytes, path = %self.file.path().display(), "the end of the audit log is lost");
                }
                return;
            }
        }
    }

    /// Takes the lines of all pens and appends those of each with one write.
    fn collect(&mut self) {
        self.append();
        for pen in self.pens.all() {
            // What cannot be written stays with the pens, which know how much they may hold.
            if self.pending.len() >= MOST {
                return;
            }
            pen.take(&mut self.spare);
            if self.pending.is_empty() {
                std::mem::swap(&mut self.pending, &mut self.spare);
            } else {
                self.pending.append(&mut self.spare);
            }
            self.append();
            self.spare.shrink_to(2 * MANY);
        }
    }

    fn append(&mut self) {
        match self.file.append(&mut self.pending) {
            Ok(()) if self.failing => {
                self.failing = false;
                tracing::info!(path = %self.file.path().display(), "the audit log is written again");
            }
            Ok(()) => {}
            Err(error) => {
                self.pens.metrics.audit_failed();
                if !self.failing {
                    self.failing = true;
                    let path = self.file.path().display();
                    tracing::error!(%path, %error, "the audit log cannot be written; its lines wait in memory");
                }
            }
        }
    }

    /// What was written so far goes to the old file.
    fn reopen(&mut self) {
        match self.file.reopen() {
            Ok(()) => tracing::info!(path = %self.file.path().display(), "the audit log is opened anew"),
            Err(problem) => tracing::error!(%problem, "the old audit log is written on"),
        }
    }
}
