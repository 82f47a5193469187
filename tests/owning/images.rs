//! Images: one's own, those that all share, and those that are not there.

use serde_json::json;

use crate::setup::{OWN, Setup, own_but_for_root};

#[test]
fn an_image_is_its_makers_and_those_of_nobody_are_shared() {
    let setup = Setup::new(&own_but_for_root());
    let (alice, bob) = setup.both();
    alice.create("web");
    let id = alice.send("POST", "/commit?container=web&repo=app&tag=1", "").is(201).json()["Id"]
        .as_str()
        .unwrap()
        .to_owned();
    let seen = alice.get("/images/app:1/json").is(200).json();
    // A container of this image is not its maker's, whoever runs it.
    assert_eq!(seen["Config"]["Labels"], json!({"own": "", "own.image": "alice"}));
    assert_eq!(alice.list("/images/json", "RepoTags"), ["app:1", "busybox:latest", "hello-world:latest"]);
    assert_eq!(bob.list("/images/json", "RepoTags"), ["busybox:latest", "hello-world:latest"]);
    for name in ["app:1", &id, &id[..20]] {
        let missing = |answer: crate::setup::Answer| assert!(answer.is(404).message().starts_with("No such image: "));
        missing(bob.get(&format!("/images/{name}/json")));
        missing(bob.get(&format!("/images/{name}/history")));
        missing(bob.get(&format!("/images/{name}/get")));
        missing(bob.get(&format!("/images/get?names={name}")));
        missing(bob.delete(&format!("/images/{name}?force=1")));
        missing(bob.send("POST", &format!("/images/{name}/tag?repo=mine"), ""));
        missing(bob.send("POST", &format!("/images/{name}/push"), ""));
        missing(bob.post("/containers/create", &json!({"Image": name})));
    }
    let root = setup.client("root");
    root.post("/containers/create?name=prod", &json!({"Image": "app:1", "Cmd": ["cat"]})).is(201);
    alice.get("/containers/prod/json").is(404);
    root.delete("/containers/prod").is(204);
    alice.send("DELETE", "/images/app:1", "").is(200);
}

#[test]
fn names_of_images_are_not_taken_from_others() {
    let setup = Setup::new(OWN);
    let (alice, bob) = setup.both();
    alice.create("web");
    bob.create("db");
    alice.send("POST", "/commit?container=web&repo=app", "").is(201);
    for (method, target) in [
        ("POST", "/commit?container=db&repo=app"),
        ("POST", "/commit?container=db&repo=busybox"),
        ("POST", "/images/busybox/tag?repo=app"),
        ("POST", "/images/hello-world/tag?repo=busybox&tag=latest"),
        ("POST", "/images/create?fromImage=app&tag=latest"),
        ("POST", "/images/create?fromImage=app"),
        ("POST", "/images/create?fromSrc=-&repo=app"),
        ("POST", "/build?t=mine&t=docker.io/library/app"),
    ] {
        let taken = bob.send(method, target, "").is(409).message();
        assert!(
            taken.starts_with("conflict: the name ") && taken.ends_with("is that of an image that is not yours"),
            "{taken}"
        );
    }
    let kept = bob.delete("/images/busybox").is(403).message();
    assert!(kept.contains("the image busybox:latest is nobody's own"), "{kept}");
    bob.send("POST", "/images/busybox/tag?repo=mine", "").is(201);
    alice.send("POST", "/commit?container=web&repo=app", "").is(201);
}

#[test]
fn a_change_to_an_image_cannot_say_whose_it_is() {
    let setup = Setup::new(OWN);
    let alice = setup.client("alice");
    alice.create("web");
    for change in ["LABEL own=bob", "label 'o'wn.image=bob", "LABEL a=b $X=bob", "LABEL o\\wn=bob", "ENV a=b \\"] {
        let change: String = change.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for call in ["/commit?container=web&repo=app", "/images/create?fromSrc=-&repo=app"] {
            let refused = alice.send("POST", &format!("{call}&changes={change}"), "").is(403).message();
            assert!(refused.contains("only the gateway sets it"), "{refused}");
        }
    }
    alice.send("POST", "/commit?container=web&repo=app&changes=LABEL%20a=b", "").is(201);
}

#[test]
fn images_can_be_left_to_the_rules() {
    let setup = Setup::new(&OWN.replace("\"own\"", "{ label = \"own\", images = \"shared\" }"));
    let (alice, bob) = setup.both();
    alice.create("web");
    alice.send("POST", "/commit?container=web&repo=app", "").is(201);
    let seen = bob.get("/images/app/json").is(200).json();
    assert_eq!(seen["Config"]["Labels"], json!({"own": ""}));
    assert_eq!(bob.list("/images/json", "RepoTags"), ["app:latest", "busybox:latest", "hello-world:latest"]);
    bob.post("/containers/create?name=db", &json!({"Image": "app", "Cmd": ["cat"]})).is(201);
    assert_eq!(bob.list("/containers/json?all=1", "Names"), ["db"]);
    bob.send("POST", "/images/busybox/tag?repo=app", "").is(201);
    bob.send("POST", "/images/load", "").is(200);
}

#[test]
fn an_archive_of_a_name_has_no_tag_of_others() {
    let setup = Setup::new(OWN);
    let (alice, bob) = setup.both();
    alice.create("web");
    bob.create("db");
    alice.send("POST", "/commit?container=web&repo=app&tag=1", "").is(201);
    bob.send("POST", "/commit?container=db&repo=app&tag=2", "").is(201);
    for saved in ["/images/app/get", "/images/get?names=app", "/images/get?names=busybox&names=app:1"] {
        assert!(bob.get(saved).is(404).message().starts_with("No such image: app:"));
    }
    // The stand-in cannot save, but it was asked.
    assert_ne!(bob.get("/images/app:2/get").status, 404);
    assert_ne!(bob.get("/images/busybox/get").status, 404);
}
