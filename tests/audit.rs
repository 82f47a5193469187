//! The audit log as its reader sees it: who did what, by which rule, and how it ended.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod process;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use process::{Gateway, PATIENCE, ask, backend};
use serde_json::{Value, json};
use tempfile::TempDir;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
const PING: &str = "GET /v1.41/containers/json?all=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

const POLICY: &str = r#"
name = "team"
[[identity]]
anyone_else = true
role = "dev"
[[allow]]
name = "look"
groups = ["read", "attach"]
[[allow]]
name = "run"
role = "dev"
endpoints = ["ContainerCreate", "ImageBuild"]
images = ["acme/**"]
[[deny]]
name = "no host"
endpoints = ["ContainerCreate"]
namespaces = ["*:host"]
[[set]]
name = "who"
endpoints = ["ContainerCreate"]
labels = { by = "{name}" }
"#;

/// A folder with an audit log and a policy.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        std::fs::write(folder.path("team.toml"), POLICY).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// A gateway with one worker, so that lines stand in the order of the calls.
    fn start(&self, backend: &str, more: &[&str]) -> Gateway {
        self.start_with_workers(backend, more, "1")
    }

    fn start_with_workers(&self, backend: &str, more: &[&str], workers: &str) -> Gateway {
        let audit = self.text("audit.log");
        let first = ["serve", "--listen", "tcp://127.0.0.1:0", "--backend", backend, "--audit", &audit];
        let all = [&first[..], &["--log-format", "text"], more].concat();
        // Nothing here is about versions, and the gateway's own questions to the backend would be in the way.
        let variables = [("VICGATE_LIMITS__WORKERS", workers), ("VICGATE_API__TRANSLATE", "false")];
        Gateway::start_as(&all, &variables, 1)
    }

    /// Waits until the log has so many lines.
    fn lines(&self, number: usize) -> Vec<Value> {
        let until = Instant::now() + PATIENCE;
        loop {
            let lines = read(&self.path("audit.log"));
            if lines.len() >= number {
                assert_eq!(lines.len(), number, "{lines:?}");
                return lines;
            }
            assert!(Instant::now() < until, "{number} lines were expected: {lines:?}");
            std::thread::yield_now();
        }
    }
}

/// The lines of a log, each of which must be whole.
fn read(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "{text:?}");
    #[expect(clippy::disallowed_methods, reason = "any reader of JSON must be able to read it")]
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")));
    lines.collect()
}

fn end(mut gateway: Gateway) {
    gateway.signal("TERM");
    assert_eq!(gateway.process.wait().unwrap().code(), Some(0));
}

