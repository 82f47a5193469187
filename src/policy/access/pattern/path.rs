//! Patterns over paths of the host.

use super::glob::Glob;

/// A glob over a clean path, with `:ro` or `:rw` behind it, or without.
#[derive(Clone, Debug)]
pub(super) struct PathPattern {
    glob: Glob,
    /// The glob of a pattern that ends in `/**`, without that end: the folder itself.
    folder: Option<Glob>,
    read_only: Option<bool>,
}

impl PathPattern {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let (path, read_only) = match text.strip_suffix(":ro") {
            Some(path) => (path, Some(true)),
            None => text.strip_suffix(":rw").map_or((text, None), |path| (path, Some(false))),
        };
        if path.starts_with("re:") {
            return Err("no regex can tell what lies within a folder; write a glob".to_owned());
        }
        if path.starts_with('/') && path.split('/').skip(1).any(|part| matches!(part, "." | "..")) {
            return Err("a path must be written without . and .. segments".to_owned());
        }
        // A folder of its own: "/srv/" is "/srv".
        let path = if path.len() > 1 { path.trim_end_matches('/') } else { path };
        let folder = path.strip_suffix("/**").filter(|folder| !folder.is_empty());
        let folder = folder.map(|folder| Glob::new(folder, true)).transpose()?;
        Ok(Self { glob: Glob::new(path, true)?, folder, read_only })
    }

    /// What all paths begin with that the pattern names; see [`Glob::heads`].
    pub(super) fn heads(&self) -> Option<Vec<String>> {
        let folder = self.folder.as_ref().map_or(Some(Vec::new()), Glob::heads)?;
        Some([self.glob.heads()?, folder].concat())
    }

    /// True if the path is one that the pattern names.
    pub(super) fn grants(&self, path: &str, read_only: bool) -> bool {
        self.read_only.is_none_or(|wanted| wanted == read_only)
            && (self.glob.matches(path) || self.folder.as_ref().is_some_and(|folder| folder.matches(path)))
    }

    /// True if one could get from the path to something that the pattern names: it is that, or
    /// lies within it, or it lies within the path. What is no path could be anything.
    pub(super) fn catches(&self, path: &str, read_only: bool) -> bool {
        if self.read_only.is_some_and(|wanted| wanted != read_only) {
            return false;
        }
        if !path.starts_with('/') || self.grants(path, read_only) {
            return true;
        }
        let above = path.match_indices('/').filter_map(|(end, _)| path.get(..end));
        let below = if path == "/" { path.to_owned() } else { format!("{path}/") };
        above.filter(|folder| !folder.is_empty()).any(|folder| self.glob.matches(folder))
            || self.glob.meets_start(&below)
    }

    /// [`Self::grants`] for something that is no path, such as a device by name.
    pub(super) fn matches_text(&self, text: &str) -> bool {
        self.glob.matches(text)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> PathPattern {
        PathPattern::new(text).unwrap()
    }

    #[test]
    fn a_folder_is_granted_with_what_is_in_it() {
        let data = pattern("/srv/data/**");
        for path in ["/srv/data", "/srv/data/a", "/srv/data/a/b"] {
            assert!(data.grants(path, false), "{path}");
        }
        for path in ["/", "/srv", "/srv/database", "/etc", "srv/data/a", ""] {
            assert!(!data.grants(path, false), "{path}");
        }
        assert!(pattern("/srv/data").grants("/srv/data", false));
        assert!(!pattern("/srv/data").grants("/srv/data/a", false));
        assert!(pattern("/srv/data/").grants("/srv/data", false));
    }

    #[test]
    fn read_only_can_be_asked_for() {
        assert!(pattern("/etc/localtime:ro").grants("/etc/localtime", true));
        assert!(!pattern("/etc/localtime:ro").grants("/etc/localtime", false));
        assert!(pattern("/srv/**:rw").catches("/srv/a", false));
        assert!(!pattern("/srv/**:rw").catches("/srv/a", true));
    }

    #[test]
    fn what_leads_to_a_forbidden_path_is_caught() {
        let socket = pattern("/var/run/docker.sock");
        for path in ["/var/run/docker.sock", "/var/run", "/var", "/", "./run", ""] {
            assert!(socket.catches(path, true), "{path}");
        }
        assert!(!socket.catches("/var/lib", true) && !socket.catches("/var/run/docker.sockets", true));
        let keys = pattern("/home/*/.ssh");
        for path in ["/home/alice/.ssh", "/home/alice/.ssh/id_rsa", "/home/alice", "/home", "/"] {
            assert!(keys.catches(path, false), "{path}");
        }
        assert!(!keys.catches("/home/alice/src", false));
        assert!(pattern("/etc/**").catches("/etc", false) && pattern("/etc").catches("/etc/ssl", false));
    }

    #[test]
    fn a_pattern_that_could_never_match_is_refused() {
        assert!(PathPattern::new("/srv/../etc").is_err());
        assert!(PathPattern::new("re:/srv/.*").is_err());
    }
}
