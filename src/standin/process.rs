//! A running command: its shell, its signals, its end.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::console::{Channel, Console};
use super::pipe::Reader;
use super::shell::{Context, Output, Shell, Streams};

/// What to run, and where.
pub(super) struct Launch {
    pub(super) argv: Vec<String>,
    pub(super) env: Vec<String>,
    pub(super) cwd: String,
    pub(super) context: Arc<Context>,
    pub(super) console: Arc<Console>,
    pub(super) stdin: Reader,
    /// How long it takes to come up.
    pub(super) delay: Duration,
}

/// Runs a command to its end and gives its exit code; a signal that ends it gives 128 and the
/// signal's number.
pub(super) async fn run(launch: Launch, mut signals: mpsc::Receiver<i32>) -> i32 {
    let console = &launch.console;
    let streams = Streams {
        stdin: launch.stdin,
        stdout: Output::Console(Arc::clone(console), Channel::Stdout),
        stderr: Output::Console(Arc::clone(console), Channel::Stderr),
    };
    let context = &launch.context;
    // Also when this future is dropped, nothing of it runs on.
    let _background = EndBackground(Arc::clone(context));
    let shell = Shell::new(Arc::clone(context), &launch.env, &launch.cwd);
    let mut main = shell.clone();
    let begin = async {
        tokio::time::sleep(launch.delay).await;
        main.run(&launch.argv, &streams).await
    };
    tokio::select! {
        code = begin => code & 255,
        (signal, action) = deadly(context, &mut signals) => match action {
            None => 128 + signal,
            Some(script) => {
                let mut shell = shell;
                tokio::select! {
                    code = shell.run_trap(&script, &streams) => code & 255,
                    signal = killed(&mut signals) => 128 + signal,
                }
            }
        }
    }
}

struct EndBackground(Arc<Context>);

impl Drop for EndBackground {
    fn drop(&mut self) {
        self.0.end_background();
    }
}

/// The next signal that ends the process, and what a trap wants to do about it.
async fn deadly(context: &Context, signals: &mut mpsc::Receiver<i32>) -> (i32, Option<String>) {
    loop {
        let Some(signal) = signals.recv().await else {
            return std::future::pending().await;
        };
        if signal == KILL {
            return (signal, None);
        }
        if IGNORED.contains(&signal) || (signal == INTERRUPT && context.interrupt()) {
            continue;
        }
        match context.trap(signal) {
            None => return (signal, None),
            Some(script) if script.is_empty() => {}
            Some(script) => return (signal, Some(script)),
        }
    }
}

async fn killed(signals: &mut mpsc::Receiver<i32>) -> i32 {
    loop {
        match signals.recv().await {
            Some(KILL) => return KILL,
            Some(_) => {}
            None => return std::future::pending().await,
        }
    }
}

pub(super) const INTERRUPT: i32 = 2;
pub(super) const KILL: i32 = 9;
pub(super) const TERMINATE: i32 = 15;

/// Signals that do nothing unless one asks for them: CHLD, CONT, URG, WINCH.
const IGNORED: [i32; 4] = [17, 18, 23, 28];

/// The number of a signal that is given by name, with or without `SIG`, or by number.
pub(super) fn signal(name: &str) -> Option<i32> {
    if let Ok(number) = name.parse::<i32>() {
        return (1..=64).contains(&number).then_some(number);
    }
    let upper = name.to_uppercase();
    let short = upper.strip_prefix("SIG").unwrap_or(&upper);
    SIGNALS.iter().position(|known| *known == short).and_then(|at| i32::try_from(at + 1).ok())
}

const SIGNALS: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
    "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
    "PWR", "SYS",
];

#[cfg(test)]
mod tests {
    use super::signal;

    #[test]
    fn signals_are_known_by_name_and_number() {
        assert_eq!(signal("SIGKILL"), Some(9));
        assert_eq!(signal("term"), Some(15));
        assert_eq!(signal("12"), Some(12));
        assert_eq!(signal("ZZ"), None);
        assert_eq!(signal("0"), None);
    }
}
