//! What becomes of the name in a path, and of each query parameter.

use std::borrow::Cow;

use super::collect::{Collector, Here};
use super::image::image;
use super::{Kind, Value, build, command, mount, network, plugin};
use crate::docker::endpoint::Endpoint;
use crate::docker::params::Param;
use crate::docker::query::{Given, Query};
use crate::docker::schema::Path;
use crate::policy::flag::flag;

/// Reads the facts of a path and its query.
pub(super) fn read<'b>(c: &mut Collector<'b>, name: &'b str, query: Option<&'b Query<'b>>) {
    path_name(c, name, query);
    for given in query.map(Query::given).unwrap_or_default() {
        c.flag = flag(c.endpoint, given.param.name);
        if let Some(Treatment::Read(read)) = treatment(c.endpoint, given.param.name) {
            read(c, given, query);
        }
    }
    c.flag = None;
}

/// What becomes of a parameter.
#[derive(Clone, Copy)]
pub(super) enum Treatment {
    /// It is no fact, for this reason.
    Harmless(&'static str),
    /// Whoever reads the other part of a name reads it too.
    Within,
    /// It is read in its own way.
    Read(Read),
}

type Read = for<'b> fn(&mut Collector<'b>, &'b Given<'b>, Option<&'b Query<'b>>);

const NARROWS: Treatment = Treatment::Harmless("it narrows or orders what comes back");
const STREAMS: Treatment = Treatment::Harmless("it is about the streams and the terminal of the one who calls");
const FORCE: Treatment = Treatment::Harmless("to permit the operation is to permit this");
const INSIDE: Treatment = Treatment::Harmless("it is about the inside of the container or the image only");
const VARIANT: Treatment = Treatment::Harmless("it chooses among variants of one image");
const SHARE: Treatment = Treatment::Harmless("it divides what all containers share, and takes nothing from the host");
const VERSION: Treatment = Treatment::Harmless("it says which state of an object is meant");
const NAMED: Treatment = Treatment::Harmless("it names something of the caller, and reaches nothing");

/// What becomes of a parameter of an operation; `None` for a parameter that
/// nobody has decided.
pub(super) fn treatment(endpoint: Endpoint, name: &str) -> Option<Treatment> {
    use Endpoint as E;
    let of_plugin = matches!(endpoint, E::PluginPull | E::PluginPrivileges | E::PluginUpgrade | E::PluginCreate);
    Some(match name {
        "name" if of_plugin => Treatment::Read(plugin_reference),
        "name" => Treatment::Read(new_name),
        "remote" if of_plugin => Treatment::Read(plugin_reference),
        "remote" => Treatment::Read(build::remote),
        "fromImage" => Treatment::Read(pulled),
        "tag" => Treatment::Within,
        "repo" => Treatment::Read(new_tag),
        "fromSrc" => Treatment::Read(imported),
        "names" => Treatment::Read(images),
        "changes" => Treatment::Read(changes),
        "container" => Treatment::Read(container),
        "path" => Treatment::Read(copied),
        "ps_args" => Treatment::Read(ps_args),
        "term" => Treatment::Read(searched),
        "checkpoint-dir" | "dir" => Treatment::Read(folder),
        "t" if endpoint == E::ImageBuild => Treatment::Read(build::tags),
        "networkmode" => Treatment::Read(build::network_mode),
        "cgroupparent" => Treatment::Read(build::cgroup_parent),
        "extrahosts" => Treatment::Read(build::extra_hosts),
        "securityopt" => Treatment::Read(build::security_options),
        "buildargs" => Treatment::Read(build::arguments),
        "labels" => Treatment::Read(build::labels),
        "cachefrom" => Treatment::Read(build::cache_from),
        "ulimits" => Treatment::Read(build::ulimits),
        "isolation" => Treatment::Read(build::isolation),
        "memory" | "memswap" | "cpuquota" | "cpuperiod" | "shmsize" => Treatment::Read(build::amount),
        "outputs" | "session" | "buildid" => Treatment::Read(build::build_kit),
        "id" if endpoint == E::BuildCancel => FORCE,
        "version" if endpoint == E::ImageBuild => Treatment::Read(build::version),
        "version" => VERSION,
        "cpushares" | "cpusetcpus" | "cpusetmems" => SHARE,
        "dockerfile" | "target" | "squash" | "q" | "nocache" | "pull" | "rm" | "forcerm" => INSIDE,
        "platform" | "platforms" | "manifests" => VARIANT,
        "since" | "until" | "filters" | "filter" | "type" | "verbose" | "all" | "limit" | "before" | "size"
        | "scope" | "digests" | "shared-size" | "identity" | "statement" | "status" | "insertDefaults" | "details"
        | "tail" | "timestamps" | "one-shot" => NARROWS,
        "logs" | "stream" | "stdin" | "stdout" | "stderr" | "follow" | "detachKeys" | "h" | "w" | "quiet" => STREAMS,
        "v"
        | "force"
        | "link"
        | "noprune"
        | "signal"
        | "t"
        | "timeout"
        | "condition"
        | "pause"
        | "rotateWorkerToken"
        | "rotateManagerToken"
        | "rotateManagerUnlockKey"
        | "registryAuthFrom"
        | "rollback"
        | "keep-storage"
        | "reserved-space"
        | "max-used-space"
        | "min-free-space"
        | "checkpoint" => FORCE,
        "noOverwriteDirNonDir" | "copyUIDGID" => INSIDE,
        "comment" | "message" | "author" => NAMED,
        _ => return None,
    })
}

/// The reason why a parameter is no fact; `None` for one that is.
pub(super) fn harmless(param: &Param) -> Option<&'static str> {
    match treatment(param.endpoint, param.name)? {
        Treatment::Harmless(reason) => Some(reason),
        Treatment::Within | Treatment::Read(_) => None,
    }
}

