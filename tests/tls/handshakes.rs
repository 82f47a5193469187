//! Handshakes that are slow, odd, or too many.

use std::sync::Arc;
use std::time::Duration;

use rustls::version::{TLS12, TLS13};
use tokio::io::{copy_bidirectional, duplex};
use tokio::net::TcpStream;
use vicgate::settings::{self, BackendTls, BackendUrl, Limits, Listen, ListenTls};

use crate::support::certs::Certs;
use crate::support::{Conn, Gateway, until};
use crate::{TLS_ANYWHERE, gateway, of_version, port, talk, talk_over, with_client_ca, without_client_ca};

#[tokio::test]
async fn what_is_not_tls_is_let_go_and_the_next_is_served() {
    let certs = Certs::new();
    let gateway = gateway(without_client_ca(certs.server("server", &["localhost"])));
    let mut plain = Conn::tcp(port(&gateway)).await;
    plain.write("GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n").await;
    plain.read_rest().await;
    talk(&gateway, &certs.client_config_as(None), "localhost").await.unwrap();
}

#[tokio::test]
async fn a_hello_may_come_in_pieces_and_in_several_records() {
    let certs = Certs::new();
    let gateway = gateway(with_client_ca(certs.server("server", &["localhost"]), &certs));
    let files = certs.client("bob");
    for (version, fragment) in [(&TLS12, None), (&TLS13, None), (&TLS12, Some(100)), (&TLS13, Some(100))] {
        let mut config = of_version(&certs, &files, version);
        Arc::make_mut(&mut config).max_fragment_size = fragment;
        talk(&gateway, &config, "localhost").await.unwrap();
        // Bytes that go on one by one.
        let mut socket = TcpStream::connect(("127.0.0.1", port(&gateway))).await.unwrap();
        socket.set_nodelay(true).unwrap();
        let (near, mut far) = duplex(1);
        let passing = tokio::spawn(async move { copy_bidirectional(&mut far, &mut socket).await });
        let stream = talk_over(near, &config, "localhost").await.unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
        passing.abort();
    }
}

#[tokio::test]
async fn a_hello_that_is_none_is_answered_with_an_alert() {
    let certs = Certs::new();
    let gateway = gateway(without_client_ca(certs.server("server", &["localhost"])));
    // A record of a hello that says nothing.
    let mut conn = Conn::tcp(port(&gateway)).await;
    conn.write([22, 3, 1, 0, 4, 1, 0, 0, 0]).await;
    let alert = conn.read_rest().await;
    assert_eq!(&alert[..5], &[21, 3, 3, 0, 2], "{alert:?}");
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_given_up() {
    let certs = Certs::new();
    let tls = without_client_ca(certs.server("server", &["localhost"]));
    let gateway = gateway(ListenTls { handshake_timeout: Duration::from_millis(100), ..tls });
    let mut silent = Conn::tcp(port(&gateway)).await;
    silent.write([0x16]).await;
    silent.expect_end().await;
    until("the connection to be gone", || gateway.connections() == 0).await;
}

#[tokio::test]
async fn only_so_many_handshakes_are_under_way_at_once() {
    let certs = Certs::new();
    let tls = without_client_ca(certs.server("server", &["localhost"]));
    let backend = settings::Backend {
        url: BackendUrl::Unix("/nowhere".into()),
        tls: BackendTls::default(),
        host_header: None,
        connect_timeout: Duration::from_secs(1),
    };
    let limits = Limits { workers: 1, max_handshakes: 2, ..Limits::default() };
    let gateway = Gateway::start_on(Listen { url: TLS_ANYWHERE(), tls: Some(tls) }, &backend, limits);
    let mut silent = [Conn::tcp(port(&gateway)).await, Conn::tcp(port(&gateway)).await];
    for conn in &mut silent {
        conn.write([0x16]).await;
    }
    until("both to be accepted", || gateway.connections() == 2).await;
    let config = certs.client_config_as(None);
    talk(&gateway, &config, "localhost").await.unwrap_err();
    drop(silent);
    until("both to be gone", || gateway.connections() == 0).await;
    talk(&gateway, &config, "localhost").await.unwrap();
}
