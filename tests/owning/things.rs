//! What somebody creates, and what the lists show of it.

use serde_json::{Value, json};

use crate::setup::{OWN, Setup, engine_up_to, own_but_for_root, standin};

#[test]
fn a_container_is_labelled_and_on_the_list_of_its_owner_only() {
    let setup = Setup::new(&own_but_for_root());
    let (alice, bob) = setup.both();
    let id = alice.create("web");
    bob.create("db");
    let all = "/containers/json?all=1";
    assert_eq!((alice.list(all, "Names"), bob.list(all, "Names")), (vec!["web".into()], vec!["db".into()]));
    assert_eq!(alice.get(&format!("/containers/{id}/json")).is(200).json()["Config"]["Labels"]["own"], "alice");
    assert_eq!(setup.client("root").list(all, "Names"), ["db", "web"]);
    // Filters narrow what is there, and never widen it.
    let with = |filters: &Value| format!("{all}&filters={}", filters.to_string().replace('"', "%22"));
    assert_eq!(alice.list(&with(&json!({"label": ["own"]})), "Names"), ["web"]);
    assert!(alice.list(&with(&json!({"label": ["own=bob"]})), "Names").is_empty());
    assert!(alice.list(&with(&json!({"name": {"db": true}})), "Names").is_empty());
    let gone = alice.get(&with(&json!({"since": ["db"]}))).is(404);
    assert_eq!(gone.message(), "No such container: db");
}

#[test]
fn nobody_labels_what_is_theirs_as_anothers() {
    let setup = Setup::new(OWN);
    let (alice, bob) = setup.both();
    let body = json!({"Image": "busybox", "Cmd": ["cat"], "Labels": {"own": "bob", "a": "b"}});
    let made = alice.post("/containers/create?name=gift", &body).is(201).json();
    let labels = alice.get(&format!("/containers/{}/json", made["Id"].as_str().unwrap())).is(200).json();
    assert_eq!(labels["Config"]["Labels"], json!({"own": "alice", "a": "b"}));
    bob.get("/containers/gift/json").is(404);
    for (target, named) in [("/volumes/create", "/volumes/gift"), ("/networks/create", "/networks/gift")] {
        alice.post(target, &json!({"Name": "gift", "Labels": {"own": "bob"}})).is(201);
        bob.get(named).is(404);
        assert_eq!(alice.get(named).is(200).json()["Labels"]["own"], "alice");
    }
}

#[test]
fn volumes_are_their_owners_however_they_came_to_be() {
    let setup = Setup::new(OWN);
    let (alice, bob) = setup.both();
    alice.post("/volumes/create", &json!({"Name": "data", "Labels": {"a": "b"}})).is(201);
    // A volume that is made in passing is labelled, too.
    alice.create_with("one", &json!({"Binds": ["logs:/logs", "data:/data:ro"]})).is(201);
    let inline =
        json!([{"Type": "volume", "Source": "deep", "Target": "/deep", "VolumeOptions": {"Labels": {"x": "y"}}}]);
    alice.create_with("two", &json!({"Mounts": inline})).is(201);
    assert_eq!(alice.list("/volumes", "Name"), ["data", "deep", "logs"]);
    assert_eq!(alice.get("/volumes/deep").is(200).json()["Labels"], json!({"x": "y", "own": "alice"}));
    assert!(bob.list("/volumes", "Name").is_empty());
    for call in [bob.get("/volumes/data"), bob.delete("/volumes/data"), bob.delete("/volumes/nothing")] {
        assert!(call.is(404).message().ends_with(": no such volume"));
    }
    bob.delete("/volumes/data?force=1").is(204);
    for host in [
        json!({"Binds": ["data:/x"]}),
        json!({"Binds": ["other:/y", "data:/x:ro"]}),
        json!({"Mounts": [{"Type": "volume", "Source": "logs", "Target": "/x"}]}),
    ] {
        assert!(bob.create_with("thief", &host).is(400).message().ends_with(": no such volume"));
    }
    let taken = bob.post("/volumes/create", &json!({"Name": "data"})).is(409).message();
    assert!(taken.contains("volume name must be unique"), "{taken}");
    assert!(bob.list("/volumes", "Name").is_empty(), "a create that was refused has left a volume behind");
    alice.get("/volumes/data").is(200);
}

