//! Cutting answers to what is the caller's.

use super::Owner;
use super::known::Whose;
use super::reference::Thing;
use crate::docker::endpoint::Endpoint;
use crate::docker::json::Json;

/// The lists of a disk usage: of what, as older versions call it, and the summary of API 1.52.
const LISTS: [(Option<Thing>, &str, &str); 4] = [
    (Some(Thing::Image), "Images", "ImageUsage"),
    (Some(Thing::Container), "Containers", "ContainerUsage"),
    (Some(Thing::Volume), "Volumes", "VolumeUsage"),
    (None, "BuildCache", "BuildCacheUsage"),
];

/// True if the answer of an operation holds things of others, whatever was asked.
#[must_use]
pub fn wants_cut(endpoint: Endpoint, owner: &Owner) -> bool {
    endpoint == Endpoint::SystemDataUsage || endpoint == Endpoint::ImageList && !owner.shares_images()
}

/// True if the answer tells which containers are in a network.
#[must_use]
pub fn shows_containers(endpoint: Endpoint) -> bool {
    matches!(endpoint, Endpoint::NetworkInspect | Endpoint::NetworkList)
}

/// Takes out of an answer what is not there for the owner.
pub fn cut(endpoint: Endpoint, owner: &Owner, json: &mut Json<'_>) {
    if endpoint == Endpoint::ImageList {
        keep(owner, Some(Thing::Image), json);
    } else if endpoint == Endpoint::SystemDataUsage {
        usage(owner, json);
    }
}

/// Takes out of a network, or of each of a list, the containers that are not among these.
pub fn keep_containers(json: &mut Json<'_>, ids: &[String]) {
    if let Json::Array(networks) = json {
        networks.iter_mut().for_each(|network| keep_containers(network, ids));
    } else if let Some(Json::Object(containers)) = json.get_mut("Containers") {
        containers.retain(|(id, _)| ids.iter().any(|own| own == id));
    }
}

fn keep(owner: &Owner, thing: Option<Thing>, list: &mut Json<'_>) {
    let Json::Array(items) = list else { return };
    items.retain(|item| thing.is_some_and(|thing| owner.whose(thing, item.get("Labels")) != Whose::Others));
}

/// A disk usage. What it sums up is summed up anew.
fn usage(owner: &Owner, json: &mut Json<'_>) {
    let shared = |thing| owner.shares_images() && matches!(thing, Some(Thing::Image) | None);
    for (thing, list, summary) in LISTS.into_iter().filter(|(thing, ..)| !shared(*thing)) {
        if let Some(list) = json.get_mut(list) {
            keep(owner, thing, list);
        }
        let items = json.get(list).cloned();
        if let Some(summary) = json.get_mut(summary) {
            summarise(owner, thing, summary, items);
        }
    }
    if owner.shares_images() {
        return;
    }
    let layers = json.get("Images").map(|images| sum(images, &["Size"]));
    if json.get("LayersSize").is_some() {
        json.set("LayersSize", layers.unwrap_or_default());
    }
    if json.get("BuilderSize").is_some() {
        json.set("BuilderSize", 0);
    }
}

/// A summary of API 1.52. Its items are its own, or the list beside it.
fn summarise<'j>(owner: &Owner, thing: Option<Thing>, summary: &mut Json<'j>, beside: Option<Json<'j>>) {
    let own = summary.remove("Items");
    let is_verbose = own.is_some();
    let mut items = own.or(beside).unwrap_or(Json::Array(Vec::new()));
    keep(owner, thing, &mut items);
    let all = items.as_array().unwrap_or_default();
    let is_active = |item: &&Json<'_>| match thing {
        Some(Thing::Image) => number(item, &["Containers"]) > 0,
        Some(Thing::Volume) => number(item, &["UsageData", "RefCount"]) > 0,
        _ => item.get("State").and_then(Json::as_str) == Some("running"),
    };
    let path: &[&str] = match thing {
        Some(Thing::Container) => &["SizeRw"],
        Some(Thing::Volume) => &["UsageData", "Size"],
        _ => &["Size"],
    };
    let total = sum(&items, path);
    let used: i64 = all.iter().filter(is_active).map(|item| number(item, path).max(0)).sum();
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let (active, number) = (count(all.iter().filter(is_active).count()), count(all.len()));
    summary.set("ActiveCount", active);
    summary.set("TotalCount", number);
    summary.set("TotalSize", total);
    summary.set("Reclaimable", total - used);
    if is_verbose {
        summary.set("Items", items);
    }
}

