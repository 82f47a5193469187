//! `vicgate certs`: what it makes is good for openssl and for the stock docker CLI,
//! and nothing is overwritten.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod engine;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use engine::{Cli, Gateway, Session, require};
use tempfile::TempDir;

/// A folder in which `certs init` and `certs client` have run.
fn made() -> (TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("certs");
    assert_eq!(certs(&["init", path(&dir), "--host", "gateway.example", "--host", "192.0.2.7"]).0, 0);
    assert_eq!(certs(&["client", path(&dir), "alice", "--org", "Developers"]).0, 0);
    (parent, dir)
}

#[test]
fn openssl_verifies_each_certificate_for_its_purpose_and_no_other() {
    let (_parent, dir) = made();
    let verify = |purpose: &str, certificate: &str| {
        let ca = dir.join("ca.pem");
        let certificate = dir.join(certificate);
        openssl(&["verify", "-x509_strict", "-CAfile", path(&ca), "-purpose", purpose, path(&certificate)])
            .status
            .success()
    };
    assert!(verify("sslserver", "server-cert.pem"));
    assert!(verify("sslclient", "alice/cert.pem"));
    assert!(!verify("sslclient", "server-cert.pem"));
    assert!(!verify("sslserver", "alice/cert.pem"));
}

#[test]
fn openssl_reads_the_names_the_uses_and_the_end() {
    let (_parent, dir) = made();
    let server = text(&dir.join("server-cert.pem"));
    for part in [
        "CN = gateway.example",
        "DNS:gateway.example",
        "IP Address:192.0.2.7",
        "DNS:localhost",
        "IP Address:127.0.0.1",
        "IP Address:0:0:0:0:0:0:0:1",
        "TLS Web Server Authentication",
        "prime256v1",
        "CA:FALSE",
    ] {
        assert!(server.contains(part), "no {part} in {server}");
    }
    let client = text(&dir.join("alice/cert.pem"));
    for part in ["O = Developers, CN = alice", "TLS Web Client Authentication", "CA:FALSE"] {
        assert!(client.contains(part), "no {part} in {client}");
    }
    let ca = text(&dir.join("ca.pem"));
    for part in ["CA:TRUE, pathlen:0", "Certificate Sign, CRL Sign"] {
        assert!(ca.contains(part), "no {part} in {ca}");
    }
    let lives = |certificate: &str, days: u32| {
        let seconds = (days * 24 * 60 * 60).to_string();
        let file = dir.join(certificate);
        openssl(&["x509", "-in", path(&file), "-noout", "-checkend", &seconds]).status.success()
    };
    assert!(lives("ca.pem", 3649) && !lives("ca.pem", 3651));
    assert!(lives("server-cert.pem", 824) && !lives("server-cert.pem", 826));
    assert!(lives("cert.pem", 364) && !lives("cert.pem", 366));
}

#[test]
fn serial_numbers_differ() {
    let (_parent, dir) = made();
    let serial = |file: &str| openssl(&["x509", "-noout", "-serial", "-in", path(&dir.join(file))]).stdout;
    assert_ne!(serial("ca.pem"), serial("server-cert.pem"));
    assert_ne!(serial("cert.pem"), serial("server-cert.pem"));
}

#[test]
fn keys_and_folders_are_their_owners_only() {
    let (_parent, dir) = made();
    let mode = |file: &str| std::fs::metadata(dir.join(file)).unwrap().permissions().mode() & 0o777;
    for key in ["ca-key.pem", "server-key.pem", "key.pem", "alice/key.pem"] {
        assert_eq!(mode(key), 0o600, "{key}");
    }
    assert_eq!((mode(""), mode("alice")), (0o700, 0o700));
}

