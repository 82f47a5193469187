//! Members that say nothing, in the runs in which a client sends them again and again.
//!
//! Whoever makes containers sends much the same body each time, and most of it says
//! nothing. A run that was passed over member by member is known again as a whole: one
//! comparison instead of forty names. What is known is text that was read before, as
//! members of the same struct, so that knowing it and reading it come to the same.

use std::cell::Cell;
use std::ptr;

use super::Struct;

/// Members of one struct that follow each other and say nothing.
struct Run {
    of: &'static Struct,
    /// Where in the table its reader was when it began, and when it ended.
    near: (usize, usize),
    /// All of it, with the comma behind the last member.
    text: Vec<u8>,
    /// Bits of its fields.
    fields: u128,
}

/// The runs that a thread knows.
#[derive(Default)]
pub(super) struct Runs(Vec<Run>);

/// What runs a thread knows at most: those of one body of some client, and of a few others.
const MOST: usize = 24;
/// Shorter ones, in bytes, are read as fast.
const SHORTEST: usize = 48;
/// The longest, in bytes. The longest run of a stock CLI has 1,000.
const LONGEST: usize = 2048;

thread_local! {
    static KNOWN: Cell<Runs> = const { Cell::new(Runs(Vec::new())) };
}

/// Runs `read` with what the thread knows.
pub(super) fn with<T>(read: impl FnOnce(&mut Runs) -> T) -> T {
    let mut runs = KNOWN.take();
    let result = read(&mut runs);
    KNOWN.set(runs);
    result
}

impl Runs {
    /// The run that `rest` begins with, if it is known: its length, its fields, and where in the table it ends.
    #[inline]
    pub(super) fn find(&self, of: &'static Struct, near: usize, rest: &[u8]) -> Option<(usize, u128, usize)> {
        let run = self.0.iter().find(|run| run.near.0 == near && ptr::eq(run.of, of))?;
        rest.starts_with(&run.text).then_some((run.text.len(), run.fields, run.near.1))
    }

    /// Knows a run from now on, in place of one that began at the same place of the table.
    pub(super) fn keep(&mut self, of: &'static Struct, near: (usize, usize), text: &[u8], fields: u128) {
        if !(SHORTEST..=LONGEST).contains(&text.len()) {
            return;
        }
        let same = self.0.iter().position(|run| run.near.0 == near.0 && ptr::eq(run.of, of));
        // The oldest goes where there are too many.
        if let Some(gone) = same.or((self.0.len() == MOST).then_some(0)) {
            self.0.remove(gone);
        }
        self.0.push(Run { of, near, text: text.to_vec(), fields });
    }

    /// How many are known.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
