//! Judging has a short way, for bodies as the stock CLI spells them. It must come to what the
//! long way comes to, which is the one that explains itself: the same verdict, and the same bytes.

#![allow(unreachable_pub, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]
#![allow(clippy::wildcard_enum_match_arm)]

#[path = "reading/generate.rs"]
#[allow(dead_code)]
mod generate;

use generate::{Random, body as random_body};
use http::HeaderMap;
use vicgate::docker::endpoint::{Endpoint, Routed};
use vicgate::docker::json;
use vicgate::docker::schema::{self, Struct, Type};
use vicgate::docker::target::Target;
use vicgate::identity::Identity;
use vicgate::policy::decide::{explain, needs_body};
use vicgate::policy::{Policy, Question, Verdict, decide, decide_read, load};

/// Values that say nothing, and values that say something.
const VALUES: &[&str] = &[
    "null",
    "false",
    "true",
    "0",
    "1",
    "-1",
    "536870912",
    "\"\"",
    "\"x\"",
    "\"default\"",
    "\"host\"",
    "\"0\"",
    "[]",
    "[0,0]",
    "[\"\"]",
    "[\"a\",\"b\"]",
    "[\"/etc:/etc\"]",
    "[\"data:/data\"]",
    "{}",
    "{\"a\":\"b\"}",
    "{\"80/tcp\":[]}",
    "{\"a\":{}}",
];

fn policies() -> Vec<Policy> {
    let with = |profile: &str, access: Option<&str>| load::policy(profile, access, None).unwrap();
    let mut policies = vec![with("vic", None), with("vic-1.5", None), with("vic-early", None)];
    for (name, _) in vicgate::policy::access::load::READY {
        policies.push(with("engine", Some(name)));
        policies.push(with("vic-1.5", Some(name)));
    }
    policies
}

/// True if the short way was taken.
fn holds(policy: &Policy, target: &Target, endpoint: Endpoint, body: &[u8]) -> bool {
    let (identity, headers) = (Identity::nobody(), HeaderMap::new());
    let question = Question {
        endpoint,
        target,
        identity: &identity,
        headers: &headers,
        body: Some(body),
        known: vicgate::policy::own::Known::none(),
    };
    let shown = || String::from_utf8_lossy(body).into_owned();
    let (long, _) = explain(policy, &question);
    if needs_body(policy, endpoint, target) {
        // Nor does it matter who has read the text.
        let read = decide_read(policy, &Question { body: None, ..question }, None, json::parse(body));
        assert_eq!(read, long, "{}", shown());
    }
    match (decide(policy, &question), long) {
        (Verdict::Permit(short), Verdict::Permit(long)) => {
            let taken = short.body.is_none() && long.body.is_some();
            let came = body.strip_suffix(b"\n").unwrap_or(body);
            let sent = short.body.as_deref().or(long.body.as_ref().map(|_| came));
            assert_eq!(sent, long.body.as_deref(), "{}", shown());
            assert_eq!((&short.target, &short.warnings), (&long.target, &long.warnings), "{}", shown());
            assert_eq!(short.without_headers, long.without_headers, "{}", shown());
            taken
        }
        (Verdict::Refuse(short), Verdict::Refuse(long)) => {
            assert_eq!(short, long, "{}", shown());
            false
        }
        (short, long) => panic!("{short:?}, and the long way {long:?}\n{}", shown()),
    }
}

/// A create with some fields of each of its structs, in the order of the table.
fn spelt_as_the_cli_does(random: &mut Random) -> String {
    fn members(random: &mut Random, schema: &'static Struct) -> String {
        let mut text = String::new();
        // Few that say something, so that some bodies pass.
        let telling = *random.pick(&[3, 40, 400]);
        for field in schema.all_fields() {
            if random.one_in(3) {
                continue;
            }
            let value = match &field.ty {
                Type::Struct(inner) if random.one_in(2) => format!("{{{}}}", members(random, inner)),
                _ if field.name == "Image" => "\"busybox\"".to_owned(),
                _ if random.one_in(telling) => (*random.pick(VALUES)).to_owned(),
                ty => match ty {
                    Type::Bool => "false",
                    Type::Int(..) | Type::Float => "0",
                    Type::Str | Type::Text | Type::Unset => "\"\"",
                    Type::Strings | Type::List(_) | Type::Size => *random.pick(&["null", "[]"]),
                    Type::Map(_) | Type::Struct(_) => *random.pick(&["null", "{}"]),
                    Type::Any => "null",
                }
                .to_owned(),
            };
            text += &format!("{}\"{}\":{value}", if text.is_empty() { "" } else { "," }, field.name);
        }
        text
    }
    let Some(Type::Struct(create)) = schema::body(Endpoint::ContainerCreate) else { panic!("a create is a struct") };
    format!("{{{}}}", members(random, create))
}

#[test]
fn creates_as_the_cli_spells_them_come_to_the_same_both_ways() {
    let target = Target::parse("/v1.41/containers/create?name=web").unwrap();
    let policies = policies();
    let (mut short, mut all) = (0, 0);
    for seed in 0..3000 {
        let body = spelt_as_the_cli_does(&mut Random::new(seed));
        for policy in &policies {
            short += u32::from(holds(policy, &target, Endpoint::ContainerCreate, body.as_bytes()));
            all += 1;
        }
    }
    // The test says nothing if hardly any go the short way.
    assert!(short * 20 > all, "{short} of {all} took the short way");
}

#[test]
fn the_create_of_the_stock_cli_takes_the_short_way() {
    let body = include_bytes!("../benches/create.json");
    for version in ["1.25", "1.41"] {
        let target = Target::parse(&format!("/v{version}/containers/create?name=web")).unwrap();
        for profile in ["vic", "vic-1.5"] {
            let policy = load::policy(profile, None, None).unwrap();
            // Go's encoder ends with a line feed; others do not.
            assert!(body.ends_with(b"}\n"));
            for body in [&body[..], body.trim_ascii_end()] {
                assert!(holds(&policy, &target, Endpoint::ContainerCreate, body), "{profile} {version}");
            }
        }
    }
}

#[test]
fn bodies_of_all_operations_come_to_the_same_both_ways() {
    let policies = policies();
    for endpoint in Endpoint::ALL.iter().copied().filter(|endpoint| schema::body(*endpoint).is_some()) {
        let row = endpoint.row();
        let path = row.pattern.split('/').map(|part| if part.starts_with('{') { "web" } else { part });
        let target = Target::parse(&format!("/v1.41{}", path.collect::<Vec<_>>().join("/"))).unwrap();
        assert!(matches!(target.route(row.method), Routed::To { endpoint: found, .. } if found == endpoint));
        for seed in 0..60 {
            let mut random = Random::new(seed);
            let tricks = *random.pick(&[40, 200, 2000]);
            let body = random_body(&mut random, schema::body(endpoint).unwrap(), tricks);
            for policy in &policies {
                holds(policy, &target, endpoint, &body);
            }
        }
    }
}
