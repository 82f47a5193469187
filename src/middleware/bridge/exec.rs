//! `POST /exec/{id}/start` with `Detach`, of an exec that was made to be attached: VIC
//! closes the connection over it. The gateway attaches in the client's place.

use http::{HeaderValue, Method, Response, StatusCode, header};

use super::perform::Job;
use crate::backend::PATIENCE;
use crate::body::Body;
use crate::docker::json::{self, Json};
use crate::error::Error;

/// The answer to a detached start that the backend would not survive; `None` for any other start.
pub(super) async fn detached(job: &Job, body: &Body) -> Result<Option<Response<Body>>, Error> {
    let Body::Full(bytes) = body else { return Ok(None) };
    let Ok(json) = json::parse(bytes) else { return Ok(None) };
    let truth = |json: &Json<'_>, name: &str| json.get(name).and_then(Json::as_bool).unwrap_or_default();
    if !truth(&json, "Detach") {
        return Ok(None);
    }
    let name = job.name();
    let said = job.backend.ask(Method::GET, &job.own(&format!("/exec/{name}/json")), None, PATIENCE).await?;
    if said.status != StatusCode::OK {
        return Ok(None);
    }
    let exec = said.json()?;
    if !["OpenStdin", "OpenStdout", "OpenStderr"].into_iter().any(|stream| truth(&exec, stream)) {
        return Ok(None);
    }
    let tty = truth(&json, "Tty");
    let attached = format!("{{\"Detach\":false,\"Tty\":{tty}}}").into_bytes();
    let path = job.own(&format!("/exec/{name}/start"));
    let mut output = job.backend.listen(Method::POST, &path, Some(attached)).await?;
    if !output.status.is_success() {
        let mut text = Vec::new();
        while let Ok(Some(piece)) = output.next().await {
            text.extend_from_slice(&piece);
        }
        let message = String::from_utf8_lossy(&text).trim().to_owned();
        return Err(Error { status: output.status, ..Error::backend(message) });
    }
    drain(output);
    let mut answer = Response::new(Body::Empty);
    answer.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    Ok(Some(answer))
}

/// Reads what nobody wants, so that the command is never held up by it.
#[expect(
    clippy::disallowed_methods,
    reason = "the command outlasts the client's call, and a drain need not wait for it"
)]
fn drain(mut output: crate::backend::Telling) {
    tokio::spawn(async move { while let Ok(Some(_)) = output.next().await {} });
}
