//! Reloading because a file has changed.

use std::os::unix::fs::symlink;
use std::path::Path;

use crate::Setup;
use crate::client::{Python, Version};
use crate::process::backend;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

fn policy(may: &str) -> String {
    format!("name = \"mine\"\n[[allow]]\nname = \"look\"\nendpoints = [\"{may}\"]\n")
}

/// A version of a mounted folder, as Kubernetes lays it: the files are links through
/// `..data`, and that link is replaced in one step.
fn publish(folder: &Path, version: &str, files: &[(&str, &str)]) {
    let data = folder.join(version);
    std::fs::create_dir(&data).unwrap();
    for (name, text) in files {
        std::fs::write(data.join(name), text).unwrap();
        if !folder.join(name).exists() {
            symlink(Path::new("..data").join(name), folder.join(name)).unwrap();
        }
    }
    symlink(version, folder.join("..data_tmp")).unwrap();
    std::fs::rename(folder.join("..data_tmp"), folder.join("..data")).unwrap();
}

#[test]
fn a_folder_that_is_swapped_is_taken_and_a_wrong_one_is_not() {
    let (url, _heads) = backend(OK);
    let setup = Setup::new();
    let folder = tempfile::tempdir().unwrap();
    publish(folder.path(), "v1", &[("mine.toml", &policy("SystemInfo"))]);
    let access = folder.path().join("mine.toml");
    let settings = format!(
        "{}[backend]\nurl = {url:?}\n[policy]\nprofile = \"engine\"\naccess = {access:?}\n[reload]\nwatch = true\n",
        setup.listens("")
    );
    let (gateway, ports) = setup.start(&settings);
    let ca = setup.certs.path("ca.pem");
    let mut python = Python::new();
    let mut status = || python.ask(ports[0], &ca, None, Version::Tls13).status;
    assert_eq!(status(), Some(200));

    publish(folder.path(), "v2", &[("mine.toml", &policy("SystemVersion"))]);
    gateway.wait_for_log("are reloaded");
    assert_eq!(status(), Some(403));

    publish(folder.path(), "v3", &[("mine.toml", &policy("SystemInfoo"))]);
    let line = gateway.wait_for_log("not reloaded");
    assert!(line.contains("mine.toml:4:14: "), "{line}");
    assert_eq!(status(), Some(403));

    publish(folder.path(), "v4", &[("mine.toml", &policy("SystemInfo"))]);
    gateway.wait_for_log("are reloaded");
    assert_eq!(status(), Some(200));

    // A new certificate, written in place and key last: while they do not fit, the old ones serve.
    let new = setup.certs.server("new", &["localhost"]);
    std::fs::copy(&new.cert, &setup.server.cert).unwrap();
    gateway.wait_for_log("this key does not fit the certificate");
    assert_eq!(status(), Some(200));
    std::fs::copy(&new.key, &setup.server.key).unwrap();
    gateway.wait_for_log("are reloaded");
    assert_eq!(status(), Some(200));
}