#[test]
fn a_create_that_fails_leaves_no_volume_behind() {
    let setup = Setup::new(OWN);
    let (alice, bob) = setup.both();
    bob.create("taken");
    alice.create_with("taken", &json!({"Binds": ["fresh:/x"]})).is(409);
    let body = json!({"Image": "nowhere", "HostConfig": {"Binds": ["fresh:/x"]}});
    let missing = alice.post("/containers/create", &body).is(404).message();
    assert_eq!(missing, "No such image: nowhere:latest");
    assert!(alice.list("/volumes", "Name").is_empty());
}

#[test]
fn networks_are_their_owners_and_the_bridge_is_everybodys() {
    let setup = Setup::new(OWN);
    let (alice, bob) = setup.both();
    alice.post("/networks/create", &json!({"Name": "back"})).is(201);
    assert_eq!(alice.list("/networks", "Name"), ["back"]);
    assert!(bob.list("/networks", "Name").is_empty());
    for call in [bob.get("/networks/back"), bob.delete("/networks/back")] {
        assert_eq!(call.is(404).message(), "network back not found");
    }
    let into = |name: &str| json!({"NetworkMode": name});
    assert_eq!(bob.create_with("spy", &into("back")).is(400).message(), "network back not found");
    let body = json!({"Image": "busybox", "NetworkingConfig": {"EndpointsConfig": {"back": {}}}});
    bob.post("/containers/create", &body).is(400);
    let web = alice.create_with("web", &into("back")).is(201).json()["Id"].as_str().unwrap().to_owned();
    alice.post("/containers/web/start", &json!({})).is(204);
    assert!(alice.get("/networks/back").is(200).json()["Containers"][&web].is_object());
    // What all share tells each only of their own.
    let db = bob.create_with("db", &into("bridge")).is(201).json()["Id"].as_str().unwrap().to_owned();
    bob.post("/containers/db/start", &json!({})).is(204);
    let containers = |who: &crate::setup::Client| who.get("/networks/bridge").is(200).json()["Containers"].clone();
    assert!(containers(&bob)[&db].is_object() && containers(&alice)[&db].is_null());
    alice.post("/networks/bridge/connect", &json!({"Container": "web"})).is(200);
    assert_eq!(
        alice.post("/networks/bridge/connect", &json!({"Container": "db"})).is(404).message(),
        "No such container: db"
    );
    let kept = alice.delete("/networks/bridge").is(403).message();
    assert!(kept.contains("the network bridge is nobody's own") && kept.contains("[team: owner]"), "{kept}");
}

#[test]
fn what_has_no_owner_at_all_is_closed_with_a_reason() {
    let setup = Setup::new(OWN);
    let alice = setup.client("alice");
    for (method, target, reason) in [
        ("POST", "/images/load", "an archive puts names on images unseen"),
        ("GET", "/services", "the things of a swarm have no owners"),
        ("POST", "/plugins/x/disable", "a plugin is part of the host"),
    ] {
        let refused = alice.send(method, target, "").is(403).message();
        assert!(refused.contains(reason) && refused.contains("[team: owner]"), "{refused}");
    }
    let pruned = alice.send("POST", "/build/prune", "").is(200).json();
    assert_eq!(pruned, json!({"CachesDeleted": null, "SpaceReclaimed": 0}));
    alice.get("/info").is(200);
}

