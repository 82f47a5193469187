//! `GET /containers/{id}/attach/ws`: the little of RFC 6455 that an attach needs.

use std::sync::Arc;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::StandIn;
use super::attach::{Keys, Session, Wanted, Wire};
use super::failure::Failure;
use super::hijack::Hijack;
use super::reply::Answer;
use super::request::Call;

/// What RFC 6455 has a server append to the client's key.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// The longest message that is taken, in bytes.
const MAX_FRAME: usize = 1 << 20;

/// `GET /containers/{id}/attach/ws`.
pub(super) fn attach(standin: &Arc<StandIn>, name: &str, call: &Call) -> Result<Answer, Failure> {
    let container = standin.store.container(name)?;
    let key = call.header_text("sec-websocket-key");
    let is_websocket = call.header_text("upgrade").eq_ignore_ascii_case("websocket");
    if !is_websocket || key.is_empty() {
        let head = b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec();
        return Ok(Answer::Hijack(Hijack::new(head, |socket| async { socket })));
    }
    let all = Wanted { stdin: true, stdout: true, stderr: true };
    let session = Session::of_container(standin, &container, Wire::Websocket, all);
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n",
        accept(key)
    );
    let keys = call.query.text("detachKeys").to_owned();
    Ok(Answer::Hijack(Hijack::new(head.into_bytes(), |socket| async move {
        match Keys::parse(&keys) {
            Some(keys) => session.run(socket, keys).await,
            None => socket,
        }
    })))
}

fn accept(key: &str) -> String {
    let text = format!("{key}{GUID}");
    STANDARD.encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()))
}

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// A text message. VIC sends whatever bytes there are as text.
pub(super) fn text(bytes: &[u8]) -> Bytes {
    encode(TEXT, bytes)
}

pub(super) fn pong(bytes: &[u8]) -> Bytes {
    encode(PONG, bytes)
}

/// The end, with the status for "normal".
pub(super) fn close() -> Bytes {
    encode(CLOSE, &1000_u16.to_be_bytes())
}

fn encode(opcode: u8, bytes: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(bytes.len() + 10);
    frame.put_u8(0x80 | opcode);
    match (u8::try_from(bytes.len()), u16::try_from(bytes.len())) {
        (Ok(length @ 0..=125), _) => frame.put_u8(length),
        (_, Ok(length)) => {
            frame.put_u8(126);
            frame.put_u16(length);
        }
        (_, Err(_)) => {
            frame.put_u8(127);
            frame.put_u64(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        }
    }
    frame.extend_from_slice(bytes);
    frame.freeze()
}

/// Frames of a client as they come in.
#[derive(Debug, Default)]
pub struct Frames {
    pending: BytesMut,
}

/// What some bytes have completed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// What the data frames held, unmasked, joined.
    pub data: Bytes,
    /// What the pings held; each wants a pong with the same.
    pub pings: Vec<Bytes>,
    /// The client has closed, or broken the rules.
    pub closed: bool,
}

impl Frames {
    /// Takes bytes as they come. Nothing more is to be fed once it said closed.
    pub fn feed(&mut self, bytes: &[u8]) -> Received {
        self.pending.extend_from_slice(bytes);
        let mut received = Received::default();
        let mut data = BytesMut::new();
        loop {
            match self.next() {
                Next::Frame(0..=2, payload) => data.extend_from_slice(&payload),
                Next::Frame(PING, payload) => received.pings.push(payload),
                Next::Frame(PONG, _) => {}
                Next::Frame(_, _) | Next::Broken => {
                    received.closed = true;
                    break;
                }
                Next::Incomplete => break,
            }
        }
        received.data = data.freeze();
        received
    }

    fn next(&mut self) -> Next {
        let mut head = self.pending.as_ref();
        let (Ok(first), Ok(second)) = (head.try_get_u8(), head.try_get_u8()) else {
            return Next::Incomplete;
        };
        let length = match second & 0x7f {
            126 => head.try_get_u16().map(u64::from),
            127 => head.try_get_u64(),
            short => Ok(u64::from(short)),
        };
        let (Ok(length), Ok(mask)) = (length, head.try_get_u32()) else {
            return Next::Incomplete;
        };
        // A client must mask, and nobody types a megabyte at once.
        let Some(length) = usize::try_from(length).ok().filter(|&length| length <= MAX_FRAME && second & 0x80 != 0)
        else {
            return Next::Broken;
        };
        if head.len() < length {
            return Next::Incomplete;
        }
        self.pending.advance(self.pending.len() - head.len());
        let mut payload = self.pending.split_to(length);
        let mask = mask.to_be_bytes();
        for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
            *byte ^= mask;
        }
        Next::Frame(first & 0x0f, payload.freeze())
    }
}

enum Next {
    Frame(u8, Bytes),
    Incomplete,
    Broken,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_rfc_gives_the_answer_of_the_rfc() {
        assert_eq!(accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn a_frame_may_come_byte_by_byte() {
        // "Hello", masked: the example of RFC 6455, section 5.7.
        let frame = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        let mut frames = Frames::default();
        let data: Vec<u8> = frame.iter().flat_map(|&byte| frames.feed(&[byte]).data.to_vec()).collect();
        assert_eq!(data, b"Hello");
    }

    #[test]
    fn a_close_an_unmasked_and_a_huge_frame_end_it() {
        assert!(Frames::default().feed(&[0x88, 0x80, 0, 0, 0, 0]).closed);
        assert!(Frames::default().feed(&[0x81, 0x01, b'x', 0, 0, 0]).closed);
        let huge = [0x82, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4];
        assert!(Frames::default().feed(&huge).closed);
    }

    #[test]
    fn lengths_are_written_in_their_shortest_form() {
        assert_eq!(text(&[0; 125]).get(..2), Some([0x81, 125].as_ref()));
        assert_eq!(text(&[0; 126]).get(..4), Some([0x81, 126, 0, 126].as_ref()));
        assert_eq!(text(&[0; 65_536]).get(1), Some(&127));
    }
}
