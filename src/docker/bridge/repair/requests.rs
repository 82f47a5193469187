//! Calls to VIC, made what it understands.

use crate::docker::bridge::request::Request;
use crate::docker::bridge::tree::{OBJECT, at, is_blank, number, object, string, text};
use crate::docker::bridge::{Ask, How, Repair, STEPS, Step, When};
use crate::docker::endpoint::Endpoint;
use crate::docker::json::Json;
use crate::docker::target::Target;

/// VIC fails without a network mode, and panics without a host configuration.
pub(crate) fn create_defaults(request: &mut Request<'_, '_, '_>) {
    let Some(body) = request.body.as_deref_mut() else { return };
    if at(body, &["HostConfig", "NetworkMode"]).is_none_or(is_blank)
        && let Some(host) = object(body, "HostConfig")
    {
        host.set("NetworkMode", "default");
        request.note("HostConfig.NetworkMode", "set to \"default\"");
    }
    // An endpoint without settings makes it panic, too.
    let Some(body) = request.body.as_deref_mut() else { return };
    let endpoints = body.get_mut("NetworkingConfig").and_then(|config| config.get_mut("EndpointsConfig"));
    for (_, endpoint) in endpoints.and_then(Json::as_object_mut).into_iter().flatten() {
        if endpoint.is_null() {
            *endpoint = OBJECT;
        }
    }
}

/// VIC's number of virtual processors is `CpusetCpus`, up to the first comma.
pub(crate) fn virtual_cpus(request: &mut Request<'_, '_, '_>) {
    let Some(body) = request.body.as_deref_mut() else { return };
    let nano = number(body, &["HostConfig", "NanoCpus"]);
    let (set, count) = (text(body, &["HostConfig", "CpusetCpus"]), number(body, &["HostConfig", "CpuCount"]));
    if nano <= 0 || !set.is_empty() || count > 0 {
        return;
    }
    let whole = nano.saturating_add(999_999_999) / 1_000_000_000;
    if let Some(host) = body.get_mut("HostConfig") {
        host.remove("NanoCpus");
        host.set("CpusetCpus", whole.to_string());
    }
    request.note("HostConfig.NanoCpus", &format!("became {whole} virtual processors (CpusetCpus)"));
}

/// VIC drops `Mounts`; volumes it knows as binds.
pub(crate) fn mounts_to_volumes(request: &mut Request<'_, '_, '_>) {
    crate::docker::bridge::request::mounts_to_binds(request, true);
}

/// Ports of the appliance itself: a mapping of one takes the endpoint away.
const RESERVED: [&str; 11] = ["22", "2375", "2376", "2377", "2378", "2379", "2380", "6060", "6061", "6062", "6063"];

/// Refuses to map a port of the appliance.
pub(crate) fn reserved_ports(request: &mut Request<'_, '_, '_>) {
    let Some(body) = request.body.as_deref() else { return };
    let bindings = at(body, &["HostConfig", "PortBindings"]).and_then(Json::as_object).unwrap_or_default();
    let mut found = Vec::new();
    for (port, hosts) in bindings {
        for host in hosts.as_array().unwrap_or_default() {
            let number = text(host, &["HostPort"]).trim_start_matches('0');
            if RESERVED.contains(&number) {
                found.push((format!("HostConfig.PortBindings[{}]", Json::from(&**port)), number.to_owned()));
            }
        }
    }
    for (path, port) in found {
        let reason = "the appliance itself uses this port (22, 2375 to 2380, 6060 to 6063); a mapping would cut it off";
        request.refuse(path, &string(port), reason);
    }
}

/// Names of new containers by the daemon's rule; VIC takes any.
pub(crate) fn container_name(request: &mut Request<'_, '_, '_>) {
    let Some(name) = request.target.param("name").map(str::to_owned) else { return };
    if !is_container_name(&name) {
        request.refuse("name", &string(name), "only [a-zA-Z0-9][a-zA-Z0-9_.-]+ is the name of a container");
    }
}

fn is_container_name(name: &str) -> bool {
    let plain = name.strip_prefix('/').unwrap_or(name);
    let mut bytes = plain.bytes();
    let valid = bytes.next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && plain.len() > 1
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    valid || plain.is_empty()
}

/// True if only the repairs that [`create_needs`] knows apply to creates between these versions.
#[must_use]
pub fn create_has_repairs_only(ask: &Ask<'_>) -> bool {
    let applies = |step: &&&Step| step.endpoints.contains(&Endpoint::ContainerCreate) && step.applies(ask);
    let mut steps = STEPS.iter().filter(|step| matches!(step.how, How::Request(_)));
    let known = |step: &&Step| matches!(step.when, When::Repair(repair) if OF_CREATE.contains(&repair));
    ask.client == ask.backend && steps.by_ref().filter(|step| applies(&step)).all(|step| known(&step))
}

/// The repairs of a create's body and name.
const OF_CREATE: [Repair; 5] =
    [Repair::CreateDefaults, Repair::Mounts, Repair::Cpus, Repair::ReservedPorts, Repair::ContainerNames];

/// True if one of these repairs may have something to do. Of the body no more need be there than what it uses.
#[must_use]
pub fn create_needs(ask: &Ask<'_>, target: &Target, body: &Json<'_>) -> bool {
    let field = |name| at(body, &["HostConfig", name]).is_some_and(|value| !is_blank(value));
    OF_CREATE.into_iter().filter(|repair| ask.host.repairs.has(*repair)).any(|repair| {
        if repair == Repair::ContainerNames {
            return !target.param("name").is_none_or(is_container_name);
        }
        let fields = [(Repair::Mounts, "Mounts"), (Repair::Cpus, "NanoCpus"), (Repair::ReservedPorts, "PortBindings")];
        let of_field = fields.into_iter().find(|(whose, _)| *whose == repair);
        // An endpoint that is null is no canonical body, which is looked at the long way.
        of_field.map_or_else(|| !field("NetworkMode"), |(_, name)| field(name))
    })
}

/// VIC looks for a driver without a name, and finds none.
pub(crate) fn volume_driver(request: &mut Request<'_, '_, '_>) {
    let Some(body) = request.body.as_deref_mut() else { return };
    if body.get("Driver").is_none_or(is_blank) {
        body.set("Driver", "local");
        request.note("Driver", "set to \"local\"");
    }
}

/// VIC has archives at every version, and copies at none.
pub(crate) fn copy_to_archive_at_vic(request: &mut Request<'_, '_, '_>) {
    crate::docker::bridge::request::copy_to_archive(request);
}
