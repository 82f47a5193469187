//! Connections that say and hear exactly the bytes a test is about.

use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};
use vicgate::settings::{self, BackendTls, BackendUrl, ListenUrl};

use super::certs::Certs;
use super::soon;

/// How two sides are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Tcp,
    Unix,
    Tls,
}

/// One end of a connection.
pub struct Conn {
    stream: Stream,
    /// Read from the stream, and not yet asked for.
    ahead: Vec<u8>,
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Conn {
    pub async fn tcp(port: u16) -> Self {
        Self::new(Stream::Tcp(TcpStream::connect(("127.0.0.1", port)).await.unwrap()))
    }

    pub async fn unix(path: impl AsRef<std::path::Path>) -> Self {
        Self::new(Stream::Unix(UnixStream::connect(path).await.unwrap()))
    }

    pub async fn tls(port: u16) -> Self {
        Self::try_tls(port).await.unwrap()
    }

    async fn try_tls(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        // Nagle's algorithm would hold the request back until the end of the handshake is acknowledged.
        stream.set_nodelay(true)?;
        let connector = TlsConnector::from(Certs::shared().client_config());
        let stream = connector.connect("localhost".try_into().unwrap(), stream).await?;
        Ok(Self::new(Stream::Tls(Box::new(stream.into()))))
    }

    /// Connects as a listener's address asks for.
    pub async fn to(url: &ListenUrl) -> Self {
        soon("a connection to the gateway", async {
            match url {
                ListenUrl::Tcp { port, .. } => Self::tcp(*port).await,
                ListenUrl::Tls { port, .. } => Self::tls(*port).await,
                ListenUrl::Unix { path, .. } => Self::unix(path).await,
                ListenUrl::Fd { .. } => panic!("a descriptor is not an address"),
            }
        })
        .await
    }

    /// Connects to a backend, with nothing in between. It must be accepting meanwhile.
    pub async fn direct(backend: &Backend) -> Self {
        match &backend.listener {
            Listener::Tcp(listener) => Self::tcp(listener.local_addr().unwrap().port()).await,
            Listener::Unix(_, path) => Self::unix(path).await,
            Listener::Tls(listener) => Self::tls(listener.local_addr().unwrap().port()).await,
        }
    }

    /// Tries to connect, where that may fail.
    pub async fn dare(url: &ListenUrl) -> std::io::Result<Self> {
        let stream = match url {
            ListenUrl::Tcp { port, .. } => Stream::Tcp(TcpStream::connect(("127.0.0.1", *port)).await?),
            ListenUrl::Unix { path, .. } => Stream::Unix(UnixStream::connect(path).await?),
            ListenUrl::Tls { port, .. } => return Self::try_tls(*port).await,
            ListenUrl::Fd { .. } => panic!("a descriptor is not an address"),
        };
        Ok(Self::new(stream))
    }

    /// A connection that has ended, to put in the place of one that is taken.
    pub async fn nowhere() -> Self {
        Self::new(Stream::Unix(UnixStream::pair().unwrap().0))
    }

    fn new(stream: Stream) -> Self {
        Self { stream, ahead: Vec::new() }
    }

    pub async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        soon("bytes to be taken", async {
            self.write_all(bytes.as_ref()).await.unwrap();
            self.flush().await.unwrap();
        })
        .await;
    }

    /// Reads a request or status line with its headers, up to the empty line.
    pub async fn read_head(&mut self) -> String {
        soon("a head", async {
            loop {
                if let Some(end) = self.ahead.windows(4).position(|four| four == b"\r\n\r\n") {
                    let head = self.ahead.drain(..end + 4).collect();
                    return String::from_utf8(head).unwrap();
                }
                let mut chunk = [0; 4096];
                let read = self.read_stream(&mut chunk).await.unwrap();
                assert!(read > 0, "the connection ended within a head: {:?}", String::from_utf8_lossy(&self.ahead));
                self.ahead.extend_from_slice(&chunk[..read]);
            }
        })
        .await
    }

    /// Reads exactly that many bytes.
    pub async fn read_bytes(&mut self, number: usize) -> Vec<u8> {
        let mut bytes = vec![0; number];
        soon("bytes", self.read_exact(&mut bytes)).await.unwrap();
        bytes
    }

    /// Reads until these bytes have come, and gives all up to their end.
    pub async fn read_until(&mut self, end: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(end) {
            bytes.extend(self.read_bytes(1).await);
        }
        bytes
    }

