//! A file tree in memory: the disk of a container or of a volume.

use std::collections::BTreeMap;
use std::ops::Bound;

use bytes::{Bytes, BytesMut};

use super::clock::{self, Nanos};

/// The most that one tree holds, in bytes of file contents.
const CAPACITY: usize = 128 << 20;
/// The most links that one path may lead through, as in Linux.
const MAX_LINKS: usize = 40;

/// Why a file operation failed, in the words of the C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum FileError {
    #[error("No such file or directory")]
    Missing,
    #[error("Is a directory")]
    IsDirectory,
    #[error("Not a directory")]
    NotDirectory,
    #[error("File exists")]
    Exists,
    #[error("No space left on device")]
    Full,
    #[error("Too many levels of symbolic links")]
    Loop,
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Directory,
    File(Bytes),
    /// A symbolic link and where it leads.
    Link(String),
}

/// One entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Permission bits.
    pub(super) mode: u32,
    pub(super) modified: Nanos,
}

impl Node {
    pub(super) fn directory() -> Self {
        Self { kind: Kind::Directory, mode: 0o755, modified: clock::now() }
    }

    pub(super) fn file(content: Bytes, mode: u32) -> Self {
        Self { kind: Kind::File(content), mode, modified: clock::now() }
    }

    pub(super) fn size(&self) -> usize {
        match &self.kind {
            Kind::Directory => 4096,
            Kind::File(content) => content.len(),
            Kind::Link(target) => target.len(),
        }
    }

    pub(super) fn is_directory(&self) -> bool {
        match self.kind {
            Kind::Directory => true,
            Kind::File(_) | Kind::Link(_) => false,
        }
    }
}

/// A tree. Paths are absolute and clean (see [`clean`]).
#[derive(Debug, Clone)]
pub(super) struct Tree {
    nodes: BTreeMap<String, Node>,
    used: usize,
}

impl Tree {
    pub(super) fn new() -> Self {
        Self { nodes: BTreeMap::from([("/".to_owned(), Node::directory())]), used: 0 }
    }

    /// What stands at `path` itself, links not followed.
    pub(super) fn entry(&self, path: &str) -> Option<&Node> {
        self.nodes.get(path)
    }

    /// What stands at `path` once links are followed.
    pub(super) fn stat(&self, path: &str) -> Result<&Node, FileError> {
        let real = self.resolve(path)?;
        self.nodes.get(&real).ok_or(FileError::Missing)
    }

    pub(super) fn read(&self, path: &str) -> Result<Bytes, FileError> {
        match &self.stat(path)?.kind {
            Kind::File(content) => Ok(content.clone()),
            Kind::Directory => Err(FileError::IsDirectory),
            Kind::Link(_) => Err(FileError::Loop),
        }
    }

    /// Writes a file, at its end or instead of what it held.
    pub(super) fn write(&mut self, path: &str, new: &[u8], append: bool) -> Result<(), FileError> {
        let real = self.resolve(path)?;
        self.check_parent(&real)?;
        let (mut content, mode) = match self.nodes.get(&real).map(|node| (&node.kind, node.mode)) {
            None => (BytesMut::new(), 0o644),
            Some((Kind::Directory, _)) => return Err(FileError::IsDirectory),
            Some((Kind::Link(_), _)) => return Err(FileError::Loop),
            Some((Kind::File(old), mode)) if append => (BytesMut::from(old.as_ref()), mode),
            Some((Kind::File(_), mode)) => (BytesMut::new(), mode),
        };
        content.extend_from_slice(new);
        self.put(&real, Node::file(content.freeze(), mode))
    }

    /// Puts a node in its place, whatever stood there.
    pub(super) fn put(&mut self, path: &str, node: Node) -> Result<(), FileError> {
        let before = self.nodes.get(path).map_or(0, Node::size);
        let used = self.used.saturating_sub(before) + node.size();
        if used > CAPACITY {
            return Err(FileError::Full);
        }
        self.used = used;
        self.nodes.insert(path.to_owned(), node);
        Ok(())
    }

    pub(super) fn make_directory(&mut self, path: &str) -> Result<(), FileError> {
        let real = self.resolve(path)?;
        self.check_parent(&real)?;
        if self.nodes.contains_key(&real) {
            return Err(FileError::Exists);
        }
        self.put(&real, Node::directory())
    }

