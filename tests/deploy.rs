//! What `deploy/` holds works: the units as systemd reads them, the socket that it
//! passes, and the image in a real engine.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod engine;
mod process;

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use engine::{Cli, Engine, Session, poll, require};
use process::{PATIENCE, backend};

/// Parts of Debian's systemd; the system need not run it.
const SYSTEMD: &[(&str, &str)] =
    &[("systemd-analyze", "systemd"), ("systemd-socket-activate", "systemd"), ("systemd-sysusers", "systemd")];

const PROGRAM: &str = env!("CARGO_BIN_EXE_vicgate");

#[test]
fn systemd_finds_nothing_to_say_about_the_units() {
    let units = Units::new();
    let output = run(Command::new("systemd-analyze").arg("verify").args([units.service(), units.socket()]));
    assert_eq!(said(&output), "");
    assert!(output.status.success());
}

#[test]
fn the_service_is_as_confined_as_systemd_can_tell() {
    let units = Units::new();
    // Below 2.0 of 10, the most exposed.
    let output = run(Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--threshold=20", "--no-pager"])
        .arg(units.service()));
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn sysusers_makes_the_user_and_lets_it_use_the_socket_of_the_engine() {
    require(SYSTEMD);
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("etc")).unwrap();
    let conf = deploy("systemd/sysusers.conf");
    let output = run(Command::new("systemd-sysusers").arg("--root").arg(root.path()).arg(conf));
    assert!(output.status.success(), "{}", said(&output));
    let read = |name: &str| fs::read_to_string(root.path().join("etc").join(name)).unwrap();
    assert!(read("passwd").lines().any(|line| line.starts_with("vicgate:")), "{}", read("passwd"));
    let in_docker = |line: &str| line.starts_with("docker:") && line.ends_with(":vicgate");
    assert!(read("group").lines().any(in_docker), "{}", read("group"));
}

