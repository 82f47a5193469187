//! How tunnels end: by either side, in every way, idle and in the middle of a
//! transfer; and nothing is left of them.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Conn, Transport, soon, until};
use crate::wire::{Tunnel, pattern};

on_every_transport! {
    a_client_that_ends_idle
    a_client_that_ends_while_sending
    a_client_that_is_reset_idle
    a_client_that_is_reset_while_both_send
    a_backend_that_ends_idle
    a_backend_that_ends_while_sending
    a_backend_that_is_reset_idle
    a_backend_that_is_reset_while_both_send
    a_backend_that_leaves_while_the_client_goes_on_sending
}

/// The ways to end one direction.
#[derive(Clone, Copy, Debug)]
enum End {
    /// FIN, or close_notify under TLS.
    Proper,
    /// FIN, also under TLS.
    Bare,
}

async fn end(conn: &mut Conn, end: End) {
    match end {
        End::Proper => conn.half_close().await,
        End::Bare => conn.bare_fin().await,
    }
}

/// Waits until the gateway holds neither side of the tunnel.
async fn gone(tunnel: &Tunnel) {
    until("the tunnel to be gone", || tunnel.gateway.connections() == 0).await;
}

async fn a_client_that_ends_idle(front: Transport, back: Transport) {
    for way in [End::Proper, End::Bare] {
        let mut tunnel = Tunnel::new(front, back).await;
        end(&mut tunnel.client, way).await;
        tunnel.daemon.expect_end().await;
        tunnel.daemon.write("output").await;
        assert_eq!(tunnel.client.read_bytes(6).await, b"output");
        tunnel.daemon.half_close().await;
        tunnel.client.expect_end().await;
        gone(&tunnel).await;
    }
}

async fn a_client_that_ends_while_sending(front: Transport, back: Transport) {
    for way in [End::Proper, End::Bare] {
        let mut tunnel = Tunnel::new(front, back).await;
        let stdin = pattern(1_000_000);
        let (client, daemon) = (&mut tunnel.client, &mut tunnel.daemon);
        let (_, read) = tokio::join!(
            async {
                client.write(&stdin).await;
                end(client, way).await;
            },
            daemon.read_rest()
        );
        assert!(read == stdin, "{way:?}");
        tunnel.daemon.write("done").await;
        tunnel.daemon.half_close().await;
        assert_eq!(tunnel.client.read_rest().await, b"done");
        gone(&tunnel).await;
    }
}

async fn a_client_that_is_reset_idle(front: Transport, back: Transport) {
    let mut tunnel = Tunnel::new(front, back).await;
    let client = std::mem::replace(&mut tunnel.client, Conn::nowhere().await);
    client.reset();
    tunnel.daemon.expect_end().await;
    if front == Transport::Unix {
        // There is no reset on a unix socket: the end of stdin is all that can be
        // seen, until there is output that nobody takes.
        tunnel.daemon.write("output").await;
    }
    gone(&tunnel).await;
}

async fn a_client_that_is_reset_while_both_send(front: Transport, back: Transport) {
    let mut tunnel = Tunnel::new(front, back).await;
    tunnel.client.write(pattern(100_000)).await;
    tunnel.daemon.write(pattern(10_000)).await;
    tunnel.client.read_bytes(1).await;
    let client = std::mem::replace(&mut tunnel.client, Conn::nowhere().await);
    client.reset();
    let daemon = &mut tunnel.daemon;
    soon("the daemon to learn that nobody listens", async { while daemon.write_all(&[0; 1000]).await.is_ok() {} })
        .await;
    gone(&tunnel).await;
}

async fn a_backend_that_ends_idle(front: Transport, back: Transport) {
    for way in [End::Proper, End::Bare] {
        let mut tunnel = Tunnel::new(front, back).await;
        end(&mut tunnel.daemon, way).await;
        tunnel.client.expect_end().await;
        // The client stays, as one that waits at a terminal does.
        gone(&tunnel).await;
    }
}

async fn a_backend_that_ends_while_sending(front: Transport, back: Transport) {
    for way in [End::Proper, End::Bare] {
        let mut tunnel = Tunnel::new(front, back).await;
        let output = pattern(1_000_000);
        let (client, daemon) = (&mut tunnel.client, &mut tunnel.daemon);
        let (_, read) = tokio::join!(
            async {
                daemon.write(&output).await;
                end(daemon, way).await;
            },
            client.read_rest()
        );
        assert!(read == output, "{way:?}");
        gone(&tunnel).await;
    }
}

async fn a_backend_that_is_reset_idle(front: Transport, back: Transport) {
    let mut tunnel = Tunnel::new(front, back).await;
    let daemon = std::mem::replace(&mut tunnel.daemon, Conn::nowhere().await);
    daemon.reset();
    tunnel.client.expect_end().await;
    gone(&tunnel).await;
}

async fn a_backend_that_is_reset_while_both_send(front: Transport, back: Transport) {
    let mut tunnel = Tunnel::new(front, back).await;
    tunnel.daemon.write(pattern(100_000)).await;
    tunnel.client.write(pattern(10_000)).await;
    tunnel.daemon.read_bytes(1).await;
    let daemon = std::mem::replace(&mut tunnel.daemon, Conn::nowhere().await);
    daemon.reset();
    let output = tunnel.client.read_rest().await;
    assert!(pattern(100_000).starts_with(&output));
    gone(&tunnel).await;
}

/// A container that exits while its input still comes: its last output must arrive.
async fn a_backend_that_leaves_while_the_client_goes_on_sending(front: Transport, back: Transport) {
    let mut tunnel = Tunnel::new(front, back).await;
    tunnel.daemon.write("last words").await;
    drop(std::mem::replace(&mut tunnel.daemon, Conn::nowhere().await));
    let (mut reader, mut writer) = tokio::io::split(std::mem::replace(&mut tunnel.client, Conn::nowhere().await));
    let sender = tokio::spawn(async move {
        // Ends when the gateway has had enough.
        while writer.write_all(&[0; 1000]).await.is_ok() {}
    });
    let mut output = Vec::new();
    let _ = soon("the output", reader.read_to_end(&mut output)).await;
    assert_eq!(output, b"last words");
    soon("the sender to be stopped", sender).await.unwrap();
    gone(&tunnel).await;
}
