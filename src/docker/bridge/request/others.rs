//! Starts, stops, waits, volumes, networks, events and disk usage.

use super::Request;
use crate::docker::bridge::After;
use crate::docker::bridge::Condition;
use crate::docker::bridge::tree::string;
use crate::docker::filters;
use crate::docker::json::Json;
use crate::docker::query::is_true;
use crate::docker::schema::{self, Scope, Type, is_used};

/// From 1.24 on a start has no body. What it says without effect is left out.
pub(crate) fn no_start_body(request: &mut Request<'_, '_, '_>) {
    request.edits.drop_body = true;
    let Some(body) = request.body.as_deref() else { return };
    let Some(Type::Struct(schema)) = schema::body(request.ask.endpoint) else { return };
    let members = body.as_object().unwrap_or_default();
    let mut used = Vec::new();
    for (name, value) in members {
        let Some((_, field)) = schema.find(name, 0) else { continue };
        if is_used(field, value, Scope { siblings: members, root: body }) {
            used.push((field.name, value.clone().into_owned()));
        }
    }
    let reason = "a start with settings ended with API 1.24; give them to the create instead";
    for (name, value) in used {
        request.refuse(name, &value, reason);
    }
}

/// Below 1.30 a wait has no condition and answers at its end only.
pub(crate) fn wait(request: &mut Request<'_, '_, '_>) {
    let condition = match request.take_param("condition").as_deref() {
        None | Some("" | "not-running") => Condition::NotRunning,
        Some("next-exit") => Condition::NextExit,
        Some("removed") => Condition::Removed,
        Some(other) => {
            request.refuse("condition", &string(other.to_owned()), "not-running, next-exit or removed");
            return;
        }
    };
    request.edits.after.push(After::Wait(condition));
}

/// Below 1.42 a container is stopped with its own signal only.
pub(crate) fn stop_signal(request: &mut Request<'_, '_, '_>) {
    if let Some(signal) = request.take_param("signal").filter(|signal| !signal.is_empty()) {
        request.note("signal", "sent by the gateway before the stop");
        request.edits.after.push(After::Signal(signal));
    }
}

/// Below 1.42 the websocket carries all three streams.
pub(crate) fn all_streams(request: &mut Request<'_, '_, '_>) {
    for name in ["stdin", "stdout", "stderr"] {
        if request.target.param(name).is_none() {
            request.target.query.push((name.to_owned(), "1".to_owned()));
        }
    }
}

/// Below 1.42 all unused volumes are pruned, from it on those without a name.
pub(crate) fn prune_all(request: &mut Request<'_, '_, '_>) {
    let Some(mut all) = filters::of(request.target) else { return };
    if !all.iter().any(|(name, _)| name == "all") {
        filters::add(&mut all, "all", "true");
        filters::put(request.target, &all);
        request.note("filters.all", "set to true, the default of the client's version");
    }
}

/// A backend below 1.42 prunes volumes with names too: it may only be asked to if that is wanted.
pub(crate) fn prune_named(request: &mut Request<'_, '_, '_>) {
    let Some(mut all) = filters::of(request.target) else { return };
    let wanted = filters::take(&mut all, "all").unwrap_or_default();
    if wanted.iter().any(|value| matches!(value.as_str(), "true" | "1")) {
        filters::put(request.target, &all);
        request.note("filters.all", "left out: the backend prunes all unused volumes anyway");
    } else {
        let backend = request.ask.backend;
        let reason = format!(
            "to prune volumes without a name only needs API 1.42, this backend speaks {backend} and would prune those \
             with a name too; ask for all of them (--all)"
        );
        request.refuse("filters.all", &Json::Null, &reason);
    }
}

/// Below 1.25 a volume is not removed by force; with it, one that is missing counts as removed.
pub(crate) fn force_volume(request: &mut Request<'_, '_, '_>) {
    if request.take_param("force").is_some_and(|force| is_true(&force)) {
        request.note("force", "done by the gateway: a volume that is not there counts as removed");
        request.edits.after.push(After::MissingVolume);
    }
}

