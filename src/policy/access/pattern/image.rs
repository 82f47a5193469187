//! Patterns over image references.

use std::borrow::Cow;

use super::glob::Glob;
use crate::policy::facts::{self, Reference};

/// A pattern over a normalised reference. `busybox` is `docker.io/library/busybox`
/// with any tag and digest.
#[derive(Clone, Debug)]
pub(super) enum ImagePattern {
    /// By name, and by tag and digest where the pattern has them.
    Name { name: Glob, tag: Option<Glob>, digest: Option<Glob> },
    /// By id: `sha256:…` without a name.
    Id(Glob),
    /// A regex over the whole reference.
    Whole(Glob),
}

impl ImagePattern {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        if text.starts_with("re:") {
            return Ok(Self::Whole(Glob::new(text, true)?));
        }
        if let Some(id) = text.strip_prefix("sha256:") {
            return Ok(Self::Id(Glob::new(id, true)?));
        }
        let (rest, digest) = text.split_once('@').map_or((text, None), |(rest, digest)| (rest, Some(digest)));
        let slash = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (folder, last) = rest.split_at_checked(slash).unwrap_or(("", rest));
        let (last, tag) = last.split_once(':').map_or((last, None), |(last, tag)| (last, Some(tag)));
        let glob = |text: &str| Glob::new(text, true);
        Ok(Self::Name {
            name: glob(&full_name(&format!("{folder}{last}"))?)?,
            tag: tag.map(glob).transpose()?,
            digest: digest.map(glob).transpose()?,
        })
    }

    /// What all references begin with that the pattern names; see [`Glob::heads`].
    pub(super) fn heads(&self) -> Option<Vec<String>> {
        match self {
            Self::Name { name: glob, .. } | Self::Whole(glob) => glob.heads(),
            // Of references with a name it names none.
            Self::Id(_) => Some(Vec::new()),
        }
    }

    /// True if the reference can only mean what the pattern names.
    pub(super) fn grants(&self, reference: &Reference<'_>) -> bool {
        match (self, reference) {
            (Self::Whole(regex), reference) => regex.matches(&reference.to_string()),
            (Self::Id(wanted), Reference::Id(id)) => wanted.matches(id),
            (Self::Name { name, tag: None, digest: None }, Reference::Id(_)) => name.is_any(),
            (Self::Id(_), Reference::Name { .. }) | (Self::Name { .. }, Reference::Id(_)) => false,
            (Self::Name { name, tag, digest }, Reference::Name { name: n, tag: t, digest: d }) => {
                let fits = |wanted: &Option<Glob>, given: &Option<Cow<'_, str>>| match (wanted, given) {
                    (None, _) => true,
                    (Some(wanted), Some(given)) => wanted.matches(given),
                    (Some(_), None) => false,
                };
                // A digest decides what is run, so that a tag beside it proves nothing.
                let by_tag = tag.is_none() || digest.is_some() || d.is_none();
                name.matches(n) && by_tag && fits(tag, t) && fits(digest, d)
            }
        }
    }

    /// True if the reference could mean what the pattern names: by id, by digest, or all tags.
    pub(super) fn catches(&self, reference: &Reference<'_>) -> bool {
        match (self, reference) {
            (Self::Name { .. } | Self::Whole(_), Reference::Id(_)) => true,
            (Self::Name { name, tag, digest }, Reference::Name { name: n, tag: t, digest: d }) => {
                let all = t.as_deref() == Some("*");
                let tag_fits = tag
                    .as_ref()
                    .is_none_or(|wanted| d.is_some() || all || t.as_ref().is_some_and(|given| wanted.matches(given)));
                // What a tag stands for now is not known.
                let digest_fits =
                    digest.as_ref().is_none_or(|wanted| d.as_ref().is_none_or(|given| wanted.matches(given)));
                name.matches(n) && tag_fits && digest_fits
            }
            (Self::Id(_), Reference::Name { .. }) => false,
            (Self::Id(_), Reference::Id(_)) | (Self::Whole(_), Reference::Name { .. }) => self.grants(reference),
        }
    }
}

