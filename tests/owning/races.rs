//! What is checked is what the operation names, and what is open is judged again.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use serde_json::json;

use crate::setup::{OWN, Setup, own_but_for_root};

const WEB: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const NET: &str = "2222222222222222222222222222222222222222222222222222222222222222";
const IMAGE: &str = "sha256:3333333333333333333333333333333333333333333333333333333333333333";

const MOVED: &str = "4444444444444444444444444444444444444444444444444444444444444444";
const OTHER_IMAGE: &str = "sha256:5555555555555555555555555555555555555555555555555555555555555555";

/// A backend that has one of each, all of them Alice's, and tells what it is asked: method, target and body.
fn recorder() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("tcp://{}", listener.local_addr().unwrap());
    let (send, asked) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, send) = (stream.unwrap(), send.clone());
            std::thread::spawn(move || {
                while let Some((head, body)) = read_call(&mut stream) {
                    let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
                    let answer = answer(&line);
                    if !line.contains("/version") {
                        let _ = send.send(format!("{line} {body}").trim_end().to_owned());
                    }
                    let length = answer.len();
                    let status = if line.contains("/create") { "201 Created" } else { "200 OK" };
                    let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{answer}");
                }
            });
        }
    });
    (url, asked)
}

fn read_call(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    Some((head, String::from_utf8(body).unwrap()))
}

fn answer(line: &str) -> String {
    let path = line.split(' ').nth(1).unwrap().split('?').next().unwrap();
    let labels = json!({"own": "alice", "own.image": "alice"});
    let found = if line.contains("name=moved") {
        json!({"Id": MOVED})
    } else if path.ends_with(&format!("/containers/{MOVED}/json")) {
        json!({"Id": MOVED, "Name": "/moved", "Image": OTHER_IMAGE, "Config": {"Labels": labels}})
    } else if path.contains(OTHER_IMAGE) {
        json!({"Id": OTHER_IMAGE, "Config": {"Labels": {"own.image": "bob"}}})
    } else if path.contains("/containers/") && path.ends_with("/json") {
        json!({"Id": WEB, "Name": "/web", "Config": {"Labels": labels}})
    } else if path.contains("/networks/") {
        json!({"Id": NET, "Name": "net", "Labels": labels, "Containers": {}})
    } else if path.contains("/images/") {
        json!({"Id": IMAGE, "Config": {"Labels": labels}})
    } else if path.contains("/exec/") {
        json!({"ID": "e1", "ContainerID": WEB})
    } else {
        json!({"Name": "data", "Labels": labels, "Id": WEB})
    };
    found.to_string()
}

