//! Images, networks, volumes, files.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::host::Host;

#[test]
fn image_ids_have_their_prefix_in_inspect_alone() {
    let host = Host::start();
    let images = host.call("GET", "/images/json", "").json();
    let tags: Vec<&str> = images.as_array().unwrap().iter().map(|i| i["RepoTags"][0].as_str().unwrap()).collect();
    assert_eq!(tags, ["busybox:latest", "hello-world:latest"]);
    let id = images[0]["Id"].as_str().unwrap();
    assert!(!id.contains(':'));
    assert_eq!(images[0]["ParentId"], "scratch");
    let shown = host.call("GET", "/images/busybox/json", "").json();
    assert_eq!(shown["Id"], format!("sha256:{id}"));
    assert_eq!(host.call("GET", &format!("/images/{}/json", &id[..12]), "").status, 200);
    assert_eq!(host.call("GET", "/images/nosuch/json", "").message(), "No such image: nosuch:latest");
    let dangling = host.call("GET", "/images/json?filters={%22dangling%22:[%22true%22]}", "");
    assert_eq!(
        (dangling.status, dangling.message().as_str()),
        (500, "filter dangling is not currently supported by vic")
    );
}

#[test]
fn images_are_tagged_removed_and_pulled() {
    let host = Host::start();
    assert_eq!(host.call("POST", "/images/busybox/tag?repo=mine&tag=1", "").status, 201);
    let bad = host.call("POST", "/images/busybox/tag?repo=MINE", "");
    assert_eq!(
        (bad.status, bad.message().as_str()),
        (500, "invalid reference format: repository name must be lowercase")
    );
    let by_id = host.call("DELETE", "/images/796832", "");
    assert_eq!(by_id.status, 409);
    assert_eq!(host.call("DELETE", "/images/mine:1", "").json(), json!([{"Untagged": "mine:1"}]));
    host.create("user", r#"{"Image":"busybox","Cmd":["true"],"HostConfig":{}}"#);
    let used = host.call("DELETE", "/images/busybox", "");
    assert_eq!(used.status, 500);
    assert!(used.message().starts_with("Failed to remove image \"busybox\""));
    host.call("DELETE", "/containers/user", "");
    assert_eq!(host.call("DELETE", "/images/busybox", "").status, 200);
    let pulled = host.call("POST", "/images/create?fromImage=busybox&tag=latest", "");
    assert!(pulled.text().contains("Downloaded newer image for library/busybox:latest"), "{}", pulled.text());
    let denied = host.call("POST", "/images/create?fromImage=nosuch&tag=latest", "");
    assert_eq!(denied.status, 500);
    assert!(denied.message().starts_with("pull access denied for nosuch"));
    let tag = host.call("POST", "/images/create?fromImage=busybox&tag=fake", "");
    assert_eq!((tag.status, tag.message().as_str()), (404, "Tag fake not found in repository library/busybox"));
    assert_eq!(host.call("POST", "/images/x/push", "").message(), "Bad parameters and missing X-Registry-Auth: EOF");
}

#[test]
fn only_a_stopped_container_is_committed() {
    let host = Host::start();
    host.run("c", "echo kept > /file; sleep 1000");
    host.until("the file is there", |host| host.call("GET", "/containers/c/archive?path=/file", "").status == 200);
    let running = host.call("POST", "/commit?container=c&repo=mine", "{}");
    assert_eq!(running.status, 409);
    assert!(running.message().starts_with("Conflict error from portlayer: vSphere Integrated Containers"));
    host.call("POST", "/containers/c/kill", "");
    let id = host.call("POST", "/commit?container=c&repo=mine&tag=2", "{}").json()["Id"].clone();
    assert_eq!(host.call("GET", "/images/mine:2/json", "").json()["Id"], id);
    host.create("d", r#"{"Image":"mine:2","Cmd":["cat","/file"],"HostConfig":{}}"#);
    assert_eq!(host.call("GET", "/containers/d/archive?path=/file", "").status, 200);
}

#[test]
fn volumes_are_made_once_and_need_a_driver() {
    let host = Host::start();
    assert_eq!(host.call("GET", "/volumes", "").json()["Volumes"], Value::Null);
    let create = |body: Value| host.call("POST", "/volumes/create", &body.to_string());
    assert_eq!(create(json!({"Name": "v1"})).message(), "error looking up volume plugin : plugin not found");
    assert_eq!(create(json!({"Name": "v1", "Driver": "local"})).status, 201);
    let again = create(json!({"Name": "v1", "Driver": "local"}));
    assert_eq!(again.status, 500);
    assert_eq!(again.message(), "A volume named v1 already exists. Choose a different volume name.");
    assert_eq!(create(json!({"Driver": "nfs"})).message(), "error looking up volume plugin nfs: plugin not found");
    assert_eq!(
        create(json!({"Driver": "local", "DriverOpts": {"VolumeStore": "nope"}})).message(),
        "No volume store named (nope) exists"
    );
    assert_eq!(host.call("GET", "/volumes/nope", "").message(), "No such volume: nope");
    host.create("c", r#"{"Image":"busybox","HostConfig":{"Binds":["v1:/data","auto:/auto"]}}"#);
    assert_eq!(host.call("DELETE", "/volumes/v1", "").status, 409);
    assert_eq!(host.call("GET", "/volumes/auto", "").json()["Driver"], "vsphere");
    assert_eq!(host.call("DELETE", "/containers/c", "").status, 204);
    assert_eq!(host.call("DELETE", "/volumes/v1", "").status, 204);
    assert_eq!(host.call("DELETE", "/volumes/v1", "").message(), "Get v1: no such volume");
}

#[test]
fn a_volume_keeps_its_files_from_one_container_to_the_next() {
    let host = Host::start();
    let run = |script: &str| {
        let body = json!({"Image": "busybox", "Cmd": ["sh", "-c", script], "HostConfig": {"Binds": ["v:/data"]}});
        let id = host.create("", &body.to_string());
        host.call("POST", &format!("/containers/{id}/start"), "");
        host.wait(&id)
    };
    assert_eq!(run("mkdir -p /data/a && echo kept > /data/a/file"), 0);
    assert_eq!(run("[ \"$(cat /data/a/file)\" = kept ]"), 0);
}

#[test]
fn networks_have_what_vic_gives_them() {
    let host = Host::start();
    let bridge = host.call("GET", "/networks/bridge", "").json();
    assert_eq!((&bridge["Scope"], &bridge["IPAM"]["Driver"]), (&json!(""), &json!("")));
    let create = |body: Value| host.call("POST", "/networks/create", &body.to_string());
    assert_eq!(create(json!({"Name": "n", "Driver": "bridge"})).status, 201);
    let again = create(json!({"Name": "n"}));
    assert_eq!((again.status, again.message().as_str()), (409, "vicnetwork n already exists"));
    assert_eq!(create(json!({"Name": "o", "Driver": "overlay"})).message(), "scope type not supported");
    assert_eq!(create(json!({"Name": "e", "Driver": "external"})).message(), "cannot create external networks");
    host.create("c", r#"{"Image":"busybox","Cmd":["sleep","1000"],"HostConfig":{"NetworkMode":"n"}}"#);
    assert_eq!(host.call("POST", "/networks/bridge/connect", r#"{"Container":"c"}"#).status, 200);
    assert_eq!(host.call("POST", "/networks/n/connect", r#"{"Container":"x"}"#).message(), "container not found");
    assert_eq!(host.call("POST", "/networks/x/connect", r#"{"Container":"c"}"#).message(), "scope x not found");
    host.call("POST", "/containers/c/start", "");
    let shown = host.call("GET", "/containers/c/json", "").json();
    let address = shown["NetworkSettings"]["Networks"]["n"]["IPAddress"].as_str().unwrap();
    assert!(address.starts_with("172."), "{address}");
    let busy = host.call("DELETE", "/networks/n", "");
    assert_eq!((busy.status, busy.message().as_str()), (500, "n has active endpoints"));
    host.call("DELETE", "/containers/c?force=1", "");
    assert_eq!(host.call("DELETE", "/networks/n", "").status, 204);
    assert_eq!(host.call("DELETE", "/networks/bridge", "").message(), "cannot remove builtin scope");
    assert_eq!(host.call("GET", "/networks/n", "").message(), "network n not found");
}

#[test]
fn files_are_looked_at_and_fetched() {
    let host = Host::start();
    host.create("c", r#"{"Image":"busybox","HostConfig":{}}"#);
    let head = host.call("HEAD", "/containers/c/archive?path=/etc/passwd", "");
    let stat = STANDARD.decode(head.header("X-Docker-Container-Path-Stat").unwrap()).unwrap();
    let stat: Value = serde_json::from_slice(&stat).unwrap();
    assert_eq!((&stat["name"], &stat["mode"]), (&json!("passwd"), &json!(0o644)));
    let got = host.call("GET", "/containers/c/archive?path=/etc", "");
    assert_eq!(got.header("Content-Type"), Some("application/x-tar"));
    let mut archive = tar::Archive::new(got.body.as_slice());
    let names: Vec<String> =
        archive.entries().unwrap().map(|e| e.unwrap().path().unwrap().display().to_string()).collect();
    assert_eq!(names, ["etc/", "etc/group", "etc/hostname", "etc/hosts", "etc/passwd"]);
    let empty = host.call("GET", "/containers/c/archive", "");
    assert_eq!((empty.status, empty.message().as_str()), (400, "bad parameter: 'path' cannot be empty"));
    let missing = host.call("GET", "/containers/c/archive?path=/nosuch", "");
    assert_eq!((missing.status, missing.message().as_str()), (404, "No such file or directory for container: c"));
    let garbage = "x".repeat(2048);
    let refused = host.call("PUT", "/containers/c/archive?path=/tmp", &garbage);
    assert_eq!((refused.status, refused.message().as_str()), (409, "Stream format not recognized"));
    assert_eq!(host.call("PUT", "/containers/c/archive?path=/tmp", "short").status, 500);
}

#[test]
fn a_login_is_answered_and_a_wrong_one_is_401() {
    let host = Host::start();
    let right = host.call("POST", "/auth", r#"{"username":"u","password":"p"}"#);
    assert_eq!(right.json(), json!({"Status": "Login Succeeded", "IdentityToken": ""}));
    let wrong = host.call("POST", "/auth", r#"{"username":"u","password":"wrong","serveraddress":"reg"}"#);
    assert_eq!(wrong.status, 401);
    assert_eq!(wrong.message(), "Get https://reg/v2/: unauthorized: incorrect username or password");
    assert_eq!(host.call("POST", "/auth", "").status, 500);
}
