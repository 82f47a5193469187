//! `GET /version`.

use super::Answer;
use crate::docker::bridge::Range;
use crate::docker::bridge::time::Date;
use crate::docker::bridge::tree::{LIST, OBJECT, default, items, string, text};
use crate::docker::json::Json;

/// From 1.22 on the build time is RFC 3339.
pub(crate) fn build_time_rfc3339(answer: &mut Answer<'_, '_, '_>) {
    if let Some(date) = Date::from_unix(text(answer.json, &["BuildTime"])) {
        answer.json.set("BuildTime", date.rfc3339());
    }
}

/// Below 1.22 the build time is what `date` prints.
pub(crate) fn build_time_unix(answer: &mut Answer<'_, '_, '_>) {
    if let Some(date) = Date::from_rfc3339(text(answer.json, &["BuildTime"])) {
        answer.json.set("BuildTime", date.unix());
    }
}

/// From 1.35 on there are components, of which the engine is the first.
pub(crate) fn components(answer: &mut Answer<'_, '_, '_>) {
    let json = &mut *answer.json;
    if json.get("Components").is_some() {
        return;
    }
    let mut details = OBJECT;
    for name in [
        "ApiVersion",
        "Arch",
        "BuildTime",
        "Experimental",
        "GitCommit",
        "GoVersion",
        "KernelVersion",
        "MinAPIVersion",
        "Os",
    ] {
        let value = match json.get(name) {
            Some(Json::String(text)) => text.clone().into_owned(),
            Some(Json::Bool(value)) => value.to_string(),
            Some(_) => continue,
            None if name == "Experimental" => "false".to_owned(),
            None => continue,
        };
        details.set(name, value);
    }
    let mut engine = OBJECT;
    engine.set("Name", "Engine");
    engine.set("Version", text(json, &["Version"]).to_owned());
    engine.set("Details", details);
    default(json, "Platform", Json::Object(vec![("Name".into(), string(""))]));
    json.set("Components", vec![engine]);
}

/// Puts the range that the gateway offers in the place of the backend's:
/// docker-py and aiodocker speak whatever stands here.
pub fn offer(json: &mut Json<'_>, range: &Range) {
    let (max, min) = (range.max.to_string(), range.min.to_string());
    json.set("ApiVersion", max.clone());
    json.set("MinAPIVersion", min.clone());
    let mut none = LIST;
    for component in items(json.get_mut("Components").unwrap_or(&mut none)) {
        if text(component, &["Name"]) == "Engine"
            && let Some(details) = component.get_mut("Details")
        {
            details.set("ApiVersion", max.clone());
            details.set("MinAPIVersion", min.clone());
        }
    }
}
