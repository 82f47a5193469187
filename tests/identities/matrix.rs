//! Every kind of client certificate at every kind of listener, under both versions of TLS.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use rcgen::string::BmpString;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, KeyPair, SerialNumber,
    date_time_ymd,
};
use vicgate::settings::CertificateFiles;

use crate::client::{Python, Version, openssl};
use crate::process::backend;
use crate::{Setup, certs, text};

/// What becomes of a client.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// It is alice.
    Served,
    /// It is let in, and has no rights.
    Nobody,
    /// It is refused, for this reason.
    Refused(&'static str),
}

use Fate::{Nobody, Refused, Served};

struct Row {
    name: &'static str,
    files: Option<CertificateFiles>,
    /// Where certificates are asked for.
    asked: Fate,
    /// Where there is a revocation list, too.
    listed: Fate,
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

const POLICY: &str = r#"
name = "matrix"
[[identity]]
common_name = "alice"
role = "known"
[[allow]]
name = "look"
role = "known"
endpoints = ["SystemInfo"]
"#;

#[test]
fn each_certificate_is_served_or_refused_for_its_own_reason_and_the_log_has_one_line_for_it() {
    let (url, _heads) = backend(OK);
    let setup = Setup::new();
    let strangers = certs::Certs::new();
    let rows = rows(&setup, &strangers);
    let crl = setup.certs.revoke(&["revoked-one"]);
    let access = setup.certs.path("matrix.toml");
    std::fs::write(&access, POLICY).unwrap();
    let settings = [
        setup.listens(""),
        setup.asks(""),
        setup.asks(&format!("crls = [{crl:?}]")),
        format!("[backend]\nurl = {url:?}\n[policy]\nprofile = \"engine\"\naccess = {access:?}\n"),
    ];
    let (gateway, ports) = setup.start(&settings.concat());
    let ca = setup.certs.path("ca.pem");
    let mut python = Python::new();
    for Row { name, files, asked, listed } in &rows {
        for (port, fate) in ports.iter().zip([Nobody, *asked, *listed]) {
            for version in Version::BOTH {
                let context = format!("{name}, {version:?}, {fate:?}");
                let printed = openssl(*port, &ca, files.as_ref(), &["-quiet", version.flag()]);
                check(&gateway, fate, &printed, &context);
                let seen = python.ask(*port, &ca, files.as_ref(), version);
                let printed = seen.status.map_or_else(|| seen.error.clone(), |status| format!("HTTP/1.1 {status} "));
                check(&gateway, fate, &printed, &context);
            }
        }
    }
}

/// Compares what a client saw, and the log, with what was to come.
fn check(gateway: &crate::process::Gateway, fate: Fate, printed: &str, context: &str) {
    match fate {
        Served => assert!(printed.contains("HTTP/1.1 200 "), "{context}: {printed}"),
        Nobody => assert!(printed.contains("HTTP/1.1 403 "), "{context}: {printed}"),
        Refused(reason) => {
            assert!(!printed.contains("HTTP/1.1"), "{context}: {printed}");
            // Not only the end of the connection: the client's user learns what it is about.
            assert!(printed.to_lowercase().contains("alert"), "{context}: {printed}");
            let line = gateway.wait_for_log("TLS handshake failed");
            assert!(line.contains(reason) && line.contains("127.0.0.1:"), "{context}: {line}");
        }
    }
}

/// alice, and what else a certificate has.
fn alice(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["alice.example".into()]).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "alice");
    change(&mut params);
    params
}

