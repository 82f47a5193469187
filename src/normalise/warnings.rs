//! Adds lines to `Warnings` of the answer to a create.

use std::borrow::Cow;

use http::{Response, StatusCode};

use super::body::{read, with_json};
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
    let (parts, body) = response.into_parts();
    let bytes = read(body, LIMIT).await?;
    let json = with_warnings(&bytes, warnings)
        .ok_or_else(|| Error::backend("vicgate: the backend's answer to a create is not a JSON object"))?;
    Ok(with_json(parts, &json, bytes.len()))
}

fn with_warnings<'a>(answer: &'a [u8], warnings: &'a [String]) -> Option<Json<'a>> {
    let Ok(Json::Object(mut members)) = json::parse(answer) else { return None };
    let added = warnings.iter().map(|line| Json::String(Cow::Borrowed(line)));
    match members.iter_mut().find(|(name, _)| name == "Warnings") {
        Some((_, Json::Array(lines))) => lines.extend(added),
        Some((_, other)) => *other = Json::Array(added.collect()),
        None => members.push(("Warnings".into(), Json::Array(added.collect()))),
    }
    Some(Json::Object(members))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_added_to_those_that_are_there_and_replace_null() {
        let added = ["gone".to_owned()];
        let text = |answer: &str| with_warnings(answer.as_bytes(), &added).map(|json| json.to_string());
        assert_eq!(text(r#"{"Id":"a","Warnings":null}"#).unwrap(), "{\"Id\":\"a\",\"Warnings\":[\"gone\"]}");
        assert_eq!(text(r#"{"Warnings":["x"],"Id":"a"}"#).unwrap(), "{\"Warnings\":[\"x\",\"gone\"],\"Id\":\"a\"}");
        assert_eq!(text("[]"), None);
    }
}
