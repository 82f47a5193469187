//! What a container was asked to be, merged with its image and bent as VIC bends it.

use serde_json::{Map, Value, json};

use super::super::failure::Failure;
use super::super::image::Image;
use super::super::json::Fields;
use super::super::request::atoi;
use super::super::settings::Settings;
use super::Endpoint;

/// VIC's default search path.
const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A volume of a container.
#[derive(Debug, Clone)]
pub(in super::super) struct Mount {
    /// Empty until a name is made up for an anonymous one.
    pub(in super::super) volume: String,
    pub(in super::super) destination: String,
    pub(in super::super) mode: String,
    pub(in super::super) anonymous: bool,
}

/// A port to publish at start.
#[derive(Debug, Clone)]
pub(in super::super) struct Binding {
    pub(in super::super) private: u16,
    pub(in super::super) protocol: String,
    /// `None` for any.
    pub(in super::super) public: Option<u16>,
}

/// The settled settings of a container.
#[derive(Debug, Clone)]
pub(in super::super) struct Spec {
    pub(in super::super) image: String,
    pub(in super::super) image_id: String,
    pub(in super::super) entrypoint: Option<Vec<String>>,
    pub(in super::super) cmd: Vec<String>,
    pub(in super::super) env: Vec<String>,
    pub(in super::super) labels: Vec<(String, String)>,
    pub(in super::super) user: String,
    pub(in super::super) cwd: String,
    pub(in super::super) hostname: String,
    pub(in super::super) domainname: String,
    pub(in super::super) stop_signal: String,
    pub(in super::super) tty: bool,
    pub(in super::super) open_stdin: bool,
    pub(in super::super) stdin_once: bool,
    pub(in super::super) auto_remove: bool,
    pub(in super::super) mounts: Vec<Mount>,
    pub(in super::super) ports: Vec<Binding>,
    pub(in super::super) endpoint: Option<Endpoint>,
    /// What inspect shows as `HostConfig`.
    pub(in super::super) host: Map<String, Value>,
}

impl Spec {
    /// Entrypoint and command together.
    pub(in super::super) fn argv(&self) -> Vec<String> {
        let entrypoint = self.entrypoint.iter().flatten();
        entrypoint.chain(&self.cmd).cloned().collect()
    }

    /// Merges the request with its image, and refuses what VIC refuses.
    pub(super) fn merge(
        settings: &Settings,
        config: Fields<'_>,
        host: Fields<'_>,
        image: &Image,
    ) -> Result<Self, Failure> {
        let own_entrypoint = config.command("Entrypoint")?.filter(|list| !list.is_empty());
        let own_cmd = config.command("Cmd")?.filter(|list| !list.is_empty());
        // A new entrypoint drops the image's command.
        let cmd = match (own_cmd, &own_entrypoint) {
            (Some(cmd), _) => cmd,
            (None, Some(_)) => Vec::new(),
            (None, None) => image.cmd.clone(),
        };
        let entrypoint = own_entrypoint.or_else(|| image.entrypoint.clone());
        if cmd.is_empty() && entrypoint.is_none() {
            return Err(Failure::plain("No command specified"));
        }
        let tty = config.flag("Tty")?;
        let mut env = config.strings("Env")?.unwrap_or_default();
        add_defaults(&mut env, image.env.iter().map(String::as_str));
        add_defaults(&mut env, [PATH]);
        if tty {
            add_defaults(&mut env, ["TERM=xterm"]);
        }
        let mut labels = image.labels.clone();
        for (name, value) in config.labels("Labels")? {
            labels.retain(|(known, _)| *known != name);
            labels.push((name, value));
        }
        let or_image = |own: &str, image: &str| {
            if own.is_empty() { image.to_owned() } else { own.to_owned() }
        };
        Ok(Self {
            image: config.text("Image")?.to_owned(),
            image_id: image.id.clone(),
            entrypoint,
            cmd,
            env,
            labels,
            user: or_image(config.text("User")?, &image.user),
            cwd: or_image(config.text("WorkingDir")?, &image.cwd),
            hostname: config.text("Hostname")?.to_owned(),
            domainname: config.text("Domainname")?.to_owned(),
            stop_signal: config.text("StopSignal")?.to_owned(),
            tty,
            open_stdin: config.flag("OpenStdin")?,
            stdin_once: config.flag("StdinOnce")?,
            auto_remove: host.flag("AutoRemove")?,
            mounts: mounts(settings, config, host, image)?,
            ports: ports(host)?,
            endpoint: None,
            host: host_config(settings, config.object("HostConfig")?, host)?,
        })
    }
}

