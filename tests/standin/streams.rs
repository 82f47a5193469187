//! Attach, exec and websockets.

use std::time::Duration;

use serde_json::{Value, json};
use vicgate::standin::Settings;

use super::host::Host;
use super::http::{Client, frames, joined};

const UPGRADED: &str =
    "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp";

/// A container that runs `cat` with its stdin open.
fn cat(host: &Host, name: &str, stdin_once: bool, tty: bool) {
    let body = json!({
        "Image": "busybox", "Cmd": ["cat"], "Tty": tty, "OpenStdin": true, "StdinOnce": stdin_once,
        "HostConfig": {},
    });
    host.create(name, &body.to_string());
}

fn attach(host: &Host, name: &str, query: &str, headers: &str) -> Client {
    let mut client = host.client();
    client.send(&format!("POST /v1.25/containers/{name}/attach?{query} HTTP/1.1\r\nHost: x\r\n{headers}\r\n"));
    client
}

fn start(host: &Host, name: &str) {
    assert_eq!(host.call("POST", &format!("/containers/{name}/start"), "").status, 204);
}

#[test]
fn an_upgraded_attach_goes_on_after_the_end_of_stdin() {
    let host = Host::start();
    cat(&host, "c", true, false);
    let mut client = attach(&host, "c", "stdin=1&stdout=1&stderr=1&stream=1", "Upgrade: tcp\r\n");
    assert_eq!(client.head(), UPGRADED);
    start(&host, "c");
    client.send("some input\n");
    client.half_close();
    assert_eq!(frames(&client.rest()), [(1, "some input\n".to_owned())]);
    assert_eq!(host.wait("c"), 0);
}

#[test]
fn an_attach_without_upgrade_is_a_raw_200() {
    let host = Host::start();
    cat(&host, "c", true, false);
    let mut client = attach(&host, "c", "stdin=1&stdout=1&stream=1", "");
    assert_eq!(client.head(), "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream");
    start(&host, "c");
    client.send("old form\n");
    client.half_close();
    assert_eq!(joined(&client.rest()), "old form\n");
}

#[test]
fn stdin_that_comes_with_the_head_is_lost() {
    let host = Host::start();
    cat(&host, "c", true, false);
    let mut client = host.client();
    client.send("POST /containers/c/attach?stdin=1&stdout=1 HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\n\r\nEARLY\n");
    assert_eq!(client.head(), UPGRADED);
    start(&host, "c");
    client.send("late\n");
    client.half_close();
    assert_eq!(joined(&client.rest()), "late\n");
}

#[test]
fn an_end_of_stdin_before_the_answer_is_only_that() {
    let host = Host::start();
    host.create(
        "c",
        r#"{"Image":"busybox","Cmd":["sh","-c","cat; echo done"],"OpenStdin":true,"StdinOnce":true,"HostConfig":{}}"#,
    );
    let mut client = attach(&host, "c", "stdin=1&stdout=1", "Upgrade: tcp\r\n");
    client.half_close();
    assert_eq!(client.head(), UPGRADED);
    start(&host, "c");
    assert_eq!(joined(&client.rest()), "done\n");
}

#[test]
fn the_end_of_stdin_tears_an_attach_down_that_is_not_once() {
    let host = Host::start();
    cat(&host, "c", false, false);
    let mut client = attach(&host, "c", "stdin=1&stdout=1", "Upgrade: tcp\r\n");
    client.head();
    start(&host, "c");
    client.half_close();
    assert_eq!(client.rest(), b"");
    let state = host.call("GET", "/containers/c/json", "").json()["State"].clone();
    assert_eq!(state["Running"], true);
}

#[test]
fn both_outputs_are_told_apart_and_only_those_asked_for_come() {
    let host = Host::start();
    let body = r#"{"Image":"busybox","Cmd":["sh","-c","echo out; echo err >&2"],"HostConfig":{}}"#;
    host.create("c", body);
    let mut both = attach(&host, "c", "stdout=1&stderr=1", "Upgrade: tcp\r\n");
    both.head();
    let mut errors = attach(&host, "c", "stderr=1", "Upgrade: tcp\r\n");
    errors.head();
    start(&host, "c");
    assert_eq!(frames(&both.rest()), [(1, "out\n".to_owned()), (2, "err\n".to_owned())]);
    assert_eq!(frames(&errors.rest()), [(2, "err\n".to_owned())]);
    let mut none = attach(&host, "c", "stdin=1", "Upgrade: tcp\r\n");
    assert_eq!(none.head(), UPGRADED);
    assert_eq!(none.rest(), b"");
}

