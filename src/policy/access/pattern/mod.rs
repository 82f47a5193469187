//! What rules compare facts with.
//!
//! A pattern grants and it catches. To grant, it must be certain that a fact is what the
//! pattern names; to catch, it is enough that it could be. So a rule that allows `/srv/data/**` does
//! not allow `/srv`, and a rule that denies it does deny `/srv`.

mod command;
mod glob;
mod image;
mod path;
mod port;
mod user;

pub(super) use glob::Glob;

use crate::policy::facts::{Kind, Syntax, Value};
use command::CommandPattern;
use image::ImagePattern;
use path::PathPattern;
use port::PortPattern;
use user::UserPattern;

/// The patterns of one clause: some of these, and none of those behind `!`.
#[derive(Clone, Debug)]
pub(super) struct Patterns {
    wanted: Vec<Pattern>,
    except: Vec<Pattern>,
    /// As they were written, for messages.
    pub(super) text: String,
}

/// One pattern.
#[derive(Clone, Debug)]
enum Pattern {
    Flag,
    Text(Glob),
    NameOrId(Glob),
    Capability(Glob),
    Pair(Glob, Option<Glob>),
    Path(PathPattern),
    Image(ImagePattern),
    Port(PortPattern),
    Command(CommandPattern),
    User(UserPattern),
}

impl Patterns {
    /// Patterns over facts of a kind.
    pub(super) fn new(kind: Kind) -> Self {
        let wanted = if kind.syntax() == Syntax::Flag { vec![Pattern::Flag] } else { Vec::new() };
        Self { wanted, except: Vec::new(), text: String::new() }
    }

    /// Adds a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn add(&mut self, kind: Kind, text: &str) -> Result<(), String> {
        match text.strip_prefix('!') {
            Some(text) => self.except.push(Pattern::new(kind, text)?),
            None => self.wanted.push(Pattern::new(kind, text)?),
        }
        if !self.text.is_empty() {
            self.text.push_str(", ");
        }
        self.text.push_str(text);
        Ok(())
    }

    /// True if every value is one of these.
    pub(super) fn are_any(&self) -> bool {
        let any = |pattern: &Pattern| matches!(pattern, Pattern::NameOrId(glob) if glob.is_any());
        self.except.is_empty() && self.wanted.iter().any(any)
    }

    /// Texts of which everything that these could grant or catch begins with one, for [`looks`]; `None` if there
    /// are no such texts.
    ///
    /// [`looks`]: super::index
    pub(super) fn heads(&self) -> Option<Vec<String>> {
        if self.wanted.is_empty() {
            return None;
        }
        self.wanted.iter().map(Pattern::heads).collect::<Option<Vec<_>>>().map(|heads| heads.concat())
    }

    /// True if the value is certainly one of these.
    pub(super) fn grants(&self, value: &Value<'_>) -> bool {
        // Exceptions alone mean: all but these.
        (self.wanted.is_empty() || self.wanted.iter().any(|pattern| pattern.grants(value)))
            && !self.except.iter().any(|pattern| pattern.catches(value))
    }

    /// True if the value could be one of these.
    pub(super) fn catches(&self, value: &Value<'_>) -> bool {
        (self.wanted.is_empty() || self.wanted.iter().any(|pattern| pattern.catches(value)))
            && !self.except.iter().any(|pattern| pattern.grants(value))
    }
}

impl Pattern {
    fn new(kind: Kind, text: &str) -> Result<Self, String> {
        Ok(match kind.syntax() {
            Syntax::Flag => Self::Flag,
            Syntax::Text => Self::Text(Glob::new(text, false)?),
            Syntax::Segments => Self::Text(Glob::new(text, true)?),
            Syntax::NameOrId => Self::NameOrId(Glob::new(text, false)?),
            Syntax::Capability => {
                let upper = text.to_ascii_uppercase();
                Self::Capability(Glob::new(upper.strip_prefix("CAP_").unwrap_or(&upper), false)?)
            }
            Syntax::Pair => {
                let (name, value) = match text.split_once('=').filter(|_| !text.starts_with("re:")) {
                    Some((name, value)) => (name, Some(value)),
                    None => (text, None),
                };
                let value = value.map(|value| Glob::new(value, false));
                Self::Pair(Glob::new(name, false)?, value.transpose()?)
            }
            Syntax::HostPath => Self::Path(PathPattern::new(text)?),
            Syntax::Image => Self::Image(ImagePattern::new(text)?),
            Syntax::Port => Self::Port(PortPattern::new(text)?),
            Syntax::Command => Self::Command(CommandPattern::new(text)?),
            Syntax::User => Self::User(UserPattern::new(text)?),
        })
    }

    fn heads(&self) -> Option<Vec<String>> {
        match self {
            Self::Flag | Self::Port(_) | Self::User(_) => None,
            Self::Text(glob) | Self::NameOrId(glob) | Self::Capability(glob) | Self::Pair(glob, _) => glob.heads(),
            Self::Path(pattern) => pattern.heads(),
            Self::Image(pattern) => pattern.heads(),
            Self::Command(pattern) => pattern.heads(),
        }
    }

