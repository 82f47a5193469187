//! Paths of the host and volumes, in all the spellings that bring them into a
//! container.

use std::borrow::Cow;

use super::collect::{Collector, Here, each_pair};
use super::image;
use super::text::clean_path;
use super::{Kind, Value};
use crate::docker::json::Json;
use crate::docker::schema::Path;

/// `HostConfig.Binds`: `SOURCE:TARGET[:MODE]`, or a target alone.
pub(super) fn binds<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    for (index, item) in value.as_array().unwrap_or_default().iter().enumerate() {
        let path = at.index(index);
        spec(c, item.as_str().unwrap_or_default(), Here::json(&path, item));
    }
}

/// `Config.Volumes`: an object whose names are targets. VIC reads the names as
/// it reads binds.
pub(super) fn config_volumes<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    for (name, _) in value.as_object().unwrap_or_default() {
        if name.contains(':') {
            let path = at.key(name);
            spec(c, name, Here::text(&path, name));
        }
    }
}

/// `HostConfig.VolumesFrom`: `CONTAINER[:MODE]`.
pub(super) fn volumes_from<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    for (index, item) in value.as_array().unwrap_or_default().iter().enumerate() {
        let path = at.index(index);
        let spec = item.as_str().unwrap_or_default();
        let name = spec.split_once(':').map_or(spec, |(name, _)| name);
        c.closed_text(Kind::VolumesFrom, Here::json(&path, item), name);
    }
}

/// `Mounts` of containers and of services.
pub(super) fn mounts<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    for (index, item) in value.as_array().unwrap_or_default().iter().enumerate() {
        mount(c, item, &at.index(index));
    }
}

fn mount<'b>(c: &mut Collector<'b>, mount: &'b Json<'b>, at: &Path<'_>) {
    let text = |name: &str| mount.get(name).and_then(Json::as_str).unwrap_or_default();
    let is_true = |json: Option<&Json<'_>>| json.and_then(Json::as_bool) == Some(true);
    let here = Here::json(at, mount);
    let from = text("Source");
    let options = mount.get("BindOptions");
    match text("Type") {
        "bind" | "npipe" => {
            // What is mounted below the folder would stay writable.
            let partly = is_true(options.and_then(|options| options.get("ReadOnlyNonRecursive")));
            host_path(c, from, is_true(mount.get("ReadOnly")) && !partly, here);
        }
        "volume" => source(c, from, is_true(mount.get("ReadOnly")), here),
        "image" => image::image(c, Kind::Image, from, None, here),
        "tmpfs" => {}
        other => {
            c.closed_text(Kind::MountType, here, other);
            source(c, from, false, here);
        }
    }
    // A daemon refuses options that are not of the mount's type, or does not. The facts are the same.
    if let Some(propagation) = options.and_then(|options| options.get("Propagation")) {
        let path = at.name("BindOptions");
        mode(c, propagation.as_str().unwrap_or_default(), Here::json(&path.name("Propagation"), propagation));
    }
    if let Some(volume) = mount.get("VolumeOptions") {
        let path = at.name("VolumeOptions");
        if let Some(labels) = volume.get("Labels") {
            each_pair(c, labels, &path.name("Labels"), |c, name, value, here| {
                c.open_pair(Kind::Label, here, name, value)
            });
        }
        if let Some(driver) = volume.get("DriverConfig") {
            let path = path.name("DriverConfig");
            volume_driver(c, driver.get("Name"), driver.get("Options"), &path.name("Name"), &path.name("Options"));
        }
    }
}

/// The driver of a volume and its options. `local` mounts whatever it is told.
pub(super) fn volume_driver<'b>(
    c: &mut Collector<'b>,
    driver: Option<&'b Json<'b>>,
    options: Option<&'b Json<'b>>,
    at_driver: &Path<'_>,
    at_options: &Path<'_>,
) {
    let name = driver.and_then(Json::as_str).unwrap_or_default();
    if let Some(json) = driver {
        driver_name(c, name, Here::json(at_driver, json));
    }
    let members = options.and_then(Json::as_object).unwrap_or_default();
    if matches!(name, "" | "local") {
        local_options(c, members, at_options);
    } else {
        for (name, value) in members {
            volume_option(c, name, value, at_options);
        }
    }
}

/// A volume that is made: its name, its driver and what that is told.
pub(super) fn volume_create<'b>(c: &mut Collector<'b>, body: &'b Json<'b>, at: &Path<'_>) {
    let path = at.name("Name");
    let name = body.get("Name").and_then(Json::as_str).unwrap_or_default();
    c.open_text(Kind::Volume, Here::text(&path, name), name);
    volume_driver(c, body.get("Driver"), body.get("DriverOpts"), &at.name("Driver"), &at.name("DriverOpts"));
}

/// A volume of a cluster, which a driver of the swarm makes as it is told.
pub(super) fn cluster_volume<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    if !value.is_null() {
        c.closed_text(Kind::MountType, Here::json(at, value), "cluster");
    }
}

/// `HostConfig.VolumeDriver`: the driver of all volumes of a container.
pub(super) fn default_driver<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    driver_name(c, value.as_str().unwrap_or_default(), Here::json(at, value));
}

/// `CheckpointDir`: a folder of the host that is written.
pub(super) fn checkpoint<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    folder(c, value.as_str().unwrap_or_default(), Here::json(at, value));
}

