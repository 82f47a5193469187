//! What an access policy adds to judging a create call, and what it takes to redact an answer:
//! `cargo bench --bench access`.
//!
//! The budget is 5 µs for 200 rules, all of them about this operation: `200 rules` less `0 rules`.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use http::HeaderMap;
use vicgate::docker::endpoint::Endpoint;
use vicgate::docker::json::parse;
use vicgate::docker::redact::answer;
use vicgate::docker::target::Target;
use vicgate::identity::{Certificate, Evidence, Identity};
use vicgate::policy::access::load::from_text;
use vicgate::policy::{Policy, Question, Verdict, decide, load};

/// What `docker create --name web busybox echo hi` of CLI 28 sends.
const BODY: &str = include_str!("create.json");

fn access(c: &mut Criterion) {
    let mut group = c.benchmark_group("access");
    let target = Target::parse("/v1.25/containers/create?name=web").unwrap();
    let certificate = Certificate { common_names: vec!["ci-7".into()], ..Certificate::default() };
    let identity = Identity { evidence: Evidence::Certificate(certificate), address: None };
    let headers = HeaderMap::new();
    // A call that asks for something, too.
    let busy = BODY
        .replace(r#""Labels":{}"#, r#""Labels":{"a":"b","c":"d","e":"f"}"#)
        .replace(r#""Env":null"#, r#""Env":["A=1","B=2","C=3"]"#)
        .replace(r#""Binds":null"#, r#""Binds":["data:/data","logs:/logs"]"#);
    for (body, what) in [(BODY, "plain"), (busy.as_str(), "busy")] {
        for rules in [0, 1, 10, 50, 100, 200, 1000] {
            let access = (rules > 0).then(|| from_text("bench", &policy(rules - 1), None).unwrap());
            let policy = Policy { profile: load::profile("vic", None).unwrap(), access };
            group.bench_function(format!("{what}, {rules} rules"), |b| {
                b.iter(|| {
                    let question = Question {
                        endpoint: Endpoint::ContainerCreate,
                        target: &target,
                        identity: &identity,
                        headers: &headers,
                        body: Some(black_box(body.as_bytes())),
                        known: vicgate::policy::own::Known::none(),
                    };
                    let verdict = decide(&policy, &question);
                    assert!(matches!(verdict, Verdict::Permit(_)));
                    verdict
                });
            });
        }
    }
    group.finish();
}

/// Rules that do not fit, of both kinds, before the one that allows the call.
fn policy(others: usize) -> String {
    let mut text = "name = \"bench\"\n[[identity]]\ncommon_name = \"ci-*\"\nrole = \"ci\"\n".to_owned();
    for index in 0..others {
        let kind = if index % 4 == 0 { "deny" } else { "allow" };
        write!(text, "[[{kind}]]\nname = \"r{index}\"\nrole = \"ci\"\nendpoints = [\"ContainerCreate\"]\n").unwrap();
        match index % 3 {
            0 => writeln!(text, "images = [\"registry-{index}.example.com/**\", \"acme/app-{index}:v*\"]"),
            1 => writeln!(text, "names = [\"job-{index}-*\"]\nlabels = [\"team=t{index}\"]"),
            _ => writeln!(text, "networks = [\"net-{index}\"]\nvolumes = [\"vol-{index}-*\"]\nusers = [\"{index}\"]"),
        }
        .unwrap();
    }
    text + "[[allow]]\nname = \"last\"\nrole = \"ci\"\nendpoints = [\"ContainerCreate\"]\nimages = [\"busybox\"]\n"
}

/// Reading, redacting and writing the list of so many containers.
fn redact(c: &mut Criterion) {
    let rules = "name = \"bench\"\n[[allow]]\nname = \"look\"\ngroups = [\"read\"]\n[[redact]]\nname = \"r\"\nhide = [\"env\", \"mounts\", \"labels:com.acme.*\"]\n";
    let policy = Policy {
        profile: load::profile("engine", None).unwrap(),
        access: Some(from_text("bench", rules, None).unwrap()),
    };
    let target = Target::parse("/v1.44/containers/json").unwrap();
    let question = Question {
        endpoint: Endpoint::ContainerList,
        target: &target,
        identity: &Identity::nobody(),
        headers: &HeaderMap::new(),
        body: None,
        known: vicgate::policy::own::Known::none(),
    };
    let Verdict::Permit(permit) = decide(&policy, &question) else { return };
    let mut group = c.benchmark_group("redact");
    for count in [1, 10, 100] {
        let list = format!("[{}]", vec![LISTED; count].join(","));
        group.throughput(criterion::Throughput::Bytes(list.len() as u64));
        group.bench_function(format!("a list of {count}"), |b| {
            b.iter(|| {
                let mut json = parse(black_box(list.as_bytes())).unwrap();
                answer(&mut json, &permit.redaction);
                json.to_vec()
            });
        });
    }
    group.finish();
}

/// A container of `docker ps`.
const LISTED: &str = r#"{"Id":"5f3c0f1a5f3c0f1a5f3c0f1a5f3c0f1a5f3c0f1a5f3c0f1a5f3c0f1a5f3c0f1a","Names":["/web"],"Image":"nginx:1.27","ImageID":"sha256:5f3c0f1a5f3c0f1a5f3c0f1a5f3c0f1a5f3c0f1a5f3c0f1a5f3c0f1a5f3c0f1a","Command":"/docker-entrypoint.sh nginx -g 'daemon off;'","Created":1790000000,"Ports":[{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,"Type":"tcp"}],"Labels":{"com.acme.team":"blue","maintainer":"nobody","traefik.enable":"true"},"State":"running","Status":"Up 3 hours","HostConfig":{"NetworkMode":"front"},"NetworkSettings":{"Networks":{"front":{"IPAMConfig":null,"Links":null,"Aliases":null,"NetworkID":"5f3c0f1a","EndpointID":"5f3c0f1a","Gateway":"172.18.0.1","IPAddress":"172.18.0.2","IPPrefixLen":16,"IPv6Gateway":"","GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,"MacAddress":"02:42:ac:12:00:02","DriverOpts":null}}},"Mounts":[{"Type":"bind","Source":"/srv/web","Destination":"/usr/share/nginx/html","Mode":"ro","RW":false,"Propagation":"rprivate"}]}"#;

criterion_group!(benches, access, redact);
criterion_main!(benches);
