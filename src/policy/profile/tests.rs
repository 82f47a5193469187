#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::policy::load;

fn problems(text: &str) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("own.toml"), text).unwrap();
    match load::profile("own", Some(dir.path())) {
        Ok(_) => Vec::new(),
        Err(invalid) => {
            let prefix = format!("{}/", dir.path().display());
            invalid.0.iter().map(|problem| problem.to_string().replace(&prefix, "")).collect()
        }
    }
}

fn vic() -> Profile {
    load::profile("vic", None).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn all_problems_are_told_at_once_with_their_places() {
    let text = r#"name = "own"
extends = "vic"
unsupported = "rejekt"

[[endpoint]]
name = "ContainerCraete"
support = "yes"

[[query]]
endpoint = "ContainerLogs"
name = "sinse"
support = "no"

[[field]]
endpoint = "ContainerCreate"
name = "HostConfig.Privilegd"
support = "diff"
rule = "named-volume"

[[field]]
endpoint = "ContainerCreate"
names = ["Env", "Env"]
suport = "yes"
"#;
    assert_eq!(
        problems(text),
        [
            "own.toml:3:15: unsupported is one of reject, drop, forward, not \"rejekt\"; did you mean \"reject\"?",
            "own.toml:6:8: there is no operation \"ContainerCraete\"; did you mean \"ContainerCreate\" or \"ContainerDelete\"?",
            "own.toml:9:1: reason is missing: a person who is refused must be told why",
            "own.toml:11:8: ContainerLogs has no query parameter \"sinse\"; did you mean \"since\"?",
            "own.toml:16:8: the body of ContainerCreate has no field \"HostConfig.Privilegd\"; did you mean \"Privileged\"?",
            "own.toml:18:8: there is no rule \"named-volume\"; did you mean \"named-volumes\"?",
            "own.toml:20:1: support is missing",
            "own.toml:23:1: unknown key \"suport\"; did you mean \"support\"?",
        ]
    );
}

#[test]
fn what_no_row_decides_is_a_problem() {
    let text = "name = \"own\"\n[[endpoint]]\nname = \"*\"\nsupport = \"no\"\nreason = \"r\"\n\
                [[endpoint]]\nname = \"ContainerExec\"\nsupport = \"yes\"\n\
                [[field]]\nendpoint = \"ContainerExec\"\nnames = [\"Cmd\", \"User\"]\nsupport = \"yes\"\n";
    let found = problems(text);
    assert_eq!(found.len(), 1);
    let first = found.first().unwrap();
    assert!(first.contains("no [[field]] row decides these of ContainerExec: Privileged, Tty"), "{first}");
}

#[test]
fn a_row_that_is_there_twice_is_a_problem() {
    let row = "[[endpoint]]\nname = \"ContainerExec\"\nsupport = \"yes\"\n";
    let found = problems(&format!("name = \"own\"\nextends = \"vic\"\n{row}{row}"));
    assert_eq!(found, ["own.toml:7:8: endpoint ContainerExec has a row already, in line 4"]);
}

#[test]
fn an_operation_cannot_be_dropped_and_no_call_is_unknown() {
    let text = "name = \"own\"\nextends = \"vic\"\n[[endpoint]]\nname = \"ImageBuild\"\nsupport = \"unknown\"\nunsupported = \"drop\"\n";
    assert_eq!(
        problems(text),
        [
            "own.toml:3:1: an operation cannot be dropped: it is rejected or forwarded",
            "own.toml:5:11: only a row about an answer may be unknown; a call must be decided",
        ]
    );
}

#[test]
fn a_profile_cannot_extend_itself_or_nothing() {
    assert_eq!(
        problems("name = \"own\"\nextends = \"vik\"\n"),
        ["own.toml:2:11: there is no profile \"vik\" to extend; did you mean \"vic\"?"]
    );
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.toml"), "name = \"a\"\nextends = \"b\"\n").unwrap();
    std::fs::write(dir.path().join("b.toml"), "name = \"b\"\nextends = \"a.toml\"\n").unwrap();
    let error = load::profile("a", Some(dir.path())).unwrap_err().to_string();
    assert!(error.contains("a.toml extends itself, by way of"), "{error}");
}

#[test]
fn a_file_of_the_folder_wins_over_the_binary_and_may_extend_what_it_replaces() {
    let dir = tempfile::tempdir().unwrap();
    let text = "name = \"vic\"\ntitle = \"Ours\"\nextends = \"vic.toml\"\n[[endpoint]]\nname = \"ImageBuild\"\nsupport = \"maybe\"\n";
    std::fs::write(dir.path().join("vic.toml"), text).unwrap();
    let profile = load::profile("vic", Some(dir.path())).unwrap();
    assert_eq!((profile.title.as_str(), profile.support(Endpoint::ImageBuild)), ("Ours", Support::Maybe));
    assert_eq!(profile.support(Endpoint::ImagePush), Support::Future);
}

#[test]
fn a_missing_profile_is_told_with_near_names() {
    let error = load::profile("vic-15", None).unwrap_err().to_string();
    assert!(error.contains("did you mean \"vic-1.5\""), "{error}");
    assert!(load::profile("/nonexistent/x.toml", None).unwrap_err().to_string().contains("cannot be read"));
}

#[test]
fn broken_toml_is_told_with_its_place() {
    let found = problems("name = \"own\"\n[[endpoint]\nname = 3\n");
    assert!(found.iter().any(|problem| problem.starts_with("own.toml:2:")), "{found:?}");
}

#[test]
fn statuses_are_those_that_the_call_s_version_documents() {
    let vic = vic();
    let create =
        |version, from| vic.status(Endpoint::ContainerCreate, ApiVersion::new(version), from, "impossible to attach");
    assert_eq!(create(19, 506), Some(406));
    assert_eq!(create(23, 506), Some(406));
    assert_eq!(create(31, 506), Some(406));
    assert_eq!(create(32, 506), Some(409));
    assert_eq!(create(23, 500), None);
    let kill = |version| {
        vic.status(Endpoint::ContainerKill, ApiVersion::new(version), 500, "Cannot kill container x: y is not running")
    };
    assert_eq!((kill(36), kill(37)), (None, Some(409)));
}

#[test]
fn a_status_row_with_a_broken_pattern_is_a_problem() {
    let text = "name = \"own\"\nextends = \"vic\"\n[[status]]\nendpoint = \"ContainerKill\"\nfrom = 500\nto = 99\nversions = \"1.2-1.3\"\nmessage = \"(\"\n";
    let found = problems(text);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().any(|problem| problem.starts_with("own.toml:8:11: message: regex")), "{found:?}");
}

#[test]
fn a_profile_may_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Profile>();
}
