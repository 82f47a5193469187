//! What is measured, and what the figures are made of.

use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::child::Process;
use crate::load::abuse::Abuse;
use crate::load::connect::Door;
use crate::load::http::Sent;
use crate::load::{Direction, Outcome, Plan, Work};
use crate::peer::Running;
use crate::process::{cpu_time, resident_kib};
use crate::run::Bench;

/// Something to do with a peer that is fresh from its start.
#[derive(Clone, Debug)]
pub(crate) struct Measure {
    pub(crate) name: String,
    /// How the peer is set up for it.
    pub(crate) setup: Setup,
    pub(crate) tls: bool,
    pub(crate) kind: Kind,
}

/// What differs between measures in the set-up of a peer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    /// Threads.
    pub(crate) workers: usize,
    /// Rules of vicgate's access policy.
    pub(crate) rules: usize,
    /// Identities that it names.
    pub(crate) identities: usize,
}

impl Default for Setup {
    fn default() -> Self {
        Self { workers: 1, rules: 50, identities: 0 }
    }
}

/// What is done.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Nothing: what is there once it has started.
    Start,
    /// Reading the policies again.
    Reload,
    /// The same request from so many connections.
    Requests(Sent, usize),
    /// The same, and the cost is given by KiB of body.
    Body(Sent, usize),
    Tunnel(Direction),
    Echo,
    /// One echo at a time.
    Latency,
    Idle,
    Handshakes,
    /// Abuse beside a client that behaves.
    Abuse(Abuse),
}

/// One figure of one run.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) row: String,
    pub(crate) value: f64,
}

impl Measure {
    /// Takes the figures of one peer; none if it has no such door.
    pub(crate) fn take(&self, bench: &Bench, running: &mut Running) -> Result<Vec<Figure>> {
        let door = if self.tls { &running.tls } else { &running.plain };
        let Some(door) = door.clone() else { return Ok(Vec::new()) };
        let figures = match &self.kind {
            Kind::Start => started(running)?,
            Kind::Reload => reloaded(running)?,
            Kind::Abuse(abuse) => abused(bench, running, &door, *abuse)?,
            Kind::Requests(sent, connections) | Kind::Body(sent, connections) => {
                let (request, pause) = (sent.clone(), Duration::ZERO);
                let work = Work::Requests { request, connections: *connections, pause, window: bench.window() };
                self.figures(&Taken::run(bench, running, &Plan { door, work })?)
            }
            Kind::Tunnel(direction) => {
                let bytes = if bench.quick { 256 << 20 } else { 1 << 30 };
                let work = Work::Tunnel { direction: *direction, connections: 4, bytes };
                self.figures(&Taken::run(bench, running, &Plan { door, work })?)
            }
            Kind::Echo | Kind::Latency => {
                let connections = if matches!(self.kind, Kind::Latency) { 1 } else { 8 };
                let work = Work::Echo { connections, window: bench.window() };
                self.figures(&Taken::run(bench, running, &Plan { door, work })?)
            }
            Kind::Idle => {
                let work = Work::Idle { sessions: if bench.quick { 500 } else { 2000 } };
                self.figures(&Taken::run(bench, running, &Plan { door, work })?)
            }
            Kind::Handshakes => {
                let work = Work::Handshakes { connections: 8, window: bench.window() };
                self.figures(&Taken::run(bench, running, &Plan { door, work })?)
            }
        };
        let row = |figure: (&str, f64)| Figure { row: format!("{}: {}", self.name, figure.0), value: figure.1 };
        Ok(figures.into_iter().map(row).collect())
    }

    fn figures(&self, taken: &Taken) -> Figures {
        let count = taken.outcome.count as f64;
        let rate = count / taken.outcome.seconds;
        let cpu = taken.cpu.map(|cpu| cpu.as_secs_f64());
        let by_cpu = |what: &'static str, value: &dyn Fn(f64) -> f64| cpu.map(|cpu| (what, value(cpu)));
        let times = [("p50 µs", taken.outcome.p50), ("p99 µs", taken.outcome.p99)];
        let mut figures = Figures::new();
        match &self.kind {
            Kind::Start | Kind::Reload | Kind::Abuse(_) => {}
            Kind::Requests(..) => {
                figures.extend(by_cpu("CPU µs per request", &|cpu| cpu * 1e6 / count));
                figures.push(("requests/s", rate));
                figures.extend(times);
            }
            Kind::Body(sent, _) => {
                let kib = sent.body_kib();
                figures.extend(by_cpu("CPU µs per KiB", &|cpu| cpu * 1e6 / count / kib));
            }
            Kind::Tunnel(_) => {
                figures.extend(by_cpu("CPU s per GB", &|cpu| cpu * 1e9 / count));
                figures.push(("MB/s", rate / 1e6));
            }
            Kind::Echo => figures.extend(by_cpu("CPU µs per round trip", &|cpu| cpu * 1e6 / count)),
            Kind::Latency => figures.extend(times),
            Kind::Idle => figures.extend(taken.grown_kib.map(|kib| ("KiB per session", kib / count))),
            Kind::Handshakes => {
                figures.extend(by_cpu("full handshakes per CPU s", &|cpu| count / cpu));
                figures.extend(by_cpu("CPU µs per handshake", &|cpu| cpu * 1e6 / count));
            }
        }
        figures
    }
}