#[test]
fn the_operation_names_what_was_checked_by_its_full_id() {
    let (url, asked) = recorder();
    let setup = Setup::in_front_of(&url, OWN);
    let alice = setup.client("alice");
    let sent = |method: &str, target: &str, body: &str| {
        alice.send(method, target, body).is(200);
        asked.try_iter().last().unwrap()
    };
    for name in ["web", "1111"] {
        assert_eq!(
            sent("POST", &format!("/containers/{name}/kill?signal=9"), ""),
            format!("POST /v1.44/containers/{WEB}/kill?signal=9")
        );
        assert_eq!(
            sent("DELETE", &format!("/containers/{name}/checkpoints/web"), ""),
            format!("DELETE /v1.44/containers/{WEB}/checkpoints/web")
        );
        assert_eq!(
            sent("GET", &format!("/containers/{name}/logs?stdout=1"), ""),
            format!("GET /v1.44/containers/{WEB}/logs?stdout=1")
        );
        let committed = sent("POST", &format!("/commit?container={name}"), "");
        assert!(committed.starts_with(&format!("POST /v1.44/commit?container={WEB} {{\"Labels\":")), "{committed}");
    }
    let connected = sent("POST", "/networks/net/connect", r#"{"Container":"web"}"#);
    assert_eq!(connected, format!("POST /v1.44/networks/{NET}/connect {{\"Container\":\"{WEB}\"}}"));
    assert_eq!(sent("GET", "/images/app/json", ""), format!("GET /v1.44/images/{IMAGE}/json"));
    let body = json!({
        "Image": "app",
        "HostConfig": {
            "NetworkMode": "net", "PidMode": "container:web", "VolumesFrom": ["web:ro", "1111"],
            "Links": ["web", "/1111:db"], "Binds": ["data:/data"],
        },
        "NetworkingConfig": {"EndpointsConfig": {"net": {"Links": ["web:db"]}}},
    });
    alice.send("POST", "/containers/create", &body.to_string()).is(201);
    let made = asked.try_iter().find(|line| line.contains("/containers/create ")).unwrap();
    let made: serde_json::Value =
        serde_json::from_str(made.strip_prefix("POST /v1.44/containers/create ").unwrap()).unwrap();
    let expected = json!({
        "Image": "app",
        "Labels": {"own": "alice"},
        "HostConfig": {
            "NetworkMode": NET, "PidMode": format!("container:{WEB}"), "VolumesFrom": [format!("{WEB}:ro"), WEB],
            "Links": [format!("{WEB}:web"), format!("{WEB}:db")], "Binds": ["data:/data"],
        },
        "NetworkingConfig": {"EndpointsConfig": {NET: {"Links": ["web:db"]}}},
    });
    assert_eq!(made, expected);
}

#[test]
fn sweeps_and_lists_are_sent_with_the_owners_label() {
    let (url, asked) = recorder();
    let setup = Setup::in_front_of(&url, OWN);
    let alice = setup.client("alice");
    let sent = |method: &str, target: &str| {
        alice.send(method, target, "");
        let sent = asked.try_iter().last().unwrap();
        sent.replace("%7B", "{")
            .replace("%7D", "}")
            .replace("%22", "\"")
            .replace("%3A", ":")
            .replace("%3D", "=")
            .replace("%2C", ",")
    };
    let own = r#"{"label":{"own=alice":true}}"#;
    assert_eq!(sent("GET", "/containers/json?all=1"), format!("GET /v1.44/containers/json?all=1&filters={own}"));
    assert_eq!(sent("GET", "/volumes"), format!("GET /v1.44/volumes?filters={own}"));
    assert_eq!(sent("POST", "/containers/prune"), format!("POST /v1.44/containers/prune?filters={own}"));
    assert_eq!(sent("POST", "/networks/prune"), format!("POST /v1.44/networks/prune?filters={own}"));
    assert_eq!(sent("POST", "/volumes/prune"), format!("POST /v1.44/volumes/prune?filters={own}"));
    let given = "POST /v1.44/images/prune?filters={\"dangling\":{\"false\":true},\"label\":{\"own.image=alice\":true}}";
    assert_eq!(sent("POST", "/images/prune?filters=%7B%22dangling%22:%5B%22false%22%5D%7D"), given);
}

#[test]
fn who_is_not_about_ownership_asks_nothing() {
    let (url, asked) = recorder();
    let setup = Setup::in_front_of(&url, &own_but_for_root());
    let root = setup.client("root");
    for (method, target) in [("POST", "/containers/web/kill"), ("GET", "/containers/json"), ("GET", "/images/json")] {
        root.send(method, target, "");
        assert_eq!(asked.try_iter().collect::<Vec<_>>(), [format!("{method} /v1.44{target}")]);
    }
}

#[test]
fn an_open_stream_goes_on_with_its_owner_and_is_cut_for_others() {
    let setup = Setup::new(&own_but_for_root());
    let alice = setup.client("alice");
    alice.create("web");
    alice.post("/containers/web/start", &json!({})).is(204);
    let attach = |who: &str| {
        let upgrade = "Connection: Upgrade\r\nUpgrade: tcp\r\n";
        let (stream, head) =
            setup.client(who).open("POST", "/containers/web/attach?stream=1&stdin=1&stdout=1", "", upgrade);
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        stream
    };
    let (mut own, mut roots) = (attach("alice"), attach("root"));
    let mut echo = |text: &[u8]| {
        own.write_all(text).unwrap();
        let mut back = vec![0; text.len() + 8];
        own.read_exact(&mut back).unwrap();
        assert_eq!(&back[8..], text);
    };
    echo(b"before\n");
    // The admin has only its own from here on, and this is not.
    setup.reload(OWN);
    let mut rest = Vec::new();
    roots.read_to_end(&mut rest).unwrap_err();
    let line = setup.gateway.wait_for_log("is cut");
    assert!(line.contains("root has only its own by now"), "{line}");
    echo(b"behind\n");
}

#[test]
fn a_container_that_came_to_be_of_anothers_image_does_not_stay() {
    let (url, asked) = recorder();
    let setup = Setup::in_front_of(&url, OWN);
    let alice = setup.client("alice");
    let gone = alice.post("/containers/create?name=moved", &json!({"Image": "app"})).is(404).message();
    assert_eq!(gone, "No such image: app:latest");
    assert_eq!(asked.try_iter().last().unwrap(), format!("DELETE /v1.44/containers/{MOVED}?force=1&v=1"));
}
