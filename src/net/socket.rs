//! One type for every kind of connection.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use rustls_pki_types::CertificateDer;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsStream;

use super::watched::Watched;

/// A connection without TLS.
#[derive(Debug)]
pub enum Plain {
    /// TCP.
    Tcp(Watched<TcpStream>),
    /// A unix socket.
    Unix(Watched<UnixStream>),
}

/// A connection, in the clear or under TLS.
#[derive(Debug)]
pub enum Socket {
    /// In the clear.
    Plain(Plain),
    /// Under TLS, as client or server.
    Tls(Box<TlsStream<Plain>>),
}

impl Plain {
    /// Prepares a connection for keystrokes and long silence: what is written is
    /// sent at once, and a peer that vanished is noticed (TCP only).
    ///
    /// # Errors
    /// Those of `setsockopt`, as for a connection that is gone already.
    pub fn tune(&self) -> io::Result<()> {
        if let Self::Tcp(stream) = self
            && let Some(fd) = stream.fd()
        {
            let socket = SockRef::from(&fd);
            socket.set_tcp_nodelay(true)?;
            socket.set_tcp_keepalive(&keepalive())?;
        }
        Ok(())
    }

    /// Lets so much time pass, in which nobody is told of what arrives. In a longer pause it is read apart, `room` bytes
    /// at most; such a pause ends when there is much of it, and may take longer where others want the processor.
    ///
    /// # Errors
    /// The system's; the socket is closed then.
    pub async fn pause(&mut self, pause: Duration, room: usize) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.pause(pause, room).await,
            Self::Unix(stream) => stream.pause(pause, room).await,
        }
    }

    fn poll_fetch(&mut self, cx: &mut Context<'_>, room: usize) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(stream) => stream.poll_fetch(cx, room),
            Self::Unix(stream) => stream.poll_fetch(cx, room),
        }
    }
}

impl Socket {
    /// The certificates that the peer showed, its own first; `None` without TLS or without any.
    #[must_use]
    pub fn peer_certificates(&self) -> Option<&[CertificateDer<'static>]> {
        match self {
            Self::Plain(_) => None,
            Self::Tls(stream) => stream.get_ref().1.peer_certificates(),
        }
    }

    /// As [`Plain::pause`]. Under TLS, `room` is for what the records are in.
    ///
    /// # Errors
    /// The system's; the socket is closed then.
    pub async fn pause(&mut self, pause: Duration, room: usize) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.pause(pause, room).await,
            Self::Tls(stream) => stream.get_mut().0.pause(pause, room).await,
        }
    }

    /// Has what is here read apart from this worker, `room` bytes at most, and waits for that. What is here is read next.
    ///
    /// # Errors
    /// The system's; the socket is closed then.
    pub fn poll_fetch(&mut self, cx: &mut Context<'_>, room: usize) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(stream) => stream.poll_fetch(cx, room),
            Self::Tls(stream) => stream.get_mut().0.poll_fetch(cx, room),
        }
    }

    /// Has the peer see a reset instead of an end when this is dropped, where the
    /// transport can say so: plain TCP. TLS says it by the missing close_notify.
    pub fn reset_on_close(&self) {
        if let Self::Plain(Plain::Tcp(stream)) = self
            && let Some(fd) = stream.fd()
        {
            // One that is gone already needs no reset.
            let _ = SockRef::from(&fd).set_linger(Some(Duration::ZERO));
        }
    }
}

impl From<TcpStream> for Plain {
    fn from(stream: TcpStream) -> Self {
        Self::Tcp(Watched::new(stream))
    }
}

impl From<UnixStream> for Plain {
    fn from(stream: UnixStream) -> Self {
        Self::Unix(Watched::new(stream))
    }
}

impl AsyncRead for Plain {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Unix(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Plain {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Unix(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match (self.get_mut(), bufs) {
            // The simpler call is the cheaper one.
            (plain, [one]) => Pin::new(plain).poll_write(cx, one),
            (plain, bufs) if bufs.iter().map(|piece| piece.len()).sum::<usize>() <= SHORT => {
                TOGETHER.with_borrow_mut(|together| {
                    together.clear();
                    bufs.iter().for_each(|piece| together.extend_from_slice(piece));
                    Pin::new(plain).poll_write(cx, together)
                })
            }
            (Self::Tcp(stream), bufs) => Pin::new(stream).poll_write_vectored(cx, bufs),
            (Self::Unix(stream), bufs) => Pin::new(stream).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    /// Ends our direction: FIN, or close_notify under TLS. The TCP connection
    /// under TLS stays whole until the socket is dropped, as Go's `CloseWrite`
    /// leaves it: a peer may take a FIN there for the end of both directions.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => {
                stream.get_mut().1.send_close_notify();
                Pin::new(stream.as_mut()).poll_flush(cx)
            }
        }
    }
}

/// Pieces that are together this short, in bytes, are copied into one: that costs
/// less than what the system does for several. A head and its object, commonly.
const SHORT: usize = 4096;

thread_local! {
    static TOGETHER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// How a connection is probed that is silent. Each a little otherwise: thousands that were made together
/// would be probed together, and what a network cannot carry at once it drops, until all six
/// probes of a healthy connection are lost.
fn keepalive() -> TcpKeepalive {
    static MADE: AtomicU32 = AtomicU32::new(0);
    // Neighbours in time get places far apart among 64 (Knuth's multiplicative hash).
    let place = u64::from(MADE.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9) >> 26);
    TcpKeepalive::new()
        .with_time(Duration::from_secs(90 + place))
        .with_interval(Duration::from_secs(20 + place / 4))
        .with_retries(6)
}
