//! Small tools for trees of JSON.

use crate::docker::json::Json;

/// The value behind these names.
pub(super) fn at<'j, 'a>(json: &'j Json<'a>, path: &[&str]) -> Option<&'j Json<'a>> {
    path.iter().try_fold(json, |json, name| json.get(name))
}

/// The value behind these names, to change it.
pub(super) fn at_mut<'j, 'a>(json: &'j mut Json<'a>, path: &[&str]) -> Option<&'j mut Json<'a>> {
    path.iter().try_fold(json, |json, name| json.get_mut(name))
}

/// The text behind these names; empty if there is none.
pub(super) fn text<'j>(json: &'j Json<'_>, path: &[&str]) -> &'j str {
    at(json, path).and_then(Json::as_str).unwrap_or_default()
}

/// The number behind these names; 0 if there is none.
pub(super) fn number(json: &Json<'_>, path: &[&str]) -> i64 {
    at(json, path).and_then(Json::as_i64).unwrap_or_default()
}

/// True for what a client leaves out or sends empty: null, `false`, `0`, `""`, `[]` and `{}`.
pub(super) fn is_blank(json: &Json<'_>) -> bool {
    match json {
        Json::Null => true,
        Json::Bool(value) => !value,
        Json::Number(text) => text == "0",
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
    }
}

/// The object of that name; made where there is none.
pub(super) fn object<'j, 'a>(json: &'j mut Json<'a>, name: &str) -> Option<&'j mut Json<'a>> {
    if !matches!(json.get(name), Some(Json::Object(_))) {
        json.set(name, Json::Object(Vec::new()));
    }
    json.get_mut(name)
}

/// Sets a name of an object that does not have it.
pub(super) fn default<'a>(json: &mut Json<'a>, name: &str, value: impl Into<Json<'a>>) {
    if json.get(name).is_none() {
        json.set(name, value);
    }
}

/// Puts `value` in the place of a null.
pub(super) fn instead_of_null<'a>(json: &mut Json<'a>, path: &[&str], value: Json<'a>) {
    if let Some(place) = at_mut(json, path).filter(|place| place.is_null()) {
        *place = value;
    }
}

/// The items of an array, to change them; none of anything else.
pub(super) fn items<'j, 'a>(json: &'j mut Json<'a>) -> impl Iterator<Item = &'j mut Json<'a>> {
    let items = if let Json::Array(items) = json { Some(items) } else { None };
    items.into_iter().flatten()
}

/// The values of an object, to change them; none of anything else.
pub(super) fn values<'j, 'a>(json: &'j mut Json<'a>) -> impl Iterator<Item = &'j mut Json<'a>> {
    json.as_object_mut().into_iter().flatten().map(|(_, value)| value)
}

/// Calls `rewrite` for each object of a list, or for the one object.
pub(super) fn each<'a>(json: &mut Json<'a>, mut rewrite: impl FnMut(&mut Json<'a>)) {
    if let Json::Array(items) = json {
        items.iter_mut().for_each(rewrite);
    } else {
        rewrite(json);
    }
}

/// Keeps those items of an array that pass.
pub(super) fn retain<'a>(json: &mut Json<'a>, pass: impl FnMut(&Json<'a>) -> bool) {
    if let Json::Array(items) = json {
        items.retain(pass);
    }
}

/// An empty array.
pub(super) const LIST: Json<'static> = Json::Array(Vec::new());

/// An empty object.
pub(super) const OBJECT: Json<'static> = Json::Object(Vec::new());

/// A string.
pub(super) fn string<'a>(text: impl Into<std::borrow::Cow<'a, str>>) -> Json<'a> {
    Json::String(text.into())
}
