//! The clients, and the session that each does.

use std::path::{Path, PathBuf};

use crate::Cell;
use crate::backends::Backend;
use crate::engine::require::require;
use crate::engine::{Cli, Session, packages};
use crate::with_bollard;

/// A client as somebody would use it.
pub struct Client {
    /// Its row in the table.
    pub name: &'static str,
    cli: &'static Cli,
    variables: Vec<(&'static str, String)>,
    /// The script of its session; empty for bollard, which is a library of Rust.
    script: String,
    /// What each step of the session comes to.
    expected: &'static [(&'static str, &'static str)],
}

/// A day with an engine.
const DAY: &[(&str, &str)] = &[
    ("version", "linux"),
    ("info", "linux"),
    ("image", "there"),
    ("create", "1"),
    ("attach", "got hello\nexit code 3"),
    ("wait", "3"),
    ("logs", "got hello"),
    ("inspect", "3 false true"),
    ("run", "1"),
    ("exec", "in exec\nexit code 4"),
    ("cp", "content"),
    ("stats", "it-run"),
    ("events", "create start die"),
    ("networks", "it-net"),
    ("volumes", "it-vol\nkept"),
    ("rm", "0"),
];

/// A project of compose.
const COMPOSE: &[(&str, &str)] =
    &[("up", "1"), ("ps", "stays"), ("exec", "given"), ("logs", "once"), ("again", "1"), ("down", "0")];

/// A test with a container of its own.
const TEST: &[(&str, &str)] = &[
    ("start", "DockerContainer"),
    ("status", "running"),
    ("logs", "ready"),
    ("exec", "given\nexit code 4"),
    ("stop", "0"),
];

/// All clients.
pub fn all() -> Vec<Client> {
    let mut all = Vec::new();
    for (name, cli, version) in [
        ("docker CLI 28", Cli::newest(), ""),
        ("docker CLI 28, API 1.50", Cli::newest(), "1.50"),
        ("docker CLI 28, API 1.44", Cli::newest(), "1.44"),
        ("docker CLI 28, API 1.41", Cli::newest(), "1.41"),
        ("docker CLI 28, API 1.25", Cli::newest(), "1.25"),
        ("docker CLI 28, API 1.24", Cli::newest(), "1.24"),
        ("docker CLI 28, API 1.23", Cli::newest(), "1.23"),
        ("docker CLI 28, API 1.19", Cli::newest(), "1.19"),
        ("docker CLI 20.10", Cli::oldest(), ""),
        ("docker CLI 20.10, API 1.50", Cli::oldest(), "1.50"),
        ("docker CLI 20.10, API 1.44", Cli::oldest(), "1.44"),
        ("docker CLI 20.10, API 1.25", Cli::oldest(), "1.25"),
        ("docker CLI 20.10, API 1.24", Cli::oldest(), "1.24"),
        ("docker CLI 20.10, API 1.23", Cli::oldest(), "1.23"),
        ("docker CLI 20.10, API 1.19", Cli::oldest(), "1.19"),
    ] {
        let variables = if version.is_empty() { Vec::new() } else { vec![("DOCKER_API_VERSION", version.to_owned())] };
        all.push(Client { name, cli, variables, script: format!(". {}", session("cli.sh")), expected: DAY });
    }
    for (name, package) in [
        ("docker-py 1.2", "docker-py==1.2.3"),
        ("docker-py 1.10", "docker-py==1.10.6"),
        ("docker-py 2.7", "docker==2.7.0"),
        ("docker-py 4.4", "docker==4.4.4"),
    ] {
        let old = [package, "requests<2.29", "urllib3<2", "websocket-client<2"];
        all.push(python(name, &old, "docker_py.py", DAY));
    }
    all.push(python("docker-py 7", &["docker==7.1.0"], "docker_py.py", DAY));
    all.push(python("testcontainers 4", &["testcontainers==4.9.0"], "with_testcontainers.py", TEST));
    // Debian's, since the one of the package index needs an older Python.
    require(&[("docker-compose", "docker-compose")]);
    for (name, version) in [("docker-compose 1.29", ""), ("docker-compose 1.29, API 1.24", "1.24")] {
        let variables = if version.is_empty() { Vec::new() } else { vec![("COMPOSE_API_VERSION", version.to_owned())] };
        let script = format!(". {}", session("compose.sh"));
        all.push(Client { name, cli: Cli::newest(), variables, script, expected: COMPOSE });
    }
    let node = packages::node("dockerode-5", &["dockerode@5.0.1"]);
    all.push(Client {
        name: "dockerode 5",
        cli: Cli::newest(),
        variables: vec![("NODE_PATH", node.display().to_string())],
        script: format!("node {}", session("dockerode.js")),
        expected: DAY,
    });
    let bollard = Client {
        name: "bollard 0.21",
        cli: Cli::newest(),
        variables: Vec::new(),
        script: String::new(),
        expected: with_bollard::STEPS,
    };
    all.push(bollard);
    for (name, version) in
        [("a client that insists on API 1.44", "1.44"), ("a client that insists on API 1.52", "1.52")]
    {
        let insists = vec![("insists", version.to_owned())];
        let script = format!("python3 {}", session("raw.py"));
        all.push(Client { name, cli: Cli::newest(), variables: insists, script, expected: DAY });
    }
    all
}

fn python(
    name: &'static str,
    packages: &[&str],
    script: &str,
    expected: &'static [(&'static str, &'static str)],
) -> Client {
    let folder = packages::python(&name.replace(' ', "-"), packages);
    let variables = vec![("PYTHONPATH", folder.display().to_string())];
    let script = format!("python3 -W ignore {}", session(script));
    Client { name, cli: Cli::newest(), variables, script, expected }
}

fn session(name: &str) -> String {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/sessions");
    folder.join(name).display().to_string()
}

impl Client {
    /// True if it meets this backend. Podman has words of its own for what happens to containers, and
    /// clients before API 1.30 and compose wait by those.
    pub fn meets(&self, backend: &Backend) -> bool {
        let is_old = ["1.25", "1.24", "1.23", "1.19"].iter().any(|version| self.name.ends_with(version));
        let waits = is_old || ["docker-py 1", "docker-compose"].iter().any(|client| self.name.starts_with(client));
        !backend.name.starts_with("Podman") || !waits
    }

