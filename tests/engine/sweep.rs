//! Removes what a script left behind, without a CLI: starting four of them takes longer than most scripts.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::poll;

/// Removes everything whose name begins with this.
pub fn sweep(socket: &Path, name: &str) {
    let starts = format!("^/?{name}");
    remove(socket, &listed("containers/json?all=1&", "name", &starts), |found| {
        texts(found, "Id").map(|id| format!("/containers/{id}?force=1&v=1")).collect()
    });
    remove(socket, &listed("networks?", "name", &starts), |found| {
        texts(found, "Id").map(|id| format!("/networks/{id}")).collect()
    });
    remove(socket, &listed("volumes?", "name", &starts), |found| {
        texts(&found["Volumes"], "Name").map(|name| format!("/volumes/{name}")).collect()
    });
    remove(socket, &listed("images/json?", "reference", &format!("{name}*")), |found| {
        let tags = found.as_array().into_iter().flatten().flat_map(|image| image["RepoTags"].as_array()).flatten();
        tags.filter_map(Value::as_str).filter(|tag| tag.starts_with(name)).map(|tag| format!("/images/{tag}")).collect()
    });
}

fn listed(list: &str, filter: &str, value: &str) -> String {
    // As a query has it: braces, quotes and the circumflex are not of its alphabet.
    let quoted = |text: &str| format!("%22{}%22", text.replace('^', "%5E"));
    format!("/{list}filters=%7B{}:%5B{}%5D%7D", quoted(filter), quoted(value))
}

/// The texts of this name in the objects of a list.
fn texts<'v>(list: &'v Value, name: &'static str) -> impl Iterator<Item = &'v str> {
    list.as_array().into_iter().flatten().filter_map(move |one| one[name].as_str())
}

/// Removes what a list has until it is empty: what ends by itself may be gone first, or be on its way.
fn remove(socket: &Path, list: &str, targets: impl Fn(&Value) -> Vec<String>) {
    let mut refusals = Vec::new();
    let swept = poll(Duration::from_secs(30), || {
        let (status, found) = ask(socket, "GET", list);
        assert_eq!(status, 200, "{list}: {found}");
        let targets = targets(&serde_json::from_str(&found).expect("lists are JSON"));
        refusals.clear();
        for target in &targets {
            let (status, answer) = ask(socket, "DELETE", target);
            if !matches!(status, 200 | 204 | 404) {
                refusals.push((target.clone(), status, answer));
            }
        }
        targets.is_empty().then_some(())
    });
    assert!(swept.is_some(), "cannot clean up: {list} is never empty: {refusals:#?}");
}

/// The status and the body of an answer.
fn ask(socket: &Path, method: &str, target: &str) -> (u16, String) {
    let mut stream = UnixStream::connect(socket).expect("the engine runs");
    // An answer of HTTP/1.0 comes whole, and ends with its connection.
    write!(stream, "{method} {target} HTTP/1.0\r\nHost: engine\r\n\r\n").expect("the engine listens");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the engine answers");
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_else(|| panic!("no status: {head:?}")), body.to_owned())
}