fn create(body: &str) -> String {
    format!(
        "POST /v1.41/containers/create?name=web HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Content-Type: application/json\r\nX-Registry-Auth: c2VjcmV0\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A line without what differs from run to run.
fn steady(line: &Value) -> Value {
    let mut line = line.clone();
    let members = line.as_object_mut().unwrap();
    let time = members.remove("time").unwrap();
    let time = time.as_str().unwrap();
    assert!(time.len() == 24 && time.starts_with("20") && time.ends_with('Z'), "{time}");
    assert!(members.remove("peer").unwrap().as_str().unwrap().starts_with("127.0.0.1:"));
    if let Some(ms) = members.remove("ms") {
        assert!(ms.as_u64().unwrap() < 20_000, "{ms}");
    }
    line
}

#[test]
fn each_call_has_a_line_that_says_who_asked_for_what_and_what_became_of_it() {
    let (url, _heads) = backend(OK);
    let folder = Folder::new();
    let gateway = folder.start(&url, &["--profile", "engine", "--access", &folder.text("team.toml")]);
    assert!(gateway.ask(PING).starts_with("HTTP/1.1 200 "));
    let body = r#"{"Image":"acme/app","Env":["TOKEN=s3cret"]}"#;
    assert!(gateway.ask(&create(body)).starts_with("HTTP/1.1 200 "));
    let refused = gateway.ask(&create(r#"{"Image":"evil","HostConfig":{"PidMode":"host"}}"#));
    assert!(refused.starts_with("HTTP/1.1 403 "), "{refused}");
    assert!(gateway.ask("GET /nosuch?x=s3cret HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").contains(" 404 "));
    end(gateway);
    let found = read(&folder.path("audit.log"));
    let nobody = json!({"by": "nothing"});
    let line = |method: &str, endpoint: Value, target: &str, verdict: &str, rules: Value, status: u16, up: usize| {
        let roles = if endpoint.is_null() { json!([]) } else { json!(["dev"]) };
        json!({"event": "call", "identity": nobody, "roles": roles, "method": method, "endpoint": endpoint,
            "target": target, "verdict": verdict, "rules": rules, "status": status, "received": up})
    };
    let expected = [
        line("GET", json!("ContainerList"), "/v1.41/containers/json?all=1", "permit", json!(["team: look"]), 200, 0),
        line(
            "POST",
            json!("ContainerCreate"),
            "/v1.41/containers/create?name=web",
            "edited",
            json!(["team: run", "team: who"]),
            200,
            body.len(),
        ),
        line(
            "POST",
            json!("ContainerCreate"),
            "/v1.41/containers/create?name=web",
            "refused",
            json!(["team: no host", "team: run"]),
            403,
            48,
        ),
        line("GET", Value::Null, "/nosuch?x", "refused", json!([]), 404, 0),
    ];
    for (found, mut expected) in found.iter().zip(expected) {
        let sent = found["sent"].as_u64().unwrap();
        assert!(if found["status"] == 200 { sent == 2 } else { sent > 20 }, "{found}");
        expected["sent"] = sent.into();
        assert_eq!(steady(found), expected);
    }
    assert_eq!(found.len(), 4);
    let text = std::fs::read_to_string(folder.path("audit.log")).unwrap();
    assert!(!text.contains("s3cret") && !text.contains("c2VjcmV0") && !text.contains("TOKEN"), "{text}");
    assert_eq!(std::fs::metadata(folder.path("audit.log")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn what_a_profile_refuses_or_leaves_out_names_its_rows() {
    let (url, _heads) = backend(OK);
    let folder = Folder::new();
    let dropping = "name = \"d\"\nextends = \"vic\"\n[[field]]\nendpoint = \"ContainerCreate\"\n\
                    name = \"HostConfig.CpuShares\"\nsupport = \"no\"\nunsupported = \"drop\"\nreason = \"r\"\n";
    std::fs::write(folder.path("d.toml"), dropping).unwrap();
    let gateway = folder.start(&url, &["--profile", &folder.text("d.toml")]);
    gateway.ask(&create(r#"{"Image":"a","HostConfig":{"CpuShares":5}}"#).replace("v1.41", "v1.25"));
    gateway.ask(&create(r#"{"Image":"a","HostConfig":{"Privileged":true}}"#).replace("v1.41", "v1.25"));
    gateway.ask(&create("nonsense").replace("v1.41", "v1.25"));
    end(gateway);
    let lines = read(&folder.path("audit.log"));
    let told: Vec<_> = lines.iter().map(|line| (&line["verdict"], &line["rules"][0])).collect();
    let expected = [
        (&json!("edited"), &json!("d: field HostConfig.CpuShares")),
        (&json!("refused"), &json!("d: field HostConfig.Privileged")),
        (&json!("refused"), &json!("reading: one reading for all daemons")),
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_is_refused_before_it_is_judged_names_the_reason_too() {
    let (url, _heads) = backend(OK);
    let folder = Folder::new();
    let audit = folder.text("audit.log");
    // The gateway asks for the backend's version, and reads bodies to rewrite them for it.
    let gateway = Gateway::start(&["--backend", &url, "--audit", &audit]);
    gateway.ask(&create("nonsense").replace("v1.41", "v1.25"));
    end(gateway);
    let line = &read(&folder.path("audit.log"))[0];
    assert_eq!((&line["verdict"], &line["status"]), (&json!("refused"), &json!(400)));
    assert_eq!(line["rules"], json!(["reading: one reading for all daemons"]));
}

#[test]
fn a_tunnel_has_a_line_at_its_start_and_one_at_its_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = Folder::new();
    let url = format!("tcp://{}", listener.local_addr().unwrap());
    let gateway = folder.start(&url, &["--profile", "engine"]);
    let mut client = TcpStream::connect(gateway.address()).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    let attach = "POST /v1.41/containers/x/attach?stream=1&stdin=1 HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\n\
                  Connection: Upgrade\r\nContent-Length: 0\r\n\r\n";
    client.write_all(format!("{attach}early").as_bytes()).unwrap();
    let (mut daemon, _) = listener.accept().unwrap();
    daemon.set_read_timeout(Some(PATIENCE)).unwrap();
    read_until(&mut daemon, "\r\n\r\n");
    daemon.write_all(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nwelcome").unwrap();
    read_until(&mut client, "welcome");
    let opened = steady(&folder.lines(1)[0]);
    assert_eq!((&opened["event"], &opened["status"]), (&json!("opened"), &json!(101)));
    assert_eq!(opened.get("received"), None);
    client.write_all(b" and late").unwrap();
    read_until(&mut daemon, "early and late");
    daemon.write_all(b", bye").unwrap();
    drop(daemon);
    let mut rest = String::new();
    client.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, ", bye");
    drop(client);
    let lines = folder.lines(2);
    let mut ended = steady(&lines[1]);
    assert_eq!((&ended["received"], &ended["sent"]), (&json!(14), &json!(12)));
    assert_eq!(ended["event"], "ended");
    let members = ended.as_object_mut().unwrap();
    members.retain(|name, _| !matches!(name.as_str(), "received" | "sent"));
    members.insert("event".into(), json!("opened"));
    assert_eq!(ended, opened, "both lines are about one call");
    assert_eq!(lines[0]["time"], lines[1]["time"]);
}

fn read_until(stream: &mut TcpStream, end: &str) {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(end.as_bytes()) {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&bytes));
        bytes.push(byte[0]);
    }
}

#[test]
fn tunnels_that_a_drain_ends_and_answers_that_nobody_waits_for_have_lines_too() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = Folder::new();
    let url = format!("tcp://{}", listener.local_addr().unwrap());
    std::fs::write(folder.path("gate.toml"), "[limits]\ndrain_seconds = 0\n").unwrap();
    let gateway = folder.start(&url, &["--profile", "engine", "--config", &folder.text("gate.toml")]);
    let mut gone = TcpStream::connect(gateway.address()).unwrap();
    gone.write_all(create("{}").as_bytes()).unwrap();
    let (mut daemon, _) = listener.accept().unwrap();
    read_until(&mut daemon, "{}");
    drop(gone);
    let line = steady(&folder.lines(1)[0]);
    assert_eq!((&line["event"], &line["verdict"], &line["status"]), (&json!("call"), &json!("permit"), &Value::Null));
    let mut client = TcpStream::connect(gateway.address()).unwrap();
    client.write_all(b"POST /v1.41/containers/x/attach?stream=1 HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let (mut daemon, _) = listener.accept().unwrap();
    read_until(&mut daemon, "\r\n\r\n");
    daemon.write_all(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello").unwrap();
    read_until(&mut client, "hello");
    end(gateway);
    let lines = read(&folder.path("audit.log"));
    assert_eq!((&lines[1]["event"], &lines[2]["event"]), (&json!("opened"), &json!("ended")));
    assert_eq!(lines[2]["sent"], 5);
}

#[test]
fn nothing_is_lost_when_the_gateway_drains_under_load() {
    let (url, _heads) = backend(OK);
    let folder = Folder::new();
    let gateway = folder.start_with_workers(&url, &["--profile", "engine"], "3");
    let address = gateway.address().to_owned();
    const THREADS: usize = 4;
    const CALLS: usize = 100;
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..CALLS).for_each(|_| assert!(ask(&address, PING).starts_with("HTTP/1.1 200 "))));
        }
    });
    end(gateway);
    assert_eq!(read(&folder.path("audit.log")).len(), THREADS * CALLS);
}

#[test]
fn after_sighup_the_lines_go_to_a_new_file() {
    let (url, _heads) = backend(OK);
    let folder = Folder::new();
    let gateway = folder.start(&url, &["--profile", "engine"]);
    gateway.ask(PING);
    std::fs::rename(folder.path("audit.log"), folder.path("audit.log.1")).unwrap();
    gateway.signal("HUP");
    gateway.wait_for_log("the audit log is opened anew");
    gateway.ask(PING);
    gateway.ask(PING);
    end(gateway);
    assert_eq!(read(&folder.path("audit.log.1")).len(), 1);
    assert_eq!(read(&folder.path("audit.log")).len(), 2);
}

#[test]
fn a_unix_peer_is_known_by_its_ids() {
    let (url, _heads) = backend(OK);
    let folder = Folder::new();
    let socket = folder.path("gate.sock");
    let listen = format!("unix://{}", socket.display());
    let arguments = ["serve", "--listen", &listen, "--backend", &url, "--audit", &folder.text("audit.log")];
    let gateway = Gateway::start_as(&[&arguments[..], &["--profile", "engine"]].concat(), &[], 1);
    let mut client = UnixStream::connect(&socket).unwrap();
    client.write_all(PING.as_bytes()).unwrap();
    client.read_to_end(&mut Vec::new()).unwrap();
    end(gateway);
    let line = &read(&folder.path("audit.log"))[0];
    let id = |flag| String::from_utf8(Command::new("id").arg(flag).output().unwrap().stdout).unwrap().trim().to_owned();
    assert_eq!(line["peer"], "unix");
    let expected = json!({"name": format!("uid:{}", id("-u")), "by": "unix",
        "gid": id("-g").parse::<u32>().unwrap(), "pid": std::process::id()});
    assert_eq!(line["identity"], expected);
}

#[test]
fn a_full_disk_holds_nobody_up_is_told_once_and_is_counted() {
    let (url, _heads) = backend(OK);
    let arguments = ["serve", "--listen", "tcp://127.0.0.1:0", "--admin", "127.0.0.1:0", "--backend", &url];
    let more = ["--profile", "engine", "--audit", "/dev/full", "--log-format", "text"];
    let gateway = Gateway::start_as(&[&arguments[..], &more].concat(), &[], 2);
    let admin = gateway.said[1].strip_prefix("admin on http://").unwrap();
    assert!(gateway.ask(PING).starts_with("HTTP/1.1 200 "));
    let line = gateway.wait_for_log("the audit log cannot be written");
    assert!(line.contains("/dev/full") && line.contains("No space left"), "{line}");
    let until = Instant::now() + PATIENCE;
    loop {
        assert!(gateway.ask(PING).starts_with("HTTP/1.1 200 "));
        let metrics = ask(admin, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let failed = metrics.lines().find_map(|line| line.strip_prefix("vicgate_audit_failed_writes_total ")).unwrap();
        if failed.parse::<u64>().unwrap() >= 3 {
            assert!(metrics.contains("vicgate_audit_lost_lines_total 0\n"), "{metrics}");
            break;
        }
        assert!(Instant::now() < until, "{metrics}");
    }
    gateway.signal("TERM");
    let rest = gateway.rest_of_log("the end of the audit log is lost");
    assert!(!rest.contains("cannot be written"), "{rest}");
}

#[test]
fn a_file_that_cannot_be_opened_stops_the_start_and_check_says_where_it_stands() {
    let folder = Folder::new();
    let settings = folder.path("gate.toml");
    let text = |audit: &str| format!("[policy]\nprofile = \"engine\"\n\n[log]\naudit = {audit}\n");
    let run = |command: &str, audit: &str| {
        std::fs::write(&settings, text(audit)).unwrap();
        let arguments = [command, "--config", settings.to_str().unwrap(), "--listen", "tcp://127.0.0.1:0"];
        let output = Command::new(env!("CARGO_BIN_EXE_vicgate")).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let pipe = folder.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (audit, what) in [
        ("\"/nosuch/audit.log\"".to_owned(), "cannot open the audit log /nosuch/audit.log: No such file"),
        (format!("{:?}", folder.0.path()), "it is there, and is no file"),
        (format!("{pipe:?}"), "it is there, and is no file"),
        ("\"\"".to_owned(), "the audit log needs the name of a file"),
        ("true".to_owned(), "`log.audit` must be a string in quotes"),
    ] {
        for command in ["serve", "check"] {
            let (code, said) = run(command, &audit);
            assert_eq!(code, Some(64), "{command} {audit}: {said}");
            assert_eq!(said.trim_end().lines().count(), 1, "{command} {audit}: {said}");
            assert!(said.contains("gate.toml:5:") && said.contains(what), "{command} {audit}: {said}");
        }
    }
    let (code, said) = run("check", &format!("{:?}", folder.path("audit.log")));
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert!(!folder.path("audit.log").exists(), "check makes nothing");
}
