//! `/_ping` as an engine of the versions offered answers it.

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use crate::body::Body;
use crate::docker::endpoint::Endpoint;
use crate::policy::Profile;

/// Adds what an engine says in the headers of a ping and this backend does not. One that has no
/// such page is there all the same.
pub(super) fn as_engine(answer: Response<Body>, endpoint: Endpoint, profile: &Profile) -> Response<Body> {
    let mut answer = answer;
    if answer.status() == StatusCode::NOT_FOUND {
        answer = Response::new(Body::Empty);
        answer.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        if endpoint == Endpoint::SystemPing {
            answer = Response::new(Body::full("OK"));
        }
    }
    if !answer.status().is_success() {
        return answer;
    }
    let headers = answer.headers_mut();
    let has_buildkit = headers.get(BUILDER_VERSION).is_some_and(|version| version == "2")
        && !profile.support(Endpoint::Session).refuses()
        && !profile.support(Endpoint::ImageBuild).refuses();
    if !has_buildkit {
        headers.insert(BUILDER_VERSION, HeaderValue::from_static("1"));
    }
    for (name, value) in ALWAYS {
        add(headers, &name, value);
    }
    answer
}

fn add(headers: &mut HeaderMap, name: &HeaderName, value: &'static str) {
    if !headers.contains_key(name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

const BUILDER_VERSION: HeaderName = HeaderName::from_static("builder-version");

const ALWAYS: [(HeaderName, &str); 7] = [
    (HeaderName::from_static("ostype"), "linux"),
    (HeaderName::from_static("docker-experimental"), "false"),
    (HeaderName::from_static("swarm"), "inactive"),
    (header::SERVER, "Docker (linux)"),
    (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
    (header::CACHE_CONTROL, "no-cache, no-store, must-revalidate"),
    (header::PRAGMA, "no-cache"),
];
