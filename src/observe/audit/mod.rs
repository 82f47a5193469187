//! The audit log: one JSON line for each call, appended to a file.
//!
//! Whoever serves writes into memory only, a [`Pen`] for each thread. One more
//! thread brings the lines to the file, each half second or when there are many: no
//! request waits for a disk. A SIGKILL loses what was written since.

mod entry;
mod file;
mod line;
mod target;
mod writer;

pub use entry::{Asked, Caller, Entry};
pub use target::canonical;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};

use super::Metrics;
use file::LogFile;
use line::Stamp;
use writer::{Order, Orders, Writer};

/// An audit log that is open.
#[derive(Debug)]
pub struct Audit {
    pens: Arc<Pens>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// What the threads that serve share with the one that writes.
#[derive(Debug)]
pub(super) struct Pens {
    by_thread: Mutex<HashMap<ThreadId, Arc<Pen>>>,
    orders: Arc<Orders>,
    metrics: Arc<Metrics>,
}

/// The lines of one thread that are not yet written.
#[derive(Debug)]
pub struct Pen {
    lines: Mutex<Lines>,
    orders: Arc<Orders>,
    metrics: Arc<Metrics>,
}

#[derive(Debug, Default)]
struct Lines {
    bytes: Vec<u8>,
    stamp: Stamp,
}

/// How many bytes of lines are brought to the file without waiting for more.
const MANY: usize = 64 * 1024;
/// How many bytes of lines a thread holds while they cannot be written.
const MOST: usize = 4 * 1024 * 1024;

impl Audit {
    /// Opens the file, with mode 0600 if it is new, and starts the thread that writes to it.
    ///
    /// # Errors
    /// The file cannot be opened for appending, in one line that names it.
    pub fn open(path: &Path, metrics: &Arc<Metrics>) -> Result<Self, String> {
        let file = LogFile::open(path)?;
        let orders = Arc::<Orders>::default();
        let pens = Arc::new(Pens { by_thread: Mutex::default(), orders: orders.clone(), metrics: metrics.clone() });
        let writer = Writer::new(file, pens.clone());
        let thread = thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| format!("cannot start a thread for the audit log: {error}"))?;
        Ok(Self { pens, writer: Mutex::new(Some(thread)) })
    }

    /// Tells whether [`Audit::open`] would succeed, and makes nothing.
    ///
    /// # Errors
    /// What keeps the file from being opened, in one line that names it.
    pub fn check(path: &Path) -> Result<(), String> {
        LogFile::check(path)
    }

    /// The pen of the thread that calls this.
    #[must_use]
    pub fn pen(&self) -> Arc<Pen> {
        let pens = &self.pens;
        let new = || Pen { lines: Mutex::default(), orders: pens.orders.clone(), metrics: pens.metrics.clone() };
        locked(&pens.by_thread).entry(thread::current().id()).or_insert_with(|| Arc::new(new())).clone()
    }

    /// Opens the file anew, for whoever has moved it away. If that fails, the log says so
    /// and the old one is written on.
    pub fn reopen(&self) {
        self.pens.orders.give(Order::Reopen);
    }

    /// Writes all lines and closes the file. What is written by pens afterwards is lost.
    pub fn close(&self) {
        self.pens.orders.give(Order::End);
        if let Some(writer) = locked(&self.writer).take() {
            // It has panicked, which was told on standard error.
            let _ = writer.join();
        }
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        self.close();
    }
}

impl Pens {
    fn all(&self) -> Vec<Arc<Pen>> {
        locked(&self.by_thread).values().cloned().collect()
    }
}

impl Pen {
    /// Adds a line, which is written without its end.
    fn write(&self, line: impl FnOnce(&mut Vec<u8>, &mut Stamp)) {
        let mut lines = locked(&self.lines);
        let Lines { bytes, stamp } = &mut *lines;
        let before = bytes.len();
        if before >= MOST {
            drop(lines);
            self.metrics.audit_lost();
            return;
        }
        line(bytes, stamp);
        bytes.push(b'\n');
        let after = bytes.len();
        drop(lines);
        if before == 0 || before < MANY && after >= MANY {
            self.orders.give(if after < MANY { Order::Some } else { Order::Many });
        }
    }

    /// Takes all lines away, and leaves an empty buffer to go on with.
    fn take(&self, empty: &mut Vec<u8>) {
        std::mem::swap(&mut locked(&self.lines).bytes, empty);
    }
}

/// What a thread that panicked has left is whole: lines are added at once.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http::Method;

    use super::*;
    use crate::identity::Identity;

    #[test]
    fn lines_that_there_is_no_room_for_are_counted_and_memory_is_bounded() {
        let metrics = Arc::<Metrics>::default();
        let audit = Audit::open(Path::new("/dev/full"), &metrics).unwrap();
        let caller = Arc::new(Caller::new(&Identity::nobody(), audit.pen()));
        let lost = || !metrics.render().contains("vicgate_audit_lost_lines_total 0\n");
        // Each line has more than 100 bytes; the pen and the writer hold 4 MiB each.
        let enough = 3 * MOST / 100;
        let written = (0..enough).step_by(1000).find(|_| {
            (0..1000).for_each(|_| drop(Entry::new(&caller, Method::GET)));
            lost()
        });
        assert!(written.is_some());
        assert!(locked(&audit.pen().lines).bytes.len() < MOST + 1000);
    }

    #[test]
    fn each_thread_has_a_pen_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.log");
        let audit = Audit::open(&path, &Arc::default()).unwrap();
        assert!(Arc::ptr_eq(&audit.pen(), &audit.pen()));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let caller = Arc::new(Caller::new(&Identity::nobody(), audit.pen()));
                    (0..1000).for_each(|_| drop(Entry::new(&caller, Method::GET)));
                });
            }
        });
        assert_eq!(audit.pens.all().len(), 4 + 1);
        audit.close();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().filter(|line| line.starts_with('{') && line.ends_with('}')).count(), 4000);
    }
}
