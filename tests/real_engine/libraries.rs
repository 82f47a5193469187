//! Libraries that speak the API by themselves: docker-py and dockerode do attach, exec,
//! logs and cp with the same result as on the direct socket, on every transport.

use std::path::Path;

use crate::engine::{packages, same_over};

fn script(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real_engine/libraries");
    folder.join(name).display().to_string()
}

#[test]
fn docker_py_streams_as_on_the_direct_socket() {
    let packages = packages::python("docker-7", &["docker==7.1.0", "websocket-client==1.8.0"]);
    let line = format!("PYTHONPATH={} python3 {}", packages.display(), script("streams.py"));
    same_over(&["tcp", "unix", "tls"], &line).says("websocket True\npong 10").says("all done");
}

#[test]
fn dockerode_streams_as_on_the_direct_socket() {
    let packages = packages::node("dockerode-5", &["dockerode@5.0.1"]);
    let line = format!("NODE_PATH={} node {}", packages.display(), script("streams.js"));
    same_over(&["tcp", "unix", "tls"], &line).says("much input true").says("all done");
}
