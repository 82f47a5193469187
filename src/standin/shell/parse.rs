//! The grammar: a small part of the POSIX shell's.

use super::ast::{Joint, Node, Redirect, Target};

/// How deep constructs may nest; the evaluator walks them by recursion.
const MAX_DEPTH: usize = 40;

/// Parses a script.
pub(super) fn parse(text: &str) -> Result<Node, String> {
    let mut parser = Parser { chars: text.chars().collect(), at: 0, depth: 0 };
    let node = parser.list(&[])?;
    parser.skip_blank(true);
    match parser.peek() {
        None => Ok(node),
        Some(c) => Err(format!("unexpected \"{c}\"")),
    }
}

pub(super) struct Parser {
    chars: Vec<char>,
    pub(super) at: usize,
    depth: usize,
}

impl Parser {
    /// Commands up to one of `ends`, which stays unread.
    pub(super) fn list(&mut self, ends: &[&str]) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("nested too deeply".to_owned());
        }
        let mut nodes = Vec::new();
        loop {
            self.skip_separators();
            if self.peek().is_none() || self.peek() == Some(')') || self.at_word(ends) {
                break;
            }
            let node = self.and_or()?;
            self.skip_blank(false);
            if self.peek() == Some('&') && self.peek_at(1) != Some('&') {
                self.at += 1;
                nodes.push(Node::Background(Box::new(node)));
            } else {
                nodes.push(node);
                if !matches!(self.peek(), None | Some(';' | '\n' | ')')) && !self.at_word(ends) {
                    return Err(self.unexpected());
                }
            }
        }
        self.depth -= 1;
        Ok(Node::List(nodes))
    }

    fn and_or(&mut self) -> Result<Node, String> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            self.skip_blank(false);
            let joint = match (self.peek(), self.peek_at(1)) {
                (Some('&'), Some('&')) => Joint::And,
                (Some('|'), Some('|')) => Joint::Or,
                _ => break,
            };
            self.at += 2;
            self.skip_blank(true);
            rest.push((joint, self.pipeline()?));
        }
        Ok(if rest.is_empty() { first } else { Node::Chain(Box::new(first), rest) })
    }

    fn pipeline(&mut self) -> Result<Node, String> {
        self.skip_blank(false);
        let mut negated = false;
        while self.take_word("!") {
            negated = !negated;
            self.skip_blank(false);
        }
        let mut members = vec![self.command()?];
        loop {
            self.skip_blank(false);
            if self.peek() != Some('|') || self.peek_at(1) == Some('|') {
                break;
            }
            self.at += 1;
            self.skip_blank(true);
            members.push(self.command()?);
        }
        let node = match members.pop() {
            Some(only) if members.is_empty() => only,
            last => {
                members.extend(last);
                Node::Pipe(members)
            }
        };
        Ok(if negated { Node::Not(Box::new(node)) } else { node })
    }

    fn command(&mut self) -> Result<Node, String> {
        self.skip_blank(false);
        let node = if self.peek() == Some('(') {
            self.at += 1;
            let inner = self.list(&[])?;
            self.expect_char(')')?;
            Node::Subshell(Box::new(inner))
        } else if self.take_word("{") {
            let inner = self.list(&["}"])?;
            self.expect_word("}")?;
            inner
        } else if self.take_word("if") {
            self.if_rest()?
        } else if self.take_word("while") {
            self.loop_rest(false)?
        } else if self.take_word("until") {
            self.loop_rest(true)?
        } else if self.take_word("for") {
            self.for_rest()?
        } else {
            return self.simple();
        };
        let mut redirects = Vec::new();
        while let Some(redirect) = self.redirect()? {
            redirects.push(redirect);
        }
        Ok(if redirects.is_empty() { node } else { Node::Redirected(Box::new(node), redirects) })
    }

    fn if_rest(&mut self) -> Result<Node, String> {
        let mut branches = Vec::new();
        loop {
            let condition = self.list(&["then"])?;
            self.expect_word("then")?;
            branches.push((condition, self.list(&["elif", "else", "fi"])?));
            if !self.take_word("elif") {
                break;
            }
        }
        let otherwise = if self.take_word("else") { Some(Box::new(self.list(&["fi"])?)) } else { None };
        self.expect_word("fi")?;
        Ok(Node::If(branches, otherwise))
    }

    fn loop_rest(&mut self, until: bool) -> Result<Node, String> {
        let condition = self.list(&["do"])?;
        let condition = if until { Node::Not(Box::new(condition)) } else { condition };
        let body = self.do_body()?;
        Ok(Node::While(Box::new(condition), Box::new(body)))
    }

    fn for_rest(&mut self) -> Result<Node, String> {
        self.skip_blank(false);
        let name = self.name().ok_or_else(|| self.unexpected())?;
        self.skip_blank(true);
        let mut words = Vec::new();
        if self.take_word("in") {
            self.skip_blank(false);
            while let Some(word) = self.word()? {
                words.push(word);
                self.skip_blank(false);
            }
        }
        self.skip_separators();
        Ok(Node::For(name, words, Box::new(self.do_body()?)))
    }

    fn do_body(&mut self) -> Result<Node, String> {
        self.expect_word("do")?;
        let body = self.list(&["done"])?;
        self.expect_word("done")?;
        Ok(body)
    }

    fn simple(&mut self) -> Result<Node, String> {
        let mut assigns = Vec::new();
        let mut args = Vec::new();
        let mut redirects = Vec::new();
        loop {
            self.skip_blank(false);
            if let Some(redirect) = self.redirect()? {
                redirects.push(redirect);
            } else if let Some(name) = self.assignment(args.is_empty()) {
                assigns.push((name, self.word()?.unwrap_or_default()));
            } else if let Some(word) = self.word()? {
                args.push(word);
            } else if assigns.is_empty() && args.is_empty() && redirects.is_empty() {
                return Err(self.unexpected());
            } else {
                return Ok(Node::Simple { assigns, args, redirects });
            }
        }
    }

    /// `NAME=` where one may stand.
    fn assignment(&mut self, allowed: bool) -> Option<String> {
        let start = self.at;
        if let Some(name) = self.name().filter(|_| allowed)
            && self.peek() == Some('=')
        {
            self.at += 1;
            return Some(name);
        }
        self.at = start;
        None
    }

    fn redirect(&mut self) -> Result<Option<Redirect>, String> {
        self.skip_blank(false);
        let start = self.at;
        let given = self.peek().filter(|c| matches!(c, '0' | '1' | '2'));
        if given.is_some() {
            self.at += 1;
        }
        let (descriptor, append) = match self.peek() {
            Some('<') => (0, false),
            Some('>') if self.peek_at(1) == Some('>') => {
                self.at += 1;
                (1, true)
            }
            Some('>') => (1, false),
            _ => {
                self.at = start;
                return Ok(None);
            }
        };
        self.at += 1;
        let descriptor = given.map_or(descriptor, |c| u8::from(c != '0') + u8::from(c == '2'));
        let target = if self.peek() == Some('&') {
            self.at += 1;
            match self.next() {
                Some('1') => Target::Stdout,
                Some('2') => Target::Stderr,
                _ => return Err("bad file descriptor".to_owned()),
            }
        } else {
            self.skip_blank(false);
            let word = self.word()?.ok_or_else(|| self.unexpected())?;
            Target::File(word, append)
        };
        Ok(Some(Redirect { descriptor, target }))
    }

    fn skip_blank(&mut self, newlines: bool) {
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' => self.at += 1,
                '\n' if newlines => self.at += 1,
                '\\' if self.peek_at(1) == Some('\n') => self.at += 2,
                '#' => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                _ => break,
            }
        }
    }

    fn skip_separators(&mut self) {
        self.skip_blank(true);
        while self.peek() == Some(';') {
            self.at += 1;
            self.skip_blank(true);
        }
    }

    fn at_word(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.sees(word))
    }

    fn sees(&self, word: &str) -> bool {
        let length = word.chars().count();
        let matches = word.chars().enumerate().all(|(offset, c)| self.peek_at(offset) == Some(c));
        let after = self.peek_at(length);
        matches && after.is_none_or(|c| c.is_whitespace() || matches!(c, ';' | '&' | '|' | ')' | '('))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let sees = self.sees(word);
        if sees {
            self.at += word.chars().count();
        }
        sees
    }

    fn expect_word(&mut self, word: &str) -> Result<(), String> {
        self.skip_separators();
        if self.take_word(word) { Ok(()) } else { Err(format!("{} (expecting \"{word}\")", self.unexpected())) }
    }

    pub(super) fn expect_char(&mut self, c: char) -> Result<(), String> {
        if self.next() == Some(c) { Ok(()) } else { Err(format!("expecting \"{c}\"")) }
    }

    fn unexpected(&self) -> String {
        match self.peek() {
            None => "unexpected end of file".to_owned(),
            Some('\n') => "unexpected newline".to_owned(),
            Some(c) => format!("unexpected \"{c}\""),
        }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, offset: usize) -> Option<char> {
        self.chars.get(self.at + offset).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }
}
