//! Reading bodies that are short, up to a bound.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::Body as HttpBody;
use tokio::time::{Instant, timeout_at};

/// Why a body was not read to its end.
#[derive(Debug)]
pub(super) enum ReadError {
    /// It is longer than the bound.
    TooLong,
    /// It broke off.
    Broken,
}

/// Reads `body` to its end, but no more than `max` bytes.
pub(super) async fn bounded<B>(mut body: B, max: usize) -> Result<Bytes, ReadError>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    let mut read = BytesMut::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        if let Ok(data) = frame.map_err(|_| ReadError::Broken)?.into_data() {
            if read.len() + data.len() > max {
                return Err(ReadError::TooLong);
            }
            read.extend_from_slice(&data);
        }
    }
    Ok(read.freeze())
}

/// What comes of `body` before its end, a failure, `max` bytes or `limit`.
pub(super) async fn what_comes<B>(mut body: B, max: usize, limit: Duration) -> Bytes
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    let mut read = BytesMut::new();
    let deadline = Instant::now() + limit;
    while read.len() < max {
        let frame = timeout_at(deadline, poll_fn(|cx| Pin::new(&mut body).poll_frame(cx))).await;
        let Ok(Some(Ok(frame))) = frame else { break };
        read.extend(frame.into_data());
    }
    read.truncate(max);
    read.freeze()
}
