//! What the kernel knows of a process.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

/// CPU time, user and system, of a process and all its descendants so far.
///
/// It is the sum of the threads' `schedstat`, which counts in nanoseconds what
/// `/proc/PID/stat` rounds to hundredths of a second.
pub(crate) fn cpu_time(pid: u32) -> Result<Duration> {
    let mut nanos = 0;
    for pid in family(pid) {
        let tasks = format!("/proc/{pid}/task");
        for task in fs::read_dir(&tasks).with_context(|| format!("process {pid} is gone"))? {
            // A thread may end while we look; its time is lost then, as it would be small.
            let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) else { continue };
            nanos += first_number(&text).unwrap_or(0);
        }
    }
    Ok(Duration::from_nanos(nanos))
}

/// Resident memory of a process and all its descendants, in KiB.
pub(crate) fn resident_kib(pid: u32) -> Result<f64> {
    let mut kib = 0.0;
    for pid in family(pid) {
        let status =
            fs::read_to_string(format!("/proc/{pid}/status")).with_context(|| format!("process {pid} is gone"))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        kib += resident.and_then(first_number).unwrap_or(0) as f64;
    }
    Ok(kib)
}

/// The process and those that it started, at any depth.
fn family(pid: u32) -> Vec<u32> {
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(pid) = found.get(next).copied() {
        next += 1;
        let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else { continue };
        for task in tasks.flatten() {
            found.extend(children(&task.path()));
        }
    }
    found
}

fn children(task: &Path) -> Vec<u32> {
    let text = fs::read_to_string(task.join("children")).unwrap_or_default();
    text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

fn first_number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}
