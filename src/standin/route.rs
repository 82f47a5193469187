//! The routes that VIC registers, in the way its router matches them.
//!
//! A name in a pattern is greedy (`{name:.*}`), so it may hold slashes: `GET
//! /images/a/b/json` is about the image `a/b`.

use http::{Method, Uri};

use super::request::Version;

/// What a path and a method ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    Options,
    Ping,
    Version,
    Info,
    Auth,
    Events,
    Containers,
    ContainerCreate,
    Container(String),
    Logs(String),
    Stats(String),
    Changes(String),
    ArchiveGet(String),
    ArchivePut(String),
    Copy,
    Start(String),
    Stop(String),
    Restart(String),
    Kill(String),
    Wait(String),
    Rename(String),
    Update,
    Resize(String),
    Remove(String),
    Attach(String),
    AttachWebsocket(String),
    ExecCreate(String),
    ExecStart(String),
    ExecResize(String),
    Exec(String),
    Images,
    Image(String),
    ImageTag(String),
    ImageRemove(String),
    ImageLoad,
    ImagePush,
    Pull,
    Commit,
    Networks,
    Network(String),
    NetworkCreate,
    NetworkConnect(String),
    NetworkDisconnect(String),
    NetworkRemove(String),
    Volumes,
    Volume(String),
    VolumeCreate,
    VolumeRemove(String),
    Refused(Refusal),
}

/// A route that exists to say no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    NotImplemented(&'static str),
    Swarm,
    Plugin(String),
    PluginEnable,
}

/// Takes the version off a path. A first segment that is no version stays.
pub(super) fn split_version(path: &str) -> (Option<Version>, &str) {
    let Some(rest) = path.strip_prefix("/v") else {
        return (None, path);
    };
    let (first, rest) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    Version::parse(first).map_or((None, path), |version| (Some(version), rest))
}

/// The clean form of a path that is not clean.
pub(super) fn unclean(path: &str) -> Option<String> {
    let mut clean: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    let mut text = format!("/{}", clean.join("/"));
    if path.ends_with('/') && text != "/" {
        text.push('/');
    }
    (text != path).then_some(text)
}

/// True for the calls that may take the socket.
pub(super) fn is_hijack(method: &Method, uri: &Uri) -> bool {
    let path = uri.path();
    let attach = path.ends_with("/attach") && path.contains("/containers/");
    let exec = path.ends_with("/start") && path.contains("/exec/");
    (*method == Method::POST && (attach || exec)) || (*method == Method::GET && path.ends_with("/attach/ws"))
}

/// The route of a method and a path without its version.
pub(super) fn find(method: &Method, path: &str) -> Option<Route> {
    if *method == Method::OPTIONS {
        return Some(Route::Options);
    }
    let verb = method.as_str();
    fixed(verb, path)
        .or_else(|| containers(verb, path))
        .or_else(|| execs(verb, path))
        .or_else(|| images(verb, path))
        .or_else(|| networks_and_volumes(verb, path))
        .or_else(|| plugins(verb, path))
        .or_else(|| swarm(verb, path))
}

fn fixed(verb: &str, path: &str) -> Option<Route> {
    Some(match (verb, path) {
        ("GET", "/_ping") => Route::Ping,
        ("GET", "/version") => Route::Version,
        ("GET", "/info") => Route::Info,
        ("GET", "/events") => Route::Events,
        ("GET", "/system/df") => not_implemented("SystemDiskUsage"),
        ("POST", "/auth") => Route::Auth,
        ("GET", "/containers/json") => Route::Containers,
        ("POST", "/containers/create") => Route::ContainerCreate,
        ("POST", "/containers/prune") => not_implemented("ContainersPrune"),
        ("POST", "/commit") => Route::Commit,
        ("GET", "/images/json") => Route::Images,
        ("GET", "/images/search") => not_implemented("SearchRegistryForImages"),
        ("GET", "/images/get") => not_implemented("ExportImage"),
        ("POST", "/images/load") => Route::ImageLoad,
        ("POST", "/images/create") => Route::Pull,
        ("POST", "/images/prune") => not_implemented("ImagesPrune"),
        ("GET", "/networks" | "/networks/") => Route::Networks,
        ("POST", "/networks/create") => Route::NetworkCreate,
        ("POST", "/networks/prune") => not_implemented("NetworksPrune"),
        ("GET", "/volumes") => Route::Volumes,
        ("POST", "/volumes/create") => Route::VolumeCreate,
        ("POST", "/volumes/prune") => not_implemented("VolumesPrune"),
        (_, _) => return None,
    })
}

