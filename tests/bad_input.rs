//! What the gateway says when something is wrong: with the backend, with a call,
//! or with what it was started with.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod process;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use process::{Gateway, PATIENCE, backend};

fn backend_that_says(answer: &'static str) -> String {
    backend(answer).0
}

const CALL: &str = "GET /v1.25/containers/x/logs?stdout=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

fn create(body: &str) -> String {
    format!(
        "POST /v1.25/containers/create HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn a_backend_that_is_not_there_gives_a_502_with_its_address_and_the_gateway_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("backend.sock");
    let gateway = Gateway::start(&["--backend", &format!("unix://{}", socket.display())]);
    for _ in 0..3 {
        let answer = gateway.ask(CALL);
        assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
        assert!(answer.contains("{\"message\":") && answer.contains(socket.to_str().unwrap()), "{answer}");
    }
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = [0; 2048];
        let _ = stream.read(&mut head).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").unwrap();
    });
    let answer = gateway.ask(CALL);
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("{}"), "{answer}");
}

#[test]
fn a_backend_that_closes_without_an_answer_gives_a_502_that_says_so() {
    let gateway = Gateway::start(&["--backend", &backend_that_says("")]);
    let answer = gateway.ask(CALL);
    assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
    assert!(answer.contains("closed the connection without an answer"), "{answer}");
}

#[test]
fn a_backend_that_dies_in_its_answer_gives_a_cut_and_no_false_end() {
    let cut = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
    let gateway = Gateway::start(&["--backend", &backend_that_says(cut)]);
    let answer = gateway.ask("GET /v1.25/containers/x/logs?stdout=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(answer.contains("5\r\nhello\r\n"), "{answer}");
    assert!(!answer.contains("\r\n0\r\n"), "the end of the body was made up: {answer}");

    let short = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";
    let gateway = Gateway::start(&["--backend", &backend_that_says(short)]);
    let answer = gateway.ask("GET /v1.25/containers/x/logs?stdout=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(answer.to_ascii_lowercase().contains("content-length: 10") && answer.ends_with("hello"), "{answer}");
}

#[test]
fn a_body_over_the_bound_gives_a_413() {
    let gateway = Gateway::start(&["--backend", &backend_that_says("")]);
    let answer = gateway.ask(&create(&format!("{{\"Image\":\"{}\"}}", "x".repeat(4 * 1024 * 1024))));
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("limits.judged_body_mib"), "{answer}");

    let endless = "POST /v1.25/containers/create HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned()
        + &format!("80000\r\n{}\r\n", "x".repeat(0x80000)).repeat(9);
    let answer = gateway.ask(&endless);
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

/// What is long is read beside the worker, whatever comes behind it.
#[test]
fn a_long_body_is_judged_to_its_end_however_it_arrives() {
    let url = backend_that_says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]");
    let gateway = Gateway::start(&["--backend", &url, "--profile", "vic-1.5"]);
    let body = format!("{{\"Env\":[\"{}\"],\"HostConfig\":{{\"Privileged\":true}}}}", "x".repeat(3_000_000));
    let head = "POST /v1.25/containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let measured = format!("{head}Content-Length: {}\r\n\r\n", body.len());
    let mut chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n");
    for piece in body.as_bytes().chunks(50_000) {
        chunked += &format!("{:x}\r\n{}\r\n", piece.len(), std::str::from_utf8(piece).unwrap());
    }
    chunked += "0\r\n\r\n";
    for request in [measured.clone() + &body, chunked] {
        for piece in [37_000, request.len()] {
            let mut client = TcpStream::connect(gateway.address()).unwrap();
            client.set_read_timeout(Some(PATIENCE)).unwrap();
            request.as_bytes().chunks(piece).for_each(|piece| client.write_all(piece).unwrap());
            client.write_all(CALL.as_bytes()).unwrap();
            let mut answers = String::new();
            client.read_to_string(&mut answers).unwrap();
            assert!(answers.starts_with("HTTP/1.1 400 ") && answers.contains("HostConfig.Privileged"), "{answers}");
            assert!(answers.contains("HTTP/1.1 200 ") && answers.ends_with("[]"), "{answers}");
        }
    }
    let mut client = TcpStream::connect(gateway.address()).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client.write_all((measured + &body[..2_000_000]).as_bytes()).unwrap();
    client.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("the request body cannot be read"), "{answer}");
}

