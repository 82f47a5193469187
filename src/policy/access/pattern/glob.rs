//! Globs and regexes over a whole text.

use std::fmt;

use regex::Regex;
use regex_syntax::hir::literal::Extractor;

/// A pattern over a whole text: `*`, `**` and `?`, or a regex behind `re:`.
///
/// In paths `*` and `?` stay within one segment and `**` goes across; elsewhere
/// `*` matches anything.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    text: String,
    matcher: Matcher,
}

#[derive(Clone, Debug)]
enum Matcher {
    Exact,
    Any,
    /// Everything that begins with this.
    Prefix(String),
    Tokens(Vec<Token>),
    Regex(Box<Regex>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Byte(u8),
    /// One character; `false` if it may be a slash.
    One(bool),
    /// Any number of characters; `false` if slashes may be among them.
    Many(bool),
}

impl Glob {
    /// Reads a pattern. `segments` is true where slashes separate segments.
    ///
    /// # Errors
    /// An empty pattern, or a regex that does not compile.
    pub(crate) fn new(text: &str, segments: bool) -> Result<Self, String> {
        if text.is_empty() {
            return Err("a pattern must not be empty".to_owned());
        }
        let matcher = match text.strip_prefix("re:") {
            Some(regex) => Matcher::Regex(Box::new(compile(regex)?)),
            None => of_tokens(text, tokens(text, segments)),
        };
        Ok(Self { text: text.to_owned(), matcher })
    }

    /// True if the whole text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match &self.matcher {
            Matcher::Exact => self.text == text,
            Matcher::Any => true,
            Matcher::Prefix(prefix) => text.starts_with(prefix),
            Matcher::Tokens(tokens) => run(tokens, text.as_bytes()),
            Matcher::Regex(regex) => regex.is_match(text),
        }
    }

    /// True for a pattern that everything matches.
    pub(crate) const fn is_any(&self) -> bool {
        matches!(self.matcher, Matcher::Any)
    }

    /// True for a pattern that one text alone matches.
    pub(crate) const fn is_exact(&self) -> bool {
        matches!(self.matcher, Matcher::Exact)
    }

    pub(crate) const fn is_regex(&self) -> bool {
        matches!(self.matcher, Matcher::Regex(_))
    }

    /// The pattern as it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// True if some text matches both. Of two patterns with a regex among
    /// them, only if they are the same or the other is one text.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        if other.is_exact() {
            return self.matches(&other.text);
        }
        if self.is_exact() {
            return other.matches(&self.text);
        }
        if self.is_regex() || other.is_regex() {
            return self.text == other.text || self.is_any() || other.is_any();
        }
        meet(&self.tokens(), &other.tokens(), &mut Vec::new(), 0, 0)
    }

    /// True if some text matches that begins with `start`.
    pub(crate) fn meets_start(&self, start: &str) -> bool {
        if self.is_regex() {
            return true;
        }
        let mut other: Vec<Token> = start.bytes().map(Token::Byte).collect();
        other.push(Token::Many(false));
        meet(&self.tokens(), &other, &mut Vec::new(), 0, 0)
    }

    /// Texts of which every text that matches begins with one; `None` if there are no such texts.
    pub(crate) fn heads(&self) -> Option<Vec<String>> {
        let heads = match &self.matcher {
            Matcher::Exact => vec![self.text.clone()],
            Matcher::Any => return None,
            Matcher::Prefix(prefix) => vec![prefix.clone()],
            Matcher::Tokens(tokens) => {
                let bytes = tokens.iter().map_while(|token| match token {
                    Token::Byte(byte) => Some(*byte),
                    Token::One(_) | Token::Many(_) => None,
                });
                // A star never stands within a character.
                vec![String::from_utf8(bytes.collect()).ok()?]
            }
            Matcher::Regex(_) => heads_of_regex(self.text.strip_prefix("re:")?)?,
        };
        (!heads.is_empty() && heads.iter().all(|head| !head.is_empty())).then_some(heads)
    }

    fn tokens(&self) -> Vec<Token> {
        match &self.matcher {
            Matcher::Exact => self.text.bytes().map(Token::Byte).collect(),
            Matcher::Any => vec![Token::Many(false)],
            Matcher::Prefix(prefix) => prefix.bytes().map(Token::Byte).chain([Token::Many(false)]).collect(),
            Matcher::Tokens(tokens) => tokens.clone(),
            Matcher::Regex(_) => Vec::new(),
        }
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn compile(regex: &str) -> Result<Regex, String> {
    // The last line of the error says what is wrong; those before draw it.
    let reason = |error: regex::Error| {
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!("the regex does not compile: {last}")
    };
    Regex::new(&format!("^(?:{regex})$")).map_err(reason)
}

/// The literal texts that a regex begins with, if it does begin with such.
fn heads_of_regex(regex: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::parse(&format!("(?:{regex})")).ok()?;
    let found = Extractor::new().extract(&hir);
    let literals = found.literals()?;
    literals.iter().map(|literal| String::from_utf8(literal.as_bytes().to_vec()).ok()).collect()
}

fn tokens(text: &str, segments: bool) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len());
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        tokens.push(match byte {
            b'*' => {
                let mut stars = 1;
                while bytes.next_if_eq(&b'*').is_some() {
                    stars += 1;
                }
                Token::Many(segments && stars == 1)
            }
            b'?' => Token::One(segments),
            byte => Token::Byte(byte),
        });
    }
    tokens
}

