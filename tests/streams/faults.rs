//! Tunnels over bad networks on both sides. A case is its seed: what failed once
//! fails again with `STREAMS_SEED=N`.

use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use vicgate::settings::Limits;

use crate::support::faults::{BadNetwork, Dice, Faults};
use crate::support::{Backend, Conn, Gateway, Transport, soon, until};
use crate::wire::attach;

const TRANSPORTS: [Transport; 3] = [Transport::Tcp, Transport::Unix, Transport::Tls];
const NONE: Faults = Faults { reset_after: None };

/// The seeds to try: the one that is asked for, or these.
fn seeds(number: u64) -> Vec<u64> {
    match std::env::var_os("STREAMS_SEED") {
        Some(seed) => vec![seed.to_str().unwrap().parse().unwrap()],
        None => (0..number).collect(),
    }
}

/// A gateway between two bad networks.
struct Course {
    backend: Backend,
    gateway: Gateway,
    front: BadNetwork,
    _back: BadNetwork,
}

impl Course {
    async fn new(dice: &mut Dice, faults: Faults) -> Self {
        let backend = Backend::start(TRANSPORTS[dice.roll(3)]).await;
        let mut settings = backend.settings();
        let (back, url) = BadNetwork::before_backend(&settings.url, dice.split(), NONE).await;
        settings.url = url;
        let limits = Limits { workers: 1, ..Limits::default() };
        let gateway = Gateway::start_with(TRANSPORTS[dice.roll(3)], &settings, limits);
        let front = BadNetwork::before(gateway.address(), dice.split(), faults).await;
        Self { backend, gateway, front, _back: back }
    }

    async fn tunnel(&self) -> (Conn, Conn) {
        let mut client = Conn::to(&self.front.address).await;
        let daemon = attach(&self.backend, &mut client).await;
        (client, daemon)
    }
}

/// Sends so many random bytes in random pieces, and ends. Gives their hash.
async fn send(mut writer: impl AsyncWrite + Unpin, mut dice: Dice, bytes: usize) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut left = bytes;
    let mut piece = vec![0; 1 << 17];
    while left > 0 {
        let size = dice.size().min(left);
        let mark = dice.roll(usize::MAX) as u64;
        for (index, eight) in piece[..size].chunks_mut(8).enumerate() {
            eight.copy_from_slice(&(mark ^ index as u64).to_le_bytes()[..eight.len()]);
        }
        hash.update(&piece[..size]);
        writer.write_all(&piece[..size]).await.unwrap();
        if dice.roll(4) == 0 {
            writer.flush().await.unwrap();
        }
        left -= size;
    }
    writer.flush().await.unwrap();
    writer.shutdown().await.unwrap();
    hash.finalize().into()
}

/// Reads to the end. Gives the hash of what came, and how much it was.
async fn receive(mut reader: impl AsyncRead + Unpin) -> ([u8; 32], usize) {
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let read = reader.read(&mut piece).await.unwrap();
        if read == 0 {
            return (hash.finalize().into(), bytes);
        }
        hash.update(&piece[..read]);
        bytes += read;
    }
}

/// Moves bytes both ways until the client has ended, then the backend.
async fn exchange(client: Conn, daemon: Conn, mut dice: Dice, most: usize, seed: u64) -> usize {
    let (up, down) = (dice.roll(most), dice.roll(most));
    let (client_reader, client_writer) = tokio::io::split(client);
    let (daemon_reader, daemon_writer) = tokio::io::split(daemon);
    let (sent_up, sent_down) = (dice.split(), dice.split());
    let upwards = async {
        let (sent, received) = tokio::join!(send(client_writer, sent_up, up), receive(daemon_reader));
        assert_eq!(received, (sent, up), "up, seed {seed}");
    };
    // The daemon's end ends the tunnel, so it comes when all input is there.
    let downwards = async {
        let (sent, received) = tokio::join!(
            async {
                upwards.await;
                send(daemon_writer, sent_down, down).await
            },
            receive(client_reader)
        );
        assert_eq!(received, (sent, down), "down, seed {seed}");
    };
    downwards.await;
    up + down
}

