//! Members of a body that say nothing: `null`, `false`, `0` and what is empty, where
//! that is no use of the field. Nearly all members of a create do.

use super::{Field, Neutral, Type};

/// Which of the shortest values of a field are no use of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Silent(u8);

impl Silent {
    const NULL: u8 = 1;
    const TEXT: u8 = 1 << 1;
    const LIST: u8 = 1 << 2;
    const OBJECT: u8 = 1 << 3;
    const FALSE: u8 = 1 << 4;
    const ZERO: u8 = 1 << 5;

    /// Those of a field with this type and these neutral values.
    pub(super) const fn of(ty: &Type, neutral: &Neutral) -> Self {
        let (empty, other) = match ty {
            Type::Str | Type::Text => (Self::TEXT, 0),
            Type::Strings | Type::List(_) => (Self::LIST, 0),
            Type::Map(_) | Type::Struct(_) => (Self::OBJECT, 0),
            Type::Bool => (0, Self::FALSE),
            Type::Int(least, most) if *least <= 0 && 0 <= *most => (0, Self::ZERO),
            Type::Int(..) | Type::Float | Type::Unset | Type::Size | Type::Any => (0, 0),
        };
        Self(match neutral {
            Neutral::Null(_) => Self::NULL | empty & Self::TEXT,
            Neutral::NoMembers => Self::NULL | empty,
            Neutral::Empty(_)
            | Neutral::Leaves
            | Neutral::Any
            | Neutral::Section
            | Neutral::MemorySwap
            | Neutral::Endpoints => Self::NULL | empty | other,
        })
    }

    /// The length of the value at the beginning of `rest` if it is one of them, and 0 if it is not.
    #[inline]
    pub(super) fn length(self, rest: &[u8]) -> usize {
        let (length, bit) = match rest {
            [b'n', b'u', b'l', b'l', ..] => (4, Self::NULL),
            [b'"', b'"', ..] => (2, Self::TEXT),
            [b'f', b'a', b'l', b's', b'e', ..] => (5, Self::FALSE),
            [b'0', b',' | b'}', ..] => (1, Self::ZERO),
            [b'[', b']', ..] => (2, Self::LIST),
            [b'{', b'}', ..] => (2, Self::OBJECT),
            _ => return 0,
        };
        if self.0 & bit == 0 { 0 } else { length }
    }
}

/// What is behind a member that says nothing and its comma, if `rest` begins with one of this field.
#[inline]
pub(super) fn behind_silent<'b>(rest: &'b [u8], field: &Field) -> Option<&'b [u8]> {
    let (name, value) = rest.split_first()?.1.split_at_checked(field.name.len())?;
    let (b"\":", value) = value.split_first_chunk()? else { return None };
    let length = field.silent.length(value);
    let (b",", behind) = value.get(length..)?.split_first_chunk()? else { return None };
    // The name last: it is what takes longest to compare.
    (length > 0 && rest.starts_with(b"\"") && name == field.name.as_bytes()).then_some(behind)
}
