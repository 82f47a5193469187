//! The access policies that ship, tried with the examples that they bring along.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

mod process;
#[path = "access/redaction.rs"]
mod redaction;
#[path = "access/secrets.rs"]
mod secrets;
#[path = "access/spellings.rs"]
mod spellings;
#[path = "access/tecnativa.rs"]
mod tecnativa;

use std::process::Command;

use vicgate::policy::access::load::{READY, access};

#[test]
fn every_ready_policy_loads_and_keeps_its_own_examples() {
    let mut wrong = Vec::new();
    for (name, _) in READY {
        let access = access(name, None).unwrap_or_else(|error| panic!("{error}"));
        assert!(access.cases().len() >= 3, "{name} brings too few examples");
        for case in access.cases() {
            if let Err(problem) = case.run(&access) {
                wrong.push(format!("{name}:{}: {}: {problem}", case.line, case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn an_example_that_comes_out_otherwise_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    let rules = "name = \"own\"\n[[allow]]\nname = \"look\"\ngroups = [\"read\"]\n";
    let case = |more: &str| format!("{rules}[[case]]\nname = \"c\"\n{more}\n");
    let test = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_vicgate")).args(["policy", "test"]).arg(&file).output().unwrap();
        let said = String::from_utf8(run.stdout).unwrap() + &String::from_utf8(run.stderr).unwrap();
        (run.status.code(), said)
    };
    let (code, said) = test(&case("call = \"GET /containers/json\"\nexpect = \"permit\""));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1 examples, 1 calls"), "{said}");
    for (wrong, reason) in [
        ("call = \"POST /containers/create\"\nexpect = \"permit\"", "no rule allows ContainerCreate"),
        ("call = \"GET /containers/json\"\nexpect = \"refuse\"", "is permitted by [own: look]"),
        ("call = \"GET /containers/json\"\nexpect = \"permit\"\nrule = \"other\"", "not by \"other\""),
        ("call = \"POST /build\"\nexpect = \"refuse\"\nrefused = \"networkmode\"", "networkmode is not among"),
    ] {
        let (code, said) = test(&case(wrong));
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("own.toml:5: c") && said.contains(reason), "{said}");
    }
    let (code, said) = test(&case("call = \"GET /nowhere\"\nexpect = \"maybe\""));
    assert_eq!(code, Some(64), "{said}");
    assert!(
        said.contains("own.toml:7:8: no operation has") && said.contains("own.toml:8:10: expect must be"),
        "{said}"
    );
}
