//! The strict reader.

use std::borrow::Cow;

use super::tokens::Tokens;
use super::{Json, Member};

/// From so many items on an array is not copied.
const MANY: usize = 4096;

/// Room for the members of most answers, in a block that malloc has at hand.
const FEW_MEMBERS: usize = 16;

/// How deep arrays and objects may be nested. No body of the API comes near it.
pub const MAX_DEPTH: usize = 64;

/// Reads one JSON value with nothing but white space around it.
///
/// Stricter than RFC 8259, section 4: a name that occurs twice in an object is
/// an error, since Go merges both and others take the last. Names that differ
/// only by case are told apart here; the schema knows where Go does not.
///
/// # Errors
/// Anything else than UTF-8 (also escaped lone surrogates), nesting beyond
/// [`MAX_DEPTH`], a syntax error; with line and column.
pub fn parse(bytes: &[u8]) -> Result<Json<'_>, JsonError> {
    let text = simdutf8::compat::from_utf8(bytes)
        .map_err(|error| JsonError::at("the text is not UTF-8", bytes, error.valid_up_to()))?;
    let tokens = Tokens { text, at: 0 };
    let members = Vec::with_capacity(FEW_MEMBERS);
    let mut parser = Parser { tokens, open: Vec::new(), members, items: Vec::new(), whole: Json::Null };
    parser.document().map_err(|message| JsonError::at(*message, bytes, parser.tokens.at))?;
    Ok(parser.whole)
}

/// Why a text is not read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at line {line}, column {column}")]
pub struct JsonError {
    /// What is wrong.
    pub message: Cow<'static, str>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl JsonError {
    fn at(message: impl Into<Cow<'static, str>>, bytes: &[u8], at: usize) -> Self {
        let before = bytes.get(..at).unwrap_or(bytes);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let last = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let column = String::from_utf8_lossy(last).chars().count() + 1;
        Self { message: message.into(), line, column }
    }
}

/// Boxed, so that results stay small: they are passed for every value.
pub(super) type Message = Box<Cow<'static, str>>;

/// Most errors are known words.
#[cold]
pub(super) fn fail<T>(message: &'static str) -> Result<T, Message> {
    Err(Box::new(message.into()))
}

/// A text that is read.
///
/// Nothing here calls itself: what is open is on a stack of its own.
/// Members and items collect on two stacks that all levels share, and leave
/// them in vectors of just the right size.
struct Parser<'a> {
    tokens: Tokens<'a>,
    open: Vec<Open>,
    members: Vec<Member<'a>>,
    items: Vec<Json<'a>>,
    /// The value that all others are in, once it is read.
    whole: Json<'a>,
}

/// An array or object whose end is not read yet.
enum Open {
    /// Where its items begin.
    Array(usize),
    /// Where its members begin. The last of them waits for its value.
    Object(usize, Names),
}

impl<'a> Parser<'a> {
    fn document(&mut self) -> Result<(), Message> {
        match self.tokens.token() {
            None => return fail("there is no JSON value"),
            Some(0xef) if self.tokens.text.starts_with('\u{feff}') => return fail("a byte order mark is not JSON"),
            Some(_) => {}
        }
        while !(self.begin()? && self.is_over()?) {}
        if self.tokens.token().is_none() { Ok(()) } else { fail("there is more behind the JSON value") }
    }

    /// Reads a value, or the beginning of one that has others in it; true if it was a whole one.
    #[inline]
    fn begin(&mut self) -> Result<bool, Message> {
        match self.tokens.token() {
            Some(b'"') => match self.tokens.borrowed() {
                Some(text) => self.put(|| Json::String(Cow::Borrowed(text))),
                None => {
                    let text = self.tokens.escaped()?;
                    self.put(|| Json::String(Cow::Owned(text)));
                }
            },
            Some(b'{') => {
                self.descend()?;
                if self.tokens.token() != Some(b'}') {
                    let mut names = Names::default();
                    let name = names.next(&mut self.tokens, &[])?;
                    self.open.push(Open::Object(self.members.len(), names));
                    self.members.push((name, Json::Null));
                    return Ok(false);
                }
                self.tokens.at += 1;
                self.put(|| Json::Object(Vec::new()));
            }
            Some(b'[') => {
                self.descend()?;
                if self.tokens.token() != Some(b']') {
                    self.open.push(Open::Array(self.items.len()));
                    return Ok(false);
                }
                self.tokens.at += 1;
                self.put(|| Json::Array(Vec::new()));
            }
            Some(b't') if self.tokens.word("true") => self.put(|| Json::Bool(true)),
            Some(b'f') if self.tokens.word("false") => self.put(|| Json::Bool(false)),
            Some(b'n') if self.tokens.word("null") => self.put(|| Json::Null),
            Some(b'-' | b'0'..=b'9') => {
                let number = self.tokens.number()?;
                self.put(|| Json::Number(Cow::Borrowed(number)));
            }
            Some(_) => return fail("a JSON value is expected"),
            None => return fail(ENDS),
        }
        Ok(true)
    }

