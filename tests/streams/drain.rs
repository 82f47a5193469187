//! The end of the gateway, as SIGTERM asks for it.

use std::time::{Duration, Instant};

use vicgate::settings::{Limits, ListenUrl};

use crate::support::{Backend, Conn, Gateway, Transport, soon, until};
use crate::wire::{attach, pattern};

fn limits(drain: Duration) -> Limits {
    Limits { workers: 2, drain, ..Limits::default() }
}

const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn an_idle_gateway_ends_at_once_and_lets_idle_clients_go() {
    let backend = Backend::start(Transport::Unix).await;
    let mut gateway = Gateway::start_with(Transport::Tcp, &backend.settings(), limits(LONG));
    let (mut fresh, mut used) = (gateway.connect().await, gateway.connect().await);
    used.write("GET /v1.25/_ping HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    daemon.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    used.read_head().await;
    gateway.drain();
    fresh.expect_end().await;
    used.expect_end().await;
    gateway.ended().await;
}

#[tokio::test]
async fn a_call_that_is_under_way_gets_its_answer_and_nobody_else_gets_in() {
    let backend = Backend::start(Transport::Unix).await;
    let mut gateway = Gateway::start_with(Transport::Unix, &backend.settings(), limits(LONG));
    let mut client = gateway.connect().await;
    client.write("GET /v1.25/info HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    gateway.drain();
    let address = gateway.address().clone();
    soon("the listener to close", async {
        while Conn::dare(&address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
    assert!(!gateway.has_ended());
    daemon.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
    let head = client.read_head().await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("Connection: close\r\n"), "{head}");
    assert_eq!(client.read_rest().await, b"{}");
    gateway.ended().await;
}

/// Its body is waited for, for longer than a head, and nothing of it is lost when the end comes.
#[tokio::test]
async fn a_call_of_which_half_the_body_is_here_gets_its_answer() {
    let backend = Backend::start(Transport::Unix).await;
    let limits = Limits { header_timeout: Duration::from_millis(100), ..limits(LONG) };
    let mut gateway = Gateway::start_with(Transport::Unix, &backend.settings(), limits);
    let mut client = gateway.connect().await;
    client.write("POST /v1.25/containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234").await;
    for _ in 0..2 {
        // One that asks for nothing is let go: so is whoever has not sent a head by now.
        gateway.connect().await.expect_end().await;
    }
    gateway.drain();
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    client.write("56789").await;
    assert_eq!(daemon.read_bytes(10).await, b"0123456789");
    daemon.write("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}").await;
    let head = client.read_head().await;
    assert!(head.starts_with("HTTP/1.1 201 Created\r\n") && head.contains("Connection: close\r\n"), "{head}");
    assert_eq!(client.read_rest().await, b"{}");
    gateway.ended().await;
}

#[tokio::test]
async fn tunnels_go_on_until_they_end() {
    let backend = Backend::start(Transport::Unix).await;
    let mut gateway = Gateway::start_with(Transport::Tls, &backend.settings(), limits(LONG));
    let mut client = gateway.connect().await;
    let mut daemon = attach(&backend, &mut client).await;
    gateway.drain();
    for round in 0..100 {
        let line = format!("line {round}\n");
        client.write(&line).await;
        assert_eq!(daemon.read_bytes(line.len()).await, line.as_bytes());
        daemon.write(&line).await;
        assert_eq!(client.read_bytes(line.len()).await, line.as_bytes());
    }
    assert!(!gateway.has_ended());
    daemon.half_close().await;
    client.expect_end().await;
    drop(client);
    let last = Instant::now();
    gateway.ended().await;
    assert!(last.elapsed() < Duration::from_secs(1), "{:?}", last.elapsed());
}

#[tokio::test]
async fn at_the_deadline_both_sides_get_what_was_sent_and_a_proper_end() {
    for front in [Transport::Tcp, Transport::Unix, Transport::Tls] {
        let backend = Backend::start(Transport::Tls).await;
        let mut gateway = Gateway::start_with(front, &backend.settings(), limits(SHORT));
        let mut client = gateway.connect().await;
        let mut daemon = attach(&backend, &mut client).await;
        let data = pattern(100_000);
        client.write(&data).await;
        daemon.write(&data).await;
        gateway.drain();
        let (up, down) = tokio::join!(daemon.read_proper_rest(), client.read_proper_rest());
        assert!(up == data && down == data, "{front:?}");
        drop((client, daemon));
        gateway.ended().await;
    }
}

#[tokio::test]
async fn a_thousand_moving_tunnels_lose_nothing_in_a_drain() {
    let backend = Backend::start(Transport::Unix).await;
    let mut gateway = Gateway::start_with(Transport::Tcp, &backend.settings(), limits(Duration::from_secs(3)));
    let mut tunnels = Vec::new();
    for _ in 0..1000 {
        let mut client = gateway.connect().await;
        let daemon = attach(&backend, &mut client).await;
        tunnels.push((client, daemon));
    }
    gateway.drain();
    // Each side says what it has to say well before the deadline.
    for (index, (client, daemon)) in tunnels.iter_mut().enumerate() {
        client.write(format!("up {index}")).await;
        daemon.write(format!("down {index}")).await;
    }
    for (index, (mut client, mut daemon)) in tunnels.into_iter().enumerate() {
        let (up, down) = tokio::join!(daemon.read_proper_rest(), client.read_proper_rest());
        assert_eq!(up, format!("up {index}").as_bytes());
        assert_eq!(down, format!("down {index}").as_bytes());
    }
    gateway.ended().await;
}

#[tokio::test]
async fn peers_that_never_stop_do_not_hold_the_end_up() {
    let backend = Backend::start(Transport::Unix).await;
    let mut gateway = Gateway::start_with(Transport::Tcp, &backend.settings(), limits(SHORT));
    let mut client = gateway.connect().await;
    let daemon = attach(&backend, &mut client).await;
    let endless = |conn: Conn| {
        let (mut reader, mut writer) = tokio::io::split(conn);
        let read = tokio::spawn(async move {
            let _ = tokio::io::copy(&mut reader, &mut tokio::io::sink()).await;
        });
        let write = tokio::spawn(async move {
            while tokio::io::AsyncWriteExt::write_all(&mut writer, &[0; 10_000]).await.is_ok() {}
        });
        (read, write)
    };
    let running = [endless(client), endless(daemon)];
    gateway.drain();
    gateway.ended().await;
    for (read, write) in running {
        soon("the reader to see the end", read).await.unwrap();
        soon("the writer to see the end", write).await.unwrap();
    }
}

#[tokio::test]
async fn a_second_request_to_end_is_obeyed_at_once() {
    let backend = Backend::start(Transport::Unix).await;
    let mut gateway = Gateway::start_with(Transport::Tcp, &backend.settings(), limits(LONG));
    let mut client = gateway.connect().await;
    let _daemon = attach(&backend, &mut client).await;
    gateway.drain();
    gateway.end_now();
    gateway.ended().await;
    client.expect_end().await;
}

#[tokio::test]
async fn a_stream_that_outlives_the_drain_is_cut_and_not_ended() {
    let backend = Backend::start(Transport::Unix).await;
    let mut gateway = Gateway::start_with(Transport::Tcp, &backend.settings(), limits(SHORT));
    let mut client = gateway.connect().await;
    client.write("GET /v1.25/events HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    daemon.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n").await;
    client.read_head().await;
    gateway.drain();
    assert_eq!(client.read_rest().await, b"2\r\n{}\r\n");
    daemon.expect_end().await;
    gateway.ended().await;
}

#[tokio::test]
async fn a_handshake_that_is_under_way_does_not_hold_the_end_up() {
    let backend = Backend::start(Transport::Unix).await;
    let mut gateway = Gateway::start_with(Transport::Tls, &backend.settings(), limits(LONG));
    let ListenUrl::Tls { port, .. } = *gateway.address() else { panic!("{}", gateway.address()) };
    let mut silent = Conn::tcp(port).await;
    silent.write([0x16]).await;
    until("the connection to be accepted", || gateway.connections() == 1).await;
    gateway.drain();
    gateway.ended().await;
    silent.expect_end().await;
}
