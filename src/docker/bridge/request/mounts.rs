//! `HostConfig.Mounts`, which came with 1.25, as what there was before.

use super::Request;
use crate::docker::bridge::Problem;
use crate::docker::bridge::tree::{OBJECT, at, is_blank, number, object, string, text};
use crate::docker::json::Json;
use crate::docker::version::ApiVersion;

/// Below 1.25 mounts are `Binds` and `Tmpfs`.
pub(crate) fn mounts_down(request: &mut Request<'_, '_, '_>) {
    mounts_to_binds(request, false);
}

/// Turns mounts into binds: all that can be if `volumes_only` is false, else only volumes, and
/// the rest stays for the profile to judge.
pub(crate) fn mounts_to_binds(request: &mut Request<'_, '_, '_>, volumes_only: bool) {
    let backend = request.ask.backend;
    let Some(body) = request.body.as_deref_mut() else { return };
    let Some(Json::Array(mounts)) = body.get_mut("HostConfig").and_then(|host| host.remove("Mounts")) else { return };
    let (mut binds, mut tmpfs, mut stay, mut problems) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (index, mount) in mounts.into_iter().enumerate() {
        let kind = text(&mount, &["Type"]).to_owned();
        if volumes_only && kind != "volume" {
            stay.push(mount);
            continue;
        }
        match as_bind(&mount, &kind) {
            Ok(Old::Bind(bind)) => binds.push(bind),
            Ok(Old::Tmpfs(target, options)) => tmpfs.push((target, options)),
            Err(_) if volumes_only => stay.push(mount),
            Err((field, value)) => {
                let path = format!("HostConfig.Mounts[{index}].{field}");
                problems.push(Problem::needs(path, &value, ApiVersion::new(25), backend));
            }
        }
    }
    let Some(host) = object(body, "HostConfig") else { return };
    if !stay.is_empty() {
        host.set("Mounts", stay);
    }
    let changed = binds.len() + tmpfs.len();
    if !binds.is_empty() {
        let mut all = host.get("Binds").and_then(Json::as_array).map(<[_]>::to_vec).unwrap_or_default();
        all.extend(binds.into_iter().map(string));
        host.set("Binds", all);
    }
    if !tmpfs.is_empty() {
        let mut all = host.get("Tmpfs").filter(|all| all.as_object().is_some()).cloned().unwrap_or(OBJECT);
        tmpfs.into_iter().for_each(|(target, options)| all.set(&target, options));
        host.set("Tmpfs", all);
    }
    request.problems.extend(problems);
    if changed > 0 {
        request.note("HostConfig.Mounts", "became Binds or Tmpfs");
    }
}

enum Old {
    Bind(String),
    Tmpfs(String, String),
}

/// A mount as a bind, or what of it has no old form.
fn as_bind<'j>(mount: &Json<'j>, kind: &str) -> Result<Old, (&'static str, Json<'j>)> {
    let own = |name: &'static str| (name, mount.get(name).cloned().unwrap_or(Json::Null));
    let (source, target) = (text(mount, &["Source"]), text(mount, &["Target"]));
    // A colon would be read as the end of the name.
    if source.contains(':') {
        return Err(own("Source"));
    }
    if target.contains(':') || target.is_empty() {
        return Err(own("Target"));
    }
    let read_only = at(mount, &["ReadOnly"]).and_then(Json::as_bool).unwrap_or_default();
    match kind {
        "volume" => {
            let plain = |name: &str| at(mount, &["VolumeOptions", name]).is_none_or(is_deep_blank);
            if !plain("Labels") || !plain("DriverConfig") || !plain("Subpath") {
                return Err(own("VolumeOptions"));
            }
            let no_copy = at(mount, &["VolumeOptions", "NoCopy"]).and_then(Json::as_bool).unwrap_or_default();
            let modes: Vec<&str> =
                [(read_only, "ro"), (no_copy, "nocopy")].iter().filter_map(|(on, mode)| on.then_some(*mode)).collect();
            Ok(Old::Bind(match (source, modes.is_empty()) {
                ("", true) => target.to_owned(),
                // Without a name there is no place for a mode.
                ("", false) => return Err(own("ReadOnly")),
                (_, true) => format!("{source}:{target}"),
                (_, false) => format!("{source}:{target}:{}", modes.join(",")),
            }))
        }
        "bind" => {
            let options = mount.get("BindOptions").and_then(Json::as_object).unwrap_or_default();
            if !source.starts_with('/') {
                return Err(own("Source"));
            }
            if options.iter().any(|(name, value)| name != "Propagation" && !is_deep_blank(value)) {
                return Err(own("BindOptions"));
            }
            let propagation = text(mount, &["BindOptions", "Propagation"]);
            let modes: Vec<&str> =
                [if read_only { "ro" } else { "" }, propagation].into_iter().filter(|mode| !mode.is_empty()).collect();
            let modes = if modes.is_empty() { String::new() } else { format!(":{}", modes.join(",")) };
            Ok(Old::Bind(format!("{source}:{target}{modes}")))
        }
        "tmpfs" => {
            if !source.is_empty() {
                return Err(own("Source"));
            }
            if at(mount, &["TmpfsOptions", "Options"]).is_some_and(|options| !is_deep_blank(options)) {
                return Err(own("TmpfsOptions"));
            }
            let size = number(mount, &["TmpfsOptions", "SizeBytes"]);
            let mode = number(mount, &["TmpfsOptions", "Mode"]);
            let mut options = Vec::new();
            if read_only {
                options.push("ro".to_owned());
            }
            if size > 0 {
                options.push(format!("size={size}"));
            }
            if mode > 0 {
                options.push(format!("mode={mode:o}"));
            }
            Ok(Old::Tmpfs(target.to_owned(), options.join(",")))
        }
        _ => Err(own("Type")),
    }
}

fn is_deep_blank(json: &Json<'_>) -> bool {
    match json {
        Json::Object(members) => members.iter().all(|(_, value)| is_deep_blank(value)),
        Json::Array(items) => items.iter().all(is_deep_blank),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => is_blank(json),
    }
}

/// Images as mounts came with 1.48.
pub(crate) fn image_mounts(request: &mut Request<'_, '_, '_>) {
    let found = super::create::mounts(request).enumerate().find_map(|(index, mount)| {
        (text(mount, &["Type"]) == "image").then(|| format!("HostConfig.Mounts[{index}].Type"))
    });
    if let Some(path) = found {
        request.needs(path, &string("image"), 48);
    }
}
