//! The backends, each with a gateway before it.

use std::sync::mpsc;

use tokio::net::TcpListener;
use vicgate::standin::{Listener, Settings, StandIn};

use crate::engine::{Engine, Gateway};

/// A backend behind a gateway.
pub struct Backend {
    /// Its column in the table.
    pub name: &'static str,
    /// True if images are pulled from it; a real engine here has no registry.
    pub pulls: bool,
    gateway: Gateway,
}

impl Backend {
    /// All of them, served until they are dropped.
    pub fn all() -> Vec<Self> {
        let before = |name, pulls, url: &str, profile| {
            let gateway = Gateway::start(url, &["--profile", profile]);
            Self { name, pulls, gateway }
        };
        vec![
            before("VIC 1.5 (API 1.19 to 1.25)", true, &standin(Settings::default()), "vic-1.5"),
            before("Engine 20.10 (1.12 to 1.41)", false, &Engine::shared().url(), "engine"),
            before("an engine of 1.44 to 1.52 only", true, &standin(Settings::modern_engine()), "engine"),
        ]
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
