//! `GET /info`.

use super::Answer;
use crate::docker::bridge::tree::{LIST, OBJECT, at_mut, default, items, string, text};
use crate::docker::json::Json;

/// Below 1.19 truth values are numbers.
pub(crate) fn numbers_for_truth(answer: &mut Answer<'_, '_, '_>) {
    for name in ["Debug", "IPv4Forwarding", "MemoryLimit", "SwapLimit"] {
        if let Some(value) = answer.json.get_mut(name)
            && let Some(truth) = value.as_bool()
        {
            *value = Json::from(i64::from(truth));
        }
    }
}

/// Below 1.25 the execution driver is named, which no engine has any more.
pub(crate) fn execution_driver(answer: &mut Answer<'_, '_, '_>) {
    default(answer.json, "ExecutionDriver", "<not supported>");
}

/// Below 1.25 a security option is a name: `seccomp`.
pub(crate) fn option_names(answer: &mut Answer<'_, '_, '_>) {
    for option in answer.json.get_mut("SecurityOptions").into_iter().flat_map(items) {
        let name = option
            .as_str()
            .and_then(|text| text.split(',').find_map(|pair| pair.strip_prefix("name=")))
            .map(str::to_owned);
        if let Some(name) = name {
            *option = string(name);
        }
    }
}

/// From 1.25 on it has a name and values: `name=seccomp,profile=default`.
pub(crate) fn option_pairs(answer: &mut Answer<'_, '_, '_>) {
    for option in answer.json.get_mut("SecurityOptions").into_iter().flat_map(items) {
        let name = option.as_str().filter(|text| !text.contains('=')).map(|text| format!("name={text}"));
        if let Some(pair) = name {
            *option = string(pair);
        }
    }
    answer.json.remove("ExecutionDriver");
}

/// From 1.24 on the swarm is there, and whether containers outlive the engine.
pub(crate) fn swarm(answer: &mut Answer<'_, '_, '_>) {
    let json = &mut *answer.json;
    if json.get("Swarm").is_none_or(|swarm| text(swarm, &["LocalNodeState"]).is_empty()) {
        let mut swarm = OBJECT;
        swarm.set("NodeID", "");
        swarm.set("NodeAddr", "");
        swarm.set("LocalNodeState", "inactive");
        swarm.set("ControlAvailable", false);
        swarm.set("Error", "");
        swarm.set("RemoteManagers", Json::Null);
        json.set("Swarm", swarm);
    }
    default(json, "LiveRestoreEnabled", false);
    default(json, "SecurityOptions", Json::Null);
}

/// Below 1.39 what is not known has a word for it.
pub(crate) fn unknown(answer: &mut Answer<'_, '_, '_>) {
    for name in ["KernelVersion", "OperatingSystem"] {
        if text(answer.json, &[name]).is_empty() {
            answer.json.set(name, "<unknown>");
        }
    }
}

/// Below 1.44 runtimes have no status.
pub(crate) fn no_runtime_status(answer: &mut Answer<'_, '_, '_>) {
    for (_, runtime) in answer.json.get_mut("Runtimes").and_then(Json::as_object_mut).into_iter().flatten() {
        runtime.remove("status");
    }
}

/// containerd is shown from 1.46 on.
pub(crate) fn no_containerd(answer: &mut Answer<'_, '_, '_>) {
    answer.json.remove("Containerd");
}

/// Below 1.49 a commit says which one was expected, and the registries have two lists more.
pub(crate) fn expected_commits(answer: &mut Answer<'_, '_, '_>) {
    for name in ["ContainerdCommit", "RuncCommit", "InitCommit"] {
        if let Some(commit) = answer.json.get_mut(name) {
            let id = text(commit, &["ID"]).to_owned();
            default(commit, "Expected", id);
        }
    }
    answer.json.remove("FirewallBackend");
    if let Some(registries) = at_mut(answer.json, &["RegistryConfig"]).filter(|json| json.as_object().is_some()) {
        default(registries, "AllowNondistributableArtifactsCIDRs", Json::Null);
        default(registries, "AllowNondistributableArtifactsHostnames", Json::Null);
    }
}

/// From 1.49 on it does not.
pub(crate) fn no_expected_commits(answer: &mut Answer<'_, '_, '_>) {
    for name in ["ContainerdCommit", "RuncCommit", "InitCommit"] {
        if let Some(commit) = answer.json.get_mut(name) {
            commit.remove("Expected");
        }
    }
    if let Some(registries) = answer.json.get_mut("RegistryConfig") {
        registries.remove("AllowNondistributableArtifactsCIDRs");
        registries.remove("AllowNondistributableArtifactsHostnames");
    }
}

/// Below 1.50 it is said whether the firewall sees bridges. It was never true at the end.
pub(crate) fn bridge_firewall(answer: &mut Answer<'_, '_, '_>) {
    default(answer.json, "BridgeNfIptables", false);
    default(answer.json, "BridgeNfIp6tables", false);
    answer.json.remove("DiscoveredDevices");
}

/// From 1.50 on it is not.
pub(crate) fn no_bridge_firewall(answer: &mut Answer<'_, '_, '_>) {
    answer.json.remove("BridgeNfIptables");
    answer.json.remove("BridgeNfIp6tables");
}

/// From 1.44 on folders of device specifications are listed.
pub(crate) fn device_folders(answer: &mut Answer<'_, '_, '_>) {
    default(answer.json, "CDISpecDirs", LIST);
    default(answer.json, "Warnings", Json::Null);
}
