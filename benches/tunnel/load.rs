//! The load: attach sessions to a raw backend that does what their name says.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;

use crate::proxy::Proxy;

/// How much is moved.
pub struct Scale {
    pub rounds: usize,
    pub bytes: u64,
    pub echoes: usize,
    pub sessions: usize,
    /// Pieces of a stream whose delay is measured.
    pub pieces: usize,
}

impl Scale {
    pub fn full() -> Self {
        Self { rounds: 5, bytes: 4_000_000_000, echoes: 50_000, sessions: 4_000, pieces: 2_000 }
    }

    pub fn quick() -> Self {
        Self { rounds: 1, bytes: 1_000_000_000, echoes: 10_000, sessions: 1_000, pieces: 300 }
    }
}

/// A backend of threads: the container's name says what its session does.
pub struct Backend {
    path: PathBuf,
    _dir: TempDir,
}

impl Backend {
    pub fn start(pieces: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("backend.sock");
        let listener = UnixListener::bind(&path).unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                thread::Builder::new().stack_size(256 * 1024).spawn(move || serve(stream, pieces)).unwrap();
            }
        });
        Self { path, _dir: dir }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn serve(mut stream: UnixStream, pieces: usize) {
    let Some(head) = read_head(&mut stream) else { return };
    if head.starts_with("GET /version ") || head.contains("/_ping ") {
        return stream.write_all(VERSION).unwrap();
    }
    if !head.contains("/attach?") {
        return crate::chunks::serve(stream, pieces);
    }
    stream.write_all(SWITCHED).unwrap();
    let name = head.split('/').nth(3).unwrap();
    let mut words = name.split('-');
    let (what, number) = (words.next().unwrap(), words.next().and_then(|number| number.parse().ok()).unwrap_or(0_u64));
    match what {
        "down" => {
            let piece = vec![7; 64 * 1024];
            let mut left = number;
            while left > 0 {
                let size = left.min(piece.len() as u64) as usize;
                stream.write_all(&piece[..size]).unwrap();
                left -= size as u64;
            }
        }
        "up" => {
            let mut piece = vec![0; 64 * 1024];
            let mut left = number;
            while left > 0 {
                let read = stream.read(&mut piece).unwrap() as u64;
                assert!(read > 0);
                left -= read;
            }
            stream.write_all(b".").unwrap();
        }
        _ => {
            let mut piece = [0; 4096];
            while let Ok(read @ 1..) = stream.read(&mut piece) {
                if stream.write_all(&piece[..read]).is_err() {
                    break;
                }
            }
        }
    }
}

const SWITCHED: &[u8] = b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n\
Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

/// What a gateway asks its backend once.
const VERSION: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 66\r\n\
Connection: close\r\n\r\n{\"ApiVersion\":\"1.41\",\"MinAPIVersion\":\"1.12\",\"Version\":\"20.10.24\"}\n";

pub fn read_head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

fn attach(stream: &mut (impl Read + Write), session: &str) {
    let head = format!(
        "POST /v1.41/containers/{session}/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: docker\r\n\
         Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let head = read_head(stream).unwrap();
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
}

pub fn connect(proxy: &Proxy) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", proxy.port)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

pub fn down(proxy: &Proxy, _: &Backend, bytes: u64) {
    let mut stream = connect(proxy);
    attach(&mut stream, &format!("down-{bytes}"));
    let mut piece = vec![0; 256 * 1024];
    let mut left = bytes;
    while left > 0 {
        let read = stream.read(&mut piece).unwrap() as u64;
        assert!(read > 0, "{left} bytes are missing");
        left -= read;
    }
}

pub fn up(proxy: &Proxy, _: &Backend, bytes: u64) {
    let mut stream = connect(proxy);
    attach(&mut stream, &format!("up-{bytes}"));
    let piece = vec![7; 64 * 1024];
    let mut left = bytes;
    while left > 0 {
        let size = left.min(piece.len() as u64) as usize;
        stream.write_all(&piece[..size]).unwrap();
        left -= size as u64;
    }
    stream.read_exact(&mut [0]).unwrap();
}

/// Latencies in nanoseconds.
pub fn echo(proxy: &Proxy, _: &Backend, number: usize) -> Vec<u64> {
    echo_on(connect(proxy), number)
}

/// The same without a proxy.
pub fn echo_direct(backend: &Backend, number: usize) -> Vec<u64> {
    echo_on(UnixStream::connect(backend.path()).unwrap(), number)
}

fn echo_on(mut stream: impl Read + Write, number: usize) -> Vec<u64> {
    attach(&mut stream, "echo");
    let mut latencies = Vec::with_capacity(number);
    for _ in 0..number {
        let start = Instant::now();
        stream.write_all(b"k").unwrap();
        stream.read_exact(&mut [0]).unwrap();
        latencies.push(start.elapsed().as_nanos() as u64);
    }
    latencies
}

/// KiB that an idle session adds, each having echoed a byte.
pub fn idle(proxy: &Proxy, _: &Backend, number: usize) -> f64 {
    idle_of(proxy, number, || connect(proxy))
}

/// The same under TLS with client certificates.
pub fn idle_tls(proxy: &Proxy, _: &Backend, number: usize) -> f64 {
    let config = tls_config(proxy);
    idle_of(proxy, number, || tls(&config, proxy))
}

pub fn connect_tls(proxy: &Proxy) -> impl Read + Write + use<> {
    tls(&tls_config(proxy), proxy)
}

fn tls(config: &Arc<ClientConfig>, proxy: &Proxy) -> StreamOwned<ClientConnection, TcpStream> {
    let session = ClientConnection::new(config.clone(), "localhost".try_into().unwrap()).unwrap();
    StreamOwned::new(session, connect(proxy))
}

fn tls_config(proxy: &Proxy) -> Arc<ClientConfig> {
    let file = |name: &str| proxy.dir.path().join(name);
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("ca.pem")).unwrap()).unwrap();
    let chain = vec![CertificateDer::from_pem_file(file("cert.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("key.pem")).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_client_auth_cert(chain, key).unwrap();
    Arc::new(config)
}

fn idle_of<S: Read + Write>(proxy: &Proxy, number: usize, connect: impl Fn() -> S) -> f64 {
    let open = |number: usize| -> Vec<S> {
        (0..number)
            .map(|_| {
                let mut stream = connect();
                attach(&mut stream, "echo");
                stream.write_all(b"k").unwrap();
                stream.read_exact(&mut [0]).unwrap();
                stream
            })
            .collect()
    };
    // What the first sessions make the process allocate is not theirs.
    let first = open(number / 10);
    let before = proxy.resident();
    let sessions = open(number);
    let after = proxy.resident();
    drop((first, sessions));
    (after - before) / number as f64
}
