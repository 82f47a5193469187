//! Where a value stands in a body: `HostConfig.Mounts[0].Target`,
//! `Labels["com.example"]`.

use std::fmt;

use crate::docker::json::Json;

/// A path under construction: each level holds one step and the level above, so
/// that nothing is allocated before somebody asks for the text.
#[derive(Clone, Copy)]
pub(crate) struct Path<'p> {
    above: Option<&'p Self>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Root,
    Name(&'p str),
    Key(&'p str),
    Index(usize),
}

impl<'p> Path<'p> {
    /// The body itself.
    pub(crate) const ROOT: Path<'static> = Path { above: None, step: Step::Root };

    /// A field of a struct.
    pub(crate) const fn name(&'p self, name: &'p str) -> Self {
        Self { above: Some(self), step: Step::Name(name) }
    }

    /// A member of a map.
    pub(crate) const fn key(&'p self, key: &'p str) -> Self {
        Self { above: Some(self), step: Step::Key(key) }
    }

    /// What is above it, and its name in there: that of a field or a key, none for an item of a list. `None` for the body
    /// itself.
    pub(crate) const fn last(&self) -> Option<(&'p Self, Option<&'p str>)> {
        match (self.above, self.step) {
            (Some(above), Step::Name(name) | Step::Key(name)) => Some((above, Some(name))),
            (Some(above), Step::Index(_)) => Some((above, None)),
            (None, _) | (_, Step::Root) => None,
        }
    }

    /// An item of a list.
    pub(crate) const fn index(&'p self, index: usize) -> Self {
        Self { above: Some(self), step: Step::Index(index) }
    }
}

impl Path<'_> {
    /// Its text, as it is displayed, without the cost of formatting.
    pub(crate) fn text(&self) -> String {
        let mut text = String::with_capacity(USUAL);
        self.add_to(&mut text);
        text
    }

    fn add_to(&self, text: &mut String) {
        if let Some(above) = self.above {
            above.add_to(text);
        }
        match self.step {
            Step::Root => {}
            Step::Name(name) if is_word(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            Step::Name(name) | Step::Key(name) => text.extend(["[", &Json::from(name).to_string(), "]"]),
            Step::Index(index) => text.extend(["[", &index.to_string(), "]"]),
        }
    }
}

/// Few texts are longer, in bytes.
const USUAL: usize = 48;

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// The steps of a path's text; stops at what is no path.
pub(super) fn steps(text: &str) -> Vec<Stride> {
    let mut steps = Vec::new();
    let mut rest = text;
    while let Some((step, tail)) = step(rest) {
        steps.push(step);
        rest = tail;
    }
    if rest.is_empty() { steps } else { Vec::new() }
}

/// One step of a path that was text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stride {
    Name(String),
    Index(usize),
}

impl Stride {
    /// The value that this step leads to.
    pub(super) fn get<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j Json<'a>> {
        match (self, json) {
            (Self::Name(name), json) => json.get(name),
            (Self::Index(index), Json::Array(items)) => items.get(*index),
            (Self::Index(_), _) => None,
        }
    }

    /// The value that this step leads to, to change it.
    pub(super) fn get_mut<'j, 'a>(&self, json: &'j mut Json<'a>) -> Option<&'j mut Json<'a>> {
        match (self, json) {
            (Self::Name(name), json) => json.get_mut(name),
            (Self::Index(index), Json::Array(items)) => items.get_mut(*index),
            (Self::Index(_), _) => None,
        }
    }
}

fn step(text: &str) -> Option<(Stride, &str)> {
    if let Some(rest) = text.strip_prefix('[') {
        if rest.starts_with('"') {
            // The quote that ends the key is the first without a backslash.
            let mut escaped = false;
            let end = rest.bytes().skip(1).position(|byte| {
                let ends = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                ends
            })?;
            let key = crate::docker::json::parse(rest.get(..end + 2)?.as_bytes()).ok()?.as_str()?.to_owned();
            return Some((Stride::Name(key), rest.get(end + 2..)?.strip_prefix(']')?));
        }
        let (digits, rest) = rest.split_once(']')?;
        return Some((Stride::Index(digits.parse().ok()?), rest));
    }
    let text = text.strip_prefix('.').unwrap_or(text);
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    is_word(name).then(|| (Stride::Name(name.to_owned()), rest))
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_path_leads_back_to_its_steps() {
        let mounts = Path::ROOT.name("HostConfig");
        let mounts = mounts.name("Mounts");
        let first = mounts.index(0);
        let labels = first.name("Labels");
        let label = labels.key("a.\"]b");
        let odd = label.name("os.version");
        assert_eq!(odd.to_string(), r#"HostConfig.Mounts[0].Labels["a.\"]b"]["os.version"]"#);
        let name = |text: &str| Stride::Name(text.to_owned());
        let expected = vec![
            name("HostConfig"),
            name("Mounts"),
            Stride::Index(0),
            name("Labels"),
            name("a.\"]b"),
            name("os.version"),
        ];
        assert_eq!(steps(&odd.to_string()), expected);
    }

    #[test]
    fn what_is_no_path_has_no_steps() {
        for text in ["a..b", "a[", "a[\"", "a[x]", "a b", "[\"a\"", "a[0"] {
            assert!(steps(text).is_empty(), "{text}");
        }
    }
}
