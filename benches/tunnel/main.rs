//! Tunnels beside HAProxy's: CPU per byte and per echo, latency, memory per idle
//! session, and how long a piece of a stream is on its way. Both proxies are started in turn against one raw backend; what is
//! counted is the proxy's process alone.
//!
//! `cargo bench --bench tunnel`; needs `haproxy`. `-- quick` moves less. `VICGATE`
//! names another binary to measure than the one built with this.

#![allow(unreachable_pub, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod chunks;
mod load;
mod proxy;

use std::process::ExitCode;
use std::time::Duration;

use load::{Backend, Scale};
use proxy::Proxy;

fn main() -> ExitCode {
    let quick = std::env::args().any(|argument| argument == "quick");
    let scale = if quick { Scale::quick() } else { Scale::full() };
    let backend = Backend::start(scale.pieces);
    let mut measured: Vec<(&str, Figures)> = Vec::new();
    // In turns and more than once, so that a busy machine troubles both alike.
    for round in 0..scale.rounds {
        for (name, start) in [("haproxy", Proxy::haproxy as fn(&Backend) -> Proxy), ("vicgate", Proxy::vicgate)] {
            eprintln!("round {} of {}: {name}", round + 1, scale.rounds);
            let figures = measure(&start(&backend), &backend, &scale);
            match measured.iter_mut().find(|(known, _)| *known == name) {
                Some((_, best)) => best.keep_best(&figures),
                None => measured.push((name, figures)),
            }
        }
    }
    let tls = Proxy::vicgate_tls(&backend);
    let tls_idle = load::idle_tls(&tls, &backend, scale.sessions);
    let at_once = chunks::report(&Proxy::vicgate(&backend), &tls, &backend, AT_ONCE);
    drop(tls);
    if report(&measured[0].1, &measured[1].1, tls_idle) && at_once { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The longest that a piece of a stream may take through the gateway.
const AT_ONCE: Duration = Duration::from_millis(5);

/// What is compared; all of it is better when it is less.
#[derive(Clone, Copy, Debug)]
struct Figures {
    down: f64,
    up: f64,
    echo: f64,
    p50: f64,
    p99: f64,
    idle: f64,
}

impl Figures {
    fn keep_best(&mut self, other: &Self) {
        self.down = self.down.min(other.down);
        self.up = self.up.min(other.up);
        self.echo = self.echo.min(other.echo);
        self.p50 = self.p50.min(other.p50);
        self.p99 = self.p99.min(other.p99);
        self.idle = self.idle.min(other.idle);
    }
}

fn measure(proxy: &Proxy, backend: &Backend, scale: &Scale) -> Figures {
    let gigabytes = scale.bytes as f64 / 1e9;
    let down = proxy.cpu_of(|| load::down(proxy, backend, scale.bytes)) / gigabytes;
    let up = proxy.cpu_of(|| load::up(proxy, backend, scale.bytes)) / gigabytes;
    let mut latencies = Vec::new();
    let echo = proxy.cpu_of(|| latencies = load::echo(proxy, backend, scale.echoes)) / scale.echoes as f64 * 1e6;
    latencies.sort_unstable();
    let direct = {
        let mut direct = load::echo_direct(backend, scale.echoes);
        direct.sort_unstable();
        direct
    };
    let added = |share: f64| {
        let at = |sorted: &[u64]| sorted[(sorted.len() as f64 * share) as usize] as f64 / 1e3;
        at(&latencies) - at(&direct)
    };
    let idle = load::idle(proxy, backend, scale.sessions);
    Figures { down, up, echo, p50: added(0.5), p99: added(0.99), idle }
}

fn report(haproxy: &Figures, vicgate: &Figures, tls_idle: f64) -> bool {
    println!("{:34}{:>10}{:>10}{:>8}  budget", "", "haproxy", "vicgate", "ratio");
    let mut held = true;
    let mut ratio = |what: &str, haproxy: f64, vicgate: f64, budget: f64| {
        let ratio = vicgate / haproxy;
        held &= ratio <= budget;
        let verdict = if ratio <= budget { "" } else { "  MISSED" };
        println!("{what:34}{haproxy:10.2}{vicgate:10.2}{ratio:8.2}  {budget:.2}{verdict}");
    };
    ratio("CPU s per GB, down", haproxy.down, vicgate.down, 0.9);
    ratio("CPU s per GB, up", haproxy.up, vicgate.up, 0.75);
    ratio("CPU µs per echo", haproxy.echo, vicgate.echo, 1.0);
    let mut bound = |what: &str, haproxy: Option<f64>, vicgate: f64, budget: f64| {
        let fits = vicgate <= budget;
        held &= fits;
        let haproxy = haproxy.map_or_else(|| "-".into(), |haproxy| format!("{haproxy:.2}"));
        let verdict = if fits { "" } else { "  MISSED" };
        println!("{what:34}{haproxy:>10}{vicgate:10.2}{:8}  {budget:.0}{verdict}", "");
    };
    bound("µs added to an echo, p99", Some(haproxy.p99), vicgate.p99, 100.0);
    bound("KiB per idle session, plain", Some(haproxy.idle), vicgate.idle, 3.0);
    bound("KiB per idle session, TLS", None, tls_idle, 16.0);
    println!("{:34}{:10.2}{:10.2}", "µs added to an echo, p50", haproxy.p50, vicgate.p50);
    held
}
