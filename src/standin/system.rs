//! `/version`, `/info`, `/auth`.

use serde_json::{Value, json};

use super::StandIn;
use super::container::Status;
use super::failure::{Failure, PRODUCT};
use super::json::Fields;
use super::reply::{self, Reply};
use super::request::Call;
use super::store::lock;

/// What VIC calls its storage driver.
pub(super) const DRIVER: &str = "vSphere Integrated Containers v1.5.8-0-9489f63e Backend Engine";

const MEMORY: u64 = 16 << 30;

/// `GET /version`.
pub(super) fn version(standin: &StandIn) -> Reply {
    let api = standin.settings.api;
    if standin.settings.is_vic() {
        return reply::ok(&json!({
            "Version": "1.5.8",
            "ApiVersion": api.max_text(),
            "MinAPIVersion": api.min_text(),
            "GitCommit": "9489f63e",
            "GoVersion": "go1.8.3",
            "Os": "linux",
            "Arch": "amd64",
            "KernelVersion": "-",
            "Experimental": true,
            "BuildTime": "Fri Jun 10 13:26:47 2022",
        }));
    }
    let details = json!({"ApiVersion": api.max_text(), "MinAPIVersion": api.min_text()});
    reply::ok(&json!({
        "Platform": {"Name": "Stand-in"},
        "Components": [{"Name": "Engine", "Version": "29.0.0", "Details": details}],
        "Version": "29.0.0",
        "ApiVersion": api.max_text(),
        "MinAPIVersion": api.min_text(),
        "GitCommit": "",
        "GoVersion": "",
        "Os": "linux",
        "Arch": "amd64",
        "KernelVersion": "-",
        "BuildTime": "",
    }))
}

/// `GET /info`.
pub(super) fn info(standin: &StandIn, call: &Call) -> Reply {
    let is_vic = standin.settings.is_vic();
    let containers = standin.store.all_containers();
    let count = |status| containers.iter().filter(|c| c.state().status == status).count();
    let running = count(Status::Running);
    let networks: Vec<String> = lock(&standin.store.networks).iter().map(|network| network.name.clone()).collect();
    let images = lock(&standin.store.images).len();
    let mut info = json!({
        "ID": if is_vic { PRODUCT } else { "STAND-IN" },
        "Containers": containers.len(),
        "ContainersRunning": running,
        "ContainersPaused": 0,
        "ContainersStopped": containers.len() - running,
        "Images": images,
        "Driver": if is_vic { DRIVER } else { "overlay2" },
        "DriverStatus": null,
        "SystemStatus": if is_vic { system_status() } else { Value::Null },
        "Plugins": {"Volume": ["vsphere"], "Network": networks, "Authorization": null},
        "MemoryLimit": true,
        "SwapLimit": true,
        "KernelMemory": true,
        "CpuCfsPeriod": true,
        "CpuCfsQuota": true,
        "CPUShares": true,
        "CPUSet": true,
        "IPv4Forwarding": true,
        "BridgeNfIptables": true,
        "BridgeNfIp6tables": true,
        "Debug": false,
        "NFd": 0,
        "OomKillDisable": true,
        "NGoroutines": 0,
    });
    let rest = json!({
        "SystemTime": super::clock::rfc3339(super::clock::now()),
        "LoggingDriver": "",
        "CgroupDriver": "",
        "NEventsListener": 0,
        "KernelVersion": "",
        "OperatingSystem": if is_vic { "vmnix-x86" } else { "linux" },
        "OSType": if is_vic { "vmnix-x86" } else { "linux" },
        "Architecture": "x86_64",
        "IndexServerAddress": "registry-1.docker.io",
        "RegistryConfig": null,
        // VIC gives MHz where others count processors.
        "NCPU": if is_vic { 5000 } else { 2 },
        "MemTotal": MEMORY,
        "DockerRootDir": "",
        "HttpProxy": "",
        "HttpsProxy": "",
        "NoProxy": "",
        "Name": "vch",
        "Labels": null,
        "ExperimentalBuild": false,
        "ServerVersion": if is_vic { "v1.5.8-0-9489f63e" } else { "29.0.0" },
        "ClusterStore": "",
        "ClusterAdvertise": "",
        "Runtimes": null,
        "DefaultRuntime": "",
        "Swarm": {
            "NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive",
            "ControlAvailable": false, "Error": "", "RemoteManagers": null,
            "Nodes": 0, "Managers": 0, "Cluster": {},
        },
        "LiveRestoreEnabled": false,
        "Isolation": "",
        "InitBinary": "",
        "SecurityOptions": null,
    });
    if let Some(info) = info.as_object_mut() {
        info.extend(rest.as_object().cloned().into_iter().flatten());
        if !call.at_least(1, 25) {
            info.insert("ExecutionDriver".to_owned(), json!("<not supported>"));
        }
    }
    reply::ok(&info)
}

/// The leading spaces are VIC's.
fn system_status() -> Value {
    json!([
        ["VolumeStores", "default"],
        [DRIVER, "RUNNING"],
        [" VCH CPU limit", "5000 MHz"],
        [" VCH memory limit", "16 GiB"],
        [" VCH storage limit", "Unlimited"],
        [" VCH CPU usage", "112 MHz"],
        [" VCH memory usage", "1.25 GiB"],
        [" VCH storage usage", "2.5 GiB"],
        [" VCH images storage usage", "2 MiB"],
        [" VCH containers storage usage", "0 B"],
        [" VMware Product", "VMware ESXi"],
        [" VMware OS", "vmnix-x86"],
        [" VMware OS version", "6.7.0"],
        [" Insecure Registries", ""],
        [" Registry Whitelist Mode", "disabled.  All registry access allowed."],
        [" Whitelisted Registries", ""],
    ])
}

/// `POST /auth`. The password `wrong` is wrong.
pub(super) async fn auth(mut call: Call) -> Result<Reply, Failure> {
    let body = call.read_json().await?;
    let given = Fields::of(&body)?;
    let registry = match given.text("serveraddress")? {
        "" | "https://index.docker.io/v1/" => "registry-1.docker.io",
        other => other,
    };
    if given.text("username")?.is_empty() || given.text("password")? == "wrong" {
        return Err(Failure::plain(format!(
            "Get https://{registry}/v2/: unauthorized: incorrect username or password"
        )));
    }
    Ok(reply::ok(&json!({"Status": "Login Succeeded", "IdentityToken": ""})))
}
