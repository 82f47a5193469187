//! The content type of output: from API 1.42 on it says whether there are frames.

use http::{HeaderValue, Method, Response, header};

use super::perform::Job;
use crate::backend::PATIENCE;
use crate::body::Body;
use crate::docker::bridge::Bridged;
use crate::docker::endpoint::Endpoint;
use crate::docker::json::{self, Json};
use crate::docker::version::ApiVersion;

const SINCE: ApiVersion = ApiVersion::new(42);

const RAW: HeaderValue = HeaderValue::from_static("application/vnd.docker.raw-stream");
const FRAMES: HeaderValue = HeaderValue::from_static("application/vnd.docker.multiplexed-stream");

/// True if the call starts an exec without a terminal.
pub(super) fn starts_frames(endpoint: Endpoint, body: &Body) -> bool {
    let Body::Full(bytes) = body else { return false };
    let tty = |json: Json<'_>| json.get("Tty").and_then(Json::as_bool).unwrap_or_default();
    endpoint == Endpoint::ExecStart && json::parse(bytes).is_ok_and(|json| !tty(json))
}

/// True if one side's version says more by the type than the other's.
pub(super) fn differ(bridged: &Bridged) -> bool {
    (bridged.client < SINCE) != (bridged.backend < SINCE)
}

/// Gives the answer the type of the client's version, where they [`differ`].
/// `starts_frames` is what [`starts_frames`] said of the call.
pub(super) async fn name(job: &Job, answer: &mut Response<Body>, starts_frames: bool) {
    let old_client = job.bridged.client < SINCE;
    let own = if old_client { FRAMES } else { RAW };
    if !differ(&job.bridged) || answer.headers().get(header::CONTENT_TYPE) != Some(&own) {
        return;
    }
    let kind = if old_client {
        RAW
    } else if starts_frames || has_no_terminal(job).await {
        FRAMES
    } else {
        return;
    };
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
}

/// True if the output that is asked for is of a container without a terminal.
async fn has_no_terminal(job: &Job) -> bool {
    if !matches!(job.endpoint, Endpoint::ContainerAttach | Endpoint::ContainerLogs) {
        return false;
    }
    let path = job.own(&format!("/containers/{}/json", job.name()));
    let said = job.backend.ask(Method::GET, &path, None, PATIENCE).await;
    let tty = said
        .and_then(|said| Ok(said.json()?.get("Config").and_then(|config| config.get("Tty")).and_then(Json::as_bool)));
    tty.is_ok_and(|tty| tty == Some(false))
}
