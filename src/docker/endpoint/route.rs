//! From the segments of a path to the operation.

use std::sync::LazyLock;

use super::{Endpoint, Method};

/// What a path without its version prefix leads to.
#[derive(Debug, PartialEq, Eq)]
pub enum Routed<'a> {
    /// The operation and the name in its path (of a container, an image, …).
    To {
        /// The operation.
        endpoint: Endpoint,
        /// What stands in the place of the braces; empty where the pattern has none.
        name: &'a str,
    },
    /// Some operation has this path, but none has it with this method.
    WrongMethod,
    /// No operation has this path.
    Unknown,
}

/// Finds the operation for a decoded path such as `/containers/web/json`.
///
/// The path must be canonical already (see `docker::target`): segments are
/// compared as they are. Names of images and plugins may hold slashes, other
/// names may not, so no path can mean two operations.
#[must_use]
pub fn route(method: Method, path: &str) -> Routed<'_> {
    let mut wrong_method = false;
    for endpoint in candidates(path) {
        let row = endpoint.row();
        let Some(name) = match_pattern(row.pattern, path) else { continue };
        if row.method == method {
            return Routed::To { endpoint: *endpoint, name };
        }
        wrong_method = true;
    }
    if wrong_method { Routed::WrongMethod } else { Routed::Unknown }
}

/// The rows whose pattern starts with the first segment of the path.
fn candidates(path: &str) -> &'static [Endpoint] {
    /// First segments with their rows. The table is sorted by them, so that the rows of one stand together.
    static BY_FIRST: LazyLock<Vec<(&str, &[Endpoint])>> = LazyLock::new(|| {
        Endpoint::ALL
            .chunk_by(|a, b| first_segment(a.row().pattern) == first_segment(b.row().pattern))
            .filter_map(|rows| Some((first_segment(rows.first()?.row().pattern), rows)))
            .collect()
    });
    let first = first_segment(path);
    BY_FIRST.iter().find(|(segment, _)| *segment == first).map_or(&[], |(_, rows)| rows)
}

fn first_segment(path: &str) -> &str {
    // Bytes are compared: a search for one char in a short text costs more.
    let bytes = path.as_bytes();
    let start = bytes.iter().position(|byte| *byte != b'/').unwrap_or(bytes.len());
    let length = bytes.iter().skip(start).position(|byte| *byte == b'/').unwrap_or(bytes.len() - start);
    path.get(start..start + length).unwrap_or_default()
}

/// Matches a path to a pattern with at most two names, and gives the first.
fn match_pattern<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    // Bytes, as in `first_segment`.
    let brace = pattern.bytes().position(|byte| byte == b'{');
    let Some((before, rest)) = brace.and_then(|at| pattern.get(..at).zip(pattern.get(at + 1..))) else {
        return (pattern == path).then_some("");
    };
    let (placeholder, after) = rest.split_once('}')?;
    let tail = path.strip_prefix(before)?;
    let slashes = matches!(placeholder, "image" | "plugin");
    if let Some((fixed, _)) = after.split_once('{') {
        // Only CheckpointDelete has two names, and neither may hold a slash.
        let (name, second) = tail.split_once(fixed)?;
        let plain = |text: &str| !text.is_empty() && !text.contains('/');
        return (plain(name) && plain(second)).then_some(name);
    }
    let name = tail.strip_suffix(after)?;
    let valid = !name.is_empty() && (slashes || !name.contains('/'));
    (valid && !is_fixed_word(pattern, path)).then_some(name)
}

/// `/containers/json` is a list, never the container `json`: where a fixed
/// pattern takes the path, with whatever method, a name does not.
fn is_fixed_word(pattern: &str, path: &str) -> bool {
    pattern.ends_with('}')
        && candidates(path).iter().any(|endpoint| {
            let other = endpoint.row().pattern;
            !other.contains('{') && other == path
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(endpoint: Endpoint, name: &str) -> Routed<'_> {
        Routed::To { endpoint, name }
    }

    #[test]
    fn every_row_is_reached_by_its_own_pattern() {
        for endpoint in Endpoint::ALL {
            let row = endpoint.row();
            let path = row.pattern.replace('{', "a-").replace('}', "_1");
            let found = route(row.method, &path);
            assert!(matches!(found, Routed::To { endpoint: e, .. } if e == *endpoint), "{path}: {found:?}");
        }
    }

    #[test]
    fn names_of_images_hold_slashes_and_others_do_not() {
        assert_eq!(
            route(Method::Get, "/images/docker.io/library/busybox/json"),
            to(Endpoint::ImageInspect, "docker.io/library/busybox")
        );
        assert_eq!(route(Method::Delete, "/images/a/b"), to(Endpoint::ImageDelete, "a/b"));
        assert_eq!(route(Method::Delete, "/containers/x/json"), Routed::WrongMethod);
        assert_eq!(route(Method::Post, "/containers/x/kill/exec"), Routed::Unknown);
    }

    #[test]
    fn a_wrong_method_is_told_from_an_unknown_path() {
        assert_eq!(route(Method::Put, "/info"), Routed::WrongMethod);
        assert_eq!(route(Method::Delete, "/containers/json"), Routed::WrongMethod);
        assert_eq!(route(Method::Get, "/nosuch"), Routed::Unknown);
        assert_eq!(route(Method::Get, "/"), Routed::Unknown);
        assert_eq!(route(Method::Get, "/containers//json"), Routed::Unknown);
    }
}
