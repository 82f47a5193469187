//! What a call leaves out and gets all the same: a user, a network, a name.

use super::collect::{Collector, Here};
use super::command;
use super::{Kind, User, Value};
use crate::docker::endpoint::Endpoint;
use crate::docker::schema::{Body, Path};

/// Adds what the daemon adds, behind everything that the call says.
pub(super) fn read<'b>(c: &mut Collector<'b>, body: Option<&'b Body<'b>>) {
    let json = body.map(Body::json);
    let get = |name: &str| json.and_then(|json| json.get(name));
    let root = Path::ROOT;
    c.flag = None;
    let service = matches!(c.endpoint, Endpoint::ServiceCreate | Endpoint::ServiceUpdate);
    if matches!(c.endpoint, Endpoint::ContainerCreate | Endpoint::ImageCommit) {
        let path =
            if get("Entrypoint").is_some_and(|words| words.strings().next().is_some()) { "Entrypoint" } else { "Cmd" };
        let at = root.name(path);
        let here = get(path).map_or(Here::unseen(&at), |json| Here::json(&at, json));
        command::command(c, get("Entrypoint"), get("Cmd"), here);
    } else if service {
        let task = root.name("TaskTemplate");
        let spec = get("TaskTemplate").and_then(|task| task.get("ContainerSpec"));
        let word = |name: &str| spec.and_then(|spec| spec.get(name));
        command::command(c, word("Command"), word("Args"), Here::unseen(&task.name("ContainerSpec")));
    }
    let makes_process = service || matches!(c.endpoint, Endpoint::ContainerCreate | Endpoint::ContainerExec);
    if makes_process && !c.has(Kind::User) {
        c.flag = Some("-u, --user");
        c.open(Kind::User, Here::unseen(&root.name("User")), || Value::User(User::Unset));
    }
    if c.endpoint == Endpoint::ContainerCreate {
        if !c.has(Kind::Network) {
            c.flag = Some("--network");
            let host = root.name("HostConfig");
            c.open_text(Kind::Network, Here::unseen(&host.name("NetworkMode")), "bridge");
        }
        if !c.has(Kind::Name) {
            c.flag = Some("--name");
            c.open_text(Kind::Name, Here::unseen(&root.name("name")), "");
        }
    }
    c.flag = None;
}
