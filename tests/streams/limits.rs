//! What may be open at once, and who is let in.

use std::time::Duration;

use vicgate::identity::{Evidence, Identity};
use vicgate::settings::Limits;

use crate::support::{Backend, Gateway, Transport, until};
use crate::wire::{attach, pattern};

#[tokio::test]
async fn one_connection_too_many_is_refused_in_words_and_room_is_made_again() {
    let backend = Backend::start(Transport::Unix).await;
    let limits = Limits { workers: 1, max_connections: 2, ..Limits::default() };
    let gateway = Gateway::start_with(Transport::Tcp, &backend.settings(), limits);
    let mut first = gateway.connect().await;
    let daemon = attach(&backend, &mut first).await;
    let mut second = gateway.connect().await;
    let _second_daemon = attach(&backend, &mut second).await;
    let mut third = gateway.connect().await;
    let refusal = String::from_utf8(third.read_rest().await).unwrap();
    assert!(refusal.starts_with("HTTP/1.1 503 Service Unavailable\r\n") && refusal.contains("try again"), "{refusal}");
    drop((first, daemon));
    until("room to be made", || gateway.connections() == 1).await;
    let mut fourth = gateway.connect().await;
    attach(&backend, &mut fourth).await;
}

#[tokio::test]
async fn one_peer_cannot_take_every_place() {
    for front in [Transport::Tcp, Transport::Unix, Transport::Tls] {
        let backend = Backend::start(Transport::Unix).await;
        let limits = Limits { workers: 2, max_connections_per_peer: 2, ..Limits::default() };
        let gateway = Gateway::start_with(front, &backend.settings(), limits);
        let mut kept = Vec::new();
        for _ in 0..2 {
            let mut client = gateway.connect().await;
            let daemon = attach(&backend, &mut client).await;
            kept.push((client, daemon));
        }
        let mut third = gateway.connect().await;
        third.expect_end().await;
        drop(kept.pop());
        until("room to be made", || gateway.connections() == 1).await;
        let mut fourth = gateway.connect().await;
        attach(&backend, &mut fourth).await;
    }
}

#[tokio::test]
async fn the_peer_is_known_by_its_certificate_or_its_user() {
    let backend = Backend::start(Transport::Unix).await;
    for front in [Transport::Tcp, Transport::Unix, Transport::Tls] {
        let gateway = Gateway::start(front, &backend.settings());
        let mut client = gateway.connect().await;
        attach(&backend, &mut client).await;
        let Identity { evidence, address } = gateway.peers().pop().unwrap();
        match front {
            Transport::Tcp => assert!(evidence == Evidence::Nobody && address.is_some()),
            Transport::Unix => {
                assert!(address.is_none());
                assert!(
                    matches!(evidence, Evidence::UnixPeer { pid: Some(pid), .. } if pid == std::process::id() as i32)
                );
            }
            Transport::Tls => {
                let Evidence::Certificate(certificate) = evidence else { panic!("{evidence:?}") };
                assert_eq!(
                    (certificate.common_names, certificate.organisations),
                    (vec!["alice".into()], vec!["Tests".into()])
                );
            }
        }
    }
}

#[tokio::test]
async fn a_head_that_never_ends_is_given_up() {
    let backend = Backend::start(Transport::Unix).await;
    let limits = Limits { workers: 1, header_timeout: Duration::from_millis(100), ..Limits::default() };
    let gateway = Gateway::start_with(Transport::Tcp, &backend.settings(), limits);
    let mut client = gateway.connect().await;
    client.write("GET /v1.25/info HTTP/1.1\r\nHost:").await;
    client.read_rest().await;
    until("the connection to be gone", || gateway.connections() == 0).await;
}

/// Regression: the time for the next request ran while the last answer was not yet taken.
#[tokio::test]
async fn a_client_that_is_slow_to_take_its_answer_is_not_idle() {
    let backend = Backend::start(Transport::Unix).await;
    let limits = Limits { workers: 1, header_timeout: Duration::from_millis(500), ..Limits::default() };
    let gateway = Gateway::start_with(Transport::Unix, &backend.settings(), limits);
    let mut waiting = Vec::new();
    // What the system holds is not known, so that of many sizes some end with us.
    for size in (100_000..400_000).step_by(20_000) {
        let mut client = gateway.connect().await;
        client.write("GET /v1.25/containers/web/export HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let mut daemon = backend.accept().await;
        daemon.read_head().await;
        let body = pattern(size);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n");
        let answer = [head.as_bytes(), &body].concat();
        let sending = tokio::spawn(async move {
            daemon.write(answer).await;
            daemon
        });
        waiting.push((client, sending, body));
    }
    for _ in 0..3 {
        // One that asks for nothing is let go: the time is over, and over again.
        gateway.connect().await.expect_end().await;
    }
    for (mut client, sending, body) in waiting {
        client.read_head().await;
        assert!(client.read_bytes(body.len()).await == body, "{} bytes", body.len());
        sending.await.unwrap();
    }
}
