//! `explain`, `matrix` and `check`, run as a person runs them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Runs the program in an empty folder with a body on its standard input.
fn vicgate(args: &[&str], stdin: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), args, stdin)
}

fn run_in(folder: &Path, args: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vicgate"))
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

const REFUSED: &str = r#"{"Image":"busybox","hostconfig":{"Privileged":true,"CpuShares":512,"Binds":["/etc:/etc"]}}"#;

#[test]
fn a_refused_call_ends_with_3_and_names_everything_at_once() {
    let output = vicgate(&["explain", "POST", "/v1.23/containers/create", "--body", "-"], REFUSED);
    assert_eq!(code(&output), 3);
    let text = text(&output);
    for part in [
        "verdict: refused with 400",
        "HostConfig.Privileged = true (--privileged)",
        "HostConfig.CpuShares = 512 (-c, --cpu-shares)",
        "HostConfig.Binds[0] = \"/etc:/etc\" (-v, --volume)",
        "[vic: field HostConfig.Privileged]: no (vic.toml:",
        "[vic: field HostConfig.Binds]: diff named-volumes (vic.toml:",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn a_permitted_call_ends_with_0_and_shows_what_would_be_sent() {
    let body = r#"{ "image": "busybox", "HOSTCONFIG": {"AutoRemove": true} }"#;
    let output = vicgate(&["explain", "POST", "/v1.25/containers/create?name=a%20b", "--body", "-"], body);
    assert_eq!(code(&output), 0, "{}", text(&output));
    let text = text(&output);
    assert!(text.contains("target sent: /v1.25/containers/create?name=a%20b\n"), "{text}");
    assert!(text.ends_with("body sent:\n{\"Image\":\"busybox\",\"HostConfig\":{\"AutoRemove\":true}}\n"), "{text}");
}

#[test]
fn the_json_form_says_the_same() {
    let args = ["explain", "--format", "json", "POST", "/v1.23/containers/create", "--body", "-"];
    let report: Value = serde_json::from_str(&text(&vicgate(&args, REFUSED))).unwrap();
    assert_eq!(report["verdict"], "refused");
    assert_eq!(report["status"], 400);
    let refused = report["rules"].as_array().unwrap().iter().filter(|rule| rule["effect"] == "refused");
    assert_eq!(refused.count(), 3);

    let report: Value = serde_json::from_str(&text(&vicgate(&args, r#"{"image":"x"}"#))).unwrap();
    assert_eq!(report["verdict"], "permitted");
    assert_eq!(report["body"], serde_json::json!({ "Image": "x" }));
    assert_eq!(report["target"], "/v1.23/containers/create");
}

#[test]
fn a_body_may_stand_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.json"), REFUSED).unwrap();
    let args = ["explain", "POST", "/v1.23/containers/create", "--body", "f.json"];
    assert_eq!(code(&run_in(folder.path(), &args, "")), 3);
    let args = ["explain", "POST", "/v1.23/containers/create", "--body", "missing.json"];
    assert_eq!(code(&run_in(folder.path(), &args, "")), 2);
}

#[test]
fn a_call_that_no_daemon_knows_is_refused() {
    for (method, target, status) in
        [("GET", "/v1.25/nosuch", 404), ("PUT", "/info", 404), ("GET", "/v1.25/%63ontainers/json", 400)]
    {
        let output = vicgate(&["explain", method, target], "");
        assert_eq!(code(&output), 3, "{target}");
        assert!(text(&output).contains(&format!("refused with {status}")), "{}", text(&output));
    }
}

#[test]
fn an_engine_gets_the_body_as_it_comes() {
    let args = ["explain", "--profile", "engine", "POST", "/v1.41/containers/create", "--body", "-"];
    let output = vicgate(&args, REFUSED);
    assert_eq!(code(&output), 0);
    assert!(text(&output).ends_with("body sent: as it comes, unread\n"), "{}", text(&output));
}

#[test]
fn wrong_command_lines_end_with_2_and_wrong_policies_with_64() {
    assert_eq!(code(&vicgate(&["explain", "FETCH", "/info"], "")), 2);
    assert_eq!(code(&vicgate(&["explain", "GET"], "")), 2);
    let output = vicgate(&["explain", "--profile", "vik", "GET", "/info"], "");
    assert_eq!(code(&output), 64);
    assert!(errors(&output).contains("did you mean \"vic\""), "{}", errors(&output));
    assert_eq!(code(&vicgate(&["matrix", "--profile", "no/such.toml"], "")), 64);
}

#[test]
fn the_matrix_has_a_row_for_whatever_there_is_in_each_form() {
    for profile in ["vic", "vic-early", "vic-1.5", "engine"] {
        let args = |format| ["matrix", "--profile", profile, "--format", format];
        let value: Value = serde_json::from_str(&text(&vicgate(&args("json"), ""))).unwrap();
        assert_eq!(value["profile"], profile);
        let rows = value["rows"].as_array().unwrap();
        let find = |kind: &str, endpoint: &str, name: &str| {
            let found =
                rows.iter().find(|row| row["kind"] == kind && row["endpoint"] == endpoint && row["name"] == name);
            found.unwrap_or_else(|| panic!("{profile}: {kind} {endpoint} {name}"))["support"].clone()
        };
        assert_eq!(find("endpoint", "ContainerList", ""), "yes");
        assert_eq!(find("query", "ContainerKill", "signal"), "yes");
        let privileged = if profile == "engine" { "yes" } else { "no" };
        assert_eq!(find("field", "ContainerCreate", "HostConfig.Privileged"), privileged);
        let table = text(&vicgate(&args("table"), ""));
        assert_eq!(table.lines().count(), rows.len() + 2, "{profile}");
        let markdown = text(&vicgate(&args("markdown"), ""));
        assert_eq!(markdown.lines().filter(|line| line.starts_with("| ")).count(), rows.len() + 1, "{profile}");
    }
}

#[test]
fn check_tells_every_problem_of_settings_and_profile() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("vicgate.toml", "[backend]\nurl = \"tcp://127.0.0.1:1\"\n[policy]\nprofile = \"./own.toml\"\n");
    write("own.toml", "name = \"own\"\nextends = \"vic\"\n");
    let output = run_in(folder.path(), &["check"], "");
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert!(text(&output).contains("profile own"), "{}", text(&output));

    write("own.toml", "name = \"own\"\nextends = \"vic\"\n[[endpoint]]\nname = \"Nope\"\nsupport = \"yess\"\n");
    let output = run_in(folder.path(), &["check"], "");
    assert_eq!(code(&output), 64);
    let errors = errors(&output);
    let places: Vec<&str> = errors.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(places, ["./own.toml:4:8", "./own.toml:5:11"]);
}

/// A policy that knows people by every name that a certificate can have.
const TEAM: &str = r#"
name = "team"
[[identity]]
organisation = "Builders"
role = "builder"
[[identity]]
uid = 1000
gid = 999
role = "local"
[[identity]]
common_name = "alice"
address = "10.0.0.0/8"
role = "inside"
[[allow]]
name = "look"
role = "inside"
endpoints = ["SystemInfo"]
[[allow]]
name = "build"
roles = ["builder", "local"]
endpoints = ["SystemInfo"]
"#;

#[test]
fn a_call_is_explained_as_the_holder_of_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("team.toml"), TEAM).unwrap();
    assert_eq!(code(&run_in(folder.path(), &["certs", "init", "certs"], "")), 0);
    assert_eq!(code(&run_in(folder.path(), &["certs", "client", "certs", "bob", "--org", "Builders"], "")), 0);
    let explain = |who: &[&str]| {
        let all = [&["explain", "--profile", "engine", "--access", "./team.toml"], who, &["GET", "/info"]].concat();
        run_in(folder.path(), &all, "")
    };
    let output = explain(&["--as-cert", "certs/bob/cert.pem"]);
    assert_eq!(code(&output), 0, "{}", text(&output));
    let text = text(&output);
    assert!(text.contains("\nas CN=bob, O=Builders, sha256:"), "{text}");
    assert!(text.contains(", who has the roles builder\n") && text.contains("[team: build]"), "{text}");

    // The common name alone is not all that a certificate says.
    assert_eq!(code(&explain(&["--as", "bob"])), 3);
    assert_eq!(code(&explain(&["--as", "uid:1000,gid:999"])), 0);
    assert_eq!(code(&explain(&["--as", "uid:1000"])), 3);
    assert_eq!(code(&explain(&["--as", "alice"])), 3);
    assert_eq!(code(&explain(&["--as", "alice", "--from", "10.1.2.3"])), 0);
    assert_eq!(code(&explain(&["--from", "10.1.2.3"])), 3, "an address is no name");
}

#[test]
fn who_it_is_explained_for_must_be_clear() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("empty.pem"), "").unwrap();
    for (who, status, problem) in [
        (["--as-cert", "missing.pem"], 64, "missing.pem: cannot be read"),
        (["--as-cert", "empty.pem"], 64, "empty.pem: there is no certificate in it"),
        (["--as", "uid:alice"], 2, "neither uid:NUMBER nor uid:NUMBER,gid:NUMBER"),
        (["--from", "alice"], 2, "invalid IP address"),
    ] {
        let output = run_in(folder.path(), &[&["explain"], &who[..], &["GET", "/info"]].concat(), "");
        assert_eq!(code(&output), status, "{who:?}");
        assert!(errors(&output).contains(problem), "{}", errors(&output));
    }
    let both = run_in(folder.path(), &["explain", "--as", "a", "--as-cert", "empty.pem", "GET", "/info"], "");
    assert_eq!(code(&both), 2);
}

