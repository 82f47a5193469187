//! What a row is about, and what becomes of it.

use crate::docker::json::Json;
use crate::docker::secret;

/// Something that a row is about: a parameter, a field or a header.
pub(super) struct Subject<'s> {
    /// `query`, `field` or `header`.
    pub(super) kind: &'static str,
    /// Its name in the row.
    pub(super) name: &'s str,
    /// Where it stands in the call.
    pub(super) path: &'s str,
    pub(super) flag: Option<&'static str>,
}

impl Subject<'_> {
    /// True for a header. Its value is a credential more often than not.
    pub(super) fn is_header(&self) -> bool {
        self.kind == "header"
    }

    /// The value as it may be shown.
    pub(super) fn shown(&self, value: &Json<'_>) -> String {
        if self.is_header() { String::new() } else { secret::shown(self.path, value) }
    }
}

/// What becomes of a value.
pub(super) enum Fate {
    Stays,
    /// What stands at these places within it goes; an empty place is the whole.
    Goes(Vec<String>),
    Becomes(Json<'static>),
}
