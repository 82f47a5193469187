//! Answers as roles see them, through real sockets.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::process::{Gateway, PATIENCE, UNKNOWN, backend_with};

const POLICY: &str = r#"
name = "team"
[[identity]]
uid = UID
role = "admin"
[[identity]]
anyone_else = true
role = "viewer"
[[allow]]
name = "look"
groups = ["read", "system", "images", "volumes", "logs"]
[[redact]]
name = "no secrets"
role = "viewer"
hide = ["env", "mounts", "labels:com.acme.*"]
"#;

/// Runs a gateway with the policy in front of a backend that answers a call with what `answer` writes.
fn gateway(answer: impl Fn(&str, &mut TcpStream) + Send + 'static) -> (Gateway, tempfile::TempDir) {
    let url = backend_with(UNKNOWN, move |head, stream| answer(head.split(' ').nth(1).unwrap_or_default(), stream));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("team.toml");
    let uid = std::fs::metadata(folder.path()).unwrap().uid().to_string();
    std::fs::write(&file, POLICY.replace("UID", &uid)).unwrap();
    let socket = format!("unix://{}", folder.path().join("admin.sock").display());
    let arguments = ["--backend", &url, "--profile", "engine", "--access", file.to_str().unwrap()];
    let serve = ["serve", "--listen", "tcp://127.0.0.1:0", "--listen", &socket];
    (Gateway::start_as(&[&serve[..], &arguments[..]].concat(), &[], 2), folder)
}

fn whole(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn get(gateway: &Gateway, target: &str) -> (u16, String, String) {
    let answer = gateway.ask(&format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    split(&answer)
}

fn split(answer: &str) -> (u16, String, String) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head in {answer:?}"));
    (head[9..12].parse().unwrap(), head.to_owned(), body.to_owned())
}

const CONTAINER: &str = r#"{"Id":"c1","Config":{"Env":["A=secret-env"],"Labels":{"com.acme.x":"secret-label","org.x":"shown"}},"HostConfig":{"Binds":["/secret-folder:/in"]},"Mounts":[{"Source":"/secret-folder","Destination":"/in"}]}"#;

#[test]
fn an_inspect_hides_what_the_role_must_not_see_and_keeps_its_length_true() {
    let (gateway, _folder) = gateway(|_, stream| drop(stream.write_all(whole(CONTAINER).as_bytes())));
    let (status, head, body) = get(&gateway, "/v1.44/containers/c1/json");
    assert_eq!(status, 200, "{body}");
    assert_eq!(
        body,
        "{\"Id\":\"c1\",\"Config\":{\"Env\":[\"A=(redacted)\"],\"Labels\":{\"com.acme.x\":\"(redacted)\",\"org.x\":\"shown\"}},\
         \"HostConfig\":{\"Binds\":[\"(redacted):/in\"]},\"Mounts\":[{\"Source\":\"(redacted)\",\"Destination\":\"/in\"}]}\n"
    );
    assert!(head.to_ascii_lowercase().contains(&format!("content-length: {}", body.len())), "{head}");
}

#[test]
fn another_role_and_another_operation_get_the_very_bytes_of_the_backend() {
    let spaced = format!(" {CONTAINER}\n\n");
    let answer = whole(&spaced);
    let (gateway, folder) = gateway(move |_, stream| drop(stream.write_all(answer.as_bytes())));
    let mut admin = std::os::unix::net::UnixStream::connect(folder.path().join("admin.sock")).unwrap();
    admin.set_read_timeout(Some(PATIENCE)).unwrap();
    admin.write_all(b"GET /v1.44/containers/c1/json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut seen = String::new();
    admin.read_to_string(&mut seen).unwrap();
    assert_eq!(split(&seen).2, spaced);
    // An operation whose answers carry nothing is not read: this is no process list.
    assert_eq!(get(&gateway, "/v1.44/containers/c1/top").2, spaced);
}

#[test]
fn an_answer_that_cannot_be_read_is_a_502_and_shows_nothing() {
    for (body, reason) in [
        ("{\"Config\":{\"Env\":[\"A=secret-env\"]", "cannot be read: the text ends within a JSON value"),
        ("A=secret-env", "cannot be read: a JSON value is expected"),
        ("{\"a\":1,\"a\":\"secret-env\"}", "cannot be read"),
        ("{\"a\":\"secret-env\u{1}\"}", "cannot be read"),
    ] {
        let (gateway, _folder) = gateway(move |_, stream| drop(stream.write_all(whole(body).as_bytes())));
        let (status, _, said) = get(&gateway, "/v1.44/containers/c1/json");
        assert_eq!(status, 502, "{said}");
        assert!(said.contains("ContainerInspect has to be redacted and") && said.contains(reason), "{said}");
        assert!(!said.contains("secret"), "{said}");
    }
}

#[test]
fn an_answer_that_is_too_long_or_breaks_off_is_a_502() {
    let (gateway, _folder) = gateway(|target, stream| {
        if target.contains("long") {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"secret\":\"");
            let piece = vec![b'x'; 1 << 20];
            // The gateway hangs up once it has had enough.
            for _ in 0..18 {
                if stream.write_all(&piece).is_err() {
                    break;
                }
            }
        } else {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"secret\":\"x\"}");
        }
    });
    let (status, _, said) = get(&gateway, "/v1.44/containers/long/json");
    assert_eq!(status, 502, "{said}");
    assert!(said.contains("longer than 16384 KiB"), "{said}");
    let (status, _, said) = get(&gateway, "/v1.44/containers/short/json");
    assert_eq!(status, 502, "{said}");
    assert!(said.contains("broke off") && !said.contains("secret"), "{said}");
}

