//! What a stream costs in memory, measured in a process that is nothing but the gateway.

use std::time::Duration;

use crate::process::Gateway;
use crate::support::certs::Certs;
use crate::support::{Backend, Conn, Transport, soon};
use crate::wire::{attach, pattern};

/// What a stream may cost above what the gateway has when nothing moves, in KiB.
const BOUND_KIB: usize = 256;
const STREAM: usize = 1 << 30;

/// A stream, as far as it is a tunnel or an ordinary answer.
#[derive(Clone, Copy)]
enum Kind {
    Attach,
    Export,
}

#[tokio::test]
async fn a_gigabyte_through_a_tunnel_to_a_client_that_stalls_costs_little_memory() {
    stalled(Kind::Attach, Transport::Tcp, Transport::Unix).await;
}

#[tokio::test]
async fn a_gigabyte_through_a_tunnel_under_tls_to_a_client_that_stalls_costs_little_memory() {
    stalled(Kind::Attach, Transport::Tls, Transport::Tls).await;
}

#[tokio::test]
async fn a_gigabyte_of_an_answer_to_a_client_that_stalls_costs_little_memory() {
    stalled(Kind::Export, Transport::Tcp, Transport::Unix).await;
}

#[tokio::test]
async fn a_gigabyte_of_an_answer_under_tls_to_a_client_that_stalls_costs_little_memory() {
    stalled(Kind::Export, Transport::Tls, Transport::Tls).await;
}

async fn stalled(kind: Kind, front: Transport, back: Transport) {
    let backend = Backend::start(back).await;
    let gateway = start(front, &backend);
    // One stream before, for what is made once and kept.
    let (mut client, mut daemon) = stream(&gateway, front, &backend, kind).await;
    let sending = tokio::spawn(async move {
        daemon.write(pattern(8 << 20)).await;
        daemon.half_close().await;
    });
    assert!(soon("the first stream", read(&mut client, 8 << 20)).await >= 8 << 20);
    sending.await.unwrap();
    drop(client);
    let idle = anonymous_kib(&gateway);

    let (mut client, mut daemon) = stream(&gateway, front, &backend, kind).await;
    let piece = pattern(1 << 20);
    let mut sent = 0;
    // Until nothing more is taken: what went is in the system's buffers, not in ours.
    let rest = loop {
        assert!(sent < STREAM, "a gigabyte went to a client that reads nothing");
        let mut written = 0;
        let write = async {
            while written < piece.len() {
                written += tokio::io::AsyncWriteExt::write(&mut daemon, &piece[written..]).await.unwrap();
            }
        };
        if tokio::time::timeout(Duration::from_millis(300), write).await.is_err() {
            break written;
        }
        sent += piece.len();
    };
    let grown = anonymous_kib(&gateway).saturating_sub(idle);
    assert!(grown < BOUND_KIB, "{grown} KiB more when stalled after {sent} bytes");

    let sending = tokio::spawn(async move {
        daemon.write(&piece[rest..]).await;
        sent += piece.len();
        while sent < STREAM {
            daemon.write(&piece).await;
            sent += piece.len();
        }
        daemon.half_close().await;
        sent
    });
    let mut received = 0;
    while received < STREAM {
        // No more than is still to come: a client that is kept alive sees no end.
        let next = (STREAM - received).min(32 << 20);
        received += soon("more of the stream", read(&mut client, next)).await;
        let grown = anonymous_kib(&gateway).saturating_sub(idle);
        assert!(grown < BOUND_KIB, "{grown} KiB more when {received} bytes have come");
    }
    assert_eq!(sending.await.unwrap(), STREAM);
}

pub(crate) fn start(front: Transport, backend: &Backend) -> Gateway {
    let certs = Certs::shared();
    let path = |name: &str| certs.path(name).display().to_string();
    let settings = backend.settings();
    let url = settings.url.to_string();
    let (listen, mut arguments) = match front {
        Transport::Tls => ("tls://127.0.0.1:0", vec!["--tlscert".to_owned(), path("server-cert.pem")]),
        Transport::Tcp | Transport::Unix => ("tcp://127.0.0.1:0", Vec::new()),
    };
    if front == Transport::Tls {
        arguments.extend(["--tlskey".into(), path("server-key.pem"), "--tlsverify".into()]);
        arguments.extend(["--tlscacert".into(), path("ca.pem")]);
    }
    if settings.tls.ca.is_some() {
        arguments.extend(["--backend-tlscacert".into(), path("ca.pem")]);
        arguments.extend(["--backend-tlscert".into(), path("cert.pem"), "--backend-tlskey".into(), path("key.pem")]);
    }
    let fixed = ["serve", "--profile", "engine", "--listen", listen, "--backend", &url];
    let all: Vec<&str> = fixed.into_iter().chain(arguments.iter().map(String::as_str)).collect();
    // The raw backend waits for the calls of the test, and for no others.
    Gateway::start_as(&all, &[("VICGATE_LIMITS__WORKERS", "1"), ("VICGATE_API__TRANSLATE", "false")], 1)
}

pub(crate) async fn connect(gateway: &Gateway, front: Transport) -> Conn {
    let port = gateway.said[0].rsplit(':').next().unwrap().parse().unwrap();
    if front == Transport::Tls { Conn::tls(port).await } else { Conn::tcp(port).await }
}

/// A stream towards a client whose head both sides have.
async fn stream(gateway: &Gateway, front: Transport, backend: &Backend, kind: Kind) -> (Conn, Conn) {
    let mut client = connect(gateway, front).await;
    let daemon = match kind {
        Kind::Attach => attach(backend, &mut client).await,
        Kind::Export => {
            client.write("GET /v1.25/containers/web/export HTTP/1.1\r\nHost: x\r\n\r\n").await;
            let mut daemon = backend.accept().await;
            daemon.read_head().await;
            daemon.write("HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\n\r\n").await;
            client.read_head().await;
            daemon
        }
    };
    (client, daemon)
}

/// Reads so many bytes, or to the end.
async fn read(client: &mut Conn, number: usize) -> usize {
    let mut piece = vec![0; 1 << 16];
    let mut received = 0;
    while received < number {
        match tokio::io::AsyncReadExt::read(client, &mut piece).await.unwrap() {
            0 => break,
            read => received += read,
        }
    }
    received
}

/// The memory that the gateway's process has made itself, in KiB.
pub(crate) fn anonymous_kib(gateway: &Gateway) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", gateway.process.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
