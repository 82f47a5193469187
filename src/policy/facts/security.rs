//! What loosens the walls of a container: privileges, capabilities, security
//! options, scheduling.

use std::borrow::Cow;

use super::collect::{Collector, Here, each_text};
use super::text::go_bool;
use super::{Kind, Value};
use crate::docker::json::Json;
use crate::docker::schema::Path;

/// `Privileged`, which is every capability, every device and no security
/// profile besides.
pub(super) fn privileged<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    if value.as_bool() != Some(true) {
        return;
    }
    let here = Here::json(at, value);
    c.closed(Kind::Privileged, here, Value::Flag);
    c.implied(Kind::Capability, here, "ALL");
    c.implied(Kind::Device, here, "/dev");
    for option in ["seccomp=unconfined", "apparmor=unconfined", "label=disable", "systempaths=unconfined"] {
        c.implied(Kind::SecurityOption, here, option);
    }
}

/// `CapAdd` and its likes.
pub(super) fn capabilities<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    each_text(c, value, at, capability);
}

/// A capability. Engines take any case, with and without `CAP_`.
pub(super) fn capability<'b>(c: &mut Collector<'b>, text: &'b str, here: Here<'_, 'b>) {
    let upper = text.trim().to_ascii_uppercase();
    let name = upper.strip_prefix("CAP_").unwrap_or(&upper).to_owned();
    c.closed_text(Kind::Capability, here, name);
}

/// `SecurityOpt`: `KEY=VALUE`, with a colon in old clients, and bare words.
pub(super) fn options<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    each_text(c, value, at, option);
}

fn option<'b>(c: &mut Collector<'b>, text: &'b str, here: Here<'_, 'b>) {
    let (key, value) = match (text, text.split_once('=').or_else(|| text.split_once(':'))) {
        (_, Some(pair)) => pair,
        ("disable", None) => ("label", "disable"),
        ("no-new-privileges", None) => ("no-new-privileges", "true"),
        (bare, None) => (bare, ""),
    };
    match (key, value) {
        ("no-new-privileges", value) if go_bool(value) == Some(true) => {
            c.open_text(Kind::SecurityOption, here, "no-new-privileges=true");
        }
        ("no-new-privileges", value) if go_bool(value) == Some(false) => {
            c.closed_text(Kind::SecurityOption, here, "no-new-privileges=false");
        }
        // The profile itself stands in the option.
        ("seccomp", value) if value.trim_start().starts_with('{') => {
            c.closed_text(Kind::SecurityOption, here, "seccomp=profile");
        }
        (key, "") => c.closed_text(Kind::SecurityOption, here, key.to_owned()),
        (key, value) => c.closed_text(Kind::SecurityOption, here, format!("{key}={value}")),
    }
}

/// `MaskedPaths` and `ReadonlyPaths`: a list of one's own takes the place of the
/// engine's. The stock CLI writes `--security-opt systempaths=unconfined` as two empty lists.
pub(super) fn system_paths<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    if !value.is_null() {
        c.closed_text(Kind::SecurityOption, Here::json(at, value), "systempaths=unconfined");
    }
}

/// `LxcConf`: options for a driver that engines had before 1.10.
pub(super) fn lxc<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    let is_empty = value.as_array().is_some_and(<[_]>::is_empty) || value.as_object().is_some_and(<[_]>::is_empty);
    if !value.is_null() && !is_empty {
        c.closed_text(Kind::SecurityOption, Here::json(at, value), "lxc");
    }
}

/// `Privileges` of a service.
pub(super) fn privileges<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    let text = |object: &'b Json<'b>, name: &str| object.get(name).and_then(Json::as_str).unwrap_or_default();
    if let Some(selinux) = value.get("SELinuxContext") {
        let path = at.name("SELinuxContext");
        let here = Here::json(&path, selinux);
        if selinux.get("Disable").and_then(Json::as_bool) == Some(true) {
            c.closed_text(Kind::SecurityOption, here, "label=disable");
        }
        for (name, key) in [("User", "user"), ("Role", "role"), ("Type", "type"), ("Level", "level")] {
            let value = text(selinux, name);
            if !value.is_empty() {
                c.closed_text(Kind::SecurityOption, here, format!("label={key}:{value}"));
            }
        }
    }
    if let Some(seccomp) = value.get("Seccomp") {
        let path = at.name("Seccomp");
        let here = Here::json(&path, seccomp);
        match text(seccomp, "Mode") {
            "" | "default" if text(seccomp, "Profile").is_empty() => {}
            "unconfined" => c.closed_text(Kind::SecurityOption, here, "seccomp=unconfined"),
            _ => c.closed_text(Kind::SecurityOption, here, "seccomp=profile"),
        }
    }
    if let Some(apparmor) = value.get("AppArmor") {
        let path = at.name("AppArmor");
        if !matches!(text(apparmor, "Mode"), "" | "default") {
            c.closed_text(Kind::SecurityOption, Here::json(&path, apparmor), "apparmor=unconfined");
        }
    }
    if let Some(bound) = value.get("NoNewPrivileges").filter(|bound| bound.as_bool() == Some(true)) {
        let path = at.name("NoNewPrivileges");
        c.open_text(Kind::SecurityOption, Here::json(&path, bound), "no-new-privileges=true");
    }
    if let Some(credentials) = value.get("CredentialSpec") {
        let path = at.name("CredentialSpec");
        for (name, scheme) in [("File", "file"), ("Registry", "registry"), ("Config", "config")] {
            let value = text(credentials, name);
            if !value.is_empty() {
                let option = format!("credentialspec={scheme}://{value}");
                c.closed_text(Kind::SecurityOption, Here::json(&path, credentials), option);
            }
        }
    }
}

/// `OomScoreAdj`: below zero, others are killed first.
pub(super) fn oom_score<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    if value.as_i64().is_some_and(|score| score < 0) {
        let score = value.as_number().unwrap_or_default();
        c.closed_text(Kind::Tuning, Here::json(at, value), Cow::Owned(format!("oom-score-adj={score}")));
    }
}

/// `OomKillDisable`: the host has to get by without the memory.
pub(super) fn oom_kill<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    if value.as_bool() == Some(true) {
        c.closed_text(Kind::Tuning, Here::json(at, value), "oom-kill-disable");
    }
}

/// `CpuRealtimePeriod` and `CpuRealtimeRuntime`.
pub(super) fn realtime<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    if value.as_number().is_some_and(|number| number != "0") {
        c.closed_text(Kind::Tuning, Here::json(at, value), "realtime");
    }
}
