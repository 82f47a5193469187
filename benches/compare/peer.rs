//! Those that are compared, and how each is started.

use std::env::current_exe;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::child::Process;
use crate::files::{CA, SERVER_BOTH, SERVER_CERTIFICATE, SERVER_KEY};
use crate::flags::Other;
use crate::load::connect::Door;
use crate::measure::{Kind as Work, Measure, Setup};
use crate::run::Bench;

/// One of those that are compared.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// What it is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// The backend itself: what there is without a proxy.
    Direct,
    /// vicgate with a capability profile and an access policy.
    Vicgate { profile: &'static str },
    /// HAProxy in http mode with one path rule. It splices where it finds that worth it
    /// (`splice-auto`), or always.
    Haproxy { always_splices: bool },
    /// nginx.
    Nginx,
    /// A proxy of hyper and nothing else; see [`crate::bare`].
    Bare,
    /// One that runs already.
    Other(Other),
}

/// A peer that accepts connections.
pub(crate) struct Running {
    process: Option<Process>,
    pid: Option<u32>,
    pub(crate) plain: Option<Door>,
    pub(crate) tls: Option<Door>,
    /// From its start until it listened.
    pub(crate) start: Option<Duration>,
}

impl Peer {
    /// The peers that every comparison has.
    pub(crate) fn all() -> Vec<Self> {
        let peer = |name: &str, kind| Self { name: name.into(), kind };
        vec![
            peer("direct", Kind::Direct),
            peer(HAPROXY, Kind::Haproxy { always_splices: false }),
            peer("vicgate engine", Kind::Vicgate { profile: "engine" }),
            peer("vicgate vic", Kind::Vicgate { profile: "vic" }),
            peer("haproxy, always splicing", Kind::Haproxy { always_splices: true }),
            peer("nginx", Kind::Nginx),
            peer("bare hyper", Kind::Bare),
        ]
    }

    /// True if it is measured here: always to splice differs where bytes are moved, and a bare proxy can do
    /// no more than pass requests.
    pub(crate) fn takes_part(&self, measure: &Measure) -> bool {
        match self.kind {
            Kind::Haproxy { always_splices: true } => matches!(measure.kind, Work::Tunnel(_)),
            Kind::Bare => matches!(measure.kind, Work::Requests(..)) && !measure.tls,
            Kind::Direct
            | Kind::Vicgate { .. }
            | Kind::Haproxy { always_splices: false }
            | Kind::Nginx
            | Kind::Other(_) => true,
        }
    }

    /// Starts it, and waits until it accepts connections.
    pub(crate) fn start(&self, bench: &Bench, setup: &Setup) -> Result<Running> {
        let ca = bench.files.path(CA);
        let doors =
            |plain, tls| (Some(Door { address: plain, ca: None }), Some(Door { address: tls, ca: Some(ca.clone()) }));
        match &self.kind {
            Kind::Direct => {
                let plain = Some(Door { address: bench.backend_tcp, ca: None });
                Ok(Running { process: None, pid: None, plain, tls: None, start: None })
            }
            Kind::Other(other) => {
                let door = Door { address: other.address, ca: other.tls.then_some(ca) };
                let (plain, tls) = if other.tls { (None, Some(door)) } else { (Some(door), None) };
                Ok(Running { process: None, pid: Some(other.pid), plain, tls, start: None })
            }
            Kind::Bare => {
                let listen = free_address()?;
                let args = ["bare".to_owned(), bench.backend_unix.display().to_string(), listen.to_string()];
                let begun = Instant::now();
                let process = Process::start(&self.name, bench.cpus(setup.workers), current_exe()?, args)?;
                process.wait_for("ready", PATIENCE)?;
                let (start, plain) = (Some(begun.elapsed()), Some(Door { address: listen, ca: None }));
                Ok(Running { pid: Some(process.pid()), process: Some(process), plain, tls: None, start })
            }
            Kind::Vicgate { .. } | Kind::Haproxy { .. } | Kind::Nginx => {
                let (plain, tls) = (free_address()?, free_address()?);
                let (program, args) = self.command(bench, setup, plain, tls)?;
                let begun = Instant::now();
                let mut process = Process::start(&self.name, bench.cpus(setup.workers), program, args)?;
                if matches!(self.kind, Kind::Vicgate { .. }) {
                    process.wait_for("listening on tls", PATIENCE)?;
                } else {
                    wait_until_accepting(tls, &mut process)?;
                }
                let start = Some(begun.elapsed());
                let (plain, tls) = doors(plain, tls);
                Ok(Running { pid: Some(process.pid()), process: Some(process), plain, tls, start })
            }
        }
    }

    fn command(
        &self,
        bench: &Bench,
        setup: &Setup,
        plain: SocketAddr,
        tls: SocketAddr,
    ) -> Result<(String, Vec<String>)> {
        let workers = setup.workers;
        let (program, config, text, flags): (_, _, _, &[&str]) = match &self.kind {
            Kind::Vicgate { profile } => {
                let access = bench.files.write("access.toml", &access_policy(setup))?;
                // Emptied at each start: it grows by some megabytes a second.
                let audit = bench.files.write("audit.log", "")?;
                let text = vicgate_config(bench, workers, plain, tls, profile, &access, &audit);
                (bench.vicgate.display().to_string(), "vicgate.toml", text, &["serve", "--config"])
            }
            Kind::Haproxy { always_splices } => {
                let text = haproxy_config(bench, workers, plain, tls, *always_splices);
                ("haproxy".into(), "haproxy.cfg", text, &["-db", "-f"])
            }
            Kind::Nginx => ("nginx".into(), "nginx.conf", nginx_config(bench, workers, plain, tls), &["-c"]),
            Kind::Direct | Kind::Bare | Kind::Other(_) => anyhow::bail!("{} is not ours to start", self.name),
        };
        let config = bench.files.write(config, &text)?;
        let mut args: Vec<String> = flags.iter().map(ToString::to_string).collect();
        args.push(config.display().to_string());
        Ok((program, args))
    }
}

