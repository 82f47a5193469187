//! A socket that the runtime watches, and for a while does not.

use std::fmt::Debug;
use std::future::poll_fn;
use std::io;
use std::mem;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::sleep;

use super::reader::{Away, EACH, Unwatched};

/// A socket of tokio.
pub trait Kind: AsyncRead + AsyncWrite + AsFd + Debug + Unpin + Sized {
    /// Takes it from the runtime.
    ///
    /// # Errors
    /// The system's; the socket is closed then.
    fn into_fd(self) -> io::Result<OwnedFd>;

    /// Gives it to the runtime.
    ///
    /// # Errors
    /// The system's; the socket is closed then.
    fn from_fd(socket: OwnedFd) -> io::Result<Self>;

    /// Waits until there is something to be read, or an end.
    ///
    /// # Errors
    /// The system's.
    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

impl Kind for TcpStream {
    fn into_fd(self) -> io::Result<OwnedFd> {
        Ok(self.into_std()?.into())
    }

    fn from_fd(socket: OwnedFd) -> io::Result<Self> {
        Self::from_std(socket.into())
    }

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_read_ready(cx)
    }
}

impl Kind for UnixStream {
    fn into_fd(self) -> io::Result<OwnedFd> {
        Ok(self.into_std()?.into())
    }

    fn from_fd(socket: OwnedFd) -> io::Result<Self> {
        Self::from_std(socket.into())
    }

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_read_ready(cx)
    }
}

/// A socket whose owner can have it left alone for a while. The kernel tells the runtime of every byte that arrives,
/// even if nobody reads: from whoever sends a little each time, that costs more than to read it.
#[derive(Debug)]
pub struct Watched<S>(State<S>);

/// Where the socket is, with what was read apart and nobody has taken yet.
#[derive(Debug)]
enum State<S> {
    /// The runtime watches it.
    Now(S),
    /// The runtime watches it, for somebody who writes before all is read. Boxed, as it is rare and sockets are many.
    Early(Box<(S, Bytes)>),
    /// Nobody watches it.
    Later(Unwatched, Bytes),
    /// It is read apart.
    Away(Away),
    /// It could neither be taken from the runtime nor given to it.
    Closed,
}

impl<S: Kind> Watched<S> {
    pub(super) const fn new(socket: S) -> Self {
        Self(State::Now(socket))
    }

    /// The socket as the runtime has it; `None` while it has it not.
    #[must_use]
    pub const fn now(&self) -> Option<&S> {
        match &self.0 {
            State::Now(socket) => Some(socket),
            State::Early(early) => Some(&early.0),
            State::Later(..) | State::Away(_) | State::Closed => None,
        }
    }

