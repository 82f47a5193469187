//! TLS towards clients and towards the backend.

#![allow(unreachable_pub, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

mod handshakes;
#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, HandshakeKind, ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use vicgate::backend::Backend;
use vicgate::net::sha256;
use vicgate::server::Server;
use vicgate::settings::{
    self, BackendTls, BackendUrl, CertificateFiles, CrlExpired, Limits, Listen, ListenTls, ListenUrl,
};

use support::certs::{Certs, chain, key};
use support::{Gateway, Transport, soon, until};

const TLS_ANYWHERE: fn() -> ListenUrl = || ListenUrl::Tls { host: "127.0.0.1".into(), port: 0 };

/// A listener with these certificates, in front of nothing.
fn gateway(tls: ListenTls) -> Gateway {
    let backend = settings::Backend {
        url: BackendUrl::Unix("/nowhere".into()),
        tls: BackendTls::default(),
        host_header: None,
        connect_timeout: Duration::from_secs(1),
    };
    let limits = Limits { workers: 1, ..Limits::default() };
    Gateway::start_on(Listen { url: TLS_ANYWHERE(), tls: Some(tls) }, &backend, limits)
}

fn with_client_ca(server: CertificateFiles, certs: &Certs) -> ListenTls {
    ListenTls { client_ca: Some(certs.path("ca.pem")), ..without_client_ca(server) }
}

fn without_client_ca(server: CertificateFiles) -> ListenTls {
    ListenTls {
        certificates: vec![server],
        client_ca: None,
        crls: Vec::new(),
        crl_expired: CrlExpired::Refuse,
        handshake_timeout: Duration::from_secs(5),
    }
}

fn port(gateway: &Gateway) -> u16 {
    let ListenUrl::Tls { port, .. } = gateway.address() else { panic!("{}", gateway.address()) };
    *port
}

/// Shakes hands, and asks for something: under TLS 1.3 a client learns that it is
/// refused only when it reads.
async fn talk(gateway: &Gateway, config: &Arc<ClientConfig>, name: &str) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(("127.0.0.1", port(gateway))).await?;
    talk_over(stream, config, name).await
}

async fn talk_over<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    config: &Arc<ClientConfig>,
    name: &str,
) -> std::io::Result<TlsStream<S>> {
    soon("a handshake and an answer", async {
        let name = name.to_owned().try_into().unwrap();
        let mut stream = TlsConnector::from(config.clone()).connect(name, stream).await?;
        stream.write_all(b"GET /v1.25/info HTTP/1.1\r\nHost: x\r\n\r\n").await?;
        stream.flush().await?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await?;
        assert_eq!(&answer, b"HTTP/1.1 502");
        Ok(stream)
    })
    .await
}

fn of_version(
    certs: &Certs,
    files: &CertificateFiles,
    version: &'static SupportedProtocolVersion,
) -> Arc<ClientConfig> {
    let verifier = WebPkiServerVerifier::builder(Arc::new(certs.roots())).build().unwrap();
    let mut config = ClientConfig::builder_with_protocol_versions(&[version])
        .with_webpki_verifier(verifier)
        .with_client_auth_cert(chain(&files.cert), key(&files.key))
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}

#[tokio::test]
async fn both_versions_are_spoken_and_only_http_1_1_inside() {
    let certs = Certs::new();
    let gateway = gateway(with_client_ca(certs.server("server", &["localhost"]), &certs));
    let files = certs.client("bob");
    for version in [&TLS12, &TLS13] {
        let stream = talk(&gateway, &of_version(&certs, &files, version), "localhost").await.unwrap();
        let (_, session) = stream.get_ref();
        assert_eq!(session.protocol_version(), Some(version.version));
        assert_eq!(session.alpn_protocol(), Some(&b"http/1.1"[..]));
    }
}

