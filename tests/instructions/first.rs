//! What runs from the start of vicgate until it is idle. `deploy/first.txt` names it, with which it is put together in the
//! program.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::peers::{Backend, Counted};

/// How much of the code that runs is to have its place, in bytes of functions. Not all: another compiler makes other
/// functions of the same code.
const SHARE: f64 = 0.8;

/// Records what runs in programs that are there: the compiler makes other functions where it knows what requests do.
pub(crate) fn record(programs: &[&Path], file: &Path) {
    let ran: Vec<_> = programs.iter().filter(|program| program.exists()).flat_map(|program| ran(program)).collect();
    let names: BTreeSet<String> = ran.iter().filter_map(|symbol| name(symbol)).collect();
    fs::write(file, names.iter().map(|name| format!("{name}\n")).collect::<String>()).unwrap();
}

/// Holds what runs in a program to be in the file.
pub(crate) fn check(program: &Path, file: &Path) {
    let text = fs::read_to_string(file).unwrap();
    let named: HashSet<&str> = text.lines().collect();
    let ran = ran(program);
    let (mut known, mut all) = (0, 0);
    for (symbol, size) in sizes(program).into_iter().filter(|(symbol, _)| ran.contains(symbol)) {
        all += size;
        if name(&symbol).is_some_and(|name| named.contains(name.as_str())) {
            known += size;
        }
    }
    assert!(all > 500_000, "of {} functions that ran, {all} bytes were found in the program", ran.len());
    let share = known as f64 / all as f64;
    println!("{all} bytes of code run until vicgate is idle, {:.1} % of them named", share * 100.0);
    assert!(
        share >= SHARE,
        "{} names {:.1} % of what runs: UPDATE=1 cargo test --test instructions",
        file.display(),
        share * 100.0
    );
}

/// The functions that run from the start of a program to its end, when a client comes between that asks for nothing.
fn ran(program: &Path) -> HashSet<String> {
    let backend = Backend::start();
    let gateway = Counted::start(program, &backend, "vic-1.5", 50, true);
    gateway.look();
    let counts = gateway.end();
    // "fn=(7) name" and "cfn=(7) name" tell a name once, behind which there is its number only.
    let called = counts.lines().filter_map(|line| line.strip_prefix("fn=").or_else(|| line.strip_prefix("cfn=")));
    // One that calls itself has a number behind its name.
    called.filter_map(|function| function.split(' ').nth(1)?.split('\'').next().map(str::to_owned)).collect()
}

/// The functions of a program and how long they are, in bytes.
fn sizes(program: &Path) -> Vec<(String, u64)> {
    let output = Command::new("nm").args(["--print-size", "--defined-only"]).arg(program).output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let function = |line: &str| {
        let [_, size, "t" | "T" | "w" | "W", symbol] = line.split(' ').collect::<Vec<_>>()[..] else { return None };
        Some((symbol.to_owned(), u64::from_str_radix(size, 16).unwrap()))
    };
    text.lines().filter_map(function).collect()
}

/// A function's name without what is another number in each build, for which there is a `*`; `None` for one of C.
fn name(symbol: &str) -> Option<String> {
    if symbol.starts_with("_R") {
        // A crate is "Cs", its number to the base of 62, "_", and its name.
        let mut crates = symbol.split('.').next()?.split("Cs");
        let mut name = crates.next()?.to_owned();
        for piece in crates {
            match piece.split_once('_') {
                Some((number, rest)) if number.len() > 7 && number.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                    name += &format!("C*_{rest}");
                }
                _ => name += &format!("Cs{piece}"),
            }
        }
        return Some(name + "*");
    }
    let (name, _) = symbol.strip_prefix("_ZN")?.rsplit_once("17h")?;
    Some(format!("_ZN{name}17h*"))
}

#[test]
fn names_are_the_same_in_each_build() {
    let named = |symbol| name(symbol).unwrap_or_default();
    assert_eq!(named("_ZN7vicgate4main17h0a5052f17d3b4751E.llvm.123"), "_ZN7vicgate4main17h*");
    assert_eq!(named("_RNvNtCsjrHSEGnQ3l9_3std3env8args_osCsc_3abc.7"), "_RNvNtC*_3std3env8args_osCsc_3abc*");
    assert_eq!(named("aws_lc_0_47_0_OPENSSL_cpuid_setup"), "");
}