#[test]
fn the_service_serves_on_the_socket_that_systemd_passes_and_says_when_it_is_ready_and_when_it_stops() {
    let units = Units::new();
    let (url, heads) = backend("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    let (socket, notify) = (units.path("vicgate.sock"), units.path("notify"));
    let manager = UnixDatagram::bind(&notify).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let service = fs::read_to_string(units.service()).unwrap();
    let mut activated = Ended(
        Command::new("systemd-socket-activate")
            .arg(format!("--listen={}", socket.display()))
            .arg(format!("--fdname={}", setting(&units.read("vicgate.socket"), "FileDescriptorName")))
            .arg(format!("--setenv=NOTIFY_SOCKET={}", notify.display()))
            .args(setting(&service, "ExecStart").split(' '))
            .args(["--backend", &url])
            .stdout(Stdio::null())
            .spawn()
            .unwrap(),
    );
    // The first connection starts the service, which takes it.
    let mut client = poll(PATIENCE, || UnixStream::connect(&socket).ok()).unwrap();
    assert_eq!(message(&manager), "READY=1");
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client.write_all(b"GET /v1.25/info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("{}"), "{answer}");
    assert!(heads.recv_timeout(PATIENCE).unwrap().starts_with("GET /v1.25/info "));

    let pid = activated.0.id().to_string();
    assert!(run(Command::new("kill").args(["-s", "TERM", &pid])).status.success());
    assert_eq!(message(&manager), "STOPPING=1");
    assert!(activated.0.wait().unwrap().success());
}

#[test]
fn a_manager_waits_longer_than_a_drain_takes() {
    for (manager, key, settings) in [
        ("systemd/vicgate.service", "TimeoutStopSec=", "systemd/vicgate.toml"),
        ("docker/compose.yaml", "stop_grace_period: ", "docker/vicgate.toml"),
    ] {
        assert!(number(manager, key) > number(settings, "drain_seconds = "), "{manager}");
    }
}

#[test]
fn the_settings_that_go_with_the_units_and_the_compose_file_are_sound() {
    let folder = tempfile::tempdir().unwrap();
    let vicgate = |arguments: &[&str]| run(Command::new(PROGRAM).args(arguments).current_dir(folder.path()));
    let made = vicgate(&["certs", "init", "certs", "--host", "gateway.example"]);
    assert!(made.status.success(), "{}", said(&made));
    for settings in ["systemd/vicgate.toml", "docker/vicgate.toml"] {
        let checked = vicgate(&["check", "--config", deploy(settings).to_str().unwrap()]);
        assert!(checked.status.success(), "{settings}: {}", said(&checked));
    }
}

#[test]
fn the_compose_file_brings_up_a_gateway_that_users_reach_with_their_certificate() {
    require(&[("docker-compose", "docker-compose")]);
    let engine = Engine::shared();
    let mut session = Session::new(Cli::oldest(), &engine.url());
    session.set("DOCKER_BUILDKIT", "0");
    session.set("DOCKER_SOCK", engine.socket().to_str().unwrap());
    session.set("deploy", deploy("docker").to_str().unwrap());
    session.set("program", PROGRAM);
    // What the compose file says to do beforehand, and then itself.
    let up = session.run(
        r#"set -e
        cp "$deploy"/context.sh "$deploy"/Dockerfile "$deploy"/compose.yaml "$deploy"/vicgate.toml .
        ./context.sh "$program" context
        "$program" certs init certs --host gateway.example
        "$program" certs client certs alice
        chgrp 65532 certs/server-key.pem && chmod 640 certs/server-key.pem
        export DOCKER_GID=$(stat -c %g "$DOCKER_SOCK")
        docker-compose --project-name composed up --detach
        "#,
    );
    assert_eq!(up.code, 0, "{up:#?}\n{}", engine.log());
    let listens = || session.run("docker logs vicgate").stdout.contains("listening on tls://0.0.0.0:2376");
    assert!(poll(PATIENCE, || listens().then_some(())).is_some(), "{:?}", session.run("docker logs vicgate"));

    // The engine has a network of its own, so the client runs there, from the files of this machine.
    let mut client = |certs: &str| {
        session.set("certs", certs);
        session.run(
            r#"docker port vicgate
            mkdir -p certs/nobody && cp certs/ca.pem certs/nobody
            docker run --rm --network container:vicgate --volume /:/host:ro \
                --env DOCKER_HOST=tcp://localhost:2376 --env DOCKER_TLS_VERIFY=1 --env DOCKER_CERT_PATH="$PWD/$certs" \
                busybox chroot /host "$(type -P docker)" ps --format {{.Names}} --filter name=vicgate
            "#,
        )
    };
    let alice = client("certs/alice");
    assert_eq!((alice.code, alice.stdout.lines().last()), (0, Some("vicgate")), "{alice:#?}");
    assert!(alice.stdout.starts_with("2376/tcp -> 0.0.0.0:2376\n"), "{alice:#?}");
    let nobody = client("certs/nobody");
    assert!(nobody.code != 0 && nobody.stderr.contains("certificate"), "{nobody:#?}");

    let down = session.run("DOCKER_GID=0 docker-compose --project-name composed down --timeout 20");
    assert_eq!(down.code, 0, "{down:#?}");
}

#[test]
fn the_image_serves_the_engine_whose_socket_it_is_given_as_a_user_without_privileges() {
    let engine = Engine::shared();
    let mut session = Session::new(Cli::oldest(), &engine.url());
    session.set("DOCKER_BUILDKIT", "0");
    session.set("deploy", deploy("docker").to_str().unwrap());
    session.set("program", PROGRAM);
    session.set("engine", engine.socket().to_str().unwrap());
    let started = session.run(
        r#"set -e
        "$deploy/context.sh" "$program" context
        docker build --quiet --tag vicgate --file "$deploy/Dockerfile" context
        mkdir run
        chown 65532:65532 run
        docker run --detach --name gateway --network none \
            --read-only --cap-drop ALL --security-opt no-new-privileges:true \
            --group-add "$(stat -c %g "$engine")" \
            --volume "$engine:/var/run/docker.sock" --volume "$PWD/run:/run/vicgate" \
            vicgate serve --listen unix:///run/vicgate/gateway.sock --profile engine
        "#,
    );
    assert_eq!(started.code, 0, "{started:?}\n{}", engine.log());
    let socket = session.folder().join("run/gateway.sock");
    let up = poll(Duration::from_secs(30), || UnixStream::connect(&socket).ok());
    assert!(up.is_some(), "{:?}", session.run("docker logs gateway"));

    for cli in Cli::all() {
        let outcome = Session::new(cli, &format!("unix://{}", socket.display())).run(
            "docker version --format {{.Server.Version}}; docker ps --format '{{.Names}} {{.Command}}' --no-trunc
             echo in | docker run --rm -i --network none busybox cat
             docker exec gateway /usr/bin/vicgate --version",
        );
        let text = &outcome.stdout;
        assert_eq!(outcome.code, 0, "docker {}: {outcome:?}", cli.version);
        assert!(text.contains("gateway \"/usr/bin/vicgate serve"), "docker {}: {outcome:?}", cli.version);
        assert!(text.ends_with(&format!("in\nvicgate {}\n", env!("CARGO_PKG_VERSION"))), "{outcome:?}");
    }
    // It ends as a service should when it is told to.
    let ended = session.run(
        "docker inspect --format '{{.Config.User}}' gateway
         docker stop --time 20 gateway; docker inspect --format '{{.State.ExitCode}}' gateway; docker rm gateway",
    );
    assert_eq!(ended.stdout, "65532:65532\ngateway\n0\ngateway\n", "{ended:?}");
}

/// The units and their settings in a folder of their own, with the paths of the
/// program and the settings changed: `systemd-analyze verify` insists that the
/// program exists, and it is not installed where it will be.
struct Units(tempfile::TempDir);

impl Units {
    fn new() -> Self {
        require(SYSTEMD);
        let units = Self(tempfile::tempdir().unwrap());
        for name in ["vicgate.service", "vicgate.socket", "vicgate.toml"] {
            let text = fs::read_to_string(deploy("systemd").join(name)).unwrap();
            let folder = units.0.path().to_str().unwrap();
            let text = text.replace("/usr/local/bin/vicgate", PROGRAM).replace("/etc/vicgate", folder);
            fs::write(units.path(name), text).unwrap();
        }
        units
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn service(&self) -> PathBuf {
        self.path("vicgate.service")
    }

    fn socket(&self) -> PathBuf {
        self.path("vicgate.socket")
    }
}

/// The compiler's own is as good, but not everybody who tests has it.
const PROFDATA: &[(&str, &str)] = &[("llvm-profdata-19", "llvm-19")];

#[test]
fn the_build_that_learns_from_requests_leaves_a_program_that_works() {
    require(PROFDATA);
    // As it may be given: from where one is, and with spaces.
    let (here, name) = (Path::new(env!("CARGO_TARGET_TMPDIR")), "built to be fast");
    let folder = here.join(name);
    // Two builds as they are made for users take five minutes. What is tried is the way, not the speed.
    let output = run(Command::new(deploy("build.sh"))
        .arg(name)
        .current_dir(here)
        .envs([("CARGO_PROFILE_RELEASE_LTO", "off"), ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")])
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"));
    assert!(output.status.success(), "{}", said(&output));
    // What was seen of the code that answers requests was of use: the compiler says if it fits nothing.
    assert!(!said(&output).contains("warning"), "{}", said(&output));
    let program = folder.join("vicgate");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().last(), program.to_str());
    let version = run(Command::new(&program).arg("--version"));
    assert_eq!(said(&version), concat!("vicgate ", env!("CARGO_PKG_VERSION"), "\n"));
    let mut files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap());
    let seen = files.find(|file| file.path().extension().is_some_and(|extension| extension == "profdata")).unwrap();
    assert!(seen.metadata().unwrap().len() > 1024 * 1024, "little was seen: {seen:?}");
}

/// A process that ends with the test at the latest.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A file or folder of `deploy/`.
fn deploy(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name)
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// All that it printed.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The value of a unit's setting.
fn setting<'a>(unit: &'a str, name: &str) -> &'a str {
    unit.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap()
}

/// The number that follows these words in a file of `deploy/`.
fn number(file: &str, words: &str) -> u32 {
    let text = fs::read_to_string(deploy(file)).unwrap();
    let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    text.lines().find_map(|line| line.trim().strip_prefix(words).map(digits)).unwrap().parse().unwrap()
}

/// The next message to the service manager.
fn message(manager: &UnixDatagram) -> String {
    let mut buffer = [0; 256];
    let length = manager.recv(&mut buffer).unwrap();
    String::from_utf8_lossy(&buffer[..length]).trim_end().to_owned()
}
