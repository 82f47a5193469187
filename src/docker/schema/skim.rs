//! The short way through a body that has the canonical spelling already, as those
//! of the stock CLI have: one pass, and nothing built for what says nothing.
//!
//! What it takes is read as [`parse`](crate::docker::json::parse) and [`read`](super::read) read it,
//! and would be written as it came; whatever it has a doubt about is left to them.

use std::borrow::Cow;

use super::runs::{self, Runs};
use super::silent::behind_silent;
use super::{Body, Field, Struct, Type};
use crate::docker::json::{Json, plain_length};
use crate::docker::version::ApiVersion;

/// Reads a body whose bytes are what [`Body::to_vec`] would write, and a line feed at most. With [`Keep::Uses`], `null`,
/// `false`, `0` and what is empty are left out where they are no use of their field.
///
/// `None` says nothing about the body: it is to be read the long way.
#[must_use]
pub fn skim<'a>(ty: &'static Type, bytes: &'a [u8], version: ApiVersion, keep: Keep) -> Option<Body<'a>> {
    let text = simdutf8::basic::from_utf8(bytes).ok()?;
    // Go's encoder ends what it writes with a line feed, which no reader takes for more.
    let text = text.strip_suffix('\n').unwrap_or(text);
    let json = runs::with(|runs| {
        let mut skim = Skim { text, at: 0, keep, runs };
        let json = skim.value(ty)?;
        (skim.at == text.len()).then_some(json)
    })?;
    Some(Body::new(ty, json, version, Vec::new()))
}

/// What is kept of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// All of it.
    All,
    /// What may be a use of its field. Enough where nobody asks whether a field is there.
    Uses,
}

struct Skim<'a, 'r> {
    text: &'a str,
    at: usize,
    keep: Keep,
    runs: &'r mut Runs,
}

/// Rarely does an object have more members that say something.
const MANY: usize = 16;

/// The most names of a map that are compared, each to each.
const FEW: usize = 32;

impl<'a> Skim<'a, '_> {
    fn value(&mut self, ty: &'static Type) -> Option<Json<'a>> {
        match (self.peek()?, ty) {
            (b'"', Type::Str | Type::Text | Type::Unset) => {
                let text = self.string()?;
                let sound = !matches!(ty, Type::Str) || !text.as_bytes().contains(&0x7f);
                sound.then_some(Json::String(Cow::Borrowed(text)))
            }
            (b't', Type::Bool) => self.word("true").then_some(Json::Bool(true)),
            (b'f', Type::Bool) => self.word("false").then_some(Json::Bool(false)),
            (b'-' | b'0'..=b'9', Type::Int(least, most)) => self.integer(*least, *most),
            (b'[', Type::Strings) => self.items(&Type::Text),
            (b'[', Type::List(item)) => self.items(item),
            (b'[', Type::Size) => {
                let sizes = self.items(&Type::Int(0, u32::MAX as i128))?;
                (sizes.as_array()?.len() == 2).then_some(sizes)
            }
            (b'{', Type::Map(item)) => self.map(item),
            (b'{', Type::Struct(schema)) => self.members(schema),
            _ => None,
        }
    }

    fn members(&mut self, schema: &'static Struct) -> Option<Json<'a>> {
        self.at += 1;
        let mut members = Vec::new();
        if self.take(b'}') {
            return Some(Json::Object(members));
        }
        let (mut seen, mut near) = (Seen::default(), 0);
        // Where members that say nothing began to follow each other, and what there was before them.
        let mut run = None;
        loop {
            if self.keep == Keep::Uses {
                if run.is_none() {
                    match self.runs.find(schema, near, self.rest()) {
                        Some((length, fields, end)) => {
                            seen.add_all(fields)?;
                            (self.at, near) = (self.at + length, end);
                        }
                        None => run = Some((self.at, near, seen)),
                    }
                }
                let silent = self.pass_silent(schema.from(near));
                seen.add(near, silent)?;
                near += silent;
            }
            let (begin, before, end) = (self.at, seen, near);
            let (index, field) = self.name(schema, near)?;
            seen.add_one(index)?;
            near = index + 1;
            let silence = if self.keep == Keep::All { 0 } else { field.silent.length(self.rest()) };
            self.at += silence;
            let is_last = silence > 0 && self.peek() == Some(b'}');
            if (silence == 0 || is_last)
                && let Some((start, from, earlier)) = run.take()
            {
                let text = self.text.as_bytes().get(start..begin).unwrap_or_default();
                self.runs.keep(schema, (from, end), text, before.without(earlier));
            }
            if silence == 0 {
                let value = if self.word("null") { Json::Null } else { self.value(&field.ty)? };
                if members.is_empty() {
                    members.reserve(schema.len().min(MANY));
                }
                members.push((Cow::Borrowed(field.name), value));
            }
            if self.take(b'}') {
                return Some(Json::Object(members));
            }
            if !self.take(b',') {
                return None;
            }
        }
    }

    /// Passes over members that are those of `fields`, one after the other, and say nothing, as nearly all do. Gives
    /// their number.
    fn pass_silent(&mut self, fields: &[Field]) -> usize {
        let mut rest = self.rest();
        let mut passed = 0;
        for field in fields {
            let Some(behind) = behind_silent(rest, field) else { break };
            rest = behind;
            passed += 1;
        }
        self.at = self.text.len() - rest.len();
        passed
    }

    /// Takes the name of a field and the colon behind it.
    fn name(&mut self, schema: &'static Struct, near: usize) -> Option<(usize, &'static Field)> {
        let (index, field) = find(schema, near, self.rest().strip_prefix(b"\"")?)?;
        self.at += field.name.len() + 3;
        Some((index, field))
    }

    fn map(&mut self, item: &'static Type) -> Option<Json<'a>> {
        self.at += 1;
        let mut members: Vec<(Cow<'a, str>, Json<'a>)> = Vec::new();
        if self.take(b'}') {
            return Some(Json::Object(members));
        }
        loop {
            if self.peek()? != b'"' || members.len() == FEW {
                return None;
            }
            let name = self.string()?;
            let repeated = members.iter().any(|(other, _)| other == name);
            if repeated || name.as_bytes().contains(&0x7f) || !self.take(b':') {
                return None;
            }
            let value = self.value(item)?;
            members.push((Cow::Borrowed(name), value));
            if self.take(b'}') {
                return Some(Json::Object(members));
            }
            if !self.take(b',') {
                return None;
            }
        }
    }

    fn items(&mut self, item: &'static Type) -> Option<Json<'a>> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take(b']') {
            return Some(Json::Array(items));
        }
        loop {
            items.push(self.value(item)?);
            if self.take(b']') {
                return Some(Json::Array(items));
            }
            if !self.take(b',') {
                return None;
            }
        }
    }

    /// A string without escapes.
    #[inline]
    fn string(&mut self) -> Option<&'a str> {
        let start = self.at + 1;
        let length = plain_length(self.text.as_bytes().get(start..)?);
        self.at = start + length;
        self.take(b'"').then_some(())?;
        self.text.get(start..start + length)
    }

    /// An integer as Go writes it, of at most eighteen digits.
    fn integer(&mut self, least: i128, most: i128) -> Option<Json<'a>> {
        let start = self.at;
        let negative = self.take(b'-');
        let digits = self.at;
        let mut number = 0_i64;
        while let Some(byte @ b'0'..=b'9') = self.peek() {
            if self.at - digits == 18 {
                return None;
            }
            number = number * 10 + i64::from(byte - b'0');
            self.at += 1;
        }
        let leads = self.text.as_bytes().get(digits) == Some(&b'0');
        if self.at == digits || leads && (negative || self.at - digits > 1) {
            return None;
        }
        let number = i128::from(if negative { -number } else { number });
        (least <= number && number <= most).then_some(())?;
        self.text.get(start..self.at).map(|text| Json::Number(Cow::Borrowed(text)))
    }

    #[inline]
    fn word(&mut self, word: &str) -> bool {
        let found = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        self.at += if found { word.len() } else { 0 };
        found
    }

    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }
}

