//! Adds lines to `Warnings` of the answer to a create.

use std::borrow::Cow;

use http::{HeaderValue, Response, StatusCode, header};

use super::body::read;
use crate::body::Body;
use crate::docker::json::{self, Json};
use crate::error::Error;

const LIMIT: usize = 1024 * 1024;

/// Adds what the gateway removed from a create to the warnings of its 201,
/// which the stock CLI prints.
///
/// # Errors
/// 502 if the answer is not the JSON object that the API documents.
pub async fn add_warnings(response: Response<Body>, warnings: &[String]) -> Result<Response<Body>, Error> {
    if response.status() != StatusCode::CREATED {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let bytes = read(body, LIMIT).await?;
    let text = with_warnings(&bytes, warnings)
        .ok_or_else(|| Error::backend("vicgate: the backend's answer to a create is not a JSON object"))?;
    parts.headers.remove(header::TRANSFER_ENCODING);
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    Ok(Response::from_parts(parts, Body::full(text)))
}

fn with_warnings(answer: &[u8], warnings: &[String]) -> Option<Vec<u8>> {
    let Ok(Json::Object(mut members)) = json::parse(answer) else { return None };
    let added = warnings.iter().map(|line| Json::String(Cow::Borrowed(line)));
    match members.iter_mut().find(|(name, _)| name == "Warnings") {
        Some((_, Json::Array(lines))) => lines.extend(added),
        Some((_, other)) => *other = Json::Array(added.collect()),
        None => members.push(("Warnings".into(), Json::Array(added.collect()))),
    }
    let mut text = Json::Object(members).to_vec();
    text.push(b'\n');
    Some(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_added_to_those_that_are_there_and_replace_null() {
        let added = ["gone".to_owned()];
        let text = |answer: &str| with_warnings(answer.as_bytes(), &added).map(|out| String::from_utf8(out).unwrap());
        assert_eq!(text(r#"{"Id":"a","Warnings":null}"#).unwrap(), "{\"Id\":\"a\",\"Warnings\":[\"gone\"]}\n");
        assert_eq!(text(r#"{"Warnings":["x"],"Id":"a"}"#).unwrap(), "{\"Warnings\":[\"x\",\"gone\"],\"Id\":\"a\"}\n");
        assert_eq!(text("[]"), None);
    }
}