    /// The socket, for its options; `None` while it is read apart, or if it is closed.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        match &self.0 {
            State::Now(socket) => Some(socket.as_fd()),
            State::Early(early) => Some(early.0.as_fd()),
            State::Later(socket, _) => Some(socket.as_fd()),
            State::Away(_) | State::Closed => None,
        }
    }

    /// Lets so much time pass, in which nobody is told of what arrives. In a longer pause it is read apart, `room` bytes
    /// at most; such a pause ends when there is much of it, and may take longer where others want the processor.
    ///
    /// # Errors
    /// The system's; the socket is closed then.
    pub(super) async fn pause(&mut self, pause: Duration, room: usize) -> io::Result<()> {
        let leave = |socket: Unwatched, early: Bytes| {
            if pause < EACH || !early.is_empty() {
                return State::Later(socket, early);
            }
            socket.lend(pause, room).map_or_else(|socket| State::Later(socket, early), State::Away)
        };
        self.0 = match mem::replace(&mut self.0, State::Closed) {
            State::Now(socket) => leave(socket.into_fd()?.into(), Bytes::new()),
            State::Early(early) => {
                let (socket, early) = *early;
                leave(socket.into_fd()?.into(), early)
            }
            State::Later(socket, early) => leave(socket, early),
            same @ (State::Away(_) | State::Closed) => same,
        };
        if let State::Away(_) = self.0 {
            poll_fn(|cx| self.poll_back(cx)).await;
        } else {
            sleep(pause).await;
        }
        Ok(())
    }

    /// Has what is here read apart, `room` bytes at most, and waits for that: what comes in large pieces costs much to
    /// read. Nothing is done where there is nothing to be read, or something that was read already.
    ///
    /// # Errors
    /// The system's; the socket is closed then.
    pub(super) fn poll_fetch(&mut self, cx: &mut Context<'_>, room: usize) -> Poll<io::Result<()>> {
        let ready = match &self.0 {
            State::Now(socket) => socket.poll_ready(cx).is_ready(),
            State::Later(_, early) => early.is_empty(),
            State::Early(_) | State::Away(_) | State::Closed => false,
        };
        if ready {
            self.0 = match mem::replace(&mut self.0, State::Closed) {
                State::Now(socket) => State::Away(Unwatched::from(socket.into_fd()?).fetch(room)),
                State::Later(socket, _) => State::Away(socket.fetch(room)),
                same @ (State::Early(_) | State::Away(_) | State::Closed) => same,
            };
        }
        self.poll_back(cx).map(Ok)
    }

    /// Waits for a socket that is read apart.
    fn poll_back(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let State::Away(away) = &mut self.0 {
            self.0 = ready!(away.poll(cx)).map_or(State::Closed, |(socket, early)| State::Later(socket, early.into()));
        }
        Poll::Ready(())
    }

    /// The socket where it is to be waited for, or written to.
    #[inline]
    fn poll_now(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<&mut S>> {
        if !matches!(self.0, State::Now(_)) {
            ready!(self.poll_watch(cx))?;
        }
        Poll::Ready(match &mut self.0 {
            State::Now(socket) => Ok(socket),
            State::Early(early) => Ok(&mut early.0),
            State::Later(..) | State::Away(_) | State::Closed => Err(io::ErrorKind::NotConnected.into()),
        })
    }

    /// Has the runtime watch it again.
    #[cold]
    fn poll_watch(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_home(cx));
        self.0 = match mem::replace(&mut self.0, State::Closed) {
            State::Later(socket, early) if early.is_empty() => State::Now(S::from_fd(socket.into())?),
            State::Later(socket, early) => State::Early(Box::new((S::from_fd(socket.into())?, early))),
            State::Early(early) if early.1.is_empty() => State::Now(early.0),
            same @ (State::Now(_) | State::Early(_) | State::Away(_) | State::Closed) => same,
        };
        Poll::Ready(Ok(()))
    }

    /// Asks for a socket that is read apart, and waits for it.
    fn poll_home(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let State::Away(away) = &self.0 {
            away.want();
        }
        self.poll_back(cx)
    }

    /// Reads where that is not the runtime's alone.
    #[cold]
    fn poll_read_apart(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_home(cx));
        let before = buf.filled().len();
        match &mut self.0 {
            State::Early(early) => take(&mut early.1, buf),
            State::Later(socket, early) => {
                take(early, buf);
                // What is here needs no waiting for, and all of it is taken together: whoever sends more than is read
                // apart in a pause has no pause for each piece.
                if buf.remaining() > 0 {
                    match socket.read(buf.initialize_unfilled()) {
                        Ok(read) => {
                            buf.advance(read);
                            return Poll::Ready(Ok(()));
                        }
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock || buf.filled().len() > before => {}
                        Err(error) => return Poll::Ready(Err(error)),
                    }
                }
            }
            State::Now(_) | State::Away(_) | State::Closed => {}
        }
        if buf.filled().len() > before {
            return Poll::Ready(Ok(()));
        }
        Pin::new(ready!(self.poll_now(cx))?).poll_read(cx, buf)
    }
}

/// Moves what there is room for.
fn take(early: &mut Bytes, buf: &mut ReadBuf<'_>) {
    buf.put_slice(&early.split_to(early.len().min(buf.remaining())));
}

impl<S: Kind> AsyncRead for Watched<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match &mut this.0 {
            State::Now(socket) => Pin::new(socket).poll_read(cx, buf),
            State::Early(_) | State::Later(..) | State::Away(_) | State::Closed => this.poll_read_apart(cx, buf),
        }
    }
}

