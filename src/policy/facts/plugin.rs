//! Plugins: programs that run as root on the host, and the privileges that a
//! caller accepts for them.

use std::borrow::Cow;

use super::collect::{Collector, Here, each_text};
use super::{Kind, device, mount, namespace, security};
use crate::docker::json::Json;
use crate::docker::schema::Path;

/// The privileges that come with a plugin, as the facts that they are.
pub(super) fn privileges<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    for (index, item) in value.as_array().unwrap_or_default().iter().enumerate() {
        let path = at.index(index);
        let here = Here::json(&path, item);
        let name = item.get("Name").and_then(Json::as_str).unwrap_or_default();
        for value in item.get("Value").into_iter().flat_map(Json::strings) {
            privilege(c, name, value, here);
        }
    }
}

fn privilege<'b>(c: &mut Collector<'b>, name: &str, value: &'b str, here: Here<'_, 'b>) {
    match name {
        "mount" => mount::folder(c, value, here),
        "device" => device::device(c, value, here),
        "capabilities" => security::capability(c, value, here),
        "network" => namespace::join(c, "network", value, here),
        "host ipc namespace" | "ipchost" if value == "true" => namespace::join(c, "ipc", "host", here),
        "host pid namespace" | "pidhost" if value == "true" => namespace::join(c, "pid", "host", here),
        "allow-all-devices" if value == "true" => device::device(c, "/dev", here),
        name => c.closed_text(Kind::Plugin, here, Cow::Owned(format!("{name}={value}"))),
    }
}

/// A plugin by its reference.
pub(super) fn reference<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    named(c, value.as_str().unwrap_or_default(), Here::json(at, value));
}

/// A plugin by its reference, wherever that stands.
pub(super) fn named<'b>(c: &mut Collector<'b>, name: &'b str, here: Here<'_, 'b>) {
    if !name.is_empty() {
        c.closed_text(Kind::Plugin, here, name);
    }
}

/// A driver that is a plugin: of secrets.
pub(super) fn driver<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    if let Some(name) = value.get("Name") {
        reference(c, name, &at.name("Name"));
    }
    for (name, value) in value.get("Options").and_then(Json::as_object).unwrap_or_default() {
        let path = at.name("Options");
        let text = value.as_str().unwrap_or_default();
        c.closed_text(Kind::Plugin, Here::json(&path.key(name), value), Cow::Owned(format!("set {name}={text}")));
    }
}

/// `Runtime` of a task: containers are the usual, plugins the other.
pub(super) fn task_runtime<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    let name = value.as_str().unwrap_or_default();
    if !matches!(name, "" | "container") {
        c.closed_text(Kind::Plugin, Here::json(at, value), Cow::Owned(format!("runtime:{name}")));
    }
}

/// Settings of a plugin: `NAME=VALUE`, which may be mounts, devices and variables.
pub(super) fn settings<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    each_text(c, value, at, |c, text, here| c.closed_text(Kind::Plugin, here, Cow::Owned(format!("set {text}"))));
}