    /// Does its session.
    pub fn run(&self, backend: &Backend, number: usize) -> Cell {
        let mut session = Session::new(self.cli, backend.address());
        // No name is a part of another.
        let name = format!("cell{number}x");
        session.set("name", &name);
        for (name, value) in &self.variables {
            session.set(name, value);
        }
        if backend.pulls {
            session.set("pull", "1");
        }
        let (said, trouble) = if self.script.is_empty() {
            (with_bollard::session(backend.address(), &name, backend.pulls), String::new())
        } else {
            let outcome = session.run(&self.script);
            (outcome.stdout, outcome.stderr)
        };
        let seen = steps(&said);
        let result = |step: &str| seen.iter().find(|(own, _)| own == step).map(|(_, result)| result.as_str());
        let wrong = self.expected.iter().filter(|(step, expected)| result(step) != Some(*expected));
        let wrong = wrong.map(|(step, _)| {
            let missing = || format!("no such step: {}", trouble.trim());
            ((*step).to_owned(), result(step).map_or_else(missing, str::to_owned))
        });
        let wrong: Vec<_> = wrong.collect();
        if std::env::var_os("SHOW").is_some() {
            eprintln!("== {} before {}: {wrong:#?}\n{}", self.name, backend.name, backend.log());
        }
        Cell { client: self.name, backend: backend.name, wrong, steps: self.expected.len() }
    }
}

/// The steps of a session, with what they came to; a line without a step belongs to the one before it.
fn steps(text: &str) -> Vec<(String, String)> {
    let mut steps: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match (line.split_once(": "), steps.last_mut()) {
            (Some((step, result)), _) if step.chars().all(|char| char.is_ascii_lowercase()) => {
                steps.push((step.to_owned(), result.trim_end().to_owned()));
            }
            (_, Some((_, result))) => {
                result.push('\n');
                result.push_str(line.trim_end());
            }
            (_, None) => {}
        }
    }
    steps
}
