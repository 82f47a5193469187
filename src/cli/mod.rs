//! The command line: one file a command.

pub mod demo;
pub mod serve;

mod signals;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Exit code for a failure while running.
pub const EXIT_FAILED: u8 = 1;
/// Exit code for settings or policies that are wrong.
pub const EXIT_CONFIG: u8 = 64;

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
            Command::Serve(args) => serve::run(&args),
            Command::Demo(args) => demo::run(&args),
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
