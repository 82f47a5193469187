//! Answers that must be read before they are passed on.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use crate::body::Body;
use crate::error::Error;

/// Reads a whole body of at most `limit` bytes.
///
/// # Errors
/// 502 if it is longer, or if the backend breaks off: half a body is never
/// passed on as a whole one.
pub async fn read(mut body: Body, limit: usize) -> Result<Bytes, Error> {
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|error| Error::backend(format!("vicgate: the backend broke off its answer: {error}")))?;
        let Ok(data) = frame.into_data() else { continue };
        if all.len() + data.len() > limit {
            return Err(Error::backend(format!(
                "vicgate: the backend's answer is longer than {} KiB and would have to be rewritten",
                limit / 1024
            )));
        }
        all.extend_from_slice(&data);
    }
    Ok(all.freeze())
}

/// The first bytes of a body; none if it is empty.
///
/// # Errors
/// 502 if the backend breaks off.
pub async fn first(body: &mut Body) -> Result<Bytes, Error> {
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|error| Error::backend(format!("vicgate: the backend broke off its answer: {error}")))?;
        if let Ok(data) = frame.into_data()
            && !data.is_empty()
        {
            return Ok(data);
        }
    }
    Ok(Bytes::new())
}
