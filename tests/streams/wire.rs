//! The bytes that clients and daemons send, and a tunnel that stands.

use crate::support::{Backend, Conn, Gateway, Transport};

pub const ATTACH: &str = "POST /v1.25/containers/web/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: docker\r\n";
pub const EXEC: &str = "POST /v1.25/exec/e1/start HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\n";
/// What the stock CLI puts behind the request line.
pub const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: tcp\r\n";
pub const SWITCHED: &str = "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n\
                            Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
/// The form before API 1.22, and still the answer to clients that ask for no upgrade.
pub const RAW: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n";

/// A client, the gateway and a backend, with nothing said yet.
pub struct Scene {
    pub backend: Backend,
    pub gateway: Gateway,
    pub client: Conn,
}

impl Scene {
    pub async fn new(front: Transport, back: Transport) -> Self {
        let backend = Backend::start(back).await;
        let gateway = Gateway::start(front, &backend.settings());
        let client = gateway.connect().await;
        Self { backend, gateway, client }
    }
}

/// An attach that both sides have agreed on.
pub struct Tunnel {
    pub gateway: Gateway,
    pub client: Conn,
    pub daemon: Conn,
}

impl Tunnel {
    pub async fn new(front: Transport, back: Transport) -> Self {
        let Scene { backend, gateway, mut client } = Scene::new(front, back).await;
        let daemon = attach(&backend, &mut client).await;
        Self { gateway, client, daemon }
    }
}

/// Makes a tunnel of a client's connection, and gives the daemon's side.
pub async fn attach(backend: &Backend, client: &mut Conn) -> Conn {
    client.write(format!("{ATTACH}{UPGRADE}Content-Length: 0\r\n\r\n")).await;
    let mut daemon = backend.accept().await;
    daemon.read_head().await;
    daemon.write(SWITCHED).await;
    assert_eq!(client.read_head().await, SWITCHED);
    daemon
}

/// Bytes that differ everywhere, so that a lost or swapped piece shows.
pub fn pattern(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}