/// The name in the path: of what the call is about.
fn path_name<'b>(c: &mut Collector<'b>, name: &'b str, query: Option<&'b Query<'b>>) {
    let pattern = c.endpoint.row().pattern;
    let here = Here::name(pattern, name);
    if let Some(feature) = build_kit(c.endpoint) {
        c.closed_text(Kind::BuildKit, here, feature);
    }
    if name.is_empty() {
        return;
    }
    if pattern.starts_with("/containers/") {
        c.open_text(Kind::Container, here, name);
    } else if c.endpoint == Endpoint::ImagePush {
        // Without a tag all of them are pushed.
        let tag = query.and_then(|query| query.get("tag")).map_or("", |tag| &tag.value);
        let bare = !name.rsplit('/').next().unwrap_or_default().contains([':', '@']);
        image(c, Kind::Image, name, Some(if tag.is_empty() && bare { "*" } else { tag }), here);
    } else if pattern.starts_with("/images/") || pattern.starts_with("/distribution/") {
        image(c, Kind::Image, name, None, here);
    } else if c.endpoint == Endpoint::NetworkConnect {
        network::network(c, name, here);
    } else if pattern.starts_with("/networks/") {
        c.open_text(Kind::Network, here, name);
    } else if pattern.starts_with("/volumes/") {
        c.open_text(Kind::Volume, here, name);
    } else if pattern.starts_with("/secrets/") || pattern.starts_with("/configs/") {
        c.open_text(Kind::Secret, here, name);
    } else if matches!(c.endpoint, Endpoint::PluginInspect | Endpoint::PluginInspectOld) {
        c.open_text(Kind::Plugin, here, name);
    } else if pattern.starts_with("/plugins/") {
        c.closed_text(Kind::Plugin, here, name);
    }
}

/// The feature of `BuildKit` that is all of an operation. What goes through these tunnels nobody reads, and
/// in it a build may ask for the host's network and devices.
fn build_kit(endpoint: Endpoint) -> Option<&'static str> {
    let features = [(Endpoint::Session, "session"), (Endpoint::Grpc, "grpc")];
    features.into_iter().find_map(|(whose, feature)| (whose == endpoint).then_some(feature))
}

fn new_name<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Option<&'b Query<'b>>) {
    if !given.value.is_empty() {
        let name = given.value.strip_prefix('/').unwrap_or(&given.value);
        at(given, |here| c.open_text(Kind::Name, here, name));
    }
}

fn plugin_reference<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Option<&'b Query<'b>>) {
    at(given, |here| plugin::named(c, &given.value, here));
}

fn pulled<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, query: Option<&'b Query<'b>>) {
    let tag = query.and_then(|query| query.get("tag")).map_or("", |tag| &*tag.value);
    // Engines drop a colon at the end, and pull all tags where none is given.
    let name = given.value.strip_suffix(':').unwrap_or(&given.value);
    let bare = !name.rsplit('/').next().unwrap_or_default().contains([':', '@']);
    let tag = if tag.is_empty() && bare { "*" } else { tag };
    at(given, |here| image(c, Kind::Image, name, Some(tag), here));
}

fn new_tag<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, query: Option<&'b Query<'b>>) {
    let tag = query.and_then(|query| query.get("tag")).map_or("", |tag| &*tag.value);
    let tag = if tag.is_empty() && !given.value.contains(':') { "latest" } else { tag };
    at(given, |here| image(c, Kind::Tag, &given.value, Some(tag), here));
}

fn imported<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Option<&'b Query<'b>>) {
    // "-" is the request's own body.
    if !matches!(&*given.value, "" | "-") {
        at(given, |here| c.closed_text(Kind::Remote, here, &*given.value));
    }
}

fn images<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Option<&'b Query<'b>>) {
    at(given, |here| image(c, Kind::Image, &given.value, None, here));
}

fn changes<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Option<&'b Query<'b>>) {
    for line in given.value.lines() {
        at(given, |here| command::change(c, line, here));
    }
}

fn container<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Option<&'b Query<'b>>) {
    at(given, |here| c.open_text(Kind::Container, here, &given.value));
}

fn copied<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Option<&'b Query<'b>>) {
    at(given, |here| c.open(Kind::Path, here, || Value::Text(super::text::clean_path(&given.value))));
}

fn ps_args<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Option<&'b Query<'b>>) {
    if !given.value.is_empty() {
        at(given, |here| c.open_text(Kind::PsArgs, here, &given.value));
    }
}

/// What is searched for may begin with the registry to ask.
fn searched<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Option<&'b Query<'b>>) {
    let first = given.value.split_once('/').map_or("", |(first, _)| first);
    let registry = if first.contains(['.', ':']) || first == "localhost" { first } else { "docker.io" };
    at(given, |here| c.open(Kind::Registry, here, || Value::Text(Cow::Borrowed(registry))));
}

fn folder<'b>(c: &mut Collector<'b>, given: &'b Given<'b>, _: Option<&'b Query<'b>>) {
    at(given, |here| mount::folder(c, &given.value, here));
}

/// Where a parameter stands.
pub(super) fn at<'b>(given: &'b Given<'b>, put: impl FnOnce(Here<'_, 'b>)) {
    let root = Path::ROOT;
    put(Here::text(&root.name(given.param.name), &given.value));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::params::PARAMS;

    #[test]
    fn every_parameter_of_every_operation_is_decided() {
        for param in PARAMS {
            assert!(treatment(param.endpoint, param.name).is_some(), "{} {}", param.endpoint.name(), param.name);
        }
    }
}