    /// Makes a directory and those above it.
    pub(super) fn make_directories(&mut self, path: &str) -> Result<(), FileError> {
        let ends = path.match_indices('/').map(|(at, _)| at).skip(1);
        for end in ends.chain([path.len()]) {
            let part = path.get(..end).unwrap_or(path);
            match self.stat(part) {
                Ok(node) if node.is_directory() => {}
                Ok(_) => return Err(FileError::NotDirectory),
                Err(_) => self.make_directory(part)?,
            }
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, path: &str, recursive: bool) -> Result<(), FileError> {
        let node = self.nodes.get(path).ok_or(FileError::Missing)?;
        if node.is_directory() && !recursive {
            return Err(FileError::IsDirectory);
        }
        let below: Vec<String> = self.below(path).map(|(path, _)| path.clone()).collect();
        for gone in below.iter().map(String::as_str).chain([path]) {
            if gone != "/" {
                let node = self.nodes.remove(gone);
                self.used -= node.map_or(0, |node| node.size()).min(self.used);
            }
        }
        Ok(())
    }

    /// The names in a directory.
    pub(super) fn list(&self, path: &str) -> Result<Vec<(String, Node)>, FileError> {
        let real = self.resolve(path)?;
        let node = self.nodes.get(&real).ok_or(FileError::Missing)?;
        if !node.is_directory() {
            return Err(FileError::NotDirectory);
        }
        let prefix = real.trim_end_matches('/').len() + 1;
        Ok(self
            .below(&real)
            .filter_map(|(path, node)| Some((path.get(prefix..)?, node)))
            .filter(|(name, _)| !name.contains('/'))
            .map(|(name, node)| (name.to_owned(), node.clone()))
            .collect())
    }

    /// All that is below a directory, parents first.
    pub(super) fn below(&self, path: &str) -> impl Iterator<Item = (&String, &Node)> {
        let prefix = format!("{}/", path.trim_end_matches('/'));
        self.nodes
            .range::<str, _>((Bound::Excluded(prefix.as_str()), Bound::Unbounded))
            .take_while(move |(path, _)| path.starts_with(&prefix))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&String, &Node)> {
        self.nodes.iter()
    }

    /// The path with all links followed; its last part need not exist.
    pub(super) fn resolve(&self, path: &str) -> Result<String, FileError> {
        let mut pending: Vec<String> = path.rsplit('/').map(str::to_owned).collect();
        let mut real = String::new();
        let mut links = 0;
        while let Some(part) = pending.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    real.truncate(real.rfind('/').unwrap_or(0));
                    continue;
                }
                name => {
                    real.push('/');
                    real.push_str(name);
                }
            }
            if let Some(Kind::Link(target)) = self.nodes.get(&real).map(|node| &node.kind) {
                links += 1;
                if links > MAX_LINKS {
                    return Err(FileError::Loop);
                }
                real.truncate(if target.starts_with('/') { 0 } else { real.rfind('/').unwrap_or(0) });
                pending.extend(target.rsplit('/').map(str::to_owned));
            }
        }
        Ok(if real.is_empty() { "/".to_owned() } else { real })
    }

    fn check_parent(&self, path: &str) -> Result<(), FileError> {
        let end = path.rfind('/').unwrap_or(0).max(1);
        match path.get(..end).and_then(|parent| self.nodes.get(parent)) {
            Some(parent) if parent.is_directory() => Ok(()),
            Some(_) => Err(FileError::NotDirectory),
            None => Err(FileError::Missing),
        }
    }
}

/// An absolute path without `.`, `..` and double slashes. A relative one starts at `base`.
pub(super) fn clean(base: &str, path: &str) -> String {
    let joined = if path.starts_with('/') { path.to_owned() } else { format!("{base}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cleaned_from_where_it_starts() {
        assert_eq!(clean("/a/b", "../c//./d"), "/a/c/d");
        assert_eq!(clean("/a", "/x/../.."), "/");
    }

    #[test]
    fn links_are_followed_and_loops_are_found() {
        let mut tree = Tree::new();
        let link = |target: &str| Node { kind: Kind::Link(target.to_owned()), ..Node::directory() };
        tree.make_directories("/real/deep").unwrap();
        tree.put("/here", link("real/deep")).unwrap();
        tree.put("/loop", link("/loop")).unwrap();
        tree.write("/here/file", b"x", false).unwrap();
        assert_eq!(tree.read("/real/deep/file").unwrap().as_ref(), b"x");
        assert_eq!(tree.read("/loop").unwrap_err(), FileError::Loop);
    }

    #[test]
    fn a_listing_holds_the_direct_children_only() {
        let mut tree = Tree::new();
        tree.make_directories("/a/b/c").unwrap();
        tree.make_directories("/ab").unwrap();
        let names: Vec<_> = tree.list("/a").unwrap().into_iter().map(|x| x.0).collect();
        assert_eq!(names, ["b"]);
        tree.remove("/a", true).unwrap();
        assert_eq!(tree.list("/").unwrap().len(), 1);
    }
}
