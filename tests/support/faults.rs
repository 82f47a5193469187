//! A bad network between two sockets, and the same one again for the same seed.

use std::io;
use std::time::Duration;

use socket2::SockRef;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::task::JoinHandle;
use vicgate::settings::{BackendUrl, ListenUrl};

/// Numbers that look random and are the same for the same seed (xorshift, Marsaglia 2003).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// One of `0..sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % sides
    }

    /// Dice of their own for something that runs beside this.
    pub fn split(&mut self) -> Self {
        Self::new(self.roll(usize::MAX) as u64)
    }

    /// A number of bytes: often few, sometimes many.
    pub fn size(&mut self) -> usize {
        let limit = 1 << self.roll(17);
        1 + self.roll(limit)
    }
}

/// What a network does to a connection.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// Resets the connection after so many bytes of one direction.
    pub reset_after: Option<usize>,
}

/// Forwards connections, badly: bytes are split, put together, held back.
pub struct BadNetwork {
    pub address: ListenUrl,
    task: JoinHandle<()>,
    _dir: TempDir,
}

impl BadNetwork {
    /// In front of a listener.
    pub async fn before(target: &ListenUrl, dice: Dice, faults: Faults) -> Self {
        let dir = tempfile::tempdir().unwrap();
        match target.clone() {
            ListenUrl::Tcp { port, .. } | ListenUrl::Tls { port, .. } => {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let (host, ours) = ("127.0.0.1".into(), listener.local_addr().unwrap().port());
                let tls = matches!(target, ListenUrl::Tls { .. });
                let address =
                    if tls { ListenUrl::Tls { host, port: ours } } else { ListenUrl::Tcp { host, port: ours } };
                let task = tokio::spawn(tcp(listener, port, dice, faults));
                Self { address, task, _dir: dir }
            }
            ListenUrl::Unix { path, .. } => {
                let ours = dir.path().join("bad.sock");
                let listener = UnixListener::bind(&ours).unwrap();
                let address = ListenUrl::Unix { path: ours, mode: None, group: None };
                let task = tokio::spawn(unix(listener, path, dice, faults));
                Self { address, task, _dir: dir }
            }
            ListenUrl::Fd { .. } => panic!("a descriptor is not an address"),
        }
    }

    /// In front of a backend; gives the URL to reach it by.
    pub async fn before_backend(target: &BackendUrl, dice: Dice, faults: Faults) -> (Self, BackendUrl) {
        let listen = match target.clone() {
            BackendUrl::Tcp { host, port } => ListenUrl::Tcp { host, port },
            BackendUrl::Tls { host, port } => ListenUrl::Tls { host, port },
            BackendUrl::Unix(path) => ListenUrl::Unix { path, mode: None, group: None },
        };
        let network = Self::before(&listen, dice, faults).await;
        let url = match (&network.address, target) {
            (ListenUrl::Tls { port, .. }, BackendUrl::Tls { host, .. }) => {
                BackendUrl::Tls { host: host.clone(), port: *port }
            }
            (ListenUrl::Unix { path, .. }, _) => BackendUrl::Unix(path.clone()),
            (ListenUrl::Tcp { host, port }, _) => BackendUrl::Tcp { host: host.clone(), port: *port },
            (other, _) => panic!("{other}"),
        };
        (network, url)
    }
}

impl Drop for BadNetwork {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn tcp(listener: TcpListener, port: u16, mut dice: Dice, faults: Faults) {
    loop {
        let (near, _) = listener.accept().await.unwrap();
        let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await else { continue };
        let (up, down) = (dice.split(), dice.split());
        tokio::spawn(async move {
            for stream in [&near, &far] {
                stream.set_nodelay(true).unwrap();
            }
            let (mut near, mut far) = (near, far);
            let reset = {
                let (mut near_reader, mut near_writer) = near.split();
                let (mut far_reader, mut far_writer) = far.split();
                let up = pass(&mut near_reader, &mut far_writer, up, faults.reset_after);
                let down = pass(&mut far_reader, &mut near_writer, down, None);
                tokio::try_join!(up, down).is_err()
            };
            if reset {
                for stream in [&near, &far] {
                    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
                }
            }
        });
    }
}

async fn unix(listener: UnixListener, path: std::path::PathBuf, mut dice: Dice, faults: Faults) {
    loop {
        let (mut near, _) = listener.accept().await.unwrap();
        let Ok(mut far) = UnixStream::connect(&path).await else { continue };
        let (up, down) = (dice.split(), dice.split());
        tokio::spawn(async move {
            let (mut near_reader, mut near_writer) = near.split();
            let (mut far_reader, mut far_writer) = far.split();
            let up = pass(&mut near_reader, &mut far_writer, up, faults.reset_after);
            let down = pass(&mut far_reader, &mut near_writer, down, None);
            // A unix socket has no reset: dropping it is all there is.
            let _ = tokio::try_join!(up, down);
        });
    }
}

/// One direction. An error means that the connection is to be reset.
async fn pass<R, W>(reader: &mut R, writer: &mut W, mut dice: Dice, reset_after: Option<usize>) -> io::Result<()>
where
    R: AsyncReadExt + Unpin,
    W: AsyncWriteExt + Unpin,
{
    let mut buffer = vec![0; 1 << 17];
    let mut passed = 0;
    loop {
        let limit = dice.size();
        let read = reader.read(&mut buffer[..limit]).await?;
        if read == 0 {
            writer.shutdown().await?;
            return Ok(());
        }
        match dice.roll(64) {
            0 => tokio::time::sleep(Duration::from_millis(dice.roll(15) as u64)).await,
            1..8 => tokio::task::yield_now().await,
            _ => {}
        }
        let mut rest = &buffer[..read];
        while !rest.is_empty() {
            let piece = dice.size().min(rest.len());
            writer.write_all(&rest[..piece]).await?;
            rest = &rest[piece..];
        }
        passed += read;
        if reset_after.is_some_and(|limit| passed >= limit) {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
    }
}
