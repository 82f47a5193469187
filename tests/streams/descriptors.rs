//! The gateway as a process that runs out of descriptors.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use vicgate::settings::ListenUrl;

use crate::support::{Backend, Conn, Transport, until};
use crate::wire::{ATTACH, UPGRADE, attach};

/// `vicgate serve`, ended when dropped.
struct Process {
    child: Child,
    address: ListenUrl,
}

impl Process {
    /// Starts it with so few descriptors.
    fn start(descriptors: usize, backend: &Backend) -> Self {
        let url = backend.settings().url.to_string();
        let mut child = Command::new("sh")
            .args(["-c", &format!("ulimit -n {descriptors}; exec \"$@\""), "sh", env!("CARGO_BIN_EXE_vicgate")])
            .args(["serve", "--listen", "tcp://127.0.0.1:0", "--profile", "engine", "--backend", &url])
            // The raw backend waits for the calls of the test, and for no others.
            .env("VICGATE_API__TRANSLATE", "false")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap().parse().unwrap();
        Self { child, address }
    }

    fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What an attach comes to: a tunnel, or words and an end; never silence.
async fn try_attach(gateway: &Process, backend: &Backend) -> Option<(Conn, Conn)> {
    let mut client = Conn::to(&gateway.address).await;
    let request = format!("{ATTACH}{UPGRADE}Content-Length: 0\r\n\r\n");
    // The refusal may be there, and the connection gone, before this is sent.
    let _ = tokio::io::AsyncWriteExt::write_all(&mut client, request.as_bytes()).await;
    let mut daemon = tokio::select! {
        daemon = backend.accept() => daemon,
        answer = client.read_rest() => {
            let answer = String::from_utf8(answer).unwrap();
            let refused = answer.starts_with("HTTP/1.1 503 ") || answer.starts_with("HTTP/1.1 502 ");
            assert!(refused || answer.is_empty(), "{answer}");
            return None;
        }
    };
    daemon.read_head().await;
    daemon.write(crate::wire::SWITCHED).await;
    client.read_head().await;
    Some((client, daemon))
}

#[tokio::test]
async fn at_the_limit_of_descriptors_clients_are_refused_and_later_served_again() {
    let backend = Backend::start(Transport::Unix).await;
    let gateway = Process::start(64, &backend);
    let first = try_attach(&gateway, &backend).await.unwrap();
    let idle = gateway.descriptors() - 2;
    drop(first);
    for round in 0..3 {
        let mut tunnels = Vec::new();
        let mut refused = 0;
        while refused < 20 {
            match try_attach(&gateway, &backend).await {
                Some(tunnel) => tunnels.push(tunnel),
                None => refused += 1,
            }
        }
        assert!(tunnels.len() >= 10, "round {round}: only {} tunnels", tunnels.len());
        for (client, daemon) in &mut tunnels {
            client.write("still here").await;
            assert_eq!(daemon.read_bytes(10).await, b"still here");
        }
        drop(tunnels);
        until("the descriptors to be closed", || gateway.descriptors() <= idle).await;
        let mut client = Conn::to(&gateway.address).await;
        attach(&backend, &mut client).await;
    }
}
