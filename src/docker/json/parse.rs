//! The strict reader.

use std::borrow::Cow;

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
    let mut parser = Parser { text, at: 0, depth: 0, members: Vec::new(), items: Vec::new() };
    let result = parser.document();
    result.map_err(|message| JsonError::at(message, bytes, parser.at))
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

type Message = Cow<'static, str>;

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
        self.space();
        match self.peek() {
            None => return Err("there is no JSON value".into()),
            Some(0xef) if self.text.starts_with('\u{feff}') => return Err("a byte order mark is not JSON".into()),
            Some(_) => {}
        }
        let value = self.value()?;
        self.space();
        match self.peek() {
            None => Ok(value),
            Some(_) => Err("there is more behind the JSON value".into()),
        }
    }

    fn value(&mut self) -> Result<Json<'a>, Message> {
        match self.peek() {
            Some(b'"') => self.string().map(Json::String),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err("a JSON value is expected".into()),
            None => Err(ENDS.into()),
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Json<'a>, Message>) -> Result<Json<'a>, Message> {
        if self.depth == MAX_DEPTH {
            return Err(format!("arrays and objects are nested deeper than {MAX_DEPTH}").into());
        }
        self.depth += 1;
        self.at += 1;
        self.space();
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Json<'a>, Message> {
        let start = self.members.len();
        let mut names = Names::default();
        if !self.take(b'}') {
            loop {
                if self.peek() != Some(b'"') {
                    return Err("a name in quotes is expected".into());
                }
                let begin = self.at;
                let name = self.string()?;
                if names.repeats(&name, self.members.get(start..).unwrap_or_default()) {
                    self.at = begin;
                    return Err(repeated(&name));
                }
                self.space();
                if !self.take(b':') {
                    return Err("a colon is expected".into());
                }
                self.space();
                let value = self.value()?;
                self.members.push((name, value));
                self.space();
                if self.take(b'}') {
                    break;
                }
                if !self.take(b',') {
                    return Err(if self.peek().is_none() { ENDS } else { "a comma or } is expected" }.into());
                }
                self.space();
            }
        }
        let members: Vec<_> = self.members.drain(start..).collect();
        if let Some(name) = names.repeated_among(&members) {
            return Err(repeated(name));
        }
        Ok(Json::Object(members))
    }

    fn array(&mut self) -> Result<Json<'a>, Message> {
        let start = self.items.len();
        if !self.take(b']') {
            loop {
                let item = self.value()?;
                self.items.push(item);
                self.space();
                if self.take(b']') {
                    break;
                }
                if !self.take(b',') {
                    return Err(if self.peek().is_none() { ENDS } else { "a comma or ] is expected" }.into());
                }
                self.space();
            }
        }
        Ok(Json::Array(self.items.drain(start..).collect()))
    }

    /// Reads a string; borrowed as long as it has no escapes.
    fn string(&mut self) -> Result<Cow<'a, str>, Message> {
        self.at += 1;
        let plain = self.plain();
        if self.take(b'"') {
            return Ok(Cow::Borrowed(plain));
        }
        let mut out = plain.to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(out));
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => return Err("a control character in a string must be escaped".into()),
                None => return Err(ENDS.into()),
            }
            out.push_str(self.plain());
        }
    }

    /// The text up to the next quote, backslash or control character.
    fn plain(&mut self) -> &'a str {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len());
        let plain = self.text.get(self.at..self.at + length).unwrap_or_default();
        self.at += length;
        plain
    }

    fn escape(&mut self) -> Result<char, Message> {
        self.at += 1;
        let byte = self.peek().ok_or(ENDS)?;
        let simple = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err("there is no such escape".into()),
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
        char::from_u32(code).ok_or_else(|| {
            self.at = begin;
            "half a surrogate pair is no character".into()
        })
    }

    fn hex(&mut self) -> Result<u32, Message> {
        let digits = self.text.get(self.at + 1..self.at + 5).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += 5;
        code.ok_or_else(|| {
            self.at = (self.at - 5).min(self.text.len());
            "four hexadecimal digits are expected".into()
        })
    }

    /// A number, by the grammar of RFC 8259, section 6.
    fn number(&mut self) -> Result<Json<'a>, Message> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') && self.digits() == 0 {
            return Err("a digit is expected".into());
        }
        if self.take(b'.') && self.digits() == 0 {
            return Err("a digit is expected behind the point".into());
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return Err("a digit is expected in the exponent".into());
            }
        }
        if self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+')) {
            return Err("this is not how JSON writes a number".into());
        }
        Ok(Json::Number(Cow::Borrowed(self.text.get(start..self.at).unwrap_or_default())))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, Message> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err("a JSON value is expected".into());
        }
        self.at += word.len();
        Ok(value)
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
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
    filter: [u64; 4],
}

const FEW: usize = 128;

impl Names {
    fn repeats(&mut self, name: &str, before: &[Member<'_>]) -> bool {
        if before.len() >= FEW {
            return false;
        }
        let hash = name.bytes().fold(name.len(), |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        let Some(word) = self.filter.get_mut(hash >> 6 & 3) else { return false };
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
    format!("the name {} occurs twice in one object", super::short(&Json::from(name))).into()
}

const ENDS: &str = "the text ends within a JSON value";

#[cfg(test)]
mod tests;
