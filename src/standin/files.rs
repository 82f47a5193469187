//! What a container sees as its files: a tree of its own, and volumes mounted into it.

use std::sync::{Arc, Mutex};

use bytes::Bytes;

use super::store::lock;
use super::tree::{FileError, Node, Tree};

/// A tree that several containers may share.
pub(super) type SharedTree = Arc<Mutex<Tree>>;

/// The files of a container.
pub(super) struct Files {
    /// The image's files, to tell what has changed.
    base: Arc<Tree>,
    root: SharedTree,
    mounts: Vec<(String, SharedTree)>,
}

impl Files {
    pub(super) fn new(base: Arc<Tree>, mounts: Vec<(String, SharedTree)>) -> Self {
        let mut root = Tree::clone(&base);
        for (path, _) in &mounts {
            // A mount over a file stays a file in the listing, no more.
            let _ = root.make_directories(path);
        }
        Self { base, root: Arc::new(Mutex::new(root)), mounts }
    }

    /// Runs `work` on the tree that holds `path`, with the path in that tree.
    pub(super) fn on<T>(&self, path: &str, work: impl FnOnce(&mut Tree, &str) -> T) -> T {
        let mounted = self.mounts.iter().filter_map(|(at, tree)| {
            let inner = path.strip_prefix(at.as_str())?;
            (inner.is_empty() || inner.starts_with('/')).then_some((at, inner, tree))
        });
        match mounted.max_by_key(|(at, _, _)| at.len()) {
            Some((_, "", tree)) => work(&mut lock(tree), "/"),
            Some((_, inner, tree)) => work(&mut lock(tree), inner),
            None => work(&mut lock(&self.root), path),
        }
    }

    pub(super) fn read(&self, path: &str) -> Result<Bytes, FileError> {
        self.on(path, |tree, path| tree.read(path))
    }

    pub(super) fn write(&self, path: &str, data: &[u8], append: bool) -> Result<(), FileError> {
        self.on(path, |tree, path| tree.write(path, data, append))
    }

    pub(super) fn stat(&self, path: &str) -> Result<Node, FileError> {
        self.on(path, |tree, path| tree.stat(path).cloned())
    }

    pub(super) fn snapshot(&self) -> Tree {
        lock(&self.root).clone()
    }

    /// The paths that differ from the image, each with Docker's kind: 0 changed, 1 added, 2
    /// deleted.
    pub(super) fn changes(&self) -> Vec<(String, u8)> {
        let now = lock(&self.root);
        let mut changes: Vec<(String, u8)> = now
            .all()
            .filter_map(|(path, node)| match self.base.entry(path) {
                None => Some((path.clone(), 1)),
                Some(old) if old != node => Some((path.clone(), 0)),
                Some(_) => None,
            })
            .collect();
        let gone = self.base.all().filter(|(path, _)| now.entry(path).is_none());
        changes.extend(gone.map(|(path, _)| (path.clone(), 2)));
        changes.sort();
        changes
    }
}
