//! Calls as known programs make them, replayed through their ready policies to a real engine, and
//! what each must not do.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::engine::{Cli, Engine, Gateway, Outcome, Session, disk_usage};

/// A gateway with a ready policy before the real engine, and raw calls to it.
pub(crate) struct Guarded {
    pub(crate) gateway: Gateway,
}

impl Guarded {
    pub(crate) fn by(policy: &str) -> Self {
        let engine = Engine::shared();
        Self { gateway: Gateway::start(&engine.url(), &["--profile", "engine", "--access", policy]) }
    }

    /// Sends a call, and gives status and body; of an answer that lasts, its head alone.
    fn send(&self, method: &str, target: &str, body: &str) -> (u16, String) {
        let mut stream = self.open(method, target, body);
        let mut read = Vec::new();
        let mut piece = [0; 4096];
        loop {
            let text = String::from_utf8_lossy(&read);
            let lasts =
                ["follow=1", "stream=1", "stream=true", "/events", "/attach"].iter().any(|word| target.contains(word));
            if lasts && text.contains("\r\n\r\n") {
                break;
            }
            match stream.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => read.extend_from_slice(&piece[..count]),
                Err(error) => panic!("{method} {target}: {error} behind {text:?}"),
            }
        }
        let text = String::from_utf8_lossy(&read).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{method} {target}: {text:?}"));
        (head[9..12].parse().unwrap(), unchunked(head, body))
    }

    fn open(&self, method: &str, target: &str, body: &str) -> TcpStream {
        let address = self.gateway.address("tcp://").strip_prefix("tcp://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let length = body.len();
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{kind}Content-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }

    /// Sends a call that the policy must allow, and gives what the engine answers.
    #[track_caller]
    fn may(&self, call: &str, body: &str) -> String {
        let (method, target) = call.split_once(' ').unwrap();
        let (status, said) = self.send(method, target, body);
        assert!(status < 400, "{call} {body}: {status} {said}");
        said
    }

    /// The same where the engine itself refuses: it is asked, and that is all.
    #[track_caller]
    fn may_ask(&self, call: &str) {
        let (method, target) = call.split_once(' ').unwrap();
        let (status, said) = self.send(method, target, "");
        let own = ["does not allow", "no rule allows"].iter().any(|words| said.contains(words));
        assert!(status != 403 && !own, "{call}: {status} {said}");
    }

    #[track_caller]
    fn json(&self, call: &str) -> Value {
        serde_json::from_str(&self.may(call, "")).unwrap()
    }

    /// Sends a call that the policy must refuse.
    #[track_caller]
    fn must_not(&self, call: &str, body: &str) {
        let (method, target) = call.split_once(' ').unwrap();
        let (status, said) = self.send(method, target, body);
        assert!(status == 403 && said.contains("does not allow"), "{call} {body}: {status} {said}");
    }

    /// Calls that nobody has to whom a look is all that is allowed.
    fn may_only_look(&self, id: &str) {
        for call in [
            "POST /v1.41/containers/create?name=no",
            "POST /v1.41/containers/ID/start",
            "POST /v1.41/containers/ID/stop",
            "POST /v1.41/containers/ID/kill",
            "POST /v1.41/containers/ID/restart",
            "POST /v1.41/containers/ID/pause",
            "POST /v1.41/containers/ID/rename?name=no",
            "POST /v1.41/containers/ID/update",
            "DELETE /v1.41/containers/ID?force=1",
            "POST /v1.41/containers/ID/exec",
            "POST /v1.41/containers/ID/attach?stream=1&stdin=1",
            "GET /v1.41/containers/ID/attach/ws?stream=1&stdin=1",
            "GET /v1.41/containers/ID/archive?path=/",
            "PUT /v1.41/containers/ID/archive?path=/",
            "GET /v1.41/containers/ID/export",
            "POST /v1.41/containers/prune",
            "POST /v1.41/images/create?fromImage=busybox&tag=1",
            "POST /v1.41/images/load",
            "GET /v1.41/images/busybox/get",
            "DELETE /v1.41/images/busybox",
            "POST /v1.41/images/busybox/push",
            "POST /v1.41/images/busybox/tag?repo=x",
            "POST /v1.41/build",
            "POST /v1.41/commit?container=ID",
            "POST /session",
            "POST /grpc",
            "POST /v1.41/networks/create",
            "DELETE /v1.41/networks/bridge",
            "POST /v1.41/networks/bridge/connect",
            "POST /v1.41/volumes/create",
            "DELETE /v1.41/volumes/x",
            "POST /v1.41/volumes/prune",
            "POST /v1.41/swarm/init",
            "POST /v1.41/swarm/leave",
            "GET /v1.41/swarm/unlockkey",
            "POST /v1.41/services/create",
            "GET /v1.41/secrets",
            "POST /v1.41/secrets/create",
            "GET /v1.41/configs",
            "POST /v1.41/plugins/x/enable",
            "POST /v1.41/auth",
        ] {
            let body = if call.contains("create?name") { r#"{"Image":"busybox"}"# } else { "" };
            self.must_not(&call.replace("ID", id), body);
        }
    }
}

fn unchunked(head: &str, body: &str) -> String {
    if !head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        return body.to_owned();
    }
    let (mut rest, mut all) = (body, String::new());
    while let Some((size, tail)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        if size == 0 || tail.len() < size {
            break;
        }
        all.push_str(&tail[..size]);
        rest = tail[size..].strip_prefix("\r\n").unwrap_or_default();
    }
    all
}

