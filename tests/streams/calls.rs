//! Ordinary calls: streamed both ways, at once, and never ended falsely.

use crate::support::{Backend, Gateway, Transport, soon};
use crate::wire::{Scene, pattern};

on_every_transport! {
    calls_on_one_connection_share_one_backend_connection
    a_client_that_leaves_ends_the_backends_call
    a_client_that_leaves_a_stream_ends_the_backends_call
    an_upload_flows_before_it_has_ended
    an_answer_may_come_while_the_body_is_going_up
    a_stream_passes_piece_by_piece
    a_backend_that_dies_mid_answer_is_a_cut
    a_backend_that_closes_without_an_answer_is_said_to
}

async fn calls_on_one_connection_share_one_backend_connection(front: Transport, back: Transport) {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
    let mut daemon = None;
    for round in 0..3 {
        client.write(format!("GET /v1.25/info?round={round} HTTP/1.1\r\nHost: x\r\n\r\n")).await;
        if daemon.is_none() {
            daemon = Some(backend.accept().await);
        }
        let daemon = daemon.as_mut().unwrap();
        let head = daemon.read_head().await;
        assert!(head.starts_with(&format!("GET /v1.25/info?round={round} HTTP/1.1\r\n")), "{head}");
        daemon.write("HTTP/1.1 200 OK\r\nApi-Version: 1.25\r\nContent-Length: 2\r\n\r\n{}").await;
        let head = client.read_head().await;
        assert!(head.starts_with("HTTP/1.1 200 OK\r\nApi-Version: 1.25\r\nContent-Length: 2\r\n"), "{head}");
        assert_eq!(client.read_bytes(2).await, b"{}");
    }
}

