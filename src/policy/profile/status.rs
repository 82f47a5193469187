//! `[[status]]` rows: what the backend answers, and what its API version documents.

use std::fmt;
use std::str::FromStr;

use super::Pattern;
use crate::docker::endpoint::Endpoint;
use crate::docker::version::ApiVersion;

/// One row: where the backend answers `from`, the client sees `to`.
#[derive(Clone, Debug)]
pub struct StatusRow {
    /// The operation; `None` for all.
    pub endpoint: Option<Endpoint>,
    /// The status that the backend gives.
    pub from: u16,
    /// The status that the client gets.
    pub to: u16,
    /// The API versions of the calls that it holds for.
    pub versions: VersionRange,
    /// What the backend's message must look like; `None` for any.
    pub message: Option<Pattern>,
    /// Why.
    pub reason: String,
    /// Where the row stands.
    pub place: String,
}

impl StatusRow {
    /// True if the row speaks about this answer.
    #[must_use]
    pub fn fits(&self, endpoint: Endpoint, version: ApiVersion, from: u16, message: &str) -> bool {
        self.from == from
            && self.endpoint.is_none_or(|own| own == endpoint)
            && self.versions.contains(version)
            && self.message.as_ref().is_none_or(|pattern| pattern.is_match(message))
    }
}

/// A range of API versions, both ends included: `1.24`, `1.19..=1.23`, `..=1.23`, `1.24..`, `..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionRange {
    first: ApiVersion,
    last: ApiVersion,
}

impl VersionRange {
    /// All versions.
    pub const ALL: Self = Self { first: ApiVersion::OLDEST, last: ApiVersion::new(u8::MAX) };

    /// True if `version` is in the range.
    #[must_use]
    pub fn contains(self, version: ApiVersion) -> bool {
        self.first <= version && version <= self.last
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first == Self::ALL.first, self.last == Self::ALL.last) {
            (true, true) => f.write_str(".."),
            (false, true) => write!(f, "{}..", self.first),
            (true, false) => write!(f, "..={}", self.last),
            (false, false) if self.first == self.last => write!(f, "{}", self.first),
            (false, false) => write!(f, "{}..={}", self.first, self.last),
        }
    }
}

impl FromStr for VersionRange {
    type Err = InvalidRange;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let version = |text: &str| text.parse::<ApiVersion>().map_err(|_| InvalidRange);
        let range = match text.split_once("..") {
            None => Self { first: version(text)?, last: version(text)? },
            Some((first, last)) => {
                let first = if first.is_empty() { Self::ALL.first } else { version(first)? };
                let last = match last.strip_prefix('=') {
                    Some(last) => version(last)?,
                    None if last.is_empty() => Self::ALL.last,
                    None => return Err(InvalidRange),
                };
                Self { first, last }
            }
        };
        if range.first <= range.last { Ok(range) } else { Err(InvalidRange) }
    }
}

/// The text is not a range of API versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a range of API versions is written 1.24, 1.19..=1.23, ..=1.23 or 1.24..")]
pub struct InvalidRange;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_and_written_alike() {
        for text in ["1.24", "1.19..=1.23", "..=1.23", "1.24..", ".."] {
            assert_eq!(text.parse::<VersionRange>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_range_has_both_its_ends() {
        let range: VersionRange = "1.19..=1.23".parse().unwrap();
        let inside = [18, 19, 23, 24].map(|minor| range.contains(ApiVersion::new(minor)));
        assert_eq!(inside, [false, true, true, false]);
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "1.23..1.24", "1.24..=1.23", "x", "1.19-1.23", "..1.23"] {
            assert_eq!(text.parse::<VersionRange>(), Err(InvalidRange), "{text}");
        }
    }
}