/// A judged body that crawls is given up, and its end is the clock here: an upload that began
/// before it and said no more is still wanted then.
#[test]
fn an_upload_may_be_slower_than_a_judged_body() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("backend.sock");
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let (send, uploads) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(stream);
            let mut line = String::new();
            let _ = reader.read_line(&mut line);
            if !line.starts_with("PUT ") {
                // It says nothing about itself, which is as good.
                continue;
            }
            let mut received = String::new();
            while !received.ends_with("\r\n0\r\n\r\n") && reader.read_line(&mut received).unwrap_or(0) > 0 {}
            let _ = reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            let _ = send.send(received);
        }
    });
    let gateway = Gateway::start(&["--backend", &format!("unix://{}", socket.display()), "--profile", "vic-1.5"]);
    let mut upload = TcpStream::connect(gateway.address()).unwrap();
    upload.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = "PUT /v1.25/containers/x/archive?path=/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    write!(upload, "{head}1\r\na\r\n").unwrap();
    let refusal = gateway.ask(
        "POST /v1.25/containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: 9\r\n\r\n{",
    );
    assert!(refusal.starts_with("HTTP/1.1 408 ") && refusal.contains("limits.body_min_rate"), "{refusal}");
    upload.write_all(b"1\r\nb\r\n0\r\n\r\n").unwrap();
    let mut status = [0; 13];
    upload.read_exact(&mut status).unwrap();
    assert_eq!(String::from_utf8_lossy(&status), "HTTP/1.1 200 ");
    let received = uploads.recv_timeout(PATIENCE).unwrap();
    assert!(received.ends_with("\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n"), "{received}");
}

#[test]
fn a_body_that_is_not_json_gives_a_400() {
    let gateway = Gateway::start(&["--backend", &backend_that_says("")]);
    for body in ["nonsense", "{\"Image\":", "[]", "{}{}", "\u{feff}{}", "{\"Image\":\"a\",\"image\":\"b\"}"] {
        let answer = gateway.ask(&create(body));
        assert!(answer.starts_with("HTTP/1.1 400 "), "{body}: {answer}");
        assert!(answer.contains("{\"message\":\""), "{body}: {answer}");
    }
}

/// More at once than have a turn together: first heads, bodies and later heads, a piece each in turn.
#[test]
fn clients_whose_requests_come_in_pieces_are_all_answered() {
    let gateway = Gateway::start(&["--backend", &backend_that_says("")]);
    let body = "x".repeat(200);
    let head = "POST /v1.25/containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let first = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    let last = format!("{head}Connection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let request = first + &last;
    let mut clients: Vec<_> = (0..100).map(|_| TcpStream::connect(gateway.address()).unwrap()).collect();
    for piece in request.as_bytes().chunks(7) {
        clients.iter_mut().for_each(|client| client.write_all(piece).unwrap());
    }
    for mut client in clients {
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert_eq!(answer.matches("HTTP/1.1 400 ").count(), 2, "{answer}");
    }
}

