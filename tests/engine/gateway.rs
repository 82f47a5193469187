//! The gateway as a process.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_vicgate");

/// Runs a command until standard input ends, then removes its folder. The tests hold
/// the other end of the pipe, which the system closes however they end.
const KEEPER: &str =
    r#"trap '' INT; "$@" </dev/null & echo "pid $!"; cat >/dev/null; kill -KILL $! 2>/dev/null; rm -rf "$PWD""#;

/// A running `vicgate`; ends when dropped, or with the test process.
pub struct Gateway {
    keeper: Child,
    lifeline: Option<ChildStdin>,
    pid: u32,
    dir: TempDir,
    addresses: Vec<String>,
}

impl Gateway {
    /// Starts `vicgate serve` between this backend and one `tcp://` and one `unix://` listener.
    pub fn start(backend: &str, arguments: &[&str]) -> Self {
        let dir = folder();
        let socket = format!("unix://{}", dir.path().join("gateway.sock").display());
        let mut all = vec!["serve", "--listen", "tcp://127.0.0.1:0", "--listen", &socket, "--backend", backend];
        all.extend(arguments);
        Self::spawn(dir, &all, 2)
    }

    /// Starts two gateways one behind the other: both listen on `tls://` only and ask
    /// for client certificates, and the first reaches the second over mutual TLS.
    pub fn start_chain_over_tls(backend: &str, arguments: &[&str]) -> [Self; 2] {
        let chain = |dir: TempDir, certs: &Path, backend: &[&str]| {
            let [ca, cert, key] = ["ca.pem", "server-cert.pem", "server-key.pem"].map(|file| certs.join(file));
            let [ca, cert, key] = [&ca, &cert, &key].map(|path| path.to_str().expect("the path is ours"));
            let mut all = vec!["serve", "--listen", "tls://127.0.0.1:0", "--tlsverify", "--tlscacert", ca];
            all.extend(["--tlscert", cert, "--tlskey", key]);
            all.extend(backend.iter().chain(arguments));
            Self::spawn(dir, &all, 1)
        };
        let dir = folder();
        let certs = dir.path().to_owned();
        for arguments in [&["init", "."][..], &["client", ".", "user"]] {
            let made = Command::new(PROGRAM).arg("certs").args(arguments).current_dir(&certs).output();
            assert!(made.as_ref().is_ok_and(|made| made.status.success()), "{made:?}");
        }
        let second = chain(dir, &certs, &["--backend", backend]);
        let [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map(|file| certs.join(file).display().to_string());
        let (ca, cert, key) = (ca.as_str(), cert.as_str(), key.as_str());
        let url = second.address("tls://");
        let flags = ["--backend-tlscacert", ca, "--backend-tlscert", cert, "--backend-tlskey", key, "--backend", url];
        let first = chain(folder(), &certs, &flags);
        [first, second]
    }

    /// Starts vicgate with these arguments in an empty folder, and waits for this many listeners.
    pub fn spawn(dir: TempDir, arguments: &[&str], listeners: usize) -> Self {
        let log = std::fs::File::create(dir.path().join("log")).expect("the folder is ours");
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper", PROGRAM])
            .args(arguments)
            .current_dir(dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("sh is part of every system");
        let lines = BufReader::new(keeper.stdout.take().expect("standard output is piped")).lines();
        let lifeline = keeper.stdin.take();
        let mut gateway = Self { keeper, lifeline, pid: 0, dir, addresses: Vec::new() };
        let (send, receive) = mpsc::channel();
        // Reads to the end, so that the gateway never meets a closed pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(send.send(line))));
        while gateway.addresses.len() < listeners {
            let Ok(line) = receive.recv_timeout(Duration::from_secs(10)) else {
                panic!("vicgate {arguments:?} does not listen\n{}", gateway.log())
            };
            if let Some(address) = line.strip_prefix("listening on ") {
                gateway.addresses.push(address.to_owned());
            } else if let Some(pid) = line.strip_prefix("pid ") {
                gateway.pid = pid.parse().expect("the shell prints a number");
            }
        }
        gateway
    }

    /// Where it listens, as `DOCKER_HOST` takes it: what it printed.
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// The first address that starts with this.
    pub fn address(&self, scheme: &str) -> &str {
        let found = self.addresses.iter().find(|address| address.starts_with(scheme));
        found.unwrap_or_else(|| panic!("no {scheme} listener among {:?}", self.addresses))
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Its folder.
    pub fn folder(&self) -> PathBuf {
        self.dir.path().to_owned()
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        let log = std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
        format!("vicgate's log:\n{log}")
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        drop(self.keeper.wait());
    }
}

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("vicgate-serve-").tempdir().expect("a temporary folder can be made")
}