    /// Reads to the end; a connection that is cut counts as ended.
    pub async fn read_rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // What came before the cut is in `bytes`.
        let _ = soon("the end", self.read_to_end(&mut bytes)).await;
        bytes
    }

    /// Reads to the end, which must be a proper one: no reset, and close_notify under TLS.
    pub async fn read_proper_rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        soon("the end", self.read_to_end(&mut bytes)).await.unwrap();
        bytes
    }

    /// Waits for the end, whatever its kind; fails on a byte.
    pub async fn expect_end(&mut self) {
        let rest = self.read_rest().await;
        assert!(rest.is_empty(), "expected the end and got {:?}", String::from_utf8_lossy(&rest));
    }

    /// True if nothing comes and nothing ends for a moment.
    pub async fn is_silent(&mut self) -> bool {
        let mut byte = [0];
        tokio::time::timeout(Duration::from_millis(100), self.read(&mut byte)).await.is_err()
    }

    /// Ends this direction as a good client does: FIN, or close_notify under TLS.
    pub async fn half_close(&mut self) {
        match &mut self.stream {
            Stream::Tcp(stream) => stream.shutdown().await.unwrap(),
            Stream::Unix(stream) => stream.shutdown().await.unwrap(),
            Stream::Tls(stream) => {
                stream.get_mut().1.send_close_notify();
                stream.flush().await.unwrap();
            }
        }
    }

    /// Ends this direction with a FIN, without a word of TLS.
    pub async fn bare_fin(&mut self) {
        match &mut self.stream {
            Stream::Tcp(stream) => stream.shutdown().await.unwrap(),
            Stream::Unix(stream) => stream.shutdown().await.unwrap(),
            Stream::Tls(stream) => {
                stream.flush().await.unwrap();
                stream.get_mut().0.shutdown().await.unwrap();
            }
        }
    }

    /// Ends both directions with a reset, where there is such a thing; a unix
    /// socket is closed.
    pub fn reset(self) {
        match &self.stream {
            Stream::Tcp(stream) => SockRef::from(stream).set_linger(Some(Duration::ZERO)).unwrap(),
            Stream::Unix(_) => {}
            Stream::Tls(stream) => SockRef::from(stream.get_ref().0).set_linger(Some(Duration::ZERO)).unwrap(),
        }
    }

    /// Lets the system hold few bytes on the way, so that a slow reader is felt.
    pub fn shrink_buffers(&self) {
        let shrink = |socket: SockRef<'_>| {
            socket.set_recv_buffer_size(4096).unwrap();
            socket.set_send_buffer_size(4096).unwrap();
        };
        match &self.stream {
            Stream::Tcp(stream) => shrink(SockRef::from(stream)),
            Stream::Unix(stream) => shrink(SockRef::from(stream)),
            Stream::Tls(stream) => shrink(SockRef::from(stream.get_ref().0)),
        }
    }

    async fn read_stream(&mut self, chunk: &mut [u8]) -> std::io::Result<usize> {
        match &mut self.stream {
            Stream::Tcp(stream) => stream.read(chunk).await,
            Stream::Unix(stream) => stream.read(chunk).await,
            Stream::Tls(stream) => stream.read(chunk).await,
        }
    }
}

impl AsyncRead for Conn {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let this = self.get_mut();
        if !this.ahead.is_empty() {
            let number = this.ahead.len().min(buf.remaining());
            buf.put_slice(&this.ahead[..number]);
            this.ahead.drain(..number);
            return Poll::Ready(Ok(()));
        }
        match &mut this.stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Unix(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Conn {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Unix(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Unix(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

/// A backend whose every byte a test decides.
pub struct Backend {
    listener: Listener,
    dir: TempDir,
}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener, PathBuf),
    Tls(TcpListener),
}

impl Backend {
    pub async fn start(transport: Transport) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let listener = match transport {
            Transport::Tcp => Listener::Tcp(TcpListener::bind("127.0.0.1:0").await.unwrap()),
            Transport::Tls => Listener::Tls(TcpListener::bind("127.0.0.1:0").await.unwrap()),
            Transport::Unix => {
                let path = dir.path().join("backend.sock");
                Listener::Unix(UnixListener::bind(&path).unwrap(), path)
            }
        };
        Self { listener, dir }
    }

    /// The next connection of the gateway.
    pub async fn accept(&self) -> Conn {
        soon("a connection from the gateway", async {
            match &self.listener {
                Listener::Tcp(listener) => Conn::new(Stream::Tcp(listener.accept().await.unwrap().0)),
                Listener::Unix(listener, _) => Conn::new(Stream::Unix(listener.accept().await.unwrap().0)),
                Listener::Tls(listener) => {
                    let stream = listener.accept().await.unwrap().0;
                    let acceptor = TlsAcceptor::from(Certs::shared().server_config());
                    Conn::new(Stream::Tls(Box::new(acceptor.accept(stream).await.unwrap().into())))
                }
            }
        })
        .await
    }

    /// What to tell the gateway to reach it.
    pub fn settings(&self) -> settings::Backend {
        let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
        let (url, ca) = match &self.listener {
            Listener::Tcp(listener) => (BackendUrl::Tcp { host: "127.0.0.1".into(), port: port(listener) }, None),
            Listener::Unix(_, path) => (BackendUrl::Unix(path.clone()), None),
            Listener::Tls(listener) => {
                let url = BackendUrl::Tls { host: "localhost".into(), port: port(listener) };
                (url, Some(Certs::shared().path("ca.pem")))
            }
        };
        let tls = BackendTls { ca, ..BackendTls::default() };
        settings::Backend { url, tls, host_header: None, connect_timeout: Duration::from_secs(5) }
    }
}