/// Sends a text a byte at a time, with a moment between, for as long as there is no answer; gives its status.
fn drip(gateway: &Gateway, begin: &str, text: impl Iterator<Item = u8>) -> String {
    let mut client = TcpStream::connect(gateway.address()).unwrap();
    client.write_all(begin.as_bytes()).unwrap();
    let mut answer = [0; 12];
    for byte in text {
        // Whoever sends so little is read apart; the answer is awaited for a moment each time.
        client.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
        match client.read_exact(&mut answer) {
            Ok(()) => return String::from_utf8_lossy(&answer).into_owned(),
            Err(_) => client.write_all(&[byte]).unwrap(),
        }
    }
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client.read_exact(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_request_that_drips_is_answered() {
    let gateway = Gateway::start(&["--backend", &backend_that_says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")]);
    assert_eq!(drip(&gateway, "", CALL.bytes()), "HTTP/1.1 200");
    assert_eq!(drip(&gateway, "", create("no JSON").bytes()), "HTTP/1.1 400");
}

#[test]
fn a_body_that_drips_for_too_long_is_refused() {
    let gateway = Gateway::start(&["--backend", &backend_that_says("")]);
    let head = create(&"x".repeat(5000)).trim_end_matches('x').to_owned();
    assert_eq!(drip(&gateway, &head, std::iter::repeat(b'x')), "HTTP/1.1 408");
}

/// hyper answers it itself, at the beginning of a connection and behind a call.
#[test]
fn what_is_no_request_is_answered_with_headers_as_all_answers_have_them() {
    let gateway = Gateway::start(&["--backend", &backend_that_says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")]);
    let call = CALL.replace("Connection: close\r\n", "");
    for before in ["", &call] {
        let answer = gateway.ask(&format!("{before}GET /info HTTP/1.1\r\nthis is no header\r\n\r\n"));
        let (_, own) = answer.split_once(if before.is_empty() { "" } else { "\r\n\r\nOK" }).unwrap();
        let mut lines = own.trim_end().split("\r\n");
        assert_eq!(lines.next(), Some("HTTP/1.1 400 Bad Request"), "{answer}");
        assert!(lines.clone().any(|line| line == "Content-Length: 0"), "{answer}");
        assert!(lines.all(|line| line.starts_with(|first: char| first.is_ascii_uppercase())), "{answer}");
    }
}

#[test]
fn an_unknown_path_and_a_wrong_method_are_answered_as_a_daemon_does() {
    let gateway = Gateway::start(&["--backend", &backend_that_says("")]);
    for (method, target) in [("GET", "/v1.25/nosuch"), ("PUT", "/v1.25/info"), ("GET", "/"), ("BREW", "/info")] {
        let answer = gateway.ask(&format!("{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        assert!(answer.starts_with("HTTP/1.1 404 ") || method == "BREW", "{method} {target}: {answer}");
        assert!(answer.contains("application/json"), "{method} {target}: {answer}");
    }
    let old = gateway.ask("GET /v1.22/nosuch HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(old.contains("text/plain") && old.ends_with("page not found\n"), "{old}");
}

/// Runs `vicgate` and gives its exit code and what it said.
fn fails(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_vicgate"))
        .args(arguments)
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_start_that_cannot_work_says_each_reason_in_a_line_and_exits_with_64() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = format!("tcp://{}", taken.local_addr().unwrap());
    let cases: &[(&[&str], &str)] = &[
        (&["serve", "--listen", &taken], "in use"),
        (&["serve", "--listen", "http://127.0.0.1:1"], "is not a listener URL"),
        (&["serve", "--backend", "ftp://x"], "is not a backend URL"),
        (
            &["serve", "--listen", "tls://127.0.0.1:0", "--tlscert", "/nosuch.pem", "--tlskey", "/nosuch.key"],
            "/nosuch.pem",
        ),
        (&["serve", "--listen", "tls://127.0.0.1:0"], "--tlscert"),
        (&["serve", "--profile", "/nosuch.toml"], "/nosuch.toml"),
        (&["serve", "--config", "/nosuch.toml"], "/nosuch.toml"),
        (&["serve", "--listen", "unix:///nosuch/folder/x.sock"], "/nosuch/folder/x.sock"),
    ];
    for (arguments, expected) in cases {
        let (code, said) = fails(arguments);
        assert_eq!(code, Some(64), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
        let missing = arguments.iter().filter(|argument| argument.starts_with("/nosuch")).count().max(1);
        assert_eq!(said.trim_end().lines().count(), missing, "{arguments:?}: {said}");
    }
}

#[test]
fn a_regex_that_does_not_compile_is_shown_where_it_stands_and_all_of_them_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("team.toml");
    let text = "name = \"team\"\n[[identity]]\ncommon_name = \"re:[a\"\nrole = \"dev\"\n\
                [[allow]]\nname = \"a\"\nrole = \"dev\"\nendpoints = [\"ContainerCreate\"]\n\
                images = [\"acme/*\", \"re:acme/(\"]\nnames = [\"re:*\"]\n";
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    for command in ["serve", "check"] {
        let (code, said) = fails(&[command, "--profile", "engine", "--access", file]);
        assert_eq!(code, Some(64), "{said}");
        let said: Vec<&str> = said.lines().map(|line| line.trim_start_matches("vicgate: ")).collect();
        let expected = [
            format!("{file}:3:15: the regex does not compile: unclosed character class"),
            format!("{file}:9:21: the regex does not compile: unclosed group"),
            format!("{file}:10:10: the regex does not compile: repetition operator missing expression"),
        ];
        assert_eq!(said, expected, "{command}");
    }
}

#[test]
fn names_of_policies_that_are_not_there_are_answered_with_those_that_are() {
    for (flag, start) in [
        ("--access", "there is no access policy of that name. Known are read-only, dashboard,"),
        ("--profile", "there is no profile of that name. Known are vic, vic-early,"),
    ] {
        let (code, said) = fails(&["check", flag, "zzzzzz"]);
        assert_eq!(code, Some(64), "{said}");
        assert!(said.contains(start), "{said}");
    }
    let (_, said) = fails(&["check", "--access", "read-onyl"]);
    assert!(said.contains("of that name; did you mean \"read-only\"? Known are"), "{said}");
}

#[test]
fn a_command_line_that_cannot_be_read_exits_with_2() {
    assert_eq!(fails(&["serve", "--nosuch"]).0, Some(2));
    assert_eq!(fails(&["nosuch"]).0, Some(2));
}