impl<S: Kind> AsyncWrite for Watched<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(ready!(self.get_mut().poll_now(cx))?).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(ready!(self.get_mut().poll_now(cx))?).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(ready!(self.get_mut().poll_now(cx))?).poll_shutdown(cx)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Instant;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn pair() -> (UnixStream, Watched<UnixStream>) {
        let (client, server) = UnixStream::pair().unwrap();
        (client, Watched::new(server))
    }

    #[tokio::test]
    async fn what_arrives_in_a_pause_comes_before_what_arrives_later() {
        for pause in [Duration::from_millis(1), EACH] {
            let (mut client, mut server) = pair();
            client.write_all(b"one ").await.unwrap();
            server.pause(pause, 100).await.unwrap();
            client.write_all(b"two ").await.unwrap();
            server.pause(pause, 2).await.unwrap();
            client.write_all(b"three").await.unwrap();
            drop(client);
            let mut text = String::new();
            server.read_to_string(&mut text).await.unwrap();
            assert_eq!(text, "one two three", "{pause:?}");
        }
    }

    /// A body that came over a slow line was read half a KiB at a time, with a pause for each.
    #[tokio::test]
    async fn what_arrives_in_a_pause_is_taken_with_all_that_is_here() {
        let (mut client, mut server) = pair();
        let body: Vec<u8> = (0..4000).map(|index| index as u8).collect();
        client.write_all(&body).await.unwrap();
        server.pause(EACH, 4000).await.unwrap();
        let mut taken = vec![0; 5000];
        let length = server.read(&mut taken).await.unwrap();
        assert_eq!(taken.get(..length), Some(body.as_slice()));
    }

    #[tokio::test]
    async fn a_pause_is_over_when_there_is_no_more_room_or_nothing_will_come() {
        let begin = Instant::now();
        let (mut client, mut server) = pair();
        client.write_all(b"12345").await.unwrap();
        server.pause(LONG, 5).await.unwrap();
        drop(client);
        server.read_exact(&mut [0; 5]).await.unwrap();
        server.pause(LONG, 5).await.unwrap();
        assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
        assert!(begin.elapsed() < LONG);
    }

    #[tokio::test]
    async fn what_is_here_is_fetched_and_what_is_not_is_waited_for() {
        let (mut client, mut server) = pair();
        poll_fn(|cx| server.poll_fetch(cx, 4)).await.unwrap();
        assert!(server.now().is_some(), "there is nothing to be fetched");
        client.write_all(b"123456").await.unwrap();
        server.now().unwrap().readable().await.unwrap();
        poll_fn(|cx| server.poll_fetch(cx, 4)).await.unwrap();
        assert!(server.now().is_none());
        let mut two = [0; 2];
        server.read_exact(&mut two).await.unwrap();
        assert_eq!(&two, b"12");
        // What was fetched comes first.
        poll_fn(|cx| server.poll_fetch(cx, 4)).await.unwrap();
        server.read_exact(&mut two).await.unwrap();
        assert_eq!(&two, b"34");
        drop(client);
        poll_fn(|cx| server.poll_fetch(cx, 4)).await.unwrap();
        let mut rest = Vec::new();
        server.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"56");
    }

    #[tokio::test]
    async fn whoever_gives_up_a_pause_has_the_socket_and_what_was_read() {
        let begin = Instant::now();
        let (mut client, mut server) = pair();
        client.write_all(b"asked").await.unwrap();
        assert!(tokio::time::timeout(2 * EACH, server.pause(LONG, 100)).await.is_err());
        server.write_all(b"answered").await.unwrap();
        assert!(server.now().is_some());
        let mut answer = [0; 8];
        client.read_exact(&mut answer).await.unwrap();
        client.write_all(b" again").await.unwrap();
        let mut text = [0; 11];
        server.read_exact(&mut text).await.unwrap();
        assert_eq!((&answer, &text), (b"answered", b"asked again"));
        assert!(begin.elapsed() < LONG);
    }

    #[tokio::test]
    async fn whoever_is_read_apart_is_closed_with_its_owner() {
        let begin = Instant::now();
        let (mut client, mut server) = pair();
        assert!(tokio::time::timeout(EACH, server.pause(LONG, 100)).await.is_err());
        drop(server);
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
        assert!(begin.elapsed() < LONG);
    }

    #[tokio::test]
    async fn a_socket_of_tcp_can_pause_too() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut server = Watched::new(listener.accept().await.unwrap().0);
        client.write_all(b"head").await.unwrap();
        server.pause(EACH, 4).await.unwrap();
        assert!(server.fd().is_some());
        let mut head = [0; 4];
        server.read_exact(&mut head).await.unwrap();
        server.write_all(b"answer").await.unwrap();
        let mut answer = [0; 6];
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!((&head, &answer), (b"head", b"answer"));
    }
}
