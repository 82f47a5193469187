//! As many idle sessions as one process may have, for a long time.

use std::time::Duration;

use crate::memory::{anonymous_kib, connect, start};
use crate::support::{Backend, Transport};
use crate::wire::attach;

/// Two descriptors each, and some for the process itself: the limit is 20,000.
const SESSIONS: usize = 9_900;

#[tokio::test]
#[ignore = "holds for ten minutes: cargo test --release --test streams -- --ignored held_sessions_in_the_clear --nocapture"]
async fn held_sessions_in_the_clear_each_echo_a_byte_in_the_end() {
    hold(Transport::Tcp).await;
}

#[tokio::test]
#[ignore = "holds for ten minutes: cargo test --release --test streams -- --ignored held_sessions_under_tls --nocapture"]
async fn held_sessions_under_tls_each_echo_a_byte_in_the_end() {
    hold(Transport::Tls).await;
}

/// `STREAMS_HOLD_SECONDS` says how long. Each of the two needs a process of its own: client and daemon hold
/// descriptors, too.
async fn hold(front: Transport) {
    let seconds = std::env::var_os("STREAMS_HOLD_SECONDS").map_or(600, |text| text.to_str().unwrap().parse().unwrap());
    let backend = Backend::start(Transport::Unix).await;
    let gateway = start(front, &backend);
    let mut sessions = Vec::with_capacity(SESSIONS);
    let idle = anonymous_kib(&gateway);
    for _ in 0..SESSIONS {
        let mut client = connect(&gateway, front).await;
        let daemon = attach(&backend, &mut client).await;
        sessions.push((client, daemon));
    }
    let each = (anonymous_kib(&gateway) - idle) as f64 / SESSIONS as f64;
    eprintln!("{SESSIONS} sessions, {front:?}: {each:.2} KiB each; held for {seconds} s");
    // The time is what is tried here: nothing may end, whatever is silent.
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let descriptors = std::fs::read_dir(format!("/proc/{}/fd", gateway.process.id())).unwrap().count();
    assert!(descriptors > 2 * SESSIONS, "the gateway has {descriptors} descriptors left");
    for (number, (client, daemon)) in sessions.iter_mut().enumerate() {
        let byte = [number as u8];
        client.write(byte).await;
        assert_eq!(daemon.read_bytes(1).await, byte, "session {number}, up");
        daemon.write(byte).await;
        assert_eq!(client.read_bytes(1).await, byte, "session {number}, down");
    }
    eprintln!("{SESSIONS} sessions, {front:?}: each has echoed its byte");
}
