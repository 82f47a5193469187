//! `GET /system/df`.

use super::Answer;
use crate::docker::bridge::After;
use crate::docker::bridge::tree::{LIST, OBJECT, at, default, items, number, text};
use crate::docker::json::Json;

/// The kinds of objects: as the query names them, the old list, the new summary.
const KINDS: [(&str, &str, &str); 4] = [
    ("image", "Images", "ImageUsage"),
    ("container", "Containers", "ContainerUsage"),
    ("volume", "Volumes", "VolumeUsage"),
    ("build-cache", "BuildCache", "BuildCacheUsage"),
];

/// Leaves of a whole disk usage what the query asked for.
pub(super) fn only_kinds(json: &mut Json<'_>, kinds: &[String]) {
    for (kind, list, usage) in KINDS {
        if !kinds.iter().any(|wanted| wanted == kind) {
            json.remove(list);
            json.remove(usage);
            if kind == "image" {
                json.remove("LayersSize");
            }
        }
    }
}

/// Below 1.42 a record of the build cache has one parent, and there is a sum of
/// their sizes.
pub(crate) fn one_parent(answer: &mut Answer<'_, '_, '_>) {
    let mut sum: i64 = 0;
    for record in items(answer.json.get_mut("BuildCache").unwrap_or(&mut LIST.clone())) {
        sum = sum.saturating_add(number(record, &["Size"]));
        let parents = record.remove("Parents").unwrap_or(LIST);
        let first = parents.strings().next().unwrap_or_default().to_owned();
        default(record, "Parent", first);
    }
    default(answer.json, "BuilderSize", sum);
}

/// From 1.42 on a record of the build cache has a list of parents.
pub(crate) fn parents(answer: &mut Answer<'_, '_, '_>) {
    answer.json.remove("BuilderSize");
    for record in items(answer.json.get_mut("BuildCache").unwrap_or(&mut LIST.clone())) {
        if let Some(parent) = record.remove("Parent").filter(|parent| parent.as_str().is_some_and(|id| !id.is_empty()))
        {
            default(record, "Parents", vec![parent]);
        }
    }
}

/// Below 1.52 there are lists of objects only. The call asked for `verbose`, so that they are in the summaries.
pub(crate) fn lists(answer: &mut Answer<'_, '_, '_>) {
    let json = &mut *answer.json;
    for (_, list, usage) in KINDS {
        let Some(mut summary) = json.remove(usage) else { continue };
        let found = summary.remove("Items").filter(|items| !items.is_null()).unwrap_or(LIST);
        default(json, list, found);
        if list == "Images" {
            default(json, "LayersSize", number(&summary, &["TotalSize"]));
        }
    }
}

/// From 1.52 on there is a summary of each kind, and the lists only if the
/// call does not say which form it wants.
pub(crate) fn summaries(answer: &mut Answer<'_, '_, '_>) {
    let verbose =
        answer.after.iter().find_map(|after| if let After::Verbose(value) = after { Some(*value) } else { None });
    let json = &mut *answer.json;
    for (kind, list, usage) in KINDS {
        let Some(found) = json.get(list) else { continue };
        let mut summary = summary(kind, found, number(json, &["LayersSize"]));
        if verbose == Some(true) {
            summary.set("Items", if found.is_null() { LIST } else { found.clone() });
        }
        default(json, usage, summary);
        if verbose.is_some() {
            json.remove(list);
        }
    }
    if verbose.is_some() {
        json.remove("LayersSize");
    }
}

fn summary<'a>(kind: &str, found: &Json<'_>, layers: i64) -> Json<'a> {
    let objects = found.as_array().unwrap_or_default();
    let is_active = |object: &Json<'_>| match kind {
        "image" => number(object, &["Containers"]) > 0,
        "container" => matches!(text(object, &["State"]), "running" | "paused" | "restarting"),
        "volume" => number(object, &["UsageData", "RefCount"]) > 0,
        _ => at(object, &["InUse"]).and_then(Json::as_bool).unwrap_or_default(),
    };
    let size = |object: &Json<'_>| match kind {
        "image" => number(object, &["Size"]) - number(object, &["SharedSize"]).max(0),
        "container" => number(object, &["SizeRw"]),
        "volume" => number(object, &["UsageData", "Size"]).max(0),
        _ => number(object, &["Size"]),
    };
    let is_free = |object: &Json<'_>| {
        !is_active(object)
            && (kind != "build-cache" || !at(object, &["Shared"]).and_then(Json::as_bool).unwrap_or_default())
    };
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let total = if kind == "image" { layers } else { objects.iter().map(size).sum() };
    let mut summary = OBJECT;
    summary.set("ActiveCount", count(objects.iter().filter(|object| is_active(object)).count()));
    summary.set("Reclaimable", objects.iter().filter(|object| is_free(object)).map(size).sum::<i64>());
    summary.set("TotalCount", count(objects.len()));
    summary.set("TotalSize", total);
    summary
}
