//! `vicgate policy test`: the examples that access policies bring along.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{EXIT_CONFIG, EXIT_FAILED, fail, out};
use crate::policy::Invalid;
use crate::policy::access::load;

/// Flags of `policy`.
#[derive(Args, Clone, Debug)]
pub struct PolicyArgs {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Clone, Debug, Subcommand)]
enum PolicyCommand {
    /// Judge the examples in access policies, and tell those that come out otherwise
    Test(TestArgs),
}

/// Flags of `policy test`.
#[derive(Args, Clone, Debug)]
struct TestArgs {
    /// Access policies: names or files
    #[arg(value_name = "NAME|FILE", required = true)]
    policies: Vec<String>,
    /// Folder whose policies win over the built-in ones of the same name
    #[arg(long, value_name = "FOLDER")]
    policy_dir: Option<PathBuf>,
}

/// Runs `policy test`. The exit code says whether all went well.
#[must_use]
pub fn run(args: &PolicyArgs) -> ExitCode {
    let PolicyCommand::Test(args) = &args.command;
    let mut problems = Vec::new();
    let (mut report, mut failed) = (String::new(), false);
    for name in &args.policies {
        match load::access(name, args.policy_dir.as_deref()) {
            Err(Invalid(found)) => problems.extend(found),
            Ok(access) => {
                let mut calls = 0;
                for case in access.cases() {
                    calls += case.calls();
                    if let Err(problem) = case.run(&access) {
                        failed = true;
                        let problem = problem.replace('\n', "\n    ");
                        // Writing to a String cannot fail.
                        let _ = writeln!(report, "FAILED {name}:{}: {}\n    {problem}", case.line, case.name);
                    }
                }
                let _ = writeln!(report, "{name}: {} examples, {calls} calls", access.cases().len());
            }
        }
    }
    out(&report);
    match (problems.is_empty(), failed) {
        (false, _) => fail(EXIT_CONFIG, &Invalid(problems)),
        (true, true) => ExitCode::from(EXIT_FAILED),
        (true, false) => ExitCode::SUCCESS,
    }
}
