//! Lists and searches of images, and their filters.

use super::Request;
use crate::docker::bridge::After;
use crate::docker::bridge::tree::string;
use crate::docker::filters;

/// From 1.25 on the name to look for is a filter.
pub(crate) fn filter_to_reference(request: &mut Request<'_, '_, '_>) {
    let Some(mut all) = filters::of(request.target) else { return };
    let Some(name) = request.take_param("filter").filter(|name| !name.is_empty()) else { return };
    if !all.iter().any(|(own, _)| own == "reference") {
        filters::add(&mut all, "reference", &name);
    }
    filters::put(request.target, &all);
    request.note("filter", "became the filter reference");
}

/// Below 1.25 it is a parameter, and one name only.
pub(crate) fn reference_to_filter(request: &mut Request<'_, '_, '_>) {
    let Some(mut all) = filters::of(request.target) else { return };
    let Some(names) = filters::take(&mut all, "reference") else { return };
    match names.as_slice() {
        [] => {}
        [name] => {
            filters::put(request.target, &all);
            request.target.query.push(("filter".to_owned(), name.clone()));
            request.note("filters.reference", "became the parameter filter");
        }
        _ => request.needs("filters.reference", &string(names.join(" ")), 25),
    }
}

/// What a search shows at most unless it says otherwise.
const SEARCH_LIMIT: usize = 25;

/// Below 1.24 a search has no limit and no filters: the gateway cuts the answer.
pub(crate) fn search(request: &mut Request<'_, '_, '_>) {
    let Some(filters) = filters::of(request.target) else { return };
    let limit = request.take_param("limit").and_then(|limit| limit.parse().ok()).filter(|limit| *limit > 0);
    request.take_param("filters");
    request.edits.after.push(After::Search { limit: limit.unwrap_or(SEARCH_LIMIT), filters });
    request.note("limit, filters", "done by the gateway");
}

/// From 1.25 on the neighbours of a list of containers are filters.
pub(crate) fn since_before(request: &mut Request<'_, '_, '_>) {
    let Some(mut all) = filters::of(request.target) else { return };
    for name in ["since", "before"] {
        if let Some(value) = request.take_param(name).filter(|value| !value.is_empty()) {
            filters::add(&mut all, name, &value);
            request.note(name, "became a filter");
        }
    }
    filters::put(request.target, &all);
}

/// Below 1.22 a filter is a list of values.
pub(crate) fn list_filters(request: &mut Request<'_, '_, '_>) {
    let Some(all) = filters::of(request.target) else { return };
    if let Some((_, value)) = request.target.query.iter_mut().find(|(name, _)| name == "filters") {
        *value = filters::write_lists(&all);
    }
}

/// Filters that engines know below 1.22.
const OLD_EVENTS: [&str; 4] = ["container", "event", "image", "label"];

/// Below 1.22 events are not filtered by what is not a container or an image.
pub(crate) fn event_filters(request: &mut Request<'_, '_, '_>) {
    let Some(all) = filters::of(request.target) else { return };
    let (known, new): (Vec<_>, Vec<_>) = all.into_iter().partition(|(name, _)| OLD_EVENTS.contains(&name.as_str()));
    if new.is_empty() {
        return;
    }
    filters::put(request.target, &known);
    request.note("filters", "those that the backend's version does not know are done by the gateway");
    request.edits.after.push(After::Events(new));
}
