//! Image references in one spelling.

use std::borrow::Cow;
use std::fmt;

use super::collect::{Collector, Here};
use super::{Kind, Value};
use crate::docker::json::Json;
use crate::docker::schema::Path;

/// A normalised reference: `docker.io/library/busybox:latest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference<'b> {
    /// An image by name.
    Name {
        /// Registry and repository, such as `docker.io/library/busybox`.
        name: Cow<'b, str>,
        /// The tag. `latest` where neither a tag nor a digest was given; `*` where
        /// the call means all tags.
        tag: Option<Cow<'b, str>>,
        /// The digest, such as `sha256:…`. It decides, whatever the tag says.
        digest: Option<Cow<'b, str>>,
    },
    /// An image by its id or the beginning of it. A word of hexadecimal digits
    /// is one: engines look for ids where they find no name.
    Id(Cow<'b, str>),
}

impl<'b> Reference<'b> {
    /// Reads a reference as engines do (grammar of distribution/reference);
    /// `None` for what is none.
    #[must_use]
    pub fn parse(text: &'b str) -> Option<Self> {
        if let Some(id) = text.strip_prefix("sha256:").or(Some(text)).filter(|id| is_hex(id)) {
            return Some(Self::Id(Cow::Borrowed(id)));
        }
        let (rest, digest) = text.split_once('@').map_or((text, None), |(rest, digest)| (rest, Some(digest)));
        let slash = rest.rfind('/').map_or(0, |slash| slash + 1);
        let colon = rest.get(slash..)?.find(':').map(|colon| slash + colon);
        let (name, tag) = match colon.and_then(|colon| rest.split_at_checked(colon)) {
            Some((name, tag)) => (name, Some(tag.get(1..)?)),
            None => (rest, None),
        };
        let valid = digest.is_none_or(is_digest) && tag.is_none_or(is_tag);
        let name = full_name(name).filter(|_| valid)?;
        let tag = tag.or(digest.is_none().then_some("latest")).map(Cow::Borrowed);
        Some(Self::Name { name, tag, digest: digest.map(Cow::Borrowed) })
    }

    /// The same image under another tag or digest, as the parameter `tag` gives it.
    #[must_use]
    pub fn tagged(self, new: &'b str) -> Option<Self> {
        match self {
            Self::Id(_) => None,
            Self::Name { name, .. } if is_digest(new) => {
                Some(Self::Name { name, tag: None, digest: Some(Cow::Borrowed(new)) })
            }
            Self::Name { name, digest, .. } if is_tag(new) || new == "*" => {
                Some(Self::Name { name, tag: Some(Cow::Borrowed(new)), digest })
            }
            Self::Name { .. } => None,
        }
    }
}

impl Reference<'_> {
    /// Its text, as it is displayed, without the cost of formatting.
    #[must_use]
    pub fn text(&self) -> String {
        let (name, tag, digest) = match self {
            Self::Id(id) => return ["sha256:", id].concat(),
            Self::Name { name, tag, digest } => (name, tag, digest),
        };
        let mut text = String::with_capacity(USUAL);
        text.push_str(name);
        for (sign, part) in [(":", tag), ("@", digest)] {
            if let Some(part) = part {
                text.extend([sign, part]);
            }
        }
        text
    }
}

/// Few texts without a digest are longer, in bytes.
const USUAL: usize = 64;

impl fmt::Display for Reference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// `Image` of a container or a service.
pub(super) fn field<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    image(c, Kind::Image, value.as_str().unwrap_or_default(), None, Here::json(at, value));
}

/// An image that a call names, with the parameter `tag` where there is one.
pub(super) fn image<'b>(c: &mut Collector<'b>, kind: Kind, text: &'b str, tag: Option<&'b str>, here: Here<'_, 'b>) {
    if text.is_empty() {
        return;
    }
    let reference = Reference::parse(text);
    let reference = match tag.filter(|tag| !tag.is_empty()) {
        // A word that might be an id is a name where a tag is put behind it.
        Some(tag) => match reference {
            Some(Reference::Id(_)) => full_name(text).map(|name| Reference::Name { name, tag: None, digest: None }),
            other => other,
        }
        .and_then(|reference| reference.tagged(tag)),
        None => reference,
    };
    match reference {
        Some(reference) => c.open(kind, here, || Value::Image(reference)),
        None => c.unreadable(here),
    }
}

