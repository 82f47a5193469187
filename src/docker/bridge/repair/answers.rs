//! Answers of VIC, made what its own version documents.

use crate::docker::bridge::answer::{Answer, aliases_with_id, clean_addresses};
use crate::docker::bridge::tree::{
    LIST, OBJECT, default, each, instead_of_null, is_blank, items, number, string, text, values,
};
use crate::docker::endpoint::Endpoint;
use crate::docker::json::Json;
use crate::docker::version::ApiVersion;

const NEVER: &str = "0001-01-01T00:00:00Z";

/// Puts `sha256:` before an id that lacks it.
fn prefix(json: &mut Json<'_>, name: &str) {
    let id = text(json, &[name]);
    if id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let id = format!("sha256:{id}");
        json.set(name, id);
    }
}

/// Ids in a list of images, and their parents.
pub(crate) fn ids_of_images(answer: &mut Answer<'_, '_, '_>) {
    for image in items(answer.json) {
        prefix(image, "Id");
        prefix(image, "ParentId");
        if text(image, &["ParentId"]) == "scratch" {
            image.set("ParentId", "");
        }
    }
}

/// The id in the inspect of an image.
pub(crate) fn id_of_image(answer: &mut Answer<'_, '_, '_>) {
    prefix(answer.json, "Id");
}

/// The id of a container's image.
pub(crate) fn id_in_container(answer: &mut Answer<'_, '_, '_>) {
    prefix(answer.json, "Image");
}

/// Ids in a list of containers.
pub(crate) fn ids_in_containers(answer: &mut Answer<'_, '_, '_>) {
    items(answer.json).for_each(|container| prefix(container, "ImageID"));
}

/// Ids of what was deleted.
pub(crate) fn ids_deleted(answer: &mut Answer<'_, '_, '_>) {
    items(answer.json).for_each(|deleted| prefix(deleted, "Deleted"));
}

/// The id of a committed image.
pub(crate) fn id_of_commit(answer: &mut Answer<'_, '_, '_>) {
    prefix(answer.json, "Id");
}

/// Lists of a container list.
pub(crate) fn nulls_in_containers(answer: &mut Answer<'_, '_, '_>) {
    for container in items(answer.json) {
        instead_of_null(container, &["Ports"], LIST);
        instead_of_null(container, &["Mounts"], LIST);
        instead_of_null(container, &["Labels"], OBJECT);
        instead_of_null(container, &["NetworkSettings"], Json::Object(vec![("Networks".into(), OBJECT)]));
        if let Some(host) = container.get_mut("HostConfig") {
            default(host, "NetworkMode", "default");
        }
    }
}

/// Lists and maps of an inspect.
pub(crate) fn nulls_in_container(answer: &mut Answer<'_, '_, '_>) {
    let json = &mut *answer.json;
    instead_of_null(json, &["Mounts"], LIST);
    instead_of_null(json, &["Args"], LIST);
    instead_of_null(json, &["GraphDriver", "Data"], OBJECT);
    instead_of_null(json, &["Config", "Labels"], OBJECT);
    instead_of_null(json, &["Config", "Env"], LIST);
    instead_of_null(json, &["HostConfig", "PortBindings"], OBJECT);
    instead_of_null(json, &["NetworkSettings", "Networks"], OBJECT);
    instead_of_null(json, &["NetworkSettings", "Ports"], OBJECT);
}

/// Lists of an image list or inspect.
pub(crate) fn nulls_in_images(answer: &mut Answer<'_, '_, '_>) {
    let is_list = answer.ask.endpoint == Endpoint::ImageList && answer.ask.client >= ApiVersion::new(25);
    let fill = |image: &mut Json<'_>| {
        instead_of_null(image, &["RepoTags"], LIST);
        instead_of_null(image, &["RepoDigests"], LIST);
        if is_list {
            // Since 1.25: not counted.
            default(image, "SharedSize", -1);
            default(image, "Containers", -1);
        }
    };
    each(answer.json, fill);
}

/// Lists and maps of networks.
pub(crate) fn nulls_in_networks(answer: &mut Answer<'_, '_, '_>) {
    let fill = |network: &mut Json<'_>| {
        for name in ["Containers", "Options", "Labels"] {
            instead_of_null(network, &[name], OBJECT);
            default(network, name, OBJECT);
        }
        instead_of_null(network, &["IPAM", "Config"], LIST);
        instead_of_null(network, &["IPAM", "Options"], OBJECT);
    };
    each(answer.json, fill);
}

/// Lists and maps of volumes, and their scope.
pub(crate) fn nulls_in_volumes(answer: &mut Answer<'_, '_, '_>) {
    let fill = |volume: &mut Json<'_>| {
        instead_of_null(volume, &["Labels"], OBJECT);
        instead_of_null(volume, &["Options"], OBJECT);
        if text(volume, &["Scope"]).is_empty() {
            volume.set("Scope", "local");
        }
    };
    let json = &mut *answer.json;
    if json.get("Name").is_some() {
        fill(json);
        return;
    }
    instead_of_null(json, &["Volumes"], LIST);
    instead_of_null(json, &["Warnings"], LIST);
    json.get_mut("Volumes").into_iter().flat_map(items).for_each(fill);
}

