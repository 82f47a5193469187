//! Reads `tests/cases/coverage.tsv`: which cases hold which fact.

use std::path::Path;

use super::case::{Case, folder};

/// What the list names and is not there.
pub fn missing(cases: &[Case]) -> Vec<String> {
    let list = std::fs::read_to_string(folder().join("coverage.tsv")).unwrap();
    let facts = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut missing = Vec::new();
    for fact in facts {
        let mut columns = fact.split('\t');
        let about = columns.next().unwrap_or_default();
        let mut named = columns.peekable();
        if named.peek().is_none() {
            missing.push(format!("{about}: no case"));
        }
        missing.extend(named.filter(|name| !exists(name, cases)).map(|name| format!("{about}: {name}")));
    }
    missing
}

/// `http: a title` is a case, `tests/tls/main.rs: a_name` a test; `*` stands for any text.
fn exists(name: &str, cases: &[Case]) -> bool {
    let Some((file, title)) = name.split_once(": ") else { return false };
    if !file.ends_with(".rs") {
        return cases.iter().any(|case| case.file.strip_suffix(".case") == Some(file) && fits(title, &case.title));
    }
    let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap_or_default();
    let mut functions = source.split("fn ").skip(1).filter_map(|rest| rest.split('(').next());
    functions.any(|function| fits(title, function))
}

fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    true
}
