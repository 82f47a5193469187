//! Names of images.

/// A reference split into repository and tag (or digest), as Docker shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) repository: String,
    pub(super) tag: String,
}

impl Reference {
    /// Reads `[docker.io/[library/]]name[:tag]`; without a tag, `latest`.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let short = text.strip_prefix("docker.io/").or_else(|| text.strip_prefix("index.docker.io/")).unwrap_or(text);
        let short = short.strip_prefix("library/").unwrap_or(short);
        let (name, tag) = match short.split_once('@') {
            Some((name, digest)) => (name, digest),
            None => match short.rsplit_once(':') {
                Some((name, tag)) if !tag.contains('/') => (name, tag),
                Some(_) | None => (short, "latest"),
            },
        };
        if name.chars().any(|c| c.is_ascii_uppercase()) {
            return Err("repository name must be lowercase");
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':');
        let is_tag = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':');
        if name.is_empty() || tag.is_empty() || !name.chars().all(is_name) || !tag.chars().all(is_tag) {
            return Err("invalid reference format");
        }
        Ok(Self { repository: name.to_owned(), tag: tag.to_owned() })
    }

    /// `name:tag`, or `name@digest`.
    pub(super) fn text(&self) -> String {
        let joint = if self.tag.contains(':') { '@' } else { ':' };
        format!("{}{joint}{}", self.repository, self.tag)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Reference;

    #[test]
    fn references_are_shown_short() {
        let text = |name: &str| Reference::parse(name).unwrap().text();
        assert_eq!(text("busybox"), "busybox:latest");
        assert_eq!(text("docker.io/library/busybox:1"), "busybox:1");
        assert_eq!(text("host:5000/a/b"), "host:5000/a/b:latest");
        assert_eq!(text("a@sha256:00"), "a@sha256:00");
        assert!(Reference::parse("BAD").is_err());
        assert!(Reference::parse("").is_err());
    }
}
