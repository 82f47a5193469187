//! The strict reader.

use std::borrow::Cow;

use super::scan::plain_length;
use super::{Json, Member};

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
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Err(JsonError::at("the text is not UTF-8", bytes, error.valid_up_to())),
    };
    let mut parser = Parser { text, at: 0, depth: 0, members: Vec::with_capacity(128), items: Vec::new() };
    let result = parser.document();
    result.map_err(|message| JsonError::at(*message, bytes, parser.at))
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
type Message = Box<Cow<'static, str>>;

/// Most errors are known words.
#[cold]
fn fail<T>(message: &'static str) -> Result<T, Message> {
    Err(Box::new(message.into()))
}

/// Members and items collect on two stacks that all levels share, and leave
/// them in vectors of just the right size.
struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    members: Vec<Member<'a>>,
    items: Vec<Json<'a>>,
}

impl<'a> Parser<'a> {
    fn document(&mut self) -> Result<Json<'a>, Message> {
        match self.token() {
            None => return fail("there is no JSON value"),
            Some(0xef) if self.text.starts_with('\u{feff}') => return fail("a byte order mark is not JSON"),
            Some(_) => {}
        }
        let value = self.value(|_, value| value)?;
        match self.token() {
            None => Ok(value),
            Some(_) => fail("there is more behind the JSON value"),
        }
    }

    /// Reads a value and hands it over. Handing over, rather than returning it to be put
    /// away, writes each value once: this is where most of the time went.
    #[inline]
    fn value<R>(&mut self, put: impl FnOnce(&mut Self, Json<'a>) -> R) -> Result<R, Message> {
        match self.token() {
            Some(b'"') => {
                let text = self.string()?;
                Ok(put(self, Json::String(text)))
            }
            Some(b'{') => {
                let members = self.nested(Self::object)?;
                Ok(put(self, Json::Object(members)))
            }
            Some(b'[') => {
                let items = self.nested(Self::array)?;
                Ok(put(self, Json::Array(items)))
            }
            Some(b't') if self.word("true") => Ok(put(self, Json::Bool(true))),
            Some(b'f') if self.word("false") => Ok(put(self, Json::Bool(false))),
            Some(b'n') if self.word("null") => Ok(put(self, Json::Null)),
            Some(b'-' | b'0'..=b'9') => {
                let text = self.number()?;
                Ok(put(self, Json::Number(Cow::Borrowed(text))))
            }
            Some(_) => fail("a JSON value is expected"),
            None => fail(ENDS),
        }
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Message>) -> Result<T, Message> {
        if self.depth == MAX_DEPTH {
            return Err(Box::new(format!("arrays and objects are nested deeper than {MAX_DEPTH}").into()));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Vec<Member<'a>>, Message> {
        if self.token() == Some(b'}') {
            self.at += 1;
            return Ok(Vec::new());
        }
        let start = self.members.len();
        let mut names = Names::default();
        loop {
            if self.token() != Some(b'"') {
                return fail("a name in quotes is expected");
            }
            let begin = self.at;
            let name = self.string()?;
            if names.repeats(&name, self.members.get(start..).unwrap_or_default()) {
                self.at = begin;
                return Err(repeated(&name));
            }
            if self.token() != Some(b':') {
                return fail("a colon is expected");
            }
            self.at += 1;
            self.value(|parser, value| parser.members.push((name, value)))?;
            if !self.goes_on(b'}', "a comma or } is expected")? {
                break;
            }
        }
        let members: Vec<_> = self.members.drain(start..).collect();
        match names.repeated_among(&members) {
            Some(name) => Err(repeated(name)),
            None => Ok(members),
        }
    }

    fn array(&mut self) -> Result<Vec<Json<'a>>, Message> {
        if self.token() == Some(b']') {
            self.at += 1;
            return Ok(Vec::new());
        }
        let start = self.items.len();
        loop {
            self.value(|parser, value| parser.items.push(value))?;
            if !self.goes_on(b']', "a comma or ] is expected")? {
                return Ok(self.items.drain(start..).collect());
            }
        }
    }

    /// Takes the comma, or the end of an array or object; true for the comma.
    #[inline]
    fn goes_on(&mut self, end: u8, expected: &'static str) -> Result<bool, Message> {
        let token = self.token();
        self.at += 1;
        match token {
            Some(b',') => Ok(true),
            Some(byte) if byte == end => Ok(false),
            Some(_) => {
                self.at -= 1;
                fail(expected)
            }
            None => {
                self.at -= 1;
                fail(ENDS)
            }
        }
    }

    /// Reads a string; borrowed as long as it has no escapes.
    #[inline]
    fn string(&mut self) -> Result<Cow<'a, str>, Message> {
        self.at += 1;
        let plain = self.plain();
        if self.take(b'"') { Ok(Cow::Borrowed(plain)) } else { self.escaped(plain).map(Cow::Owned) }
    }

    /// Reads on where a string cannot be borrowed.
    #[cold]
    fn escaped(&mut self, plain: &str) -> Result<String, Message> {
        let mut out = plain.to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => return fail("a control character in a string must be escaped"),
                None => return fail(ENDS),
            }
            out.push_str(self.plain());
        }
    }

    /// The text up to the next quote, backslash or control character.
    #[inline]
    fn plain(&mut self) -> &'a str {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let length = plain_length(rest);
        let plain = self.text.get(self.at..self.at + length).unwrap_or_default();
        self.at += length;
        plain
    }

    fn escape(&mut self) -> Result<char, Message> {
        self.at += 1;
        let Some(byte) = self.peek() else { return fail(ENDS) };
        let simple = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return fail("there is no such escape"),
        };
        self.at += 1;
        Ok(simple)
    }

    /// `\uXXXX`, or two of them that make a surrogate pair.
    fn unicode(&mut self) -> Result<char, Message> {
        let begin = self.at - 1;
        let first = self.hex()?;
        let code = if (0xd800..0xdc00).contains(&first) && self.take(b'\\') && self.peek() == Some(b'u') {
            match self.hex()? {
                second @ 0xdc00..0xe000 => 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00),
                _ => first,
            }
        } else {
            first
        };
        let Some(char) = char::from_u32(code) else {
            self.at = begin;
            return fail("half a surrogate pair is no character");
        };
        Ok(char)
    }

    fn hex(&mut self) -> Result<u32, Message> {
        let digits = self.text.get(self.at + 1..self.at + 5).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let Some(code) = code else { return fail("four hexadecimal digits are expected") };
        self.at += 5;
        Ok(code)
    }

    /// A number, by the grammar of RFC 8259, section 6.
    fn number(&mut self) -> Result<&'a str, Message> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') && self.digits() == 0 {
            return fail("a digit is expected");
        }
        if matches!(self.peek(), Some(b'.' | b'e' | b'E' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'+')) {
            self.fraction()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// What may stand behind the integer of a number.
    fn fraction(&mut self) -> Result<(), Message> {
        if self.take(b'.') && self.digits() == 0 {
            return fail("a digit is expected behind the point");
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return fail("a digit is expected in the exponent");
            }
        }
        if self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+')) {
            return fail("this is not how JSON writes a number");
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    #[inline]
    fn word(&mut self, word: &str) -> bool {
        let found = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// The next byte that is no white space.
    #[inline]
    fn token(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                other => return other,
            }
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
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
        if members.len() <= FEW {
            return None;
        }
        let mut names: Vec<&str> = members.iter().map(|(name, _)| &**name).collect();
        names.sort_unstable();
        names.iter().zip(names.iter().skip(1)).find(|(one, next)| one == next).map(|(one, _)| *one)
    }
}

fn repeated(name: &str) -> Message {
    Box::new(format!("the name {} occurs twice in one object", super::short(&Json::from(name))).into())
}

const ENDS: &str = "the text ends within a JSON value";

#[cfg(test)]
mod tests;
