//! Answers: whole ones and streams.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use serde_json::Value;
use tokio::sync::mpsc;

use super::hijack::Hijack;

/// An answer that hyper sends.
pub(super) type Reply = Response<ReplyBody>;

/// What a handler decides.
pub(super) enum Answer {
    /// A normal answer.
    Reply(Reply),
    /// The handler wants the socket.
    Hijack(Hijack),
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
    }
}

/// The body of an answer.
pub(super) enum ReplyBody {
    /// All of it, with its length.
    Full(Option<Bytes>),
    /// Chunks as they come; the end is when the sender is gone.
    Stream(mpsc::Receiver<Bytes>),
}

impl ReplyBody {
    pub(super) fn full(bytes: Bytes) -> Self {
        Self::Full(Some(bytes).filter(|bytes| !bytes.is_empty()))
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Full(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Stream(chunks) => chunks.poll_recv(context).map(|chunk| chunk.map(|chunk| Ok(Frame::data(chunk)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Full(bytes) => bytes.is_none(),
            Self::Stream(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => {
                let length = bytes.as_ref().map_or(0, Bytes::len);
                SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
            }
            Self::Stream(_) => SizeHint::default(),
        }
    }
}

/// JSON and a newline, as Go's encoder writes it.
pub(super) fn json(status: StatusCode, value: &Value) -> Reply {
    let mut reply = Response::new(ReplyBody::full(Bytes::from(format!("{value}\n"))));
    *reply.status_mut() = status;
    set_type(&mut reply, "application/json");
    reply
}

pub(super) fn ok(value: &Value) -> Reply {
    json(StatusCode::OK, value)
}

pub(super) fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(ReplyBody::Full(None));
    *reply.status_mut() = status;
    reply
}

pub(super) fn text(body: &'static str) -> Reply {
    let mut reply = Response::new(ReplyBody::full(Bytes::from_static(body.as_bytes())));
    set_type(&mut reply, "text/plain; charset=utf-8");
    reply
}

/// A 200 whose body comes chunk by chunk through the sender.
pub(super) fn stream(content_type: Option<&'static str>) -> (mpsc::Sender<Bytes>, Reply) {
    let (sender, receiver) = mpsc::channel(4);
    let mut reply = Response::new(ReplyBody::Stream(receiver));
    if let Some(content_type) = content_type {
        set_type(&mut reply, content_type);
    }
    (sender, reply)
}

fn set_type(reply: &mut Reply, value: &'static str) {
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(value));
}
