//! What the gateway makes of a call means to a real daemon what the client's own
//! bytes mean: the corpus in `tests/cases`, sent directly and through the gateway,
//! and what the daemon then says it has understood.
//!
//! What is created from the corpus here is never started.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use vicgate::docker::endpoint::Endpoint;
use vicgate::docker::schema;
use vicgate::docker::version::ApiVersion;

use crate::case::{Case, Expected, folder, load};
use crate::engine::{Engine, Gateway};

#[test]
fn a_container_is_created_as_it_was_judged() {
    let daemon = Daemon::new();
    let bodies = of_corpus("/containers/create");
    let (mut created, mut wrong) = (0, Vec::new());
    for (title, line, body) in &bodies {
        let [direct, through] = daemon.both(|socket| {
            let (status, answer) = daemon.ask(socket, line, body);
            let id = answer["Id"].as_str().unwrap_or_default().to_owned();
            if id.is_empty() {
                return (status, without_ids(&answer));
            }
            let (_, seen) = daemon.ask(&daemon.direct, &format!("GET /v1.41/containers/{id}/json"), "");
            daemon.ask(&daemon.direct, &format!("DELETE /v1.41/containers/{id}?v=1&force=1"), "");
            (status, understood(&seen, &id))
        });
        created += usize::from(direct.0 == 201);
        if direct != through {
            wrong.push(format!("{title}\n  directly: {direct:?}\n  through: {through:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), bodies.len(), wrong.join("\n"));
    // Two failures that are alike say little.
    assert!(created >= 100, "only {created} of {} containers were created", bodies.len());
}

#[test]
fn an_update_is_applied_as_it_was_judged() {
    let daemon = Daemon::new();
    let own = [
        r#"{"restartpolicy":{"name":"on-failure","MAXIMUMRETRYCOUNT":3}}"#,
        r#"{"cpushares":512,"Memory":67108864,"memoryswap":-1}"#,
        r#"{"PidsLimit":-0,"blkioweight":300,"CpuPeriod":null}"#,
    ];
    let mut bodies = of_corpus("/containers/a/update");
    bodies.extend(own.map(|body| (body.to_owned(), "POST /v1.41/containers/a/update".to_owned(), body.to_owned())));
    let mut updated = 0;
    for (title, _, body) in bodies {
        let [direct, through] = daemon.both(|socket| {
            let id = daemon.container();
            let (status, answer) = daemon.ask(socket, &format!("POST /v1.41/containers/{id}/update"), &body);
            let (_, seen) = daemon.ask(&daemon.direct, &format!("GET /v1.41/containers/{id}/json"), "");
            daemon.ask(&daemon.direct, &format!("DELETE /v1.41/containers/{id}?force=1"), "");
            (status, without_ids(&answer), understood(&seen, &id))
        });
        updated += usize::from(direct.0 == 200);
        assert_eq!(direct, through, "{title}");
    }
    assert!(updated >= own.len(), "only {updated} updates were applied");
}

#[test]
fn an_exec_is_made_as_it_was_judged() {
    let daemon = Daemon::new();
    let body = r#"{"Image":"busybox","Cmd":["sleep","600"]}"#;
    let (_, answer) = daemon.ask(&daemon.direct, "POST /v1.41/containers/create", body);
    let container = answer["Id"].as_str().unwrap();
    let (status, answer) = daemon.ask(&daemon.direct, &format!("POST /v1.41/containers/{container}/start"), "");
    assert_eq!(status, 204, "{answer}");
    let own = [
        r#"{"cmd":["id"],"TTY":true,"attachstdin":true,"detachKeys":"ctrl-a"}"#,
        r#"{"CMD":["a","b"],"user":"7:8","env":["A=b"],"workingdir":"/tmp"}"#,
        r#"{"Cmd":["a"],"privileged":true}"#,
    ];
    let mut bodies = of_corpus("/containers/web/exec");
    bodies.extend(of_corpus("/containers/a/exec"));
    bodies.extend(own.map(|body| (body.to_owned(), String::new(), body.to_owned())));
    let mut made = 0;
    for (title, _, body) in bodies {
        let [direct, through] = daemon.both(|socket| {
            let (status, answer) = daemon.ask(socket, &format!("POST /v1.41/containers/{container}/exec"), &body);
            let id = answer["Id"].as_str().unwrap_or_default();
            let (_, mut seen) = daemon.ask(&daemon.direct, &format!("GET /v1.41/exec/{id}/json"), "");
            seen["ID"] = Value::Null;
            (status, without_ids(&answer), seen)
        });
        made += usize::from(direct.0 == 201);
        assert_eq!(direct, through, "{title}");
    }
    daemon.ask(&daemon.direct, &format!("DELETE /v1.41/containers/{container}?force=1"), "");
    assert!(made >= 6, "only {made} execs were made");
}

#[test]
fn a_volume_is_made_as_it_was_judged() {
    let daemon = Daemon::new();
    let mut made = 0;
    for (title, line, body) in of_corpus("/volumes/create") {
        let [direct, through] = daemon.both(|socket| {
            let (status, _) = daemon.ask(socket, &line, &body);
            let (_, mut seen) = daemon.ask(&daemon.direct, "GET /v1.41/volumes/vol", "");
            seen["CreatedAt"] = Value::Null;
            daemon.ask(&daemon.direct, "DELETE /v1.41/volumes/vol?force=1", "");
            (status, seen)
        });
        made += usize::from(direct.0 == 201);
        assert_eq!(direct, through, "{title}");
    }
    assert!(made >= 5, "only {made} volumes were made");
}

#[test]
fn a_network_is_made_as_it_was_judged() {
    let daemon = Daemon::new();
    for body in [
        r#"{"name":"reading","internal":true,"IPAM":{"config":[{"subnet":"192.0.2.0/25","gateway":"192.0.2.1"}]}}"#,
        r#"{"NAME":"reading","Internal":true,"attachable":true,"labels":{"a":"b","A":"c"},
            "ipam":{"driver":"default","Config":[{"SUBNET":"192.0.2.128/25"}]}}"#,
    ] {
        let [direct, through] = daemon.both(|socket| {
            let (status, answer) = daemon.ask(socket, "POST /v1.41/networks/create", body);
            let (_, mut seen) = daemon.ask(&daemon.direct, "GET /v1.41/networks/reading", "");
            let id = answer["Id"].as_str().unwrap_or_default();
            daemon.ask(&daemon.direct, &format!("DELETE /v1.41/networks/{id}"), "");
            (seen["Created"], seen["Id"]) = (Value::Null, Value::Null);
            (status, seen)
        });
        assert_eq!(direct.0, 201, "{direct:?}");
        assert_eq!(direct, through, "{body}");
    }
}

#[test]
fn a_commit_is_made_as_it_was_judged() {
    let daemon = Daemon::new();
    let target = |id: &str| format!("POST /v1.41/commit?container={id}&repo=reading-commit&changes=ENV%20a%3Db%20c");
    for body in [r#"{"cmd":"id","labels":{"a":"b"},"User":"7"}"#, "null", r#"{"ENTRYPOINT":["a"],"Env":["b=c"]}"#] {
        let [direct, through] = daemon.both(|socket| {
            let id = daemon.container();
            let (status, _) = daemon.ask(socket, &target(&id), body);
            let (_, seen) = daemon.ask(&daemon.direct, "GET /v1.41/images/reading-commit/json", "");
            daemon.ask(&daemon.direct, &format!("DELETE /v1.41/containers/{id}?force=1"), "");
            (status, seen["Config"].clone())
        });
        assert_eq!(direct, through, "{body}");
    }
}

/// Values of every type, to be put into every field.
const VALUES: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "70000",
    "1.5",
    "1e3",
    r#""""#,
    r#""x""#,
    r#""5""#,
    "[]",
    r#"["x"]"#,
    "[1]",
    "[[]]",
    r#"[["x"]]"#,
    "[{}]",
    "[0,0]",
    "[null]",
    "{}",
    r#"{"a":"b"}"#,
    r#"{"a":1}"#,
    r#"{"a":{}}"#,
    r#"{"a":[{}]}"#,
    r#"{"a":null}"#,
];

#[test]
fn a_value_is_taken_if_the_daemon_can_read_it_and_only_then() {
    let daemon = Daemon::new();
    let ty = schema::body(Endpoint::ContainerCreate).unwrap();
    // A list has no items that are none, and a console has two sides.
    let stricter = |field: &str, value: &str| value == "[null]" || field == "ConsoleSize";
    let (mut wrong, mut taken) = (Vec::new(), 0);
    for (owner, open, close) in [("Config", "", ""), ("HostConfig", r#""HostConfig":{"#, "}")] {
        let fields = schema::STRUCTS.iter().find(|schema| schema.name == owner).unwrap().fields;
        for field in fields.iter().filter(|field| field.name != "Image" && field.is_in(ApiVersion::new(41))) {
            for value in VALUES {
                // Without its image nothing is created.
                let body = format!(r#"{{"Image":"no-such-image",{open}"{}":{value}{close}}}"#, field.name);
                let json = vicgate::docker::json::parse(body.as_bytes()).unwrap();
                let ours = schema::read(ty, json, ApiVersion::new(41)).is_ok();
                let (_, answer) = send(&daemon.direct, "POST /v1.41/containers/create", &body);
                let said = answer["message"].as_str().unwrap_or_default();
                let theirs = !said.contains("json: ") && !said.contains("invalid character");
                taken += usize::from(ours);
                if ours && !theirs || theirs && !ours && !stricter(field.name, value) {
                    wrong.push(format!("{} = {value}: taken: {ours}, the daemon: {said}", field.key()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(taken > 300, "only {taken} values were taken");
}

/// Title, request line and body of the cases about an operation that the gateway permits under the
/// corpus's own profile, at a version that this daemon has.
fn of_corpus(operation: &str) -> Vec<(String, String, String)> {
    let permitted = |case: &Case| match case.expected {
        Expected::Forwarded { .. } => true,
        // Refused by an access policy, which is not asked here.
        Expected::Refused { status, .. } => status == 403,
    };
    let cases = load().into_iter().filter(permitted);
    let requests = cases.filter_map(|case| {
        let text = String::from_utf8(case.bytes).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let line = head.lines().next()?.strip_suffix(" HTTP/1.1")?.replace("/v1.48/", "/v1.41/");
        let plain = head.contains("\r\nConnection: close\r\n") && !head.contains("chunked");
        let path = line.split('?').next()?;
        // The daemon looks for a plugin for many seconds.
        let waits = body.contains("vieux/sshfs");
        let wanted = plain && path.starts_with("POST ") && path.ends_with(operation) && !waits;
        wanted.then(|| (format!("{}: {}", case.file, case.title), line, body.to_owned()))
    });
    requests.collect()
}

/// An error without the id of the container that came to nothing.
fn without_ids(answer: &Value) -> Value {
    let message = answer["message"].as_str().unwrap_or_default();
    let is_id = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words = message.split(' ').map(|word| if is_id(word.trim_end_matches(':')) { "ID" } else { word });
    json!(words.collect::<Vec<_>>())
}

/// What a daemon has understood, without what differs from one container to the next.
fn understood(seen: &Value, id: &str) -> Value {
    let mut kept = json!({
        "Config": seen["Config"],
        "HostConfig": seen["HostConfig"],
        "Networks": seen["NetworkSettings"]["Networks"],
        "Mounts": seen["Mounts"],
        "Name": seen["Name"],
        "Path": seen["Path"],
        "Args": seen["Args"],
    });
    if kept["Config"]["Hostname"].as_str().is_some_and(|name| id.starts_with(name)) {
        kept["Config"]["Hostname"] = Value::Null;
    }
    // The engine makes up names: of containers, and of volumes.
    if kept["Name"].as_str().is_some_and(|name| name.contains('_')) {
        kept["Name"] = Value::Null;
    }
    if let Some(mounts) = kept["Mounts"].as_array_mut() {
        // The engine lists them in no order.
        mounts.sort_by_key(|mount| mount["Destination"].to_string());
    }
    for mount in kept["Mounts"].as_array_mut().into_iter().flatten() {
        if mount["Name"].as_str().is_some_and(|name| name.len() == 64) {
            (mount["Name"], mount["Source"]) = (Value::Null, Value::Null);
        }
    }
    kept
}

/// The engine, and a gateway in front of it that reads everything.
struct Daemon {
    direct: String,
    through: String,
    _gateway: Gateway,
}

impl Daemon {
    fn new() -> Self {
        let engine = Engine::shared();
        let profile = folder().join("judged.toml");
        let gateway = Gateway::start(&engine.url(), &["--profile", profile.to_str().unwrap()]);
        let through = gateway.address("unix://").strip_prefix("unix://").unwrap().to_owned();
        Self { direct: engine.socket().display().to_string(), through, _gateway: gateway }
    }

    /// The same thing directly and through the gateway.
    fn both<T>(&self, run: impl Fn(&str) -> T) -> [T; 2] {
        [run(&self.direct), run(&self.through)]
    }

    /// A container that is not started.
    fn container(&self) -> String {
        let body = r#"{"Image":"busybox","Cmd":["true"]}"#;
        let (status, answer) = self.ask(&self.direct, "POST /v1.41/containers/create", body);
        assert_eq!(status, 201, "{answer}");
        answer["Id"].as_str().unwrap().to_owned()
    }

    /// Sends a request, and gives the answer's status and body. An image that is not there is made.
    fn ask(&self, socket: &str, line: &str, body: &str) -> (u16, Value) {
        let answer = send(socket, line, body);
        let missing = answer.1["message"].as_str().and_then(|text| text.strip_prefix("No such image: "));
        match missing {
            Some(image) => {
                self.make(image);
                send(socket, line, body)
            }
            None => answer,
        }
    }

    /// Makes an image with a command.
    fn make(&self, image: &str) {
        let (name, tag) = image.rsplit_once(':').unwrap_or((image, "latest"));
        let id = self.container();
        let (status, answer) = send(
            &self.direct,
            &format!("POST /v1.41/commit?container={id}&repo={name}&tag={tag}"),
            r#"{"Cmd":["true"]}"#,
        );
        assert_eq!(status, 201, "{answer}");
        send(&self.direct, &format!("DELETE /v1.41/containers/{id}"), "");
    }
}

fn send(socket: &str, line: &str, body: &str) -> (u16, Value) {
    let mut stream = UnixStream::connect(Path::new(socket)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let length = body.len();
    let head = format!(
        "{line} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.get(9..12).and_then(|status| status.parse().ok()).unwrap();
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    (status, serde_json::from_str(&if chunked { joined(body) } else { body.to_owned() }).unwrap_or(Value::Null))
}

/// A body in chunks, in one piece.
fn joined(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        whole.push_str(&rest[..size]);
        body = rest[size..].strip_prefix("\r\n").unwrap();
    }
    whole
}