fn containers(verb: &str, path: &str) -> Option<Route> {
    let rest = path.strip_prefix("/containers/")?;
    let named = |end: &str| named(rest, end);
    match verb {
        "HEAD" => named("/archive").map(Route::ArchiveGet),
        "GET" => None
            .or_else(|| named("/json").map(Route::Container))
            .or_else(|| named("/logs").map(Route::Logs))
            .or_else(|| named("/stats").map(Route::Stats))
            .or_else(|| named("/changes").map(Route::Changes))
            .or_else(|| named("/archive").map(Route::ArchiveGet))
            .or_else(|| named("/attach/ws").map(Route::AttachWebsocket))
            .or_else(|| named("/top").map(|_| not_implemented("ContainerTop")))
            .or_else(|| named("/export").map(|_| not_implemented("ContainerExport")))
            .or_else(|| named("/checkpoints").map(|_| not_implemented("checkpointing"))),
        "POST" => None
            .or_else(|| named("/start").map(Route::Start))
            .or_else(|| named("/stop").map(Route::Stop))
            .or_else(|| named("/restart").map(Route::Restart))
            .or_else(|| named("/kill").map(Route::Kill))
            .or_else(|| named("/wait").map(Route::Wait))
            .or_else(|| named("/rename").map(Route::Rename))
            .or_else(|| named("/resize").map(Route::Resize))
            .or_else(|| named("/attach").map(Route::Attach))
            .or_else(|| named("/exec").map(Route::ExecCreate))
            .or_else(|| named("/copy").map(|_| Route::Copy))
            .or_else(|| named("/update").map(|_| Route::Update))
            .or_else(|| named("/pause").map(|_| not_implemented("ContainerPause")))
            .or_else(|| named("/unpause").map(|_| not_implemented("ContainerUnpause")))
            .or_else(|| named("/checkpoints").map(|_| not_implemented("checkpointing"))),
        "PUT" => named("/archive").map(Route::ArchivePut),
        // Greedy, so that it also takes `X/checkpoints/Y`.
        "DELETE" => Some(Route::Remove(rest.to_owned())),
        _ => None,
    }
}

fn execs(verb: &str, path: &str) -> Option<Route> {
    let rest = path.strip_prefix("/exec/")?;
    match verb {
        "GET" => named(rest, "/json").map(Route::Exec),
        "POST" => named(rest, "/start").map(Route::ExecStart).or_else(|| named(rest, "/resize").map(Route::ExecResize)),
        _ => None,
    }
}

fn images(verb: &str, path: &str) -> Option<Route> {
    let rest = path.strip_prefix("/images/")?;
    match verb {
        "GET" => named(rest, "/json")
            .map(Route::Image)
            .or_else(|| named(rest, "/history").map(|_| not_implemented("ImageHistory")))
            .or_else(|| named(rest, "/get").map(|_| not_implemented("ExportImage"))),
        "POST" => named(rest, "/tag").map(Route::ImageTag).or_else(|| named(rest, "/push").map(|_| Route::ImagePush)),
        "DELETE" => Some(Route::ImageRemove(rest.to_owned())),
        _ => None,
    }
}

