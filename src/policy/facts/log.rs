//! Log drivers: they send to addresses and read files of the host, as the daemon.

use std::borrow::Cow;

use super::collect::{Collector, Here};
use super::{Kind, Value};
use crate::docker::json::Json;
use crate::docker::schema::Path;

/// `LogConfig` of a container.
pub(super) fn config<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    driver(c, value.get("Type"), &at.name("Type"));
    options(c, value.get("Config"), &at.name("Config"));
}

/// `LogDriver` of a service, and of all tasks of a swarm.
pub(super) fn service_driver<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    driver(c, value.get("Name"), &at.name("Name"));
    options(c, value.get("Options"), &at.name("Options"));
}

fn driver<'b>(c: &mut Collector<'b>, value: Option<&'b Json<'b>>, at: &Path<'_>) {
    let Some(value) = value else { return };
    let here = Here::json(at, value);
    match value.as_str().unwrap_or_default() {
        "" => {}
        name @ ("json-file" | "local" | "journald" | "none") => c.open_text(Kind::LogDriver, here, name),
        name => c.closed_text(Kind::LogDriver, here, name),
    }
}

fn options<'b>(c: &mut Collector<'b>, value: Option<&'b Json<'b>>, at: &Path<'_>) {
    for (name, value) in value.and_then(Json::as_object).unwrap_or_default() {
        let here = at.key(name);
        let here = Here::json(&here, value);
        let pair = Value::Pair(Cow::Borrowed(name), Cow::Borrowed(value.as_str().unwrap_or_default()));
        if is_local(name) {
            c.open(Kind::LogOption, here, || pair);
        } else {
            c.closed(Kind::LogOption, here, pair);
        }
    }
}

/// Options that shape what is written, not where to.
fn is_local(name: &str) -> bool {
    matches!(
        name,
        "max-size"
            | "max-file"
            | "compress"
            | "mode"
            | "max-buffer-size"
            | "tag"
            | "labels"
            | "labels-regex"
            | "env"
            | "env-regex"
    )
}
