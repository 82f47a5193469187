//! The command line: one file a command.

pub mod certs;
pub mod check;
pub mod demo;
pub mod doctor;
pub mod explain;
pub mod matrix;
pub mod policy_test;
pub mod serve;

mod allocator;
mod auto;
mod files;
mod reload;
mod signals;
mod who;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Exit code for a failure while running.
pub const EXIT_FAILED: u8 = 1;
/// Exit code for a command line that is wrong.
pub const EXIT_USAGE: u8 = 2;
/// Exit code of `explain` for a call that is refused.
pub const EXIT_REFUSED: u8 = 3;
/// Exit code for settings or policies that are wrong.
pub const EXIT_CONFIG: u8 = 64;
/// Exit code for a backend that cannot be reached, of `doctor` and of `--profile auto`.
pub const EXIT_UNREACHABLE: u8 = 69;

/// A gateway for the Docker Remote API, in front of vSphere Integrated Containers or any Docker Engine.
#[derive(Debug, Parser)]
#[command(name = "vicgate", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the gateway
    Serve(Box<serve::ServeArgs>),
    /// Run the gateway in front of a built-in stand-in for a VIC appliance, to try it out
    Demo(demo::DemoArgs),
    /// Read everything that serve would, bind nothing, and tell every problem
    Check(Box<serve::ServeArgs>),
    /// Ask the backend what it is, and say what will not work through the gateway, and why
    Doctor(Box<serve::ServeArgs>),
    /// Print what a capability profile supports
    Matrix(matrix::MatrixArgs),
    /// Print the verdict on one call, rule by rule, and what would be sent
    Explain(explain::ExplainArgs),
    /// Work with access policies
    Policy(policy_test::PolicyArgs),
    /// Make certificates in Docker's file layout, and tell what a file is
    Certs(certs::CertsArgs),
    /// Print a completion script for a shell
    Completions {
        /// bash, zsh, fish, elvish or powershell
        shell: clap_complete::Shell,
    },
}

impl Cli {
    /// Runs the command to its end.
    #[must_use]
    pub fn run(self) -> ExitCode {
        match self.command {
            Command::Serve(args) => {
                allocator::start_again_with_room();
                serve::run(&args)
            }
            Command::Demo(args) => demo::run(&args),
            Command::Check(args) => check::run(&args),
            Command::Doctor(args) => doctor::run(&args),
            Command::Matrix(args) => matrix::run(&args),
            Command::Explain(args) => explain::run(&args),
            Command::Policy(args) => policy_test::run(&args),
            Command::Certs(args) => certs::run(&args),
            Command::Completions { shell } => {
                clap_complete::generate(shell, &mut Self::command(), "vicgate", &mut std::io::stdout());
                ExitCode::SUCCESS
            }
        }
    }
}

/// Says what is wrong, one line each, and gives the exit code for it.
pub(crate) fn fail(code: u8, problem: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("vicgate: {}", problem.to_string().replace('\n', "\nvicgate: "));
    ExitCode::from(code)
}

/// Prints to standard output. A reader that has left, such as `head`, is no error.
fn out(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
