//! Attach, exec start and the other calls that take a connection over.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Transport, soon};
use crate::wire::{ATTACH, EXEC, RAW, SWITCHED, Scene, Tunnel, UPGRADE, attach, pattern};

on_every_transport! {
    an_upgrade_on_a_kept_alive_connection_with_half_close_gets_all_output
    the_old_form_gets_the_old_form_and_all_output
    stdin_right_behind_the_head_arrives_in_order
    stdin_and_its_end_before_any_answer_still_get_output
    an_end_without_stdin_before_any_answer_still_gets_output
    exec_with_a_json_body_and_early_stdin
    a_backend_that_answers_200_itself
    an_error_without_a_length_is_a_whole_answer
    an_error_reaches_a_client_that_has_ended_its_stdin
    much_both_ways_at_once_arrives_whole
    output_behind_the_backends_head_is_not_lost
}

async fn an_upgrade_on_a_kept_alive_connection_with_half_close_gets_all_output(front: Transport, back: Transport) {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
    client.write("GET /v1.25/_ping HTTP/1.1\r\nHost: docker\r\n\r\n").await;
    let mut first = backend.accept().await;
    first.read_head().await;
    first.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK").await;
    client.read_head().await;
    assert_eq!(client.read_bytes(2).await, b"OK");

    client.write(format!("{ATTACH}{UPGRADE}Content-Length: 0\r\n\r\n")).await;
    let mut daemon = backend.accept().await;
    let head = daemon.read_head().await;
    assert!(head.starts_with(ATTACH.split('\r').next().unwrap()), "{head}");
    assert!(head.contains("\r\nUpgrade: tcp\r\n") && head.contains("\r\nConnection: Upgrade\r\n"), "{head}");
    daemon.write(SWITCHED).await;
    assert_eq!(client.read_head().await, SWITCHED);
    client.write("input").await;
    assert_eq!(daemon.read_bytes(5).await, b"input");
    client.half_close().await;
    daemon.expect_end().await;
    daemon.write("output after the end of stdin").await;
    daemon.half_close().await;
    assert_eq!(client.read_rest().await, b"output after the end of stdin");
}

async fn the_old_form_gets_the_old_form_and_all_output(front: Transport, back: Transport) {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
    client.write(format!("{ATTACH}\r\n")).await;
    let mut daemon = backend.accept().await;
    assert!(daemon.read_head().await.contains("\r\nUpgrade: tcp\r\n"));
    daemon.write(SWITCHED).await;
    assert_eq!(client.read_head().await, RAW);
    client.write("input").await;
    client.half_close().await;
    assert_eq!(daemon.read_rest().await, b"input");
    daemon.write("output").await;
    drop(daemon);
    assert_eq!(client.read_rest().await, b"output");
}

async fn stdin_right_behind_the_head_arrives_in_order(front: Transport, back: Transport) {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
    let stdin = pattern(300_000);
    let mut sent = format!("{ATTACH}{UPGRADE}Content-Length: 0\r\n\r\n").into_bytes();
    sent.extend_from_slice(&stdin);
    let sender = tokio::spawn(async move {
        client.write(&sent).await;
        client
    });
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    assert!(daemon.is_silent().await, "stdin reached the backend before it had answered");
    daemon.write(SWITCHED).await;
    assert!(daemon.read_bytes(stdin.len()).await == stdin);
    let mut client = sender.await.unwrap();
    assert_eq!(client.read_head().await, SWITCHED);
}

async fn stdin_and_its_end_before_any_answer_still_get_output(front: Transport, back: Transport) {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
    client.write(format!("{ATTACH}{UPGRADE}Content-Length: 0\r\n\r\nall of it")).await;
    client.half_close().await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    daemon.write(SWITCHED).await;
    assert_eq!(daemon.read_rest().await, b"all of it");
    daemon.write("and its output").await;
    daemon.half_close().await;
    assert_eq!(client.read_head().await, SWITCHED);
    assert_eq!(client.read_rest().await, b"and its output");
}

async fn an_end_without_stdin_before_any_answer_still_gets_output(front: Transport, back: Transport) {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
    client.write(format!("{ATTACH}{UPGRADE}\r\n")).await;
    client.half_close().await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    daemon.write(SWITCHED).await;
    daemon.expect_end().await;
    daemon.write("output").await;
    daemon.half_close().await;
    assert_eq!(client.read_head().await, SWITCHED);
    assert_eq!(client.read_rest().await, b"output");
}