/// Registry and repository: `busybox` is `docker.io/library/busybox`.
pub(crate) fn full_name(text: &str) -> Option<Cow<'_, str>> {
    let (domain, path) = match text.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" || has_capitals(first) => {
            (first, rest)
        }
        _ => ("", text),
    };
    let valid = !path.is_empty() && path.split('/').all(is_component) && (domain.is_empty() || is_domain(domain));
    if !valid {
        return None;
    }
    Some(match domain {
        "docker.io" if path.contains('/') => Cow::Borrowed(text),
        "" | "docker.io" | "index.docker.io" if path.contains('/') => Cow::Owned(["docker.io/", path].concat()),
        "" | "docker.io" | "index.docker.io" => Cow::Owned(["docker.io/library/", path].concat()),
        _ => Cow::Borrowed(text),
    })
}

fn has_capitals(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_domain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']'))
}

fn is_component(text: &str) -> bool {
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'));
    let bytes = text.as_bytes();
    edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
}

fn is_tag(text: &str) -> bool {
    text.len() <= 128
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        !algorithm.is_empty()
            && algorithm.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'_' | b'-'))
            && hex.len() >= 32
            && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn normal(text: &str) -> String {
        Reference::parse(text).map_or_else(|| "none".to_owned(), |reference| reference.to_string())
    }

    #[test]
    fn every_spelling_of_an_image_is_one_reference() {
        for text in [
            "busybox",
            "busybox:latest",
            "library/busybox",
            "docker.io/busybox",
            "docker.io/library/busybox:latest",
            "index.docker.io/library/busybox",
            "index.docker.io/busybox:latest",
        ] {
            assert_eq!(normal(text), "docker.io/library/busybox:latest", "{text}");
        }
        assert_eq!(normal("acme/app:1"), "docker.io/acme/app:1");
        assert_eq!(normal("localhost/app"), "localhost/app:latest");
        assert_eq!(normal("localhost:5000/app"), "localhost:5000/app:latest");
        assert_eq!(normal("ghcr.io/acme/app/x:v1.2"), "ghcr.io/acme/app/x:v1.2");
    }

    #[test]
    fn a_digest_stands_for_itself() {
        let digest = "sha256:".to_owned() + &"a".repeat(64);
        assert_eq!(normal(&format!("busybox@{digest}")), format!("docker.io/library/busybox@{digest}"));
        assert_eq!(normal(&format!("busybox:1@{digest}")), format!("docker.io/library/busybox:1@{digest}"));
        let tagged = Reference::parse("busybox:1").unwrap().tagged(&digest).unwrap();
        assert_eq!(tagged.to_string(), format!("docker.io/library/busybox@{digest}"));
    }

    #[test]
    fn a_word_that_an_engine_would_look_up_as_an_id_is_an_id() {
        for text in ["ba", "cafe", "deadbeef0123", "sha256:ba", &"0".repeat(64), "7"] {
            assert!(matches!(Reference::parse(text), Some(Reference::Id(_))), "{text}");
        }
        assert_eq!(normal("cafe:latest"), "docker.io/library/cafe:latest");
        assert_eq!(normal("cafe/cafe"), "docker.io/cafe/cafe:latest");
    }

    #[test]
    fn what_no_engine_takes_for_a_reference_is_none() {
        for text in [
            "",
            "Busybox",
            "a//b",
            "/a",
            "a/",
            "a:",
            "a:b:c",
            "a@b",
            "a b",
            "a\u{e9}",
            "-a",
            "a-",
            "docker.io/",
            "a:-b",
        ] {
            assert_eq!(Reference::parse(text), None, "{text}");
        }
    }
}
