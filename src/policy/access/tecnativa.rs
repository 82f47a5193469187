//! The variables of the popular socket proxy (`CONTAINERS=1 POST=0 …`) as an access policy, so that
//! it can be replaced where it stands.
//!
//! A variable opens the operations below one path; reading them, or everything with `POST=1`. The
//! defaults are the proxy's own: `EVENTS`, `PING` and `VERSION` are on, the rest is off. Two things
//! differ. `ALLOW_START` and its like work without `POST=1`. A websocket on a container
//! carries input, so that it counts as a write although it is a `GET`.

use std::fmt::Write as _;

use super::Problem;
use crate::docker::endpoint::{Endpoint, Method};

/// Variables and the paths that they open, in the order of the proxy's documentation; true for what is
/// open by default.
const SECTIONS: [(&str, &str, bool); 23] = [
    ("AUTH", "/auth", false),
    ("BUILD", "/build", false),
    ("COMMIT", "/commit", false),
    ("CONFIGS", "/configs", false),
    ("CONTAINERS", "/containers", false),
    ("DISTRIBUTION", "/distribution", false),
    ("EVENTS", "/events", true),
    ("EXEC", "/exec", false),
    ("GRPC", "/grpc", false),
    ("IMAGES", "/images", false),
    ("INFO", "/info", false),
    ("NETWORKS", "/networks", false),
    ("NODES", "/nodes", false),
    ("PING", "/_ping", true),
    ("PLUGINS", "/plugins", false),
    ("SECRETS", "/secrets", false),
    ("SERVICES", "/services", false),
    ("SESSION", "/session", false),
    ("SWARM", "/swarm", false),
    ("SYSTEM", "/system", false),
    ("TASKS", "/tasks", false),
    ("VERSION", "/version", true),
    ("VOLUMES", "/volumes", false),
];

/// Variables that open single operations, whatever the others say.
const SINGLE: [(&str, &[Endpoint]); 5] = [
    ("ALLOW_START", &[Endpoint::ContainerStart]),
    ("ALLOW_STOP", &[Endpoint::ContainerStop]),
    ("ALLOW_RESTARTS", &[Endpoint::ContainerStop, Endpoint::ContainerRestart, Endpoint::ContainerKill]),
    ("ALLOW_PAUSE", &[Endpoint::ContainerPause]),
    ("ALLOW_UNPAUSE", &[Endpoint::ContainerUnpause]),
];

/// The text of the policy that the variables stand for.
///
/// # Errors
/// A variable that is neither on nor off.
pub(super) fn policy(variable: impl Fn(&str) -> Option<String>) -> Result<String, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut is_on = |name: &str, default: bool| match variable(name) {
        None => default,
        Some(text) => match text.trim().to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => true,
            "" | "0" | "false" | "no" | "off" => false,
            _ => {
                let message = format!("{text:?} is neither 1 nor 0");
                problems.push(Problem { file: format!("variable {name}"), line: 0, column: 0, message });
                false
            }
        },
    };
    let writes = is_on("POST", false);
    let mut text = "name = \"tecnativa\"\ntitle = \"The policy of the variables\"\n".to_owned();
    for (variable, path, default) in SECTIONS {
        if is_on(variable, default) {
            let below = Endpoint::ALL.iter().filter(|endpoint| is_below(**endpoint, path));
            rule(&mut text, &format!("{variable}=1"), below.filter(|endpoint| writes || reads(**endpoint)));
        }
    }
    for (variable, endpoints) in SINGLE {
        if is_on(variable, false) {
            rule(&mut text, &format!("{variable}=1"), endpoints.iter());
        }
    }
    if problems.is_empty() { Ok(text) } else { Err(problems) }
}

fn rule<'e>(text: &mut String, name: &str, endpoints: impl Iterator<Item = &'e Endpoint>) {
    let names: Vec<String> = endpoints.map(|endpoint| format!("\"{}\"", endpoint.name())).collect();
    if !names.is_empty() {
        let list = names.join(", ");
        // Writing to a String cannot fail.
        let _ = writeln!(text, "[[allow]]\nname = \"{name}\"\nendpoints = [{list}]\nunrestricted = true");
    }
}

fn is_below(endpoint: Endpoint, path: &str) -> bool {
    let rest = endpoint.row().pattern.strip_prefix(path);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn reads(endpoint: Endpoint) -> bool {
    let row = endpoint.row();
    matches!(row.method, Method::Get | Method::Head) && row.hijack.is_none()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::super::load;
    use super::*;
    use crate::identity::Identity;
    use crate::policy::facts::Facts;

    fn allowed(variables: &[(&str, &str)]) -> Vec<&'static str> {
        let find =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let text = policy(find).unwrap_or_else(|problems| panic!("{problems:?}"));
        let access = load::from_text("variables", &text, None).unwrap_or_else(|error| panic!("{error}"));
        let may = |endpoint: &&Endpoint| {
            access.judge(&access.caller(&Identity::nobody()), **endpoint, &Facts::default()).is_ok()
        };
        Endpoint::ALL.iter().filter(may).map(|endpoint| endpoint.name()).collect()
    }

    #[test]
    fn without_variables_only_the_documented_defaults_are_open() {
        assert_eq!(allowed(&[]), ["SystemPing", "SystemPingHead", "SystemVersion", "SystemEvents"]);
        assert!(allowed(&[("EVENTS", "0"), ("PING", "0"), ("VERSION", "0")]).is_empty());
    }

    #[test]
    fn a_section_is_open_for_reading_and_with_post_for_all() {
        let reading = allowed(&[("CONTAINERS", "1")]);
        assert!(reading.contains(&"ContainerList") && reading.contains(&"ContainerLogs"));
        for write in ["ContainerCreate", "ContainerDelete", "PutContainerArchive", "ContainerExec", "ExecStart"] {
            assert!(!reading.contains(&write), "{write}");
        }
        let writing = allowed(&[("CONTAINERS", "1"), ("POST", "1")]);
        for write in ["ContainerCreate", "ContainerDelete", "PutContainerArchive", "ContainerExec"] {
            assert!(writing.contains(&write), "{write}");
        }
        assert!(!writing.contains(&"ExecStart") && !writing.contains(&"ImageCreate"));
    }

    #[test]
    fn a_websocket_with_input_is_no_read() {
        assert!(!allowed(&[("CONTAINERS", "1")]).contains(&"ContainerAttachWebsocket"));
        assert!(allowed(&[("CONTAINERS", "1"), ("POST", "1")]).contains(&"ContainerAttachWebsocket"));
    }

    #[test]
    fn single_operations_need_no_post() {
        let names = allowed(&[("ALLOW_START", "1"), ("ALLOW_RESTARTS", "true"), ("EVENTS", "0")]);
        let rest: Vec<&str> = names.into_iter().filter(|name| name.starts_with("Container")).collect();
        assert_eq!(rest, ["ContainerKill", "ContainerRestart", "ContainerStart", "ContainerStop"]);
    }

    #[test]
    fn every_operation_belongs_to_one_section() {
        for endpoint in Endpoint::ALL {
            let sections = SECTIONS.iter().filter(|(_, path, _)| is_below(*endpoint, path)).count();
            assert_eq!(sections, 1, "{}", endpoint.name());
        }
    }

    #[test]
    fn a_value_that_is_neither_on_nor_off_is_refused() {
        let problems = policy(|name| (name == "IMAGES").then(|| "maybe".to_owned())).unwrap_err();
        assert_eq!(problems.first().unwrap().to_string(), "variable IMAGES: \"maybe\" is neither 1 nor 0");
    }
}
