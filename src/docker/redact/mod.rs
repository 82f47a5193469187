//! Hiding what answers tell of containers, images and their kin: values of the
//! environment, sources of mounts, labels.
//!
//! [`carries`] says which answers hold such values, one row for every operation.
//! [`answer`] and [`Records`] hide them: names stay, values become [`HIDDEN`], so that
//! clients still read the answer. Things are found by the name of their field, at whatever
//! depth, so that the forms of all API versions and backends are covered.

mod command;
mod event;
mod table;
mod tree;

pub(super) use command::tells as instruction;
pub use event::Records;
pub use table::{Carries, carries};

use super::json::Json;

/// What stands in the place of a value that is hidden.
pub const HIDDEN: &str = "(redacted)";

/// Kinds of things that can be hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Things {
    /// Values of environment variables.
    pub env: bool,
    /// Where mounts come from: folders of the host, names of volumes.
    pub mounts: bool,
    /// Values of labels and annotations.
    pub labels: bool,
}

impl Things {
    /// Nothing.
    pub const NONE: Self = Self { env: false, mounts: false, labels: false };
    /// Everything.
    pub const ALL: Self = Self { env: true, mounts: true, labels: true };

    /// True if something is among both.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.env && other.env || self.mounts && other.mounts || self.labels && other.labels
    }

    /// What is among one of them.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self { env: self.env || other.env, mounts: self.mounts || other.mounts, labels: self.labels || other.labels }
    }
}

/// Who says what is to be hidden.
pub trait Hides {
    /// The kinds of which something is.
    fn things(&self) -> Things;

    /// True for a variable whose value is.
    fn env(&self, name: &str) -> bool;

    /// True for a label whose value is.
    fn label(&self, name: &str) -> bool;
}

/// Hides in the JSON of an answer what is to be hidden.
pub fn answer(json: &mut Json<'_>, hides: &impl Hides) {
    tree::Walk::new(hides).value(json);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