    fn descend(&mut self) -> Result<(), Message> {
        if self.open.len() == MAX_DEPTH {
            return Err(Box::new(format!("arrays and objects are nested deeper than {MAX_DEPTH}").into()));
        }
        self.tokens.at += 1;
        Ok(())
    }

    /// Puts a value where it belongs. It is made there, and not carried: a value that is written in parts and read as a
    /// whole at once keeps the processor waiting for longer than all else here takes.
    #[inline(always)]
    fn put(&mut self, value: impl FnOnce() -> Json<'a>) {
        match self.open.last() {
            None => self.whole = value(),
            Some(Open::Array(_)) => self.items.extend(std::iter::once_with(value)),
            Some(Open::Object(..)) => {
                if let Some((_, waits)) = self.members.last_mut() {
                    *waits = value();
                }
            }
        }
    }

    /// Ends what ends behind a value; true once that is the outermost.
    #[inline]
    fn is_over(&mut self) -> Result<bool, Message> {
        loop {
            let value = match self.open.last_mut() {
                None => return Ok(true),
                Some(Open::Array(start)) => {
                    if self.tokens.goes_on(b']', "a comma or ] is expected")? {
                        return Ok(false);
                    }
                    // A long one is not copied: it is most of its text as a rule.
                    Json::Array(if *start == 0 && self.items.len() >= MANY {
                        std::mem::take(&mut self.items)
                    } else {
                        self.items.drain(*start..).collect()
                    })
                }
                Some(Open::Object(start, names)) => {
                    if self.tokens.goes_on(b'}', "a comma or } is expected")? {
                        let name = names.next(&mut self.tokens, self.members.get(*start..).unwrap_or_default())?;
                        self.members.push((name, Json::Null));
                        return Ok(false);
                    }
                    let members: Vec<_> = self.members.drain(*start..).collect();
                    if let Some(name) = names.repeated_among(&members) {
                        return Err(repeated(name));
                    }
                    Json::Object(members)
                }
            };
            self.open.pop();
            self.put(|| value);
        }
    }
}

/// Finds a name that an object has twice, without comparing each to each: a
/// name is compared to those before it only if a small filter has its bit. For
/// an object with many names, which no API struct has, they are sorted instead,
/// so that a hostile body costs no more than its size.
#[derive(Default)]
struct Names {
    filter: [u64; 16],
}

const FEW: usize = 128;

impl Names {
    /// Reads a name and the colon behind it; `before` are the members that there are already.
    fn next<'a>(&mut self, tokens: &mut Tokens<'a>, before: &[Member<'_>]) -> Result<Cow<'a, str>, Message> {
        if tokens.token() != Some(b'"') {
            return fail("a name in quotes is expected");
        }
        let begin = tokens.at;
        let name = tokens.string()?;
        if self.repeats(&name, before) {
            tokens.at = begin;
            return Err(repeated(&name));
        }
        if tokens.token() != Some(b':') {
            return fail("a colon is expected");
        }
        tokens.at += 1;
        Ok(name)
    }

    #[inline]
    fn repeats(&mut self, name: &str, before: &[Member<'_>]) -> bool {
        if before.len() >= FEW {
            return false;
        }
        // Names of one struct differ in length or at these places, as a rule.
        let at = |index: usize| u64::from(name.as_bytes().get(index).copied().unwrap_or_default());
        let length = name.len();
        let mix = at(0) | at(length / 2) << 8 | at(length.wrapping_sub(1)) << 16 | at(length / 3) << 24;
        let hash = ((mix | (length as u64) << 32).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54) as usize;
        let Some(word) = self.filter.get_mut(hash >> 6) else { return false };
        let bit = 1 << (hash & 63);
        let hit = *word & bit != 0;
        *word |= bit;
        hit && before.iter().any(|(other, _)| other == name)
    }

    fn repeated_among<'m>(&self, members: &'m [Member<'_>]) -> Option<&'m str> {
        if members.len() <= FEW { None } else { repeated_of(members) }
    }
}

fn repeated_of<'m>(members: &'m [Member<'_>]) -> Option<&'m str> {
    let mut names: Vec<&str> = members.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    names.iter().zip(names.iter().skip(1)).find(|(one, next)| one == next).map(|(one, _)| *one)
}

/// A name that an object has twice: in a value that was changed, as [`parse`] gives none.
#[must_use]
pub fn repeated_name<'j>(json: &'j Json<'_>) -> Option<&'j str> {
    match json {
        Json::Object(members) => {
            repeated_of(members).or_else(|| members.iter().find_map(|(_, value)| repeated_name(value)))
        }
        Json::Array(items) => items.iter().find_map(repeated_name),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    }
}

fn repeated(name: &str) -> Message {
    Box::new(format!("the name {} occurs twice in one object", super::short(&Json::from(name))).into())
}

pub(super) const ENDS: &str = "the text ends within a JSON value";

#[cfg(test)]
mod tests;
