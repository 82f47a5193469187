//! The target of a call, without what must not be read in a log.

use crate::docker::endpoint::Endpoint;
use crate::docker::params::{ParamKind, param};
use crate::docker::target::{Target, push_encoded};

/// The target in its one spelling. Of query parameters that may hold secrets, such as
/// `buildargs`, and of those that are not known, the name alone.
#[must_use]
pub fn canonical(target: &Target, endpoint: Option<Endpoint>) -> String {
    let mut out = target.path_to_wire(target.version);
    for (index, (name, value)) in target.query.iter().enumerate() {
        out.push(if index == 0 { '?' } else { '&' });
        push_encoded(&mut out, name);
        if endpoint.is_some_and(|endpoint| may_be_shown(endpoint, name)) {
            out.push('=');
            push_encoded(&mut out, value);
        }
    }
    out
}

/// True for switches and numbers, and for the texts that say what a call is about.
fn may_be_shown(endpoint: Endpoint, name: &str) -> bool {
    match param(endpoint, name).map(|param| param.kind) {
        Some(ParamKind::Bool | ParamKind::Int) => true,
        Some(ParamKind::Str | ParamKind::List) => SHOWN.contains(&name),
        Some(ParamKind::Json) | None => false,
    }
}

/// Names, references, paths, signals and times: no URL, no free text, no setting.
const SHOWN: &[&str] = &[
    "name",
    "names",
    "container",
    "repo",
    "tag",
    "t",
    "fromImage",
    "platform",
    "platforms",
    "path",
    "dockerfile",
    "target",
    "networkmode",
    "signal",
    "condition",
    "checkpoint",
    "since",
    "until",
    "before",
    "tail",
    "type",
    "scope",
    "term",
    "pull",
    "version",
    "rollback",
    "id",
];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn shown(endpoint: Endpoint, target: &str) -> String {
        canonical(&Target::parse(target).unwrap(), Some(endpoint))
    }

    #[test]
    fn names_and_switches_are_shown_and_what_may_be_secret_is_not() {
        let create = Endpoint::ContainerCreate;
        assert_eq!(shown(create, "/v1.41/containers/create?name=web"), "/v1.41/containers/create?name=web");
        let build = "/build?t=acme/app:1&nocache=1&buildargs=%7B%22TOKEN%22%3A%22s3cret%22%7D&remote=https://u:p@h/x";
        assert_eq!(shown(Endpoint::ImageBuild, build), "/build?t=acme%2Fapp%3A1&nocache=1&buildargs&remote");
        assert_eq!(shown(create, "/containers/create?token=s3cret"), "/containers/create?token");
    }

    #[test]
    fn a_call_without_an_operation_shows_names_only() {
        let target = Target::parse("/v1.41/nosuch?name=x&force=1").unwrap();
        assert_eq!(canonical(&target, None), "/v1.41/nosuch?name&force");
    }

    #[test]
    fn a_name_that_the_path_must_escape_is_escaped() {
        assert_eq!(shown(Endpoint::NetworkInspect, "/networks/VM%20Network"), "/networks/VM%20Network");
    }
}
