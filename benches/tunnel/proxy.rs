//! The proxies under load, each as a process of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::load::Backend;

/// A running proxy; ended when dropped.
pub struct Proxy {
    child: Child,
    pub port: u16,
    pub dir: TempDir,
}

impl Proxy {
    pub fn haproxy(backend: &Backend) -> Self {
        let dir = tempfile::tempdir().unwrap();
        // A free port, found by asking for one and letting it go.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = format!(
            "global\n  maxconn 6000\n\
             defaults\n  mode http\n  option splice-auto\n  timeout connect 5s\n  timeout client 1h\n  timeout server 1h\n  \
             timeout tunnel 1h\n\
             frontend docker\n  bind 127.0.0.1:{port}\n  acl allowed path_reg ^/v1\\.[0-9]+/containers/\n  \
             http-request deny unless allowed\n  default_backend engine\n\
             backend engine\n  server engine unix@{}\n",
            backend.path().display()
        );
        let file = dir.path().join("haproxy.cfg");
        fs::write(&file, config).unwrap();
        let child =
            Command::new("haproxy").arg("-f").arg(&file).stderr(Stdio::null()).spawn().expect("haproxy is needed");
        let proxy = Self { child, port, dir };
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "haproxy does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        proxy
    }

    pub fn vicgate(backend: &Backend) -> Self {
        Self::serve(backend, tempfile::tempdir().unwrap(), &["--listen", "tcp://127.0.0.1:0"])
    }

    /// With client certificates, which are in its folder.
    pub fn vicgate_tls(backend: &Backend) -> Self {
        let dir = tempfile::tempdir().unwrap();
        make_certificates(dir.path());
        let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
        let (cert, key, ca) = (path("server-cert.pem"), path("server-key.pem"), path("ca.pem"));
        let flags = ["--listen", "tls://127.0.0.1:0", "--tlsverify", "--tlscert", &cert, "--tlskey", &key];
        Self::serve(backend, dir, &[&flags[..], &["--tlscacert", &ca]].concat())
    }

    fn serve(backend: &Backend, dir: TempDir, flags: &[&str]) -> Self {
        let url = format!("unix://{}", backend.path().display());
        let built = || env!("CARGO_BIN_EXE_vicgate").into();
        let mut child = Command::new(std::env::var_os("VICGATE").unwrap_or_else(built))
            .args(["serve", "--profile", "engine", "--backend", &url])
            .args(flags)
            .current_dir(dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().rsplit(':').next().unwrap().parse().unwrap();
        Self { child, port, dir }
    }

    /// CPU seconds, user and system, that the process spends while `work` runs.
    pub fn cpu_of(&self, work: impl FnOnce()) -> f64 {
        let before = self.cpu();
        work();
        (self.cpu() - before) as f64 / 1e9
    }

    /// CPU time of all its threads, in nanoseconds (`Documentation/scheduler/sched-stats.rst`).
    fn cpu(&self) -> u64 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        tasks
            .map(|task| fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap())
            .map(|stat| stat.split_whitespace().next().unwrap().parse::<u64>().unwrap())
            .sum()
    }

    /// Resident memory in KiB.
    pub fn resident(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn make_certificates(dir: &Path) {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    let key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    fs::write(dir.join("ca.pem"), ca.self_signed(&key).unwrap().pem()).unwrap();
    let issuer = Issuer::new(ca, key);
    for (names, cert, key_file) in
        [(vec!["localhost".into()], "server-cert.pem", "server-key.pem"), (vec![], "cert.pem", "key.pem")]
    {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(names).unwrap();
        fs::write(dir.join(cert), params.signed_by(&key, &issuer).unwrap().pem()).unwrap();
        fs::write(dir.join(key_file), key.serialize_pem()).unwrap();
    }
}
