//! What a request costs in instructions: counted by callgrind in the released
//! program, so that the machine's mood has no say. A change of more than 5 % in either
//! direction is accepted by changing `recorded.tsv` in the same commit:
//!
//! ```text
//! UPDATE=1 cargo test --test instructions
//! ```
//!
//! And what runs until it is idle, by which `deploy/build.rs` orders the program. `UPDATE=1` records that, too, with what
//! runs in the program of `deploy/build.sh` if there is one.

#![allow(unreachable_pub, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

#[path = "../engine/mod.rs"]
mod engine;
mod first;
mod peers;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use engine::require::require;
use peers::{Backend, Counted};

/// How far a count may be from the recorded one.
const TOLERANCE: f64 = 0.05;
/// The difference between these numbers of requests leaves out what is done once.
const FEW: usize = 200;
const MANY: usize = 1200;

/// What is counted: its name, the policies, and the request.
struct Case {
    name: &'static str,
    profile: &'static str,
    rules: usize,
    audit: bool,
    /// `{n}` in it is another number each time.
    request: String,
}

fn cases() -> Vec<Case> {
    let get = || {
        "GET /v1.41/containers/json HTTP/1.1\r\nHost: docker\r\nUser-Agent: Docker-Client/28.2.2 (linux)\r\n\r\n"
            .to_owned()
    };
    let body = include_str!("../../benches/create.json").trim_end();
    let create = || {
        format!(
            "POST /v1.25/containers/create?name=web HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let case = |name, profile, rules, request| Case { name, profile, rules, audit: false, request };
    let audited = |name, request| Case { audit: true, ..case(name, "engine", 50, request) };
    vec![
        case("get, profile engine", "engine", 0, get()),
        case("get, profile vic-1.5", "vic-1.5", 0, get().replace("1.41", "1.25")),
        case("get, profile engine, 50 access rules", "engine", 50, get()),
        audited("get, profile engine, 50 access rules, audit log", get()),
        audited(
            "get, profile engine, 50 access rules, audit log, another target each time",
            get().replace("json", "json?all=1&limit={n}"),
        ),
        case("create, profile engine, unread", "engine", 0, create()),
        case("create, profile vic-1.5", "vic-1.5", 0, create()),
        case("create, profile vic-1.5, 50 access rules", "vic-1.5", 50, create()),
    ]
}

#[test]
fn no_request_costs_more_instructions_than_are_recorded_nor_far_fewer() {
    require(&[("valgrind", "valgrind")]);
    let program = release();
    let counts: Vec<(&str, u64)> = cases().iter().map(|case| (case.name, count(&program, case))).collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/instructions/recorded.tsv");
    if std::env::var_os("UPDATE").is_some() {
        let mut text = String::from("# request\tinstructions of vicgate for one; see main.rs\n");
        counts.iter().for_each(|(name, count)| writeln!(text, "{name}\t{count}").unwrap());
        std::fs::write(&file, text).unwrap();
        return;
    }
    let text = std::fs::read_to_string(&file).unwrap();
    let recorded = |name: &str| -> Option<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
        line.map(|count| count.parse().unwrap())
    };
    let mut off = String::new();
    for (name, count) in counts {
        let Some(recorded) = recorded(name) else { panic!("{name} is not recorded") };
        let change = count as f64 / recorded as f64 - 1.0;
        println!("{name}: {count} instructions, {recorded} recorded, {:+.1} %", change * 100.0);
        if change.abs() > TOLERANCE {
            writeln!(off, "{name}: {count} instructions instead of {recorded} ({:+.1} %)", change * 100.0).unwrap();
        }
    }
    assert!(
        off.is_empty(),
        "{off}If that is what the change is worth: UPDATE=1 cargo test --test instructions, and commit recorded.tsv"
    );
}

#[test]
fn what_runs_until_it_is_idle_is_together_in_the_program() {
    require(&[("valgrind", "valgrind"), ("nm", "binutils")]);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (program, file) = (release(), root.join("deploy/first.txt"));
    if std::env::var_os("UPDATE").is_some() {
        return first::record(&[&program, &root.join("target/fast/vicgate")], &file);
    }
    first::check(&program, &file);
}

/// The program as it is released; building it again costs nothing.
fn release() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = Command::new(env!("CARGO")).args(["build", "--release", "--quiet"]).current_dir(root).status().unwrap();
    assert!(built.success());
    root.join("target/release/vicgate")
}

/// Instructions for one request of a case, user space only.
fn count(program: &Path, case: &Case) -> u64 {
    let [few, many] = [FEW, MANY].map(|requests| {
        let backend = Backend::start();
        let gateway = Counted::start(program, &backend, case.profile, case.rules, case.audit);
        gateway.ask(&case.request, requests);
        gateway.instructions()
    });
    (many - few) / (MANY - FEW) as u64
}