/// Runs a script on the engine itself.
pub(crate) fn directly(script: &str) -> Outcome {
    let done = Session::new(Cli::oldest(), &Engine::shared().url()).run(script);
    assert!(done.codes.iter().all(|code| *code == 0), "{done:#?}");
    done
}

/// A container to look at, with a variable, and its id; removed at the end.
struct Web(&'static str, String);

impl Web {
    fn start(name: &'static str) -> Self {
        let run = format!(
            "docker run --detach --name {name} --env TOKEN=hunter2 --label traefik.enable=true --label team=web busybox sleep 1000"
        );
        Self(name, directly(&run).stdout.trim().to_owned())
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        Session::new(Cli::oldest(), &Engine::shared().url()).run(&format!("docker rm --force --volumes {}", self.0));
    }
}

#[test]
fn traefik_finds_containers_and_hears_of_new_ones() {
    let web = Web::start("replay-traefik");
    let guarded = Guarded::by("traefik");
    guarded.may("HEAD /_ping", "");
    guarded.may("GET /_ping", "");
    assert!(guarded.json("GET /v1.24/version")["ApiVersion"].is_string());
    let listed = guarded.json("GET /v1.24/containers/json?limit=0");
    let mine = listed.as_array().unwrap().iter().find(|container| container["Id"] == web.1.as_str()).unwrap();
    assert_eq!(mine["Labels"]["traefik.enable"], "true");
    let inspected = guarded.json(&format!("GET /v1.24/containers/{}/json", web.1));
    assert_eq!(inspected["Config"]["Labels"]["traefik.enable"], "true");
    assert!(inspected["NetworkSettings"]["Networks"].is_object() && inspected["HostConfig"]["NetworkMode"].is_string());
    assert!(!inspected.to_string().contains("hunter2") && inspected.to_string().contains("TOKEN=(redacted)"));
    // Events of containers, as they happen.
    let filter = "%7B%22type%22%3A%7B%22container%22%3Atrue%7D%7D";
    let mut events = guarded.open("GET", &format!("/v1.24/events?filters={filter}"), "");
    let mut heard = Vec::new();
    let mut piece = [0; 4096];
    let mut asked = false;
    while !String::from_utf8_lossy(&heard).contains("replay-traefik-renamed") {
        let count = events.read(&mut piece).unwrap();
        assert_ne!(count, 0, "{}", String::from_utf8_lossy(&heard));
        heard.extend_from_slice(&piece[..count]);
        if !asked {
            directly(&format!(
                "docker rename {} replay-traefik-renamed; docker rename {} replay-traefik",
                web.1, web.1
            ));
            asked = true;
        }
    }
    // The provider for swarms. This engine is in none, and says so itself.
    for call in [
        "GET /v1.24/services?filters=%7B%7D",
        "GET /v1.24/tasks?filters=%7B%22desired-state%22%3A%7B%22running%22%3Atrue%7D%7D",
        "GET /v1.24/nodes",
        "GET /v1.24/networks?filters=%7B%22scope%22%3A%7B%22swarm%22%3Atrue%7D%7D",
        "GET /v1.24/info",
    ] {
        guarded.may_ask(call);
    }
    guarded.may_only_look(&web.1);
    for call in [
        "GET /v1.24/containers/ID/logs?stdout=1",
        "GET /v1.24/images/json",
        "GET /v1.24/volumes",
        "GET /v1.24/system/df",
    ] {
        guarded.must_not(&call.replace("ID", &web.1), "");
    }
}

#[test]
fn dashboards_show_all_that_they_show_and_their_buttons_do_nothing() {
    let web = Web::start("replay-dashboard");
    let guarded = Guarded::by("dashboard");
    let calls = |calls: &[&str]| calls.iter().for_each(|call| drop(guarded.may(&call.replace("ID", &web.1), "")));
    // Dozzle
    calls(&[
        "HEAD /_ping",
        "GET /_ping",
        "GET /v1.41/info",
        "GET /v1.41/version",
        "GET /v1.41/containers/json?all=1",
        "GET /v1.41/containers/ID/json",
        "GET /v1.41/containers/ID/logs?follow=1&stdout=1&stderr=1&timestamps=1&since=1577836800.000000000&tail=300",
        "GET /v1.41/containers/ID/logs?stdout=1&stderr=1&timestamps=1&since=1577836800&until=4102444800",
        "GET /v1.41/containers/ID/stats?stream=1",
        "GET /v1.41/containers/ID/stats?stream=false&one-shot=true",
    ]);
    guarded.may("GET /v1.41/events?since=0&until=1", "");
    // Homepage
    calls(&["GET /containers/json?all=true", "GET /containers/ID/json", "GET /containers/ID/stats?stream=false"]);
    guarded.may_ask("GET /services/web");
    guarded.may_ask("GET /tasks?filters=%7B%22service%22%3A%5B%22web%22%5D%7D");
    // Portainer as a viewer
    calls(&[
        "GET /v1.41/images/json?all=0",
        "GET /v1.41/images/busybox/json",
        "GET /v1.41/images/busybox/history",
        "GET /v1.41/volumes",
        "GET /v1.41/volumes?filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D",
        "GET /v1.41/networks",
        "GET /v1.41/networks/bridge",
        "GET /v1.41/containers/ID/top",
        "GET /v1.41/containers/ID/changes",
        "GET /v1.41/containers/json?all=1&filters=%7B%22volume%22%3A%5B%22x%22%5D%7D",
    ]);
    let alone = disk_usage();
    guarded.may("GET /v1.41/system/df", "");
    drop(alone);
    for call in ["GET /v1.41/nodes", "GET /v1.41/swarm", "GET /v1.41/services", "GET /v1.41/tasks"] {
        guarded.may_ask(call);
    }
    let inspected = guarded.json(&format!("GET /v1.41/containers/{}/json", web.1));
    assert!(!inspected.to_string().contains("hunter2") && inspected["Config"]["Labels"]["team"] == "web");
    guarded.may_only_look(&web.1);
    guarded.must_not(&format!("GET /v1.41/containers/{}/top?ps_args=axe", web.1), "");
    guarded.must_not(&format!("GET /v1.41/containers/{}/logs?stdout=1&details=1", web.1), "");
}

#[test]
fn who_only_reads_gets_no_logs_either() {
    let web = Web::start("replay-reader");
    let guarded = Guarded::by("read-only");
    let inspected = guarded.json(&format!("GET /v1.41/containers/{}/json", web.1));
    assert!(inspected["Config"]["Env"].to_string().contains("hunter2"), "read-only shows all that there is");
    guarded.may_only_look(&web.1);
    guarded.must_not(&format!("GET /v1.41/containers/{}/logs?stdout=1", web.1), "");
    let looks = "docker ps --all; docker images; docker inspect replay-reader busybox bridge; docker info; docker version; \
                 docker system df; docker stats --no-stream replay-reader; docker top replay-reader; docker history busybox; \
                 docker volume ls; docker network ls; docker port replay-reader; docker events --since 0 --until 1";
    let _alone = disk_usage();
    for cli in Cli::all() {
        let seen = Session::new(cli, guarded.gateway.address("tcp://")).run(looks);
        assert!(seen.codes.len() == 13 && seen.codes.iter().all(|code| *code == 0), "{seen:#?}");
    }
}

#[test]
fn watchtower_makes_a_container_anew_with_all_that_it_had() {
    directly(
        "docker network create replay-front; docker run --detach --name replay-old --network replay-front --restart unless-stopped \
         --env TOKEN=hunter2 --volume replay-data:/data --volume /tmp:/host:ro --label keep=yes --stop-signal SIGKILL busybox sleep 1000",
    );
    let guarded = Guarded::by("watchtower");
    for call in ["HEAD /_ping", "GET /v1.41/version", "GET /v1.41/info"] {
        guarded.may(call, "");
    }
    let running = "%7B%22status%22%3A%7B%22created%22%3Atrue%2C%22exited%22%3Atrue%2C%22running%22%3Atrue%7D%7D";
    let listed = guarded.json(&format!("GET /v1.41/containers/json?filters={running}"));
    let has_name = |container: &&Value| container["Names"][0] == "/replay-old";
    let id = listed.as_array().unwrap().iter().find(has_name).unwrap()["Id"].as_str().unwrap().to_owned();
    let old = guarded.json(&format!("GET /v1.41/containers/{id}/json"));
    assert!(old["Config"]["Env"].to_string().contains("TOKEN=hunter2"), "what is made anew needs its variables");
    let image = old["Image"].as_str().unwrap();
    guarded.may(&format!("GET /v1.41/images/{image}/json"), "");
    // There is no registry here; the engine says so itself.
    guarded.may_ask("POST /v1.41/images/create?fromImage=127.0.0.1%3A1%2Fweb&tag=latest");
    guarded.may_ask("GET /v1.41/distribution/127.0.0.1:1/web:latest/json");
    guarded.may(&format!("POST /v1.41/containers/{id}/kill?signal=SIGKILL"), "");
    guarded.may(&format!("DELETE /v1.41/containers/{id}?force=1"), "");
    // What an inspect gives goes back as it is, as Watchtower does it.
    let mut create = old["Config"].clone();
    create["Image"] = "busybox:latest".into();
    create["HostConfig"] = old["HostConfig"].clone();
    let mut endpoint = old["NetworkSettings"]["Networks"]["replay-front"].clone();
    endpoint["Aliases"] = json!([]);
    create["NetworkingConfig"] = json!({ "EndpointsConfig": { "replay-front": endpoint.clone() } });
    let made = guarded.may("POST /v1.41/containers/create?name=replay-new", &create.to_string());
    let new: Value = serde_json::from_str(&made).unwrap();
    let new = new["Id"].as_str().unwrap();
    let network = endpoint["NetworkID"].as_str().unwrap();
    guarded.may(
        &format!("POST /v1.41/networks/{network}/disconnect"),
        &json!({"Container": new, "Force": true}).to_string(),
    );
    guarded.may(
        &format!("POST /v1.41/networks/{network}/connect"),
        &json!({"Container": new, "EndpointConfig": {}}).to_string(),
    );
    guarded.may(&format!("POST /v1.41/containers/{new}/start"), "");
    guarded.may(&format!("POST /v1.41/containers/{new}/rename?name=replay-old"), "");
    guarded.may_ask(&format!("DELETE /v1.41/images/{image}"));
    let now = guarded.json(&format!("GET /v1.41/containers/{new}/json"));
    for same in ["Env", "Labels"] {
        assert_eq!(now["Config"][same], old["Config"][same]);
    }
    assert_eq!(now["HostConfig"]["Binds"], old["HostConfig"]["Binds"]);
    assert_eq!(now["HostConfig"]["RestartPolicy"], old["HostConfig"]["RestartPolicy"]);
    for (call, body) in [
        ("POST /v1.41/containers/create", r#"{"Image":"busybox","HostConfig":{"Privileged":true}}"#),
        ("POST /v1.41/containers/create", r#"{"Image":"busybox","HostConfig":{"Binds":["/var/run/docker.sock:/s"]}}"#),
        (
            "POST /v1.41/containers/create",
            r#"{"Image":"busybox","HostConfig":{"Mounts":[{"Type":"bind","Source":"/run","Target":"/s"}]}}"#,
        ),
        ("POST /v1.41/containers/ID/exec", r#"{"Cmd":["id"]}"#),
        ("POST /v1.41/containers/ID/attach?stream=1&stdin=1", ""),
        ("GET /v1.41/containers/ID/archive?path=/", ""),
        ("GET /v1.41/containers/ID/export", ""),
        ("POST /v1.41/containers/ID/update", "{}"),
        ("POST /v1.41/build", ""),
        ("POST /v1.41/images/load", ""),
        ("POST /v1.41/images/busybox/push", ""),
        ("POST /v1.41/volumes/create", "{}"),
        ("POST /v1.41/networks/create", r#"{"Name":"x"}"#),
        ("POST /v1.41/containers/prune", ""),
        ("POST /v1.41/swarm/init", "{}"),
        ("GET /v1.41/plugins", ""),
    ] {
        guarded.must_not(&call.replace("ID", new), body);
    }
    directly("docker rm --force --volumes replay-old; docker network rm replay-front; docker volume rm replay-data");
}
