//! What a reload does to connections that are open.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::{ClientConnection, StreamOwned};

use crate::process::{Gateway, PATIENCE};
use crate::{Setup, text};

type Client = StreamOwned<ClientConnection, TcpStream>;

const ATTACH: &str = "POST /v1.41/containers/web/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: x\r\n\
                      Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
const LOGS: &str = "GET /v1.41/containers/web/logs?stdout=1&follow=1 HTTP/1.1\r\nHost: x\r\n\r\n";
const PING: &str = "GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n";

/// How soon a right that is gone must have its effect.
const SOON: Duration = Duration::from_secs(5);

/// A backend that switches and sends back what comes, gives logs without end, and answers the rest.
fn backend() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("tcp://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(|| answer(stream.unwrap()));
        }
    });
    url
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let head = read_head(&mut stream)?;
        if head.contains("/attach") {
            stream.write_all(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")?;
            io::copy(&mut stream.try_clone()?, &mut stream)?;
            return Ok(());
        }
        if head.contains("/logs") {
            stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nup\r\n")?;
        } else {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")?;
        }
    }
}

fn read_head(stream: &mut impl Read) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn connect(setup: &Setup, port: u16, name: &str) -> Client {
    let files = vicgate::settings::CertificateFiles {
        cert: setup.certs.path(&format!("{name}-cert.pem")),
        key: setup.certs.path(&format!("{name}-key.pem")),
    };
    let config = setup.certs.client_config_as(Some(&files));
    let session = ClientConnection::new(Arc::clone(&config), "localhost".try_into().unwrap()).unwrap();
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    StreamOwned::new(session, stream)
}

/// A client that has asked for this, and the head of the answer.
fn asked(setup: &Setup, port: u16, name: &str, request: &str) -> (Client, String) {
    let mut client = connect(setup, port, name);
    let head = ask(&mut client, request);
    (client, head)
}

fn ask(client: &mut Client, request: &str) -> String {
    client.write_all(request.as_bytes()).unwrap();
    read_head(client).unwrap()
}

fn tunnel(setup: &Setup, port: u16, name: &str) -> Client {
    let (client, head) = asked(setup, port, name, ATTACH);
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    client
}

/// Sends something through a tunnel and waits for it to come back.
fn works(client: &mut Client) {
    client.write_all(b"still here?").unwrap();
    let mut echo = [0; 11];
    client.read_exact(&mut echo).unwrap();
    assert_eq!(&echo, b"still here?");
}

/// Reads until a connection ends, which must be an abrupt end.
fn is_cut(client: &mut Client, what: &str) {
    let begun = Instant::now();
    let mut rest = Vec::new();
    let error = client.read_to_end(&mut rest).expect_err(what);
    let kinds = [io::ErrorKind::ConnectionReset, io::ErrorKind::UnexpectedEof];
    assert!(kinds.contains(&error.kind()) && begun.elapsed() < SOON, "{what}: {error}");
}

fn reload(gateway: &Gateway) {
    gateway.signal("HUP");
    gateway.wait_for_log("are reloaded");
}

fn settings(listener: &str, url: &str, access: &str) -> String {
    format!("{listener}\n[backend]\nurl = {url:?}\n[policy]\nprofile = \"engine\"\n{access}\n")
}

#[test]
fn who_is_revoked_is_cut_off_and_all_others_go_on() {
    let setup = Setup::new();
    for name in ["alice", "mallory"] {
        setup.certs.client(name);
    }
    let crl = setup.certs.revoke(&["somebody else"]);
    let (gateway, ports) = setup.start(&settings(&setup.asks(&format!("crls = [{crl:?}]")), &backend(), ""));
    // One that has said nothing yet, and one in the middle of its first head.
    let mut mallory_new = ["", "GET /_ping HTTP/1.1\r\n"].map(|said| {
        let mut client = connect(&setup, ports[0], "mallory");
        client.conn.complete_io(&mut client.sock).unwrap();
        client.write_all(said.as_bytes()).unwrap();
        client
    });
    let mut alice = tunnel(&setup, ports[0], "alice");
    let (mut alice_kept, _) = asked(&setup, ports[0], "alice", PING);
    let mut mallory = tunnel(&setup, ports[0], "mallory");
    let (mut mallory_kept, _) = asked(&setup, ports[0], "mallory", PING);
    alice_kept.read_exact(&mut [0; 2]).unwrap();
    mallory_kept.read_exact(&mut [0; 2]).unwrap();

    setup.certs.revoke(&["mallory"]);
    reload(&gateway);
    is_cut(&mut mallory, "a tunnel of a revoked client");
    is_cut(&mut mallory_kept, "a connection of a revoked client");
    mallory_new.iter_mut().for_each(|client| is_cut(client, "a connection of a revoked client without a head"));
    let line = gateway.wait_for_log("is cut");
    assert!(line.contains("its certificate is revoked") && line.contains("mallory"), "{line}");
    works(&mut alice);
    assert!(ask(&mut alice_kept, PING).starts_with("HTTP/1.1 200 "));
}

