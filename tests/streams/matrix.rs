//! How a stream ends, against the oracle: the same end on a direct connection.
//!
//! {client, daemon} × {a proper end, a bare FIN, a reset} × {idle, while it sends, while
//! both send}, on every way in and every way out. What the other side gets of the
//! bytes, whether it sees an end, and what still goes the other way must be as it
//! is without a gateway.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Backend, Conn, Transport, soon};
use crate::wire::{Tunnel, pattern};

on_every_transport! {
    ends_of_the_client
    ends_of_the_daemon
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Client,
    Daemon,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// FIN, or close_notify under TLS.
    Proper,
    /// FIN, also under TLS.
    Bare,
    Reset,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Idle,
    Sending,
    BothSending,
}

/// What the side that does not end sees, and what still reaches the one that does.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    /// All of its bytes came; after a reset some may be missing.
    all_came: bool,
    /// Then an end came.
    ended: bool,
    /// It was a reset. Only TCP can say so.
    reset: bool,
    /// What was sent after the end, where that is possible, arrived whole and then ended.
    answered: Option<bool>,
}

const LENGTH: usize = 300_000;

async fn ends_of_the_client(front: Transport, back: Transport) {
    ends(Side::Client, front, back).await;
}

async fn ends_of_the_daemon(front: Transport, back: Transport) {
    ends(Side::Daemon, front, back).await;
}

async fn ends(side: Side, front: Transport, back: Transport) {
    // What an end looks like is a matter of the transport on which it happens.
    let own = if side == Side::Client { front } else { back };
    for how in [How::Proper, How::Bare, How::Reset] {
        for when in [When::Idle, When::Sending, When::BothSending] {
            let direct = {
                let backend = Backend::start(own).await;
                let (client, daemon) = tokio::join!(Conn::direct(&backend), backend.accept());
                observe(client, daemon, side, how, when).await
            };
            let tunnel = Tunnel::new(front, back).await;
            let Tunnel { gateway, client, daemon } = tunnel;
            let mut through = observe(client, daemon, side, how, when).await;
            if (side, front, back) != (Side::Daemon, Transport::Tcp, Transport::Tcp) {
                // A daemon gets all that a client sent, and an end; and not every transport has resets.
                through.reset = direct.reset;
            }
            assert_eq!(through, direct, "{side:?} {how:?} {when:?}");
            crate::support::until("the tunnel to be gone", || gateway.connections() == 0).await;
        }
    }
}

async fn observe(client: Conn, daemon: Conn, side: Side, how: How, when: When) -> Seen {
    let (ending, staying) = if side == Side::Client { (client, daemon) } else { (daemon, client) };
    let sent = if when == When::Idle { Vec::new() } else { pattern(LENGTH) };
    let other = if when == When::BothSending { pattern(LENGTH) } else { Vec::new() };
    let (mut staying_read, mut staying_write) = tokio::io::split(staying);
    let stays = async {
        let mut came = Vec::new();
        let mut end = None;
        let mut reset = false;
        let reading = async {
            let mut piece = [0; 65_536];
            end = loop {
                match soon("more, or the end", staying_read.read(&mut piece)).await {
                    Ok(0) => break Some(true),
                    // A reset tells the end as well, and so does a FIN that TLS calls unexpected.
                    Err(error) => {
                        reset = error.kind() == std::io::ErrorKind::ConnectionReset;
                        break Some(how != How::Proper);
                    }
                    Ok(read) => came.extend_from_slice(&piece[..read]),
                }
            };
        };
        let writing = async {
            // After a reset nobody takes it.
            let _ = soon("the other way", staying_write.write_all(&other)).await;
            let _ = staying_write.flush().await;
        };
        tokio::join!(reading, writing);
        if how != How::Reset {
            let _ = staying_write.write_all(b"behind the end").await;
            let _ = staying_write.flush().await;
            let _ = staying_write.shutdown().await;
        }
        (came, end, reset)
    };
    let ends = async {
        let mut ending = ending;
        ending.write(&sent).await;
        if how == How::Reset {
            ending.reset();
            return None;
        }
        match how {
            How::Proper => ending.half_close().await,
            How::Bare | How::Reset => ending.bare_fin().await,
        }
        let rest = ending.read_rest().await;
        Some(rest == [&other[..], b"behind the end"].concat())
    };
    let ((came, end, reset), answered) = tokio::join!(stays, ends);
    assert!(sent.starts_with(&came), "{} other bytes came", came.len());
    Seen { all_came: how == How::Reset || came == sent, ended: end == Some(true), reset, answered }
}
