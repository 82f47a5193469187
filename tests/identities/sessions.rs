//! Sessions, protocols and revocation lists, as openssl and Python see them.

use crate::Setup;
use crate::client::{Python, Version, openssl};
use crate::process::backend;
use crate::text;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

fn backend_settings(url: &str) -> String {
    format!("[backend]\nurl = {url:?}\n[policy]\nprofile = \"engine\"\n")
}

/// A session that came back would bring back an identity that nobody looked at again.
#[test]
fn nobody_resumes_a_session_where_certificates_are_asked_for() {
    let (url, _heads) = backend(OK);
    let setup = Setup::new();
    let settings = [setup.listens(""), setup.asks(""), backend_settings(&url)].concat();
    let (_gateway, ports) = setup.start(&settings);
    let (ca, alice) = (setup.certs.path("ca.pem"), setup.certs.client("alice"));
    let mut python = Python::new();
    for (port, resumes) in [(ports[0], true), (ports[1], false)] {
        for version in Version::BOTH {
            let seen = python.ask(port, &ca, Some(&alice), version);
            assert_eq!((seen.status, seen.resumed), (Some(200), resumes), "{version:?}: {seen:?}");

            let session = setup.certs.path(&format!("session-{port}{}", version.flag()));
            let first = openssl(port, &ca, Some(&alice), &[version.flag(), "-sess_out", text(&session)]);
            assert!(first.contains("HTTP/1.1 200 OK") && first.contains("\nNew, "), "{first}");
            if session.exists() {
                let second = openssl(port, &ca, Some(&alice), &[version.flag(), "-sess_in", text(&session)]);
                let word = if resumes { "\nReused, " } else { "\nNew, " };
                assert!(second.contains("HTTP/1.1 200 OK") && second.contains(word), "{version:?}: {second}");
            } else {
                assert!(!resumes, "{version:?}: openssl was given no session");
            }
        }
        let again = openssl(port, &ca, Some(&alice), &["-tls1_2", "-reconnect"]);
        assert_eq!(again.matches("\nReused, ").count(), if resumes { 5 } else { 0 }, "{again}");
    }
}

#[test]
fn http_1_1_is_the_only_protocol_and_old_versions_of_tls_are_refused_with_the_cause() {
    let (url, _heads) = backend(OK);
    let setup = Setup::new();
    let (gateway, ports) = setup.start(&[setup.asks(""), backend_settings(&url)].concat());
    let (ca, alice) = (setup.certs.path("ca.pem"), setup.certs.client("alice"));
    let mut python = Python::new();
    for version in Version::BOTH {
        let seen = python.ask_with(ports[0], &ca, Some(&alice), version, &["h2", "http/1.1"]);
        assert_eq!((seen.status, seen.alpn.as_str()), (Some(200), Some("http/1.1")), "{seen:?}");
        let seen = python.ask_with(ports[0], &ca, Some(&alice), version, &["h2"]);
        assert!(seen.error.contains("alert") || seen.error.contains("ALERT"), "{seen:?}");
        let line = gateway.wait_for_log("TLS handshake failed");
        assert!(line.contains("the client does not speak HTTP/1.1 (ALPN)"), "{line}");
    }
    let old = openssl(ports[0], &ca, Some(&alice), &["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]);
    assert!(!old.contains("HTTP/1.1"), "{old}");
    let line = gateway.wait_for_log("TLS handshake failed");
    assert!(line.contains("the client speaks neither TLS 1.2 nor 1.3"), "{line}");
    // A client that has another CA says so itself.
    let other = Setup::new();
    let seen = python.ask(ports[0], &other.certs.path("ca.pem"), Some(&alice), Version::Tls13);
    assert!(seen.error.contains("CERTIFICATE_VERIFY_FAILED"), "{seen:?}");
    let line = gateway.wait_for_log("TLS handshake failed");
    assert!(line.contains("the client does not trust our certificate"), "{line}");
}

#[test]
fn an_ended_revocation_list_refuses_everyone_or_is_taken_as_the_settings_say() {
    let (url, _heads) = backend(OK);
    let setup = Setup::new();
    let crl = setup.certs.revoke_until(&["mallory"], 2025);
    let settings = [
        setup.asks(&format!("crls = [{crl:?}]")),
        setup.asks(&format!("crls = [{crl:?}]\ncrl_expired = \"accept\"")),
        backend_settings(&url),
    ];
    let (gateway, ports) = setup.start(&settings.concat());
    for effect in ["clients are refused until there is a newer one", "who was revoked since is still accepted"] {
        let line = gateway.wait_for_log("should have been renewed");
        assert!(line.contains(effect) && line.contains("crl.pem") && line.contains("WARN"), "{line}");
    }
    let ca = setup.certs.path("ca.pem");
    let (alice, mallory) = (setup.certs.client("alice"), setup.certs.client("mallory"));
    let mut python = Python::new();
    let mut ask = |port, files| python.ask(port, &ca, Some(files), Version::Tls13).status;
    assert_eq!(ask(ports[0], &alice), None);
    let line = gateway.wait_for_log("TLS handshake failed");
    assert!(line.contains("the revocation list has ended"), "{line}");
    assert_eq!(ask(ports[1], &alice), Some(200));
    assert_eq!(ask(ports[1], &mallory), None);
    gateway.wait_for_log("is revoked");
    // A newer list, and the doors are open again.
    setup.certs.revoke(&["mallory"]);
    gateway.signal("HUP");
    gateway.wait_for_log("reloaded");
    assert_eq!(ask(ports[0], &alice), Some(200));
    assert_eq!(ask(ports[0], &mallory), None);
}

#[test]
fn the_audit_log_names_the_certificate_by_its_subject_and_its_fingerprint() {
    let (url, _heads) = backend(OK);
    let setup = Setup::new();
    let audit = setup.certs.path("audit.log");
    let settings = [setup.asks(""), backend_settings(&url), format!("[log]\naudit = {audit:?}\n")].concat();
    let (mut gateway, ports) = setup.start(&settings);
    let (ca, alice) = (setup.certs.path("ca.pem"), setup.certs.client("alice"));
    let shown = std::process::Command::new("openssl")
        .args(["x509", "-noout", "-fingerprint", "-sha256", "-in", text(&alice.cert)])
        .output()
        .unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    let fingerprint = shown.trim().rsplit('=').next().unwrap().replace(':', "").to_ascii_lowercase();
    assert_eq!(Python::new().ask(ports[0], &ca, Some(&alice), Version::Tls13).status, Some(200));
    gateway.signal("TERM");
    assert!(gateway.process.wait().unwrap().success());
    let line = std::fs::read_to_string(&audit).unwrap();
    let identity =
        format!(r#""identity":{{"name":"alice","by":"certificate","fingerprint":"sha256:{fingerprint}"}},"roles":[]"#);
    assert!(line.contains(&identity) && line.contains(r#""peer":"127.0.0.1:"#), "{line}");
}