type Figures = Vec<(&'static str, f64)>;

fn started(running: &Running) -> Result<Figures> {
    let (Some(start), Some(pid)) = (running.start, running.pid()) else { return Ok(Vec::new()) };
    Ok(vec![("ms until it listens", start.as_secs_f64() * 1e3), ("KiB resident, idle", resident_kib(pid)?)])
}

/// Has policies read again, and waits until that is over.
fn reloaded(running: &Running) -> Result<Figures> {
    let Some(pid) = running.pid() else { return Ok(Vec::new()) };
    let before = cpu_time(pid)?;
    ensure!(Command::new("kill").args(["-HUP", &pid.to_string()]).status()?.success(), "the signal was not sent");
    let mut last = before;
    loop {
        thread::sleep(SETTLED);
        let now = cpu_time(pid)?;
        if now == last && now > before {
            return Ok(vec![
                ("CPU ms of a reload", (now - before).as_secs_f64() * 1e3),
                ("KiB resident behind it", resident_kib(pid)?),
            ]);
        }
        last = now;
    }
}

/// A process that uses no CPU for this long has nothing to do.
const SETTLED: Duration = Duration::from_millis(200);

/// A client that behaves: alone, beside one that does not and has another proxy, and beside one that has the
/// same. The second tells what the abuser takes from it by taking the machine's processors.
fn abused(bench: &Bench, running: &mut Running, door: &Door, abuse: Abuse) -> Result<Figures> {
    let (Some(pid), Some(plain)) = (running.pid(), running.plain.clone()) else { return Ok(Vec::new()) };
    let pause = Duration::from_millis(2);
    let polite = Work::Requests { request: Sent::list(), connections: 4, pause, window: bench.window() };
    let polite = Plan { door: plain, work: polite };
    let alone = Taken::run(bench, running, &polite)?;
    let (_elsewhere, address) = bench.start_elsewhere()?;
    let elsewhere = Beside::run(bench, running, &Door { address, ca: None }, &polite, abuse)?;
    outcome(&elsewhere.abuser)?;
    let p99_elsewhere = elsewhere.taken.outcome.p99;
    drop(elsewhere);
    let Beside { abuser, taken: beside, before, abuser_before } = Beside::run(bench, running, door, &polite, abuse)?;
    let grown_kib = resident_kib(pid)? - before.kib;
    let outcome = outcome(&abuser)?;
    let (after, abuser_after) = (Usage::of(pid)?, Usage::of(abuser.pid())?);
    // The polite client is taken to cost what it cost alone.
    let polite = alone.cpu.unwrap_or_default().as_secs_f64() / alone.outcome.count as f64 * beside.outcome.count as f64;
    let cpu = (after.cpu - before.cpu).as_secs_f64() - polite;
    let abuser_cpu = (abuser_after.cpu - abuser_before.cpu).as_secs_f64();
    Ok(vec![
        ("CPU for each of the abuser's", cpu.max(0.0) / abuser_cpu),
        ("KiB grown", grown_kib),
        ("KiB that the abuser grew", abuser_after.kib - abuser_before.kib),
        ("acts of abuse/s", outcome.count as f64 / outcome.seconds),
        ("p99 of a polite client alone, µs", alone.outcome.p99),
        ("p99 of a polite client while the abuse goes elsewhere, µs", p99_elsewhere),
        ("p99 of a polite client beside it, µs", beside.outcome.p99),
    ])
}

/// A client that does not behave, which goes on, and what one that does had beside it.
struct Beside {
    abuser: Process,
    taken: Taken,
    /// What the proxy and the abuser had used when the abuse began.
    before: Usage,
    abuser_before: Usage,
}

impl Beside {
    /// Lets abuse loose on a door, and a polite client on the proxy.
    fn run(bench: &Bench, running: &mut Running, door: &Door, polite: &Plan, abuse: Abuse) -> Result<Self> {
        let work = Work::Abuse { abuse, window: bench.window() * 4 };
        let mut abuser = bench.load_from_afar(&Plan { door: door.clone(), work })?;
        abuser.wait_for("ready", PATIENCE)?;
        // It has its connections before the abuser has all others.
        let mut beside = bench.load(polite)?;
        beside.wait_for("ready", PATIENCE)?;
        let proxy = running.pid().context("a proxy is measured")?;
        let (before, abuser_before) = (Usage::of(proxy)?, Usage::of(abuser.pid())?);
        abuser.say("go")?;
        thread::sleep(bench.window());
        let taken = Taken::of(&mut beside, running)?;
        Ok(Self { abuser, taken, before, abuser_before })
    }
}

/// What a process has used, and holds.
struct Usage {
    cpu: Duration,
    kib: f64,
}

impl Usage {
    fn of(pid: u32) -> Result<Self> {
        Ok(Self { cpu: cpu_time(pid)?, kib: resident_kib(pid)? })
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
        Self::of(&mut load, running)
    }

    /// Lets a load that is ready do its work.
    fn of(load: &mut Process, running: &mut Running) -> Result<Self> {
        let before =
            running.pid().map(|pid| Ok::<_, anyhow::Error>((cpu_time(pid)?, resident_kib(pid)?))).transpose()?;
        load.say("go")?;
        let outcome = outcome(load)?;
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
