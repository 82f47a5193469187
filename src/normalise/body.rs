//! Answers that must be read before they are passed on, and may say something else then.

use bytes::{Bytes, BytesMut};
use http::header::Entry;
use http::response::Parts;
use http::{HeaderValue, Response, header};
use http_body_util::BodyExt;

use crate::body::Body;
use crate::docker::json::Json;
use crate::error::Error;

/// Reads a whole body of at most `limit` bytes.
///
/// # Errors
/// 502 if it is longer, or if the backend breaks off: half a body is never
/// passed on as a whole one.
pub async fn read(mut body: Body, limit: usize) -> Result<Bytes, Error> {
    // Most answers come in one piece, which is not copied.
    let (mut first, mut all) = (Bytes::new(), BytesMut::new());
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|error| Error::backend(format!("vicgate: the backend broke off its answer: {error}")))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + all.len() + data.len() > limit {
            return Err(Error::backend(format!(
                "vicgate: the backend's answer is longer than {} KiB and would have to be rewritten",
                limit / 1024
            )));
        }
        if first.is_empty() && all.is_empty() {
            first = data;
        } else {
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&data);
        }
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
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

/// The answer with this body instead of its own, and with its length.
pub fn with_body(mut parts: Parts, bytes: impl Into<Bytes>) -> Response<Body> {
    let bytes = bytes.into();
    parts.headers.remove(header::TRANSFER_ENCODING);
    let says = |said: &HeaderValue| said.to_str().ok()?.parse::<usize>().ok();
    match parts.headers.entry(header::CONTENT_LENGTH) {
        Entry::Occupied(said) if says(said.get()) == Some(bytes.len()) => {}
        Entry::Occupied(mut said) => {
            said.insert(HeaderValue::from(bytes.len()));
        }
        Entry::Vacant(place) => {
            place.insert(HeaderValue::from(bytes.len()));
        }
    }
    Response::from_parts(parts, Body::full(bytes))
}

/// [`with_body`], for JSON on a line of its own, as engines write it. The body that it was made of had `length` bytes.
#[must_use]
pub fn with_json(parts: Parts, json: &Json<'_>, length: usize) -> Response<Body> {
    // Most change little; and a small block is at hand.
    let mut text = Vec::with_capacity(length + length / 8 + 128);
    json.write(&mut text);
    text.push(b'\n');
    with_body(parts, text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::docker::json::parse;

    fn chunked() -> Parts {
        Response::builder().header("transfer-encoding", "chunked").body(()).unwrap().into_parts().0
    }

    #[test]
    fn json_stands_on_a_line_and_its_length_is_said_once() {
        let made = with_json(chunked(), &parse(br#"{"a":[1]}"#).unwrap(), 9);
        let said: Vec<_> =
            made.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        assert_eq!(said, [("content-length", "10")]);
        assert!(matches!(made.body(), Body::Full(bytes) if bytes == "{\"a\":[1]}\n"), "{made:?}");
    }

    #[test]
    fn a_length_that_was_said_of_another_body_is_not_kept() {
        for said in ["3", "999", "", "x"] {
            let mut parts = chunked();
            parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static(said));
            let made = with_body(parts, "abc");
            assert_eq!(made.headers().get_all(header::CONTENT_LENGTH).iter().collect::<Vec<_>>(), ["3"], "{said}");
        }
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_bound() {
        let read = |limit| async move { read(Body::full("12345"), limit).await };
        assert_eq!(read(5).await.unwrap(), "12345");
        assert!(read(4).await.unwrap_err().message.contains("longer than"));
    }
}