/// HAProxy from 2.4 to 2.9 refused a body beside an upgrade, which broke `docker exec`.
async fn exec_with_a_json_body_and_early_stdin(front: Transport, back: Transport) {
    let json = r#"{"Detach":false,"Tty":false}"#;
    let length = format!("{EXEC}{UPGRADE}Content-Length: {}\r\n\r\n", json.len());
    let (start, end) = json.split_at(9);
    let chunked = format!(
        "{EXEC}{UPGRADE}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{start}\r\n{:x}\r\n{end}\r\n0\r\n\r\n",
        start.len(),
        end.len()
    );
    let old = format!("{EXEC}Content-Length: {}\r\n\r\n", json.len());
    let cases: [(Vec<String>, &str); 4] = [
        (vec![format!("{length}{json}stdin")], SWITCHED),
        (vec![length.clone(), start.into(), format!("{end}st"), "din".into()], SWITCHED),
        (vec![format!("{chunked}stdin")], SWITCHED),
        (vec![format!("{old}{json}stdin")], RAW),
    ];
    for (pieces, answer) in cases {
        let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
        for piece in &pieces {
            client.write(piece).await;
        }
        let mut daemon = backend.accept().await;
        let head = daemon.read_head().await;
        if head.contains("chunked") {
            let body = String::from_utf8(daemon.read_until(b"0\r\n\r\n").await).unwrap();
            assert!(body.contains(start) && body.contains(end), "{body}");
        } else {
            assert_eq!(daemon.read_bytes(json.len()).await, json.as_bytes(), "{pieces:?}");
        }
        daemon.write(SWITCHED).await;
        assert_eq!(client.read_head().await, answer, "{pieces:?}");
        assert_eq!(daemon.read_bytes(5).await, b"stdin", "{pieces:?}");
        client.half_close().await;
        daemon.expect_end().await;
        daemon.write("output").await;
        daemon.half_close().await;
        assert_eq!(client.read_rest().await, b"output", "{pieces:?}");
    }
}

async fn a_backend_that_answers_200_itself(front: Transport, back: Transport) {
    for (asked, answer) in [(UPGRADE, SWITCHED), ("", RAW)] {
        let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
        client.write(format!("{ATTACH}{asked}Content-Length: 0\r\n\r\nearly")).await;
        let mut daemon = backend.accept().await;
        daemon.read_head().await;
        daemon.write(format!("{RAW}first")).await;
        assert_eq!(client.read_head().await, answer);
        assert_eq!(client.read_bytes(5).await, b"first");
        assert_eq!(daemon.read_bytes(5).await, b"early");
        client.write("stdin").await;
        client.half_close().await;
        assert_eq!(daemon.read_rest().await, b"stdin");
        daemon.write("output").await;
        daemon.half_close().await;
        assert_eq!(client.read_rest().await, b"output");
    }
}

/// VIC and old engines answer a failed attach without framing, and close.
async fn an_error_without_a_length_is_a_whole_answer(front: Transport, back: Transport) {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
    client.write(format!("{ATTACH}{UPGRADE}Content-Length: 0\r\n\r\n")).await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    let head = "HTTP/1.1 404 Not Found\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n";
    daemon.write(format!("{head}No such container: web\r\n")).await;
    drop(daemon);
    let head = client.read_head().await;
    assert!(head.starts_with("HTTP/1.1 404 Not Found\r\n") && head.contains("Content-Length: 24\r\n"), "{head}");
    assert_eq!(client.read_rest().await, b"No such container: web\r\n");
}

async fn an_error_reaches_a_client_that_has_ended_its_stdin(front: Transport, back: Transport) {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
    client.write(format!("{ATTACH}{UPGRADE}Content-Length: 0\r\n\r\nearly stdin")).await;
    client.half_close().await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    let body = r#"{"message":"No such container: web"}"#;
    let head = format!("HTTP/1.1 404 Not Found\r\nContent-Length: {}\r\n\r\n", body.len());
    daemon.write(format!("{head}{body}")).await;
    let head = client.read_head().await;
    assert!(head.starts_with("HTTP/1.1 404 Not Found\r\n") && head.contains("Connection: close\r\n"), "{head}");
    assert_eq!(client.read_rest().await, body.as_bytes());
}

