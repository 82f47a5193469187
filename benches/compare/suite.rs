//! The rows of each suite.

use anyhow::Result;

use crate::files::{CREATE, Files};
use crate::flags::Suite;
use crate::load::Direction;
use crate::load::abuse::Abuse;
use crate::load::http::Sent;
use crate::measure::{Kind, Measure, Setup};
use crate::peer::Peer;

/// What is measured, in the order of the table.
pub(crate) fn measures(suite: Suite, files: &Files) -> Result<Vec<Measure>> {
    match suite {
        Suite::Compare => Ok(compare(files)),
        Suite::Budgets => Ok(budgets(files)),
        Suite::Scaling => scaling(files),
        Suite::Abuse => Ok(abuse()),
    }
}

/// Who is measured.
pub(crate) fn peers(suite: Suite) -> Vec<Peer> {
    let mut peers = Peer::all();
    match suite {
        Suite::Compare => {}
        Suite::Budgets | Suite::Scaling => {
            peers.retain(|peer| matches!(peer.name.as_str(), "haproxy" | "vicgate engine" | "vicgate vic"))
        }
        Suite::Abuse => peers.retain(|peer| matches!(peer.name.as_str(), "haproxy" | "vicgate vic")),
    }
    peers
}

fn compare(files: &Files) -> Vec<Measure> {
    let create = Sent::create(files.path(CREATE));
    let plain = |name: &str, kind| Measure { name: name.into(), setup: Setup::default(), tls: false, kind };
    let tls = |name: &str, kind| Measure { tls: true, ..plain(name, kind) };
    vec![
        plain("get", Kind::Requests(Sent::list(), CONNECTIONS)),
        plain("get-varied", Kind::Requests(Sent::varied_list(), CONNECTIONS)),
        plain("create", Kind::Requests(create, CONNECTIONS)),
        plain("tunnel-down", Kind::Tunnel(Direction::Down)),
        plain("tunnel-up", Kind::Tunnel(Direction::Up)),
        plain("echo", Kind::Echo),
        plain("latency", Kind::Latency),
        plain("idle", Kind::Idle),
        plain("start", Kind::Start),
        tls("tls-get", Kind::Requests(Sent::list(), CONNECTIONS)),
        tls("tls-tunnel-down", Kind::Tunnel(Direction::Down)),
        tls("tls-tunnel-up", Kind::Tunnel(Direction::Up)),
        tls("tls-echo", Kind::Echo),
        tls("tls-idle", Kind::Idle),
        tls("tls-handshakes", Kind::Handshakes),
    ]
}

fn budgets(files: &Files) -> Vec<Measure> {
    let mut measures = compare(files);
    measures.retain(|measure| {
        matches!(measure.name.as_str(), "get" | "get-varied" | "create" | "tunnel-down" | "tunnel-up" | "echo")
    });
    measures
}

fn scaling(files: &Files) -> Result<Vec<Measure>> {
    let measure = |name: String, setup, kind| Measure { name, setup, tls: false, kind };
    let mut all = Vec::new();
    for connections in [1, 8, 32, 128, 512] {
        let kind = Kind::Requests(Sent::list(), connections);
        all.push(measure(format!("connections-{connections:03}"), Setup::default(), kind));
    }
    for workers in [1, 2] {
        let setup = Setup { workers, ..Setup::default() };
        all.push(measure(format!("workers-{workers}"), setup, Kind::Requests(Sent::list(), 64)));
    }
    for rules in [10, 100, 1000] {
        let setup = Setup { rules, ..Setup::default() };
        let create = Sent::create(files.path(CREATE));
        all.push(measure(format!("rules-{rules:04}-get"), setup, Kind::Requests(Sent::list(), CONNECTIONS)));
        all.push(measure(format!("rules-{rules:04}-create"), setup, Kind::Requests(create, CONNECTIONS)));
    }
    for kib in [1, 16, 256, 1024, 4000] {
        let sent = Sent::create(files.large_create(kib)?);
        all.push(measure(format!("body-{kib:04}-kib"), Setup::default(), Kind::Body(sent, 4)));
    }
    for headers in [4, 16, 60] {
        let sent = Sent::list().with_headers(headers);
        all.push(measure(format!("headers-{headers:02}"), Setup::default(), Kind::Requests(sent, CONNECTIONS)));
    }
    for identities in [1, 1000] {
        let setup = Setup { identities, rules: identities.max(50), ..Setup::default() };
        let name = |what: &str| format!("identities-{identities:04}-{what}");
        all.push(measure(name("start"), setup, Kind::Start));
        all.push(measure(name("reload"), setup, Kind::Reload));
        all.push(measure(name("get"), setup, Kind::Requests(Sent::list(), CONNECTIONS)));
    }
    Ok(all)
}

fn abuse() -> Vec<Measure> {
    let kinds = [
        ("slow-heads", Abuse::SlowHeads),
        ("slow-bodies", Abuse::SlowBodies),
        ("large-bodies", Abuse::LargeBodies),
        ("deep-json", Abuse::DeepJson),
        ("silence", Abuse::Silence),
        ("stopped-hellos", Abuse::StoppedHellos),
    ];
    let measure = |(name, abuse): (&str, Abuse)| Measure {
        name: name.into(),
        setup: Setup::default(),
        tls: abuse == Abuse::StoppedHellos,
        kind: Kind::Abuse(abuse),
    };
    kinds.into_iter().map(measure).collect()
}

/// Connections of the load, where their number is not what is measured.
const CONNECTIONS: usize = 32;
