//! The backends, each with a gateway before it.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use tokio::net::TcpListener;
use vicgate::standin::{Listener, Settings, StandIn};

use crate::engine::require::require;
use crate::engine::{Engine, Gateway, import_busybox, poll};

/// A backend behind a gateway.
pub struct Backend {
    /// Its column in the table.
    pub name: &'static str,
    /// True if images are pulled from it; a real engine here has no registry.
    pub pulls: bool,
    gateway: Gateway,
    /// Kept until the end.
    podman: Option<Podman>,
}

impl Backend {
    /// All of them, served until they are dropped.
    pub fn all() -> Vec<Self> {
        let before = |name, pulls, url: &str, profile| {
            let gateway = Gateway::start(url, &["--profile", profile]);
            Self { name, pulls, gateway, podman: None }
        };
        let podman = Podman::start();
        let mut all = vec![
            before("VIC 1.5 (API 1.19 to 1.25)", true, &standin(Settings::default()), "vic-1.5"),
            before("Engine 20.10 (1.12 to 1.41)", false, &Engine::shared().url(), "engine"),
            before("an engine of 1.44 to 1.52 only", true, &standin(Settings::modern_engine()), "engine"),
            before("Podman 4.3 (1.24 to 1.41)", false, &podman.url(), "engine"),
        ];
        all.last_mut().expect("there are some").podman = Some(podman);
        all
    }

    /// Where the gateway listens.
    pub fn address(&self) -> &str {
        self.gateway.address("tcp://")
    }

    /// What the gateway logged.
    pub fn log(&self) -> String {
        self.gateway.log()
    }
}

/// Podman's service with one image, `busybox`. Its end is that of the pipe to its keeper.
struct Podman {
    dir: PathBuf,
    _lifeline: ChildStdin,
}

impl Podman {
    #[expect(clippy::zombie_processes, reason = "the keeper ends with its pipe, which is held to the end of the tests")]
    fn start() -> Self {
        // netavark, which sets its networks up, is on no PATH.
        require(&[("podman", "podman"), ("podman", "netavark"), ("runc", "runc"), ("busybox", "busybox-static")]);
        let dir = tempfile::Builder::new().prefix("vicgate-podman-").tempdir().unwrap().keep();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/podman.sh");
        let mut keeper = Command::new("sh").arg(script).arg(&dir).stdin(Stdio::piped()).spawn().unwrap();
        let podman = Self { _lifeline: keeper.stdin.take().unwrap(), dir };
        let listens = poll(Duration::from_secs(60), || UnixStream::connect(podman.dir.join("podman.sock")).ok());
        assert!(listens.is_some(), "podman does not listen");
        import_busybox(&podman.url()).unwrap();
        podman
    }

    fn url(&self) -> String {
        format!("unix://{}", self.dir.join("podman.sock").display())
    }
}

/// Serves a stand-in until the test process ends, and gives its URL.
fn standin(settings: Settings) -> String {
    let (send, port) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            send.send(listener.local_addr().unwrap().port()).unwrap();
            StandIn::new(settings).serve(Listener::Tcp(listener)).await;
        });
    });
    format!("tcp://127.0.0.1:{}", port.recv().unwrap())
}
