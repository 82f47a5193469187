//! Files that appear whole, all of them or none, and replace nothing.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::CertsError;

/// Mode of a private key.
pub(super) const SECRET: u32 = 0o600;
/// Mode of a certificate.
pub(super) const PUBLIC: u32 = 0o644;

/// Files that are written beside their places until [`Staged::commit`].
pub(super) struct Staged {
    files: Vec<(PathBuf, PathBuf)>,
}

impl Staged {
    pub(super) const fn new() -> Self {
        Self { files: Vec::new() }
    }

    /// Writes a file for this place, where nothing may be yet.
    pub(super) fn add(&mut self, place: PathBuf, mode: u32, text: &str) -> Result<(), CertsError> {
        if place.symlink_metadata().is_ok() {
            return Err(CertsError::Exists(place));
        }
        let mut name = std::ffi::OsString::from(".");
        name.push(place.file_name().unwrap_or_default());
        name.push(format!(".{}", std::process::id()));
        let draft = place.with_file_name(name);
        let written = OpenOptions::new().write(true).create_new(true).mode(mode).open(&draft).and_then(|mut file| {
            self.files.push((draft.clone(), place.clone()));
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|source| CertsError::Write { path: place, source })
    }

    /// Puts the files in their places. On a failure those that are there already are taken back.
    pub(super) fn commit(self) -> Result<(), CertsError> {
        let mut placed: Vec<&Path> = Vec::new();
        for (draft, place) in &self.files {
            // Unlike a rename, a link replaces nothing.
            if let Err(source) = fs::hard_link(draft, place) {
                for place in placed {
                    let _ = fs::remove_file(place);
                }
                let place = place.clone();
                let taken = source.kind() == ErrorKind::AlreadyExists;
                return Err(if taken { CertsError::Exists(place) } else { CertsError::Write { path: place, source } });
            }
            placed.push(place);
        }
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        for (draft, _) in &self.files {
            let _ = fs::remove_file(draft);
        }
    }
}

/// Makes a folder that is its owner's only. One that is there already stays as it is.
pub(super) fn folder(dir: &Path) -> Result<(), CertsError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|source| CertsError::Write { path: dir.to_owned(), source })
}

/// Reads a whole file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, CertsError> {
    fs::read(path).map_err(|source| CertsError::Read { path: path.to_owned(), source })
}
