//! The first head of a connection, before hyper sees it.
//!
//! Whoever sends a head byte by byte would have hyper read it from its beginning with
//! each of them, and hold two buffers of 8 KiB meanwhile. So hyper gets the first
//! bytes when it can make something of them; this makes nothing of them.

use std::io;

use super::pace::Pace;
use crate::net::Socket;

/// How much is held before hyper sees it, in bytes: what it takes with one read.
const MOST: usize = 8 * 1024;

/// Reads until there is a head, or something that is none, or much, or the end; each time when it has its turn.
///
/// # Errors
/// Those of the socket.
pub(super) async fn read(socket: &mut Socket, pace: &Pace) -> io::Result<Vec<u8>> {
    let mut head = FirstHead::default();
    let take = |bytes: &[u8]| {
        let enough = bytes.is_empty() || head.take(bytes);
        (!enough).then(|| MOST - head.bytes.len())
    };
    pace.read(socket, MOST, take).await?;
    Ok(head.bytes)
}

#[derive(Default)]
struct FirstHead {
    bytes: Vec<u8>,
    /// Where the line begins that is not over.
    line: usize,
}

impl FirstHead {
    /// Takes the next bytes. True if hyper is to see them: they are a whole head, or will never be one.
    fn take(&mut self, bytes: &[u8]) -> bool {
        let mut seen = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        while let Some(end) = self.bytes.get(seen..).and_then(|unseen| memchr::memchr(b'\n', unseen)) {
            let line = self.bytes.get(self.line..seen + end).unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let goes_on = match self.line {
                0 => line.ends_with(b" HTTP/1.1") || line.ends_with(b" HTTP/1.0"),
                _ => line.contains(&b':'),
            };
            if !goes_on {
                return true;
            }
            seen += end + 1;
            self.line = seen;
        }
        self.bytes.len() >= MOST || bytes.iter().any(|byte| !matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many bytes of a text are taken before hyper sees it, if they come in pieces.
    fn seen_after(text: &[u8], step: usize) -> Option<usize> {
        let mut head = FirstHead::default();
        let pieces = text.chunks(step).position(|piece| head.take(piece))?;
        Some(text.len().min((pieces + 1) * step))
    }

    const STEPS: [usize; 5] = [1, 2, 3, 7, 1000];

    #[test]
    fn a_head_is_seen_when_it_is_whole() {
        for text in ["GET / HTTP/1.1\r\nHost: x\r\nA:\r\n\r\n", "GET / HTTP/1.0\n\n", "POST / HTTP/1.1\nA: b\n\n"] {
            for step in STEPS {
                assert_eq!(seen_after(text.as_bytes(), step), Some(text.len()), "{text:?} by {step}");
                let half = text.trim_end().as_bytes();
                assert_eq!(seen_after(half, step), None, "half of {text:?} by {step}");
            }
        }
    }

    #[test]
    fn what_is_no_head_is_seen_at_once() {
        for text in
            ["GET /\r\n", "\r\n", "hello\n", "GET / HTTP/1.1\r\nno colon\r\n", "GET / HTTP/2.0\r\n", "\x16\x03\x01"]
        {
            assert!(seen_after(text.as_bytes(), 1).is_some(), "{text:?}");
        }
        assert_eq!(seen_after(&[22, 3, 1, 2, 0, 1], 1), Some(1));
        assert_eq!(seen_after("GET /ä".as_bytes(), 1), Some(6));
    }

    #[test]
    fn a_head_without_end_is_seen_when_it_is_long() {
        let text = [b"GET /".as_slice(), &[b'x'; 2 * MOST]].concat();
        for step in STEPS {
            assert!(seen_after(&text, step).is_some_and(|seen| (MOST..MOST + step).contains(&seen)));
        }
    }
}
