//! Arguments, load, run, exit code; nothing else.

use std::process::ExitCode;

use clap::Parser;
use vicgate::cli::Cli;

fn main() -> ExitCode {
    Cli::parse().run()
}
