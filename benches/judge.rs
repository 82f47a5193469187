//! What it costs to judge the create call of a stock CLI: `cargo bench --bench judge`.
//!
//! The budget is 5 µs for `whole`: from the target and the bytes of the body to
//! the verdict with the bytes to send.

#![allow(clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use http::HeaderMap;
use vicgate::docker::endpoint::Endpoint;
use vicgate::docker::target::Target;
use vicgate::docker::{json, schema};
use vicgate::identity::Identity;
use vicgate::policy::{Question, Verdict, decide, load};

/// What `docker create --name web busybox echo hi` of CLI 28 sends.
const BODY: &[u8] = include_bytes!("create.json");
const TARGET: &str = "/v1.25/containers/create?name=web";

fn judge(c: &mut Criterion) {
    let mut group = c.benchmark_group("judge");
    let target = Target::parse(TARGET).unwrap();
    let version = target.version.unwrap();
    let ty = schema::body(Endpoint::ContainerCreate).unwrap();
    let json = json::parse(BODY).unwrap();
    let body = schema::read(ty, json.clone(), version).unwrap();

    group.bench_function("target", |b| b.iter(|| Target::parse(black_box(TARGET))));
    group.bench_function("parse", |b| b.iter(|| json::parse(black_box(BODY))));
    group.bench_function("clone", |b| b.iter(|| black_box(&json).clone()));
    group.bench_function("clone and read", |b| b.iter(|| schema::read(ty, black_box(&json).clone(), version)));
    group.bench_function("used", |b| b.iter(|| black_box(&body).used().len()));
    group.bench_function("write", |b| b.iter(|| black_box(&body).to_vec()));
    for profile in ["vic", "vic-1.5"] {
        let policy = load::policy(profile, None, None).unwrap();
        let (identity, headers) = (Identity::nobody(), HeaderMap::new());
        group.bench_function(format!("whole under {profile}"), |b| {
            b.iter(|| {
                let target = Target::parse(black_box(TARGET)).unwrap();
                let question = Question {
                    endpoint: Endpoint::ContainerCreate,
                    target: &target,
                    identity: &identity,
                    headers: &headers,
                    body: Some(black_box(BODY)),
                    known: vicgate::policy::own::Known::none(),
                };
                let verdict = decide(&policy, &question);
                assert!(matches!(verdict, Verdict::Permit(_)));
                verdict
            });
        });
    }
    group.finish();
}

criterion_group!(benches, judge);
criterion_main!(benches);
