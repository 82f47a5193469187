//! What the figures were taken on, for those who read them later.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

/// A program of the system that the comparison needs.
pub(crate) struct Tool {
    name: &'static str,
    version_flag: &'static str,
}

/// What must be there for all that can be compared; each is in a Debian package of its name (`taskset` in `util-linux`).
pub(crate) const TOOLS: [Tool; 3] = [
    Tool { name: "haproxy", version_flag: "-v" },
    Tool { name: "nginx", version_flag: "-v" },
    Tool { name: "taskset", version_flag: "-V" },
];

impl Tool {
    /// True if there is no peer of this name without it.
    pub(crate) fn is_for(&self, peer: &str) -> bool {
        self.name == "taskset" || peer.starts_with(self.name)
    }

    /// The first line that the tool says about its version.
    pub(crate) fn version(&self) -> Result<String> {
        let output = Command::new(self.name).arg(self.version_flag).output().with_context(|| {
            format!(
                "{} is missing, and there is no comparison without it (apt-get install haproxy nginx util-linux)",
                self.name
            )
        })?;
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        let line = said.lines().next().unwrap_or_default();
        Ok(line.split(" - ").next().unwrap_or_default().trim_start_matches("nginx version: ").to_owned())
    }
}

/// The number of processors.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Processor, memory and kernel in one line.
pub(crate) fn describe() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split(':').nth(1).unwrap_or_default().trim().to_owned()
    };
    let model = field(&read("/proc/cpuinfo"), "model name");
    let memory: u64 =
        field(&read("/proc/meminfo"), "MemTotal").trim_end_matches(" kB").trim().parse().unwrap_or_default();
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{} × {model}, {} GiB, Linux {}", processors(), memory / 1024 / 1024, kernel.trim())
}

/// Load of the last minute: figures that were taken while others worked say so.
pub(crate) fn load() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').next().unwrap_or_default().to_owned()
}

/// The commit of this tree.
pub(crate) fn commit() -> String {
    let output = Command::new("git").args(["describe", "--always", "--dirty", "--abbrev=12"]).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

/// Date and time, UTC.
pub(crate) fn now() -> String {
    let output = Command::new("date").args(["-u", "+%Y-%m-%d %H:%M UTC"]).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
