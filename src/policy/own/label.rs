//! The label, as policies name it and as calls get it.

use super::Owner;
use super::reference::Thing;
use super::table::Treatment;
use crate::docker::endpoint::Endpoint;
use crate::policy::Point;
use crate::policy::access::Edit;
use crate::policy::facts::{CallPlace, Fact, Kind, Value};

/// Reads the name of a label of owners.
///
/// # Errors
/// What is wrong with it.
pub(in crate::policy) fn clean_name(name: &str) -> Result<(), String> {
    let valid = name.starts_with(|char: char| char.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'/'));
    if valid { Ok(()) } else { Err(format!("{name:?} is no name for a label, such as com.example.owner")) }
}

/// The labels that a call gets.
pub(super) fn edits(owner: &Owner, endpoint: Endpoint) -> Vec<Edit> {
    let Treatment::Makes(thing) = owner.treats(endpoint) else { return Vec::new() };
    if endpoint == Endpoint::ImageCreate {
        // An import has no place for labels but its changes, and a pull makes nothing.
        return Vec::new();
    }
    let build = endpoint == Endpoint::ImageBuild;
    let place = if build { CallPlace::Query("labels") } else { CallPlace::Body("Labels") };
    if thing != Thing::Image {
        return vec![Edit::member(place, owner.label(), owner.name())];
    }
    // What is made of the image later is not its maker's: that label is taken away.
    let mut edits = vec![Edit::member(place, owner.label(), "")];
    if !owner.shares_images() {
        edits.push(Edit::member(place, &owner.image_label(), owner.name()));
    }
    edits
}

/// The change that labels an imported image.
///
/// # Errors
/// The name of the owner cannot be written into an instruction.
pub(super) fn import_change(owner: &Owner) -> Result<String, String> {
    if owner.shares_images() {
        return Ok(format!("LABEL \"{}\"=\"\"", owner.label()));
    }
    let plain = |text: &str| {
        text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'/' | b':' | b'@' | b'+' | b' ')
        })
    };
    if !plain(owner.name()) {
        return Err(format!("the name {:?} cannot be written into a label of an import", owner.name()));
    }
    Ok(format!("LABEL \"{}\"=\"\" \"{}\"=\"{}\"", owner.label(), owner.image_label(), owner.name()))
}

/// Instructions for an image that would say themselves whose it is, or that cannot be read.
pub(super) fn forgeries(owner: &Owner, facts: &[Fact<'_>], rule: &str) -> Vec<Point> {
    let label = owner.label();
    facts
        .iter()
        .filter(|fact| match (fact.kind, &fact.value) {
            (Kind::Unreadable, _) => fact.path == "changes",
            (Kind::Change, Value::Text(text)) => {
                let Some(pairs) = text.strip_prefix("LABEL ") else { return false };
                let bare: String = pairs.chars().filter(|char| !matches!(char, '"' | '\'' | '\\' | '`')).collect();
                bare.contains(label) || bare.contains('$')
            }
            (_, _) => false,
        })
        .map(|fact| Point {
            path: fact.path.clone(),
            value: fact.shown(),
            flag: fact.flag.map(str::to_owned),
            reason: format!("the label {label} says whose an image is, and only the gateway sets it"),
            instead: "a LABEL of another name, with plain values".to_owned(),
            rule: rule.to_owned(),
        })
        .collect()
}
