//! Users in one spelling: `0`, `00`, `+0`, `0:0` and `root` are the same one.

use std::borrow::Cow;
use std::fmt;

use super::collect::{Collector, Here, each_text};
use super::{Kind, Value};
use crate::docker::json::Json;
use crate::docker::schema::Path;

/// A user as a call names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum User<'b> {
    /// None: that of the image or, for an exec, that of the container.
    Unset,
    /// A user, with a group or without.
    Set(Account<'b>, Option<Account<'b>>),
}

/// A user or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account<'b> {
    /// By number.
    Id(i64),
    /// By a name that the image knows. It may have any number.
    Name(Cow<'b, str>),
}

impl<'b> User<'b> {
    /// Reads `USER[:GROUP]`.
    #[must_use]
    pub fn parse(text: &'b str) -> Self {
        let (user, group) = text.split_once(':').map_or((text, None), |(user, group)| (user, Some(group)));
        if user.is_empty() && group.is_none_or(str::is_empty) {
            return Self::Unset;
        }
        // Without a user, only the group is another one.
        let user = if user.is_empty() { Account::Name(Cow::Borrowed("")) } else { Account::parse(user) };
        Self::Set(user, group.filter(|group| !group.is_empty()).map(Account::parse))
    }

    /// True for root and for the group of root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        match self {
            Self::Unset => false,
            Self::Set(user, group) => user.is_root() || group.as_ref().is_some_and(Account::is_root),
        }
    }

    /// True if it is certainly not root: a number other than 0, and so the group if there is one.
    #[must_use]
    pub fn is_nonroot(&self) -> bool {
        match self {
            Self::Unset => false,
            Self::Set(user, group) => user.is_nonroot() && group.as_ref().is_none_or(Account::is_nonroot),
        }
    }
}

impl<'b> Account<'b> {
    fn parse(text: &'b str) -> Self {
        // As Go's Atoi: a sign and any number of zeros are fine.
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let numeric = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(id) if numeric => Self::Id(id),
            _ => Self::Name(Cow::Borrowed(text)),
        }
    }

    fn is_root(&self) -> bool {
        match self {
            Self::Id(id) => *id == 0,
            Self::Name(name) => name == "root",
        }
    }

    const fn is_nonroot(&self) -> bool {
        match self {
            Self::Id(id) => *id > 0,
            Self::Name(_) => false,
        }
    }
}

impl fmt::Display for User<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset => f.write_str("image"),
            Self::Set(user, None) => user.fmt(f),
            Self::Set(user, Some(group)) => write!(f, "{user}:{group}"),
        }
    }
}

impl fmt::Display for Account<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Name(name) if name == "root" => f.write_str("0"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// `User` of a container, an exec, a service.
pub(super) fn user<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    let text = value.as_str().unwrap_or_default();
    c.open(Kind::User, Here::json(at, value), || Value::User(User::parse(text)));
}

/// `GroupAdd`, and `Groups` of a service.
pub(super) fn groups<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    each_text(c, value, at, |c, text, here| c.closed_text(Kind::Group, here, Account::parse(text).to_string()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_has_many_spellings() {
        for text in
            ["0", "00", "000", "+0", "-0", "root", "0:0", "root:root", "0:1000", "1000:0", "1000:root", "app:00"]
        {
            assert!(User::parse(text).is_root(), "{text}");
            assert!(!User::parse(text).is_nonroot(), "{text}");
        }
    }

    #[test]
    fn only_a_number_is_certainly_not_root() {
        for text in ["1000", "1", "01000", "1000:1000", "65534:65534"] {
            assert!(User::parse(text).is_nonroot(), "{text}");
        }
        for text in
            ["", ":", "nobody", "app", "1000:app", "-1", "0x1", "1000.", " 1000", ":1000", "99999999999999999999"]
        {
            assert!(!User::parse(text).is_nonroot(), "{text}");
        }
        assert_eq!(User::parse(""), User::Unset);
        assert_eq!(User::parse("00").to_string(), "0");
        assert_eq!(User::parse("root:0").to_string(), "0:0");
    }
}
