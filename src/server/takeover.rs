//! From an HTTP connection to a tunnel: what hyper gives back, and the head that
//! we write ourselves.

use std::rc::Rc;

use http::response::Parts;
use http::{HeaderMap, HeaderName, StatusCode, header};
use hyper::ext::ReasonPhrase;

use bytes::Bytes;

use super::Grounds;
use crate::net::{Socket, Upstream};

/// Both sides of a tunnel that is to start.
pub(super) struct Takeover {
    /// The client's connection.
    pub(super) client: Socket,
    /// What the client sent behind its request.
    pub(super) early: Bytes,
    /// True if the client's bytes have ended already.
    pub(super) ended: bool,
    /// The head of the answer, and what the backend sent behind its own.
    pub(super) head: Vec<u8>,
    /// How much of that is the head.
    pub(super) head_length: usize,
    /// The backend's connection.
    pub(super) upstream: Box<Upstream>,
    /// What allows it.
    pub(super) grounds: Option<Rc<dyn Grounds>>,
}

/// The head of the answer that starts a tunnel (RFC 9112, 4). It has no framing:
/// whatever follows is the tunnel's.
pub(super) fn head(parts: &Parts) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(b"HTTP/1.1 ");
    out.extend_from_slice(parts.status.as_str().as_bytes());
    out.push(b' ');
    match parts.extensions.get::<ReasonPhrase>() {
        Some(reason) => out.extend_from_slice(reason.as_bytes()),
        None => out.extend_from_slice(parts.status.canonical_reason().unwrap_or_default().as_bytes()),
    }
    out.extend_from_slice(b"\r\n");
    for (name, value) in framing_free(&parts.headers, parts.status) {
        write_title_case(&mut out, name);
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
    out
}

fn framing_free(headers: &HeaderMap, status: StatusCode) -> impl Iterator<Item = (&HeaderName, &http::HeaderValue)> {
    let upgrade = status == StatusCode::SWITCHING_PROTOCOLS;
    headers.iter().filter(move |(name, _)| {
        let framing = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING].contains(name);
        let switching = [header::CONNECTION, header::UPGRADE].contains(name);
        !framing && (upgrade || !switching)
    })
}

/// Header names as Go's daemons write them, `Content-Type`.
fn write_title_case(out: &mut Vec<u8>, name: &HeaderName) {
    let mut start = true;
    for byte in name.as_str().bytes() {
        out.push(if start { byte.to_ascii_uppercase() } else { byte });
        start = byte == b'-';
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http::Response;

    use super::*;

    #[test]
    fn the_head_of_an_upgrade_is_the_one_docker_writes() {
        let mut answer = Response::builder()
            .status(101)
            .header("content-type", "application/vnd.docker.raw-stream")
            .header("connection", "Upgrade")
            .header("upgrade", "tcp")
            .body(())
            .unwrap();
        answer.extensions_mut().insert(ReasonPhrase::from_static(b"UPGRADED"));
        assert_eq!(
            String::from_utf8(head(&answer.into_parts().0)).unwrap(),
            "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n\
             Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
        );
    }

    #[test]
    fn the_old_form_has_neither_framing_nor_an_upgrade() {
        let answer = Response::builder()
            .header("content-type", "application/vnd.docker.raw-stream")
            .header("connection", "Upgrade")
            .header("upgrade", "tcp")
            .header("transfer-encoding", "chunked")
            .body(())
            .unwrap();
        assert_eq!(
            String::from_utf8(head(&answer.into_parts().0)).unwrap(),
            "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
        );
    }
}
