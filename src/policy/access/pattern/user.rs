//! Patterns over users.

use super::glob::Glob;
use crate::policy::facts::User;

/// `root`, `nonroot`, `image`, or a glob over `USER[:GROUP]` with numbers in their
/// plain spelling.
#[derive(Clone, Debug)]
pub(super) enum UserPattern {
    /// Whoever could be root.
    Root,
    /// A number other than 0, with no group or another such number.
    Nonroot,
    /// No user of the call: that of the image, or of the container.
    Unset,
    /// By name or number.
    Text(Glob),
}

impl UserPattern {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        Ok(match text {
            "root" | "0" => Self::Root,
            "nonroot" => Self::Nonroot,
            "image" => Self::Unset,
            text => Self::Text(Glob::new(text, false)?),
        })
    }

    /// True if the user is certainly one that the pattern names.
    pub(super) fn grants(&self, user: &User<'_>) -> bool {
        match self {
            Self::Root => user.is_root(),
            Self::Nonroot => user.is_nonroot(),
            Self::Unset => *user == User::Unset,
            Self::Text(glob) => *user != User::Unset && glob.matches(&user.to_string()) || glob.is_any(),
        }
    }

    /// True if the user could be one that the pattern names: names and the user
    /// of an image could be root.
    pub(super) fn catches(&self, user: &User<'_>) -> bool {
        match self {
            Self::Root => !user.is_nonroot(),
            Self::Nonroot | Self::Unset | Self::Text(_) => self.grants(user),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn nonroot_is_granted_to_numbers_only_and_root_is_caught_wherever_it_could_hide() {
        let (root, nonroot) = (UserPattern::new("root").unwrap(), UserPattern::new("nonroot").unwrap());
        for text in ["", "0", "00", "0:0", "root", "app", "1000:0", "1000:docker", ":0"] {
            assert!(!nonroot.grants(&User::parse(text)), "{text}");
            assert!(root.catches(&User::parse(text)), "{text}");
        }
        for text in ["1000", "1000:1000", "01000"] {
            assert!(nonroot.grants(&User::parse(text)), "{text}");
            assert!(!root.catches(&User::parse(text)), "{text}");
        }
    }

    #[test]
    fn a_number_has_one_spelling() {
        let pattern = UserPattern::new("1000:1000").unwrap();
        assert!(pattern.grants(&User::parse("01000:+1000")));
        assert!(!pattern.grants(&User::parse("1000")));
        assert!(UserPattern::new("1000*").unwrap().grants(&User::parse("1000:5")));
        assert!(UserPattern::new("image").unwrap().grants(&User::parse("")));
    }
}
