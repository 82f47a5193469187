//! Ports that a VCH maps to its containers.

use std::net::IpAddr;

use super::{Fault, Outcome, key, text};
use crate::docker::json::Json;

/// `HostConfig.PortBindings`: `{"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}`.
///
/// VIC maps single IPv4 ports, and does not protect its own: a container that
/// takes 2376 takes the VCH's API away.
pub(super) fn bindings(value: &Json<'_>) -> Outcome {
    let ports = value.as_object().unwrap_or_default().iter();
    let each = ports.flat_map(|(port, bindings)| {
        let bindings = bindings.as_array().unwrap_or_default().iter().enumerate();
        bindings.filter_map(move |(index, binding)| {
            let (reason, instead) = binding_fault(binding)?;
            Some(Fault::new(format!("{}[{index}]", key(port)), binding, reason, instead))
        })
    });
    each.collect::<Vec<_>>().into()
}

fn binding_fault(binding: &Json<'_>) -> Option<(String, &'static str)> {
    let ip = binding.get("HostIp").map(text).unwrap_or_default();
    let port = binding.get("HostPort").map(text).unwrap_or_default();
    match ip.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => {}
        Ok(IpAddr::V6(_)) => {
            return Some((format!("VIC maps ports of IPv4 only, and {ip} is IPv6"), "-p HOST:CONTAINER"));
        }
        Err(_) if ip.is_empty() => {}
        Err(_) => return Some((format!("\"{ip}\" is not an address"), "-p HOST:CONTAINER")),
    }
    if port.contains('-') {
        return Some(("VIC maps single ports, not ranges".into(), "one -p for each port"));
    }
    match port.parse::<u16>() {
        Ok(number) if is_reserved(number) => Some((
            format!("port {number} is the VCH's own, and a container that took it would cut the VCH off"),
            "another port",
        )),
        Ok(_) => None,
        Err(_) if port.is_empty() => None,
        Err(_) => Some((format!("\"{port}\" is not a port"), "-p HOST:CONTAINER")),
    }
}

/// Ports on which the endpoint VM of a VCH itself listens: ssh, Docker's API and
/// VIC's services, and the profiler.
fn is_reserved(port: u16) -> bool {
    matches!(port, 22 | 2375..=2380 | 6060..=6063)
}

/// `ExposedPorts`: VIC keeps those of the image only. The CLI lists a published
/// port here too, which is harmless.
pub(super) fn published(value: &Json<'_>, body: &Json<'_>) -> Outcome {
    let bindings = body.get("HostConfig").and_then(|host| host.get("PortBindings"));
    let exposed = value.as_object().unwrap_or_default().iter();
    let lost = exposed.filter(|(port, _)| bindings.and_then(|bindings| bindings.get(port)).is_none());
    let fault = |port: &str, value: &Json<'_>| {
        let reason = format!("VIC forgets a port that is exposed and not published ({port})");
        Fault::new(key(port), value, reason, "-p to publish it; containers in one network reach each other without")
    };
    lost.map(|(port, value)| fault(port, value)).collect::<Vec<_>>().into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Rule;
    use super::*;
    use crate::docker::json::parse;

    fn passes(rule: Rule, json: &str, body: &str) -> bool {
        rule.judge(&parse(json.as_bytes()).unwrap(), &parse(body.as_bytes()).unwrap()) == Outcome::Pass
    }

    #[test]
    fn single_ports_of_ipv4_pass() {
        for binding in [
            r#"{"HostPort":"8080"}"#,
            r#"{"HostIp":"0.0.0.0","HostPort":""}"#,
            r#"{"HostIp":"10.0.0.1","HostPort":"80"}"#,
        ] {
            assert!(passes(Rule::PortBindings, &format!(r#"{{"80/tcp":[{binding}]}}"#), "null"), "{binding}");
        }
    }

    #[test]
    fn ranges_ipv6_and_the_vch_s_own_ports_are_refused() {
        for binding in [
            r#"{"HostPort":"8000-8010"}"#,
            r#"{"HostIp":"::","HostPort":"80"}"#,
            r#"{"HostPort":"2376"}"#,
            r#"{"HostPort":"22"}"#,
            r#"{"HostPort":"http"}"#,
            r#"{"HostIp":"localhost","HostPort":"80"}"#,
        ] {
            assert!(!passes(Rule::PortBindings, &format!(r#"{{"80/tcp":[{binding}]}}"#), "null"), "{binding}");
        }
    }

    #[test]
    fn a_port_is_exposed_by_publishing_it() {
        let body = r#"{"HostConfig":{"PortBindings":{"80/tcp":[{"HostPort":"8080"}]}}}"#;
        assert!(passes(Rule::PublishedPorts, r#"{"80/tcp":{}}"#, body));
        assert!(!passes(Rule::PublishedPorts, r#"{"81/tcp":{}}"#, body));
        assert!(!passes(Rule::PublishedPorts, r#"{"80/tcp":{}}"#, "{}"));
    }
}