#[test]
fn nothing_is_overwritten_and_nothing_is_left_behind() {
    let (_parent, dir) = made();
    let before = snapshot(&dir);
    let (code, _, error) = certs(&["init", path(&dir)]);
    assert_eq!(code, 1);
    assert!(error.contains("ca.pem is there already"), "{error}");
    let (code, _, error) = certs(&["client", path(&dir), "alice"]);
    assert_eq!(code, 1);
    assert!(error.contains("alice/ca.pem is there already"), "{error}");
    assert_eq!(snapshot(&dir), before);

    // Half of what init would write is in its way, and it leaves that half alone.
    let parent = tempfile::tempdir().unwrap();
    std::fs::write(parent.path().join("server-key.pem"), "mine").unwrap();
    let (code, _, error) = certs(&["init", path(parent.path())]);
    assert_eq!(code, 1);
    assert!(error.contains("server-key.pem is there already"), "{error}");
    assert_eq!(snapshot(parent.path()), [("server-key.pem".to_owned(), b"mine".to_vec())]);
}

#[test]
fn a_second_client_gets_a_folder_and_the_first_stays() {
    let (_parent, dir) = made();
    let first = std::fs::read(dir.join("cert.pem")).unwrap();
    assert_eq!(first, std::fs::read(dir.join("alice/cert.pem")).unwrap());
    assert_eq!(certs(&["client", path(&dir), "bob"]).0, 0);
    assert_eq!(first, std::fs::read(dir.join("cert.pem")).unwrap());
    assert!(text(&dir.join("bob/cert.pem")).contains("CN = bob"));
}

#[test]
fn init_signs_a_new_server_certificate_with_the_ca_that_is_there() {
    let (_parent, dir) = made();
    let ca = std::fs::read(dir.join("ca.pem")).unwrap();
    for old in ["server-cert.pem", "server-key.pem"] {
        std::fs::remove_file(dir.join(old)).unwrap();
    }
    assert_eq!(certs(&["init", path(&dir), "--host", "new.example"]).0, 0);
    assert_eq!(ca, std::fs::read(dir.join("ca.pem")).unwrap());
    assert!(text(&dir.join("server-cert.pem")).contains("DNS:new.example"));
}

/// The commands of certs/README, as they stand there.
#[test]
fn a_client_is_revoked_with_the_commands_of_the_readme() {
    let (_parent, dir) = made();
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/certs/README")).unwrap();
    let (_, section) = text.split_once("Revoking a client\n").unwrap();
    let (section, _) = section.split_once("\n\n\n").unwrap();
    let commands: Vec<&str> = section.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert_eq!(commands.len(), 4, "{commands:?}");
    for command in commands {
        let output = Command::new("sh").args(["-c", command]).current_dir(&dir).output().unwrap();
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let (code, shown, _) = certs(&["show", path(&dir.join("crl.pem"))]);
    assert_eq!(code, 0);
    assert!(shown.contains("revoked     1\n") && shown.contains(" days left"), "{shown}");
    let flags = ["verify", "-crl_check", "-CAfile", path(&dir.join("ca.pem")), "-CRLfile", path(&dir.join("crl.pem"))]
        .map(str::to_owned);
    let verify = [flags.as_slice(), &[path(&dir.join("alice/cert.pem")).to_owned()]].concat();
    let output = Command::new("openssl").args(verify).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("certificate revoked"));
}

#[test]
fn a_ca_that_openssl_made_can_sign_clients() {
    let parent = tempfile::tempdir().unwrap();
    let (ca, key) = (parent.path().join("ca.pem"), parent.path().join("ca-key.pem"));
    let made = openssl(&[
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "30",
        "-subj",
        "/CN=own CA",
        "-keyout",
        path(&key),
        "-out",
        path(&ca),
    ]);
    assert!(made.status.success(), "{made:?}");
    let traditional = openssl(&["rsa", "-in", path(&key), "-traditional"]);
    for pem in [std::fs::read(&key).unwrap(), traditional.stdout] {
        std::fs::write(&key, pem).unwrap();
        let name = format!("client-{}", snapshot(parent.path()).len());
        assert_eq!(certs(&["client", path(parent.path()), &name]).0, 0);
        let certificate = parent.path().join(name).join("cert.pem");
        let verified = openssl(&["verify", "-CAfile", path(&ca), "-purpose", "sslclient", path(&certificate)]);
        assert!(verified.status.success(), "{verified:?}");
        // It ends no later than its CA.
        assert!(!openssl(&["x509", "-in", path(&certificate), "-noout", "-checkend", "2592001"]).status.success());
    }
}

