//! Who is let in, as what, and until when: the program, with openssl and Python as clients.

#![allow(unreachable_pub, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

#[allow(dead_code)]
#[path = "../support/certs.rs"]
mod certs;
mod client;
mod edges;
mod matrix;
#[path = "../process/mod.rs"]
mod process;
mod reload;
mod reload_load;
#[allow(dead_code)]
#[path = "../engine/require.rs"]
mod require;
mod sessions;
mod watch;

use std::path::Path;

use certs::Certs;
use vicgate::settings::CertificateFiles;

/// A folder with the settings of a gateway.
struct Setup {
    certs: Certs,
    server: CertificateFiles,
}

impl Setup {
    fn new() -> Self {
        let certs = Certs::new();
        let server = certs.server("server", &["localhost"]);
        Self { certs, server }
    }

    /// A listener that asks for client certificates, with more lines in its table.
    fn asks(&self, more: &str) -> String {
        self.listens(&format!("client_ca = {:?}\n{more}", self.certs.path("ca.pem")))
    }

    /// A listener with these lines in its table.
    fn listens(&self, more: &str) -> String {
        let CertificateFiles { cert, key } = &self.server;
        format!("[[listen]]\nurl = \"tls://127.0.0.1:0\"\ncert = {cert:?}\nkey = {key:?}\n{more}\n")
    }

    /// Starts the program with these settings, and gives the ports of its listeners.
    fn start(&self, settings: &str) -> (process::Gateway, Vec<u16>) {
        let file = self.certs.path("vicgate.toml");
        std::fs::write(&file, settings).unwrap();
        let lines = settings.matches("[[listen]]").count();
        let arguments = ["serve", "--config", text(&file), "--log-format", "text"];
        let gateway = process::Gateway::start_as(&arguments, &[], lines);
        let ports = gateway.said.iter().map(|line| line.rsplit(':').next().unwrap().parse().unwrap()).collect();
        (gateway, ports)
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