#[tokio::test]
async fn every_byte_arrives_over_bad_networks() {
    for seed in seeds(24) {
        let mut dice = Dice::new(seed);
        let course = Course::new(&mut dice, NONE).await;
        let (client, daemon) = course.tunnel().await;
        soon(&format!("seed {seed}"), exchange(client, daemon, dice, 400_000, seed)).await;
        until("the tunnel to be gone", || course.gateway.connections() == 0).await;
    }
}

/// The reset may come anywhere: within the TLS handshake, the head, the stdin.
#[tokio::test]
async fn a_reset_at_any_byte_leaves_nothing_behind() {
    for seed in seeds(48) {
        let mut dice = Dice::new(seed);
        let faults = Faults { reset_after: Some(dice.size()) };
        let course = Course::new(&mut dice, faults).await;
        let client = async {
            let Ok(mut client) = Conn::dare(&course.front.address).await else { return };
            let head = format!("{}{}\r\n", crate::wire::ATTACH, crate::wire::UPGRADE);
            let _ = client.write_all(&[head.as_bytes(), &[7; 200_000]].concat()).await;
            let _ = client.flush().await;
            // Whatever came before the reset may be read.
            let _ = client.read_to_end(&mut Vec::new()).await;
        };
        let daemon = async {
            let mut daemon = course.backend.accept().await;
            let (mut seen, mut piece, mut answered) = (Vec::new(), [0; 4096], false);
            while let Ok(read @ 1..) = daemon.read(&mut piece).await {
                seen.extend_from_slice(&piece[..read]);
                if !answered && seen.windows(4).any(|four| four == b"\r\n\r\n") {
                    answered = true;
                    let _ = daemon.write_all(crate::wire::SWITCHED.as_bytes()).await;
                    let _ = daemon.flush().await;
                }
            }
            // From here on only the gateway holds what is left.
        };
        let what = format!("the end of seed {seed}");
        tokio::select! {
            // The client's end alone, where no backend was asked.
            () = async { client.await; until(&what, || course.gateway.connections() == 0).await } => {}
            () = async { daemon.await; std::future::pending().await } => {}
        }
    }
}

/// 100 GiB take about twenty minutes; `STREAMS_GIB` says how many.
#[tokio::test]
#[ignore = "moves gigabytes: cargo test --release --test streams -- --ignored"]
async fn long_mixed_tunnels_keep_every_byte() {
    let gib = std::env::var_os("STREAMS_GIB").map_or(10, |gib| gib.to_str().unwrap().parse().unwrap());
    let mut moved = 0;
    let mut seed = 1000;
    while moved < gib << 30 {
        let mut dice = Dice::new(seed);
        let course = Course::new(&mut dice, NONE).await;
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (client, daemon) = course.tunnel().await;
            running.spawn(exchange(client, daemon, dice.split(), 256 << 20, seed));
        }
        while let Some(bytes) = running.join_next().await {
            moved += bytes.unwrap();
        }
        seed += 1;
    }
}

#[tokio::test]
#[ignore = "takes minutes: cargo test --release --test streams -- --ignored"]
async fn a_hundred_thousand_early_stdins_are_kept() {
    let backend = Backend::start(Transport::Unix).await;
    let gateway = Gateway::start(Transport::Tcp, &backend.settings());
    for round in 0..100_000 {
        let mut client = gateway.connect().await;
        let stdin = format!("stdin of round {round}");
        client.write(format!("{}{}\r\n{stdin}", crate::wire::ATTACH, crate::wire::UPGRADE)).await;
        let mut daemon = backend.accept().await;
        daemon.read_head().await;
        daemon.write(crate::wire::SWITCHED).await;
        assert_eq!(daemon.read_bytes(stdin.len()).await, stdin.as_bytes());
    }
}
