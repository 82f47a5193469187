//! The Debian packages that tests with real parts need.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// A program and the Debian package that brings it.
pub type Need = (&'static str, &'static str);

/// What the tests with a real engine need.
pub const ENGINE: &[Need] = &[("dockerd", "docker.io"), ("docker", "docker.io"), ("busybox", "busybox-static")];

/// What the tests with a docker CLI need.
pub const DOCKER: &[Need] = &[("docker", "docker.io")];

/// Sees to it that these programs are there: installs what is missing if we are
/// root, and fails with the list of it if not.
pub fn require(needs: &[Need]) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut packages: Vec<&str> =
        needs.iter().filter(|(program, _)| find(program).is_empty()).map(|(_, package)| *package).collect();
    packages.sort_unstable();
    packages.dedup();
    if packages.is_empty() {
        return;
    }
    assert!(is_root(), "missing Debian packages: {}. Install them, or run the tests as root", packages.join(" "));
    say(&format!("installing Debian packages: {}", packages.join(" ")));
    apt(&["update"]);
    apt(&[&["install", "--yes", "--no-install-recommends"], packages.as_slice()].concat());
    for (program, package) in needs {
        assert!(!find(program).is_empty(), "{package} is installed, but {program} is not on the PATH");
    }
}

/// Fails unless we are root, saying what for.
pub fn require_root(purpose: &str) {
    assert!(is_root(), "{purpose} needs root: run the tests as root, as in `sudo -E env \"PATH=$PATH\" cargo test`");
}

/// All the programs of this name on the PATH and in the folders that only root's has.
pub fn find(program: &str) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found = Vec::new();
    for folder in std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]) {
        if let Ok(file) = folder.join(program).canonicalize()
            && file.is_file()
            && !found.contains(&file)
        {
            found.push(file);
        }
    }
    found
}

/// Prints a line that the test runner does not swallow.
pub fn say(line: &str) {
    // A closed standard error is no reason to fail a test.
    let _ = writeln!(std::io::stderr(), "note: {line}");
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id is part of every system");
    output.stdout == b"0\n"
}

fn apt(arguments: &[&str]) {
    let output = Command::new("apt-get")
        .args(["-qq", "-o", "DPkg::Lock::Timeout=600"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .output()
        .expect("the tests with real parts install Debian packages, and there is no apt-get here");
    assert!(
        output.status.success(),
        "apt-get {} failed:\n{}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
}