async fn much_both_ways_at_once_arrives_whole(front: Transport, back: Transport) {
    let Tunnel { gateway: _gateway, client, daemon } = Tunnel::new(front, back).await;
    let data = pattern(8 * 1024 * 1024);
    let side = |conn, pause: bool| {
        let (mut reader, mut writer) = tokio::io::split(conn);
        let data = data.clone();
        let write = {
            let data = data.clone();
            async move {
                writer.write_all(&data).await.unwrap();
                writer.flush().await.unwrap();
                writer
            }
        };
        let read = async move {
            let mut read = vec![0; data.len()];
            // The slow side reads in small steps, and lets others run between them.
            for piece in read.chunks_mut(if pause { 3_000 } else { data.len() }) {
                reader.read_exact(piece).await.unwrap();
                tokio::task::yield_now().await;
            }
            assert!(read == data);
            reader
        };
        async move { tokio::join!(write, read) }
    };
    soon("8 MiB each way", async { tokio::join!(side(client, true), side(daemon, false)) }).await;
}

async fn output_behind_the_backends_head_is_not_lost(front: Transport, back: Transport) {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
    client.write(format!("{ATTACH}{UPGRADE}Content-Length: 0\r\n\r\n")).await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    let output = pattern(100_000);
    daemon.write([SWITCHED.as_bytes(), &output].concat()).await;
    drop(daemon);
    assert_eq!(client.read_head().await, SWITCHED);
    assert!(client.read_rest().await == output);
}

/// Regression: 5 of 38 pipelining clients lost up to 419 kB of the answer before.
#[tokio::test]
async fn an_answer_before_the_takeover_is_flushed_whole() {
    for round in 0..20 {
        let Scene { backend, gateway: _gateway, mut client } = Scene::new(Transport::Unix, Transport::Unix).await;
        client.shrink_buffers();
        let attach = format!("{ATTACH}{UPGRADE}Content-Length: 0\r\n\r\n");
        client.write(format!("GET /v1.25/info HTTP/1.1\r\nHost: docker\r\n\r\n{attach}")).await;
        let mut first = backend.accept().await;
        first.read_head().await;
        let body = pattern(1_000_000);
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        let sender = tokio::spawn({
            let answer = [answer.as_bytes(), &body].concat();
            async move {
                first.write(answer).await;
                first
            }
        });
        client.read_head().await;
        let daemon = tokio::spawn(async move {
            let mut daemon = backend.accept().await;
            daemon.read_head().await;
            daemon.write(SWITCHED).await;
            daemon
        });
        assert!(client.read_bytes(body.len()).await == body, "round {round}");
        assert_eq!(client.read_head().await, SWITCHED, "round {round}");
        sender.await.unwrap();
        daemon.await.unwrap();
    }
}

#[tokio::test]
async fn early_stdin_is_never_lost() {
    let Scene { backend, gateway, client: _idle } = Scene::new(Transport::Tcp, Transport::Unix).await;
    for round in 0..500 {
        let mut client = gateway.connect().await;
        let stdin = format!("stdin of round {round}");
        client.write(format!("{ATTACH}{UPGRADE}Content-Length: 0\r\n\r\n{stdin}")).await;
        let mut daemon = backend.accept().await;
        daemon.read_head().await;
        daemon.write(SWITCHED).await;
        assert_eq!(daemon.read_bytes(stdin.len()).await, stdin.as_bytes());
    }
}

#[tokio::test]
async fn keystrokes_arrive_one_by_one_and_at_once() {
    let Tunnel { gateway: _gateway, mut client, mut daemon } = Tunnel::new(Transport::Tls, Transport::Tcp).await;
    for key in b"\x10\x11exit\r" {
        client.write([*key]).await;
        let mut read = [0; 16];
        let number = soon("a keystroke", daemon.read(&mut read)).await.unwrap();
        assert_eq!(&read[..number], &[*key]);
        daemon.write([*key]).await;
        assert_eq!(client.read_bytes(1).await, [*key]);
    }
}

