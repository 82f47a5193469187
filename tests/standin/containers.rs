//! Containers: their life, their lists, their logs.

use std::time::Duration;

use serde_json::{Value, json};
use vicgate::standin::Settings;

use super::host::Host;
use super::http::{frames, header, joined};

#[test]
fn start_and_stop_are_204_even_when_nothing_is_to_do() {
    let host = Host::start();
    host.run("c", "sleep 1000");
    let mut client = host.client();
    assert_eq!(client.call("POST", "/containers/c/start", "").status, 204);
    assert_eq!(client.call("POST", "/containers/c/stop?t=5", "").status, 204);
    assert_eq!(client.call("POST", "/containers/c/stop", "").status, 204);
    assert_eq!(host.wait("c"), 143);
    let kill = client.call("POST", "/containers/c/kill", "");
    assert_eq!(kill.status, 500);
    assert!(kill.message().starts_with("Cannot kill container c: "));
    assert!(kill.message().ends_with(" is not running"));
    assert_eq!(client.call("POST", "/containers/c/kill?signal=ZZ", "").message(), "Invalid signal: ZZ");
    assert_eq!(client.call("POST", "/containers/c/start", "").status, 204);
    assert_eq!(client.call("POST", "/containers/c/kill", "").status, 204);
    assert_eq!(host.wait("c"), 137);
}

#[test]
fn a_process_that_ignores_its_end_is_killed_after_the_grace() {
    let host = Host::start();
    host.run("c", "trap '' TERM; echo ready; while true; do sleep 100; done");
    host.until("the trap is set", |host| !host.call("GET", "/containers/c/logs?stdout=1", "").body.is_empty());
    assert_eq!(host.call("POST", "/containers/c/stop?t=0", "").status, 204);
    assert_eq!(host.wait("c"), 137);
}

#[test]
fn wait_fails_when_its_limit_has_passed() {
    let host = Host::with(Settings { wait_limit: Duration::from_millis(50), ..Settings::default() });
    let id = host.run("c", "sleep 1000");
    let answer = host.call("POST", "/containers/c/wait", "");
    assert_eq!(answer.status, 500);
    assert_eq!(
        answer.message(),
        format!("Server error from portlayer: ContainerWaitHandler({id}) Error: context deadline exceeded")
    );
}

