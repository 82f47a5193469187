//! Regular expressions that are compiled when they are first needed.

use std::sync::OnceLock;

use regex::Regex;

/// A regular expression that is known to be one.
///
/// What a backend says is compared only where it has failed with a status that some
/// row is about. Until then a compiled expression is memory for nothing, and so
/// is the compiler: together most of a megabyte for a profile that ships.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Takes an expression in the syntax of the crate `regex`.
    ///
    /// # Errors
    /// It is none, or too large.
    pub(super) fn new(text: &str) -> Result<Self, regex::Error> {
        let compiled = OnceLock::new();
        // A short one without counted repetition can have no error but those of its syntax.
        let is_simple = text.len() <= SHORT && !text.contains('{') && regex_syntax::parse(text).is_ok();
        if !is_simple {
            let regex = Regex::new(text)?;
            compiled.get_or_init(|| Some(regex));
        }
        Ok(Self { text: text.to_owned(), compiled })
    }

    /// The expression as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True if it is found anywhere in `text`.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Regex::new(&self.text).ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// The longest expression that is not compiled at once, in bytes. Even if it were all
/// classes of Unicode, it would stay below the limit of `regex`.
const SHORT: usize = 256;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compiled_late_matches_as_what_is_compiled_at_once() {
        for text in ["is not running$", "^(a|b)", "x{2}", r"\w+ not found"] {
            let pattern = Pattern::new(text).unwrap();
            let regex = Regex::new(text).unwrap();
            for said in ["c1 is not running", "b", "axx", "scope x not found", ""] {
                assert_eq!(pattern.is_match(said), regex.is_match(said), "{text} {said}");
            }
        }
    }

    #[test]
    fn what_does_not_compile_is_no_pattern() {
        for text in ["(", "a{1000}{1000}{1000}", "*", "[z-a]"] {
            assert_eq!(Pattern::new(text).unwrap_err().to_string(), Regex::new(text).unwrap_err().to_string());
        }
    }

    #[test]
    fn the_largest_that_is_compiled_late_compiles() {
        assert!(Regex::new(&r"\w".repeat(SHORT / 2)).is_ok());
        assert!(Regex::new(&"(?i)é".repeat(SHORT / 6)).is_ok());
    }
}