fn of_tokens(text: &str, tokens: Vec<Token>) -> Matcher {
    let literal = |tokens: &[Token]| tokens.iter().all(|token| matches!(token, Token::Byte(_)));
    match tokens.split_last() {
        _ if literal(&tokens) => Matcher::Exact,
        Some((Token::Many(false), [])) => Matcher::Any,
        Some((Token::Many(false), start)) if literal(start) => Matcher::Prefix(text.trim_end_matches('*').to_owned()),
        _ => Matcher::Tokens(tokens),
    }
}

/// Matches with two places to go back to: the last `*`, then the last `**`. A star
/// before a `**` need not be tried again, since the `**` can do all that it could.
fn run(tokens: &[Token], text: &[u8]) -> bool {
    let (mut token, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    let mut stars: Option<(usize, usize)> = None;
    loop {
        let step = match (tokens.get(token), text.get(at)) {
            (None, None) => return true,
            (Some(Token::Many(within)), _) => {
                if *within {
                    star = Some((token, at));
                } else {
                    (star, stars) = (None, Some((token, at)));
                }
                Some((token + 1, at))
            }
            (Some(Token::Byte(wanted)), Some(byte)) if wanted == byte => Some((token + 1, at + 1)),
            (Some(Token::One(within)), Some(byte)) if !(*within && *byte == b'/') => {
                Some((token + 1, at + char_length(*byte)))
            }
            _ => None,
        };
        if let Some(next) = step {
            (token, at) = next;
            continue;
        }
        if let Some((back, from)) = star
            && text.get(from).is_some_and(|byte| *byte != b'/')
        {
            star = Some((back, from + 1));
            (token, at) = (back + 1, from + 1);
        } else if let Some((back, from)) = stars
            && from < text.len()
        {
            (star, stars) = (None, Some((back, from + 1)));
            (token, at) = (back + 1, from + 1);
        } else {
            return false;
        }
    }
}

/// How many bytes a character has that begins with this one.
const fn char_length(first: u8) -> usize {
    match first {
        0xf0..=0xff => 4,
        0xe0..=0xef => 3,
        0xc0..=0xdf => 2,
        _ => 1,
    }
}

/// True if some text matches the rest of both. `seen` keeps the pairs that were tried.
fn meet(left: &[Token], right: &[Token], seen: &mut Vec<(usize, usize)>, i: usize, j: usize) -> bool {
    if i == left.len() && j == right.len() {
        return true;
    }
    if seen.contains(&(i, j)) {
        return false;
    }
    seen.push((i, j));
    let (a, b) = (left.get(i), right.get(j));
    let is_many = |token: Option<&Token>| matches!(token, Some(Token::Many(_)));
    if is_many(a) && meet(left, right, seen, i + 1, j) || is_many(b) && meet(left, right, seen, i, j + 1) {
        return true;
    }
    let (Some(a), Some(b)) = (a, b) else { return false };
    let (next_i, next_j) = (i + usize::from(!is_many(Some(a))), j + usize::from(!is_many(Some(b))));
    share_a_byte(*a, *b) && meet(left, right, seen, next_i, next_j)
}

fn share_a_byte(a: Token, b: Token) -> bool {
    match (a, b) {
        (Token::Byte(a), Token::Byte(b)) => a == b,
        (Token::Byte(byte), Token::One(within) | Token::Many(within))
        | (Token::One(within) | Token::Many(within), Token::Byte(byte)) => !(within && byte == b'/'),
        (Token::One(_) | Token::Many(_), Token::One(_) | Token::Many(_)) => true,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::new(pattern, true).unwrap().matches(text)
    }

    #[test]
    fn a_star_stays_within_a_segment_and_two_go_across() {
        for (pattern, text, expected) in [
            ("/srv/*", "/srv/a", true),
            ("/srv/*", "/srv/a/b", false),
            ("/srv/*", "/srv/", true),
            ("/srv/**", "/srv/a/b", true),
            ("/srv/**", "/srv", false),
            ("/srv/*/data", "/srv/a/data", true),
            ("/srv/*/data", "/srv/a/b/data", false),
            ("/srv/**/data", "/srv/a/b/data", true),
            ("/**/x/*/y", "/a/x/b/x/c/y", true),
            ("/**/x/*/y", "/a/x/b/c/y", false),
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("a?c", "aéc", true),
            ("*", "a/b", false),
            ("**", "a/b", true),
            ("**/*.pem", "etc/ssl/a.pem", true),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxbxx", false),
            ("ab", "abc", false),
            ("", "", false),
        ] {
            if !pattern.is_empty() {
                assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
            }
        }
    }

    #[test]
    fn without_segments_a_star_matches_anything() {
        let glob = Glob::new("device=*", false).unwrap();
        assert!(glob.matches("device=:/a/b"));
        assert!(Glob::new("*", false).unwrap().is_any());
    }

    #[test]
    fn a_regex_is_anchored_at_both_ends() {
        assert!(matches("re:a|b", "a") && matches("re:a|b", "b"));
        assert!(!matches("re:a|b", "ab") && !matches("re:a|b", "xa") && !matches("re:a", "a\nb"));
        let error = Glob::new("re:a(", true).unwrap_err();
        assert!(error.starts_with("the regex does not compile: unclosed group"), "{error}");
    }

    #[test]
    fn two_patterns_meet_if_one_text_matches_both() {
        for (left, right, expected) in [
            ("ci-*", "ci-1", true),
            ("ci-*", "*-admin", true),
            ("ci-*", "dev-*", false),
            ("a*", "*b", true),
            ("a?", "ab", true),
            ("a?", "abc", false),
            ("*", "**", true),
            ("/a/*", "/a/*/b", false),
            ("/a/**", "/a/*/b", true),
            ("re:x+", "xx", true),
            ("re:x+", "y", false),
            ("re:x+", "x*", false),
            ("re:x+", "re:x+", true),
        ] {
            let (left, right) = (Glob::new(left, true).unwrap(), Glob::new(right, true).unwrap());
            assert_eq!(left.meets(&right), expected, "{left} {right}");
            assert_eq!(right.meets(&left), expected, "{right} {left}");
        }
    }

    #[test]
    fn a_hostile_text_costs_no_more_than_it_is_long() {
        let glob = Glob::new("*a*a*a*a*a*a*a*a*b", true).unwrap();
        let started = std::time::Instant::now();
        assert!(!glob.matches(&"a".repeat(100_000)));
        assert!(started.elapsed().as_secs() < 5);
    }

    #[test]
    fn what_the_quick_ways_say_is_what_the_tokens_say() {
        for pattern in ["abc", "ab**", "**", "a*c", "/x/**", "a?c**"] {
            let glob = Glob::new(pattern, true).unwrap();
            for text in ["abc", "ab", "abcd", "", "/x/", "/x/y/z", "abc/d"] {
                let slow = run(&tokens(pattern, true), text.as_bytes());
                assert_eq!(glob.matches(text), slow, "{pattern} {text}");
            }
        }
    }
}