#[tokio::test]
async fn a_client_ca_makes_a_certificate_of_it_necessary() {
    let (certs, strangers) = (Certs::new(), Certs::new());
    let gateway = gateway(with_client_ca(certs.server("server", &["localhost"]), &certs));
    let (known, strange) = (certs.client("bob"), strangers.client("bob"));
    talk(&gateway, &certs.client_config_as(Some(&known)), "localhost").await.unwrap();
    talk(&gateway, &certs.client_config_as(None), "localhost").await.unwrap_err();
    talk(&gateway, &certs.client_config_as(Some(&strange)), "localhost").await.unwrap_err();
    until("the refused to be gone", || gateway.connections() == 0).await;
    assert_eq!(gateway.peers().len(), 1, "a refused client reached the stack");
}

#[tokio::test]
async fn a_revoked_client_is_refused() {
    let certs = Certs::new();
    let (good, revoked) = (certs.client("bob"), certs.client("mallory"));
    let tls = with_client_ca(certs.server("server", &["localhost"]), &certs);
    let gateway = gateway(ListenTls { crls: vec![certs.revoke(&["mallory"])], ..tls });
    talk(&gateway, &certs.client_config_as(Some(&good)), "localhost").await.unwrap();
    talk(&gateway, &certs.client_config_as(Some(&revoked)), "localhost").await.unwrap_err();
}

#[tokio::test]
async fn a_session_with_a_client_certificate_is_never_resumed() {
    let certs = Certs::new();
    let files = certs.client("bob");
    let server = certs.server("server", &["localhost"]);
    let asks = gateway(with_client_ca(server.clone(), &certs));
    let does_not = gateway(without_client_ca(server));
    for version in [&TLS12, &TLS13] {
        for (gateway, second) in [(&asks, HandshakeKind::Full), (&does_not, HandshakeKind::Resumed)] {
            let config = of_version(&certs, &files, version);
            talk(gateway, &config, "localhost").await.unwrap();
            let stream = talk(gateway, &config, "localhost").await.unwrap();
            assert_eq!(stream.get_ref().1.handshake_kind(), Some(second), "{version:?}");
        }
    }
}

#[tokio::test]
async fn the_certificate_is_chosen_by_the_name_that_is_asked_for() {
    let certs = Certs::new();
    let one = certs.server("one", &["one.example"]);
    let two = certs.server("two", &["*.two.example", "localhost"]);
    let gateway = gateway(ListenTls { certificates: vec![one.clone(), two.clone()], ..without_client_ca(one.clone()) });
    let config = certs.client_config_as(None);
    for (name, files) in [("one.example", &one), ("a.two.example", &two), ("LOCALHOST", &two)] {
        let stream = talk(&gateway, &config, name).await.unwrap();
        assert_eq!(stream.get_ref().1.peer_certificates().unwrap(), chain(&files.cert), "{name}");
    }
    // No certificate is for it: the first is shown, and the client refuses it.
    talk(&gateway, &config, "a.b.two.example").await.unwrap_err();
}

#[tokio::test]
async fn certificates_are_replaced_while_the_listener_runs_or_kept_whole() {
    let certs = Certs::new();
    let first = certs.server("server", &["localhost"]);
    let gateway = gateway(without_client_ca(first.clone()));
    let config = certs.client_config_as(None);
    let old = chain(&first.cert);
    certs.server("server", &["localhost"]);
    gateway.reload().unwrap();
    let stream = talk(&gateway, &config, "localhost").await.unwrap();
    let new = stream.get_ref().1.peer_certificates().unwrap().to_vec();
    assert_ne!(new, old);
    std::fs::write(&first.key, "no key").unwrap();
    let error = gateway.reload().unwrap_err().to_string();
    assert!(error.contains("server-key.pem: there is no private key in it"), "{error}");
    let stream = talk(&gateway, &config, "localhost").await.unwrap();
    assert_eq!(stream.get_ref().1.peer_certificates().unwrap(), new);
}

