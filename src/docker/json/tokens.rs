//! What a JSON text is made of: strings, numbers, words and signs.

use std::borrow::Cow;

use super::parse::{ENDS, Message, fail};
use super::scan::plain_length;

/// A text, and how far it is read.
pub(super) struct Tokens<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Tokens<'a> {
    /// Takes the comma, or the end of an array or object; true for the comma.
    #[inline]
    pub(super) fn goes_on(&mut self, end: u8, expected: &'static str) -> Result<bool, Message> {
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
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, Message> {
        match self.borrowed() {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => self.escaped().map(Cow::Owned),
        }
    }

    /// Reads a string that can be borrowed; takes nothing of any other.
    #[inline]
    pub(super) fn borrowed(&mut self) -> Option<&'a str> {
        let start = self.at + 1;
        let end = start + plain_length(self.text.as_bytes().get(start..)?);
        if self.text.as_bytes().get(end) != Some(&b'"') {
            return None;
        }
        self.at = end + 1;
        self.text.get(start..end)
    }

    /// Reads a string that cannot be borrowed.
    #[cold]
    pub(super) fn escaped(&mut self) -> Result<String, Message> {
        self.at += 1;
        let mut out = self.plain().to_owned();
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
    pub(super) fn number(&mut self) -> Result<&'a str, Message> {
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
    pub(super) fn word(&mut self, word: &str) -> bool {
        let found = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// The next byte that is no white space.
    #[inline]
    pub(super) fn token(&mut self) -> Option<u8> {
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

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}