#[test]
fn what_is_not_a_ca_signs_nothing() {
    let (_parent, dir) = made();
    let refused = |problem: &str| {
        let (code, _, error) = certs(&["client", path(&dir), "carol"]);
        assert_eq!(code, 64, "{error}");
        assert!(error.contains(problem), "{error}");
        assert!(!dir.join("carol").exists());
    };
    std::fs::copy(dir.join("server-key.pem"), dir.join("ca-key.pem")).unwrap();
    refused("it is not the key of ca.pem");
    std::fs::copy(dir.join("server-cert.pem"), dir.join("ca.pem")).unwrap();
    refused("its certificate is not of a CA");
    std::fs::write(dir.join("ca.pem"), "x").unwrap();
    refused("it is not PEM");
    std::fs::remove_file(dir.join("ca.pem")).unwrap();
    refused("cannot read");
}

#[test]
fn names_that_cannot_be_are_refused_by_the_command_line() {
    for arguments in [
        ["client", "d", "a/b"],
        ["client", "d", ".."],
        ["client", "d", ""],
        ["client", "d", "ca.pem"],
        ["client", "d", "a\nb"],
        ["init", "d", "--host=a b"],
        ["init", "d", "--host=http://a"],
        ["init", "d", "--host="],
    ] {
        assert_eq!(certs(&arguments).0, 2, "{arguments:?}");
    }
}

#[test]
fn show_tells_what_each_file_is_and_no_secret() {
    let (_parent, dir) = made();
    for (file, parts) in [
        ("ca.pem", &["certificate of a CA", "itself", " days left", "EC, P-256"][..]),
        (
            "server-cert.pem",
            &["CN=gateway.example", "192.0.2.7, localhost", "::1", " days left", "digital signature, server"],
        ),
        (
            "alice/cert.pem",
            &["CN=alice", "O=Developers", " days left", "digital signature, client", "fingerprint sha256:"],
        ),
        ("server-key.pem", &["private key", "PKCS#8", "fits        server-cert.pem", "0600, its owner's only"]),
    ] {
        let (code, shown, _) = certs(&["show", path(&dir.join(file))]);
        assert_eq!(code, 0);
        for part in parts {
            assert!(shown.contains(part), "no {part:?} in {shown}");
        }
    }
    let key = std::fs::read_to_string(dir.join("ca-key.pem")).unwrap();
    let (_, shown, _) = certs(&["show", path(&dir.join("ca-key.pem"))]);
    assert!(key.lines().all(|line| !shown.contains(line)), "{shown}");
}

