//! Networks: a container VM joins networks by name and shares none with others.

use super::{Fault, Outcome, is_name, key, text};
use crate::docker::json::Json;

const BY_NAME: &str = "--network bridge, or a network by name (\"docker network ls\" lists them)";

/// `HostConfig.NetworkMode`.
pub(super) fn by_name(value: &Json<'_>) -> Outcome {
    reason(text(value)).map(|reason| Fault::whole(value, reason, BY_NAME)).into()
}

/// `NetworkingConfig.EndpointsConfig`: VIC connects a new container to one
/// network, and to this one rather than to `NetworkMode`.
pub(super) fn one(value: &Json<'_>) -> Outcome {
    let networks = value.as_object().unwrap_or_default();
    let mut faults = Vec::new();
    if networks.len() > 1 {
        let names: Vec<&str> = networks.iter().map(|(name, _)| name.as_ref()).collect();
        let reason = format!("a container starts in one network, and this asks for {}", names.join(", "));
        faults.push(Fault::whole(value, reason, "\"docker network connect\" for the others, before the start"));
    }
    for (name, settings) in networks {
        if let Some(reason) = reason(name) {
            faults.push(Fault::new(key(name), settings, reason, BY_NAME));
        }
        if settings.is_null() {
            let reason = "VIC breaks off the connection when the settings of a network are null";
            faults.push(Fault::new(key(name), settings, reason, "an empty object, {}"));
        }
    }
    faults.into()
}

/// `Driver` of a network.
pub(super) fn bridge_driver(value: &Json<'_>) -> Outcome {
    let known = matches!(text(value), "" | "bridge" | "default");
    let fault = || Fault::whole(value, "VIC makes bridge networks only", "--driver bridge, or none");
    (!known).then(fault).into()
}

/// Why this is not the name of a network that a container VM can join.
fn reason(mode: &str) -> Option<String> {
    match mode {
        "host" => Some("a container VM has network cards of its own and cannot use those of a host".into()),
        "none" => Some("VIC cannot start a container without a network this way".into()),
        _ if mode.starts_with("container:") => {
            Some("two container VMs cannot share one network card; connect both to one network".into())
        }
        "" => None,
        _ if is_name(mode) => None,
        _ => Some(format!("\"{mode}\" is not the name of a network")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Rule;
    use super::*;
    use crate::docker::json::parse;

    fn passes(rule: Rule, json: &str) -> bool {
        rule.judge(&parse(json.as_bytes()).unwrap(), &Json::Null) == Outcome::Pass
    }

    #[test]
    fn networks_by_name_pass() {
        for mode in ["", "default", "bridge", "backend_1", "my.net", "host2", "7f3a"] {
            assert!(passes(Rule::NetworkByName, &format!("\"{mode}\"")), "{mode}");
        }
    }

    #[test]
    fn networks_of_the_host_and_of_other_containers_are_refused() {
        for mode in ["host", "none", "container:web", "container:", "ns:/proc/1/ns/net", "a b", "-x"] {
            assert!(!passes(Rule::NetworkByName, &format!("\"{mode}\"")), "{mode}");
        }
    }

    #[test]
    fn a_container_starts_in_one_network_with_settings() {
        assert!(passes(Rule::OneNetwork, r#"{"net1":{"Aliases":["a"]}}"#));
        assert!(passes(Rule::OneNetwork, "{}"));
        for json in [r#"{"a":{},"b":{}}"#, r#"{"host":{}}"#, r#"{"net1":null}"#] {
            assert!(!passes(Rule::OneNetwork, json), "{json}");
        }
    }

    #[test]
    fn networks_are_of_the_bridge_kind() {
        assert!(passes(Rule::BridgeDriver, r#""bridge""#));
        assert!(!passes(Rule::BridgeDriver, r#""overlay""#));
    }
}