fn rows(setup: &Setup, strangers: &certs::Certs) -> Vec<Row> {
    let certs = &setup.certs;
    let by_ca = |name: &'static str, params: &CertificateParams, asked, listed| {
        let files = certs.signed(params, &name.replace(' ', "-"));
        Row { name, files: Some(files), asked, listed }
    };
    let same = |name, params: &CertificateParams, fate| by_ca(name, params, fate, fate);
    let common_name = |value: DnValue| alice(|params| params.distinguished_name.push(DnType::CommonName, value));
    let named = |subject: &[u8], flags: &[&str], file: &str| Some(by_openssl(setup, subject, flags, file));
    let both = |name, files, fate| Row { name, files, asked: fate, listed: fate };
    vec![
        both("none", None, Refused("the client has no certificate, and needs one")),
        same("valid", &alice(|_| {}), Served),
        same("no alternative name", &alice(|params| params.subject_alt_names.clear()), Served),
        same("expired", &alice(|params| params.not_after = date_time_ymd(2020, 1, 1)), Refused("has expired")),
        same(
            "not yet valid",
            &alice(|params| params.not_before = date_time_ymd(2090, 1, 1)),
            Refused("is not valid yet"),
        ),
        both("wrong CA", Some(strangers.signed(&alice(|_| {}), "stranger")), Refused("is not signed by ")),
        both("self-signed", Some(self_signed(setup)), Refused("is not signed by the client CA")),
        same(
            "for servers only",
            &alice(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]),
            Refused("is not one for clients"),
        ),
        by_ca(
            "revoked",
            &alice(|params| params.serial_number = Some(SerialNumber::from("revoked-one".len() as u64))),
            Served,
            Refused("is revoked"),
        ),
        both("several common names", named(b"/CN=alice/CN=root", &[], "several"), Nobody),
        both("several in one part", named(b"/CN=alice+CN=root", &["-multivalue-rdn"], "part"), Nobody),
        same("two bytes a letter", &common_name(DnValue::BmpString(BmpString::try_from("alice").unwrap())), Served),
        same("a hidden end", &common_name("alice\0.example".into()), Refused("has control characters")),
        // The bytes beyond ASCII of a T61String are read by everyone in a way of their own.
        both("not ASCII", named(b"/CN=ali\xe7e", &[], "odd"), Refused("a common name is not ASCII")),
        both(
            "one of two not ASCII",
            named(b"/CN=alice/CN=ro\xf6t", &[], "half"),
            Refused("a common name is not ASCII"),
        ),
        both("a unit not ASCII", named(b"/OU=ro\xf6t/CN=alice", &[], "unit"), Refused("a unit is not ASCII")),
    ]
}

fn self_signed(setup: &Setup) -> CertificateFiles {
    let pair = KeyPair::generate().unwrap();
    let files = CertificateFiles { cert: setup.certs.path("self.pem"), key: setup.certs.path("self-key.pem") };
    std::fs::write(&files.cert, alice(|_| {}).self_signed(&pair).unwrap().pem()).unwrap();
    std::fs::write(&files.key, pair.serialize_pem()).unwrap();
    files
}

/// A certificate of the CA with a subject that rcgen would not write.
fn by_openssl(setup: &Setup, subject: &[u8], flags: &[&str], file: &str) -> CertificateFiles {
    crate::require::require(crate::client::NEEDS);
    let path = |name: &str| setup.certs.path(&format!("{file}{name}"));
    // Strings of the oldest type that fits, as old programs made them.
    std::fs::write(path(".cnf"), "[req]\ndistinguished_name = name\nstring_mask = nombstr\n[name]\n").unwrap();
    let run = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let files = CertificateFiles { cert: path("-cert.pem"), key: path("-key.pem") };
    run(Command::new("openssl")
        .args(["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(["-config", text(&path(".cnf")), "-keyout", text(&files.key), "-out", text(&path(".csr")), "-subj"])
        .arg(OsStr::from_bytes(subject))
        .args(flags));
    std::fs::write(path(".ext"), "basicConstraints = CA:FALSE\n").unwrap();
    run(Command::new("openssl")
        .args([
            "x509",
            "-req",
            "-days",
            "30",
            "-set_serial",
            "77",
            "-in",
            text(&path(".csr")),
            "-out",
            text(&files.cert),
        ])
        .args(["-CA", text(&setup.certs.path("ca.pem")), "-CAkey", text(&setup.certs.path("ca-key.pem"))])
        .args(["-extfile", text(&path(".ext"))]));
    files
}
