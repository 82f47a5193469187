//! Builds: their query says what the daemon does with the archive that comes
//! with them.

use std::borrow::Cow;

use super::Kind;
use super::collect::{Collector, Here, each_pair, each_text};
use super::image::image;
use super::params::at;
use super::{limit, namespace, network, security};
use crate::docker::json::Json;
use crate::docker::query::{Given, Query};
use crate::docker::schema::Path;

type Whole<'b> = Option<&'b Query<'b>>;

/// `t`: a name for the image.
pub(super) fn tags<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Whole<'b>) {
    let name = given.value.rsplit('/').next().unwrap_or_default();
    let tag = if name.contains(':') { None } else { Some("latest") };
    at(given, |here| image(c, Kind::Tag, &given.value, tag, here));
}

/// `remote`: a URL that the daemon fetches, or a session of BuildKit.
pub(super) fn remote<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Whole<'b>) {
    at(given, |here| match &*given.value {
        "" => {}
        "client-session" => c.closed_text(Kind::BuildKit, here, "session"),
        url => c.closed_text(Kind::Remote, here, url),
    });
}

/// `networkmode` of the containers that build.
pub(super) fn network_mode<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Whole<'b>) {
    at(given, |here| network::network(c, &given.value, here));
}

/// `cgroupparent`.
pub(super) fn cgroup_parent<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Whole<'b>) {
    if !given.value.is_empty() {
        at(given, |here| c.closed_text(Kind::CgroupParent, here, &*given.value));
    }
}

/// `extrahosts`: one entry each, or several with commas.
pub(super) fn extra_hosts<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Whole<'b>) {
    for host in given.value.split(',').filter(|host| !host.is_empty()) {
        at(given, |here| c.open_text(Kind::ExtraHost, here, host));
    }
}

/// `securityopt`.
pub(super) fn security_options<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Whole<'b>) {
    json(given, |value, at| security::options(c, value, at));
}

/// `buildargs`: their names. The values are none of anybody's business.
pub(super) fn arguments<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Whole<'b>) {
    json(given, |value, at| {
        for (name, _) in value.as_object().unwrap_or_default() {
            c.open_text(Kind::BuildArg, Here::unseen(&at.key(name)), name);
        }
    });
}

/// `labels`.
pub(super) fn labels<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Whole<'b>) {
    json(given, |value, at| {
        each_pair(c, value, at, |c, name, value, here| c.open_pair(Kind::Label, here, name, value));
    });
}

/// `cachefrom`: images whose layers are used.
pub(super) fn cache_from<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Whole<'b>) {
    json(given, |value, at| each_text(c, value, at, |c, text, here| image(c, Kind::Image, text, None, here)));
}

/// `ulimits`.
pub(super) fn ulimits<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Whole<'b>) {
    json(given, |value, at| limit::ulimits(c, value, at));
}

/// `isolation`.
pub(super) fn isolation<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Whole<'b>) {
    at(given, |here| namespace::isolated(c, &given.value, here));
}

/// `memory`, `cpuquota` and so on.
pub(super) fn amount<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Whole<'b>) {
    c.amounts.param(given.param.name, &given.value);
}

/// `session`, `buildid` and `outputs`, which only BuildKit reads.
pub(super) fn build_kit<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Whole<'b>) {
    if matches!(&*given.value, "" | "[]" | "null") {
        return;
    }
    if given.param.name != "outputs" {
        at(given, |here| c.closed_text(Kind::BuildKit, here, given.param.name));
        return;
    }
    json(given, |value, at| {
        for (index, output) in value.as_array().unwrap_or_default().iter().enumerate() {
            let ty = output.get("Type").and_then(Json::as_str).unwrap_or_default();
            let attributes = output.get("Attrs").and_then(Json::as_object).unwrap_or_default();
            let words =
                attributes.iter().map(|(name, value)| format!(",{name}={}", value.as_str().unwrap_or_default()));
            let output = format!("output:{ty}{}", words.collect::<String>());
            c.closed_text(Kind::BuildKit, Here::json(&at.index(index), value), Cow::Owned(output));
        }
    });
}

/// `version`: 1 is the classic builder.
pub(super) fn version<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Whole<'b>) {
    if !matches!(&*given.value, "" | "1") {
        at(given, |here| c.closed_text(Kind::BuildKit, here, format!("version={}", given.value)));
    }
}

fn json<'b>(given: &'b Given<'b>, read: impl FnOnce(&'b Json<'b>, &Path<'_>)) {
    if let Some(json) = &given.json {
        read(json, &Path::ROOT.name(given.param.name));
    }
}
