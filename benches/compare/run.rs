//! The comparison: rounds of measures, each with every peer in turn.

use std::env::current_exe;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::child::Process;
use crate::files::Files;
use crate::flags::Flags;
use crate::load::Plan;
use crate::machine::{self, TOOLS};
use crate::peer::{Kind, Peer, free_address};
use crate::results;
use crate::suite;
use crate::table::Table;

/// What all measures share.
pub(crate) struct Bench {
    pub(crate) files: Files,
    pub(crate) vicgate: PathBuf,
    proxy_cpus: String,
    all_cpus: String,
    load_cpus: String,
    pub(crate) quick: bool,
    pub(crate) backend_unix: PathBuf,
    pub(crate) backend_tcp: SocketAddr,
}

/// Compares, and prints what came of it.
pub(crate) fn compare(flags: &Flags) -> Result<()> {
    let bench = Bench::new(flags)?;
    let mut measures = suite::measures(flags.suite, &bench.files)?;
    measures.retain(|measure| chosen(&flags.only, &measure.name));
    if flags.list {
        measures.iter().for_each(|measure| println!("{}", measure.name));
        return Ok(());
    }
    ensure!(!measures.is_empty(), "no measure is called like that; --list prints them");
    let others = flags.other.iter().map(|other| Peer { name: other.name.clone(), kind: Kind::Other(other.clone()) });
    let mut peers = suite::peers(flags.suite);
    peers.retain(|peer| chosen(&flags.peers, &peer.name));
    peers.extend(others);
    let tools = TOOLS.iter().filter(|tool| peers.iter().any(|peer| tool.is_for(&peer.name)));
    let tools = tools.map(|tool| tool.version()).collect::<Result<Vec<_>>>()?;
    let _backend = bench.start_backend()?;
    let mut table = Table::new(peers.iter().map(|peer| peer.name.clone()).collect());
    for round in 1..=flags.rounds {
        for measure in &measures {
            eprintln!("round {round} of {}: {}", flags.rounds, measure.name);
            let mut turns: Vec<_> = peers.iter().enumerate().filter(|(_, peer)| peer.takes_part(measure)).collect();
            if round % 2 == 0 {
                // Whoever is first in one round is last in the next: nobody is always the one behind another.
                turns.reverse();
            }
            for (column, peer) in turns {
                let take = || {
                    let mut running = peer.start(&bench, &measure.setup)?;
                    let figures = measure.take(&bench, &mut running)?;
                    running.end().map(|()| figures)
                };
                let figures = take().with_context(|| format!("{}, {}", peer.name, measure.name))?;
                table.add(column, figures);
            }
        }
    }
    let text = format!("{}\n\n{}", about(flags, &bench, &tools), table.markdown(flags.suite.has_bounds()));
    println!("{text}");
    if flags.write { results::write(flags.suite.name(), &text) } else { Ok(()) }
}

impl Bench {
    fn new(flags: &Flags) -> Result<Self> {
        let files = Files::new()?;
        // All share all processors, as they would: that decides what waking each other costs.
        let all_cpus = format!("0-{}", machine::processors().saturating_sub(1));
        let proxy_cpus = flags.proxy_cpus.clone().unwrap_or_else(|| all_cpus.clone());
        let load_cpus = flags.load_cpus.clone().unwrap_or_else(|| all_cpus.clone());
        Ok(Self {
            vicgate: flags.vicgate.clone(),
            proxy_cpus,
            all_cpus,
            load_cpus,
            quick: flags.quick,
            backend_unix: files.path("backend.sock"),
            backend_tcp: free_address()?,
            files,
        })
    }

    fn start_backend(&self) -> Result<Process> {
        self.start_backend_at(&self.backend_unix, self.backend_tcp)
    }

    /// Starts another backend, which no proxy stands in front of, and gives its address.
    pub(crate) fn start_elsewhere(&self) -> Result<(Process, SocketAddr)> {
        let (unix, tcp) = (self.files.path("elsewhere.sock"), free_address()?);
        // One that was there before has left its socket.
        let _ = std::fs::remove_file(&unix);
        Ok((self.start_backend_at(&unix, tcp)?, tcp))
    }

    fn start_backend_at(&self, unix: &Path, tcp: SocketAddr) -> Result<Process> {
        let args = ["backend".to_owned(), unix.display().to_string(), tcp.to_string()];
        let backend = Process::start("the backend", &self.load_cpus, current_exe()?, args)?;
        backend.wait_for("ready", Duration::from_secs(10))?;
        Ok(backend)
    }

    /// How long a load goes on.
    pub(crate) fn window(&self) -> Duration {
        if self.quick { Duration::from_millis(400) } else { Duration::from_millis(1500) }
    }

    /// The processors of a proxy with so many threads.
    pub(crate) fn cpus(&self, workers: usize) -> &str {
        if workers == 1 { &self.proxy_cpus } else { &self.all_cpus }
    }

    /// Starts a load.
    pub(crate) fn load(&self, plan: &Plan) -> Result<Process> {
        let args = ["load".to_owned(), serde_json::to_string(plan)?];
        Process::start("the load", &self.load_cpus, current_exe()?, args)
    }

    /// Starts a load that has a processor when nobody else wants it: it stands for another machine's.
    pub(crate) fn load_from_afar(&self, plan: &Plan) -> Result<Process> {
        let exe = current_exe()?.display().to_string();
        let args = ["--idle", "0", &exe, "load", &serde_json::to_string(plan)?].map(str::to_owned);
        Process::start("the load", &self.load_cpus, "chrt", args)
    }
}

fn chosen(wanted: &[String], name: &str) -> bool {
    wanted.is_empty() || wanted.iter().any(|wanted| name.starts_with(wanted.as_str()))
}

fn about(flags: &Flags, bench: &Bench, tools: &[String]) -> String {
    format!(
        "{}. {}; load average {}; commit {}; {}; medians of {} rounds; one thread each, proxy on processors {}, backend and load on {}.",
        machine::now(),
        machine::describe(),
        machine::load(),
        machine::commit(),
        tools.join("; "),
        flags.rounds,
        bench.proxy_cpus,
        bench.load_cpus,
    )
}
