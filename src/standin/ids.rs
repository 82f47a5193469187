//! Identifiers and names that are made up.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// 64 hexadecimal digits, new on every call.
pub(super) fn fresh() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // The keys of `RandomState` come from the operating system once per thread and differ per
    // instance, which is as much chance as a name needs.
    (0..4).map(|part| format!("{:016x}", RandomState::new().hash_one((count, part)))).collect()
}

/// A container name for those who gave none.
pub(super) fn name() -> String {
    let id = fresh();
    let mut letters = id.bytes().map(usize::from);
    let mut pick = |words: &[&'static str]| {
        let at = letters.by_ref().take(4).fold(0_usize, |sum, byte| sum.wrapping_mul(31) + byte);
        words.get(at % words.len().max(1)).copied().unwrap_or("x")
    };
    format!("{}_{}", pick(&MOODS), pick(&THINGS))
}

const MOODS: [&str; 12] =
    ["brave", "calm", "clever", "eager", "gentle", "happy", "keen", "lucid", "proud", "quiet", "swift", "witty"];
const THINGS: [&str; 12] =
    ["anchor", "beacon", "compass", "ferry", "harbor", "jetty", "keel", "lantern", "mast", "oar", "rudder", "sail"];
