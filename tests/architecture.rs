//! What the layout of the source promises: dependencies point one way, files are
//! short, and nothing is left behind.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// Each module and what it may use. A row names modules of earlier rows only, so
/// that nothing points up and there is no circle.
const MAY_USE: &[(&str, &[&str])] = &[
    ("settings", &[]),
    ("identity", &[]),
    ("error", &[]),
    ("last", &[]),
    ("docker", &[]),
    ("net", &["settings", "identity", "last"]),
    ("body", &["net"]),
    ("policy", &["docker", "identity"]),
    ("observe", &["docker", "body", "settings", "identity", "net"]),
    ("server", &["identity", "error", "body", "net", "settings"]),
    ("backend", &["docker", "policy", "error", "body", "net", "settings"]),
    ("normalise", &["docker", "policy", "error", "body", "net", "settings"]),
    (
        "middleware",
        &[
            "policy",
            "docker",
            "error",
            "last",
            "observe",
            "identity",
            "body",
            "backend",
            "normalise",
            "server",
            "settings",
        ],
    ),
    ("standin", &["docker"]),
    (
        "cli",
        &[
            "settings",
            "identity",
            "error",
            "docker",
            "net",
            "body",
            "policy",
            "observe",
            "server",
            "backend",
            "normalise",
            "middleware",
            "standin",
        ],
    ),
];

/// Files that may be longer than the others: tables.
const LONG: &[&str] = &["src/docker/schema/table.rs", "src/policy/facts/fields/table.rs"];

const MOST_LINES: usize = 400;

#[test]
fn modules_use_only_what_stands_below_them() {
    let mut wrong = Vec::new();
    for file in files(&["src"]).into_iter().filter(|file| !is_test(&file.path)) {
        let Some(module) = file.module() else { continue };
        let (_, may) =
            MAY_USE.iter().find(|(name, _)| *name == module).unwrap_or_else(|| panic!("no row for {module}"));
        for (line, used) in file.uses() {
            if used != module && !may.contains(&used.as_str()) {
                wrong.push(format!("{}:{line}: {module} must not use {used}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_of_modules_points_down_and_names_every_module() {
    let mut below = BTreeSet::new();
    for (module, may) in MAY_USE {
        for used in *may {
            assert!(below.contains(used), "{module} may use {used}, which has no row before it");
        }
        below.insert(*module);
    }
    let library = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let declared: BTreeSet<&str> = library
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    assert_eq!(declared, below);
}

#[test]
fn a_use_of_a_module_is_seen_in_each_of_its_spellings() {
    let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
    let names = |file: File| file.uses().into_iter().map(|(_, used)| used).collect::<Vec<_>>();
    assert_eq!(names(file("src/docker/query.rs", "use crate::policy::Rule;")), ["policy"]);
    assert_eq!(names(file("src/docker/query.rs", "fn f() { crate::net::dial() }")), ["net"]);
    assert_eq!(names(file("src/docker/query.rs", "use crate::{net, policy::{Rule, Call}};")), ["net", "policy"]);
    assert_eq!(names(file("src/docker/query.rs", "use super::super::policy::Rule;")), ["policy"]);
    assert_eq!(names(file("src/docker/mod.rs", "use super::policy::Rule;")), ["policy"]);
    assert_eq!(names(file("src/docker.rs", "use super::policy::Rule;")), ["policy"]);
    assert!(names(file("src/docker/query.rs", "use super::policy;\n// crate::net\n")).is_empty());
    assert!(names(file("src/docker/query.rs", "\n#[cfg(test)]\nmod tests {\n    use crate::net;\n}\n")).is_empty());
}

#[test]
fn no_file_is_longer_than_400_lines_but_the_tables() {
    let all = files(&["src", "tests", "benches"]);
    let long: Vec<String> = all
        .iter()
        .filter(|file| file.text.lines().count() > MOST_LINES && !LONG.contains(&file.path.as_str()))
        .map(|file| format!("{} has {} lines", file.path, file.text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
    for table in LONG {
        assert!(all.iter().any(|file| file.path == *table), "{table} is gone");
    }
}

#[test]
fn the_program_does_not_unwrap() {
    let found = search(&["src"], r"\.unwrap\(\)", true);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn nothing_is_left_for_later() {
    // Spelt so that this line is not among what it finds.
    let found = search(&["src", "tests", "benches"], r"\b(TO[D]O|FIX[M]E|XX[X])\b", false);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The places where the pattern occurs, outside of tests or everywhere.
fn search(folders: &[&str], pattern: &str, program_only: bool) -> Vec<String> {
    let pattern = Regex::new(pattern).unwrap();
    let mut found = Vec::new();
    for file in files(folders) {
        if program_only && is_test(&file.path) {
            continue;
        }
        let text = if program_only { file.program() } else { &file.text };
        let lines = text.lines().enumerate().filter(|(_, line)| pattern.is_match(line));
        found.extend(lines.map(|(number, line)| format!("{}:{}: {}", file.path, number + 1, line.trim())));
    }
    found
}

/// A path that starts at the crate's root, or may.
static PATH: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b(crate::|(?:super::)+)(\w+|\{)").unwrap());

/// A name at the first level of `crate::{…}`, with what stands below it.
static GROUP: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(\w+)(?:::(?:\{[^}]*\}|[\w:]+))?").unwrap());

/// A source file.
struct File {
    /// From the root of the project.
    path: String,
    text: String,
}

impl File {
    /// The module of the crate's root that it belongs to; `lib.rs` and `main.rs` belong to none.
    fn module(&self) -> Option<&str> {
        let path = self.path.strip_prefix("src/")?.strip_suffix(".rs")?;
        let module = path.split('/').next()?;
        (!["lib", "main"].contains(&module)).then_some(module)
    }

    /// How many modules deep it is: 1 for a module of the crate's root.
    fn depth(&self) -> usize {
        self.path.trim_start_matches("src/").trim_end_matches("/mod.rs").split('/').count()
    }

    /// The text without the module of tests, which stands last.
    fn program(&self) -> &str {
        self.text.split("\nmod tests {").next().unwrap_or_default()
    }

    /// The modules of the crate's root that the program part names, with the line.
    fn uses(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (number, line) in self.program().lines().enumerate().filter(|(_, line)| !line.trim().starts_with("//")) {
            for part in PATH.captures_iter(line) {
                if part[1].starts_with("super") && part[1].matches("super").count() < self.depth() {
                    continue;
                }
                let rest = &line[part.get(2).unwrap().start()..];
                match rest.strip_prefix('{') {
                    Some(names) => {
                        found.extend(GROUP.captures_iter(names).map(|name| (number + 1, name[1].to_owned())));
                    }
                    None => found.push((number + 1, part[2].to_owned())),
                }
            }
        }
        found
    }
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All the Rust files in these folders.
fn files(folders: &[&str]) -> Vec<File> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push(File { path: path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned(), text });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}
