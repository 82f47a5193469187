//! The first record of a TLS client, before rustls sees it.
//!
//! Whoever sends a hello that stops would have rustls hold 16 KiB for it, and look at it
//! with each piece. So rustls gets it when it is whole.

use std::io;

use super::pace::Pace;
use crate::net::Plain;

/// Kind, version and length of a record (RFC 8446, section 5.1).
const HEADER: usize = 5;

/// The kind of a record that holds a hello.
const HANDSHAKE: u8 = 22;

/// The longest record that is waited for, in bytes. Hellos have a few hundred, with large keys two thousand.
const LONGEST: usize = 16 * 1024;

/// Reads until there is a whole record, or something that is none; each time when it has its turn.
///
/// # Errors
/// Those of the socket; it ends before that.
pub(super) async fn read(socket: &mut Plain, pace: &Pace) -> io::Result<Vec<u8>> {
    let (mut hello, mut ended) = (Vec::new(), false);
    let take = |bytes: &[u8]| {
        hello.extend_from_slice(bytes);
        ended = bytes.is_empty();
        if ended { None } else { missing(&hello) }
    };
    pace.read(socket, LONGEST, take).await?;
    if ended { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(hello) }
}

/// How many bytes are to be read next; `None` if rustls is to see those that are there.
fn missing(hello: &[u8]) -> Option<usize> {
    if hello.first().is_some_and(|kind| *kind != HANDSHAKE) {
        return None;
    }
    let Some([.., high, low]) = hello.first_chunk::<HEADER>() else { return Some(LONGEST) };
    let length = HEADER + usize::from(u16::from_be_bytes([*high, *low]));
    (hello.len() < length && length <= LONGEST).then(|| LONGEST - hello.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hello_is_seen_when_it_is_whole() {
        let hello = [22, 3, 1, 0, 3, b'a', b'b', b'c'];
        for length in 0..hello.len() {
            let begun = hello.get(..length).unwrap_or_default();
            assert_eq!(missing(begun).is_some_and(|missing| missing > 0), length < hello.len(), "{length}");
        }
        assert_eq!(missing(&hello), None);
    }

    #[test]
    fn what_is_no_hello_is_seen_at_once() {
        for text in [b"G".as_slice(), b"GET / HTTP/1.1\r\n", &[21, 3, 3], &[22, 3, 1, 0xff, 0xff]] {
            assert_eq!(missing(text), None, "{text:?}");
        }
    }
}