/// Lists of `info`.
pub(crate) fn nulls_in_info(answer: &mut Answer<'_, '_, '_>) {
    for name in ["DriverStatus", "SecurityOptions", "Labels"] {
        instead_of_null(answer.json, &[name], LIST);
    }
    instead_of_null(answer.json, &["Runtimes"], OBJECT);
    for name in ["Volume", "Network"] {
        instead_of_null(answer.json, &["Plugins", name], LIST);
    }
}

/// What VIC shows of a container in forms of its own.
pub(crate) fn container_as_documented(answer: &mut Answer<'_, '_, '_>) {
    let json = &mut *answer.json;
    if let Some(state) = json.get_mut("State") {
        for name in ["StartedAt", "FinishedAt"] {
            if text(state, &[name]).is_empty() {
                state.set(name, NEVER);
            }
        }
        let status = known_state(text(state, &["Status"])).map(str::to_owned);
        if let Some(status) = status {
            state.set("Status", status);
        }
    }
    if let Some(host) = json.get_mut("HostConfig") {
        // VIC puts the name of its engine there.
        if text(host, &["VolumeDriver"]).contains(' ') {
            host.set("VolumeDriver", "");
        }
    }
    let Some(settings) = json.get_mut("NetworkSettings").filter(|settings| settings.as_object().is_some()) else {
        return;
    };
    for name in ["Bridge", "SandboxID", "SandboxKey", "LinkLocalIPv6Address"] {
        default(settings, name, "");
    }
    default(settings, "HairpinMode", false);
    default(settings, "LinkLocalIPv6PrefixLen", 0);
    default(settings, "Ports", OBJECT);
    default(settings, "SecondaryIPAddresses", Json::Null);
    default(settings, "SecondaryIPv6Addresses", Json::Null);
    for network in settings.get_mut("Networks").into_iter().flat_map(values) {
        clean_addresses(network);
        for alias in network.get_mut("Aliases").into_iter().flat_map(items) {
            // An alias of a link has its target before a colon; there is none here.
            let plain = alias.as_str().and_then(|text| text.strip_prefix(':')).map(str::to_owned);
            if let Some(plain) = plain {
                *alias = string(plain);
            }
        }
    }
    fill_flat(settings);
    // By its own version's document the id is one of them; compose leaves and joins a network anew without it.
    aliases_with_id(answer);
}

/// The settings of the first network that has an address stand beside those of all.
fn fill_flat(settings: &mut Json<'_>) {
    let main = settings
        .get("Networks")
        .and_then(Json::as_object)
        .unwrap_or_default()
        .iter()
        .map(|(_, network)| network)
        .find(|network| !text(network, &["IPAddress"]).is_empty())
        .cloned()
        .unwrap_or(OBJECT);
    for name in ["EndpointID", "Gateway", "GlobalIPv6Address", "IPAddress", "IPv6Gateway", "MacAddress"] {
        if settings.get(name).is_none_or(is_blank) {
            settings.set(name, text(&main, &[name]).to_owned());
        }
    }
    for name in ["GlobalIPv6PrefixLen", "IPPrefixLen"] {
        if settings.get(name).is_none_or(is_blank) {
            settings.set(name, number(&main, &[name]));
        }
    }
}

/// States that VIC has besides those of an engine.
fn known_state(state: &str) -> Option<&'static str> {
    match state {
        "Starting" => Some("created"),
        "Suspended" => Some("paused"),
        "Running" => Some("running"),
        "Stopped" | "Exited" => Some("exited"),
        "Created" => Some("created"),
        _ => None,
    }
}

/// States of a container list, whose ids of images may be empty.
pub(crate) fn containers_as_documented(answer: &mut Answer<'_, '_, '_>) {
    for container in items(answer.json) {
        let state = known_state(text(container, &["State"])).map(str::to_owned);
        if let Some(state) = state {
            container.set("State", state);
        }
    }
}

/// Networks have a scope, and an address manager has a name.
pub(crate) fn networks_as_documented(answer: &mut Answer<'_, '_, '_>) {
    let fill = |network: &mut Json<'_>| {
        if text(network, &["Scope"]).is_empty() {
            network.set("Scope", "local");
        }
        if text(network, &["IPAM", "Driver"]).is_empty()
            && let Some(ipam) = network.get_mut("IPAM")
        {
            ipam.set("Driver", "default");
        }
    };
    each(answer.json, fill);
}

/// MHz that one virtual processor is taken for: what VIC calls the number of
/// processors is their clock in sum, and the number is nowhere.
const MHZ: i64 = 2_000;

/// `info`: the system is linux for clients, and processors are counted.
pub(crate) fn info_as_documented(answer: &mut Answer<'_, '_, '_>) {
    let json = &mut *answer.json;
    json.set("OSType", "linux");
    let mhz = number(json, &["NCPU"]);
    if mhz > 512 {
        json.set("NCPU", (mhz / MHZ).max(1));
    }
}
