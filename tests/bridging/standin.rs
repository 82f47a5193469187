//! A stand-in on a port of its own.

use tokio::net::TcpListener;
use vicgate::settings::{self, BackendUrl};
use vicgate::standin::{Listener, Settings, StandIn};

/// Serves a stand-in until the test ends, and gives the settings to reach it with.
pub async fn start(settings: Settings) -> settings::Backend {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    #[expect(clippy::disallowed_methods, reason = "it ends with the runtime of the test")]
    tokio::spawn(StandIn::new(settings).serve(Listener::Tcp(listener)));
    at(port)
}

/// The settings for a backend on this port of the loopback address.
pub fn at(port: u16) -> settings::Backend {
    settings::Backend {
        url: BackendUrl::Tcp { host: "127.0.0.1".into(), port },
        tls: settings::BackendTls::default(),
        host_header: None,
        connect_timeout: std::time::Duration::from_secs(5),
    }
}
