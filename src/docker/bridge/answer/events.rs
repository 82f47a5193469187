//! `GET /events`: one object for each event.

use super::{Answer, Outcome};
use crate::docker::bridge::tree::{OBJECT, at, default, string, text};
use crate::docker::json::Json;

/// Below 1.46 nobody hears that an image was built.
pub(crate) fn no_image_create(answer: &mut Answer<'_, '_, '_>) {
    if text(answer.json, &["Type"]) == "image" && text(answer.json, &["Action"]) == "create" {
        answer.outcome = Outcome::Drop;
    }
}

/// Below 1.52 events of containers and images have their old form beside the new.
pub(crate) fn old_form(answer: &mut Answer<'_, '_, '_>) {
    let json = &mut *answer.json;
    let kind = text(json, &["Type"]).to_owned();
    if !matches!(kind.as_str(), "container" | "image") || json.get("status").is_some() {
        return;
    }
    let action = text(json, &["Action"]).to_owned();
    let id = text(json, &["Actor", "ID"]).to_owned();
    let image = text(json, &["Actor", "Attributes", "image"]).to_owned();
    default(json, "status", action);
    default(json, "id", id);
    if kind == "container" {
        default(json, "from", image);
    }
}

/// From 1.22 on events have a type, an action and an actor. Up to 1.21 only
/// containers and images had events, and only those of containers say of which image they are.
pub(crate) fn new_form(answer: &mut Answer<'_, '_, '_>) {
    let json = &mut *answer.json;
    let action = text(json, &["status"]).to_owned();
    if action.is_empty() || json.get("Action").is_some() {
        return;
    }
    let id = text(json, &["id"]).to_owned();
    let from = text(json, &["from"]).to_owned();
    let of_image = matches!(action.as_str(), "pull" | "push" | "tag" | "untag" | "delete" | "import");
    let mut attributes = OBJECT;
    if !of_image {
        attributes.set("image", from);
    } else {
        attributes.set("name", id.clone());
    }
    let mut actor = OBJECT;
    actor.set("ID", id);
    actor.set("Attributes", attributes);
    json.set("Type", if of_image { "image" } else { "container" });
    json.set("Action", action);
    json.set("Actor", actor);
}

/// True if an event is one of those that filters of 1.22 and later let through.
pub(super) fn passes(json: &Json<'_>, filters: &[(String, Vec<String>)]) -> bool {
    // Events of an old backend have no type before they are rewritten.
    let is_image = matches!(text(json, &["status"]), "pull" | "push" | "tag" | "untag" | "delete" | "import");
    let kind = match at(json, &["Type"]).and_then(Json::as_str) {
        Some(kind) => kind,
        None if is_image => "image",
        None => "container",
    };
    filters.iter().all(|(name, values)| match name.as_str() {
        "type" => values.iter().any(|value| value == kind),
        // An old backend has no events of anything else.
        _ => values.is_empty(),
    })
}

/// VIC writes one action with a capital letter.
pub(crate) fn small_rename(answer: &mut Answer<'_, '_, '_>) {
    for name in ["Action", "status"] {
        if text(answer.json, &[name]) == "Rename" {
            answer.json.set(name, string("rename"));
        }
    }
}