/// PKCS#1 is what VIC writes, SEC1 what `openssl ecparam` writes.
#[test]
fn keys_are_read_in_all_three_forms() {
    let certs = Certs::new();
    let dir = tempfile::tempdir().unwrap();
    for (algorithm, label) in
        [(&rcgen::PKCS_RSA_SHA256, "RSA PRIVATE KEY"), (&rcgen::PKCS_ECDSA_P256_SHA256, "EC PRIVATE KEY")]
    {
        let pair = rcgen::KeyPair::generate_for(algorithm).unwrap();
        let cert = dir.path().join("cert.pem");
        let params = rcgen::CertificateParams::new(vec!["localhost".into()]).unwrap();
        std::fs::write(&cert, params.self_signed(&pair).unwrap().pem()).unwrap();
        for pem in [pair.serialize_pem(), inner_key(&pair.serialize_der(), label)] {
            let key = dir.path().join("key.pem");
            std::fs::write(&key, pem).unwrap();
            let tls = without_client_ca(CertificateFiles { cert: cert.clone(), key });
            Server::bind(&[Listen { url: TLS_ANYWHERE(), tls: Some(tls) }]).unwrap();
        }
    }
    drop(certs);
}

/// The key inside of a PKCS#8 document (RFC 5208, 5): its last octet string.
fn inner_key(pkcs8: &[u8], label: &str) -> String {
    let start = (0..pkcs8.len() - 4)
        .find(|at| {
            let length = pkcs8.len() - at;
            match pkcs8[*at..] {
                [4, 0x82, high, low, 0x30, ..] => 4 + usize::from(u16::from_be_bytes([high, low])) == length,
                [4, 0x81, short, 0x30, ..] => 3 + usize::from(short) == length,
                [4, short, 0x30, ..] => short < 0x80 && 2 + usize::from(short) == length,
                _ => false,
            }
        })
        .unwrap();
    let header = if pkcs8[start + 1] < 0x80 { 2 } else { 2 + usize::from(pkcs8[start + 1] & 0x7f) };
    let body = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &pkcs8[start + header..]);
    let lines: Vec<&str> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

#[test]
fn files_that_cannot_be_used_are_named_with_the_reason() {
    let certs = Certs::new();
    let (one, two) = (certs.server("one", &["localhost"]), certs.server("two", &["localhost"]));
    let file = |name: &str, text: &str| {
        std::fs::write(certs.path(name), text).unwrap();
        certs.path(name)
    };
    let files = |cert: &std::path::Path, key: &std::path::Path| {
        without_client_ca(CertificateFiles { cert: cert.into(), key: key.into() })
    };
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIF\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let cases = [
        (files(&one.cert, &two.key), "two-key.pem: this key does not fit the certificate "),
        (files(&certs.path("none.pem"), &one.key), "none.pem: cannot be read: No such file or directory"),
        (files(&one.key, &one.key), "one-key.pem: there is no certificate in it"),
        (files(&one.cert, &one.cert), "one-cert.pem: there is no private key in it"),
        (files(&one.cert, &file("locked.pem", encrypted)), "locked.pem: the key is encrypted"),
        (files(&file("bad.pem", "-----BEGIN CERTIFICATE-----\n?\n"), &one.key), "bad.pem: not readable as PEM"),
        (
            ListenTls { client_ca: Some(file("empty.pem", "")), ..files(&one.cert, &one.key) },
            "empty.pem: there is no certificate in it",
        ),
        (
            ListenTls { crls: vec![one.cert.clone()], ..with_client_ca(one.clone(), &certs) },
            "one-cert.pem: there is no certificate revocation list",
        ),
    ];
    for (tls, problem) in cases {
        let error = Server::bind(&[Listen { url: TLS_ANYWHERE(), tls: Some(tls) }]).unwrap_err().to_string();
        assert!(error.starts_with("cannot listen on tls://127.0.0.1:0: ") && error.contains(problem), "{error}");
    }
}

/// A backend that speaks TLS with that configuration, and says who connected.
async fn tls_backend(config: ServerConfig) -> (u16, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let task = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(mut stream) = acceptor.accept(stream).await {
                // Under TLS 1.3 a refusal of the client comes after its handshake.
                let _ = stream.read(&mut [0]).await;
            }
        }
    });
    (port, task)
}

fn backend(port: u16, host: &str, tls: BackendTls) -> Arc<Backend> {
    let url = BackendUrl::Tls { host: host.into(), port };
    Backend::new(&settings::Backend { url, tls, host_header: None, connect_timeout: Duration::from_secs(5) }).unwrap()
}

