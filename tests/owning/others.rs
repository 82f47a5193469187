//! Every operation on what is others' answers as if it were not there.

use std::io::Read;

use serde_json::json;
use vicgate::docker::endpoint::Endpoint;

use crate::setup::{OWN, Setup, own_but_for_root};

/// What is long is read beside the worker, records of TLS, too.
#[test]
fn a_long_create_is_judged_and_passed_on_as_a_short_one() {
    let setup = Setup::new(OWN);
    let (alice, bob) = setup.both();
    bob.create("db");
    let env: Vec<String> = (0..60_000).map(|number| format!("VARIABLE_{number}=a usual value")).collect();
    let create = |host: &serde_json::Value| json!({"Image": "busybox", "Env": env, "HostConfig": host});
    let of_bob = json!({"VolumesFrom": ["db"]});
    let refused = alice.post("/containers/create?name=web", &create(&of_bob));
    assert_eq!(refused.message(), "No such container: db");
    refused.is(alice.create_with("web", &of_bob).status);
    alice.post("/containers/create?name=web", &create(&json!({}))).is(201);
    let made = alice.get("/containers/web/json").is(200).json();
    assert!(made["Config"]["Env"].as_array().unwrap().contains(&json!(env.last())));
}

#[test]
fn every_operation_on_anothers_container_answers_as_if_it_were_not_there() {
    let setup = Setup::new(OWN);
    let (alice, bob) = setup.both();
    let id = alice.create("web");
    alice.post("/containers/web/start", &json!({})).is(204);
    let mut tried = 0;
    for endpoint in Endpoint::ALL {
        let row = endpoint.row();
        if !row.pattern.starts_with("/containers/{name}") || row.last < vicgate::docker::version::ApiVersion::new(44) {
            continue;
        }
        let query = match row.pattern.rsplit('/').next() {
            Some("archive") => "?path=/",
            Some("rename") => "?name=mine",
            _ => "",
        };
        let body = match row.pattern.rsplit('/').next() {
            Some("exec") => r#"{"Cmd":["true"]}"#,
            Some("update") => "{}",
            Some("checkpoints") if row.method.as_str() == "POST" => "{}",
            _ => "",
        };
        for name in ["web", &id, &id[..12], "nothing"] {
            let target = row.pattern.replace("{name}", name).replace("{checkpoint}", "c") + query;
            let answer = bob.send(row.method.as_str(), &target, body);
            assert_eq!(answer.status, 404, "{} {target}: {}", row.method.as_str(), answer.body);
            if *endpoint != Endpoint::ContainerArchiveInfo {
                assert_eq!(answer.message(), format!("No such container: {name}"));
            }
        }
        tried += 1;
    }
    assert!(tried > 20, "only {tried} operations were tried");
    assert_eq!(alice.get("/containers/web/json").is(200).json()["State"]["Running"], true);
}

#[test]
fn an_exec_is_its_containers_owners() {
    let setup = Setup::new(OWN);
    let (alice, bob) = setup.both();
    alice.create("web");
    alice.post("/containers/web/start", &json!({})).is(204);
    let exec = alice.post("/containers/web/exec", &json!({"Cmd": ["echo", "hi"], "AttachStdout": true})).is(201).json();
    let exec = exec["Id"].as_str().unwrap();
    for (method, target, body) in [
        ("GET", format!("/exec/{exec}/json"), ""),
        ("POST", format!("/exec/{exec}/resize?h=1&w=1"), ""),
        ("POST", format!("/exec/{exec}/start"), "{}"),
    ] {
        let gone = bob.send(method, &target, body).is(404).message();
        assert_eq!(gone, format!("No such exec instance: {exec}"));
    }
    let (mut output, head) = alice.open("POST", &format!("/exec/{exec}/start"), "{}", "");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let mut said = Vec::new();
    output.read_to_end(&mut said).unwrap();
    assert!(String::from_utf8_lossy(&said).contains("hi\n"), "{said:?}");
}

#[test]
fn a_body_reaches_nothing_that_is_anothers() {
    let setup = Setup::new(OWN);
    let (alice, bob) = setup.both();
    let id = alice.create("web");
    for name in ["web", &id, &id[..10]] {
        for host in [
            json!({"NetworkMode": format!("container:{name}")}),
            json!({"PidMode": format!("container:{name}")}),
            json!({"IpcMode": format!("container:{name}")}),
            json!({"VolumesFrom": [format!("{name}:ro")]}),
            json!({"Links": [format!("/{name}:alias")]}),
            json!({"Links": [name]}),
        ] {
            let answer = bob.create_with("mine", &host).is(400).message();
            assert_eq!(answer, format!("No such container: {name}"), "{host}");
        }
        let linked =
            json!({"Image": "busybox", "NetworkingConfig": {"EndpointsConfig": {"bridge": {"Links": [name]}}}});
        bob.post("/containers/create", &linked).is(400);
        bob.send("POST", &format!("/commit?container={name}&repo=stolen"), "").is(404);
    }
    bob.create("own");
    bob.send("POST", "/commit?container=own&repo=mine", "").is(201);
}

#[test]
fn events_are_those_of_ones_own() {
    let setup = Setup::new(&own_but_for_root());
    let (alice, bob) = setup.both();
    let (mut events, head) = alice.open("GET", "/events", "", "");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    bob.create("db");
    let id = alice.create("web");
    let mut said = String::new();
    while !said.contains(&id) {
        let mut piece = [0; 4096];
        let count = events.read(&mut piece).unwrap();
        assert_ne!(count, 0, "{said}");
        said.push_str(std::str::from_utf8(&piece[..count]).unwrap());
    }
    assert!(said.contains("\"create\"") && !said.contains("\"db\""), "{said}");
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let past = setup.client("root").get(&format!("/events?since=0&until={}", now + 1)).body;
    assert!(past.contains("\"db\"") && past.contains("\"web\""), "{past}");
}