#[test]
fn networks_that_are_joined_behind_a_create_are_judged_with_it() {
    // A backend of this version knows one network for a create; the gateway joins the others.
    let setup = Setup::in_front_of(&engine_up_to(41), OWN);
    let (alice, bob) = setup.both();
    for name in ["front", "back"] {
        alice.post("/networks/create", &json!({"Name": name})).is(201);
    }
    bob.post("/networks/create", &json!({"Name": "bobs"})).is(201);
    let create = |name: &str, second: &str| {
        let networks = json!({"EndpointsConfig": {"front": {}, second: {}}});
        let body = json!({"Image": "busybox", "HostConfig": {"NetworkMode": "front"}, "NetworkingConfig": networks});
        alice.post(&format!("/containers/create?name={name}"), &body)
    };
    create("both", "back").is(201);
    assert_eq!(create("spy", "bobs").is(400).message(), "network bobs not found");
    assert_eq!(create("spy", "a/../../containers/x").is(400).message(), "network a/../../containers/x not found");
    assert_eq!(alice.list("/containers/json?all=1", "Names"), ["both"]);
    let networks = alice.get("/containers/both/json").is(200).json()["NetworkSettings"]["Networks"].clone();
    assert!(networks["front"].is_object() && networks["back"].is_object(), "{networks}");
}

#[test]
fn what_an_operator_labels_for_everybody_can_be_used_by_all_and_changed_by_none() {
    let setup = Setup::new(&own_but_for_root());
    let (alice, root) = (setup.client("alice"), setup.client("root"));
    for path in ["/networks/create", "/volumes/create"] {
        root.post(path, &json!({"Name": "common", "Labels": {"own": "*"}})).is(201);
        root.post(path, &json!({"Name": "hidden"})).is(201);
    }
    alice.create_with("web", &json!({"NetworkMode": "common", "Binds": ["common:/data"]})).is(201);
    alice.create_with("spy", &json!({"NetworkMode": "hidden"})).is(400);
    alice.create_with("spy", &json!({"Binds": ["hidden:/data"]})).is(400);
    for path in ["/networks", "/volumes"] {
        alice.get(&format!("{path}/common")).is(200);
        alice.get(&format!("{path}/hidden")).is(404);
        let kept = alice.delete(&format!("{path}/common")).is(403).message();
        assert!(kept.contains("common is nobody's own"), "{kept}");
        assert!(alice.list(path, "Name").is_empty());
    }
}

#[test]
fn a_vic_appliance_keeps_its_users_apart_too() {
    let setup = Setup::with_profile(&standin(vicgate::standin::Settings::default()), OWN, "vic-1.5");
    let (alice, bob) = setup.both();
    alice.post("/networks/create", &json!({"Name": "back"})).is(201);
    let web = alice.create_with("web", &json!({"NetworkMode": "back", "Binds": ["data:/data"]})).is(201).json();
    let web = web["Id"].as_str().unwrap();
    bob.post("/volumes/create", &json!({"Name": "logs"})).is(201);
    assert_eq!(alice.list("/containers/json?all=1", "Names"), ["web"]);
    assert_eq!(alice.list("/volumes", "Name"), ["data"]);
    assert_eq!(alice.list("/networks", "Name"), ["back"]);
    assert_eq!((bob.list("/containers/json?all=1", "Names"), bob.list("/networks", "Name")), (vec![], vec![]));
    for name in ["web", web, &web[..12]] {
        bob.get(&format!("/containers/{name}/json")).is(404);
        bob.delete(&format!("/containers/{name}?force=1")).is(404);
    }
    bob.create_with("spy", &json!({"NetworkMode": "back"})).is(400);
    bob.create_with("spy", &json!({"NetworkMode": "bridge", "Binds": ["data:/x"]})).is(400);
    // The gateway makes up for a create of a volume that is there, but not of one that is another's.
    alice.post("/volumes/create", &json!({"Name": "logs"}));
    assert_eq!(alice.list("/volumes", "Name"), ["data"]);
    let answer = alice.post("/volumes/create", &json!({"Name": "logs"}));
    assert!(answer.status >= 400 && !answer.body.contains("Mountpoint"), "{answer:?}");
    alice.send("POST", "/containers/web/start", "").is(204);
    alice.send("POST", "/containers/web/stop?t=0", "").is(204);
    alice.delete("/containers/web").is(204);
}
