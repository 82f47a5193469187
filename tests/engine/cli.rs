//! The stock docker CLIs, and scripts that call them.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::require::{self, require};

/// Each script runs in this setting. `docker` notes the exit code of every call,
/// so that a code in the middle of a script counts as much as the last.
const PRELUDE: &str = r#"
docker() {
    command docker "$@"
    set -- $?
    echo "$1" >>"$CODES"
    return "$1"
}
"#;

/// A docker CLI of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cli {
    program: PathBuf,
    /// Its version, such as `20.10.24`.
    pub version: String,
}

impl Cli {
    /// Every CLI on the PATH, one of each version, oldest first.
    pub fn all() -> &'static [Self] {
        static ALL: OnceLock<Vec<Cli>> = OnceLock::new();
        ALL.get_or_init(|| {
            require(require::DOCKER);
            let mut clis: Vec<Self> = require::find("docker").into_iter().filter_map(Self::probe).collect();
            clis.sort_by_key(Self::major);
            clis.dedup_by_key(|cli| cli.version.clone());
            if clis.last().is_some_and(|newest| newest.major() < 25) {
                require::say("the newest docker CLI here is older than 25: new CLIs are not tested");
            }
            clis
        })
    }

    /// The oldest CLI of the machine.
    pub fn oldest() -> &'static Self {
        Self::all().first().expect("require() has found a docker CLI")
    }

    /// The newest CLI of the machine.
    pub fn newest() -> &'static Self {
        Self::all().last().expect("require() has found a docker CLI")
    }

    fn probe(program: PathBuf) -> Option<Self> {
        let output = Command::new(&program).arg("--version").output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let version = text.strip_prefix("Docker version ")?.split([',', '+']).next()?.to_owned();
        Some(Self { program, version })
    }

    fn major(&self) -> u32 {
        self.version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0)
    }
}

/// What a script did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Exit code of the script; 124 if it ran out of time.
    pub code: i32,
    /// Exit codes of its `docker` calls, in order.
    pub codes: Vec<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// A user with a CLI, an empty home and an empty folder to work in.
pub struct Session {
    home: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Session {
    /// A session of this CLI with the daemon at `host`.
    pub fn new(cli: &Cli, host: &str) -> Self {
        let home = tempfile::Builder::new().prefix("vicgate-home-").tempdir().expect("a temporary folder can be made");
        let bin = home.path().join("bin");
        std::fs::create_dir_all(home.path().join("work")).expect("the home is ours");
        std::fs::create_dir_all(&bin).expect("the home is ours");
        std::os::unix::fs::symlink(&cli.program, bin.join("docker")).expect("the home is ours");
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
        let mut session = Self { home, variables: Vec::new() };
        session.set("PATH", &path);
        session.set("DOCKER_HOST", host);
        session
    }

    /// Sets a variable for the scripts.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// The folder in which scripts run.
    pub fn folder(&self) -> PathBuf {
        self.home.path().join("work")
    }

    /// Runs a bash script with nothing on its standard input.
    pub fn run(&self, script: &str) -> Outcome {
        self.run_with(script, b"")
    }

    /// Runs a bash script with these bytes on its standard input.
    pub fn run_with(&self, script: &str, stdin: &[u8]) -> Outcome {
        let file = |name| self.home.path().join(name);
        // Files, not pipes: what the script leaves running would hold a pipe open.
        let create = |name| File::create(file(name)).expect("the home is ours");
        drop(create("codes"));
        let mut child = Command::new("timeout")
            .args(["--kill-after=5", "90", "bash", "-o", "pipefail", "-c"])
            .arg(format!("{PRELUDE}\n{script}"))
            .env_clear()
            .env("HOME", self.home.path())
            .env("LC_ALL", "C.UTF-8")
            .env("TERM", "dumb")
            .env("CODES", file("codes"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder())
            .stdin(Stdio::piped())
            .stdout(create("stdout"))
            .stderr(create("stderr"))
            .spawn()
            .expect("bash and timeout are part of every Debian");
        let mut input = child.stdin.take().expect("standard input is piped");
        let status = std::thread::scope(|scope| {
            // A script need not read its input; then the pipe breaks, and that is its choice.
            scope.spawn(move || drop(input.write_all(stdin)));
            child.wait().expect("the child is ours to wait for")
        });
        let read = |name| String::from_utf8_lossy(&std::fs::read(file(name)).expect("we made it")).into_owned();
        Outcome {
            code: status.code().unwrap_or(-1),
            codes: read("codes").lines().filter_map(|line| line.parse().ok()).collect(),
            stdout: read("stdout"),
            stderr: read("stderr"),
        }
    }
}
