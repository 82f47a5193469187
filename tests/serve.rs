//! `vicgate serve` as its operator sees it: settings, signals, listeners.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod process;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;

use process::{Gateway, PATIENCE, ask, backend};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
const CALL: &str = "GET /v1.25/containers/x/logs?stdout=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

#[test]
fn settings_come_from_the_file_then_variables_then_flags() {
    let (url, heads) = backend(OK);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gate.toml");
    std::fs::write(
        &file,
        "[[listen]]\nurl = \"tcp://127.0.0.1:0\"\n[backend]\nurl = \"tcp://192.0.2.1:1\"\n[policy]\nprofile = \"nosuch\"\n",
    )
    .unwrap();
    let gateway = Gateway::start_as(
        &["serve", "--config", file.to_str().unwrap(), "--profile", "engine"],
        &[("VICGATE_BACKEND__URL", &url), ("VICGATE_POLICY__PROFILE", "nosuch-either")],
        1,
    );
    assert!(gateway.ask(CALL).ends_with("{}"));
    assert!(heads.recv_timeout(PATIENCE).unwrap().starts_with("GET /v1.25/containers/x/logs?stdout=1 HTTP/1.1\r\n"));
}

#[test]
fn rust_log_says_what_is_logged_and_a_word_that_says_nothing_is_told() {
    let (url, _heads) = backend(OK);
    let arguments = ["serve", "--listen", "tcp://127.0.0.1:0", "--backend", &url];
    for (level, told) in [("vicgate=loud", true), ("", false), ("info,hyper=warn", false)] {
        let mut gateway = Gateway::start_as(&arguments, &[("RUST_LOG", level), ("VICGATE_LOG__ACCESS", "true")], 1);
        gateway.ask(CALL);
        let log = gateway.end();
        assert!(log.contains("/containers/x/logs"), "{level:?}: {log}");
        assert_eq!(log.contains("RUST_LOG") && log.contains("vicgate=loud"), told, "{level:?}: {log}");
    }
    let mut gateway = Gateway::start_as(&arguments, &[("RUST_LOG", "error"), ("VICGATE_LOG__ACCESS", "true")], 1);
    gateway.ask(CALL);
    assert_eq!(gateway.end(), "");
}

#[test]
fn it_starts_itself_again_with_room_for_freed_blocks_unless_somebody_has_set_that() {
    let (said, theirs) = ("GLIBC_TUNABLES=glibc.malloc.tcache_count=64", "glibc.malloc.perturb=0");
    for (variables, expected) in [
        (&[][..], said.to_owned()),
        (&[("GLIBC_TUNABLES", theirs)][..], format!("GLIBC_TUNABLES={theirs}")),
        // glibc takes the variable away from a program with privileges of its own, which shall not start for ever.
        (&[("_VICGATE_TUNED", "1")][..], String::new()),
        // Whoever brings an allocator needs no setting of glibc's, and valgrind would lose sight of the program.
        (&[("LD_PRELOAD", "libdl.so.2")][..], String::new()),
    ] {
        let (backend, _heads) = backend(OK);
        let gateway =
            Gateway::start_as(&["serve", "--listen", "tcp://127.0.0.1:0", "--backend", &backend], variables, 1);
        // The process that was started is the one that serves, under its own name.
        let of = |file: &str| std::fs::read_to_string(format!("/proc/{}/{file}", gateway.process.id())).unwrap();
        let environment = of("environ");
        let tunables = environment.split('\0').find(|variable| variable.starts_with("GLIBC_TUNABLES="));
        assert_eq!(tunables.unwrap_or_default(), expected);
        assert_eq!(of("comm"), "vicgate\n");
        assert!(of("cmdline").contains("vicgate\0serve\0--listen\0tcp://127.0.0.1:0"), "{}", of("cmdline"));
    }
}

#[test]
fn the_backend_is_asked_with_the_host_of_its_url_and_without_hop_by_hop_headers() {
    let (url, heads) = backend(OK);
    let gateway = Gateway::start(&["--backend", &url]);
    let request = "GET /v1.25/containers/x/logs?stdout=1 HTTP/1.1\r\nHost: somewhere.else\r\nX-Kept: yes\r\nX-Gone: no\r\n\
                   Keep-Alive: timeout=5\r\nConnection: close, X-Gone\r\n\r\n";
    assert!(gateway.ask(request).ends_with("{}"));
    let head = heads.recv_timeout(PATIENCE).unwrap().to_ascii_lowercase();
    assert!(head.contains(&format!("host: {}\r\n", url.strip_prefix("tcp://").unwrap())), "{head}");
    assert!(head.contains("x-kept: yes\r\n"), "{head}");
    assert!(!head.contains("x-gone") && !head.contains("keep-alive"), "{head}");
}

#[test]
fn a_line_of_the_log_says_no_name_twice() {
    let gateway = Gateway::start(&["--backend", "unix:///nowhere/docker.sock"]);
    assert!(gateway.ask(CALL).starts_with("HTTP/1.1 502 "));
    let line = gateway.wait_for_log("nowhere/docker.sock");
    let times = |name: &str| line.matches(&format!("\"{name}\":")).count();
    assert_eq!((times("message"), times("error"), times("status")), (1, 1, 1), "{line}");
}

