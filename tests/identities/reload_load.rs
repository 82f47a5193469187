//! A thousand reloads while clients shake hands and call.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{scope, spawn};

use rustls::{ClientConnection, StreamOwned};

use crate::Setup;
use crate::process::PATIENCE;

const RELOADS: usize = 1000;
const CLIENTS: usize = 2;

const BODY: &str = r#"{"Image":"busybox","Hostname":"h","Domainname":"dom"}"#;

/// A backend that gives back the body that it gets, as an answer to a create.
fn backend() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("tcp://{}", listener.local_addr().unwrap());
    spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            spawn(move || {
                let mut request = Vec::new();
                let mut piece = [0; 4096];
                while !request.ends_with(b"}") {
                    match stream.read(&mut piece) {
                        Ok(0) | Err(_) => return,
                        Ok(read) => request.extend_from_slice(&piece[..read]),
                    }
                    if request.starts_with(b"GET ") && request.ends_with(b"\r\n\r\n") {
                        // The gateway asks what it stands in front of, which this test is not about.
                        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
                        return;
                    }
                }
                let request = String::from_utf8_lossy(&request).into_owned();
                let (_, sent) = request.split_once("\r\n\r\n").unwrap();
                let body = format!("{{\"Id\":\"1\",\"Warnings\":[],\"Sent\":{sent}}}");
                let head = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nConnection: close\r\n";
                let _ = write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len());
            });
        }
    });
    url
}

/// Lays a version of everything, and puts it in place in one step. The profile's version
/// shows in what it says of a field that it drops, the access policy's in a label.
fn publish(folder: &Path, version: &str, setup: &Setup) {
    let data = folder.join(version);
    std::fs::create_dir(&data).unwrap();
    let profile = format!(
        "name = \"{version}\"\nextends = \"engine\"\n[[field]]\nendpoint = \"ContainerCreate\"\nname = \"Domainname\"\nsupport = \"no\"\n\
         unsupported = \"drop\"\nreason = \"by {version}\"\n"
    );
    let access = format!(
        "name = \"{version}\"\n[[allow]]\nname = \"all\"\ngroups = [\"all\"]\n\
         [[set]]\nname = \"mark\"\nlabels = {{ version = \"{version}\" }}\n"
    );
    std::fs::write(data.join("profile.toml"), profile).unwrap();
    std::fs::write(data.join("access.toml"), access).unwrap();
    let server = setup.certs.server(version, &["localhost"]);
    std::fs::copy(server.cert, data.join("cert.pem")).unwrap();
    std::fs::copy(server.key, data.join("key.pem")).unwrap();
}

fn enter(folder: &Path, version: &str) {
    let link = folder.join("next");
    std::os::unix::fs::symlink(version, &link).unwrap();
    std::fs::rename(link, folder.join("now")).unwrap();
}

fn create(setup: &Setup, port: u16) -> String {
    let files = vicgate::settings::CertificateFiles {
        cert: setup.certs.path("alice-cert.pem"),
        key: setup.certs.path("alice-key.pem"),
    };
    let config = setup.certs.client_config_as(Some(&files));
    let session = ClientConnection::new(Arc::clone(&config), "localhost".try_into().unwrap()).unwrap();
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut client = StreamOwned::new(session, stream);
    let head =
        "POST /v1.41/containers/create HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json";
    let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{BODY}", BODY.len());
    client.write_all(request.as_bytes()).expect("the handshake failed");
    let mut answer = String::new();
    client.read_to_string(&mut answer).expect("the answer broke off");
    answer
}

#[test]
fn a_thousand_reloads_fail_no_handshake_and_mix_no_policies() {
    let setup = Setup::new();
    setup.certs.client("alice");
    let folder = tempfile::tempdir().unwrap();
    for version in ["red", "blue"] {
        publish(folder.path(), version, &setup);
    }
    enter(folder.path(), "red");
    let now = folder.path().join("now");
    let settings = format!(
        "[[listen]]\nurl = \"tls://127.0.0.1:0\"\ncert = {:?}\nkey = {:?}\nclient_ca = {:?}\n\
         [backend]\nurl = {:?}\n[policy]\nprofile = {:?}\naccess = {:?}\n",
        now.join("cert.pem"),
        now.join("key.pem"),
        setup.certs.path("ca.pem"),
        backend(),
        now.join("profile.toml"),
        now.join("access.toml"),
    );
    let (gateway, ports) = setup.start(&settings);
    let ended = AtomicBool::new(false);
    let (red, blue) = (AtomicUsize::new(0), AtomicUsize::new(0));
    scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    let answer = create(&setup, ports[0]);
                    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
                    let has = |version: &str| {
                        [
                            answer.contains(&format!("by {version}")),
                            answer.contains(&format!("\"version\":\"{version}\"")),
                        ]
                    };
                    match (has("red"), has("blue")) {
                        ([true, true], [false, false]) => red.fetch_add(1, Ordering::Relaxed),
                        ([false, false], [true, true]) => blue.fetch_add(1, Ordering::Relaxed),
                        _ => panic!("judged by a mixture: {answer}"),
                    };
                }
            });
        }
        for reload in 0..RELOADS {
            enter(folder.path(), if reload % 2 == 0 { "blue" } else { "red" });
            gateway.signal("HUP");
            let line = gateway.wait_for_log("reloaded");
            assert!(line.contains("are reloaded"), "{line}");
        }
        ended.store(true, Ordering::Relaxed);
    });
    let (red, blue) = (red.into_inner(), blue.into_inner());
    assert!(red > 10 && blue > 10, "{red} calls were judged by one version, {blue} by the other");
}
