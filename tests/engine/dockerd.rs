//! The engine: one dockerd for all the tests of a binary.

use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use super::cli::{Cli, Session};
use super::poll;
use super::require::{self, require};

/// A running dockerd with one image, `busybox`.
pub struct Engine {
    dir: PathBuf,
    /// Its end is the end of the engine: see `keeper.sh`.
    _lifeline: ChildStdin,
}

impl Engine {
    /// The engine of this test binary. Fails the test if it cannot be had.
    pub fn shared() -> &'static Self {
        static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();
        ENGINE.get_or_init(start).as_ref().unwrap_or_else(|problem| panic!("no engine: {problem}"))
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.dir.join("docker.sock")
    }

    /// Its address, as `DOCKER_HOST` takes it.
    pub fn url(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// The end of its log, for a test that fails.
    pub fn log(&self) -> String {
        log_of(&self.dir)
    }
}

fn start() -> Result<Engine, String> {
    require(require::ENGINE);
    require::require_root("a real dockerd");
    let dir = tempfile::Builder::new().prefix("vicgate-engine-").tempdir().map_err(|e| e.to_string())?.keep();
    let mut keeper = Command::new("sh")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine/keeper.sh"))
        .arg(&dir)
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|e| format!("cannot start sh: {e}"))?;
    let lifeline = keeper.stdin.take().ok_or("the keeper has no standard input")?;
    let engine = Engine { dir, _lifeline: lifeline };
    poll(Duration::from_secs(60), || std::os::unix::net::UnixStream::connect(engine.socket()).ok())
        .ok_or_else(|| format!("dockerd does not listen\n{}", engine.log()))?;
    import_busybox(&engine.url()).map_err(|problem| format!("{problem}\n{}", engine.log()))?;
    Ok(engine)
}

/// Makes the image `busybox` from the static busybox of the system: there need be
/// no registry.
pub fn import_busybox(url: &str) -> Result<(), String> {
    let import = Session::new(Cli::oldest(), url)
        .run_with("docker import - busybox:latest", &busybox_root().map_err(|e| format!("cannot pack busybox: {e}"))?);
    if import.code != 0 {
        return Err(format!("cannot import the image: {import:?}"));
    }
    Ok(())
}

/// A tar of a root file system: busybox, a link to it for each applet, users.
fn busybox_root() -> std::io::Result<Vec<u8>> {
    let program = require::find("busybox").into_iter().next().unwrap_or_default();
    let applets = Command::new(&program).arg("--list").output()?.stdout;
    let mut archive = tar::Builder::new(Vec::new());
    let header = |kind, mode, size| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_size(size);
        header.set_mtime(1_500_000_000);
        header
    };
    for (folder, mode) in [("bin/", 0o755), ("etc/", 0o755), ("root/", 0o700), ("tmp/", 0o1777)] {
        archive.append_data(&mut header(tar::EntryType::Directory, mode, 0), folder, std::io::empty())?;
    }
    let binary = std::fs::read(&program)?;
    let size = binary.len() as u64;
    archive.append_data(&mut header(tar::EntryType::Regular, 0o755, size), "bin/busybox", binary.as_slice())?;
    for applet in String::from_utf8_lossy(&applets).lines().filter(|applet| *applet != "busybox") {
        let mut header = header(tar::EntryType::Symlink, 0o777, 0);
        archive.append_link(&mut header, format!("bin/{applet}"), "busybox")?;
    }
    for (file, text) in [("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"), ("etc/group", "root:x:0:\n")] {
        let mut header = header(tar::EntryType::Regular, 0o644, text.len() as u64);
        archive.append_data(&mut header, file, text.as_bytes())?;
    }
    archive.into_inner()
}

fn log_of(dir: &Path) -> String {
    let log = std::fs::read_to_string(dir.join("log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    let end = lines.get(lines.len().saturating_sub(40)..).unwrap_or_default();
    format!("the end of dockerd's log:\n{}", end.join("\n"))
}
