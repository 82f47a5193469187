//! Compares vicgate with other proxies in front of one raw backend, side by
//! side in one run on one machine.
//!
//! ```text
//! cargo bench --bench compare                                  all rows, five rounds
//! cargo bench --bench compare -- --quick --only get,tunnel     some rows, short
//! cargo bench --bench compare -- --suite budgets --rounds 40   what has a budget, and how sure that is
//! cargo bench --bench compare -- --other caddy=tcp://127.0.0.1:8000,4711
//! cargo bench --bench compare -- --write                       and put them into benches/RESULTS.md
//! ```
//!
//! This program is also the backend and the load, as children of itself. The CPU
//! time of a proxy is what the kernel counts for its processes.

// A measuring tool, not the gateway: it has no drain and reads its own JSON.
#![allow(clippy::disallowed_methods)]

mod backend;
mod bare;
mod child;
mod files;
mod flags;
mod load;
mod machine;
mod measure;
mod peer;
mod process;
mod results;
mod run;
mod suite;
mod table;

use std::process::ExitCode;

use clap::Parser;

use flags::{Flags, Role};

fn main() -> ExitCode {
    let flags = Flags::parse();
    let done = match &flags.role {
        Some(Role::Backend { unix, tcp }) => backend::run(unix, *tcp),
        Some(Role::Bare { backend, listen }) => bare::run(backend, *listen),
        Some(Role::Load { plan }) => load::run(plan),
        None => run::compare(&flags),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("compare: {error:#}");
            ExitCode::FAILURE
        }
    }
}
