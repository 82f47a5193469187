//! What it costs to rewrite an answer: `cargo bench --bench bridge`.
//!
//! The budget is 40 µs for the inspect of a container of 8 KiB, from the bytes of the backend
//! to those for the client. A call that needs nothing pays for one look into a table.

#![allow(clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use vicgate::docker::bridge::{Ask, Host, Outcome, Repairs, answer, wants_answer};
use vicgate::docker::endpoint::Endpoint;
use vicgate::docker::json;
use vicgate::docker::version::ApiVersion;

/// What dockerd 20.10 says of a container with 33 variables and labels.
const INSPECT: &[u8] = include_bytes!("inspect.json");

fn bridge(c: &mut Criterion) {
    let mut group = c.benchmark_group("bridge");
    group.throughput(criterion::Throughput::Bytes(INSPECT.len() as u64));
    let vic = Host { repairs: Repairs::all(), ..Host::default() };
    for (name, client, backend, host) in [
        ("inspect from 1.41 to 1.52", 52, 41, Host::default()),
        ("inspect from 1.44 to 1.24", 24, 44, Host::default()),
        ("inspect from VIC's 1.25 to 1.52", 52, 25, vic),
    ] {
        let (client, backend) = (ApiVersion::new(client), ApiVersion::new(backend));
        let ask = Ask { endpoint: Endpoint::ContainerInspect, client, backend, host: &host };
        assert!(wants_answer(&ask, &[]));
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut json = json::parse(black_box(INSPECT)).unwrap();
                assert_eq!(answer(&ask, &[], &mut json), Outcome::Keep);
                json.to_vec()
            });
        });
    }
    let same = ApiVersion::new(41);
    let host = Host::default();
    let ask = Ask { endpoint: Endpoint::ContainerInspect, client: same, backend: same, host: &host };
    group.bench_function("nothing to do", |b| b.iter(|| wants_answer(black_box(&ask), &[])));
    group.finish();
}

criterion_group!(benches, bridge);
criterion_main!(benches);