/// The members of an object that there were so far, by their fields.
#[derive(Clone, Copy, Default)]
struct Seen(u128);

impl Seen {
    /// Adds so many fields; `None` if one of them is there already.
    #[inline]
    fn add(&mut self, first: usize, count: usize) -> Option<()> {
        if count == 0 {
            return Some(());
        }
        let last = u32::try_from(first + count).ok().filter(|last| *last <= u128::BITS)?;
        self.add_all((u128::MAX >> (u128::BITS - last)) & (u128::MAX << first))
    }

    /// [`Seen::add`] for one field.
    #[inline]
    fn add_one(&mut self, index: usize) -> Option<()> {
        self.add_all(1_u128.checked_shl(u32::try_from(index).ok()?)?)
    }

    /// Adds the fields of these bits; `None` if one of them is there already.
    #[inline]
    fn add_all(&mut self, added: u128) -> Option<()> {
        let repeated = self.0 & added != 0;
        self.0 |= added;
        (!repeated).then_some(())
    }

    /// The bits of those that were not there earlier.
    const fn without(self, earlier: Self) -> u128 {
        self.0 & !earlier.0
    }
}

/// The field that is named at the beginning of `rest`, up to the closing quote and the colon, and its place.
/// Bodies list their fields in the order of the table: it is looked for from `near` on first.
fn find(schema: &'static Struct, near: usize, rest: &[u8]) -> Option<(usize, &'static Field)> {
    // The quote is looked at first: few names are as long.
    let is_named = |field: &Field| rest.get(field.name.len()) == Some(&b'"') && rest.starts_with(field.name.as_bytes());
    let among = |fields: &'static [Field], first: usize| {
        let (index, field) = fields.iter().enumerate().find(|(_, field)| is_named(field))?;
        Some((first + index, field))
    };
    let own = schema.fields;
    let embedded = || among(schema.embedded?.fields, own.len());
    let found = among(schema.from(near), near).or_else(|| among(own, 0)).or_else(embedded);
    found.filter(|(_, field)| rest.get(field.name.len() + 1) == Some(&b':'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
