//! The comparison: the same script on the direct socket and through the gateway.

use std::sync::OnceLock;

use super::cli::{Cli, Outcome, Session};
use super::dockerd::Engine;
use super::gateway::Gateway;
use super::normal::normal;
use super::sweep::sweep;

/// What every run of a script came to, one for each CLI.
#[derive(Debug)]
pub struct Seen(Vec<Outcome>);

/// Runs the script with every CLI on the direct socket and through the gateway, over
/// TCP and over a unix socket, and asserts that nobody could tell which: same output,
/// same errors, same exit codes.
///
/// The script finds a name of its own in `$name`; what it creates under that name
/// or one that begins with it is removed after each run.
pub fn same(script: &str) -> Seen {
    same_over(&["tcp", "unix"], script)
}

/// The same over these transports. `tls` is mutual TLS to a gateway that reaches the
/// one before the engine over mutual TLS.
pub fn same_over(transports: &[&str], script: &str) -> Seen {
    let engine = Engine::shared();
    let gateways = Gateways::shared(engine);
    let mut seen = Vec::new();
    for cli in Cli::all() {
        let run_directly = || normal(&run_clean(engine, Session::new(cli, &engine.url()), script));
        let direct = run_directly();
        for transport in transports {
            let through = normal(&run_clean(engine, gateways.session(cli, transport), script));
            if through != direct {
                let repeatable = if run_directly() == direct { "gives that again" } else { "does not give that again" };
                panic!(
                    "docker {} over {transport} differs from the direct socket (which {repeatable})\n\
                     script: {script}\n{}\ndirect: {direct:#?}\nthrough: {through:#?}\n{}\n{}",
                    cli.version,
                    first_difference(&direct, &through),
                    gateways.log(),
                    engine.log()
                );
            }
        }
        seen.push(direct);
    }
    Seen(seen)
}

impl Seen {
    /// Asserts that every CLI printed this, on either stream: two runs that fail alike prove nothing.
    pub fn says(self, text: &str) -> Self {
        for outcome in &self.0 {
            assert!(outcome.stdout.contains(text) || outcome.stderr.contains(text), "no {text:?} in {outcome:#?}");
        }
        self
    }

    /// Asserts the exit codes of the script's `docker` calls, in order.
    pub fn codes(self, codes: &[i32]) -> Self {
        for outcome in &self.0 {
            assert_eq!(outcome.codes, codes, "{outcome:#?}");
        }
        self
    }

    /// Asserts that every call of docker went well, and that there was one.
    pub fn well(self) -> Self {
        for outcome in &self.0 {
            assert!(!outcome.codes.is_empty() && outcome.codes.iter().all(|code| *code == 0), "{outcome:#?}");
            assert_eq!(outcome.code, 0, "{outcome:#?}");
        }
        self
    }
}

/// Gateways that let everything pass, before the shared engine.
struct Gateways {
    plain: Gateway,
    chain: [Gateway; 2],
}

impl Gateways {
    fn shared(engine: &Engine) -> &'static Self {
        static GATEWAYS: OnceLock<Gateways> = OnceLock::new();
        GATEWAYS.get_or_init(|| Self {
            plain: Gateway::start(&engine.url(), &["--profile", "engine"]),
            chain: Gateway::start_chain_over_tls(&engine.url(), &["--profile", "engine"]),
        })
    }

    fn session(&self, cli: &Cli, transport: &str) -> Session {
        if transport != "tls" {
            return Session::new(cli, self.plain.address(transport));
        }
        let [first, second] = &self.chain;
        let host = first.address("tls://").replace("tls://127.0.0.1", "tcp://localhost");
        let mut session = Session::new(cli, &host);
        session.set("DOCKER_TLS_VERIFY", "1");
        session.set("DOCKER_CERT_PATH", &second.folder().display().to_string());
        session
    }

    fn log(&self) -> String {
        [&self.plain].into_iter().chain(&self.chain).map(Gateway::log).collect::<Vec<_>>().join("\n")
    }
}

fn run_clean(engine: &Engine, mut session: Session, script: &str) -> Outcome {
    let name = name();
    session.set("name", &name);
    let outcome = session.run(script);
    sweep(&engine.socket(), &name);
    outcome
}

/// A name for what this test creates: tests run at the same time on one engine.
fn name() -> String {
    let thread = std::thread::current();
    let test = thread.name().expect("the test runner names its threads").rsplit("::").next().unwrap_or_default();
    test.replace('_', "-")
}

/// The first pair of lines that differ, which long outputs would hide.
fn first_difference(direct: &Outcome, through: &Outcome) -> String {
    let lines = |outcome: &Outcome| format!("{}\n{}\n{:?}", outcome.stdout, outcome.stderr, outcome.codes);
    let (direct, through) = (lines(direct), lines(through));
    let pair = direct.lines().zip(through.lines()).find(|(left, right)| left != right);
    pair.map_or_else(|| "one is longer".to_owned(), |(left, right)| format!("first difference:\n-{left}\n+{right}"))
}