/// From 1.44 on two networks never have one name; below it that has to be asked for.
pub(crate) fn check_duplicate(request: &mut Request<'_, '_, '_>) {
    if let Some(body) = request.body.as_deref_mut() {
        body.set("CheckDuplicate", true);
    }
}

/// Below 1.48 IPv4 could not be switched off, and nobody looked.
pub(crate) fn no_ipv4_switch(request: &mut Request<'_, '_, '_>) {
    if let Some(body) = request.body.as_deref_mut() {
        body.remove("EnableIPv4");
    }
}

/// Below 1.31 a network is looked up in every scope: the gateway holds the answer to the one that was asked for.
pub(crate) fn network_scope(request: &mut Request<'_, '_, '_>) {
    if let Some(scope) = request.take_param("scope").filter(|scope| !scope.is_empty()) {
        request.note("scope", "held by the gateway against the answer");
        request.edits.after.push(After::Scope(scope));
    }
}

/// Below 1.42 the disk usage is that of all kinds of objects.
pub(crate) fn usage_kinds(request: &mut Request<'_, '_, '_>) {
    let kinds: Vec<String> =
        request.target.query.iter().filter(|(name, _)| name == "type").map(|(_, kind)| kind.clone()).collect();
    request.target.query.retain(|(name, _)| name != "type");
    if !kinds.is_empty() {
        request.note("type", "done by the gateway");
        request.edits.after.push(After::DiskUsage(kinds));
    }
}

/// Below 1.52 every object is listed; which form the client wants decides the summaries.
pub(crate) fn usage_verbose(request: &mut Request<'_, '_, '_>) {
    if let Some(verbose) = request.take_param("verbose") {
        request.edits.after.push(After::Verbose(is_true(&verbose)));
    }
}

/// From 1.52 on the objects are listed where that is asked for.
pub(crate) fn ask_verbose(request: &mut Request<'_, '_, '_>) {
    request.take_param("verbose");
    request.target.query.push(("verbose".to_owned(), "1".to_owned()));
}

/// Below 1.19 statistics never end: the first object is all that is wanted.
pub(crate) fn first_stats(request: &mut Request<'_, '_, '_>) {
    if request.take_param("stream").is_some_and(|stream| !is_true(&stream)) {
        request.note("stream", "done by the gateway: the stream is cut behind the first object");
        request.edits.after.push(After::First);
    }
}

/// Up to 1.23 a tag could be forced; from then on it always is.
pub(crate) fn no_force(request: &mut Request<'_, '_, '_>) {
    request.take_param("force");
}

/// From 1.48 on the space to keep has a new name.
pub(crate) fn reserved_space(request: &mut Request<'_, '_, '_>) {
    rename(request, "keep-storage", "reserved-space");
}

/// Below 1.48 it has the old one.
pub(crate) fn keep_storage(request: &mut Request<'_, '_, '_>) {
    rename(request, "reserved-space", "keep-storage");
}

/// From 1.27 on the plugin whose privileges are asked for has another name.
pub(crate) fn plugin_remote(request: &mut Request<'_, '_, '_>) {
    rename(request, "name", "remote");
}

/// Below 1.27 it has the old one.
pub(crate) fn plugin_name(request: &mut Request<'_, '_, '_>) {
    rename(request, "remote", "name");
}

fn rename(request: &mut Request<'_, '_, '_>, old: &str, new: &str) {
    for (name, _) in request.target.query.iter_mut().filter(|(name, _)| name == old) {
        *name = new.to_owned();
    }
}

/// Below 1.41 a platform is not looked at in a create, below 1.32 in a pull, below 1.46 in a push.
pub(crate) fn no_platform(request: &mut Request<'_, '_, '_>) {
    request.take_param("platform");
}
