//! Containers: inspect, list, create.

use super::Answer;
use crate::docker::bridge::tree::{
    LIST, OBJECT, at, at_mut, default, each, instead_of_null, is_blank, items, number, object, string, text, values,
};
use crate::docker::json::Json;

/// Below 1.19 the host configuration has the options of LXC, and the driver is named.
pub(crate) fn lxc(answer: &mut Answer<'_, '_, '_>) {
    default(answer.json, "ExecDriver", "native-0.2");
    if let Some(host) = answer.json.get_mut("HostConfig") {
        default(host, "LxcConf", LIST);
    }
}

/// Below 1.20 mounts are two maps by destination, and limits stand in `Config` too.
pub(crate) fn volume_maps(answer: &mut Answer<'_, '_, '_>) {
    let json = &mut *answer.json;
    let (mut volumes, mut writable) = (OBJECT, OBJECT);
    for mount in items(&mut json.remove("Mounts").unwrap_or(LIST)) {
        let destination = text(mount, &["Destination"]).to_owned();
        volumes.set(&destination, text(mount, &["Source"]).to_owned());
        writable.set(&destination, mount.get("RW").and_then(Json::as_bool).unwrap_or_default());
    }
    json.set("Volumes", volumes);
    json.set("VolumesRW", writable);
    copy_limits(json);
}

fn copy_limits(json: &mut Json<'_>) {
    let host = json.get("HostConfig").cloned().unwrap_or(OBJECT);
    let Some(config) = json.get_mut("Config") else { return };
    for (name, of_host) in
        [("Memory", "Memory"), ("MemorySwap", "MemorySwap"), ("CpuShares", "CpuShares"), ("Cpuset", "CpusetCpus")]
    {
        let zero = if name == "Cpuset" { string("") } else { Json::from(0) };
        default(config, name, host.get(of_host).filter(|value| !value.is_null()).cloned().unwrap_or(zero));
    }
}

/// Below 1.21 the volume driver stands in `Config`, and there is one network.
pub(crate) fn one_network_of(answer: &mut Answer<'_, '_, '_>) {
    let json = &mut *answer.json;
    let driver = text(json, &["HostConfig", "VolumeDriver"]).to_owned();
    if let Some(config) = json.get_mut("Config") {
        default(config, "VolumeDriver", driver);
    }
    if let Some(settings) = json.get_mut("NetworkSettings") {
        flatten(settings);
        settings.remove("Networks");
    }
}

/// From 1.25 on a mount says of which type it is.
pub(crate) fn mount_types(answer: &mut Answer<'_, '_, '_>) {
    each(answer.json, type_mounts);
}

fn type_mounts(container: &mut Json<'_>) {
    for mount in container.get_mut("Mounts").into_iter().flat_map(items) {
        let named = !text(mount, &["Name"]).is_empty() || !text(mount, &["Driver"]).is_empty();
        if text(mount, &["Type"]).is_empty() {
            mount.set("Type", if named { "volume" } else { "bind" });
        }
    }
}

/// From 1.32 on the operating system of a container is said.
pub(crate) fn platform(answer: &mut Answer<'_, '_, '_>) {
    let system = answer.ask.host.platform.split('/').next().filter(|name| !name.is_empty()).unwrap_or("linux");
    default(answer.json, "Platform", system.to_owned());
}

/// Below 1.45 the aliases in a user's network hold the short id and the host name.
pub(crate) fn aliases_with_id(answer: &mut Answer<'_, '_, '_>) {
    let (id, host) = id_and_host(answer.json);
    for network in user_networks(answer.json) {
        let mut aliases: Vec<Json<'_>> =
            network.get("Aliases").and_then(Json::as_array).map(<[_]>::to_vec).unwrap_or_default();
        for name in [&id, &host] {
            if !name.is_empty() && !aliases.iter().any(|alias| alias.as_str() == Some(name)) {
                aliases.push(string(name.clone()));
            }
        }
        network.set("Aliases", aliases);
    }
}