#[test]
fn wait_on_a_removed_container_is_404() {
    let host = Host::start();
    host.create("c", r#"{"Image":"busybox","Cmd":["true"],"HostConfig":{}}"#);
    let mut waiter = host.client();
    waiter.send("POST /containers/c/wait HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    // The ping on the same stand-in goes through after the wait has begun: one thread serves both.
    assert_eq!(host.call("GET", "/_ping", "").status, 200);
    assert_eq!(host.call("DELETE", "/containers/c", "").status, 204);
    assert_eq!(waiter.answer(false).status, 404);
}

#[test]
fn a_command_that_is_not_there_fails_at_start() {
    let host = Host::start();
    let id = host.create("", r#"{"Image":"busybox","Cmd":["fakeCommand"],"HostConfig":{}}"#);
    let answer = host.call("POST", &format!("/containers/{id}/start"), "");
    assert_eq!(answer.status, 500);
    assert_eq!(answer.message(), "Server error from portlayer: fakeCommand: no such executable in PATH.");
    let body = r#"{"Image":"hello-world","Cmd":["sh"],"HostConfig":{}}"#;
    let id = host.create("", body);
    assert_eq!(host.call("POST", &format!("/containers/{id}/start"), "").status, 500);
}

#[test]
fn a_start_body_is_refused_from_1_24_on() {
    let host = Host::start();
    host.create("c", r#"{"Image":"busybox","Cmd":["true"],"HostConfig":{}}"#);
    let refused = host.call("POST", "/v1.24/containers/c/start", r#"{"Binds":[]}"#);
    assert_eq!(refused.status, 400);
    assert!(refused.message().starts_with("starting container with non-empty request body"));
    assert_eq!(host.call("POST", "/v1.23/containers/c/start", r#"{"Binds":[]}"#).status, 204);
}

#[test]
fn a_port_that_is_taken_fails_at_start() {
    let host = Host::start();
    let body = json!({
        "Image": "busybox", "Cmd": ["sleep", "1000"],
        "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "8083"}]}},
    })
    .to_string();
    host.create("a", &body);
    host.create("b", &body);
    assert_eq!(host.call("POST", "/containers/a/start", "").status, 204);
    let refused = host.call("POST", "/containers/b/start", "");
    assert_eq!(refused.message(), "Server error from portlayer: error mapping ports: port 8083 is not available");
    let listed = host.call("GET", "/containers/json", "").json();
    assert_eq!(listed[0]["Ports"][0]["PublicPort"], 8083);
}

#[test]
fn lists_are_filtered_and_hold_what_vic_puts_in_them() {
    let host = Host::start();
    host.run("up", "sleep 1000");
    host.run("down", "exit 3");
    host.wait("down");
    let list = |query: &str| -> Vec<Value> {
        let answer = host.call("GET", &format!("/v1.25/containers/json{query}"), "");
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json().as_array().unwrap().clone()
    };
    let names = |query: &str| -> Vec<String> {
        list(query).iter().map(|c| c["Names"][0].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(""), ["/up"]);
    assert_eq!(names("?all=1"), ["/down", "/up"]);
    assert_eq!(names("?filters={%22exited%22:[%223%22]}"), ["/down"]);
    assert_eq!(names("?filters={%22status%22:{%22running%22:true}}"), ["/up"]);
    assert_eq!(names("?all=1&filters={%22name%22:[%22ow%22]}"), ["/down"]);
    let entry = &list("")[0];
    assert_eq!(entry["ImageID"], "");
    assert_eq!(entry["NetworkSettings"], Value::Null);
    assert_eq!(entry["State"], "running");
    for (filter, message) in [
        ("{%22foo%22:[%22x%22]}", "Invalid filter 'foo'"),
        ("{%22ancestor%22:[%22x%22]}", "filter ancestor is not currently supported by vic"),
        ("{%22status%22:[%22zz%22]}", "Unrecognised filter value for status: zz"),
    ] {
        let answer = host.call("GET", &format!("/containers/json?filters={filter}"), "");
        assert_eq!((answer.status, answer.message().as_str()), (500, message));
    }
    let limit = host.call("GET", "/containers/json?limit=x", "");
    assert_eq!(limit.message(), "strconv.Atoi: parsing \"x\": invalid syntax");
}

#[test]
fn removing_needs_force_while_it_runs() {
    let host = Host::start();
    host.run("c", "sleep 1000");
    let refused = host.call("DELETE", "/containers/c", "");
    assert_eq!(refused.status, 409);
    assert!(refused.message().starts_with("You cannot remove a running container."));
    assert_eq!(host.call("DELETE", "/containers/c?force=1", "").status, 204);
    assert_eq!(host.call("GET", "/containers/c/json", "").status, 404);
    let swallowed = host.call("DELETE", "/containers/X/checkpoints/c", "");
    assert_eq!(swallowed.message(), "No such container: X/checkpoints/c");
}

#[test]
fn renaming_says_what_is_wrong_with_500() {
    let host = Host::start();
    host.run("a", "sleep 1000");
    host.run("b", "sleep 1000");
    for (name, status, message) in [
        ("", 500, "neither old nor new names may be empty"),
        ("x/y", 500, "invalid container name (x/y), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"),
        ("a", 500, "renaming a container with the same name as its current name"),
    ] {
        let answer = host.call("POST", &format!("/containers/a/rename?name={name}"), "");
        assert_eq!((answer.status, answer.message().as_str()), (status, message));
    }
    assert_eq!(host.call("POST", "/containers/a/rename?name=b", "").status, 409);
    assert_eq!(host.call("POST", "/containers/a/rename?name=c", "").status, 204);
    assert_eq!(host.call("GET", "/containers/c/json", "").status, 200);
}

#[test]
fn logs_come_as_stdout_without_a_type() {
    let host = Host::start();
    host.run("c", "echo one; echo two >&2; echo three");
    host.wait("c");
    let answer = host.call("GET", "/containers/c/logs?stderr=1", "");
    assert_eq!(answer.header("Content-Type"), None);
    let lines = frames(&answer.body);
    assert!(lines.iter().all(|(channel, _)| *channel == 1), "{lines:?}");
    assert_eq!(joined(&answer.body), "one\ntwo\nthree\n");
    let tail = host.call("GET", "/containers/c/logs?stdout=1&tail=1", "");
    assert_eq!(joined(&tail.body), "three\n");
    let stamped = host.call("GET", "/containers/c/logs?stdout=1&timestamps=1&tail=1", "");
    assert!(joined(&stamped.body).ends_with("Z three\n"));
    let later = host.call("GET", "/containers/c/logs?stdout=1&since=99999999999", "");
    assert_eq!(later.body, b"");
    let none = host.call("GET", "/containers/c/logs", "");
    assert_eq!((none.status, none.message().as_str()), (400, "Bad parameters: you must choose at least one stream"));
    assert_eq!(host.call("GET", "/containers/c/logs?stdout=1&tail=x", "").status, 500);
}

#[test]
fn logs_are_followed_to_the_end_of_the_container() {
    let host = Host::start();
    let body = json!({
        "Image": "busybox", "Cmd": ["cat"], "OpenStdin": true, "StdinOnce": true, "HostConfig": {},
    });
    host.create("c", &body.to_string());
    let mut typing = host.client();
    typing.send("POST /containers/c/attach?stdin=1&stdout=1&stream=1 HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\n\r\n");
    typing.head();
    host.call("POST", "/containers/c/start", "");
    let mut follower = host.client();
    follower.send("GET /containers/c/logs?stdout=1&follow=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(header(&follower.head(), "Transfer-Encoding"), Some("chunked"));
    typing.send("first\n");
    assert_eq!(joined(&follower.chunk().unwrap()), "first\n");
    typing.send("second\n");
    assert_eq!(joined(&follower.chunk().unwrap()), "second\n");
    typing.half_close();
    assert_eq!(follower.chunk(), None);
}

#[test]
fn stats_of_a_stopped_container_are_zero() {
    let host = Host::with(Settings { stats_interval: Duration::from_millis(5), ..Settings::default() });
    host.run("c", "sleep 1000");
    let one = host.call("GET", "/containers/c/stats?stream=0", "");
    assert_eq!(one.header("Content-Type"), Some("application/json"));
    assert_ne!(one.json()["memory_stats"]["usage"], 0);
    let mut client = host.client();
    client.send("GET /containers/c/stats HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(header(&client.head(), "Content-Type"), None);
    for _ in 0..3 {
        let sample: Value = serde_json::from_slice(&client.chunk().unwrap()).unwrap();
        assert_eq!(sample["name"], "/c");
    }
    host.call("POST", "/containers/c/kill", "");
    let after = host.call("GET", "/containers/c/stats?stream=0", "").json();
    assert_eq!(after["memory_stats"]["usage"], 0);
    assert_eq!(host.call("GET", "/containers/nosuch/stats", "").status, 404);
}

#[test]
fn events_tell_a_life_in_its_order() {
    let host = Host::start();
    let body = json!({"Image": "busybox", "Cmd": ["sh", "-c", "exit 4"], "HostConfig": {"AutoRemove": true}});
    // No name that an id could begin with: the filter means ids, too, by their beginnings.
    let mut listener = host.client();
    listener.send(
        "GET /events?filters={\"container\":{\"life\":true}} HTTP/1.1\r\nHost: x\r\n\r\n".replace('"', "%22").as_str(),
    );
    assert_eq!(header(&listener.head(), "Content-Type"), Some("application/json"));
    host.create("life", &body.to_string());
    host.call("POST", "/containers/life/rename?name=other", "");
    host.call("POST", "/containers/other/rename?name=life", "");
    host.call("POST", "/containers/life/start", "");
    let mut seen = Vec::new();
    let mut code = Value::Null;
    while seen.last().is_none_or(|action| action != "destroy") {
        let event: Value = serde_json::from_slice(&listener.chunk().unwrap()).unwrap();
        seen.push(event["Action"].as_str().unwrap().to_owned());
        if event["Action"] == "die" {
            code = event["Actor"]["Attributes"]["exitCode"].clone();
        }
    }
    // The first rename is told under the new name, which the filter does not know.
    assert_eq!(seen, ["create", "Rename", "start", "die", "destroy"]);
    assert_eq!(code, "4");
}

#[test]
fn the_past_of_events_ends_at_until() {
    let host = Host::start();
    let began = Host::now() - 1;
    host.run("c", "true");
    host.wait("c");
    host.until("the end has been told", |host| {
        let until = Host::now() + 1;
        let answer = host.call("GET", &format!("/events?since={began}&until={until}"), "");
        answer.text().lines().count() == 3
    });
    let refused = host.call("GET", "/events?since=20&until=10", "");
    assert_eq!(refused.status, 400);
    assert_eq!(refused.message(), "`since` time (20) cannot be after `until` time (10)");
}
