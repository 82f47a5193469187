//! What is known of the call that a connection is busy with.

use std::cell::Cell;

use crate::docker::endpoint::Endpoint;

/// Filled in by the layers as they find out, read by the outermost one.
#[derive(Debug, Default)]
pub struct Record {
    endpoint: Cell<Option<Endpoint>>,
}

impl Record {
    /// Begins a new call.
    pub fn clear(&self) {
        self.endpoint.set(None);
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
