//! The file of an audit log.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// A file that lines are appended to, by name.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    file: File,
}

impl LogFile {
    /// Opens a file for appending; a new one is for its owner only.
    ///
    /// # Errors
    /// In one line that names the file.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let file = options(path).and_then(|options| options.clone().create(true).open(path));
        let file = file.map_err(|error| told(path, &error))?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Tells whether [`LogFile::open`] would succeed, and makes nothing.
    ///
    /// # Errors
    /// As for [`LogFile::open`].
    pub(super) fn check(path: &Path) -> Result<(), String> {
        let opened = options(path).and_then(|options| options.open(path).map(drop));
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match opened {
            // It would be made, if there is a place for it.
            Err(error) if error.kind() == io::ErrorKind::NotFound && folder.is_dir() => Ok(()),
            opened => opened.map_err(|error| told(path, &error)),
        }
    }

    /// Opens the file of the same name again.
    ///
    /// # Errors
    /// As for [`LogFile::open`]; this one stays open.
    pub(super) fn reopen(&mut self) -> Result<(), String> {
        *self = Self::open(&self.path)?;
        Ok(())
    }

    /// Appends as many of the bytes as can be, with one write, and takes them out.
    ///
    /// # Errors
    /// Those of the system.
    pub(super) fn append(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.file.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                // A disk that is full takes the beginning of a line: its end follows when there is room.
                Ok(written) => drop(bytes.drain(..written)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// How to open what is there. A pipe that nobody reads would hold up whoever opens it.
fn options(path: &Path) -> io::Result<OpenOptions> {
    let kind = std::fs::metadata(path).map(|found| found.file_type());
    if kind.is_ok_and(|kind| kind.is_fifo() || kind.is_socket() || kind.is_block_device() || kind.is_dir()) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is there, and is no file"));
    }
    let mut options = OpenOptions::new();
    options.append(true).mode(0o600);
    Ok(options)
}

fn told(path: &Path, error: &io::Error) -> String {
    format!("cannot open the audit log {}: {error}", path.display())
}
