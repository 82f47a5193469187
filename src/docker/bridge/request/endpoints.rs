//! `NetworkingConfig`: which networks a container joins, and with what settings.

use super::Request;
use super::create::host;
use crate::docker::bridge::After;
use crate::docker::bridge::tree::{OBJECT, at, at_mut, is_blank, object, string, text};
use crate::docker::json::Json;

const PATH: &str = "NetworkingConfig.EndpointsConfig";

/// The driver option that holds the kernel settings of one interface since 1.46.
const SYSCTLS: &str = "com.docker.network.endpoint.sysctls";

/// Below 1.25 the key `default` is not known; all it may say is what happens anyway.
pub(crate) fn no_default_endpoint(request: &mut Request<'_, '_, '_>) {
    let Some(endpoints) = endpoints(request) else { return };
    if let Some(members) = endpoints.as_object_mut() {
        // What has settings keeps them under the name that every version knows.
        for (name, settings) in members.iter_mut().filter(|(name, _)| name == "default") {
            if !is_neutral(settings) {
                *name = "bridge".into();
            }
        }
        members.retain(|(name, _)| name != "default");
    }
}

/// Below 1.44 a container is created in one network: it joins the others afterwards.
pub(crate) fn one_endpoint(request: &mut Request<'_, '_, '_>) {
    let mode = request.body.as_deref().map(|body| text(body, &["HostConfig", "NetworkMode"]).to_owned());
    let Some(members) = endpoints(request).and_then(Json::as_object_mut) else { return };
    if members.len() < 2 {
        return;
    }
    let mode = mode.filter(|mode| !mode.is_empty()).unwrap_or_else(|| "default".to_owned());
    let is_first = |name: &str| name == mode || mode == "default" && name == "bridge";
    let first = members.iter().position(|(name, _)| is_first(name)).unwrap_or(0);
    let kept = members.remove(first);
    let others = std::mem::replace(members, vec![kept]);
    for (network, settings) in others {
        if !text(&settings, &["MacAddress"]).is_empty() {
            let path = format!("{PATH}[{}].MacAddress", Json::from(&*network));
            request.needs(path, settings.get("MacAddress").unwrap_or(&Json::Null), 44);
        }
        let mut body = OBJECT;
        body.set("Container", "");
        body.set("EndpointConfig", settings.into_owned());
        let network = network.into_owned();
        request.note(&format!("{PATH}[{}]", Json::from(network.as_str())), "joined with a call of its own");
        request.edits.after.push(After::Connect { network, body });
    }
}

/// Below 1.44 the address of a container is that of all its networks.
pub(crate) fn mac_of_container(request: &mut Request<'_, '_, '_>) {
    let Some(members) = endpoints(request).and_then(Json::as_object_mut) else { return };
    let mut address = None;
    for (_, settings) in members {
        address = settings.remove("MacAddress").filter(|own| !is_blank(own)).or(address);
    }
    if let (Some(address), Some(body)) = (address, request.body.as_deref_mut()) {
        body.set("MacAddress", address);
        request.note(&format!("{PATH}.MacAddress"), "moved to MacAddress of the container");
    }
}

/// From 1.44 on the address belongs to the container's network. Below it, one in a network was not looked at.
pub(crate) fn mac_of_endpoint(request: &mut Request<'_, '_, '_>) {
    let address = request.body.as_deref_mut().and_then(|body| body.remove("MacAddress")).filter(|own| !is_blank(own));
    if let Some(members) = endpoints(request).and_then(Json::as_object_mut) {
        for (_, settings) in members {
            settings.remove("MacAddress");
        }
    }
    set_mac(request, address);
}

/// Between 1.44 and 1.51 the address of the container counts where its network has none.
pub(crate) fn mac_to_endpoint(request: &mut Request<'_, '_, '_>) {
    let address = request.body.as_deref_mut().and_then(|body| body.remove("MacAddress")).filter(|own| !is_blank(own));
    set_mac(request, address);
}

fn set_mac(request: &mut Request<'_, '_, '_>, address: Option<Json<'_>>) {
    let Some(address) = address else { return };
    let mode = request.body.as_deref().map(|body| text(body, &["HostConfig", "NetworkMode"]).to_owned());
    if mode.is_some_and(|mode| mode == "host" || mode == "none" || mode.starts_with("container:")) {
        request.refuse("MacAddress", &address, "conflicting options: mac-address and the network mode");
        return;
    }
    let address = address.into_owned();
    let Some(endpoint) = main_endpoint(request) else { return };
    let own = endpoint.get("MacAddress").filter(|own| !is_blank(own)).cloned();
    match own {
        Some(own) if own != address => {
            request.refuse("MacAddress", &address, "must be that of the main network, or be left out");
        }
        _ => {
            endpoint.set("MacAddress", address);
            request.note("MacAddress", "moved to the settings of the container's network");
        }
    }
}