#[tokio::test]
async fn the_backend_is_trusted_by_its_ca_and_name_only() {
    let (certs, strangers) = (Certs::new(), Certs::new());
    let server = certs.server("vch", &["vch.example"]);
    let config = ServerConfig::builder().with_no_client_auth();
    let (port, _task) = tls_backend(config.with_single_cert(chain(&server.cert), key(&server.key)).unwrap()).await;
    let ca = |certs: &Certs| BackendTls { ca: Some(certs.path("ca.pem")), ..BackendTls::default() };
    let named = BackendTls { name: Some("vch.example".into()), ..ca(&certs) };
    backend(port, "127.0.0.1", named).connect().await.unwrap();
    for (tls, problem) in [
        (ca(&certs), "its certificate is not accepted: certificate not valid for name"),
        (BackendTls { name: Some("vch.example".into()), ..ca(&strangers) }, "its certificate is not accepted"),
        (BackendTls { name: Some("vch.example".into()), ..BackendTls::default() }, "its certificate is not accepted"),
    ] {
        let error = backend(port, "127.0.0.1", tls).connect().await.unwrap_err();
        let start = format!("cannot reach the backend at tls://127.0.0.1:{port}: ");
        assert!(error.message.starts_with(&start) && error.message.contains(problem), "{}", error.message);
        assert_eq!(error.status, http::StatusCode::BAD_GATEWAY);
    }
}

/// `vic-machine` makes certificates without any name when it is not told one.
#[tokio::test]
async fn a_pinned_certificate_needs_no_name_and_no_ca_and_no_other_passes() {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    let cert = params.self_signed(&pair).unwrap();
    let key = || rustls_pki_types::PrivateKeyDer::try_from(pair.serialize_der()).unwrap();
    let pin = sha256(cert.der());
    for version in [&TLS12, &TLS13] {
        let config = ServerConfig::builder_with_protocol_versions(&[version]).with_no_client_auth();
        let (port, _task) = tls_backend(config.with_single_cert(vec![cert.der().clone()], key()).unwrap()).await;
        let pinned = |pin| BackendTls { pin: Some(pin), ..BackendTls::default() };
        backend(port, "127.0.0.1", pinned(pin)).connect().await.unwrap();
        let error = backend(port, "127.0.0.1", pinned([7; 32])).connect().await.unwrap_err();
        assert!(error.message.contains("is pinned") && error.message.contains("sha256:0707"), "{}", error.message);
    }
}

#[tokio::test]
async fn our_certificate_is_shown_to_a_backend_that_asks() {
    let certs = Certs::new();
    let server = certs.server("vch", &["localhost"]);
    let verifier = WebPkiClientVerifier::builder(Arc::new(certs.roots())).build().unwrap();
    let config = ServerConfig::builder_with_protocol_versions(&[&TLS12]).with_client_cert_verifier(verifier);
    let (port, _task) = tls_backend(config.with_single_cert(chain(&server.cert), key(&server.key)).unwrap()).await;
    let tls = BackendTls { ca: Some(certs.path("ca.pem")), ..BackendTls::default() };
    let error = backend(port, "localhost", tls.clone()).connect().await.unwrap_err();
    assert!(error.message.contains("does it ask for a client certificate?"), "{}", error.message);
    let tls = BackendTls { client: Some(certs.client("gateway")), ..tls };
    backend(port, "localhost", tls).connect().await.unwrap();
}

#[tokio::test]
async fn a_backend_that_does_not_speak_tls_is_said_to() {
    let plain = support::Backend::start(Transport::Tcp).await;
    let BackendUrl::Tcp { port, .. } = plain.settings().url else { panic!("not tcp") };
    let answer = async {
        let mut conn = plain.accept().await;
        conn.write("HTTP/1.1 400 Bad Request\r\n\r\n").await;
        conn
    };
    let backend = backend(port, "localhost", BackendTls::default());
    let (error, _conn) = tokio::join!(backend.connect(), answer);
    let message = error.unwrap_err().message;
    assert!(message.ends_with("it does not speak TLS there"), "{message}");
}
