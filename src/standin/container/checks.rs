//! What Docker 1.13's decoder refuses in a create call before VIC sees it, and what kills VIC.

use super::super::failure::Failure;
use super::super::json::Fields;

/// The fields of `Config`. A body that has none of them leaves VIC with a nil pointer.
const CONFIG: [&str; 25] = [
    "Hostname",
    "Domainname",
    "User",
    "AttachStdin",
    "AttachStdout",
    "AttachStderr",
    "ExposedPorts",
    "Tty",
    "OpenStdin",
    "StdinOnce",
    "Env",
    "Cmd",
    "Healthcheck",
    "ArgsEscaped",
    "Image",
    "Volumes",
    "WorkingDir",
    "Entrypoint",
    "NetworkDisabled",
    "MacAddress",
    "OnBuild",
    "Labels",
    "StopSignal",
    "StopTimeout",
    "Shell",
];

/// True when VIC would end the connection without an answer.
pub(super) fn makes_vic_panic(wrapper: Fields<'_>) -> Result<bool, Failure> {
    let has_config = CONFIG.iter().any(|name| wrapper.get(name).is_some());
    let networking = wrapper.object("NetworkingConfig")?;
    let endpoints = networking.object("EndpointsConfig")?;
    let null_endpoint = endpoints.entries().count() == 1 && endpoints.entries().any(|(_, endpoint)| endpoint.is_null());
    Ok(!has_config || null_endpoint)
}

/// The checks of Docker's `runconfig` package.
pub(super) fn runconfig(config: Fields<'_>, host: Fields<'_>) -> Result<(), Failure> {
    for bind in host.strings("Binds")?.unwrap_or_default() {
        bind_syntax(&bind)?;
    }
    network_mode(config, host)?;
    let isolation = host.text("Isolation")?;
    if !matches!(isolation, "" | "default") {
        return Err(Failure::plain(format!("invalid --isolation: {isolation:?} - linux only supports 'default'")));
    }
    for (field, flag) in [("IOMaximumIOps", "--io-maxiops"), ("IOMaximumBandwidth", "--io-maxbandwidth")] {
        if host.number(field)? > 0 {
            return Err(Failure::plain(format!("invalid QoS settings: linux does not support {flag}")));
        }
    }
    // VIC's appliance kernel has no realtime scheduling for control groups.
    for (field, flag, what) in
        [("CpuRealtimePeriod", "--cpu-rt-period", "period"), ("CpuRealtimeRuntime", "--cpu-rt-runtime", "runtime")]
    {
        if host.number(field)? != 0 {
            return Err(Failure::plain(format!("invalid {flag}: Your kernel does not support cgroup rt {what}")));
        }
    }
    Ok(())
}

fn network_mode(config: Fields<'_>, host: Fields<'_>) -> Result<(), Failure> {
    let mode = host.text("NetworkMode")?;
    let is_host = mode == "host";
    let is_container = mode.starts_with("container:");
    if mode == "container:" || mode == "container" {
        return Err(Failure::plain("--net: invalid net mode: invalid container format container:<name|id>"));
    }
    let hostname = !config.text("Hostname")?.is_empty();
    let has = |name: &str| {
        host.get(name).is_some_and(|value| {
            value.as_array().is_some_and(|list| !list.is_empty())
                || value.as_object().is_some_and(|map| !map.is_empty())
        })
    };
    let conflicts: [(bool, &str); 8] = [
        (is_container && hostname, "hostname and the network mode"),
        (host.text("UTSMode")? == "host" && hostname, "hostname and the UTS mode"),
        (
            (is_container || is_host) && has("Links"),
            if is_host {
                "host type networking can't be used with links. This would result in undefined behavior"
            } else {
                "container type network can't be used with links. This would result in undefined behavior"
            },
        ),
        (is_container && has("Dns"), "dns and the network mode"),
        (is_container && has("ExtraHosts"), "custom host-to-IP mapping and the network mode"),
        ((is_container || is_host) && !config.text("MacAddress")?.is_empty(), "mac-address and the network mode"),
        (
            is_container && (has("PortBindings") || host.flag("PublishAllPorts")?),
            "port publishing and the container type network mode",
        ),
        (
            is_container && config.object("ExposedPorts")?.entries().next().is_some(),
            "port exposing and the container type network mode",
        ),
    ];
    match conflicts.iter().find(|(conflict, _)| *conflict) {
        Some((_, what)) => Err(Failure::plain(format!("Conflicting options: {what}"))),
        None => Ok(()),
    }
}

fn bind_syntax(spec: &str) -> Result<(), Failure> {
    let invalid = |why: &str| Err(Failure::plain(format!("invalid bind mount spec {spec:?}: {why}")));
    let parts: Vec<&str> = spec.split(':').collect();
    let (destination, mode) = match *parts.as_slice() {
        [destination] => (destination, "rw"),
        [_, destination] => (destination, "rw"),
        [_, destination, mode] => (destination, mode),
        _ => {
            return Err(Failure::plain(format!("invalid volume specification: '{spec}'")));
        }
    };
    if let Some(bad) = mode.split(',').find(|mode| !MODES.contains(mode)) {
        return invalid(&format!("invalid mode: {bad}"));
    }
    if !destination.starts_with('/') {
        return invalid("mount path must be absolute");
    }
    if destination.trim_end_matches('/').is_empty() {
        return invalid("destination can't be '/'");
    }
    Ok(())
}

const MODES: [&str; 12] =
    ["", "rw", "ro", "z", "Z", "nocopy", "private", "rprivate", "shared", "rshared", "slave", "rslave"];
