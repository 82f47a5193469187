//! `vicgate doctor` and `--profile auto`: the backend is asked what it is.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

mod process;

use std::process::{Command, Output};

use process::Gateway;
use tokio::net::TcpListener;
use vicgate::standin::{Listener, Settings, StandIn};

/// Serves a stand-in until the test process ends, and gives its URL.
fn start(settings: Settings) -> String {
    let (send, port) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            send.send(listener.local_addr().unwrap().port()).unwrap();
            StandIn::new(settings).serve(Listener::Tcp(listener)).await;
        });
    });
    format!("tcp://127.0.0.1:{}", port.recv().unwrap())
}

fn doctor(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_vicgate"))
        .arg("doctor")
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn says(report: &str, lines: &[&str]) {
    for line in lines {
        assert!(report.lines().any(|own| own.trim() == *line), "no line {line:?} in\n{report}");
    }
}

#[test]
fn doctor_says_what_will_be_translated_and_refused_in_front_of_vic_and_why() {
    let url = start(Settings::default());
    let report = text(&doctor(&["--backend", &url]));
    says(
        &report,
        &[
            &format!("backend {url}"),
            "clients: API 1.18 to 1.52 is offered",
            "docker CLI 28                works: API 1.50, translated to 1.25",
            "docker-py 1.10               works: API 1.24, as it is",
            "mends wait: A wait is asked again when the backend gives up on it.",
            "SwarmInit                  POST /swarm/init",
        ],
    );
    assert!(report.contains("API 1.19 to 1.25") && !report.contains("warning:"), "{report}");
    let auto = text(&doctor(&["--backend", &url, "--profile", "auto"]));
    assert!(auto.contains("profile vic-1.5\n"), "{auto}");
    let wrong = text(&doctor(&["--backend", &url, "--profile", "engine"]));
    assert!(wrong.contains("warning: what VIC would ignore is not refused"), "{wrong}");
}

#[test]
fn doctor_knows_an_engine_and_that_a_profile_is_not_about_it() {
    let url = start(Settings::modern_engine());
    let auto = text(&doctor(&["--backend", &url, "--profile", "auto"]));
    says(&auto, &["profile engine", "docker CLI 20.10             works: API 1.41, translated to 1.44"]);
    let vic = text(&doctor(&["--backend", &url, "--profile", "vic"]));
    assert!(vic.contains("warning: what this backend could do is refused as VIC's lack"), "{vic}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vicgate.toml");
    std::fs::write(&file, "[api]\ntranslate = false\n").unwrap();
    let plain = text(&doctor(&["--backend", &url, "--profile", "engine", "--config", file.to_str().unwrap()]));
    says(&plain, &["clients: API 1.44 to 1.52 is offered", "docker CLI 20.10             refused: it needs API 1.41"]);
}

#[test]
fn doctor_and_auto_say_that_the_backend_cannot_be_reached() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("unix://{}", folder.path().join("nobody.sock").display());
    for command in [&["doctor"][..], &["serve", "--listen", "tcp://127.0.0.1:0", "--profile", "auto"]] {
        let ended =
            Command::new(env!("CARGO_BIN_EXE_vicgate")).args(command).args(["--backend", &url]).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!((ended.status.code(), ended.stdout.len()), (Some(69), 0), "{said}");
        assert!(said.contains(&url), "{said}");
    }
}

#[test]
fn doctor_tells_all_problems_of_the_settings_as_check_does() {
    let ended = doctor(&["--profile", "vc", "--access", "nobody"]);
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(64), "{said}");
    assert!(said.contains("did you mean \"vic\"?") && said.contains("nobody"), "{said}");
}

#[test]
fn auto_takes_the_profile_that_fits_the_backend() {
    let create = "POST /v1.25/containers/create HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                  Content-Type: application/json\r\nContent-Length: 57\r\n\r\n\
                  {\"Image\":\"busybox\",\"HostConfig\":{\"Privileged\":true     }}";
    for (settings, status) in [(Settings::default(), "400"), (Settings::modern_engine(), "201")] {
        let url = start(settings);
        let gateway = Gateway::start(&["--backend", &url, "--profile", "auto"]);
        let answer = gateway.ask(create);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
}