#[test]
fn show_reads_what_others_made() {
    let parent = tempfile::tempdir().unwrap();
    let file = |name: &str| parent.path().join(name);
    let make = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).current_dir(parent.path()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    make(&["genrsa", "-traditional", "-out", "rsa.pem", "2048"]);
    make(&["ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", "ec.pem"]);
    make(&["rsa", "-in", "rsa.pem", "-aes128", "-passout", "pass:x", "-out", "locked.pem"]);
    make(&["req", "-x509", "-key", "rsa.pem", "-subj", "/CN=self", "-days", "1", "-out", "self.pem"]);
    make(&["x509", "-in", "self.pem", "-outform", "DER", "-out", "self.der"]);
    std::fs::set_permissions(file("rsa.pem"), PermissionsExt::from_mode(0o644)).unwrap();
    for (name, parts) in [
        ("rsa.pem", &["RSA, 2048 bits, PKCS#1", "fits        self.pem", "0644, others can read it"][..]),
        ("ec.pem", &["EC, P-384, SEC1", "fits        no certificate beside it"]),
        ("locked.pem", &["private key, under a pass phrase"]),
        ("self.pem", &["subject     CN=self", "issuer      itself", "names       none"]),
        ("self.der", &["subject     CN=self"]),
    ] {
        let (code, shown, error) = certs(&["show", path(&file(name))]);
        assert_eq!(code, 0, "{error}");
        for part in parts {
            assert!(shown.contains(part), "no {part:?} in {shown}");
        }
    }
    for (name, content) in [("empty.pem", ""), ("text.pem", "hello\n")] {
        std::fs::write(file(name), content).unwrap();
        assert_eq!(certs(&["show", path(&file(name))]).0, 64, "{name}");
    }
    assert_eq!(certs(&["show", path(&file("none.pem"))]).0, 64);
}

#[test]
fn show_says_that_a_certificate_has_ended_or_not_begun() {
    let parent = tempfile::tempdir().unwrap();
    for (years, says) in [((2001, 2002), "ENDED"), ((2998, 2999), "begins in")] {
        let mut params = rcgen::CertificateParams::default();
        params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
        params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let file = parent.path().join("cert.pem");
        std::fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
        let (_, shown, _) = certs(&["show", path(&file)]);
        assert!(shown.contains(says), "{shown}");
    }
}

#[test]
fn the_stock_cli_speaks_mutual_tls_with_what_was_made() {
    require(engine::DOCKER);
    let (_parent, dir) = made();
    let demo = Gateway::spawn(tempfile::tempdir().unwrap(), &["demo", "--listen", "tcp://127.0.0.1:0"], 1);
    let [ca, cert, key] = ["ca.pem", "server-cert.pem", "server-key.pem"].map(|file| dir.join(file));
    let gateway = Gateway::spawn(
        tempfile::tempdir().unwrap(),
        &[
            "serve",
            "--listen",
            "tls://127.0.0.1:0",
            "--backend",
            demo.address("tcp://"),
            "--tlsverify",
            "--tlscacert",
            path(&ca),
            "--tlscert",
            path(&cert),
            "--tlskey",
            path(&key),
        ],
        1,
    );
    let host = gateway.address("tls://").replace("tls://127.0.0.1", "tcp://localhost");
    let stranger = made();
    for cli in Cli::all() {
        let run = |certificates: &Path| {
            let mut session = Session::new(cli, &host);
            session.set("DOCKER_TLS_VERIFY", "1");
            session.set("DOCKER_CERT_PATH", path(certificates));
            session.run("docker run --rm busybox echo over TLS")
        };
        for own in [dir.clone(), dir.join("alice")] {
            let outcome = run(&own);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "over TLS\n"), "{outcome:?}\n{}", gateway.log());
        }
        let unknown = run(&stranger.1);
        assert_ne!(unknown.code, 0, "{unknown:?}");
        assert!(unknown.stderr.contains("certificate"), "{unknown:?}");
    }
}

/// Runs `vicgate certs`: exit code, standard output, standard error.
fn certs(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_vicgate")).arg("certs").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn openssl(arguments: &[&str]) -> Output {
    require(&[("openssl", "openssl")]);
    Command::new("openssl").args(arguments).output().unwrap()
}

/// A certificate as openssl prints it.
fn text(certificate: &Path) -> String {
    String::from_utf8(openssl(&["x509", "-noout", "-text", "-in", path(certificate)]).stdout).unwrap()
}

/// Every file of a folder and those below it, with its content.
fn snapshot(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            let below = snapshot(&entry.path());
            files.extend(below.into_iter().map(|(file, content)| (format!("{name}/{file}"), content)));
        } else {
            files.push((name, std::fs::read(entry.path()).unwrap()));
        }
    }
    files.sort();
    files
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