#[tokio::test]
async fn a_body_on_attach_is_dropped_and_stdin_behind_it_kept() {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(Transport::Tcp, Transport::Unix).await;
    client.write(format!("{ATTACH}{UPGRADE}Content-Length: 13\r\n\r\n{{\"stdin\":true}}")).await;
    let mut daemon = backend.accept().await;
    let head = daemon.read_head().await;
    assert!(head.contains("\r\nContent-Length: 0\r\n"), "{head}");
    daemon.write(SWITCHED).await;
    // The body was one byte longer than it said, and that byte is stdin.
    assert_eq!(daemon.read_bytes(1).await, b"}");
    assert_eq!(client.read_head().await, SWITCHED);
}

#[tokio::test]
async fn an_exec_that_detaches_has_an_ordinary_answer_and_no_tunnel() {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(Transport::Tcp, Transport::Unix).await;
    let json = r#"{"Detach":true}"#;
    client
        .write(format!("{EXEC}{UPGRADE}Content-Length: {}\r\n\r\n{json}GET /v1.25/info HTTP/1.1\r\n", json.len()))
        .await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    daemon.read_bytes(json.len()).await;
    daemon.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let head = client.read_head().await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("Connection: close\r\n"), "{head}");
    client.expect_end().await;
    daemon.expect_end().await;
}

#[tokio::test]
async fn websocket_and_h2c_are_tunnelled_under_their_own_tokens() {
    let ws = "GET /v1.25/containers/web/attach/ws?stdin=1 HTTP/1.1\r\nHost: x\r\nSec-WebSocket-Key: a2V5\r\n";
    let session = "POST /session HTTP/1.1\r\nHost: x\r\n";
    for (request, token) in [(ws, "websocket"), (session, "h2c")] {
        let Scene { backend, gateway: _gateway, mut client } = Scene::new(Transport::Tcp, Transport::Unix).await;
        client.write(format!("{request}Connection: Upgrade\r\nUpgrade: {token}\r\n\r\nearly")).await;
        let mut daemon = backend.accept().await;
        let head = daemon.read_head().await;
        assert!(head.contains(&format!("\r\nUpgrade: {token}\r\n")), "{head}");
        assert_eq!(head.contains("\r\nSec-Websocket-Key: a2V5\r\n"), token == "websocket", "{head}");
        let accept = "Sec-WebSocket-Accept: YQ==\r\n";
        daemon
            .write(format!(
                "HTTP/1.1 101 Switching Protocols\r\n{accept}Connection: Upgrade\r\nUpgrade: {token}\r\n\r\nhello"
            ))
            .await;
        let head = client.read_head().await;
        assert!(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{head}");
        assert!(head.contains(&format!("Upgrade: {token}\r\n")) && head.contains("Sec-Websocket-Accept: YQ==\r\n"));
        assert_eq!(client.read_bytes(5).await, b"hello");
        assert_eq!(daemon.read_bytes(5).await, b"early");
    }
}

#[tokio::test]
async fn a_switch_that_was_not_asked_for_is_no_tunnel() {
    let other = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
    for request in [format!("{ATTACH}{UPGRADE}\r\n"), "GET /v1.25/info HTTP/1.1\r\nHost: x\r\n\r\n".into()] {
        let Scene { backend, gateway: _gateway, mut client } = Scene::new(Transport::Tcp, Transport::Unix).await;
        client.write(request).await;
        let mut daemon = backend.accept().await;
        daemon.read_head().await;
        daemon.write(other).await;
        let head = client.read_head().await;
        assert!(head.starts_with("HTTP/1.1 502 "), "{head}");
        daemon.expect_end().await;
    }
}

#[tokio::test]
async fn an_upgrade_is_asked_for_on_no_other_route() {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(Transport::Tcp, Transport::Unix).await;
    client.write(format!("GET /v1.25/info HTTP/1.1\r\nHost: x\r\n{UPGRADE}\r\n")).await;
    let mut daemon = backend.accept().await;
    let head = daemon.read_head().await;
    assert!(!head.to_ascii_lowercase().contains("upgrade"), "{head}");
    daemon.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
    client.read_head().await;
    assert_eq!(client.read_bytes(2).await, b"{}");
    // And the connection goes on.
    let _daemon = attach(&backend, &mut client).await;
}