async fn a_client_that_leaves_ends_the_backends_call(front: Transport, back: Transport) {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
    client.write("POST /v1.25/containers/web/wait HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    drop(client);
    daemon.expect_end().await;
}

async fn a_client_that_leaves_a_stream_ends_the_backends_call(front: Transport, back: Transport) {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
    client.write("GET /v1.25/events HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    daemon.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n").await;
    client.read_head().await;
    assert_eq!(client.read_bytes(7).await, b"2\r\n{}\r\n");
    drop(client);
    daemon.expect_end().await;
}

async fn an_upload_flows_before_it_has_ended(front: Transport, back: Transport) {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
    client
        .write("POST /v1.25/build HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await;
    let mut daemon = backend.accept().await;
    let head = daemon.read_head().await;
    assert!(head.contains("chunked") && !head.contains("Expect"), "{head}");
    assert_eq!(client.read_head().await, "HTTP/1.1 100 Continue\r\n\r\n");
    for piece in ["5\r\nfirst\r\n", "6\r\nsecond\r\n"] {
        client.write(piece).await;
        assert_eq!(daemon.read_bytes(piece.len()).await, piece.as_bytes());
    }
    client.write("0\r\n\r\n").await;
    assert_eq!(daemon.read_bytes(5).await, b"0\r\n\r\n");
    daemon.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    assert!(client.read_head().await.starts_with("HTTP/1.1 200 OK\r\n"));
}

async fn an_answer_may_come_while_the_body_is_going_up(front: Transport, back: Transport) {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
    client.write("POST /v1.25/build HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nfirst").await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    assert_eq!(daemon.read_bytes(5).await, b"first");
    daemon.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nno!").await;
    assert!(client.read_head().await.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    assert_eq!(client.read_bytes(3).await, b"no!");
}

async fn a_stream_passes_piece_by_piece(front: Transport, back: Transport) {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
    client.write("GET /v1.25/containers/web/logs?follow=1&stdout=1 HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    daemon.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    // The head alone is worth sending: `docker logs -f` of a silent container.
    assert!(client.read_head().await.contains("Transfer-Encoding: chunked\r\n"));
    for line in ["5\r\nline1\r\n", "5\r\nline2\r\n", "0\r\n\r\n"] {
        daemon.write(line).await;
        assert_eq!(client.read_bytes(line.len()).await, line.as_bytes());
    }
}

async fn a_backend_that_dies_mid_answer_is_a_cut(front: Transport, back: Transport) {
    let cases = [
        ("Transfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n9\r\npart", "5\r\nwhole\r\n4\r\npart\r\n"),
        ("Transfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n", "5\r\nwhole\r\n"),
        ("Content-Length: 100\r\n\r\nless than a hundred", "less than a hundred"),
    ];
    for (answer, passed) in cases {
        let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
        client.write("GET /v1.25/containers/web/export HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let mut daemon = backend.accept().await;
        daemon.read_head().await;
        daemon.write(format!("HTTP/1.1 200 OK\r\n{answer}")).await;
        drop(daemon);
        client.read_head().await;
        let body = String::from_utf8(client.read_rest().await).unwrap();
        assert_eq!(body, passed, "what came before the cut, and no end");
    }
}

async fn a_backend_that_closes_without_an_answer_is_said_to(front: Transport, back: Transport) {
    for half_a_head in ["", "HTTP/1.1 200 OK\r\nContent-Le"] {
        let Scene { backend, gateway: _gateway, mut client } = Scene::new(front, back).await;
        client.write("GET /v1.25/info HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let mut daemon = backend.accept().await;
        daemon.read_head().await;
        daemon.write(half_a_head).await;
        drop(daemon);
        assert!(client.read_head().await.starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
        let body = String::from_utf8(client.read_rest().await).unwrap();
        assert!(body.contains("closed the connection without an answer"), "{body}");
    }
}

#[tokio::test]
async fn a_cut_answer_to_http_1_0_is_a_reset() {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(Transport::Tcp, Transport::Unix).await;
    client.write("GET /v1.25/containers/web/export HTTP/1.0\r\nHost: x\r\n\r\n").await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    daemon.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n").await;
    client.read_head().await;
    assert_eq!(client.read_bytes(5).await, b"whole");
    drop(daemon);
    let end = soon("the reset", tokio::io::AsyncReadExt::read(&mut client, &mut [0])).await;
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_backend_connection_that_was_closed_meanwhile_is_replaced() {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(Transport::Tcp, Transport::Unix).await;
    for round in 0..50 {
        client.write(format!("POST /v1.25/containers/web/start?round={round} HTTP/1.1\r\nHost: x\r\n\r\n")).await;
        let mut daemon = backend.accept().await;
        daemon.read_head().await;
        daemon.write("HTTP/1.1 204 No Content\r\n\r\n").await;
        assert!(client.read_head().await.starts_with("HTTP/1.1 204 No Content\r\n"));
        // Closed, and the next call comes at once.
        drop(daemon);
    }
}

#[tokio::test]
async fn an_unreachable_backend_is_named_and_recovered_from() {
    let backend = Backend::start(Transport::Unix).await;
    let settings = backend.settings();
    let path = settings.url.to_string();
    drop(backend);
    let gateway = Gateway::start(Transport::Tcp, &settings);
    let mut client = gateway.connect().await;
    client.write("GET /v1.25/info HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let head = client.read_head().await;
    assert!(head.starts_with("HTTP/1.1 502 Bad Gateway\r\n"), "{head}");
    let text = format!("cannot reach the backend at {path}: no such file");
    assert_eq!(client.read_bytes(text.len()).await, text.as_bytes());
    let socket = path.strip_prefix("unix://").unwrap();
    std::fs::create_dir_all(std::path::Path::new(socket).parent().unwrap()).unwrap();
    let listener = tokio::net::UnixListener::bind(socket).unwrap();
    client.write("GET /v1.25/info HTTP/1.1\r\nHost: x\r\n\r\n").await;
    soon("the backend to be tried again", listener.accept()).await.unwrap();
    std::fs::remove_dir_all(std::path::Path::new(socket).parent().unwrap()).unwrap();
}

#[tokio::test]
async fn head_ping_is_asked_with_get_and_answered_without_a_body() {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(Transport::Tcp, Transport::Unix).await;
    client.write("HEAD /_ping HTTP/1.1\r\nHost: x\r\n\r\nGET /v1.25/info HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut daemon = backend.accept().await;
    assert!(daemon.read_head().await.starts_with("GET /_ping HTTP/1.1\r\n"));
    daemon.write("HTTP/1.1 200 OK\r\nApi-Version: 1.25\r\nContent-Length: 2\r\n\r\nOK").await;
    let head = client.read_head().await;
    assert!(head.contains("Api-Version: 1.25\r\n") && head.contains("Content-Length: 0\r\n"), "{head}");
    assert!(daemon.read_head().await.starts_with("GET /v1.25/info HTTP/1.1\r\n"), "the connection was kept");
    daemon.write("HTTP/1.1 304 Not Modified\r\n\r\n").await;
    assert!(client.read_head().await.starts_with("HTTP/1.1 304 Not Modified\r\n"));
}

#[tokio::test]
async fn a_refused_upload_of_much_still_gets_its_answer() {
    let Scene { backend, gateway: _gateway, mut client } = Scene::new(Transport::Tcp, Transport::Unix).await;
    let upload = pattern(4_000_000);
    client.write(format!("POST /v1.25/build HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", upload.len())).await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    daemon.write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 3\r\n\r\nno!").await;
    drop(daemon);
    let (mut reader, mut writer) = tokio::io::split(client);
    let sender = tokio::spawn(async move {
        // The gateway may stop reading it; the answer counts.
        let _ = tokio::io::AsyncWriteExt::write_all(&mut writer, &upload).await;
    });
    let mut answer = Vec::new();
    let _ = soon("the answer", tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut answer)).await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n") && answer.ends_with("\r\n\r\nno!"), "{answer}");
    sender.await.unwrap();
}

#[tokio::test]
async fn a_request_with_too_many_headers_is_refused() {
    let Scene { backend: _backend, gateway: _gateway, mut client } = Scene::new(Transport::Tcp, Transport::Unix).await;
    let many: String = (0..80).map(|index| format!("X-{index}: 1\r\n")).collect();
    client.write(format!("GET /v1.25/info HTTP/1.1\r\n{many}\r\n")).await;
    assert!(client.read_head().await.starts_with("HTTP/1.1 431 "));
    client.read_rest().await;
}
