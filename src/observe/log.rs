//! Where log lines go: standard error, as text or JSON.

use std::env;
use std::io::{IsTerminal, stderr};

use tracing::{Level, warn};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt;

use crate::settings::LogFormat;

/// What sets the level: `debug`, say, or `info,hyper=trace`.
const LEVEL: &str = "RUST_LOG";

/// Starts logging, at `info` if `RUST_LOG` does not say otherwise.
#[expect(clippy::disallowed_methods, reason = "no setting of vicgate: the variable is the same in many programs")]
pub fn start(format: LogFormat) {
    let asked = env::var(LEVEL).ok().filter(|asked| !asked.is_empty());
    let (levels, problem) = match asked.as_deref().map(str::parse::<Targets>) {
        Some(Ok(levels)) => (levels, None),
        Some(Err(problem)) => (Targets::default().with_default(Level::INFO), Some(problem)),
        None => (Targets::default().with_default(Level::INFO), None),
    };
    let lines = layer().with_writer(stderr).with_target(false);
    let json = match format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !stderr().is_terminal(),
    };
    let lines = if json { lines.json().boxed() } else { lines.with_ansi(stderr().is_terminal()).boxed() };
    // A second start (in tests) keeps the first.
    let _ = registry().with(levels).with(lines).try_init();
    if let Some(problem) = problem {
        let value = asked.unwrap_or_default();
        warn!(value, "{LEVEL} says no level and is left aside: {problem}; expected: a level, or target=level,...");
    }
}
