//! JSON as the gateway reads and writes it: strict, nothing lost, nothing read
//! in two ways.

use std::borrow::Cow;

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
    Object(Vec<(Cow<'a, str>, Self)>),
}
