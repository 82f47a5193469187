//! Error answers in the form of the call's API version.

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderValue, Response, StatusCode, header};

use super::body::{read, with_body};
use super::{Asked, status};
use crate::body::Body;
use crate::docker::bridge::Bridged;
use crate::docker::json::{self, Json};
use crate::docker::version::ApiVersion;
use crate::error::Error;
use crate::policy::Profile;

/// The longest error that is read.
const LIMIT: usize = 256 * 1024;

/// Exactly this: clients compare the whole string.
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// An error answer of the gateway's own.
#[must_use]
pub fn error_answer(status: StatusCode, message: &str, version: Option<ApiVersion>) -> Response<Body> {
    let mut parts = Response::new(()).into_parts().0;
    parts.status = status;
    with_message(parts, message, version.unwrap_or(ApiVersion::NEWEST))
}

/// Gives the backend's error the status and the form that the call's API
/// version documents. One that has both already passes as it came.
///
/// # Errors
/// 502 if the backend breaks off, or if its error is absurdly long.
pub async fn error_in_form(
    response: Response<Body>,
    asked: Asked,
    profile: &Profile,
    bridged: Option<&Bridged>,
) -> Result<Response<Body>, Error> {
    let (mut parts, body) = response.into_parts();
    let bytes = read(body, LIMIT).await?;
    let said = message_in(&bytes);
    let (status, message) = status::documented(parts.status, &said, asked, profile);
    let (status, message) = match bridged {
        Some(bridged) => status::bridged(status, message, asked, bridged),
        None => (status, message),
    };
    if !(status.is_client_error() || status.is_server_error()) {
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = status;
        return Ok(response);
    }
    let unchanged = status == parts.status && message == said;
    if unchanged && is_in_form(&parts, &bytes, asked.version()) {
        return Ok(with_body(parts, bytes));
    }
    parts.status = status;
    Ok(with_message(parts, &message, asked.version()))
}

/// The answer with an error body as an engine of that version writes it.
fn with_message(mut parts: Parts, message: &str, version: ApiVersion) -> Response<Body> {
    let (kind, mut text) = if version.has_json_errors() {
        (JSON, Json::Object(vec![("message".into(), Json::String(message.into()))]).to_vec())
    } else {
        (TEXT, message.as_bytes().to_vec())
    };
    text.push(b'\n');
    parts.headers.insert(header::CONTENT_TYPE, kind);
    with_body(parts, text)
}

/// The message in an error body of any form: Docker's JSON, podman's, or text.
fn message_in(bytes: &Bytes) -> String {
    if let Ok(value) = json::parse(bytes)
        && let Some(message) = value.get("message").and_then(Json::as_str)
    {
        return message.to_owned();
    }
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// True if nothing has to change for a client of that version.
fn is_in_form(parts: &Parts, bytes: &Bytes, version: ApiVersion) -> bool {
    // An empty error (HEAD, or a bare 404) stays one: there is no message to carry.
    if bytes.is_empty() {
        return true;
    }
    let kind = parts.headers.get(header::CONTENT_TYPE);
    if version.has_json_errors() {
        kind == Some(&JSON) && json::parse(bytes).is_ok_and(|value| value.get("message").is_some())
    } else {
        kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn form(version: Option<u8>) -> (String, String) {
        let response = error_answer(StatusCode::NOT_FOUND, "No such \"x\"", version.map(ApiVersion::new));
        let kind = response.headers().get(header::CONTENT_TYPE).unwrap().to_str().unwrap().to_owned();
        let Body::Full(bytes) = response.into_body() else { return (kind, String::new()) };
        (kind, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[test]
    fn errors_are_text_below_1_24_and_json_from_it() {
        let text = ("text/plain; charset=utf-8".to_owned(), "No such \"x\"\n".to_owned());
        let json = ("application/json".to_owned(), "{\"message\":\"No such \\\"x\\\"\"}\n".to_owned());
        assert_eq!(form(Some(23)), text);
        assert_eq!(form(Some(24)), json);
        assert_eq!(form(None), json);
    }

    #[test]
    fn a_message_is_found_in_every_form() {
        let message = |text: &'static str| message_in(&Bytes::from_static(text.as_bytes()));
        assert_eq!(message("{\"message\":\"a\"}\n"), "a");
        assert_eq!(message(r#"{"cause":"c","message":"a","response":500}"#), "a");
        assert_eq!(message("No such container: x\r\n"), "No such container: x");
        assert_eq!(message(""), "");
    }
}
