//! What may differ between two runs of the same script: each rule has a name.

use std::collections::HashMap;
use std::sync::OnceLock;

use regex::{Captures, Regex};

use super::cli::Outcome;

/// Pattern and what stands in its place.
const RULES: &[(&str, &str)] = &[
    // The CLI says so or not when a start fails: its wait and its start race.
    (r#"(?m)^time="[^"]*" level=error msg="error waiting for container: context canceled"\n"#, ""),
    // Below API 1.25 it removes what `--rm` ran, and leaves when it hears of that or has its answer.
    (r#"(?m)^time="[^"]*" level=error msg="error removing container: .*context canceled"\n"#, ""),
    // The same for a container that has ended before the CLI could set the size of its terminal.
    (r"failed to resize tty, using default size\r?\n", ""),
    // Points in time, as RFC 3339 has them.
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "TIME"),
    // The same as the CLI prints them in lists.
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} \w+", "TIME"),
    (r"(Less than a second|About an? (minute|hour)|\d+ (second|minute)s?)( ago)?", "AGE"),
    // Columns are as wide as the ages in them.
    (r" {3,}", "   "),
    // Seconds since 1970, alone or with nanoseconds.
    (r"\b1[789]\d{8}(\.?\d{9})?\b", "SECONDS"),
    // Network addresses, which the engine gives out in turn.
    (r"\b172\.\d+\.\d+\.\d+", "ADDRESS"),
    (r"\b02:42(:[0-9a-f]{2}){4}\b", "MAC"),
];

/// The outcome with everything replaced that two equal runs need not have in common.
pub fn normal(outcome: &Outcome) -> Outcome {
    let mut ids = Ids::default();
    Outcome {
        code: outcome.code,
        codes: outcome.codes.clone(),
        stdout: ids.number(&apply(&outcome.stdout)),
        stderr: ids.number(&apply(&outcome.stderr)),
    }
}

fn apply(text: &str) -> String {
    static COMPILED: OnceLock<Vec<(Regex, &str)>> = OnceLock::new();
    let rules = COMPILED.get_or_init(|| RULES.iter().map(|(rule, name)| (regex(rule), *name)).collect());
    rules.iter().fold(text.to_owned(), |text, (rule, name)| rule.replace_all(&text, *name).into_owned())
}

/// Ids of containers, images and the like, long or short, numbered as they appear:
/// two mentions of one id stay equal.
#[derive(Default)]
struct Ids(HashMap<String, usize>);

impl Ids {
    fn number(&mut self, text: &str) -> String {
        static ID: OnceLock<Regex> = OnceLock::new();
        let id = ID.get_or_init(|| regex(r"\b([0-9a-f]{64}|[0-9a-f]{12})\b"));
        id.replace_all(text, |found: &Captures<'_>| {
            let short: String = found[0].chars().take(12).collect();
            let next = self.0.len() + 1;
            format!("ID{}", self.0.entry(short).or_insert(next))
        })
        .into_owned()
    }
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns are constants")
}