impl Running {
    /// The process to measure; none for the backend itself.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// Ends it, if it is ours.
    pub(crate) fn end(self) -> Result<()> {
        self.process.map_or(Ok(()), Process::end)
    }

    /// Fails if it has ended meanwhile.
    pub(crate) fn check(&mut self) -> Result<()> {
        self.process.as_mut().map_or(Ok(()), Process::check)
    }
}

/// The peer that all others are held against.
pub(crate) const HAPROXY: &str = "haproxy";

/// How long a proxy may take to start.
const PATIENCE: Duration = Duration::from_secs(10);

/// An address that nobody listens on. Somebody could take it before the proxy
/// does, and the proxy would say so.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(socket.local_addr()?)
}

fn wait_until_accepting(address: SocketAddr, process: &mut Process) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect(address).is_err() {
        process.check().context("it did not start")?;
        ensure!(Instant::now() < deadline, "nobody listens on {address} after {PATIENCE:?}");
        thread::sleep(Duration::from_micros(200));
    }
    Ok(())
}

fn haproxy_config(bench: &Bench, workers: usize, plain: SocketAddr, tls: SocketAddr, always_splices: bool) -> String {
    let splice =
        if always_splices { "option splice-request\n    option splice-response" } else { "option splice-auto" };
    let (certificate, backend) = (bench.files.text(SERVER_BOTH), bench.backend_unix.display());
    let ca = bench.files.text(CA);
    format!(
        "global
    nbthread {workers}
    maxconn 7000
defaults
    mode http
    {splice}
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    timeout tunnel 24h
frontend docker
    bind {plain}
    bind {tls} ssl crt {certificate} ca-file {ca} verify required alpn http/1.1
    http-request deny unless {{ path_reg ^(/v[0-9.]+)?/(_ping|info|version|containers|images|exec|networks|volumes)(/.*)?$ }}
    default_backend engine
backend engine
    server engine unix@{backend}
"
    )
}

fn nginx_config(bench: &Bench, workers: usize, plain: SocketAddr, tls: SocketAddr) -> String {
    let (folder, backend) = (bench.files.folder().display(), bench.backend_unix.display());
    let (certificate, key) = (bench.files.text(SERVER_CERTIFICATE), bench.files.text(SERVER_KEY));
    let ca = bench.files.text(CA);
    // With one process there is nobody to leave behind when it is ended.
    let processes =
        if workers == 1 { "master_process off;".to_owned() } else { format!("worker_processes {workers};") };
    format!(
        "daemon off; {processes}
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 19000; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_max_body_size 0;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
    upstream engine {{ server unix:{backend}; keepalive 512; keepalive_requests 1000000000; }}
    server {{
        listen {plain};
        listen {tls} ssl;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        ssl_client_certificate {ca};
        ssl_verify_client on;
        ssl_protocols TLSv1.2 TLSv1.3;
        location / {{
            proxy_pass http://engine;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_buffering off;
            proxy_request_buffering off;
            proxy_read_timeout 24h;
            proxy_send_timeout 24h;
        }}
    }}
}}
"
    )
}

fn vicgate_config(
    bench: &Bench,
    workers: usize,
    plain: SocketAddr,
    tls: SocketAddr,
    profile: &str,
    access: &Path,
    audit: &Path,
) -> String {
    let (certificate, key) = (bench.files.text(SERVER_CERTIFICATE), bench.files.text(SERVER_KEY));
    let ca = bench.files.text(CA);
    let (access, backend) = (access.display(), bench.backend_unix.display());
    let audit = audit.display();
    format!(
        r#"[[listen]]
url = "tcp://{plain}"
[[listen]]
url = "tls://{tls}"
cert = "{certificate}"
key = "{key}"
client_ca = "{ca}"
[backend]
url = "unix://{backend}"
[policy]
profile = "{profile}"
access = "{access}"
[limits]
workers = {workers}
[log]
audit = "{audit}"
"#
    )
}

/// Two denials, then a rule for each team and its images; the last two rules
/// are the ones that allow what the load does.
fn access_policy(setup: &Setup) -> String {
    let mut text = "name = \"comparison\"\n".to_owned();
    for identity in 0..setup.identities {
        text += &format!("[[identity]]\ncommon_name = \"user-{identity}\"\nrole = \"role-{}\"\n", identity % ROLES);
    }
    text += r#"[[deny]]
name = "no socket"
binds = ["/var/run/docker.sock"]
[[deny]]
name = "no privileges"
privileged = true
"#;
    for team in 4..setup.rules {
        let role = match setup.identities {
            0 => String::new(),
            identities => format!("role = \"role-{}\"\n", team % identities.min(ROLES)),
        };
        text += &format!(
            "[[allow]]\nname = \"team {team}\"\n{role}groups = [\"read\", \"lifecycle\", \"exec\"]\n\
             images = [\"registry.example/team-{team}/*\"]\ncontainers = [\"team-{team}-*\"]\nnames = [\"team-{team}-*\"]\n"
        );
    }
    text + r#"[[allow]]
name = "ours"
groups = ["lifecycle"]
images = ["busybox"]
names = ["web"]
[[allow]]
name = "the rest"
groups = ["all"]
except = ["ContainerCreate"]
"#
}

/// How many roles the identities have: each one of its own.
const ROLES: usize = 1000;
