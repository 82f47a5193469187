//! Patterns over commands.

use std::borrow::Cow;

use super::glob::Glob;

/// One glob for each argument, separated by spaces; `...` at the end for any that follow.
#[derive(Clone, Debug)]
pub(super) struct CommandPattern {
    words: Vec<Glob>,
    open: bool,
}

impl CommandPattern {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let open = words.last() == Some(&"...");
        if open {
            words.pop();
        }
        if words.is_empty() && !open {
            return Err("a command needs a word at least; \"...\" is any command".to_owned());
        }
        if words.contains(&"...") {
            return Err("\"...\" stands at the end of a command only".to_owned());
        }
        Ok(Self { words: words.into_iter().map(|word| Glob::new(word, false)).collect::<Result<_, _>>()?, open })
    }

    /// What the first word of all commands begins with that the pattern names; see [`Glob::heads`].
    pub(super) fn heads(&self) -> Option<Vec<String>> {
        self.words.first()?.heads()
    }

    /// True if every argument matches.
    pub(super) fn matches(&self, words: &[Cow<'_, str>]) -> bool {
        let enough = if self.open { words.len() >= self.words.len() } else { words.len() == self.words.len() };
        enough && self.words.iter().zip(words).all(|(glob, word)| glob.matches(word))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn matches(pattern: &str, words: &[&str]) -> bool {
        let words: Vec<Cow<'_, str>> = words.iter().map(|word| Cow::Borrowed(*word)).collect();
        CommandPattern::new(pattern).unwrap().matches(&words)
    }

    #[test]
    fn arguments_are_matched_one_by_one() {
        assert!(matches("pg_dump *", &["pg_dump", "db"]));
        assert!(!matches("pg_dump *", &["pg_dump"]) && !matches("pg_dump *", &["pg_dump", "a", "b"]));
        assert!(matches("cat /var/log/*", &["cat", "/var/log/a b"]));
        // One argument with a space in it is not two.
        assert!(!matches("sh -c id", &["sh", "-c id"]) && !matches("ls", &["ls -l"]));
    }

    #[test]
    fn three_dots_are_any_arguments_that_follow() {
        assert!(matches("ls ...", &["ls"]) && matches("ls ...", &["ls", "-l", "/"]));
        assert!(!matches("ls ...", &["lsof"]) && !matches("ls ...", &[]));
        assert!(matches("...", &["x"]));
        assert!(CommandPattern::new("").is_err() && CommandPattern::new("a ... b").is_err());
    }
}
