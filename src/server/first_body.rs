//! The beginning of the first body of a connection, before hyper sees its head.
//!
//! Whoever sends a body byte by byte would have hyper hold two buffers of 8 KiB for the
//! few bytes that have come, since hyper takes both for a connection that has said
//! something. A body whose length is known, and is one that is judged, has nobody wait
//! for its beginning: so hyper gets it with the head, as most clients send it.

use std::io;

use super::glue::MAX_HEADERS;
use super::pace::Pace;
use crate::net::Socket;

/// How much of head and body is held before hyper sees them, in bytes: what it takes with one read.
const MOST: usize = 8 * 1024;

/// How many bytes there are to be before hyper sees them, if there are not as many and somebody sends them: a whole
/// head is here, and says that a body of at most `longest` bytes follows at once.
pub(super) fn awaited(bytes: &[u8], longest: usize) -> Option<usize> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let Ok(httparse::Status::Complete(begin)) = request.parse(bytes) else { return None };
    let mut length = None;
    for header in request.headers.iter() {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("Transfer-Encoding") || is("Expect") || (is("Content-Length") && length.is_some()) {
            return None;
        }
        if is("Content-Length") {
            // What parses with a sign is refused as it is: nobody is to wait for that.
            let digits = std::str::from_utf8(header.value).ok().filter(|text| !text.starts_with('+'))?;
            length = Some(digits.parse::<usize>().ok()?);
        }
    }
    let whole = begin + length.filter(|length| *length <= longest)?;
    (bytes.len() < whole.min(MOST)).then_some(whole.min(MOST))
}

/// Reads until there are `length` bytes, or the end; each time when it has its turn.
///
/// # Errors
/// Those of the socket. What has come before is kept.
pub(super) async fn read(socket: &mut Socket, pace: &Pace, bytes: &mut Vec<u8>, length: usize) -> io::Result<()> {
    let left = |bytes: &[u8]| Some(length.saturating_sub(bytes.len())).filter(|left| *left > 0);
    let Some(first) = left(bytes) else { return Ok(()) };
    let take = |more: &[u8]| {
        bytes.extend_from_slice(more);
        left(bytes).filter(|_| !more.is_empty())
    };
    pace.read(socket, first, take).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: usize = 1 << 20;

    fn head(lines: &str) -> String {
        format!("POST /v1.25/containers/create HTTP/1.1\r\nHost: x\r\n{lines}\r\n")
    }

    #[test]
    fn a_body_is_awaited_whole_if_it_is_short() {
        let head = head("content-length: 10\r\n");
        for here in 0..10 {
            let begun = format!("{head}{}", "x".repeat(here));
            assert_eq!(awaited(begun.as_bytes(), LONGEST), Some(head.len() + 10), "{here}");
        }
        assert_eq!(awaited(format!("{head}0123456789").as_bytes(), LONGEST), None);
        assert_eq!(awaited(format!("{head}0123456789GET /").as_bytes(), LONGEST), None);
    }

    #[test]
    fn a_long_body_is_awaited_up_to_what_hyper_reads() {
        assert_eq!(awaited(head("Content-Length: 1048576\r\n").as_bytes(), LONGEST), Some(MOST));
        assert_eq!(awaited(head("Content-Length: 1048577\r\n").as_bytes(), LONGEST), None);
    }

    #[test]
    fn nobody_waits_for_a_body_that_may_not_come() {
        for lines in [
            "",
            "Content-Length: 0\r\n",
            "Content-Length: 10\r\nExpect: 100-continue\r\n",
            "Content-Length: 10\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 10\r\n",
            "Content-Length: 10\r\nContent-Length: 10\r\n",
            "Content-Length: ten\r\n",
            "Content-Length: +10\r\n",
            "Content-Length: 10, 10\r\n",
            "Content-Length: 99999999999999999999999\r\n",
        ] {
            assert_eq!(awaited(head(lines).as_bytes(), LONGEST), None, "{lines:?}");
        }
        let begun = head("Content-Length: 10\r\n");
        assert_eq!(awaited(begun.trim_end().as_bytes(), LONGEST), None);
        assert_eq!(awaited(b"\x16\x03\x01\x02", LONGEST), None);
    }
}