/// From 1.45 on the aliases are those that were asked for; all names are in `DNSNames`, which there is since 1.44.
pub(crate) fn aliases_without_id(answer: &mut Answer<'_, '_, '_>) {
    let (id, _) = id_and_host(answer.json);
    for network in user_networks(answer.json) {
        if let Some(aliases) = network.get_mut("Aliases") {
            super::super::tree::retain(aliases, |alias| alias.as_str() != Some(&id));
            if is_blank(aliases) {
                *aliases = Json::Null;
            }
        }
    }
}

/// From 1.44 on all names of a container in a network are listed.
pub(crate) fn dns_names(answer: &mut Answer<'_, '_, '_>) {
    let (id, host) = id_and_host(answer.json);
    let name = text(answer.json, &["Name"]).trim_start_matches('/').to_owned();
    for network in user_networks(answer.json) {
        let aliases =
            network.get("Aliases").map(|list| list.strings().map(str::to_owned).collect()).unwrap_or_default();
        let mut names: Vec<String> = Vec::new();
        for name in [vec![name.clone()], aliases, vec![id.clone(), host.clone()]].concat() {
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
        default(network, "DNSNames", names.into_iter().map(string).collect::<Vec<_>>());
    }
    for network in networks(answer.json) {
        default(network, "DNSNames", Json::Null);
        default(network, "MacAddress", "");
        default(network, "DriverOpts", Json::Null);
    }
}

/// Below 1.52 the settings of the default network stand beside those of all.
pub(crate) fn flat_network(answer: &mut Answer<'_, '_, '_>) {
    if let Some(settings) = answer.json.get_mut("NetworkSettings") {
        flatten(settings);
        default(settings, "Bridge", "");
        default(settings, "HairpinMode", false);
        default(settings, "LinkLocalIPv6Address", "");
        default(settings, "LinkLocalIPv6PrefixLen", 0);
        default(settings, "SecondaryIPAddresses", Json::Null);
        default(settings, "SecondaryIPv6Addresses", Json::Null);
    }
    if let Some(config) = answer.json.get_mut("Config") {
        default(config, "OnBuild", Json::Null);
    }
}

/// From 1.52 on they do not, and addresses are addresses: clients of that age
/// read them as such and fail on anything else.
pub(crate) fn no_flat_network(answer: &mut Answer<'_, '_, '_>) {
    if let Some(settings) = answer.json.get_mut("NetworkSettings") {
        for name in FLAT.iter().map(|(name, _)| *name).chain(OTHERS) {
            settings.remove(name);
        }
    }
    for network in networks(answer.json) {
        clean_addresses(network);
    }
    if at(answer.json, &["Config", "OnBuild"]).is_some_and(is_blank)
        && let Some(config) = answer.json.get_mut("Config")
    {
        config.remove("OnBuild");
    }
}

/// Names of the default network's settings, and whether they are numbers.
const FLAT: [(&str, bool); 8] = [
    ("EndpointID", false),
    ("Gateway", false),
    ("GlobalIPv6Address", false),
    ("GlobalIPv6PrefixLen", true),
    ("IPAddress", false),
    ("IPPrefixLen", true),
    ("IPv6Gateway", false),
    ("MacAddress", false),
];

const OTHERS: [&str; 6] = [
    "Bridge",
    "HairpinMode",
    "LinkLocalIPv6Address",
    "LinkLocalIPv6PrefixLen",
    "SecondaryIPAddresses",
    "SecondaryIPv6Addresses",
];

/// Copies the settings of the network `bridge`, or of the only one.
fn flatten(settings: &mut Json<'_>) {
    let networks = settings.get("Networks").and_then(Json::as_object).unwrap_or_default();
    let main = match networks {
        [(_, only)] => only.clone(),
        _ => networks.iter().find(|(name, _)| name == "bridge").map_or(OBJECT, |(_, bridge)| bridge.clone()),
    };
    for (name, is_number) in FLAT {
        let zero = if is_number { Json::from(0) } else { string("") };
        let value = main.get(name).filter(|value| !value.is_null()).cloned();
        if settings.get(name).is_none_or(is_blank) {
            settings.set(name, value.unwrap_or(zero));
        }
    }
}

/// Old engines write a gateway with its prefix length, `172.18.0.1/16`.
pub(crate) fn clean_addresses(network: &mut Json<'_>) {
    for name in ["Gateway", "IPAddress", "IPv6Gateway", "GlobalIPv6Address"] {
        let own = text(network, &[name]);
        if let Some((address, _)) = own.split_once('/') {
            let address = address.to_owned();
            network.set(name, address);
        }
    }
    let mac = text(network, &["MacAddress"]);
    let valid = mac.split(':').count() == 6
        && mac.split(':').all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if !mac.is_empty() && !valid {
        network.set("MacAddress", "");
    }
}

/// Below 1.46 a list does not show annotations, below 1.48 no manifest, below 1.52 no health.
pub(crate) fn list_without_annotations(answer: &mut Answer<'_, '_, '_>) {
    for container in items(answer.json) {
        if let Some(host) = container.get_mut("HostConfig") {
            host.remove("Annotations");
        }
    }
}

/// The manifest of the image is shown from 1.48 on.
pub(crate) fn without_manifest(answer: &mut Answer<'_, '_, '_>) {
    answer.json.remove("ImageManifestDescriptor");
    for container in items(answer.json) {
        container.remove("ImageManifestDescriptor");
    }
}

/// The health of containers is listed from 1.52 on.
pub(crate) fn list_without_health(answer: &mut Answer<'_, '_, '_>) {
    for container in items(answer.json) {
        container.remove("Health");
    }
}

/// From 1.23 on a list has states and mounts; the state is read from the status.
pub(crate) fn list_states(answer: &mut Answer<'_, '_, '_>) {
    for container in items(answer.json) {
        let state = state_of(text(container, &["Status"]));
        default(container, "State", state);
        default(container, "Mounts", LIST);
    }
}

/// From 1.22 on a list has the networks and the network mode of each container.
pub(crate) fn list_networks(answer: &mut Answer<'_, '_, '_>) {
    for container in items(answer.json) {
        default(container, "HostConfig", Json::Object(vec![("NetworkMode".into(), string("default"))]));
        default(container, "NetworkSettings", Json::Object(vec![("Networks".into(), OBJECT)]));
    }
}

fn state_of(status: &str) -> &'static str {
    match status.split_ascii_whitespace().next().unwrap_or_default() {
        "Up" if status.ends_with("(Paused)") => "paused",
        "Up" => "running",
        "Restarting" => "restarting",
        "Created" | "" => "created",
        "Dead" => "dead",
        "Removal" => "removing",
        _ => "exited",
    }
}

