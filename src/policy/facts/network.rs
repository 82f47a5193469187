//! Networks: which ones, under which names and addresses, and how they are made.

use std::borrow::Cow;

use super::collect::{Collector, Here, each_text};
use super::{Kind, Value, namespace};
use crate::docker::json::Json;
use crate::docker::schema::Path;

/// The option of an endpoint that sets kernel parameters: a list with commas.
const SYSCTLS: &str = "com.docker.network.endpoint.sysctls";

/// `NetworkMode`, and the target of a service's network.
pub(super) fn mode<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    network(c, value.as_str().unwrap_or_default(), Here::json(at, value));
}

/// A network by name. The default one is `bridge`, on Linux and on VIC.
pub(super) fn network<'b>(c: &mut Collector<'b>, name: &'b str, here: Here<'_, 'b>) {
    if !name.is_empty() {
        c.mark(Kind::Network);
    }
    match name {
        "" => {}
        "default" => c.open_text(Kind::Network, here, "bridge"),
        "host" => {
            namespace::join(c, "network", "host", here);
            c.implied(Kind::Network, here, "host");
        }
        // container:NAME; podman has ns:PATH and more.
        name if name.contains(':') => namespace::join(c, "network", name, here),
        name => c.open_text(Kind::Network, here, name),
    }
}

/// `NetworkingConfig.EndpointsConfig`: networks by name, each with its settings.
pub(super) fn endpoints<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    for (name, settings) in value.as_object().unwrap_or_default() {
        let path = at.key(name);
        network(c, name, Here::text(&path, name));
        endpoint(c, settings, &path);
    }
}

/// The settings of a container in one network.
pub(super) fn endpoint<'b>(c: &mut Collector<'b>, settings: &'b Json<'b>, at: &Path<'_>) {
    let get = |name: &str| settings.get(name);
    if let Some(ipam) = get("IPAMConfig") {
        let path = at.name("IPAMConfig");
        for name in ["IPv4Address", "IPv6Address"] {
            if let Some(address) = ipam.get(name) {
                fixed(c, address, &path.name(name));
            }
        }
        if let Some(addresses) = ipam.get("LinkLocalIPs") {
            each_text(c, addresses, &path.name("LinkLocalIPs"), |c, text, here| {
                c.open_text(Kind::FixedAddress, here, text);
            });
        }
    }
    if let Some(address) = get("MacAddress") {
        fixed(c, address, &at.name("MacAddress"));
    }
    if let Some(links) = get("Links") {
        self::links(c, links, &at.name("Links"));
    }
    if let Some(aliases) = get("Aliases") {
        self::aliases(c, aliases, &at.name("Aliases"));
    }
    if let Some(options) = get("DriverOpts") {
        driver_options(c, options, &at.name("DriverOpts"));
    }
}

/// `Aliases`.
pub(super) fn aliases<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    each_text(c, value, at, |c, text, here| c.open_text(Kind::Alias, here, text));
}

/// `Links`: `CONTAINER[:ALIAS]`.
pub(super) fn links<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    each_text(c, value, at, |c, text, here| {
        let name = text.split_once(':').map_or(text, |(name, _)| name);
        c.open_text(Kind::Link, here, name.trim_start_matches('/'));
    });
}

/// A fixed address of a container.
pub(super) fn fixed<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    if let Some(address) = value.as_str().filter(|address| !address.is_empty()) {
        c.open_text(Kind::FixedAddress, Here::json(at, value), address);
    }
}

/// `DriverOpts` of an endpoint.
pub(super) fn driver_options<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    for (name, value) in value.as_object().unwrap_or_default() {
        let path = at.key(name);
        let here = Here::json(&path, value);
        let text = value.as_str().unwrap_or_default();
        if name != SYSCTLS {
            c.closed(Kind::NetworkOption, here, Value::Pair(Cow::Borrowed(name), Cow::Borrowed(text)));
            continue;
        }
        for sysctl in text.split(',') {
            let (name, value) = sysctl.split_once('=').unwrap_or((sysctl, ""));
            c.closed(Kind::Sysctl, here, Value::Pair(Cow::Borrowed(name.trim()), Cow::Borrowed(value)));
        }
    }
}

/// `Networks` of a service.
pub(super) fn attachments<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    for (index, item) in value.as_array().unwrap_or_default().iter().enumerate() {
        let path = at.index(index);
        if let Some(target) = item.get("Target") {
            mode(c, target, &path.name("Target"));
        }
        if let Some(aliases) = item.get("Aliases") {
            self::aliases(c, aliases, &path.name("Aliases"));
        }
        if let Some(options) = item.get("DriverOpts") {
            driver_options(c, options, &path.name("DriverOpts"));
        }
    }
}

/// The driver of a new network. Bridges and overlays keep to themselves.
pub(super) fn driver<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    let here = Here::json(at, value);
    match value.as_str().unwrap_or_default() {
        "" => {}
        name @ ("bridge" | "overlay") => c.open_text(Kind::NetworkDriver, here, name),
        name => c.closed_text(Kind::NetworkDriver, here, name),
    }
}

/// The driver of a new network's addresses.
pub(super) fn ipam_driver<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    let name = value.as_str().unwrap_or_default();
    if !matches!(name, "" | "default") {
        c.closed_text(Kind::NetworkDriver, Here::json(at, value), Cow::Owned(format!("ipam:{name}")));
    }
}

/// Options of the driver of addresses.
pub(super) fn ipam_options<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    for (name, value) in value.as_object().unwrap_or_default() {
        let text = Cow::Borrowed(value.as_str().unwrap_or_default());
        let path = at.key(name);
        let pair = Value::Pair(Cow::Owned(format!("ipam:{name}")), text);
        c.closed(Kind::NetworkOption, Here::json(&path, value), pair);
    }
}

/// `IPAM.Config`: subnets, which become routes of the host.
pub(super) fn subnets<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    for (index, item) in value.as_array().unwrap_or_default().iter().enumerate() {
        let path = at.index(index);
        for name in ["Subnet", "IPRange", "Gateway"] {
            if let Some(value) = item.get(name) {
                subnet(c, value, &path.name(name));
            }
        }
        let addresses = item.get("AuxiliaryAddresses").and_then(Json::as_object).unwrap_or_default();
        let path = path.name("AuxiliaryAddresses");
        for (name, value) in addresses {
            subnet(c, value, &path.key(name));
        }
    }
}

/// `Scope` of a new network, where it is not the host.
pub(super) fn scope<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    let scope = value.as_str().unwrap_or_default();
    if !matches!(scope, "" | "local") {
        c.closed(Kind::NetworkOption, Here::json(at, value), Value::Pair("scope".into(), Cow::Borrowed(scope)));
    }
}

/// `Ingress`: the network through which a swarm publishes ports.
pub(super) fn ingress<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    if value.as_bool() == Some(true) {
        c.closed(Kind::NetworkOption, Here::json(at, value), Value::Pair("ingress".into(), "true".into()));
    }
}

fn subnet<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
        c.closed_text(Kind::Subnet, Here::json(at, value), text);
    }
}
