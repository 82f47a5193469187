//! What is measured, and what the figures are made of.

use std::time::Duration;

use anyhow::Result;

use crate::child::Process;
use crate::files::CREATE;
use crate::load::http::Sent;
use crate::load::{Direction, Outcome, Plan, Work};
use crate::peer::Running;
use crate::process::{cpu_time, resident_kib};
use crate::run::Bench;

/// Something to do with a peer that is fresh from its start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure {
    pub(crate) name: &'static str,
    tls: bool,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Start,
    Get,
    Create,
    Tunnel(Direction),
    Echo,
    Idle,
    Handshakes,
}

/// One figure of one run.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) row: String,
    pub(crate) value: f64,
}

/// All measures, in the order of the table.
pub(crate) const ALL: [Measure; 13] = [
    Measure { name: "get", tls: false, kind: Kind::Get },
    Measure { name: "create", tls: false, kind: Kind::Create },
    Measure { name: "tunnel-down", tls: false, kind: Kind::Tunnel(Direction::Down) },
    Measure { name: "tunnel-up", tls: false, kind: Kind::Tunnel(Direction::Up) },
    Measure { name: "echo", tls: false, kind: Kind::Echo },
    Measure { name: "idle", tls: false, kind: Kind::Idle },
    Measure { name: "start", tls: false, kind: Kind::Start },
    Measure { name: "tls-get", tls: true, kind: Kind::Get },
    Measure { name: "tls-tunnel-down", tls: true, kind: Kind::Tunnel(Direction::Down) },
    Measure { name: "tls-tunnel-up", tls: true, kind: Kind::Tunnel(Direction::Up) },
    Measure { name: "tls-echo", tls: true, kind: Kind::Echo },
    Measure { name: "tls-idle", tls: true, kind: Kind::Idle },
    Measure { name: "tls-handshakes", tls: true, kind: Kind::Handshakes },
];

impl Measure {
    /// Takes the figures of one peer; none if it has no such door.
    pub(crate) fn take(&self, bench: &Bench, running: &mut Running) -> Result<Vec<Figure>> {
        let figure = |what: &str, value| Figure { row: format!("{}: {what}", self.name), value };
        let door = if self.tls { &running.tls } else { &running.plain };
        let Some(door) = door.clone() else { return Ok(Vec::new()) };
        let Some(work) = self.work(bench) else {
            let mut figures = Vec::new();
            if let (Some(start), Some(pid)) = (running.start, running.pid()) {
                figures.push(figure("ms until it listens", start.as_secs_f64() * 1e3));
                figures.push(figure("KiB resident, idle", resident_kib(pid)?));
            }
            return Ok(figures);
        };
        let taken = Taken::run(bench, running, &Plan { door, work })?;
        let count = taken.outcome.count as f64;
        let rate = count / taken.outcome.seconds;
        let cpu = taken.cpu.map(|cpu| cpu.as_secs_f64());
        let mut figures = Vec::new();
        let mut with_cpu = |what: &str, value: &dyn Fn(f64) -> f64| {
            figures.extend(cpu.map(|cpu| figure(what, value(cpu))));
        };
        match self.kind {
            Kind::Start => {}
            Kind::Get | Kind::Create => {
                with_cpu("CPU µs per request", &|cpu| cpu * 1e6 / count);
                figures.push(figure("requests/s", rate));
                figures.push(figure("p50 µs", taken.outcome.p50));
                figures.push(figure("p99 µs", taken.outcome.p99));
            }
            Kind::Tunnel(_) => {
                with_cpu("CPU s per GB", &|cpu| cpu * 1e9 / count);
                figures.push(figure("MB/s", rate / 1e6));
            }
            Kind::Echo => {
                with_cpu("CPU µs per round trip", &|cpu| cpu * 1e6 / count);
                figures.push(figure("p50 µs", taken.outcome.p50));
                figures.push(figure("p99 µs", taken.outcome.p99));
            }
            Kind::Idle => figures.extend(taken.grown_kib.map(|kib| figure("KiB per session", kib / count))),
            Kind::Handshakes => {
                with_cpu("full handshakes per CPU s", &|cpu| count / cpu);
                with_cpu("CPU µs per handshake", &|cpu| cpu * 1e6 / count);
            }
        }
        Ok(figures)
    }

    fn work(&self, bench: &Bench) -> Option<Work> {
        let window = if bench.quick { Duration::from_millis(400) } else { Duration::from_millis(1500) };
        let request = |line: &str, body, status| {
            let request = Sent { line: line.into(), headers: String::new(), body, status };
            Work::Requests { request, connections: 32, window }
        };
        Some(match self.kind {
            Kind::Start => return None,
            Kind::Get => request("GET /v1.25/containers/json?all=1", None, 200),
            Kind::Create => request("POST /v1.25/containers/create?name=web", Some(bench.files.path(CREATE)), 201),
            Kind::Tunnel(direction) => {
                let bytes = if bench.quick { 256 << 20 } else { 1 << 30 };
                Work::Tunnel { direction, connections: 4, bytes }
            }
            Kind::Echo => Work::Echo { connections: 8, window },
            Kind::Idle => Work::Idle { sessions: if bench.quick { 500 } else { 2000 } },
            Kind::Handshakes => Work::Handshakes { connections: 8, window },
        })
    }
}

/// What a run of the load cost the proxy.
struct Taken {
    outcome: Outcome,
    cpu: Option<Duration>,
    grown_kib: Option<f64>,
}

impl Taken {
    fn run(bench: &Bench, running: &mut Running, plan: &Plan) -> Result<Self> {
        let mut load = bench.load(plan)?;
        load.wait_for("ready", PATIENCE)?;
        let before =
            running.pid().map(|pid| Ok::<_, anyhow::Error>((cpu_time(pid)?, resident_kib(pid)?))).transpose()?;
        load.say("go")?;
        let outcome = outcome(&load)?;
        running.check()?;
        let after =
            running.pid().map(|pid| Ok::<_, anyhow::Error>((cpu_time(pid)?, resident_kib(pid)?))).transpose()?;
        let spent = before.zip(after).map(|((cpu, kib), (cpu_after, kib_after))| (cpu_after - cpu, kib_after - kib));
        let (cpu, grown_kib) = spent.unzip();
        Ok(Self { outcome, cpu, grown_kib })
    }
}

fn outcome(load: &Process) -> Result<Outcome> {
    Ok(serde_json::from_str(&load.line(PATIENCE)?)?)
}

/// How long a load may take to prepare, or to work.
const PATIENCE: Duration = Duration::from_secs(60);
