//! Streams over real sockets: a raw client, the gateway, a raw backend.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use support::{Backend, Gateway, Transport};

/// Runs a case on every way in and every way out.
macro_rules! on_every_transport {
    ($($case:ident)*) => { $(
        mod $case {
            use super::Transport::{Tcp, Tls, Unix};

            #[tokio::test]
            async fn tcp_to_tcp() { super::$case(Tcp, Tcp).await }
            #[tokio::test]
            async fn tcp_to_unix() { super::$case(Tcp, Unix).await }
            #[tokio::test]
            async fn tcp_to_tls() { super::$case(Tcp, Tls).await }
            #[tokio::test]
            async fn unix_to_tcp() { super::$case(Unix, Tcp).await }
            #[tokio::test]
            async fn unix_to_unix() { super::$case(Unix, Unix).await }
            #[tokio::test]
            async fn unix_to_tls() { super::$case(Unix, Tls).await }
            #[tokio::test]
            async fn tls_to_tcp() { super::$case(Tls, Tcp).await }
            #[tokio::test]
            async fn tls_to_unix() { super::$case(Tls, Unix).await }
            #[tokio::test]
            async fn tls_to_tls() { super::$case(Tls, Tls).await }
        }
    )* };
}

on_every_transport! {
    an_upgrade_with_half_close_gets_all_output
    the_old_form_gets_the_old_form_and_all_output
    an_ordinary_call_passes
}

const ATTACH: &str = "POST /v1.25/containers/web/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: docker\r\n";
const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n";
const SWITCHED: &str = "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n\
                        Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

async fn an_upgrade_with_half_close_gets_all_output(front: Transport, back: Transport) {
    let backend = Backend::start(back).await;
    let gateway = Gateway::start(front, &backend.settings());
    let mut client = gateway.connect().await;
    client.write(format!("{ATTACH}{UPGRADE}")).await;
    let mut daemon = backend.accept().await;
    let head = daemon.read_head().await;
    assert!(head.contains("Upgrade: tcp\r\n") && head.contains("Connection: Upgrade\r\n"), "{head}");
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
    let backend = Backend::start(back).await;
    let gateway = Gateway::start(front, &backend.settings());
    let mut client = gateway.connect().await;
    client.write(format!("{ATTACH}\r\n")).await;
    let mut daemon = backend.accept().await;
    assert!(daemon.read_head().await.contains("Upgrade: tcp\r\n"));
    daemon.write(SWITCHED).await;
    assert_eq!(client.read_head().await, "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n");
    client.write("input").await;
    client.half_close().await;
    assert_eq!(daemon.read_rest().await, b"input");
    daemon.write("output").await;
    drop(daemon);
    assert_eq!(client.read_rest().await, b"output");
}

async fn an_ordinary_call_passes(front: Transport, back: Transport) {
    let backend = Backend::start(back).await;
    let gateway = Gateway::start(front, &backend.settings());
    let mut client = gateway.connect().await;
    let mut daemon = None;
    for round in 0..3 {
        client.write("GET /v1.25/info?a=1 HTTP/1.1\r\nHost: x\r\n\r\n").await;
        if daemon.is_none() {
            daemon = Some(backend.accept().await);
        }
        let daemon = daemon.as_mut().unwrap();
        let head = daemon.read_head().await;
        assert!(head.starts_with("GET /v1.25/info?a=1 HTTP/1.1\r\n"), "round {round}: {head}");
        daemon.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}").await;
        assert!(client.read_head().await.starts_with("HTTP/1.1 200 OK\r\n"));
        assert_eq!(client.read_bytes(2).await, b"{}");
    }
}
