//! A stand-in on a thread of its own, on TCP and on a unix socket.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tempfile::TempDir;
use tokio::net::{TcpListener, UnixListener};
use tokio_util::sync::CancellationToken;
use vicgate::standin::{Listener, Settings, StandIn};

use super::http::{Answer, Client};

/// How long anything may take before a test gives up on it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A running stand-in; it ends with this value.
pub(crate) struct Host {
    pub(crate) address: SocketAddr,
    pub(crate) folder: TempDir,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    pub(crate) fn start() -> Self {
        Self::with(Settings::default())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("vic.sock");
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let standin = StandIn::new(settings);
                let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let unix = UnixListener::bind(socket).unwrap();
                tell.send((tcp.local_addr().unwrap(), standin.stop_token())).unwrap();
                tokio::join!(standin.clone().serve(Listener::Tcp(tcp)), standin.serve(Listener::Unix(unix)),);
            });
        });
        let (address, stop) = told.recv().unwrap();
        Self { address, folder, stop, thread: Some(thread) }
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.address)
    }

    /// One call on a connection of its own.
    pub(crate) fn call(&self, method: &str, target: &str, body: &str) -> Answer {
        self.client().call(method, target, body)
    }

    /// Makes a container and gives its id.
    pub(crate) fn create(&self, name: &str, body: &str) -> String {
        let answer = self.call("POST", &format!("/v1.25/containers/create?name={name}"), body);
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["Id"].as_str().unwrap().to_owned()
    }

    /// Makes and starts a container that runs a shell script.
    pub(crate) fn run(&self, name: &str, script: &str) -> String {
        let body = serde_json::json!({
            "Image": "busybox", "Cmd": ["sh", "-c", script], "HostConfig": {},
        });
        let id = self.create(name, &body.to_string());
        let started = self.call("POST", &format!("/v1.25/containers/{id}/start"), "");
        assert_eq!(started.status, 204, "{}", started.text());
        id
    }

    /// The exit code of a container, once it has ended.
    pub(crate) fn wait(&self, name: &str) -> i64 {
        let answer = self.call("POST", &format!("/v1.25/containers/{name}/wait"), "");
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["StatusCode"].as_i64().unwrap()
    }

    /// Waits until `holds` holds.
    pub(crate) fn until(&self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(Instant::now() < deadline, "never came true: {what}");
            std::thread::yield_now();
        }
    }

    /// The docker CLI on this host. It must be installed: these tests mean nothing without it.
    pub(crate) fn docker(&self, args: &[&str]) -> Command {
        let mut command = Command::new("docker");
        let socket = self.folder.path().join("vic.sock");
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .arg("-H")
            .arg(format!("unix://{}", socket.display()))
            .args(args)
            .stdin(Stdio::null());
        command
    }

    /// Runs the docker CLI to its end.
    pub(crate) fn cli(&self, args: &[&str]) -> Ran {
        let output = self.docker(args).output();
        Ran::of(output.expect("the docker CLI must be installed to run these tests"))
    }

    /// What has happened so far, action by action, as the CLI shows it.
    pub(crate) fn cli_events(&self) -> Vec<String> {
        let until = (Self::now() + 1).to_string();
        let shown = self.cli(&["events", "--since", "0", "--until", &until, "--format", "{{.Action}}"]);
        shown.ok().lines().map(str::to_owned).collect()
    }

    /// Seconds since 1970.
    pub(crate) fn now() -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !std::thread::panicking() {
                ended.expect("the stand-in must not panic");
            }
        }
    }
}

/// What a command has left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Asserts success and gives standard output.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }
}
