//! The TLS clients that everybody has: openssl's and Python's.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};
use vicgate::settings::CertificateFiles;

use crate::require::{Need, require};
use crate::text;

/// What they come from.
pub const NEEDS: &[Need] = &[("openssl", "openssl"), ("python3", "python3")];

pub const INFO: &str = "GET /v1.25/info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// A version of TLS, as openssl and Python name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    Tls12,
    Tls13,
}

impl Version {
    pub const BOTH: [Self; 2] = [Self::Tls12, Self::Tls13];

    pub const fn flag(self) -> &'static str {
        match self {
            Self::Tls12 => "-tls1_2",
            Self::Tls13 => "-tls1_3",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Tls12 => "TLSv1_2",
            Self::Tls13 => "TLSv1_3",
        }
    }
}

/// Asks for `info` with openssl; gives all that it prints.
pub fn openssl(port: u16, ca: &Path, files: Option<&CertificateFiles>, more: &[&str]) -> String {
    require(NEEDS);
    let address = format!("127.0.0.1:{port}");
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &address, "-servername", "localhost", "-CAfile", text(ca), "-ign_eof"]);
    if let Some(CertificateFiles { cert, key }) = files {
        command.args(["-cert", text(cert), "-key", text(key)]);
    }
    let mut child =
        command.args(more).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may have been refused and be gone.
    let _ = child.stdin.take().unwrap().write_all(INFO.as_bytes());
    let Output { stdout, stderr, .. } = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned()
}

/// A Python that connects as it is told, one line a time.
pub struct Python {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What a Python client saw.
#[derive(Debug)]
pub struct Seen {
    /// The status of the answer.
    pub status: Option<u64>,
    /// What Python raised.
    pub error: String,
    pub alpn: Value,
    /// True if the second of two connections resumed the session of the first.
    pub resumed: bool,
}

impl Python {
    pub fn new() -> Self {
        require(NEEDS);
        let mut child =
            Command::new("python3").args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    /// Connects, and asks for `info`.
    pub fn ask(&mut self, port: u16, ca: &Path, files: Option<&CertificateFiles>, version: Version) -> Seen {
        self.ask_with(port, ca, files, version, &["http/1.1"])
    }

    /// The same, offering these protocols.
    pub fn ask_with(
        &mut self,
        port: u16,
        ca: &Path,
        files: Option<&CertificateFiles>,
        version: Version,
        alpn: &[&str],
    ) -> Seen {
        let files = files.map(|files| [&files.cert, &files.key]);
        let order = json!({ "port": port, "ca": ca, "files": files, "version": version.name(), "alpn": alpn });
        writeln!(self.input, "{order}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let seen: Value = serde_json::from_str(&line).unwrap();
        Seen {
            status: seen["status"].as_u64(),
            error: seen["error"].as_str().unwrap_or_default().to_owned(),
            alpn: seen["alpn"].clone(),
            resumed: seen["resumed"] == true,
        }
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Connects twice, the second time with the session of the first.
const SCRIPT: &str = r#"
import json, socket, ssl, sys
for line in sys.stdin:
    order, seen = json.loads(line), {}
    try:
        context = ssl.create_default_context(cafile=order["ca"])
        context.minimum_version = context.maximum_version = ssl.TLSVersion[order["version"]]
        context.set_alpn_protocols(order["alpn"])
        if order["files"]:
            context.load_cert_chain(*order["files"])
        session = None
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", order["port"]), 20) as raw:
                with context.wrap_socket(raw, server_hostname="localhost", session=session) as tls:
                    tls.sendall(b"GET /v1.25/info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    answer = b""
                    while True:
                        piece = tls.recv(4096)
                        if not piece:
                            break
                        answer += piece
                    session = tls.session
                    seen["status"] = int(answer.split(b" ")[1]) if answer else None
                    seen["alpn"] = tls.selected_alpn_protocol()
                    seen["resumed"] = tls.session_reused
    except OSError as error:
        seen["error"] = repr(error)
    print(json.dumps(seen), flush=True)
"#;
