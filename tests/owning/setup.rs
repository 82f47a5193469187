//! A gateway with an access policy between two people and a backend.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::{ClientConfig, ClientConnection, StreamOwned};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use vicgate::standin::{ApiRange, Flavor, Listener, Settings, StandIn};

use crate::certs::Certs;
use crate::process::{Gateway, PATIENCE};

/// The policy of most tests: both may do everything, each with their own.
pub const OWN: &str = "name = \"team\"\nowner = \"own\"\n[[identity]]\ncommon_name = [\"alice\", \"bob\"]\nrole = \"dev\"\n\
                       [[identity]]\ncommon_name = \"root\"\nrole = \"admin\"\n\
                       [[allow]]\nname = \"all\"\ngroups = [\"all\"]\nunrestricted = true\n";

/// The same, with somebody who sees it all.
pub fn own_but_for_root() -> String {
    OWN.replace("owner = \"own\"", "owner = { label = \"own\", role = \"dev\" }")
}

/// A gateway that is serving, and its people.
pub struct Setup {
    pub gateway: Gateway,
    pub certs: Certs,
    port: u16,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Answer {
    /// Holds it to a status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// Its body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The message of an error.
    #[track_caller]
    pub fn message(&self) -> String {
        self.json()["message"].as_str().unwrap().to_owned()
    }
}

impl Setup {
    /// In front of a stand-in that has the manners of an engine.
    pub fn new(policy: &str) -> Self {
        Self::in_front_of(&engine(), policy)
    }

    /// In front of any backend.
    pub fn in_front_of(backend: &str, policy: &str) -> Self {
        Self::with_profile(backend, policy, "engine")
    }

    /// The same, with another profile.
    pub fn with_profile(backend: &str, policy: &str, profile: &str) -> Self {
        let certs = Certs::new();
        let server = certs.server("server", &["localhost"]);
        for name in ["alice", "bob", "root"] {
            certs.client(name);
        }
        let access = certs.path("team.toml");
        std::fs::write(&access, policy).unwrap();
        let (cert, key, ca) = (server.cert, server.key, certs.path("ca.pem"));
        let settings = format!(
            "[[listen]]\nurl = \"tls://127.0.0.1:0\"\ncert = {cert:?}\nkey = {key:?}\nclient_ca = {ca:?}\n\
             [backend]\nurl = {backend:?}\n[policy]\nprofile = {profile:?}\naccess = {access:?}\n"
        );
        let file = certs.path("vicgate.toml");
        std::fs::write(&file, settings).unwrap();
        let arguments = ["serve", "--config", file.to_str().unwrap(), "--log-format", "text"];
        let gateway = Gateway::start_as(&arguments, &[], 1);
        let port = gateway.said[0].rsplit(':').next().unwrap().parse().unwrap();
        Self { gateway, certs, port }
    }

    /// Puts another policy into force.
    pub fn reload(&self, policy: &str) {
        std::fs::write(self.certs.path("team.toml"), policy).unwrap();
        self.gateway.signal("HUP");
        self.gateway.wait_for_log("are reloaded");
    }

    /// Somebody with a certificate.
    pub fn client(&self, name: &str) -> Client {
        let [cert, key] = ["cert", "key"].map(|part| self.certs.path(&format!("{name}-{part}.pem")));
        let files = vicgate::settings::CertificateFiles { cert, key };
        Client { config: self.certs.client_config_as(Some(&files)), port: self.port }
    }

    /// Alice and Bob.
    pub fn both(&self) -> (Client, Client) {
        (self.client("alice"), self.client("bob"))
    }
}

/// Somebody who calls.
pub struct Client {
    config: Arc<ClientConfig>,
    port: u16,
}

/// An answer that goes on.
pub type Stream = StreamOwned<ClientConnection, TcpStream>;

impl Client {
    /// Sends a call and reads the head of its answer.
    pub fn open(&self, method: &str, target: &str, body: &str, more: &str) -> (Stream, String) {
        let session = ClientConnection::new(Arc::clone(&self.config), "localhost".try_into().unwrap()).unwrap();
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut stream = StreamOwned::new(session, stream);
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let length = body.len();
        let head =
            format!("{method} /v1.44{target} HTTP/1.1\r\nHost: x\r\n{kind}{more}Content-Length: {length}\r\n\r\n");
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        (stream, String::from_utf8(head).unwrap())
    }

    /// Sends a call and reads its whole answer.
    pub fn send(&self, method: &str, target: &str, body: &str) -> Answer {
        let (mut stream, head) = self.open(method, target, body, "Connection: close\r\n");
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        let rest = String::from_utf8_lossy(&rest).into_owned();
        let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
        let body = if chunked { unchunked(&rest) } else { rest };
        Answer { status: head[9..12].parse().unwrap(), body }
    }

    pub fn get(&self, target: &str) -> Answer {
        self.send("GET", target, "")
    }

    pub fn post(&self, target: &str, body: &Value) -> Answer {
        self.send("POST", target, &body.to_string())
    }

    pub fn delete(&self, target: &str) -> Answer {
        self.send("DELETE", target, "")
    }

    /// Creates a container that runs on, and gives its id.
    pub fn create(&self, name: &str) -> String {
        self.create_with(name, &json!({})).is(201).json()["Id"].as_str().unwrap().to_owned()
    }

    /// Asks for a container with these settings of the host.
    pub fn create_with(&self, name: &str, host: &Value) -> Answer {
        let body = json!({"Image": "busybox", "Cmd": ["cat"], "OpenStdin": true, "HostConfig": host});
        self.post(&format!("/containers/create?name={name}"), &body)
    }

    /// The values of a name in a list.
    pub fn list(&self, target: &str, name: &str) -> Vec<String> {
        let answer = self.get(target).is(200).json();
        let items = answer.as_array().or_else(|| answer["Volumes"].as_array()).cloned().unwrap_or_default();
        let mut found: Vec<String> = items
            .iter()
            .flat_map(|item| item[name].as_array().cloned().unwrap_or_else(|| vec![item[name].clone()]))
            .map(|value| value.as_str().unwrap_or_default().trim_start_matches('/').to_owned())
            .collect();
        found.sort();
        found
    }
}

/// A stand-in with the manners of an engine.
pub fn engine() -> String {
    engine_up_to(47)
}

/// The same, which knows no newer API than 1.N.
pub fn engine_up_to(newest: u16) -> String {
    let api = ApiRange { min: (1, 19), max: (1, newest) };
    standin(Settings { flavor: Flavor::Engine, api, ..Settings::default() })
}

/// A stand-in, until the tests end.
pub fn standin(settings: Settings) -> String {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            send.send(listener.local_addr().unwrap()).unwrap();
            StandIn::new(settings).serve(Listener::Tcp(listener)).await;
        });
    });
    format!("tcp://{}", receive.recv().unwrap())
}

fn unchunked(body: &str) -> String {
    let (mut rest, mut all) = (body, String::new());
    while let Some((size, tail)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return all;
        }
        all.push_str(&tail[..size]);
        rest = &tail[size + 2..];
    }
    panic!("the answer was cut: {body}")
}