/// Below 1.44 more than one endpoint was an error.
pub(crate) fn only_one_endpoint(request: &mut Request<'_, '_, '_>) {
    let Some(endpoints) = endpoints(request) else { return };
    let names: Vec<&str> = endpoints.as_object().unwrap_or_default().iter().map(|(name, _)| &**name).collect();
    if names.len() > 1 {
        let names = names.join(", ");
        let reason = format!("Container cannot be created with multiple network endpoints: {names}");
        request.refuse(PATH, &string(names), &reason);
    }
}

/// Below 1.48 no network comes before another.
pub(crate) fn no_priority(request: &mut Request<'_, '_, '_>) {
    if let Some(members) = endpoints(request).and_then(Json::as_object_mut) {
        for (_, settings) in members {
            settings.remove("GwPriority");
        }
    }
}

/// From 1.48 on kernel settings of an interface belong to the network.
pub(crate) fn sysctls_of_endpoint(request: &mut Request<'_, '_, '_>) {
    let Some(sysctls) = host(request).and_then(|host| host.get_mut("Sysctls")).and_then(Json::as_object_mut) else {
        return;
    };
    let mut moved = Vec::new();
    sysctls.retain(|(name, value)| {
        let parts: Vec<&str> = name.splitn(5, '.').collect();
        if let ["net", family, group, "eth0", rest] = parts.as_slice() {
            moved.push(format!("net.{family}.{group}.IFNAME.{rest}={}", value.as_str().unwrap_or_default()));
            return false;
        }
        true
    });
    if moved.is_empty() {
        return;
    }
    let Some(options) = main_endpoint(request).and_then(|endpoint| object(endpoint, "DriverOpts")) else { return };
    moved.extend(options.get(SYSCTLS).and_then(Json::as_str).map(str::to_owned));
    options.set(SYSCTLS, moved.join(","));
    request.note("HostConfig.Sysctls", "those of eth0 moved to the driver options of the container's network");
}

/// Below 1.46 a network has no kernel settings: engines would pass them over.
pub(crate) fn no_endpoint_sysctls(request: &mut Request<'_, '_, '_>) {
    let found = endpoints(request).and_then(|endpoints| {
        endpoints.as_object()?.iter().find_map(|(name, settings)| {
            let value = at(settings, &["DriverOpts", SYSCTLS])?.clone().into_owned();
            Some((format!("{PATH}[{}].DriverOpts[\"{SYSCTLS}\"]", Json::from(&**name)), value))
        })
    });
    if let Some((path, value)) = found {
        request.needs(path, &value, 46);
    }
}

/// Below 1.54 a network that is joined took no address.
pub(crate) fn no_connect_mac(request: &mut Request<'_, '_, '_>) {
    if let Some(settings) = request.body.as_deref_mut().and_then(|body| body.get_mut("EndpointConfig")) {
        settings.remove("MacAddress");
    }
}

fn endpoints<'r, 'j>(request: &'r mut Request<'_, '_, 'j>) -> Option<&'r mut Json<'j>> {
    at_mut(request.body.as_deref_mut()?, &["NetworkingConfig", "EndpointsConfig"])
}

/// The settings in the network of the container's network mode; made where there are none.
fn main_endpoint<'r, 'j>(request: &'r mut Request<'_, '_, 'j>) -> Option<&'r mut Json<'j>> {
    let body = request.body.as_deref_mut()?;
    let mode = match text(body, &["HostConfig", "NetworkMode"]) {
        "" => "default".to_owned(),
        mode => mode.to_owned(),
    };
    let endpoints = object(object(body, "NetworkingConfig")?, "EndpointsConfig")?;
    let only = match endpoints.as_object() {
        // It may be written by name here and by id there.
        Some([(name, _)]) => Some(name.clone().into_owned()),
        _ => None,
    };
    let name = if endpoints.get(&mode).is_some() { mode } else { only.unwrap_or(mode) };
    object(endpoints, &name)
}

/// True if the settings say nothing but what a daemon fills in itself.
fn is_neutral(settings: &Json<'_>) -> bool {
    const INPUTS: [&str; 6] = ["IPAMConfig", "Links", "Aliases", "MacAddress", "DriverOpts", "GwPriority"];
    INPUTS.iter().all(|name| settings.get(name).is_none_or(is_blank))
}
