//! In the place of the popular socket proxy: the same variables, the same calls of those who use it.

use std::io::Write as _;

use crate::process::{Gateway, UNKNOWN, backend_with};

/// A gateway with the variables, as a compose file sets them.
fn proxy(variables: &[(&str, &str)]) -> Gateway {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    let url = backend_with(UNKNOWN, move |_, stream| drop(stream.write_all(answer)));
    let serve =
        ["serve", "--listen", "tcp://127.0.0.1:0", "--backend", &url, "--profile", "engine", "--access", "tecnativa"];
    Gateway::start_as(&serve, variables, 1)
}

/// Holds each call to be passed on or refused.
#[track_caller]
fn check(gateway: &Gateway, allowed: &[&str], refused: &[&str]) {
    // Spellings that slip through rules over raw paths are refused as such.
    let odd: &[&str] =
        &["GET /v1.44//secrets", "GET /v1.44/containers/../secrets", "GET /v1.44/%73ecrets", "GET /secrets/"];
    for (calls, status) in [(allowed, "200"), (refused, "403"), (odd, "400")] {
        for call in calls {
            let said =
                gateway.ask(&format!("{call} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
            assert_eq!(said.get(9..12), Some(status), "{call}: {said}");
        }
    }
}

#[test]
fn without_variables_it_is_as_closed_as_the_proxy() {
    check(
        &proxy(&[]),
        &["GET /_ping", "HEAD /_ping", "GET /version", "GET /v1.44/version", "GET /v1.44/events"],
        &[
            "GET /containers/json",
            "GET /info",
            "GET /images/json",
            "POST /containers/create",
            "GET /secrets",
            "POST /auth",
        ],
    );
}

#[test]
fn traefik_with_containers_and_networks_open() {
    check(
        &proxy(&[("CONTAINERS", "1"), ("NETWORKS", "1"), ("SERVICES", "1"), ("TASKS", "1")]),
        &[
            "GET /v1.24/containers/json?limit=0",
            "GET /v1.24/containers/web/json",
            "GET /v1.24/events?filters=%7B%7D",
            "GET /v1.24/networks",
            "GET /v1.24/services",
            "GET /v1.24/tasks",
            "GET /v1.24/version",
        ],
        &[
            "POST /v1.24/containers/web/start",
            "POST /v1.24/containers/create",
            "DELETE /v1.24/containers/web",
            "POST /v1.24/containers/web/exec",
            "POST /v1.24/networks/create",
            "GET /v1.24/images/json",
            "GET /v1.24/volumes",
            "GET /v1.24/containers/web/attach/ws?stdin=1",
            "GET /v1.24/secrets",
            "GET /v1.24/info",
        ],
    );
}

#[test]
fn watchtower_with_post_and_what_it_asked_for() {
    check(
        &proxy(&[("CONTAINERS", "1"), ("IMAGES", "1"), ("NETWORKS", "1"), ("POST", "1"), ("INFO", "true")]),
        &[
            "GET /v1.44/containers/json",
            "POST /v1.44/images/create?fromImage=web&tag=1",
            "POST /v1.44/containers/web/kill?signal=SIGTERM",
            "DELETE /v1.44/containers/web?force=1",
            "POST /v1.44/networks/front/connect",
            "GET /v1.44/info",
            "POST /v1.44/containers/web/rename?name=old",
            "DELETE /v1.44/images/web",
        ],
        &[
            "POST /v1.44/exec/0123/start",
            "POST /v1.44/build",
            "POST /v1.44/volumes/create",
            "POST /v1.44/swarm/init",
            "POST /v1.44/plugins/pull?remote=x",
            "POST /v1.44/secrets/create",
            "GET /v1.44/system/df",
            "POST /session",
            "POST /v1.44/commit",
        ],
    );
}

#[test]
fn one_button_needs_no_post() {
    check(
        &proxy(&[("CONTAINERS", "1"), ("ALLOW_START", "1"), ("ALLOW_RESTARTS", "1"), ("POST", "0")]),
        &[
            "POST /v1.44/containers/web/start",
            "POST /v1.44/containers/web/restart?t=1",
            "POST /v1.44/containers/web/stop",
            "POST /v1.44/containers/web/kill",
        ],
        &[
            "POST /v1.44/containers/web/pause",
            "POST /v1.44/containers/web/exec",
            "POST /v1.44/containers/create",
            "DELETE /v1.44/containers/web",
        ],
    );
}

#[test]
fn a_variable_that_says_neither_keeps_it_from_starting() {
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_vicgate"))
        .args(["serve", "--listen", "tcp://127.0.0.1:0", "--access", "tecnativa"])
        .env("CONTAINERS", "maybe")
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(64));
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(said.contains("CONTAINERS") && said.contains("\"maybe\" is neither 1 nor 0"), "{said}");
}