/// Adds each variable that is not set yet.
fn add_defaults<'a>(env: &mut Vec<String>, defaults: impl IntoIterator<Item = &'a str>) {
    for pair in defaults {
        let name = pair.split('=').next().unwrap_or(pair);
        if !env.iter().any(|own| own.split('=').next() == Some(name)) {
            env.push(pair.to_owned());
        }
    }
}

fn mounts(settings: &Settings, config: Fields<'_>, host: Fields<'_>, image: &Image) -> Result<Vec<Mount>, Failure> {
    let refused = || {
        Failure::bad_request(
            "Bad request error from portlayer: mounting directories as a data volume is not supported.",
        )
    };
    let mut mounts = Vec::new();
    for bind in host.strings("Binds")?.unwrap_or_default() {
        let mut parts = bind.split(':');
        let (source, destination, mode) = (parts.next(), parts.next(), parts.next());
        let (volume, destination) = match destination {
            Some(destination) => (source.unwrap_or(""), destination),
            None => ("", source.unwrap_or("")),
        };
        if volume.starts_with('/') {
            return Err(refused());
        }
        mounts.push(Mount {
            volume: volume.to_owned(),
            destination: destination.to_owned(),
            mode: mode.unwrap_or("rw").to_owned(),
            anonymous: volume.is_empty(),
        });
    }
    // VIC reads none of these.
    let asked = host.get("Mounts").filter(|_| !settings.is_vic()).and_then(Value::as_array);
    for mount in asked.into_iter().flatten() {
        let mount = Fields::of(mount)?;
        if mount.text("Type")? == "volume" {
            let volume = mount.text("Source")?.to_owned();
            mounts.push(Mount {
                anonymous: volume.is_empty(),
                volume,
                destination: mount.text("Target")?.to_owned(),
                mode: if mount.flag("ReadOnly")? { "ro" } else { "rw" }.to_owned(),
            });
        }
    }
    let asked = config.object("Volumes")?;
    let asked = asked.entries().map(|(path, _)| path.clone());
    for destination in asked.chain(image.volumes.iter().cloned()) {
        if destination.contains(':') {
            return Err(refused());
        }
        if mounts.iter().all(|mount| mount.destination != destination) {
            mounts.push(Mount { volume: String::new(), destination, mode: "rw".to_owned(), anonymous: true });
        }
    }
    Ok(mounts)
}

