//! API versions as ordered values, so that no other module compares strings.

use std::fmt;
use std::str::FromStr;

/// A version of the Docker Remote API, `1.MINOR`.
///
/// Every version that was ever published has major 1, so the minor number is
/// all there is to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiVersion(u8);

impl ApiVersion {
    /// The newest version that the endpoint table describes.
    pub const NEWEST: Self = Self(55);
    /// The oldest version.
    pub const OLDEST: Self = Self(0);

    /// The version `1.minor`.
    #[must_use]
    pub const fn new(minor: u8) -> Self {
        Self(minor)
    }

    /// The number behind `1.`.
    #[must_use]
    pub const fn minor(self) -> u8 {
        self.0
    }

    /// Writes it behind a text as its `Display` does, for each target that is sent.
    pub(crate) fn push_to(self, out: &mut String) {
        out.push_str("1.");
        for place in [100, 10, 1] {
            if self.0 >= place || place == 1 {
                out.push(char::from(b'0' + self.0 / place % 10));
            }
        }
    }

    /// True from API 1.24 on, where an error body is `{"message": …}`. Below
    /// it is plain text with a line end.
    #[must_use]
    pub const fn has_json_errors(self) -> bool {
        self.0 >= 24
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("1.")?;
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for ApiVersion {
    type Err = InvalidVersion;

    /// Reads `1.N` with N of one or two digits and no leading zero.
    ///
    /// Engines route `01.41`, `1.041` and `1.41.0` too; the strict form is
    /// what keeps one call from having several spellings.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("1.").ok_or(InvalidVersion)?;
        let canonical = matches!(digits.as_bytes(), [b'0'..=b'9'] | [b'1'..=b'9', b'0'..=b'9']);
        if !canonical {
            return Err(InvalidVersion);
        }
        digits.parse().map(Self).map_err(|_| InvalidVersion)
    }
}

/// The text is not of the form `1.N`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an API version is written 1.N, as in 1.25")]
pub struct InvalidVersion;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_number_and_not_by_text() {
        assert!(ApiVersion::new(9) < ApiVersion::new(10));
        assert_eq!("1.25".parse(), Ok(ApiVersion::new(25)));
        assert_eq!(ApiVersion::new(25).to_string(), "1.25");
    }

    #[test]
    fn a_version_is_written_in_one_way() {
        for minor in 0..=u8::MAX {
            let (version, mut out) = (ApiVersion::new(minor), "/v".to_owned());
            version.push_to(&mut out);
            assert_eq!(out, format!("/v{version}"));
        }
    }

    #[test]
    fn only_the_canonical_spelling_is_read() {
        for odd in ["1", "1.", "01.41", "1.041", "1.41.0", "1.100", "2.0", "1.-1", " 1.2", "1.2 ", "1.+2", "v1.2"] {
            assert_eq!(odd.parse::<ApiVersion>(), Err(InvalidVersion), "{odd}");
        }
    }
}
