//! The query parameter `filters`: a map of names to values, in two forms.

use super::json::{Json, parse};
use super::target::Target;

/// Names and their values, in the order in which they came.
pub type Filters = Vec<(String, Vec<String>)>;

/// Reads `{"name":["value"]}`, the old form, or `{"name":{"value":true}}`,
/// that of API 1.22. `None` if it is neither: the daemon shall say so.
#[must_use]
pub fn read(text: &str) -> Option<Filters> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let json = parse(text.as_bytes()).ok()?;
    if json.is_null() {
        return Some(Vec::new());
    }
    json.as_object()?
        .iter()
        .map(|(name, values)| {
            let values = match values {
                Json::Array(items) => items.iter().map(Json::as_str).collect::<Option<Vec<_>>>()?,
                Json::Object(members) => {
                    members.iter().filter(|(_, on)| on.as_bool() == Some(true)).map(|(value, _)| &**value).collect()
                }
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => return None,
            };
            Some((name.clone().into_owned(), values.into_iter().map(str::to_owned).collect()))
        })
        .collect()
}

/// Writes the old form, which every engine reads.
#[must_use]
pub fn write_lists(filters: &Filters) -> String {
    let members = filters
        .iter()
        .map(|(name, values)| {
            (name.as_str().into(), Json::Array(values.iter().map(|value| Json::from(value.as_str())).collect()))
        })
        .collect();
    Json::Object(members).to_string()
}

/// Writes the form of API 1.22.
#[must_use]
pub fn write_maps(filters: &Filters) -> String {
    let members = filters
        .iter()
        .map(|(name, values)| {
            let values = values.iter().map(|value| (value.as_str().into(), Json::Bool(true))).collect();
            (name.as_str().into(), Json::Object(values))
        })
        .collect();
    Json::Object(members).to_string()
}

/// The filters of a call; `None` if they cannot be read.
#[must_use]
pub fn of(target: &Target) -> Option<Filters> {
    read(target.param("filters").unwrap_or_default())
}

/// Puts filters into a call, in the form of API 1.22, or takes them out if there are none.
pub fn put(target: &mut Target, filters: &Filters) {
    target.query.retain(|(name, _)| name != "filters");
    if !filters.is_empty() {
        target.query.push(("filters".to_owned(), write_maps(filters)));
    }
}

/// Adds a value to a filter.
pub fn add(filters: &mut Filters, name: &str, value: &str) {
    match filters.iter_mut().find(|(own, _)| own == name) {
        Some((_, values)) => values.push(value.to_owned()),
        None => filters.push((name.to_owned(), vec![value.to_owned()])),
    }
}

/// Takes a filter out, with its values.
pub fn take(filters: &mut Filters, name: &str) -> Option<Vec<String>> {
    let index = filters.iter().position(|(own, _)| own == name)?;
    Some(filters.remove(index).1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_written() {
        let lists = r#"{"label":["a=b","c"],"type":["volume"]}"#;
        let maps = r#"{"label":{"a=b":true,"c":true},"type":{"volume":true}}"#;
        let filters = read(lists).unwrap();
        assert_eq!(read(maps), Some(filters.clone()));
        assert_eq!((write_lists(&filters).as_str(), write_maps(&filters).as_str()), (lists, maps));
        assert_eq!(read(r#"{"a":{"b":false}}"#), Some(vec![("a".into(), vec![])]));
    }

    #[test]
    fn what_is_no_filter_is_left_to_the_daemon() {
        for odd in ["x", "[]", r#"{"a":1}"#, r#"{"a":[1]}"#, r#"{"a":["b"],"a":["c"]}"#] {
            assert_eq!(read(odd), None, "{odd}");
        }
        assert_eq!(read("null"), Some(Vec::new()));
    }
}