#[test]
fn start_and_check_tell_everything_that_is_wrong_with_every_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "vicgate.toml",
        "[[listen]]\nurl = \"tls://127.0.0.1:0\"\ncert = \"no-cert.pem\"\nkey = \"no-key.pem\"\n\
         client_ca = \"no-ca.pem\"\ncrls = [\"no-crl.pem\"]\n[backend]\nurl = \"tls://127.0.0.1:1\"\nca = \"no-vch.pem\"\n\
         [policy]\nprofile = \"./no-profile.toml\"\naccess = \"team.toml\"\n",
    );
    write(
        "team.toml",
        "name = \"team\"\n[[identity]]\ncommon_name = \"a*\"\nrole = \"x\"\n[[identity]]\ncommon_name = \"al*\"\n\
         role = \"y\"\n[[allow]]\nname = \"one\"\nrole = \"z\"\ngroups = [\"raed\"]\nimages = [\"/(/\"]\n\
         [[deny]]\nname = \"two\"\nendpoints = [\"ContainerCraete\"]\nimagse = [\"x\"]\n",
    );
    for command in ["check", "serve"] {
        let output = run_in(folder.path(), &[command], "");
        assert_eq!(code(&output), 64, "{}", errors(&output));
        let errors = errors(&output);
        for part in [
            "vicgate.toml:3:8: cannot listen on tls://127.0.0.1:0: no-cert.pem: cannot be read",
            "vicgate.toml:4:7: cannot listen on tls://127.0.0.1:0: no-key.pem: cannot be read",
            "vicgate.toml:6:9: cannot listen on tls://127.0.0.1:0: no-crl.pem: cannot be read",
            "vicgate.toml:5:13: cannot listen on tls://127.0.0.1:0: no-ca.pem: cannot be read",
            "vicgate.toml:9:6: backend tls://127.0.0.1:1: no-vch.pem: cannot be read",
            "vicgate.toml:11:11: ./no-profile.toml: the file cannot be read",
            "team.toml:5:1: ",
            "team.toml:10:8: ",
            "team.toml:11:11: ",
            "team.toml:12:11: ",
            "team.toml:15:14: ",
            "team.toml:16:1: ",
        ] {
            assert!(errors.contains(part), "{command}: {part}\n{errors}");
        }
    }
}

#[test]
fn explain_tells_what_ownership_makes_of_a_call() {
    let as_runner = ["explain", "--profile", "engine", "--access", "ci-runner", "--as", "runner-7"];
    let explain = |call: &[&str], body: &str| vicgate(&[&as_runner[..], call].concat(), body);
    let made = explain(&["POST", "/v1.44/volumes/create", "--body", "-"], r#"{"Name":"cache"}"#);
    assert_eq!(code(&made), 0, "{}", text(&made));
    for part in ["[ci-runner: owner]", "sent as vicgate.owner=runner-7", r#""vicgate.owner":"runner-7""#] {
        assert!(text(&made).contains(part), "{part}\n{}", text(&made));
    }
    let listed = explain(&["GET", "/v1.44/containers/json"], "");
    assert!(text(&listed).contains("%7B%22vicgate.owner%3Drunner-7%22%3Atrue%7D"), "{}", text(&listed));
}
