//! When the files that the gateway reads have changed.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::sleep;

use crate::settings::Settings;

/// What the system says of each file: enough to see that one was written, replaced,
/// or put in another's place behind a symbolic link, as Kubernetes does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp(Vec<(PathBuf, Option<Mark>)>);

/// Device, inode, size, and the times of change in seconds and nanoseconds.
type Mark = (u64, u64, u64, [i64; 4]);

impl Stamp {
    /// That of all certificates, keys, revocation lists and policies as they are now.
    pub(super) fn of(settings: &Settings) -> Self {
        let mut files = Vec::new();
        for tls in settings.listen.iter().filter_map(|listen| listen.tls.as_ref()) {
            for pair in &tls.certificates {
                files.extend([pair.cert.clone(), pair.key.clone()]);
            }
            files.extend(tls.client_ca.iter().chain(&tls.crls).cloned());
        }
        let backend = &settings.backend.tls;
        files.extend(backend.ca.clone());
        if let Some(pair) = &backend.client {
            files.extend([pair.cert.clone(), pair.key.clone()]);
        }
        for name in std::iter::once(&settings.policy.profile).chain(&settings.policy.access) {
            let path = Path::new(name);
            if name.contains('/') || name.ends_with(".toml") {
                files.push(path.to_owned());
                // It may use or extend others, which are looked for beside it.
                files.extend(policies_in(path.parent().unwrap_or(Path::new(""))));
            }
        }
        if let Some(folder) = &settings.policy.dir {
            files.extend(policies_in(folder).chain(policies_in(&folder.join("access"))));
        }
        files.sort();
        files.dedup();
        Self(files.into_iter().map(|path| (mark(&path), path)).map(|(mark, path)| (path, mark)).collect())
    }
}

fn policies_in(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
}

fn mark(path: &Path) -> Option<Mark> {
    let found = std::fs::metadata(path).ok()?;
    let times = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()];
    Some((found.dev(), found.ino(), found.size(), times))
}

/// Sees changes of the files that settings name.
pub(super) struct Watch<'s> {
    settings: &'s Settings,
    /// The files as they were last read.
    read: Stamp,
    /// The files at the last look.
    last: Stamp,
}

/// How often the files are looked at, and how long they must have stood still.
const LOOK: Duration = Duration::from_secs(1);

impl<'s> Watch<'s> {
    /// Watches from now on.
    pub(super) fn new(settings: &'s Settings) -> Self {
        let now = Stamp::of(settings);
        Self { settings, read: now.clone(), last: now }
    }

    /// Waits until the files have changed, and have stood still since the last look: what
    /// is being written is not read. For ever if the settings do not ask for it.
    pub(super) async fn changed(&mut self) {
        if !self.settings.reload_on_change {
            std::future::pending::<()>().await;
        }
        loop {
            sleep(LOOK).await;
            let now = Stamp::of(self.settings);
            let stands_still = now == self.last;
            self.last = now;
            if stands_still && self.last != self.read {
                self.read = self.last.clone();
                return;
            }
        }
    }
}