#[test]
fn an_attach_error_is_raw_and_has_no_length() {
    let host = Host::start();
    let mut client = attach(&host, "nosuch", "stdout=1", "Upgrade: tcp\r\n");
    let all = String::from_utf8(client.rest()).unwrap();
    assert_eq!(
        all,
        "HTTP/1.1 404 Not Found\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\nNo such container: nosuch\r\n"
    );
}

#[test]
fn an_attach_to_a_container_that_does_not_run_ends_in_silence() {
    let host = Host::with(Settings { attach_limit: Duration::from_millis(50), ..Settings::default() });
    cat(&host, "c", true, false);
    let mut client = attach(&host, "c", "stdout=1", "Upgrade: tcp\r\n");
    assert_eq!(client.head(), UPGRADED);
    assert_eq!(client.rest(), b"");
}

#[test]
fn a_pipelined_call_is_answered_before_the_attach_behind_it() {
    let host = Host::start();
    cat(&host, "c", true, false);
    let mut client = host.client();
    client.send("GET /_ping HTTP/1.1\r\nHost: x\r\n\r\nPOST /containers/c/attach?stdout=1 HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\n\r\n");
    assert_eq!(client.answer(false).text(), "OK");
    assert_eq!(client.head(), UPGRADED);
}

#[test]
fn a_terminal_echoes_and_detaches() {
    let host = Host::start();
    cat(&host, "c", false, true);
    let mut client = attach(&host, "c", "stdin=1&stdout=1&detachKeys=ctrl-a", "Upgrade: tcp\r\n");
    client.head();
    start(&host, "c");
    client.send("hi\r");
    assert_eq!(client.take(8), b"hi\r\nhi\r\n");
    client.send("\x01");
    assert_eq!(client.rest(), b"");
    let mut again = attach(&host, "c", "stdin=1&stdout=1", "Upgrade: tcp\r\n");
    again.head();
    again.send("\x03");
    assert_eq!(again.rest(), b"^C\r\n");
    assert_eq!(host.wait("c"), 130);
    let mut bad = attach(&host, "c", "stdin=1&stdout=1&detachKeys=ctrl-", "Upgrade: tcp\r\n");
    assert_eq!(bad.head(), UPGRADED);
    assert_eq!(bad.rest(), b"");
}

#[test]
fn eight_mebibytes_come_back_as_they_went() {
    let host = Host::start();
    cat(&host, "c", true, false);
    let mut client = attach(&host, "c", "stdin=1&stdout=1", "Upgrade: tcp\r\n");
    client.head();
    start(&host, "c");
    let line = format!("{}\n", "0123456789abcdef".repeat(64));
    let sent = line.repeat((8 << 20) / line.len());
    let text = std::thread::scope(|scope| {
        let received = scope.spawn(|| {
            let mut text = String::new();
            while text.len() < sent.len() {
                let head = client.take(8);
                let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
                text.push_str(&String::from_utf8(client.take(usize::try_from(length).unwrap())).unwrap());
            }
            text
        });
        // A second client types: both are attached to the same stdin.
        let mut typing = attach(&host, "c", "stdin=1&stderr=1", "Upgrade: tcp\r\n");
        typing.head();
        typing.send(&sent);
        typing.half_close();
        received.join().unwrap()
    });
    assert!(text == sent, "the bytes differ");
}

