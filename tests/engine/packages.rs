//! Client libraries of Python and Node.js, installed once under `target/`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use super::require::require;

/// The folder for `PYTHONPATH` that has these packages, such as `docker==7.1.0`.
pub fn python(name: &str, packages: &[&str]) -> PathBuf {
    require(&[("python3", "python3"), ("pip3", "python3-pip")]);
    installed(&format!("python-{name}"), packages, |folder| {
        let mut pip = Command::new("pip3");
        pip.args(["install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--target"]);
        pip.arg(folder).args(packages);
        pip
    })
}

/// The folder for `NODE_PATH` that has these packages, such as `dockerode@5`.
pub fn node(name: &str, packages: &[&str]) -> PathBuf {
    require(&[("node", "nodejs"), ("npm", "npm")]);
    let folder = installed(&format!("node-{name}"), packages, |folder| {
        let mut npm = Command::new("npm");
        // Their optional native parts are not needed, and would want a compiler.
        npm.args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]);
        npm.arg(folder).args(packages);
        npm
    });
    folder.join("node_modules")
}

/// Installs into a folder that gets its name only when it is whole.
fn installed(name: &str, packages: &[&str], install: impl FnOnce(&Path) -> Command) -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients");
    let folder = clients.join(name);
    if folder.exists() {
        return folder;
    }
    super::require::say(&format!("installing client libraries: {}", packages.join(" ")));
    std::fs::create_dir_all(&clients).expect("target/ is ours");
    let made = tempfile::Builder::new().prefix("new-").tempdir_in(&clients).expect("target/ is ours");
    let output = install(made.path()).output().expect("require() has found it");
    assert!(output.status.success(), "{packages:?}: {}", String::from_utf8_lossy(&output.stderr));
    // Another test binary may have been faster, with the same result.
    if std::fs::rename(made.path(), &folder).is_err() {
        assert!(folder.exists(), "{} cannot be made", folder.display());
    }
    folder
}
