//! Query parameters by their first and last version.

use super::{Request, next};
use crate::docker::bridge::tree::string;
use crate::docker::endpoint::Endpoint;
use crate::docker::json::{Json, parse};
use crate::docker::params::{Param, ParamKind, param};
use crate::docker::query::is_true;
use crate::docker::version::ApiVersion;

/// Takes out of the query what the backend's version does not know, as long as
/// it asks for nothing, or only for more than the answer needs to hold.
pub(super) fn hold(request: &mut Request<'_, '_, '_>) {
    let (endpoint, backend) = (request.edits.endpoint, request.ask.backend);
    if endpoint == Endpoint::ImageList && backend >= FILTER_GONE {
        // Engines read it up to 1.40, and docker-py sends it up to its 2.7.
        super::filter_to_reference(request);
    }
    let query = std::mem::take(&mut request.target.query);
    for (name, value) in query {
        let Some(known) = param(endpoint, &name) else {
            request.target.query.push((name, value));
            continue;
        };
        if known.is_in(backend) || is_older_than_documented(endpoint, &name) {
            request.target.query.push((name, value));
        } else if is_neutral(known, &value, &request.ask.host.platform) {
            request.note(&name, "left out: the backend's version does not know it, and it asks for nothing");
        } else if is_hint(endpoint, &name) {
            request.note(&name, "left out: the backend's version does not know it");
        } else if backend < known.first {
            request.needs(&*name, &string(&*value), known.first.minor());
        } else {
            let reason = format!("is gone since API {}, this backend speaks {backend}", next(known.last));
            request.refuse(&*name, &string(&*value), &reason);
        }
    }
}

/// The first version without `filter` in lists of images.
const FILTER_GONE: ApiVersion = ApiVersion::new(25);

/// True if the parameter asks for what happens without it.
fn is_neutral(param: &Param, value: &str, platform: &str) -> bool {
    if param.name == "platform" || param.name == "platforms" {
        return is_host_platform(value, platform);
    }
    let neutral = match param.kind {
        ParamKind::Bool => !is_true(value),
        ParamKind::Int => matches!(value, "" | "0"),
        // Clients write lists of builds as JSON, too.
        ParamKind::Json | ParamKind::List => matches!(value, "" | "null" | "{}" | "[]"),
        ParamKind::Str => value.is_empty(),
    };
    neutral || param.neutral.contains(&value) || matches!((param.name, value), ("since" | "until", "0"))
}

/// True if a platform is that of the backend, in either form: `linux/amd64`
/// or `{"os":"linux","architecture":"amd64"}`.
pub(super) fn is_host_platform(value: &str, platform: &str) -> bool {
    if value.is_empty() {
        return true;
    }
    let wanted = match parse(value.as_bytes()) {
        Ok(json) => {
            let part = |name| json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
            format!("{}/{}", part("os"), part("architecture"))
        }
        Err(_) => value.to_ascii_lowercase(),
    };
    let (system, machine) = wanted.split_once('/').unwrap_or((&wanted, ""));
    let (own_system, own_machine) = platform.split_once('/').unwrap_or((platform, ""));
    let same_machine = machine.is_empty() || plain(machine) == plain(own_machine);
    // A platform may be the system or the machine alone.
    let alone = machine.is_empty() && plain(system) == plain(own_machine);
    !platform.is_empty() && (system == own_system && same_machine || alone)
}

/// Other names of a machine, as engines know them.
fn plain(machine: &str) -> &str {
    match machine.split('/').next().unwrap_or_default() {
        "x86_64" | "x86-64" => "amd64",
        "aarch64" => "arm64",
        "i386" | "i686" => "386",
        other => other,
    }
}

/// Parameters that only ask for more in the answer, or for comfort: nothing
/// that was asked for goes wrong without them.
fn is_hint(endpoint: Endpoint, name: &str) -> bool {
    use Endpoint as E;
    match name {
        "detachKeys" | "size" | "details" | "quiet" | "one-shot" | "shared-size" | "digests" | "identity" => true,
        "manifests" => true,
        "verbose" => matches!(endpoint, E::NetworkInspect | E::SystemDataUsage),
        "insertDefaults" | "status" => matches!(endpoint, E::ServiceInspect | E::ServiceList),
        "stdin" | "stdout" | "stderr" => endpoint == E::ContainerAttachWebsocket,
        _ => false,
    }
}

/// Parameters that engines read long before a document named them.
fn is_older_than_documented(endpoint: Endpoint, name: &str) -> bool {
    matches!((endpoint, name), (Endpoint::ImageCreate, "message" | "changes") | (Endpoint::ImageGetAll, "names"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_of_the_host_is_known_in_every_form() {
        let own = |value| is_host_platform(value, "linux/amd64");
        for same in ["", "linux/amd64", "linux", "amd64", "linux/x86_64", r#"{"os":"linux","architecture":"amd64"}"#] {
            assert!(own(same), "{same}");
        }
        for other in ["linux/arm64", "windows", "arm64", r#"{"os":"linux","architecture":"arm64"}"#, "windows/amd64"] {
            assert!(!own(other), "{other}");
        }
        assert!(!is_host_platform("linux/amd64", ""));
    }
}