/// Newer documents promise a list of warnings, old engines write null.
pub(crate) fn warnings_list(answer: &mut Answer<'_, '_, '_>) {
    instead_of_null(answer.json, &["Warnings"], LIST);
}

fn id_and_host(json: &Json<'_>) -> (String, String) {
    let id = text(json, &["Id"]);
    (id.get(..12).unwrap_or(id).to_owned(), text(json, &["Config", "Hostname"]).to_owned())
}

fn networks<'j, 'a>(json: &'j mut Json<'a>) -> impl Iterator<Item = &'j mut Json<'a>> {
    at_mut(json, &["NetworkSettings", "Networks"]).into_iter().flat_map(values)
}

/// Networks that a user made: only they have aliases.
fn user_networks<'j, 'a>(json: &'j mut Json<'a>) -> impl Iterator<Item = &'j mut Json<'a>> {
    at_mut(json, &["NetworkSettings", "Networks"])
        .and_then(Json::as_object_mut)
        .into_iter()
        .flatten()
        .filter(|(name, _)| !matches!(&**name, "bridge" | "host" | "none" | "default"))
        .map(|(_, network)| network)
}

/// Memory as VIC says it, in MiB, as the bytes that clients expect.
pub(crate) fn memory_in_bytes(answer: &mut Answer<'_, '_, '_>) {
    const MIB: i64 = 1024 * 1024;
    let mib = number(answer.json, &["HostConfig", "Memory"]);
    if (1..MIB).contains(&mib)
        && let Some(host) = object(answer.json, "HostConfig")
    {
        host.set("Memory", mib * MIB);
    }
}