/// The name as references have it: `busy*` is `docker.io/library/busy*`.
fn full_name(text: &str) -> Result<String, String> {
    if text.starts_with("**") {
        return Ok(text.to_owned());
    }
    // Stars are letters to the grammar of names, one for one.
    let plain = text.replace(['*', '?'], "x");
    let full = facts::full_image_name(&plain).ok_or_else(|| format!("{text:?} is no name of an image"))?;
    // Only the front is ever changed.
    let same = full.bytes().rev().zip(plain.bytes().rev()).take_while(|(a, b)| a == b).count();
    let front = full.get(..full.len() - same).unwrap_or_default();
    Ok(format!("{front}{}", text.get(text.len() - same..).unwrap_or_default()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn grants(pattern: &str, image: &str) -> bool {
        ImagePattern::new(pattern).unwrap().grants(&Reference::parse(image).unwrap())
    }

    fn catches(pattern: &str, image: &str) -> bool {
        ImagePattern::new(pattern).unwrap().catches(&Reference::parse(image).unwrap())
    }

    const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    #[test]
    fn a_pattern_is_normalised_like_the_references_it_is_matched_with() {
        for pattern in ["busybox", "library/busybox", "docker.io/busybox", "index.docker.io/library/busybox", "busy*"] {
            for image in ["busybox", "busybox:1.36", "docker.io/library/busybox", &format!("busybox@{DIGEST}")] {
                assert!(grants(pattern, image), "{pattern} {image}");
            }
            assert!(!grants(pattern, "acme/busybox") && !grants(pattern, "ghcr.io/library/busybox"), "{pattern}");
        }
        assert!(grants("acme/**", "acme/a/b") && !grants("acme/*", "acme/a/b"));
        assert!(grants("ghcr.io/acme/**", "ghcr.io/acme/app:1") && !grants("ghcr.io/acme/**", "ghcr.io/acmex/app"));
        assert!(grants("localhost:5000/*", "localhost:5000/app:2"));
        assert!(grants("*.example.com/app", "eu.example.com/app"));
    }

    #[test]
    fn a_tag_in_a_pattern_proves_nothing_beside_a_digest() {
        assert!(grants("busybox:1.*", "busybox:1.36") && !grants("busybox:1.*", "busybox:2"));
        assert!(!grants("busybox:1.36", &format!("busybox:1.36@{DIGEST}")));
        assert!(grants("busybox:1.36@*", &format!("busybox:1.36@{DIGEST}")));
        assert!(grants("busybox@sha256:*", &format!("busybox@{DIGEST}")) && !grants("busybox@sha256:*", "busybox:1"));
        assert!(grants("busybox:latest", "busybox"));
    }

    #[test]
    fn an_id_is_no_name() {
        assert!(!grants("*", "ba") && !grants("docker.io/**", "cafe") && !grants("re:docker.io/.*", "cafe"));
        assert!(grants("**", "ba") && grants("sha256:*", "ba"));
        assert!(catches("evil/*", "ba"));
    }

    #[test]
    fn what_could_be_a_forbidden_image_is_caught() {
        assert!(catches("evil/miner:1", &format!("evil/miner@{DIGEST}")));
        assert!(!catches("evil/miner:1", "evil/miner:2") && !catches("evil/*", "good/app"));
        let all = Reference::parse("evil/miner").unwrap().tagged("*").unwrap();
        assert!(ImagePattern::new("evil/miner:1").unwrap().catches(&all));
    }

    #[test]
    fn a_regex_sees_the_whole_reference() {
        assert!(grants("re:ghcr\\.io/acme/[a-z]+:v[0-9]+", "ghcr.io/acme/app:v1"));
        assert!(!grants("re:ghcr\\.io/acme/[a-z]+", "ghcr.io/acme/app:v1"));
    }
}