fn sum(list: &Json<'_>, path: &[&str]) -> i64 {
    list.as_array().unwrap_or_default().iter().map(|item| number(item, path).max(0)).sum()
}

fn number(json: &Json<'_>, path: &[&str]) -> i64 {
    path.iter().try_fold(json, |json, name| json.get(name)).and_then(Json::as_i64).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::docker::json::parse;
    use crate::identity::Identity;

    fn cut_to(endpoint: Endpoint, text: &str) -> String {
        let owner = Owner::new("own", &Identity::nobody(), false);
        let mut json = parse(text.as_bytes()).unwrap();
        cut(endpoint, &owner, &mut json);
        json.to_string()
    }

    #[test]
    fn a_list_of_images_has_the_own_and_the_shared() {
        let list = r#"[{"Id":"a","Labels":{"own.image":"-"}},{"Id":"b","Labels":{"own.image":"bob"}},{"Id":"c","Labels":null},{"Id":"d"}]"#;
        let expected = r#"[{"Id":"a","Labels":{"own.image":"-"}},{"Id":"c","Labels":null},{"Id":"d"}]"#;
        assert_eq!(cut_to(Endpoint::ImageList, list), expected);
    }

    #[test]
    fn a_disk_usage_is_that_of_the_own_things() {
        let usage = r#"{"LayersSize":900,"Images":[{"Id":"a","Size":5},{"Id":"b","Size":7,"Labels":{"own.image":"bob"}}],"Containers":[{"Id":"c","Labels":{"own":"-"}},{"Id":"d","Labels":{"own":"bob"}}],"Volumes":[{"Name":"v","Labels":null}],"BuildCache":[{"ID":"x"}],"BuilderSize":9}"#;
        let expected = r#"{"LayersSize":5,"Images":[{"Id":"a","Size":5}],"Containers":[{"Id":"c","Labels":{"own":"-"}}],"Volumes":[],"BuildCache":[],"BuilderSize":0}"#;
        assert_eq!(cut_to(Endpoint::SystemDataUsage, usage), expected);
    }

    #[test]
    fn a_summary_is_summed_up_anew() {
        let usage = r#"{"ContainerUsage":{"ActiveCount":2,"TotalCount":2,"TotalSize":30,"Reclaimable":0,"Items":[{"Labels":{"own":"-"},"State":"exited","SizeRw":10},{"Labels":{},"State":"running","SizeRw":20}]}}"#;
        let expected = r#"{"ContainerUsage":{"ActiveCount":0,"TotalCount":1,"TotalSize":10,"Reclaimable":10,"Items":[{"Labels":{"own":"-"},"State":"exited","SizeRw":10}]}}"#;
        assert_eq!(cut_to(Endpoint::SystemDataUsage, usage), expected);
        let unasked = r#"{"VolumeUsage":{"ActiveCount":3,"TotalCount":4,"TotalSize":30,"Reclaimable":1}}"#;
        let expected = r#"{"VolumeUsage":{"ActiveCount":0,"TotalCount":0,"TotalSize":0,"Reclaimable":0}}"#;
        assert_eq!(cut_to(Endpoint::SystemDataUsage, unasked), expected);
    }

    #[test]
    fn a_network_tells_of_own_containers_only() {
        let mut json = parse(br#"[{"Containers":{"a":{},"b":{}}},{"Containers":null}]"#).unwrap();
        keep_containers(&mut json, &["a".to_owned()]);
        assert_eq!(json.to_string(), r#"[{"Containers":{"a":{}}},{"Containers":null}]"#);
    }
}
