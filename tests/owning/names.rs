//! Rules about names, for calls that name by id.

use serde_json::json;

use crate::setup::{Setup, standin};

const NAMES: &str = "name = \"team\"\n[[identity]]\ncommon_name = \"alice\"\nrole = \"ci\"\n[[identity]]\ncommon_name = \"bob\"\nrole = \"all\"\n\
                     [[allow]]\nname = \"make\"\nrole = \"ci\"\nendpoints = [\"ContainerCreate\"]\nnames = [\"ci-*\"]\nnamespaces = [\"network:container:ci-*\"]\n\
                     [[allow]]\nname = \"ci\"\nrole = \"ci\"\ngroups = [\"read\", \"lifecycle\", \"exec\"]\nexcept = [\"ContainerCreate\"]\ncontainers = [\"ci-*\"]\n\
                     [[allow]]\nname = \"all\"\nrole = \"all\"\ngroups = [\"all\"]\nunrestricted = true\n";

#[test]
fn a_rule_about_names_decides_ids_and_their_beginnings() {
    let setup = Setup::new(NAMES);
    let (alice, bob) = setup.both();
    let own = alice.create("ci-1");
    let prod = bob.create("prod");
    for id in [own.as_str(), &own[..12], "ci-1"] {
        alice.get(&format!("/containers/{id}/json")).is(200);
    }
    // As `docker run` goes on behind its create.
    alice.send("POST", &format!("/containers/{own}/start"), "").is(204);
    for id in [prod.as_str(), &prod[..12], "prod"] {
        let refused = alice.send("POST", &format!("/containers/{id}/start"), "").is(403).message();
        assert!(refused.contains("the rule allows other containers") && !refused.contains("prod,"), "{refused}");
    }
    assert_eq!(alice.delete("/containers/0123abcd").is(404).message(), "No such container: 0123abcd");
    let join = |id: &str| alice.create_with("ci-2", &json!({"NetworkMode": format!("container:{id}")}));
    let refused = join(&prod).is(403).message();
    assert!(refused.contains("HostConfig.NetworkMode"), "{refused}");
    // Whatever the stand-in makes of it: the rule allows it.
    assert_ne!(join(&own).status, 403);
}

#[test]
fn a_rule_about_links_decides_ids_in_a_create_that_is_bridged_however_long_it_is() {
    let policy = NAMES.replace("namespaces = [\"network:container:ci-*\"]", "links = [\"ci-*\"]");
    let setup = Setup::with_profile(&standin(vicgate::standin::Settings::default()), &policy, "vic-1.5");
    let (alice, bob) = setup.both();
    let (own, prod) = (alice.create("ci-1"), bob.create("prod"));
    for length in [1, 100_000] {
        let link = |name: &str, to: &str| {
            let env = format!("A={}", "x".repeat(length));
            let body = json!({"Image": "busybox", "Env": [env], "HostConfig": {"Links": [format!("{to}:other")]}});
            alice.post(&format!("/containers/create?name={name}-{length}"), &body)
        };
        let refused = link("ci-2", &prod).is(403).message();
        assert!(refused.contains("HostConfig.Links[0]"), "{refused}");
        assert!(link("ci-3", "prod").is(403).message().contains("HostConfig.Links[0]"));
        link("ci-4", &own).is(201);
        link("ci-5", "ci-1").is(201);
    }
}

#[test]
fn an_exec_is_decided_by_the_name_of_its_container() {
    let setup = Setup::new(NAMES);
    let (alice, bob) = setup.both();
    let exec = |who: &crate::setup::Client, name: &str| {
        who.create(name);
        who.send("POST", &format!("/containers/{name}/start"), "").is(204);
        let made = who.post(&format!("/containers/{name}/exec"), &json!({"Cmd": ["true"]})).is(201).json();
        made["Id"].as_str().unwrap().to_owned()
    };
    let (own, prod) = (exec(&alice, "ci-1"), exec(&bob, "prod"));
    alice.get(&format!("/exec/{own}/json")).is(200);
    alice.get(&format!("/exec/{prod}/json")).is(403);
    alice.post(&format!("/exec/{prod}/start"), &json!({})).is(403);
}
