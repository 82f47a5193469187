//! Unix sockets: nobody may connect before mode and group are set, and nothing
//! that is in use is removed.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// The file of a socket; dropping it removes the file, if it is still ours.
#[derive(Debug)]
pub(in crate::server) struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let ours =
            fs::symlink_metadata(&self.path).is_ok_and(|found| (found.dev(), found.ino()) == (self.device, self.inode));
        if ours {
            // Nobody is left to tell, and the next start removes it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Binds a socket at `path` with that mode and group (a name or a number).
///
/// It is made in a folder that only we can enter, and gets its name when it is ready.
pub(super) fn bind(path: &Path, mode: u32, group: Option<&str>) -> Result<(UnixListener, SocketFile), String> {
    let group = group.map(group_id).transpose()?;
    remove_stale(path)?;
    let parent = path.parent().unwrap_or_else(|| Path::new("/"));
    let private = parent.join(format!(".vicgate.{}", std::process::id()));
    DirBuilder::new().mode(0o700).create(&private).map_err(|error| format!("{}: {error}", parent.display()))?;
    let outcome = bind_in(&private, path, mode, group);
    // What stays behind is empty and harmless.
    let _ = fs::remove_dir_all(&private);
    outcome
}

fn bind_in(private: &Path, path: &Path, mode: u32, group: Option<u32>) -> Result<(UnixListener, SocketFile), String> {
    let unfinished = private.join("s");
    let listener = UnixListener::bind(&unfinished).map_err(|error| error.to_string())?;
    fs::set_permissions(&unfinished, Permissions::from_mode(mode))
        .map_err(|error| format!("mode {mode:o}: {error}"))?;
    if let Some(group) = group {
        chown(&unfinished, None, Some(group)).map_err(|error| format!("group {group}: {error}"))?;
    }
    // A link and not a rename: it does not replace a socket that came meanwhile.
    fs::hard_link(&unfinished, path).map_err(|error| {
        let taken = error.kind() == io::ErrorKind::AlreadyExists;
        if taken { "the address is in use".into() } else { error.to_string() }
    })?;
    let found = fs::symlink_metadata(path).map_err(|error| error.to_string())?;
    Ok((listener, SocketFile { path: path.into(), device: found.dev(), inode: found.ino() }))
}

/// Removes the socket of a process that has ended.
fn remove_stale(path: &Path) -> Result<(), String> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    if !found.file_type().is_socket() {
        return Err("something that is not a socket has this path".into());
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(|error| format!("an old socket cannot be removed: {error}"))
        }
        Ok(_) => Err("the address is in use".into()),
        Err(error) => Err(format!("a socket is there already, and whether it is in use cannot be told: {error}")),
    }
}

/// The number of a group, by `/etc/group` where a name is given (group(5)).
fn group_id(group: &str) -> Result<u32, String> {
    if let Ok(number) = group.parse() {
        return Ok(number);
    }
    let table = fs::read_to_string("/etc/group").map_err(|error| format!("/etc/group: {error}"))?;
    table
        .lines()
        .map(|line| line.split(':'))
        .find_map(|mut fields| (fields.next() == Some(group)).then(|| fields.nth(1)?.parse().ok())?)
        .ok_or_else(|| format!("there is no group {group:?} in /etc/group"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_has_its_mode_and_is_gone_at_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("api.sock");
        let (listener, file) = bind(&path, 0o640, None).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
        UnixStream::connect(&path).unwrap();
        listener.accept().unwrap();
        drop(file);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_stale_socket_is_replaced_and_one_in_use_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("api.sock");
        drop(UnixListener::bind(&path).unwrap());
        let (listener, file) = bind(&path, 0o600, None).unwrap();
        assert_eq!(bind(&path, 0o600, None).unwrap_err(), "the address is in use");
        drop((listener, file));
        fs::write(&path, "x").unwrap();
        assert!(bind(&path, 0o600, None).unwrap_err().contains("not a socket"));
        assert!(path.exists());
    }

    #[test]
    fn another_process_socket_is_left_when_ours_was_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("api.sock");
        let (_listener, file) = bind(&path, 0o600, None).unwrap();
        fs::remove_file(&path).unwrap();
        let _other = UnixListener::bind(&path).unwrap();
        drop(file);
        assert!(path.exists());
    }

    #[test]
    fn groups_have_names_and_numbers() {
        assert_eq!(group_id("1234"), Ok(1234));
        assert_eq!(group_id("root"), Ok(0));
        assert!(group_id("no such group").unwrap_err().contains("no such group"));
    }
}
