//! TLS where it is rarely looked at: on a socket that somebody passed, and towards a backend whose
//! certificate has ended.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use rcgen::{CertificateParams, date_time_ymd};

use crate::Setup;
use crate::certs::{chain, key};
use crate::client::{NEEDS, Python, Version};
use crate::process::{Gateway, backend};
use crate::require::require;
use crate::text;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

/// Listens, passes the socket on as systemd does (`sd_listen_fds(3)`), and becomes the program.
const PASS: &str = r#"
import os, socket, sys
front = socket.create_server(("127.0.0.1", 0))
print(front.getsockname()[1], flush=True)
os.dup2(front.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES="front")
os.execv(sys.argv[1], sys.argv[1:])
"#;

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_passed_socket_with_certificates_speaks_tls_and_asks_for_the_clients() {
    require(NEEDS);
    let (url, heads) = backend(OK);
    let setup = Setup::new();
    let listen = setup.asks("").replace("tls://127.0.0.1:0", "fd://front");
    let settings = setup.certs.path("fd.toml");
    let rest = format!("[backend]\nurl = {url:?}\n[policy]\nprofile = \"engine\"\n");
    std::fs::write(&settings, [listen, rest].concat()).unwrap();
    let mut gateway = Ended(
        Command::new("python3")
            .args(["-c", PASS, env!("CARGO_BIN_EXE_vicgate"), "serve", "--config", text(&settings)])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut said = BufReader::new(gateway.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    let port = said.next().unwrap().parse().unwrap();
    assert_eq!(said.next(), Some(format!("listening on tls://127.0.0.1:{port}")));
    let (ca, alice) = (setup.certs.path("ca.pem"), setup.certs.client("alice"));
    let mut python = Python::new();
    for version in Version::BOTH {
        let seen = python.ask(port, &ca, Some(&alice), version);
        assert_eq!(seen.status, Some(200), "{version:?}: {seen:?}");
        let seen = python.ask(port, &ca, None, version);
        assert_eq!(seen.status, None, "{version:?}: {seen:?}");
    }
    let plain = crate::process::ask(&format!("127.0.0.1:{port}"), "GET /info HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(!plain.contains("HTTP/1.1"), "{plain}");
    assert!(heads.recv().unwrap().starts_with("GET /v1.25/info "));
}

#[test]
fn an_expired_certificate_of_the_backend_is_a_502_that_says_so() {
    let setup = Setup::new();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1));
    let old = setup.certs.signed(&params, "old");
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(chain(&old.cert), key(&old.key)).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("tls://localhost:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let tls = rustls::ServerConnection::new(config.clone()).unwrap();
            // The gateway goes away as soon as it has seen the certificate.
            let _ = rustls::StreamOwned::new(tls, stream.unwrap()).read(&mut [0]);
        }
    });
    let ca = setup.certs.path("ca.pem");
    let gateway = Gateway::start(&["--profile", "engine", "--backend", &url, "--backend-tlscacert", text(&ca)]);
    let answer = gateway.ask("GET /v1.41/info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
    let message = format!("cannot reach the backend at {url}: its certificate has expired\"}}");
    assert!(answer.contains(&message), "{answer}");
}