fn ports(host: Fields<'_>) -> Result<Vec<Binding>, Failure> {
    let mut ports = Vec::new();
    for (port, bindings) in host.object("PortBindings")?.entries() {
        let (number, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
        let Ok(private) = number.parse() else {
            return Err(Failure::plain(format!("Invalid port specification: {port:?}")));
        };
        for binding in bindings.as_array().into_iter().flatten() {
            let binding = Fields::of(binding)?;
            if !matches!(binding.text("HostIp")?, "" | "0.0.0.0") {
                return Err(Failure::portlayer(
                    "host IP for port bindings is only supported for 0.0.0.0 and the public interface IP address",
                ));
            }
            let wanted = binding.text("HostPort")?;
            if wanted.contains('-') {
                return Err(Failure::portlayer("host port ranges are not supported for port bindings"));
            }
            let public = if wanted.is_empty() { Some(None) } else { wanted.parse().ok().map(Some) };
            // A port that is no number is dropped in silence.
            ports.extend(public.map(|public| Binding { private, protocol: protocol.to_owned(), public }));
        }
    }
    Ok(ports)
}

/// What inspect echoes: all that was sent, with the few things that VIC keeps an account of put
/// in its own units and its other resources zeroed.
fn host_config(settings: &Settings, sent: Fields<'_>, host: Fields<'_>) -> Result<Map<String, Value>, Failure> {
    let mut echo: Map<String, Value> = sent.entries().map(|(name, value)| (name.clone(), value.clone())).collect();
    let logs = sent.object("LogConfig")?.text("Type")?;
    let has_logs = !settings.is_vic() && !logs.is_empty();
    for (name, value) in &mut echo {
        if settings.is_vic() && RESOURCES.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            *value = zero_like(value);
        }
    }
    let mut set = |name: &str, value: Value| {
        echo.retain(|known, _| !known.eq_ignore_ascii_case(name));
        echo.insert(name.to_owned(), value);
    };
    let mode = match host.text("NetworkMode")? {
        "" => "default",
        mode => mode,
    };
    set("NetworkMode", json!(mode));
    if !has_logs {
        set("LogConfig", json!({"Type": "json-file", "Config": {}}));
    }
    if !settings.is_vic() {
        return Ok(echo);
    }
    set("Memory", json!(memory_mib(host.number("Memory")?)));
    set("CpusetCpus", json!(cpus(host)?.to_string()));
    set("VolumeDriver", json!(super::super::system::DRIVER));
    Ok(echo)
}

/// Bytes to VIC's MiB: 2048 when none are given, 512 at least, in steps of 128.
fn memory_mib(bytes: i64) -> i64 {
    match bytes / (1 << 20) {
        0 if bytes <= 0 => 2048,
        mib if mib < 512 => 512,
        mib => mib.saturating_add(127) / 128 * 128,
    }
}

/// The number of virtual CPUs: VIC takes `CpusetCpus` for a count.
fn cpus(host: Fields<'_>) -> Result<i64, Failure> {
    let count = host.number("CpuCount")?;
    if count > 0 {
        return Ok(count);
    }
    let set = host.text("CpusetCpus")?;
    let Some(first) = set.split(',').next().filter(|first| !first.is_empty()) else {
        return Ok(2);
    };
    atoi(first)
        .map(|count| count.max(1))
        .map_err(|failure| Failure::internal(format!("Error parsing CPU count: {failure}")))
}

fn zero_like(value: &Value) -> Value {
    if value.is_number() {
        json!(0)
    } else if value.is_string() {
        json!("")
    } else if value.is_boolean() {
        json!(false)
    } else {
        Value::Null
    }
}

/// The fields of Docker's `Resources`.
const RESOURCES: [&str; 30] = [
    "CpuShares",
    "Memory",
    "NanoCpus",
    "CgroupParent",
    "BlkioWeight",
    "BlkioWeightDevice",
    "BlkioDeviceReadBps",
    "BlkioDeviceWriteBps",
    "BlkioDeviceReadIOps",
    "BlkioDeviceWriteIOps",
    "CpuPeriod",
    "CpuQuota",
    "CpuRealtimePeriod",
    "CpuRealtimeRuntime",
    "CpusetCpus",
    "CpusetMems",
    "Devices",
    "DiskQuota",
    "KernelMemory",
    "MemoryReservation",
    "MemorySwap",
    "MemorySwappiness",
    "OomKillDisable",
    "PidsLimit",
    "Ulimits",
    "CpuCount",
    "CpuPercent",
    "IOMaximumIOps",
    "IOMaximumBandwidth",
    "DeviceRequests",
];

#[cfg(test)]
mod tests {
    use super::memory_mib;

    #[test]
    fn memory_is_rounded_as_vic_rounds_it() {
        assert_eq!(memory_mib(0), 2048);
        assert_eq!(memory_mib(4 << 20), 512);
        assert_eq!(memory_mib(600 << 20), 640);
        assert_eq!(memory_mib(1 << 30), 1024);
    }
}
