//! Words: quotes and dollars.

use super::ast::{Arg, Part, Word};
use super::parse::Parser;

impl Parser {
    pub(super) fn word(&mut self) -> Result<Option<Word>, String> {
        let mut parts = Vec::new();
        loop {
            match self.peek() {
                None | Some(' ' | '\t' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')') => break,
                Some('\'') => {
                    self.at += 1;
                    let text = self.until('\'')?;
                    parts.push(Part::quoted(Arg::Text(text)));
                }
                Some('"') => {
                    self.at += 1;
                    self.double_quoted(&mut parts)?;
                }
                Some('\\') => {
                    self.at += 1;
                    match self.next() {
                        Some('\n') => {}
                        Some(c) => parts.push(Part::quoted(Arg::Text(c.to_string()))),
                        None => parts.push(Part::quoted(Arg::Text("\\".to_owned()))),
                    }
                }
                Some('$') => {
                    self.at += 1;
                    let arg = self.dollar()?;
                    parts.push(Part { arg, quoted: false });
                }
                Some(c) => {
                    self.at += 1;
                    push_char(&mut parts, c, false);
                }
            }
        }
        Ok(Some(parts).filter(|parts| !parts.is_empty()))
    }

    fn double_quoted(&mut self, parts: &mut Word) -> Result<(), String> {
        parts.push(Part::quoted(Arg::Text(String::new())));
        loop {
            match self.next() {
                None => return Err("unterminated quoted string".to_owned()),
                Some('"') => return Ok(()),
                Some('\\') => match self.next() {
                    Some('\n') => {}
                    Some(c @ ('"' | '\\' | '$' | '`')) => push_char(parts, c, true),
                    Some(c) => {
                        push_char(parts, '\\', true);
                        push_char(parts, c, true);
                    }
                    None => return Err("unterminated quoted string".to_owned()),
                },
                Some('$') => {
                    let arg = self.dollar()?;
                    parts.push(Part::quoted(arg));
                }
                Some(c) => push_char(parts, c, true),
            }
        }
    }

    /// What follows a `$`.
    fn dollar(&mut self) -> Result<Arg, String> {
        match self.peek() {
            Some('(') if self.peek_at(1) == Some('(') => {
                self.at += 2;
                let mut text = String::new();
                let mut open = 0_usize;
                loop {
                    match self.next() {
                        None => return Err("missing \"))\"".to_owned()),
                        Some(')') if open == 0 => {
                            self.expect_char(')')?;
                            return Ok(Arg::Arithmetic(text));
                        }
                        Some(c) => {
                            open += usize::from(c == '(');
                            open = open.saturating_sub(usize::from(c == ')'));
                            text.push(c);
                        }
                    }
                }
            }
            Some('(') => {
                self.at += 1;
                let inner = self.list(&[])?;
                self.expect_char(')')?;
                Ok(Arg::Output(Box::new(inner)))
            }
            Some('{') => {
                self.at += 1;
                let text = self.until('}')?;
                let (name, default) = match text.split_once(":-") {
                    Some((name, default)) => (name.to_owned(), Some(default.to_owned())),
                    None => (text, None),
                };
                Ok(Arg::Variable(name, default))
            }
            Some(c @ ('?' | '$' | '#' | '@' | '*' | '!' | '0'..='9')) => {
                self.at += 1;
                Ok(Arg::Variable(c.to_string(), None))
            }
            _ => Ok(self.name().map_or_else(|| Arg::Text("$".to_owned()), |name| Arg::Variable(name, None))),
        }
    }

    pub(super) fn name(&mut self) -> Option<String> {
        let mut name = String::new();
        while let Some(c) = self.peek() {
            let fits = c == '_' || c.is_ascii_alphabetic() || (!name.is_empty() && c.is_ascii_digit());
            if !fits {
                break;
            }
            name.push(c);
            self.at += 1;
        }
        Some(name).filter(|name| !name.is_empty())
    }

    fn until(&mut self, end: char) -> Result<String, String> {
        let mut text = String::new();
        loop {
            match self.next() {
                None => return Err("unterminated quoted string".to_owned()),
                Some(c) if c == end => return Ok(text),
                Some(c) => text.push(c),
            }
        }
    }
}

/// Adds a character to the text that is being collected.
fn push_char(parts: &mut Word, c: char, quoted: bool) {
    if let Some(Part { arg: Arg::Text(text), quoted: same }) = parts.last_mut()
        && *same == quoted
    {
        text.push(c);
        return;
    }
    parts.push(Part { arg: Arg::Text(c.to_string()), quoted });
}
