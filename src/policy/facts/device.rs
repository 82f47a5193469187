//! Devices of the host.

use std::borrow::Cow;

use super::collect::{Collector, Here, each_text};
use super::text::clean_path;
use super::{Kind, Value};
use crate::docker::json::Json;
use crate::docker::schema::Path;

/// `Devices`: by path. The path of a folder stands for all devices in it.
pub(super) fn devices<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    for (index, item) in value.as_array().unwrap_or_default().iter().enumerate() {
        let path = at.index(index);
        device(c, item.get("PathOnHost").and_then(Json::as_str).unwrap_or_default(), Here::json(&path, item));
    }
}

/// A device by its path or, if it has none, by its name.
pub(super) fn device<'b>(c: &mut Collector<'b>, device: &'b str, here: Here<'_, 'b>) {
    let value = if device.starts_with('/') {
        Value::HostPath { path: clean_path(device), read_only: false }
    } else {
        Value::Text(Cow::Borrowed(device))
    };
    c.closed(Kind::Device, here, value);
}

/// `DeviceCgroupRules`, such as `c 10:229 rwm`.
pub(super) fn rules<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    each_text(c, value, at, |c, text, here| c.closed_text(Kind::Device, here, text));
}

/// `DeviceRequests`: by what they can do (`gpu`), by driver, or by name (CDI).
pub(super) fn requests<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    for (index, item) in value.as_array().unwrap_or_default().iter().enumerate() {
        let path = at.index(index);
        let here = Here::json(&path, item);
        let driver = item.get("Driver").and_then(Json::as_str).unwrap_or_default();
        let mut named = false;
        for id in item.get("DeviceIDs").into_iter().flat_map(Json::strings).filter(|_| driver == "cdi") {
            c.closed_text(Kind::Device, here, id);
            named = true;
        }
        if named {
            continue;
        }
        let wanted = item.get("Capabilities").and_then(Json::as_array).unwrap_or_default();
        let words: Vec<&str> = wanted.iter().flat_map(Json::strings).collect();
        for word in &words {
            c.closed_text(Kind::Device, here, *word);
        }
        if words.is_empty() {
            c.closed_text(Kind::Device, here, if driver.is_empty() { "any" } else { driver });
        }
    }
}
