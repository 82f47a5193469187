//! The profiles that ship: they load, they decide everything, and they say what
//! the pages say that they were taken from.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{HashMap, HashSet};

use http::HeaderMap;
use vicgate::docker::endpoint::{Endpoint, Method, Routed};
use vicgate::docker::params::PARAMS;
use vicgate::docker::target::Target;
use vicgate::identity::Identity;
use vicgate::policy::load;
use vicgate::policy::profile::{RowRef, field_paths};
use vicgate::policy::{Profile, Question, Verdict, decide};

const LATE: &str = include_str!("facts/vic-compat.tsv");
const CLIENTS: &str = include_str!("facts/clients.tsv");
const EARLY: &str = include_str!("facts/vic-compat-early.tsv");

fn profile(name: &str) -> Profile {
    load::profile(name, None).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_operation_parameter_and_field_has_a_decision() {
    for (name, _) in load::PROFILES {
        let profile = profile(name);
        for endpoint in Endpoint::ALL {
            if profile.support(*endpoint).refuses() {
                continue;
            }
            let of = endpoint.name();
            for param in PARAMS.iter().filter(|param| param.endpoint == *endpoint) {
                assert!(profile.param(param).is_some(), "{name}: {of} ?{}", param.name);
            }
            for (path, _) in field_paths(*endpoint) {
                assert!(profile.fields(*endpoint).decide(&path).is_some(), "{name}: {of} {path}");
            }
        }
    }
}

/// A row for whatever there is would make the test above mean nothing.
#[test]
fn the_vic_profiles_decide_one_by_one() {
    for name in ["vic", "vic-early", "vic-1.5"] {
        for row in profile(name).rows() {
            let wide = matches!(row.name.as_str(), "*" | "HostConfig" | "NetworkingConfig");
            assert!(
                !wide || row.decision.support.refuses(),
                "{name}: {} {} {}",
                row.kind,
                row.endpoint.name(),
                row.name
            );
        }
    }
}

#[test]
fn whoever_is_refused_is_told_why() {
    for (name, _) in load::PROFILES {
        for row in profile(name).rows() {
            let told = !row.decision.reason.is_empty() && !row.decision.source.is_empty();
            let fine = told || !row.decision.support.refuses();
            assert!(fine, "{name}: {} {} {}", row.kind, row.endpoint.name(), row.name);
        }
    }
}

#[test]
fn the_later_page_and_its_profile_agree_row_by_row() {
    let contradictions = compare("vic", LATE, 186);
    assert_eq!(contradictions, [] as [String; 0]);
}

#[test]
fn the_earlier_page_and_its_profile_agree_row_by_row() {
    let contradictions = compare("vic-early", EARLY, 237);
    // What the page says in two ways, decided once.
    let expected = [
        "ContainerPause",
        "ContainerTop",
        "ContainerUnpause",
        "ContainerWait",
        "ContainerExec",
        "ExecInspect",
        "ExecResize",
        "ExecStart",
        "ImageLoad",
    ];
    assert_eq!(contradictions.into_iter().collect::<HashSet<_>>(), expected.map(str::to_owned).into());
}

/// A profile that refuses what ordinary clients always send is of no use.
#[test]
fn calls_of_real_clients_pass_under_the_last_release_and_an_engine() {
    let policies = ["vic-1.5", "engine"].map(|name| load::policy(name, None, None).unwrap());
    let mut calls = 0;
    for line in CLIENTS.lines().filter(|line| !line.starts_with('#')) {
        let [client, method, target, body]: [&str; 4] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let target = Target::parse(target).unwrap();
        let method = Method::from_name(method).unwrap();
        let Routed::To { endpoint, .. } = target.route(method) else { panic!("{line}") };
        for policy in &policies {
            let name = &policy.profile.name;
            let ask = |target: &Target, body: &[u8]| {
                let (identity, headers) = (Identity::nobody(), HeaderMap::new());
                decide(
                    policy,
                    &Question {
                        endpoint,
                        target,
                        identity: &identity,
                        headers: &headers,
                        body: Some(body),
                        known: vicgate::policy::own::Known::none(),
                    },
                )
            };
            let permit = match ask(&target, body.as_bytes()) {
                Verdict::Permit(permit) => permit,
                Verdict::Refuse(refusal) => panic!("{name}: {client}: {line}\n{}", refusal.message()),
            };
            // What was judged once is judged the same again. Without another, a body is sent as it came.
            let sent = permit.target.unwrap_or(target.clone());
            let body = permit.body.unwrap_or_else(|| body.as_bytes().to_vec());
            let Verdict::Permit(again) = ask(&sent, &body) else { panic!("{name}: {client}: {line}") };
            let again_sent = again.body.unwrap_or_else(|| body.clone());
            assert_eq!((again.target, again_sent), (None, body), "{name}: {client}: {line}");
        }
        calls += 1;
    }
    assert_eq!(calls, 98);
}

/// Holds a profile to its page, in both directions. Gives the operations of
/// which the page itself says two things; they must be `maybe`.
fn compare(name: &str, page: &str, rows: usize) -> Vec<String> {
    let facts = facts(page);
    assert_eq!(facts.len(), rows, "rows of the page of {name}");
    let profile = profile(name);
    let own = |row: &RowRef<'_>| row.decision.place.starts_with(&format!("{name}.toml:"));
    let claims = profile.rows().into_iter().filter(own).flat_map(claims).collect::<Vec<_>>();
    let mut contradictions = Vec::new();
    let mut by_thing: HashMap<String, Vec<(&str, &str)>> = HashMap::new();
    for (source, verdict) in &facts {
        let claim = claims.iter().find(|claim| claim.source == *source);
        let claim = claim.unwrap_or_else(|| panic!("{name}: no row for \"{source}\" of the page"));
        by_thing.entry(claim.thing.clone()).or_default().push((verdict.as_str(), claim.says));
    }
    for (thing, verdicts) in by_thing {
        let says = verdicts[0].1;
        if verdicts.iter().all(|(verdict, _)| *verdict == verdicts[0].0) {
            assert_eq!(says, verdicts[0].0, "{name}: {thing}");
        } else {
            assert_eq!(says, "maybe", "{name}: {thing}");
            contradictions.push(thing);
        }
    }
    for claim in claims.iter().filter(|claim| !claim.source.starts_with("not on the page")) {
        assert!(facts.contains_key(&claim.source), "{name}: \"{}\" is not on the page ({})", claim.source, claim.thing);
    }
    contradictions
}

struct Claim {
    source: String,
    says: &'static str,
    thing: String,
}

/// What a row claims to be taken from. A source that is only a section means
/// the row of that section that has the name of the field or parameter.
fn claims(row: RowRef<'_>) -> Vec<Claim> {
    let thing = format!("{} {}", row.endpoint.name(), row.name).trim_end().to_owned();
    let last = row.name.rsplit('.').next().unwrap().to_lowercase();
    let claim = |source: &String| {
        let section = SECTIONS.contains(&source.as_str());
        let source = if section { format!("{source} / {last}") } else { source.clone() };
        Claim { source: canonical(&source), says: row.decision.support.word(), thing: thing.clone() }
    };
    row.decision.source.iter().map(claim).collect()
}

/// The sections of the pages whose rows have the names of fields and parameters.
const SECTIONS: &[&str] = &[
    "Create a container / misc",
    "Create a container / Host Config field",
    "Create a container / NetworkSettings",
    "Create a container / State",
    "Create a container / Mounts",
    "Create a container / Response",
    "Get container logs / Query parameters",
    "Attach to a container / Query Parameters",
    "Attach to a container (websocket) / Query Parameters",
    "Remove a container / Query Parameter",
    "Remove a container / Query Parameters",
    "Extract an archive of files or folders to a directory in a container / Query Parameter",
    "Get an archive of a filesystem resource in a container / Query Parameters",
    "Copy files or folders from a container / Request",
    "List Images / Query Parameters",
    "Build image from a Dockerfile / Query Parameters",
    "Build image from a Dockerfile / Request Headers",
    "Create an image / Query Parameters",
    "Create an image / Request Headers",
    "Tag an image into a repository / Query Parameters",
    "Remove an image / Query Parameters",
    "Search images / Query Parameters",
    "Monitor Docker's events / Query Parameters",
    "Check auth configuration / Request",
    "Start a container / Query Parameters",
    "Stop a container / Query Parameters",
    "Restart a container / Query Parameters",
    "Kill a container / Query Parameters",
    "Rename a container / Query Parameters",
];

fn facts(page: &str) -> HashMap<String, String> {
    let rows = page.lines().filter(|line| !line.starts_with('#')).skip(1);
    let mut facts = HashMap::new();
    for line in rows {
        let [section, row, verdict]: [&str; 3] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let source = canonical(&format!("{section} / {row}"));
        assert!(facts.insert(source, verdict.to_owned()).is_none(), "{line} is there twice");
    }
    facts
}

fn canonical(source: &str) -> String {
    match source.rsplit_once(" / ") {
        Some((section, row)) => format!("{section} / {}", row.to_lowercase()),
        None => source.to_owned(),
    }
}