#[test]
fn a_ca_that_is_gone_takes_its_clients_with_it() {
    let setup = Setup::new();
    setup.certs.client("alice");
    let (gateway, ports) = setup.start(&settings(&setup.asks(""), &backend(), ""));
    let mut alice = tunnel(&setup, ports[0], "alice");
    works(&mut alice);
    std::fs::copy(crate::certs::Certs::new().path("ca.pem"), setup.certs.path("ca.pem")).unwrap();
    reload(&gateway);
    is_cut(&mut alice, "a tunnel of a client of the old CA");
    gateway.wait_for_log("its certificate is not signed by the CA that it names");
}

/// A policy in which alice may do all, and bob these groups.
fn policy(bob: &str) -> String {
    format!(
        "name = \"team\"\n[[identity]]\ncommon_name = \"alice\"\nrole = \"all\"\n[[identity]]\ncommon_name = \"bob\"\n\
         role = \"some\"\n[[allow]]\nname = \"all\"\nrole = \"all\"\ngroups = [\"system\", \"read\", \"attach\", \"logs\"]\n\
         [[allow]]\nname = \"some\"\nrole = \"some\"\ngroups = [{bob}]\n"
    )
}

#[test]
fn who_lost_the_right_to_what_goes_on_is_cut_off_and_all_others_go_on() {
    let setup = Setup::new();
    for name in ["alice", "bob"] {
        setup.certs.client(name);
    }
    let access = setup.certs.path("team.toml");
    std::fs::write(&access, policy("\"system\", \"attach\", \"logs\"")).unwrap();
    let named = format!("access = {access:?}");
    let (gateway, ports) = setup.start(&settings(&setup.asks(""), &backend(), &named));
    let mut alice = tunnel(&setup, ports[0], "alice");
    let mut bob = tunnel(&setup, ports[0], "bob");
    let (mut bobs_logs, head) = asked(&setup, ports[0], "bob", LOGS);
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let (mut bobs_kept, _) = asked(&setup, ports[0], "bob", PING);
    bobs_kept.read_exact(&mut [0; 2]).unwrap();

    // Nothing that matters to anyone has changed: all goes on.
    reload(&gateway);
    works(&mut bob);

    std::fs::write(&access, policy("\"system\", \"logs\"")).unwrap();
    reload(&gateway);
    is_cut(&mut bob, "a tunnel without a right to attach");
    let line = gateway.wait_for_log("is cut");
    assert!(line.contains("bob has no right to POST /containers/web/attach any more [team: "), "{line}");
    let mut more = [0; 7];
    bobs_logs.read_exact(&mut more).unwrap();
    assert_eq!(&more, b"2\r\nup\r\n", "the right to logs is still there");

    std::fs::write(&access, policy("\"system\"")).unwrap();
    reload(&gateway);
    is_cut(&mut bobs_logs, "logs without a right to them");
    works(&mut alice);
    // What was between two requests goes on, and is judged anew.
    let head = ask(&mut bobs_kept, PING);
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    bobs_kept.read_exact(&mut [0; 2]).unwrap();
    let head = ask(&mut bobs_kept, LOGS);
    assert!(head.starts_with("HTTP/1.1 403 "), "{head}");
}

#[test]
fn a_reload_tells_everything_that_is_wrong_with_its_place_and_changes_nothing() {
    let setup = Setup::new();
    setup.certs.client("alice");
    let access = setup.certs.path("team.toml");
    std::fs::write(&access, policy("\"attach\"")).unwrap();
    let named = format!("access = {access:?}");
    let (gateway, ports) = setup.start(&settings(&setup.asks(""), &backend(), &named));
    let mut alice = tunnel(&setup, ports[0], "alice");
    let wrong = policy("\"attache\"").replace("name = \"all\"", "name = \"all\"\nimages = [\"/(/\"]");
    std::fs::write(&access, wrong).unwrap();
    std::fs::write(setup.certs.path("server-key.pem"), "half a k").unwrap();
    gateway.signal("HUP");
    let mut told = gateway.wait_for_log("not reloaded");
    told.push_str(&gateway.rest_of_log("attache"));
    for part in [
        "team.toml:10:",
        "team.toml:",
        "attache",
        "vicgate.toml:4:7: ",
        "server-key.pem: there is no private key in it",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    works(&mut alice);
    tunnel(&setup, ports[0], "alice");
    assert!(text(&access).ends_with("team.toml"));
}
