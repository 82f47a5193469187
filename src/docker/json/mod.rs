//! JSON as the gateway reads and writes it: strict, nothing lost, nothing read
//! in two ways.
//!
//! [`parse`] refuses what two readers could understand differently: names that
//! occur twice, text that is not UTF-8, anything behind the value. What it
//! accepts is written back by [`Json::to_vec`] in one spelling.

mod lines;
mod parse;
mod scan;
mod tokens;
mod write;

use std::borrow::Cow;

pub use lines::{BadStream, Lines};
pub use parse::{JsonError, MAX_DEPTH, parse, repeated_name};
pub(super) use scan::plain_length;
pub use write::short;

/// One JSON value (RFC 8259). Numbers stay the text they were; members stay in
/// the order in which they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it was written.
    Number(Cow<'a, str>),
    /// A string, unescaped.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Self>),
    /// An object.
    Object(Vec<Member<'a>>),
}

/// A name and its value in an object.
pub type Member<'a> = (Cow<'a, str>, Json<'a>);

impl<'a> Json<'a> {
    /// The value of that name, if this is an object that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The value of that name, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        self.as_object_mut()?.iter_mut().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Sets a name of an object, in its old place or at the end. Does nothing
    /// to a value that is no object.
    pub fn set(&mut self, name: &str, value: impl Into<Self>) {
        let value = value.into();
        if let Some(old) = self.get_mut(name) {
            *old = value;
        } else if let Some(members) = self.as_object_mut() {
            members.push((Cow::Owned(name.to_owned()), value));
        }
    }

    /// Takes a name out of an object.
    pub fn remove(&mut self, name: &str) -> Option<Self> {
        let members = self.as_object_mut()?;
        let index = members.iter().position(|(key, _)| key == name)?;
        Some(members.remove(index).1)
    }

    /// True for `null`.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The truth value, if this is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The text of a number.
    #[must_use]
    pub fn as_number(&self) -> Option<&str> {
        if let Self::Number(text) = self { Some(text) } else { None }
    }

    /// A number written as an integer that fits, as Go reads an `int64`.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.parse().ok()
    }

    /// The items of an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The members of an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&[Member<'a>]> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// The members of an object, to change them.
    pub fn as_object_mut(&mut self) -> Option<&mut Vec<Member<'a>>> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// The strings of an array of strings; empty for anything else. Items that
    /// are no strings are left out.
    pub fn strings(&self) -> impl Iterator<Item = &str> {
        self.as_array().unwrap_or_default().iter().filter_map(Self::as_str)
    }

    /// What kind of value this is, for messages: `a string`, `an object`, …
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a truth value",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// The same value without a borrow.
    #[must_use]
    pub fn into_owned(self) -> Json<'static> {
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(value),
            Self::Number(text) => Json::Number(Cow::Owned(text.into_owned())),
            Self::String(text) => Json::String(Cow::Owned(text.into_owned())),
            Self::Array(items) => Json::Array(items.into_iter().map(Self::into_owned).collect()),
            Self::Object(members) => Json::Object(
                members.into_iter().map(|(name, value)| (Cow::Owned(name.into_owned()), value.into_owned())).collect(),
            ),
        }
    }
}

impl From<bool> for Json<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Json<'_> {
    fn from(value: i64) -> Self {
        Self::Number(Cow::Owned(value.to_string()))
    }
}

impl<'a> From<&'a str> for Json<'a> {
    fn from(text: &'a str) -> Self {
        Self::String(Cow::Borrowed(text))
    }
}

impl From<String> for Json<'_> {
    fn from(text: String) -> Self {
        Self::String(Cow::Owned(text))
    }
}

impl<'a> From<Vec<Self>> for Json<'a> {
    fn from(items: Vec<Self>) -> Self {
        Self::Array(items)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_set_and_removed_by_name() {
        let mut json = parse(br#"{"a":1,"b":{"c":["x","y"]},"d":true}"#).unwrap();
        assert_eq!(json.get("a").and_then(Json::as_i64), Some(1));
        assert_eq!(json.get("b").and_then(|b| b.get("c")).unwrap().strings().collect::<Vec<_>>(), ["x", "y"]);
        json.set("a", "one");
        json.set("e", 5);
        assert_eq!(json.remove("d"), Some(Json::Bool(true)));
        assert_eq!(json.remove("d"), None);
        assert_eq!(json.to_vec(), br#"{"a":"one","b":{"c":["x","y"]},"e":5}"#);
    }

    #[test]
    fn a_value_outlives_its_text_once_it_is_owned() {
        let owned = {
            let text = br#"{"a":[1,"b",null,false]}"#.to_vec();
            parse(&text).unwrap().into_owned()
        };
        assert_eq!(owned.to_vec(), br#"{"a":[1,"b",null,false]}"#);
    }
}