/// A folder of the host that is written or mounted as it is.
pub(super) fn folder<'b>(c: &mut Collector<'b>, folder: &'b str, here: Here<'_, 'b>) {
    if !folder.is_empty() {
        host_path(c, folder, false, here);
    }
}

/// A program of the host that is mounted as init.
pub(super) fn program<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    if let Some(path) = value.as_str().filter(|path| !path.is_empty()) {
        host_path(c, path, true, Here::json(at, value));
    }
}

/// A path of the host, however it is spelled.
pub(super) fn host_path<'b>(c: &mut Collector<'b>, path: &'b str, read_only: bool, here: Here<'_, 'b>) {
    let path = if path.starts_with('/') { clean_path(path) } else { Cow::Borrowed(path) };
    c.closed(Kind::Bind, here, Value::HostPath { path, read_only });
}

fn driver_name<'b>(c: &mut Collector<'b>, name: &'b str, here: Here<'_, 'b>) {
    match name {
        "" => {}
        "local" => c.open_text(Kind::VolumeDriver, here, name),
        other => c.closed_text(Kind::VolumeDriver, here, other),
    }
}

fn spec<'b>(c: &mut Collector<'b>, spec: &'b str, here: Here<'_, 'b>) {
    let parts: Vec<&'b str> = spec.split(':').collect();
    match *parts.as_slice() {
        [_target] => {}
        [from, _target] => source(c, from, false, here),
        [from, _target, words] => {
            source(c, from, words.split(',').any(|word| word == "ro"), here);
            mode(c, words, here);
        }
        _ => c.unreadable(here),
    }
}

/// A volume by name, or a path. What is neither is taken for a path, which no
/// pattern over clean paths matches.
fn source<'b>(c: &mut Collector<'b>, source: &'b str, read_only: bool, here: Here<'_, 'b>) {
    if source.is_empty() {
        return;
    }
    if is_volume_name(source) {
        c.open_text(Kind::Volume, here, source);
    } else {
        host_path(c, source, read_only, here);
    }
}

/// The words of a mode. Those that keep mounts apart and those about labels and
/// copying are harmless.
fn mode<'b>(c: &mut Collector<'b>, words: &'b str, here: Here<'_, 'b>) {
    for word in words.split(',') {
        let harmless = matches!(
            word,
            "" | "ro" | "rw" | "z" | "Z" | "nocopy" | "private" | "rprivate" | "cached" | "delegated" | "consistent"
        );
        if !harmless {
            c.closed_text(Kind::Propagation, here, word);
        }
    }
}

/// Options of the `local` driver, which are those of mount(8): `type`, `o` and
/// `device`. A bind of a path is that path, however it is written.
fn local_options<'b>(c: &mut Collector<'b>, options: &'b [(Cow<'b, str>, Json<'b>)], at: &Path<'_>) {
    let get = |wanted: &str| options.iter().find(|(name, _)| name == wanted);
    let text = |wanted: &str| get(wanted).and_then(|(_, value)| value.as_str()).unwrap_or_default();
    let (ty, device) = (text("type"), text("device"));
    let flags = || text("o").split(',');
    let binds = flags().any(|flag| matches!(flag, "bind" | "rbind")) || matches!(ty, "none" | "bind");
    let read_only = flags().any(|flag| flag == "ro");
    for (name, value) in options {
        let path = at.key(name);
        let here = Here::json(&path, value);
        match &**name {
            "device" if device.is_empty() => {}
            "device" if device.starts_with('/') => {
                if !binds && device.starts_with("/dev/") {
                    c.closed(Kind::Device, here, Value::HostPath { path: clean_path(device), read_only: false });
                } else {
                    host_path(c, device, read_only, here);
                }
            }
            "type" if binds || ty.is_empty() => {}
            "o" => text("o").split(',').for_each(|flag| mount_flag(c, flag, here)),
            _ => volume_option(c, name, value, at),
        }
    }
}

fn mount_flag<'b>(c: &mut Collector<'b>, flag: &'b str, here: Here<'_, 'b>) {
    match flag.split_once('=') {
        Some(("lowerdir" | "upperdir" | "workdir", folders)) => {
            for folder in folders.split(':').filter(|folder| !folder.is_empty()) {
                host_path(c, folder, false, here);
            }
        }
        Some(_) => c.closed_pair(Kind::VolumeOption, here, "o", flag),
        None => match flag {
            "" | "bind" | "rbind" | "ro" | "rw" | "private" | "rprivate" | "noexec" | "nosuid" | "nodev"
            | "noatime" | "nodiratime" | "relatime" | "sync" | "async" | "soft" | "hard" | "nolock" => {}
            "shared" | "rshared" | "slave" | "rslave" | "unbindable" | "runbindable" => {
                c.closed_text(Kind::Propagation, here, flag);
            }
            _ => c.closed_pair(Kind::VolumeOption, here, "o", flag),
        },
    }
}

fn volume_option<'b>(c: &mut Collector<'b>, name: &'b str, value: &'b Json<'b>, at: &Path<'_>) {
    let path = at.key(name);
    c.closed_pair(Kind::VolumeOption, Here::json(&path, value), name, value.as_str().unwrap_or_default());
}

fn is_volume_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}
