//! Secrets that pass through the gateway are in none of its logs, audit logs, errors, metrics and reports.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use crate::process::{Gateway, UNKNOWN, ask, backend_with};

/// In every secret, as it is and in base64.
const SECRET: &str = "zz5ecretzz";
const BASE64: &str = "eno1ZWNyZXR6eg";

/// What an engine says of itself that is older than the calls, so that they are bridged.
const OLD: &str = "HTTP/1.1 200 OK\r\nContent-Length: 66\r\n\r\n{\"ApiVersion\":\"1.30\",\"MinAPIVersion\":\"1.12\",\"Os\":\"linux\",\"Arch\":\"a\"}";

const ACCESS: &str = r#"
name = "strict"
[[deny]]
name = "no tokens"
env = ["TOKEN*", "PASSWORD"]
build_args = ["TOKEN"]
[[deny]]
name = "no changes"
changes = ["ENV *"]
[[allow]]
name = "make"
groups = ["lifecycle", "exec", "images", "build"]
env = ["PATH"]
"#;

struct Call {
    method: &'static str,
    target: &'static str,
    headers: &'static str,
    body: &'static str,
}

/// Calls with a secret in each place that has one; well spelt, refused, and broken close to the secret.
const CALLS: &[Call] = &[
    call("POST", "/v1.41/containers/create", r#"{"Image":"a","Env":["TOKEN=zz5ecretzz","PASSWORD=zz5ecretzz"]}"#),
    call(
        "POST",
        "/v1.41/containers/create",
        r#"{"Image":"a","Env":["TOKEN=zz5ecretzz"],"HostConfig":{"Privileged":true,"CpuShares":7}}"#,
    ),
    call("POST", "/v1.41/containers/create", r#"{"Image":"a","Env":["TOKEN=zz5ecretzz"}"#),
    call("POST", "/v1.41/containers/create", r#"{"Image":"a","Env":["TOKEN=zz5ecretzz"#),
    call("POST", "/v1.41/containers/create", r#"{"Image":"a","Env":{"TOKEN":"zz5ecretzz"}}"#),
    call("POST", "/v1.41/containers/create", r#"{"Image":"a","env":[["TOKEN=zz5ecretzz"]]}"#),
    call("POST", "/v1.41/containers/create", r#"{"Image":"a","Env":["TOKEN=zz5ecretzz"],"ENV":["TOKEN=zz5ecretzz"]}"#),
    call(
        "POST",
        "/v1.41/containers/create",
        r#"{"Image":"a","Envs":["TOKEN=zz5ecretzz"],"Environment":"TOKEN=zz5ecretzz"}"#,
    ),
    call("POST", "/v1.41/containers/create", r#"[{"Image":"a","Env":["TOKEN=zz5ecretzz"]}]"#),
    call("POST", "/v1.41/containers/create", r#"{"Image":"a","HostConfig":[{"Env":["TOKEN=zz5ecretzz"]}]}"#),
    call("POST", "/v1.41/containers/create?Envs=zz5ecretzz&env=zz5ecretzz", r#"{"Image":"a"}"#),
    call("POST", "/v1.41/containers/create", "{\"Image\":\"a\",\"Env\":[\"TOKEN=zz5ecretzz\u{7}\"]}"),
    call("POST", "/v1.41/containers/c/exec", r#"{"Cmd":["true"],"Env":["TOKEN=zz5ecretzz"]}"#),
    call("POST", "/v1.41/containers/c/exec", r#"{"Cmd":["true"],"Privileged":true,"Env":"TOKEN=zz5ecretzz"}"#),
    call("POST", "/v1.41/commit?container=c&changes=ENV+TOKEN%3Dzz5ecretzz", r#"{"Env":["TOKEN=zz5ecretzz"]}"#),
    call(
        "POST",
        "/v1.41/services/create",
        r#"{"Name":"s","TaskTemplate":{"ContainerSpec":{"Image":"a","Env":["TOKEN=zz5ecretzz"]}}}"#,
    ),
    call(
        "POST",
        "/v1.41/services/create",
        r#"{"Name":"s","TaskTemplate":[{"ContainerSpec":{"Env":["TOKEN=zz5ecretzz"]}}]}"#,
    ),
    call("POST", "/v1.41/secrets/create", r#"{"Name":"s","Data":"eno1ZWNyZXR6eg=="}"#),
    call("POST", "/v1.41/secrets/create", r#"{"Name":"s","Data":["eno1ZWNyZXR6eg=="]}"#),
    call("POST", "/v1.41/configs/create", r#"{"Name":"s","Data":{"a":"eno1ZWNyZXR6eg=="}}"#),
    call("POST", "/v1.41/swarm/unlock", r#"{"UnlockKey":["zz5ecretzz"]}"#),
    call("POST", "/v1.41/swarm/join", r#"{"JoinToken":{"a":"zz5ecretzz"}}"#),
    call("POST", "/v1.41/plugins/p/set", r#"["TOKEN=zz5ecretzz"]"#),
    call("POST", "/v1.41/auth", r#"{"username":"me","password":"zz5ecretzz","serveraddress":"https://r.example"}"#),
    call("POST", "/v1.41/auth", r#"{"username":"me","Password":["zz5ecretzz"],"identitytoken":{"a":"zz5ecretzz"}}"#),
    call("POST", "/v1.41/build?buildargs=%7B%22TOKEN%22%3A%22zz5ecretzz%22%7D", ""),
    call("POST", "/v1.41/build?networkmode=host&buildargs=%7B%22TOKEN%22%3A%22zz5ecretzz%22%7D", ""),
    call("POST", "/v1.41/build?buildargs=%7B%22TOKEN%22%3A%22zz5ecretzz", ""),
    call("POST", "/v1.41/build?buildargs=%7B%22TOKEN%22%3A%5B%22zz5ecretzz%22%5D%7D", ""),
    call("POST", "/v1.41/build?buildargs=zz5ecretzz&buildargs=zz5ecretzz", ""),
    call("POST", "/v1.41/build?buildarg=zz5ecretzz&build_args=zz5ecretzz", ""),
    call("POST", "/v1.41/build?remote=https%3A%2F%2Fme%3Azz5ecretzz%40git.example%2Fx.git", ""),
    call("POST", "/v1.41/build?buildargs=zz5ecretzz%zz", ""),
    call("POST", "/v1.41/images/create?fromSrc=https%3A%2F%2Fme%3Azz5ecretzz%40files.example%2Fx.tar&repo=x", ""),
    with("POST", "/v1.41/images/create?fromImage=a&tag=1", "X-Registry-Auth: zz5ecretzz\r\n"),
    with("POST", "/v1.41/images/a/push?tag=1", "X-Registry-Auth: eno1ZWNyZXR6eg==\r\n"),
    with("POST", "/v1.41/images/a/push?tag=1", "X-Registry-Auth: zz5ecretzz\r\nX-Registry-Auth: zz5ecretzz\r\n"),
    with("POST", "/v1.41/build?t=x", "X-Registry-Config: zz5ecretzz\r\n"),
    with("GET", "/v1.41/containers/json", "Authorization: Basic zz5ecretzz\r\nCookie: a=zz5ecretzz\r\n"),
    with("GET", "/v1.41/nosuch?buildargs=zz5ecretzz", "Authorization: Bearer zz5ecretzz\r\n"),
    with(
        "POST",
        "/v1.41/images/create?fromImage=a",
        "Authorization: zz5ecretzz\r\nX-Registry-Auth: \x01zz5ecretzz\r\n",
    ),
    with("PATCH", "/v1.41/containers/json?buildargs=zz5ecretzz", "Authorization: zz5ecretzz\r\n"),
];

const fn call(method: &'static str, target: &'static str, body: &'static str) -> Call {
    Call { method, target, headers: "", body }
}

const fn with(method: &'static str, target: &'static str, headers: &'static str) -> Call {
    Call { method, target, headers, body: "" }
}

/// What the backend does with a call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Backend {
    Succeeds,
    /// Refuses and repeats what it got, as daemons do.
    Echoes,
    HangsUp,
    Babbles,
}

fn backend(itself: &'static str, does: Backend) -> String {
    backend_with(itself, move |head, stream| {
        let length = head
            .lines()
            .filter_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok())
            .next()
            .unwrap_or(0);
        let mut body = vec![0; length];
        let _ = stream.read_exact(&mut body);
        let answer = match does {
            Backend::Succeeds => {
                "HTTP/1.1 201 Created\r\nContent-Length: 22\r\n\r\n{\"Id\":\"1\",\"Warnings\":[]".to_owned()
            }
            Backend::Echoes => {
                let said =
                    format!("{{\"message\":{:?}}}", format!("invalid: {head} {}", String::from_utf8_lossy(&body)));
                format!(
                    "HTTP/1.1 500 Oh\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{said}",
                    said.len()
                )
            }
            Backend::HangsUp => String::new(),
            Backend::Babbles => "zz5ecretzz is not HTTP\r\n\r\n".to_owned(),
        };
        let _ = stream.write_all(answer.as_bytes());
    })
}

#[track_caller]
fn is_clean(text: &str, what: &str) {
    for secret in [SECRET, BASE64] {
        let line = text.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{what} holds a secret: {}", line.unwrap_or_default());
    }
}

/// Sends every call, and holds answers, metrics and the whole log to show no secret.
fn try_all(itself: &'static str, does: Backend, settings: &[&str], level: &str) {
    let url = backend(itself, does);
    let folder = tempfile::tempdir().unwrap();
    let audit = folder.path().join("audit.log");
    let trail = audit.to_str().unwrap();
    let serve =
        ["serve", "--listen", "tcp://127.0.0.1:0", "--admin", "127.0.0.1:0", "--audit", trail, "--backend", &url];
    let format = if level == "info" { "json" } else { "text" };
    let variables = [("RUST_LOG", level), ("VICGATE_LOG__ACCESS", "true")];
    let mut gateway = Gateway::start_as(&[&serve[..], settings, &["--log-format", format]].concat(), &variables, 2);
    let place = format!("{does:?} {settings:?} {level}");
    for call in CALLS {
        let Call { method, target, headers, body } = call;
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let length = body.len();
        let said = gateway.ask(&format!(
            "{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}{kind}Content-Length: {length}\r\n\r\n{body}"
        ));
        assert!(said.starts_with("HTTP/1.1 "), "{place}: {method} {target} {body}: {said:?}");
        // What the backend says is between it and the client.
        if does != Backend::Echoes {
            is_clean(&said, &format!("{place}: the answer to {method} {target} {body}"));
        }
    }
    let admin = gateway.said.iter().find_map(|line| line.split("http://").nth(1)).unwrap().trim_end_matches('/');
    let metrics = ask(admin, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(metrics.contains("vicgate_answers_total"), "{metrics}");
    is_clean(&metrics, &format!("{place}: /metrics"));
    let log = gateway.end();
    assert!(log.contains("/v1.41/containers/create"), "{place}: there is no access log in {log}");
    is_clean(&log, &format!("{place}: the log"));
    let trail = std::fs::read_to_string(&audit).unwrap();
    assert!(trail.contains("ContainerCreate"), "{place}: {trail:?}");
    is_clean(&trail, &format!("{place}: the audit log"));
}

#[test]
fn no_answer_log_line_or_metric_holds_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("strict.toml");
    std::fs::write(&file, ACCESS).unwrap();
    let strict = ["--profile", "engine", "--access", file.to_str().unwrap()];
    for level in ["trace", "debug", "info"] {
        try_all(UNKNOWN, Backend::Succeeds, &["--profile", "engine"], level);
        try_all(UNKNOWN, Backend::Succeeds, &["--profile", "vic"], level);
        try_all(UNKNOWN, Backend::Succeeds, &strict, level);
    }
    try_all(OLD, Backend::Succeeds, &strict, "trace");
    try_all(OLD, Backend::Succeeds, &["--profile", "engine"], "trace");
    for does in [Backend::Echoes, Backend::HangsUp, Backend::Babbles] {
        try_all(UNKNOWN, does, &["--profile", "engine"], "trace");
    }
}

#[test]
fn explain_shows_no_secret_unless_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("strict.toml");
    std::fs::write(&file, ACCESS).unwrap();
    let file = file.to_str().unwrap();
    let explain = |call: &Call, settings: &[&str]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_vicgate"))
            .arg("explain")
            .args(settings)
            .args([call.method, call.target])
            .args(if call.body.is_empty() { &[][..] } else { &["--body", "-"] })
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _ = child.stdin.take().unwrap().write_all(call.body.as_bytes());
        let output = child.wait_with_output().unwrap();
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    for call in CALLS.iter().filter(|call| call.method != "PATCH") {
        for settings in [
            &["--profile", "engine"][..],
            &["--profile", "vic", "--format", "json"],
            &["--profile", "engine", "--access", file],
        ] {
            let said = explain(call, settings);
            assert!(said.contains("verdict"), "{said}");
            is_clean(&said, &format!("explain {settings:?} {} {}", call.target, call.body));
        }
    }
    let said = explain(&CALLS[0], &["--profile", "vic", "--show-secrets"]);
    assert!(said.contains("\"TOKEN=zz5ecretzz\""), "{said}");
}

#[test]
fn a_refusal_names_the_variables_and_not_their_values() {
    let url = backend(UNKNOWN, Backend::Succeeds);
    let gateway = Gateway::start(&["--backend", &url, "--profile", "vic"]);
    let create = |body: &str| {
        let length = body.len();
        gateway.ask(&format!(
            "POST /v1.41/containers/create HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        ))
    };
    let said = create(r#"{"Image":"a","Env":{"TOKEN":"hunter2"}}"#);
    assert!(said.contains(r#"Env = {\"TOKEN\":\"…\"}\n"#), "{said}");
    let said = create(r#"[{"Image":"a","Env":["TOKEN=hunter2"]}]"#);
    assert!(said.contains(r#"[{\"Image\":\"a\",\"Env\":[\"TOKEN=…\"]}]"#), "{said}");
}
