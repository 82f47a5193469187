//! `GET /containers/{id}/json`.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::StandIn;
use super::super::clock;
use super::super::failure::Failure;
use super::super::reply::{self, Reply};
use super::super::request::Call;
use super::super::store::lock;
use super::super::system::DRIVER;
use super::{Container, Status};

/// `GET /containers/{id}/json`.
pub(in super::super) fn inspect(standin: &StandIn, name: &str, call: &Call) -> Result<Reply, Failure> {
    let container = standin.store.container(name)?;
    let is_vic = standin.settings.is_vic();
    let spec = &container.spec;
    let argv = spec.argv();
    let (path, args) =
        argv.split_first().map_or((String::new(), Vec::new()), |(path, args)| (path.clone(), args.to_vec()));
    let image = if is_vic { spec.image_id.clone() } else { format!("sha256:{}", spec.image_id) };
    let mounts: Vec<Value> = spec
        .mounts
        .iter()
        .map(|mount| {
            json!({
                "Type": "volume",
                "Name": mount.volume,
                "Source": "",
                "Destination": mount.destination,
                "Driver": if is_vic { "vsphere" } else { "local" },
                "Mode": mount.mode,
                "RW": mount.mode.contains("rw"),
                "Propagation": "",
            })
        })
        .collect();
    let mounts = if mounts.is_empty() && is_vic { Value::Null } else { Value::from(mounts) };
    let mut shown = json!({
        "Id": container.id,
        "Created": clock::rfc3339(container.created),
        "Path": path,
        "Args": args,
        "State": state(&container, is_vic),
        "Image": image,
        "ResolvConfPath": "",
        "HostnamePath": "",
        "HostsPath": "",
        "LogPath": "",
        "Name": format!("/{}", container.name()),
        "RestartCount": 0,
        "Driver": DRIVER,
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": null,
        "HostConfig": Value::Object(spec.host.clone()),
        "GraphDriver": {"Name": DRIVER, "Data": null},
        "Mounts": mounts,
        "Config": config(&container, is_vic),
        "NetworkSettings": network_settings(&container, is_vic, call),
    });
    if call.query.flag("size")
        && let Some(shown) = shown.as_object_mut()
    {
        shown.insert("SizeRw".to_owned(), json!(0));
        shown.insert("SizeRootFs".to_owned(), json!(0));
    }
    Ok(reply::ok(&shown))
}

fn state(container: &Container, is_vic: bool) -> Value {
    let state = container.state();
    let running = state.status == Status::Running;
    let never = if is_vic { "" } else { "0001-01-01T00:00:00Z" };
    let at = |time: Option<clock::Nanos>| time.map_or_else(|| never.to_owned(), clock::rfc3339);
    json!({
        "Status": state.status.text(),
        "Running": running,
        "Paused": false,
        "Restarting": false,
        "OOMKilled": false,
        "Dead": false,
        "Pid": i32::from(running),
        "ExitCode": state.exit_code,
        "Error": state.error,
        "StartedAt": at(state.started),
        "FinishedAt": at(state.finished),
    })
}

/// VIC reports the attach flags and `StdinOnce` as true, whatever was asked for.
fn config(container: &Container, is_vic: bool) -> Value {
    let spec = &container.spec;
    let volumes: Map<String, Value> = spec
        .mounts
        .iter()
        .filter(|mount| mount.anonymous)
        .map(|mount| (mount.destination.clone(), json!({})))
        .collect();
    json!({
        "Hostname": spec.hostname,
        "Domainname": spec.domainname,
        "User": spec.user,
        "AttachStdin": is_vic || spec.open_stdin,
        "AttachStdout": true,
        "AttachStderr": true,
        "Tty": spec.tty,
        "OpenStdin": spec.open_stdin,
        "StdinOnce": is_vic || spec.stdin_once,
        "Env": spec.env,
        "Cmd": spec.cmd,
        "Image": spec.image,
        "Volumes": if volumes.is_empty() { Value::Null } else { Value::Object(volumes) },
        "WorkingDir": spec.cwd,
        "Entrypoint": spec.entrypoint,
        "OnBuild": null,
        "Labels": labels(&spec.labels),
        "StopSignal": spec.stop_signal,
    })
}

pub(in super::super) fn labels(labels: &[(String, String)]) -> Value {
    let labels: Map<String, Value> = labels.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    Value::Object(labels)
}

fn network_settings(container: &Arc<Container>, is_vic: bool, call: &Call) -> Value {
    let mut networks = Map::new();
    for endpoint in lock(&container.endpoints).iter() {
        let address = endpoint.address.clone().unwrap_or_default();
        let gateway = super::super::network::gateway_of(&address);
        let config = match (&endpoint.address, endpoint.is_static) {
            (Some(address), true) => json!({"IPv4Address": address}),
            (Some(_) | None, _) => Value::Null,
        };
        let colon = if is_vic { ":" } else { "" };
        let mut aliases: Vec<String> = endpoint.aliases.iter().map(|alias| format!("{colon}{alias}")).collect();
        if !is_vic && endpoint.network != "bridge" && !call.at_least(1, 45) {
            // Up to API 1.44 the id was one of them.
            aliases.extend(container.id.get(..12).map(str::to_owned));
        }
        networks.insert(
            endpoint.network.clone(),
            json!({
                "IPAMConfig": config,
                "Links": null,
                "Aliases": aliases,
                "NetworkID": "",
                "EndpointID": endpoint.id,
                "Gateway": gateway,
                "IPAddress": address,
                "IPPrefixLen": if address.is_empty() { 0 } else { 16 },
                "IPv6Gateway": "",
                "GlobalIPv6Address": "",
                "GlobalIPv6PrefixLen": 0,
                "MacAddress": "",
            }),
        );
    }
    let mut ports = Map::new();
    for port in lock(&container.published).iter() {
        let key = format!("{}/{}", port.private, port.protocol);
        let binding = json!({"HostIp": "0.0.0.0", "HostPort": port.public.to_string()});
        let list = ports.entry(key).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(binding);
        }
    }
    json!({
        "Bridge": "",
        "SandboxID": "",
        "HairpinMode": false,
        "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0,
        "Ports": ports,
        "SandboxKey": "",
        "SecondaryIPAddresses": null,
        "SecondaryIPv6Addresses": null,
        "EndpointID": "",
        "Gateway": "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "IPAddress": "",
        "IPPrefixLen": 0,
        "IPv6Gateway": "",
        "MacAddress": "",
        "Networks": networks,
    })
}