#[test]
fn errors_of_the_backend_and_empty_answers_pass() {
    let (gateway, _folder) = gateway(|target, stream| {
        let answer: &[u8] = if target.contains("none") {
            b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 26\r\nConnection: close\r\n\r\n{\"message\":\"no such thing\"}"
        } else {
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        };
        let _ = stream.write_all(answer);
    });
    let (status, _, said) = get(&gateway, "/v1.44/containers/none/json");
    assert!(status == 404 && said.contains("no such thin"), "{said}");
    assert_eq!(get(&gateway, "/v1.44/containers/empty/json").2, "");
}

#[test]
fn events_are_redacted_each_as_it_happens() {
    let (go_on, may_go_on): (Sender<()>, Receiver<()>) = channel();
    let (gateway, _folder) = gateway(move |_, stream| {
        let event = |name: &str| {
            format!(
                "{{\"Type\":\"container\",\"Actor\":{{\"Attributes\":{{\"com.acme.x\":\"secret\",\"name\":\"{name}\"}}}}}}\n"
            )
        };
        let piece = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        let (second, third) = (event("two"), event("three"));
        let (begun, rest) = second.split_at(30);
        let _ = stream.write_all(format!("{head}{}", piece(&(event("one") + begun))).as_bytes());
        // The rest comes once the first event has been seen.
        let _ = may_go_on.recv_timeout(PATIENCE);
        let _ = stream.write_all(format!("{}{}", piece(&(rest.to_owned() + &third)), piece("garbage\n")).as_bytes());
    });
    let mut client = TcpStream::connect(gateway.address()).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client.write_all(b"GET /v1.44/events HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut seen = Vec::new();
    let mut buffer = [0; 4096];
    while !String::from_utf8_lossy(&seen).contains("\"one\"") {
        let count = client.read(&mut buffer).unwrap();
        assert_ne!(count, 0, "{}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&buffer[..count]);
    }
    assert!(!String::from_utf8_lossy(&seen).contains("\"two\""));
    go_on.send(()).unwrap();
    let _ = client.read_to_end(&mut seen);
    let seen = String::from_utf8_lossy(&seen).into_owned();
    assert!(seen.contains("\"two\"") && seen.contains("\"three\""), "{seen}");
    assert_eq!(seen.matches("\"com.acme.x\":\"(redacted)\"").count(), 3, "{seen}");
    // What is no event is not passed on, and the client can see that the stream did not end well.
    assert!(!seen.contains("secret") && !seen.contains("garbage") && !seen.ends_with("0\r\n\r\n"), "{seen}");
    gateway.wait_for_log("a stream that has to be redacted is cut");
}

#[test]
fn what_cannot_be_redacted_is_refused_before_it_is_asked_for() {
    let (gateway, _folder) = gateway(|target, stream| {
        assert!(!target.contains("/get"), "{target} reached the backend");
        let _ = stream.write_all(whole("{}").as_bytes());
    });
    let (status, _, said) = get(&gateway, "/v1.44/images/app/get");
    assert_eq!(status, 403, "{said}");
    assert!(said.contains("[team: no secrets]") && said.contains("cannot be redacted"), "{said}");
    let (status, _, said) = get(&gateway, "/v1.44/containers/c1/top?ps_args=axe");
    assert!(status == 403 && said.contains("ps_args"), "{said}");
    assert_eq!(get(&gateway, "/v1.44/containers/c1/top?ps_args=aux").0, 200);
    assert_eq!(get(&gateway, "/v1.44/containers/c1/logs?stdout=1&details=1").0, 403);
    assert_eq!(get(&gateway, "/v1.44/containers/c1/logs?stdout=1&details=0").0, 200);
}

#[test]
fn a_reload_that_hides_more_ends_what_began_before() {
    let (go_on, may_go_on): (Sender<()>, Receiver<()>) = channel();
    let (gateway, folder) = gateway(move |_, stream| {
        let event = |name: &str| {
            let text = format!("{{\"Type\":\"container\",\"Actor\":{{\"Attributes\":{{\"name\":\"{name}\"}}}}}}\n");
            format!("{:x}\r\n{text}\r\n", text.len())
        };
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        let _ = stream.write_all(format!("{head}{}", event("one")).as_bytes());
        let _ = may_go_on.recv_timeout(PATIENCE);
        let _ = stream.write_all(event("two").as_bytes());
        // Until the gateway hangs up.
        let _ = stream.read(&mut [0]);
    });
    let mut client = TcpStream::connect(gateway.address()).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client.write_all(b"GET /v1.44/events HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut seen = Vec::new();
    let mut read_until = |text: &str| {
        let mut buffer = [0; 4096];
        while !String::from_utf8_lossy(&seen).contains(text) {
            let count = client.read(&mut buffer).unwrap();
            assert_ne!(count, 0, "no {text} in {}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&buffer[..count]);
        }
    };
    read_until("\"one\"");
    // A reload that changes nothing leaves it alone.
    gateway.signal("HUP");
    gateway.wait_for_log("policies and certificates are reloaded");
    go_on.send(()).unwrap();
    read_until("\"two\"");
    let file = folder.path().join("team.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("labels:com.acme.*", "labels")).unwrap();
    gateway.signal("HUP");
    gateway.wait_for_log("policies and certificates are reloaded");
    let end = client.read_to_end(&mut Vec::new());
    assert!(end.is_ok() || end.unwrap_err().kind() == std::io::ErrorKind::ConnectionReset);
}
