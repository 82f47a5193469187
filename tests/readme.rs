//! Every command of the README, run as it stands there.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

#[path = "engine/mod.rs"]
mod engine;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use engine::require::{ENGINE, require};

/// The shell blocks of the README, in order, as their lines with continuations joined.
fn blocks() -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap().replace("\\\n", " ");
    let mut blocks = Vec::new();
    let mut open: Option<Vec<String>> = None;
    for line in text.lines() {
        match (&mut open, line) {
            (None, "```sh") => open = Some(Vec::new()),
            (Some(_), "```") => blocks.extend(open.take()),
            (Some(block), line) => block.push(line.split_whitespace().collect::<Vec<_>>().join(" ")),
            (None, _) => {}
        }
    }
    blocks
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// A shell in this folder, in which `vicgate` is the program under test.
fn shell(line: &str, folder: &Path) -> Command {
    let mut command = Command::new("sh");
    let program = Path::new(env!("CARGO_BIN_EXE_vicgate")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    command.args(["-c", line]).current_dir(folder).env("PATH", path).env("HOME", folder);
    command
}

/// A program that serves: ended, and all that it started, when dropped.
struct Serving {
    child: Child,
    /// Where it listens, as it says.
    address: String,
    /// Held open, so that it never meets a closed pipe.
    _said: Box<dyn Iterator<Item = String>>,
}

impl Serving {
    /// Starts it and waits until it says that it listens.
    fn start(line: &str, folder: &Path) -> Self {
        let mut child = shell(&format!("exec {line}"), folder).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|said| said.strip_prefix("listening on ").map(str::to_owned));
        let serving = Self { child, address: address.unwrap_or_default(), _said: Box::new(lines) };
        assert!(!serving.address.is_empty(), "{line} does not listen");
        serving
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_first_command_starts_the_demo_and_the_docker_commands_behind_it_do_what_is_said() {
    require(ENGINE);
    let blocks = blocks();
    assert_eq!(blocks[0], ["cargo run --release -- demo"]);
    assert_eq!(blocks[1], ["cargo test"], "the test command is what runs this test");
    let built = shell("cargo build --release", &root()).env("HOME", std::env::var("HOME").unwrap()).status().unwrap();
    assert!(built.success());
    // cargo would outlive a kill of itself as parent, so what it has built is started without it.
    let demo = root().join("target/release/vicgate");
    let folder = tempfile::tempdir().unwrap();
    let help = shell(&format!("{} demo --help", demo.display()), folder.path()).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("[default: tcp://127.0.0.1:2375]"), "{help}");
    // The port that it takes by itself may be in use here.
    let demo = Serving::start(&format!("{} demo --listen tcp://127.0.0.1:0", demo.display()), folder.path());

    let session = &blocks[2];
    assert_eq!(session.len(), 3, "{session:?}");
    assert_eq!(session[0], "export DOCKER_HOST=tcp://127.0.0.1:2375");
    let variable = format!("export DOCKER_HOST={}", demo.address);
    let run = |line: &str| shell(&format!("{variable}\n{line}"), folder.path()).output().unwrap();
    let hello = run(&session[1]);
    assert_eq!(String::from_utf8(hello.stdout).unwrap(), "hello\n");
    let refused = run(&session[2]);
    assert_eq!(refused.status.code(), Some(125));
    let said = String::from_utf8(refused.stderr).unwrap();
    let promised = text_block_behind("for all three reasons");
    for line in promised.lines().filter(|line| line.trim() != "...") {
        assert!(said.contains(line), "the README promises {line:?}, and docker said\n{said}");
    }
    drop(demo);
}

/// The text block that follows the paragraph with these words.
fn text_block_behind(words: &str) -> String {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let rest = text.split_once(words).unwrap().1;
    rest.split("```text\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

#[test]
fn every_other_command_of_the_readme_works_as_it_stands() {
    require(ENGINE);
    let folder = tempfile::tempdir().unwrap();
    // What a VIC appliance brings: files of the same kind, made by us.
    let made = shell("vicgate certs init vch --host vch.example && vicgate certs client vch gate", folder.path());
    run_to_end(made, "certificates for the backend");
    for block in blocks().iter().skip(3) {
        for line in block {
            if line.starts_with("vicgate serve ") {
                // The socket of the README lies where only root may write, and may be in use.
                let line = line.replace("/run/vicgate.sock", &folder.path().join("g.sock").display().to_string());
                drop(Serving::start(&line.replace(":2375", ":0").replace("0.0.0.0:2376", "0.0.0.0:0"), folder.path()));
            } else if line.starts_with("vicgate doctor ") {
                // Nobody has the appliance of the README; the demo's is one.
                let demo = Serving::start("vicgate demo --listen tcp://127.0.0.1:0", folder.path());
                run_to_end(shell(&line.replace("tcp://vch.example:2375", &demo.address), folder.path()), line);
            } else {
                run_to_end(shell(line, folder.path()), line);
            }
        }
    }
}

fn run_to_end(mut command: Command, name: &str) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {:?}\n{said}", output.status);
    assert!(!said.contains("panicked"), "{name}: {said}");
}

#[test]
fn the_settings_and_the_profile_of_the_readme_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let tables: Vec<&str> = text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(tables.len(), 2);
    std::fs::write(folder.path().join("no-privileges.toml"), tables[0]).unwrap();
    std::fs::write(folder.path().join("vicgate.toml"), tables[1]).unwrap();
    for folder_of_certificates in ["certs", "vch"] {
        let line = format!(
            "vicgate certs init {folder_of_certificates} --host vch.example && vicgate certs client {folder_of_certificates} gate"
        );
        run_to_end(shell(&line, folder.path()), &line);
    }
    run_to_end(shell("vicgate check", folder.path()), "the settings");
    run_to_end(shell("vicgate matrix --profile ./no-privileges.toml", folder.path()), "the profile");
}