#[test]
fn a_websocket_carries_text_frames() {
    let host = Host::start();
    cat(&host, "c", true, false);
    let mut client = host.client();
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://x\r\n";
    client.send(&format!("GET /containers/nosuch/attach/ws HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n"));
    assert_eq!(client.answer(false).message(), "No such container: nosuch");
    client.send(&format!("GET /containers/c/attach/ws?stream=1 HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n"));
    let head = client.head();
    assert!(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{head}");
    assert!(head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    start(&host, "c");
    // A client's frames are masked; here with zeros.
    client.send_bytes(&[0x81, 0x83, 0, 0, 0, 0, b'h', b'i', b'\n']);
    assert_eq!(client.take(5), [0x81, 3, b'h', b'i', b'\n']);
    client.send_bytes(&[0x89, 0x81, 0, 0, 0, 0, b'p']);
    assert_eq!(client.take(3), [0x8a, 1, b'p']);
    client.send_bytes(&[0x88, 0x80, 0, 0, 0, 0]);
    assert_eq!(client.rest(), [0x88, 2, 0x03, 0xe8]);
}

fn exec(host: &Host, body: Value) -> String {
    let answer = host.call("POST", "/containers/c/exec", &body.to_string());
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["Id"].as_str().unwrap().to_owned()
}

fn exec_start(host: &Host, id: &str, body: &str) -> Client {
    let mut client = host.client();
    client.send(&format!(
        "POST /v1.25/exec/{id}/start HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    client
}

#[test]
fn an_exec_runs_with_its_streams_and_leaves_its_code() {
    let host = Host::start();
    host.run("c", "sleep 1000");
    let script = "cat; echo err >&2; exit 7";
    let id = exec(
        &host,
        json!({"Cmd": ["sh", "-c", script], "AttachStdin": true, "AttachStdout": true, "AttachStderr": true}),
    );
    let mut client = exec_start(&host, &id, r#"{"Detach":false,"Tty":false}"#);
    let head = client.head();
    assert_eq!(head, format!("{UPGRADED}\r\nApi-Version: 1.25\r\nServer: Docker/1.25 (linux)"));
    client.send("in\n");
    client.half_close();
    assert_eq!(frames(&client.rest()), [(1, "in\n".to_owned()), (2, "err\n".to_owned())]);
    let shown = host.call("GET", &format!("/exec/{id}/json"), "").json();
    assert_eq!((&shown["ExitCode"], &shown["Running"]), (&json!(7), &json!(false)));
    assert_eq!(shown["ProcessConfig"]["arguments"][0], "sh");
}

#[test]
fn an_exec_that_is_not_there_says_so_in_the_stream() {
    let host = Host::start();
    host.run("c", "sleep 1000");
    let id = exec(&host, json!({"Cmd": ["nosuchcmd"], "AttachStdout": true}));
    let mut client = exec_start(&host, &id, "{}");
    client.head();
    assert_eq!(frames(&client.rest()), [(1, "nosuchcmd: no such executable in PATH\r\n".to_owned())]);
    assert_eq!(host.call("GET", &format!("/exec/{id}/json"), "").json()["ExitCode"], 126);
}

#[test]
fn a_detached_exec_closes_the_connection_if_anything_was_to_be_attached() {
    let host = Host::start();
    host.run("c", "sleep 1000");
    let id = exec(&host, json!({"Cmd": ["true"], "AttachStdout": true}));
    assert_eq!(exec_start(&host, &id, r#"{"Detach":true}"#).rest(), b"");
    let id = exec(&host, json!({"Cmd": ["sh", "-c", "echo x > /made"]}));
    let mut client = exec_start(&host, &id, r#"{"Detach":true}"#);
    assert_eq!(client.answer(false).status, 200);
    host.until("the exec has run", |host| host.call("GET", "/containers/c/archive?path=/made", "").status == 200);
}

#[test]
fn exec_errors_have_vics_statuses() {
    let host = Host::start();
    host.create("c", r#"{"Image":"busybox","Cmd":["true"],"HostConfig":{}}"#);
    let stopped = host.call("POST", "/containers/c/exec", r#"{"Cmd":["true"]}"#);
    assert_eq!(
        (stopped.status, stopped.message().as_str()),
        (500, "Server error from portlayer: container (c) is not running")
    );
    assert_eq!(host.call("POST", "/containers/c/exec", "{}").message(), "No exec command specified");
    assert_eq!(host.call("POST", "/exec/x/start", "{}").message(), "No such container: x");
    assert_eq!(host.call("POST", "/exec/x/start", "").message(), "EOF");
    assert_eq!(host.call("GET", "/exec/x/json", "").message(), "no container was found with exec id: x");
    assert_eq!(host.call("POST", "/exec/x/resize", "").status, 500);
    assert_eq!(host.call("POST", "/exec/x/resize?h=1&w=1", "").status, 404);
}