    fn grants(&self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Self::Flag, _) => true,
            (Self::Text(glob), Value::Text(text)) => glob.matches(text),
            // "db" may be a name, or the beginning of the id of another one.
            (Self::NameOrId(glob), Value::Text(text)) => {
                glob.matches(text) && (glob.is_any() || glob.is_exact() || !may_be_id(text))
            }
            // It is certain what this is.
            (Self::NameOrId(glob), Value::Object { name, id, .. }) => glob.matches(name) || glob.matches(id),
            (Self::NameOrId(_), Value::Hoped) => true,
            // Every capability is more than any that a pattern with letters means.
            (Self::Capability(glob), Value::Text(text)) => {
                glob.matches(text) && (text != "ALL" || glob.is_any() || glob.as_str() == "ALL")
            }
            (Self::Pair(name, wanted), Value::Pair(given, value)) => {
                name.matches(given) && wanted.as_ref().is_none_or(|wanted| wanted.matches(value))
            }
            (Self::Path(pattern), Value::HostPath { path, read_only }) => pattern.grants(path, *read_only),
            (Self::Path(pattern), Value::Text(text)) => pattern.matches_text(text),
            (Self::Image(pattern), Value::Image(reference)) => pattern.grants(reference),
            (Self::Port(pattern), Value::Port(port)) => pattern.grants(port),
            (Self::Command(pattern), Value::Command(words)) => pattern.matches(words),
            (Self::User(pattern), Value::User(user)) => pattern.grants(user),
            // Values of a kind have its syntax; a value of another one is none that a pattern names.
            _ => false,
        }
    }

    fn catches(&self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Self::NameOrId(glob), Value::Text(text)) => glob.matches(text) || may_be_id(text),
            (Self::NameOrId(_), Value::Hoped) => false,
            (Self::Capability(glob), Value::Text(text)) => text == "ALL" || glob.matches(text),
            (Self::Path(pattern), Value::HostPath { path, read_only }) => pattern.catches(path, *read_only),
            // What the daemon makes of a privileged container's devices, or of a name.
            (Self::Path(pattern), Value::Text(text)) if text.starts_with('/') => pattern.catches(text, false),
            (Self::Image(pattern), Value::Image(reference)) => pattern.catches(reference),
            (Self::Port(pattern), Value::Port(port)) => pattern.catches(port),
            (Self::User(pattern), Value::User(user)) => pattern.catches(user),
            _ => self.grants(value),
        }
    }
}

/// True for what a daemon looks up as the beginning of an id, if there is no such name.
pub(in crate::policy) fn may_be_id(text: &str) -> bool {
    let id = text.rsplit(':').next().unwrap_or_default();
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn patterns(kind: Kind, texts: &[&str]) -> Patterns {
        let mut patterns = Patterns::new(kind);
        for text in texts {
            patterns.add(kind, text).unwrap();
        }
        patterns
    }

    fn text(text: &str) -> Value<'_> {
        Value::Text(Cow::Borrowed(text))
    }

    #[test]
    fn all_capabilities_are_granted_by_name_only_and_caught_by_any() {
        let some = patterns(Kind::Capability, &["cap_net_admin", "A*"]);
        assert!(some.grants(&text("NET_ADMIN")) && some.grants(&text("AUDIT_WRITE")));
        assert!(!some.grants(&text("ALL")) && some.catches(&text("ALL")));
        assert!(patterns(Kind::Capability, &["all"]).grants(&text("ALL")));
        assert!(patterns(Kind::Capability, &["*"]).grants(&text("ALL")));
    }

    #[test]
    fn a_word_that_could_be_an_id_is_granted_as_it_stands_only_and_always_caught() {
        let some = patterns(Kind::Network, &["d*"]);
        assert!(some.grants(&text("dev")) && !some.grants(&text("db")));
        assert!(patterns(Kind::Network, &["db"]).grants(&text("db")));
        assert!(patterns(Kind::Network, &["*"]).grants(&text("db")));
        assert!(patterns(Kind::Network, &["prod"]).catches(&text("0123abcd")));
        let join = patterns(Kind::Namespace, &["network:container:ci-*"]);
        assert!(join.grants(&text("network:container:ci-1")) && !join.grants(&text("network:container:c1")));
    }

    #[test]
    fn exceptions_are_taken_out_with_everything_that_leads_to_them() {
        let path = |path: &'static str| Value::HostPath { path: path.into(), read_only: false };
        let allow = patterns(Kind::Bind, &["/srv/**", "!/srv/secret"]);
        assert!(allow.grants(&path("/srv/data")));
        assert!(!allow.grants(&path("/srv/secret/a")) && !allow.grants(&path("/srv")));
        let deny = patterns(Kind::Bind, &["**", "!/srv/data/**"]);
        assert!(deny.catches(&path("/etc")) && deny.catches(&path("/srv")) && !deny.catches(&path("/srv/data/a")));
        let all_but = patterns(Kind::Label, &["!traefik.*"]);
        let label = |name: &'static str| Value::Pair(name.into(), "x".into());
        assert!(all_but.grants(&label("a")) && !all_but.grants(&label("traefik.enable")));
    }

    #[test]
    fn a_pair_is_matched_by_name_or_by_name_and_value() {
        let pair = |name: &'static str, value: &'static str| Value::Pair(name.into(), value.into());
        let some = patterns(Kind::VolumeOption, &["type=tmpfs", "o=size=*", "size"]);
        assert!(some.grants(&pair("type", "tmpfs")) && !some.grants(&pair("type", "nfs")));
        assert!(some.grants(&pair("o", "size=10m")) && !some.grants(&pair("o", "uid=0")));
        assert!(some.grants(&pair("size", "1")));
    }
}
