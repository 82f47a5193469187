//! Networks, volumes and searches.

use super::Answer;
use crate::docker::bridge::tree::{OBJECT, default, each, number, retain, string};
use crate::docker::json::Json;

/// From 1.48 on it is said whether a network has IPv4; every older one has.
pub(crate) fn ipv4(answer: &mut Answer<'_, '_, '_>) {
    each(answer.json, |network| default(network, "EnableIPv4", true));
}

/// From 1.30 on networks may be configurations of others; no older one is.
pub(crate) fn config_from(answer: &mut Answer<'_, '_, '_>) {
    each(answer.json, |network| {
        default(network, "Ingress", false);
        default(network, "ConfigFrom", Json::Object(vec![("Network".into(), string(""))]));
        default(network, "ConfigOnly", false);
    });
}

/// From 1.23 on networks have labels and say whether they are internal; from 1.25 whether one may attach to them.
pub(crate) fn network_defaults(answer: &mut Answer<'_, '_, '_>) {
    each(answer.json, |network| {
        default(network, "Internal", false);
        default(network, "EnableIPv6", false);
        default(network, "Attachable", false);
        default(network, "Labels", OBJECT);
    });
}

/// Below 1.52 networks have no status.
pub(crate) fn no_status(answer: &mut Answer<'_, '_, '_>) {
    each(answer.json, |network| {
        network.remove("Status");
    });
}

/// Filters and cuts the result of a search as the daemon does.
pub(super) fn search(json: &mut Json<'_>, limit: usize, filters: &[(String, Vec<String>)]) {
    retain(json, |found| filters.iter().all(|(name, values)| fits(found, name, values)));
    if let Json::Array(items) = json {
        items.truncate(limit);
    }
}

fn fits(found: &Json<'_>, name: &str, values: &[String]) -> bool {
    let truth = |field: &str| {
        let own = found.get(field).and_then(Json::as_bool).unwrap_or_default();
        values.iter().any(|value| matches!(value.as_str(), "true" | "1") == own)
    };
    match name {
        "is-official" => truth("is_official"),
        "is-automated" => truth("is_automated"),
        "stars" => {
            let stars = number(found, &["star_count"]);
            values.iter().filter_map(|value| value.parse::<i64>().ok()).all(|least| stars >= least)
        }
        _ => true,
    }
}
