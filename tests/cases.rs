//! The corpus in `tests/cases`: what a client sends, and what becomes of it. Each
//! case goes over real sockets, tcp and TLS, through the whole gateway to a
//! backend that writes down every byte. `tests/cases/README.md` explains the form.

#![allow(unreachable_pub, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod reading;
mod support;

use std::collections::BTreeMap;

use reading::case::{Case, Expected, load};
use reading::coverage;
use reading::gateway::{Running, Seen};
use support::Transport;

/// The corpus must not shrink unseen.
const AT_LEAST: usize = 780;

#[tokio::test]
async fn every_case_holds_on_tcp() {
    run(Transport::Tcp).await;
}

#[tokio::test]
async fn every_case_holds_on_tls() {
    run(Transport::Tls).await;
}

#[test]
fn the_corpus_is_large_and_no_title_stands_twice_in_a_file() {
    let cases = load();
    assert!(cases.len() >= AT_LEAST, "{} cases", cases.len());
    let mut titles = std::collections::HashSet::new();
    for case in &cases {
        assert!(titles.insert((&case.file, &case.title)), "{}: {}", case.file, case.title);
    }
}

#[test]
fn every_fact_of_how_daemons_read_and_what_calls_reach_has_its_cases() {
    let missing = coverage::missing(&load());
    assert!(missing.is_empty(), "tests/cases/coverage.tsv names what is not there:\n{}", missing.join("\n"));
}

async fn run(transport: Transport) {
    let mut by_policy: BTreeMap<(String, Option<String>), Vec<Case>> = BTreeMap::new();
    for case in load() {
        by_policy.entry((case.profile.clone(), case.access.clone())).or_default().push(case);
    }
    let mut failures = Vec::new();
    for ((profile, access), cases) in by_policy {
        let running = Running::start(transport, &profile, access.as_deref()).await;
        for case in cases {
            let seen = running.send(&case.bytes).await;
            if let Err(reason) = check(&case, &seen) {
                failures.push(format!("{}: {}\n  {reason}\n  seen: {seen}", case.file, case.title));
            }
        }
    }
    assert!(failures.is_empty(), "{} cases fail\n\n{}", failures.len(), failures.join("\n\n"));
}

fn check(case: &Case, seen: &Seen) -> Result<(), String> {
    match &case.expected {
        Expected::Refused { status, closed, texts } => {
            if let Some(request) = seen.requests.first() {
                return Err(format!("the backend got {}", request.line));
            }
            if seen.status != *status {
                return Err(format!("expected {status}"));
            }
            if *closed && !seen.closed {
                return Err("the connection is still open".into());
            }
            match texts.iter().find(|text| !seen.message.contains(*text)) {
                Some(text) => Err(format!("the message lacks {text:?}")),
                None => Ok(()),
            }
        }
        Expected::Forwarded { line, headers, body } => {
            let [request] = &seen.requests[..] else {
                return Err(format!("the backend got {} requests", seen.requests.len()));
            };
            if request.line != *line {
                return Err(format!("expected {line}"));
            }
            if request.body != *body {
                return Err(format!("expected the body {}", String::from_utf8_lossy(body)));
            }
            for (name, value) in headers {
                let found = request.header(name);
                if found != *value {
                    return Err(format!("{name}: expected {value:?}, got {found:?}"));
                }
            }
            Ok(())
        }
    }
}