fn networks_and_volumes(verb: &str, path: &str) -> Option<Route> {
    if let Some(rest) = path.strip_prefix("/volumes/") {
        return match verb {
            "GET" => Some(Route::Volume(rest.to_owned())),
            "DELETE" => Some(Route::VolumeRemove(rest.to_owned())),
            _ => None,
        };
    }
    let rest = path.strip_prefix("/networks/")?;
    match verb {
        "GET" => Some(Route::Network(rest.to_owned())),
        "POST" => named(rest, "/connect")
            .map(Route::NetworkConnect)
            .or_else(|| named(rest, "/disconnect").map(Route::NetworkDisconnect)),
        "DELETE" => Some(Route::NetworkRemove(rest.to_owned())),
        _ => None,
    }
}

fn plugins(verb: &str, path: &str) -> Option<Route> {
    let refused = not_implemented("plugins");
    if let ("GET", "/plugins" | "/plugins/privileges") | ("POST", "/plugins/pull" | "/plugins/create") = (verb, path) {
        return Some(refused);
    }
    let rest = path.strip_prefix("/plugins/")?;
    match verb {
        "GET" => named(rest, "/json").map(|name| Route::Refused(Refusal::Plugin(name))),
        "POST" => named(rest, "/enable")
            .map(|_| Route::Refused(Refusal::PluginEnable))
            .or_else(|| ["/disable", "/push", "/set"].iter().find_map(|end| named(rest, end)).map(|_| refused)),
        "DELETE" => Some(refused),
        _ => None,
    }
}

/// The swarm calls of Docker 1.13.
fn swarm(verb: &str, path: &str) -> Option<Route> {
    let under = |folder: &str| path.strip_prefix(folder).is_some_and(|name| !name.is_empty());
    let known = match verb {
        "GET" => {
            matches!(path, "/swarm" | "/swarm/unlockkey" | "/services" | "/nodes" | "/tasks" | "/secrets")
                || ["/services/", "/nodes/", "/tasks/", "/secrets/"].iter().any(|folder| under(folder))
        }
        "POST" => {
            matches!(
                path,
                "/swarm/init"
                    | "/swarm/join"
                    | "/swarm/leave"
                    | "/swarm/update"
                    | "/swarm/unlock"
                    | "/services/create"
                    | "/secrets/create"
                    | "/secrets"
            ) || (path.ends_with("/update")
                && ["/services/", "/nodes/", "/secrets/"].iter().any(|folder| under(folder)))
        }
        "DELETE" => ["/services/", "/nodes/", "/secrets/"].iter().any(|folder| under(folder)),
        _ => false,
    };
    known.then_some(Route::Refused(Refusal::Swarm))
}

fn named(rest: &str, end: &str) -> Option<String> {
    rest.strip_suffix(end).map(str::to_owned)
}

fn not_implemented(what: &'static str) -> Route {
    Route::Refused(Refusal::NotImplemented(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_and_dots_are_a_version() {
        assert_eq!(split_version("/v1.25/_ping").1, "/_ping");
        assert_eq!(split_version("/vfoo/_ping").1, "/vfoo/_ping");
        assert_eq!(split_version("/volumes").1, "/volumes");
    }

    #[test]
    fn a_wrong_method_is_no_route() {
        assert_eq!(find(&Method::HEAD, "/_ping"), None);
        assert_eq!(find(&Method::POST, "/_ping"), None);
        assert_eq!(find(&Method::GET, "/containers/json/"), None);
    }

    #[test]
    fn names_are_greedy() {
        assert_eq!(find(&Method::GET, "/images/a/b:c/json"), Some(Route::Image("a/b:c".to_owned())));
        assert_eq!(
            find(&Method::DELETE, "/containers/x/checkpoints/c"),
            Some(Route::Remove("x/checkpoints/c".to_owned()))
        );
    }

    #[test]
    fn paths_are_cleaned_as_gorilla_does() {
        assert_eq!(unclean("//v1.25/_ping"), Some("/v1.25/_ping".to_owned()));
        assert_eq!(unclean("/a/../b/"), Some("/b/".to_owned()));
        assert_eq!(unclean("/containers/json/"), None);
        assert_eq!(unclean("/"), None);
    }
}