#[test]
fn a_unix_listener_has_its_mode_and_its_file_goes_with_it() {
    let (url, _heads) = backend(OK);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.sock");
    let listen = format!("unix://{}?mode=0600", path.display());
    let mut gateway = Gateway::start_as(&["serve", "--listen", &listen, "--backend", &url], &[], 1);
    assert_eq!(gateway.said, [format!("listening on unix://{}", path.display())]);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(ask_unix(&path, CALL).ends_with("{}"));
    gateway.signal("TERM");
    assert!(gateway.process.wait().unwrap().success());
    assert!(!path.exists());
}

fn ask_unix(path: &Path, request: &str) -> String {
    let mut stream = UnixStream::connect(path).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn sigterm_lets_a_request_finish_and_then_ends_with_0() {
    let (url, heads) = backend("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{");
    let mut gateway = Gateway::start(&["--backend", &url]);
    let mut client = TcpStream::connect(gateway.address()).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client.write_all(CALL.as_bytes()).unwrap();
    heads.recv_timeout(PATIENCE).unwrap();
    gateway.signal("TERM");
    let mut answer = Vec::new();
    let _ = client.read_to_end(&mut answer);
    assert!(answer.ends_with(b"\r\n\r\n{"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(gateway.process.wait().unwrap().code(), Some(0));
}

#[test]
fn cors_headers_are_sent_where_they_are_asked_for_and_only_there() {
    let (url, _heads) = backend(OK);
    let preflight = "OPTIONS /v1.25/info HTTP/1.1\r\nHost: x\r\nOrigin: http://foo.bar\r\n\
                     Access-Control-Request-Method: GET\r\nConnection: close\r\n\r\n";
    let gateway = Gateway::start(&["--backend", &url, "--api-cors-header", "http://foo.bar"]);
    for request in [preflight, CALL, "GET /nosuch HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"] {
        let answer = gateway.ask(request).to_ascii_lowercase();
        assert!(answer.contains("access-control-allow-origin: http://foo.bar\r\n"), "{answer}");
    }
    let without = Gateway::start(&["--backend", &url]);
    assert!(!without.ask(CALL).to_ascii_lowercase().contains("access-control"));
    assert!(without.ask(preflight).starts_with("HTTP/1.1 200 "));
}

#[test]
fn the_admin_listener_counts_answers_and_knows_whether_the_backend_is_there() {
    let (url, _heads) = backend(OK);
    let arguments = ["serve", "--listen", "tcp://127.0.0.1:0", "--admin", "127.0.0.1:0", "--backend", &url];
    let gateway = Gateway::start_as(&arguments, &[], 2);
    let admin = gateway.said[1].strip_prefix("admin on http://").unwrap();
    gateway.ask(CALL);
    let get = |path: &str| ask(admin, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    let metrics = get("/metrics");
    assert!(metrics.contains("vicgate_answers_total{endpoint=\"ContainerLogs\",status=\"2xx\"} 1\n"), "{metrics}");
    assert!(get("/healthz").starts_with("HTTP/1.1 200 "));
    assert!(get("/readyz").starts_with("HTTP/1.1 200 "));

    let arguments =
        ["serve", "--listen", "tcp://127.0.0.1:0", "--admin", "127.0.0.1:0", "--backend", "unix:///nosuch.sock"];
    let gateway = Gateway::start_as(&arguments, &[], 2);
    let admin = gateway.said[1].strip_prefix("admin on http://").unwrap();
    let ready = ask(admin, "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(ready.starts_with("HTTP/1.1 503 ") && ready.contains("unix:///nosuch.sock"), "{ready}");
}

#[test]
fn sighup_takes_a_new_policy_and_keeps_the_old_one_where_the_new_is_wrong() {
    let (url, _heads) = backend(OK);
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("mine.toml");
    let text = |support: &str| {
        format!(
            "name = \"mine\"\nextends = \"vic\"\n[[endpoint]]\nname = \"ContainerLogs\"\nsupport = \"{support}\"\nreason = \"r\"\n"
        )
    };
    std::fs::write(&profile, text("yes")).unwrap();
    let gateway = Gateway::start(&["--backend", &url, "--profile", profile.to_str().unwrap(), "--log-format", "text"]);
    assert!(gateway.ask(CALL).starts_with("HTTP/1.1 200 "));

    std::fs::write(&profile, text("no")).unwrap();
    gateway.signal("HUP");
    gateway.wait_for_log("reloaded");
    assert!(gateway.ask(CALL).starts_with("HTTP/1.1 501 "));

    std::fs::write(&profile, text("perhaps")).unwrap();
    gateway.signal("HUP");
    let line = gateway.wait_for_log("not reloaded");
    assert!(line.contains("mine.toml:5:"), "{line}");
    assert!(gateway.ask(CALL).starts_with("HTTP/1.1 501 "));
}

#[test]
fn continue_is_said_to_a_client_that_waits_for_it() {
    let (url, _heads) = backend(OK);
    let gateway = Gateway::start(&["--backend", &url]);
    let mut client = TcpStream::connect(gateway.address()).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = "POST /v1.25/containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Content-Length: 15\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n";
    client.write_all(head.as_bytes()).unwrap();
    let mut line = [0; 25];
    client.read_exact(&mut line).unwrap();
    assert_eq!(&line, b"HTTP/1.1 100 Continue\r\n\r\n");
    client.write_all(b"{\"Image\":\"busy\"}").unwrap();
}
