//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, Subcommand, ValueEnum};

/// Compares vicgate with other proxies in front of one raw backend
#[derive(Debug, Parser)]
pub(crate) struct Flags {
    /// Which rows: side by side with others, those that have a budget, as something grows, under abuse
    #[arg(long, value_enum, default_value = "compare")]
    pub(crate) suite: Suite,
    /// Rounds; every figure is the median of them
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,
    /// Short windows, for a look rather than a result
    #[arg(long)]
    pub(crate) quick: bool,
    /// Only the measures whose names begin with one of these (see --list)
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Only the peers whose names begin with one of these
    #[arg(long, value_delimiter = ',')]
    pub(crate) peers: Vec<String>,
    /// Another proxy that runs already, in front of a backend of its own
    #[arg(long, value_name = "NAME=URL,PID")]
    pub(crate) other: Vec<Other>,
    /// The vicgate to measure; without it the one that cargo builds
    #[arg(long, value_name = "FILE", default_value = env!("CARGO_BIN_EXE_vicgate"))]
    pub(crate) vicgate: PathBuf,
    /// Processors of the proxy, as taskset has them
    #[arg(long, value_name = "LIST")]
    pub(crate) proxy_cpus: Option<String>,
    /// Processors of backend and load
    #[arg(long, value_name = "LIST")]
    pub(crate) load_cpus: Option<String>,
    /// Print the names of the measures and end
    #[arg(long)]
    pub(crate) list: bool,
    /// Write the table to benches/RESULTS.md
    #[arg(long)]
    pub(crate) write: bool,
    /// Given by cargo; means nothing
    #[arg(long, hide = true)]
    bench: bool,
    #[command(subcommand)]
    pub(crate) role: Option<Role>,
}

/// A set of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// Side by side with the others.
    Compare,
    /// CPU of what has a budget, side by side with HAProxy only.
    Budgets,
    /// Cost as load, bodies and policies grow.
    Scaling,
    /// Cost and latency under abuse.
    Abuse,
}

impl Suite {
    /// Its name, here and in the results.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Compare => "compare",
            Self::Budgets => "budgets",
            Self::Scaling => "scaling",
            Self::Abuse => "abuse",
        }
    }

    /// True if its table says how sure its ratios are.
    pub(crate) fn has_bounds(self) -> bool {
        self == Self::Budgets
    }
}

/// What this program does as its own child.
#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    #[command(hide = true)]
    Backend { unix: PathBuf, tcp: SocketAddr },
    #[command(hide = true)]
    Bare { backend: PathBuf, listen: SocketAddr },
    #[command(hide = true)]
    Load { plan: String },
}

/// A proxy that somebody else has started.
#[derive(Clone, Debug)]
pub(crate) struct Other {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    pub(crate) tls: bool,
    pub(crate) pid: u32,
}

impl FromStr for Other {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || format!("{text:?} is not NAME=tcp://IP:PORT,PID or NAME=tls://IP:PORT,PID");
        let (name, rest) = text.split_once('=').ok_or_else(form)?;
        let (url, pid) = rest.rsplit_once(',').ok_or_else(form)?;
        let (scheme, address) = url.split_once("://").ok_or_else(form)?;
        let tls = match scheme {
            "tcp" => false,
            "tls" => true,
            _ => return Err(form()),
        };
        let address = address.parse().map_err(|_| form())?;
        let pid = pid.parse().map_err(|_| form())?;
        Ok(Self { name: name.into(), address, tls, pid })
    }
}
