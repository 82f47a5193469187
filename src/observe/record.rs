//! What is known of the call that a connection is busy with.

use std::cell::{Cell, RefCell};

use super::Entry;
use crate::docker::endpoint::Endpoint;

/// Filled in by the layers as they find out, read by the outermost one.
#[derive(Debug, Default)]
pub struct Record {
    endpoint: Cell<Option<Endpoint>>,
    entry: RefCell<Option<Box<Entry>>>,
}

impl Record {
    /// Begins a new call, with its entry in the audit log if there is one.
    pub fn begin(&self, entry: Option<Box<Entry>>) {
        self.endpoint.set(None);
        if entry.is_some() {
            self.entry.replace(entry);
        }
    }

    /// Notes something in the audit log, if there is one.
    pub fn note(&self, note: impl FnOnce(&mut Entry)) {
        if let Some(entry) = &mut *self.entry.borrow_mut() {
            note(entry);
        }
    }

    /// The entry in the audit log, to go on with the answer.
    #[must_use]
    pub fn take_entry(&self) -> Option<Box<Entry>> {
        self.entry.take()
    }

    /// Notes the operation.
    pub fn set_endpoint(&self, endpoint: Endpoint) {
        self.endpoint.set(Some(endpoint));
    }

    /// The operation, once it is known.
    #[must_use]
    pub fn endpoint(&self) -> Option<Endpoint> {
        self.endpoint.get()
    }
}
