use super::*;

fn load(text: &str, flags: Flags) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vicgate.toml");
    std::fs::write(&path, text).unwrap();
    let shown = format!("{}/", folder.path().display());
    Settings::load(&Flags { config: Some(path), ..flags }).map_err(|error| error.to_string().replace(&shown, ""))
}

#[test]
fn an_empty_file_gives_the_defaults() {
    let settings = load("", Flags::default()).unwrap();
    assert_eq!(settings.listen.first().unwrap().url.to_string(), LISTENER);
    assert_eq!(settings.backend.url.to_string(), BACKEND);
    assert_eq!(settings.policy.profile, "vic");
    assert_eq!(settings.limits, Limits::default());
}

#[test]
fn the_file_of_the_design_is_read() {
    let text = r#"
        [[listen]]
        url = "tls://0.0.0.0:2376"
        cert = "certs/server-cert.pem"
        key = "certs/server-key.pem"
        client_ca = "certs/ca.pem"
        [backend]
        url = "tls://vch.example:2376"
        ca = "certs/vch/ca.pem"
        cert = "certs/vch/cert.pem"
        key = "certs/vch/key.pem"
        [policy]
        profile = "vic"
        access = "policies/access/ci-runner.toml"
        [limits]
        judged_body_mib = 2
        drain_seconds = 5
    "#;
    let settings = load(text, Flags::default()).unwrap();
    let tls = settings.listen.first().unwrap().tls.clone().unwrap();
    assert_eq!(tls.client_ca, Some("certs/ca.pem".into()));
    assert_eq!(settings.limits.judged_body, 2 * 1024 * 1024);
    assert_eq!(settings.limits.drain, Duration::from_secs(5));
    assert_eq!(settings.backend.tls.client.unwrap().key, PathBuf::from("certs/vch/key.pem"));
}

#[test]
fn flags_win_over_the_file() {
    let flags = Flags {
        listen: vec!["unix:///run/a.sock".into()],
        backend: Some("tcp://10.0.0.1:2375".into()),
        profile: Some("engine".into()),
        ..Flags::default()
    };
    let settings = load("listen = [\"tcp://127.0.0.1:1\"]\n[policy]\nprofile = \"vic\"", flags).unwrap();
    assert_eq!(settings.listen.len(), 1);
    assert_eq!(settings.backend.url.to_string(), "tcp://10.0.0.1:2375");
    assert_eq!(settings.policy.profile, "engine");
}

#[test]
fn every_problem_is_said_at_once_with_its_place() {
    let text = "lisen = []\n[limits]\ndrain_seconds = \"30\"\n[backend]\n  urll = \"x\"";
    let error = load(text, Flags::default()).unwrap_err();
    assert!(error.contains("vicgate.toml:1:1: unknown key `lisen`"), "{error}");
    assert!(error.contains("vicgate.toml:3:17: `limits.drain_seconds` must be a whole number"), "{error}");
    assert!(error.contains("vicgate.toml:5:3: unknown key `backend.urll`"), "{error}");
}

#[test]
fn values_that_make_no_sense_are_found_where_they_stand() {
    let text = "[[listen]]\nurl = \"tls://0.0.0.0:2376\"\n\n[backend]\nurl = \"http://x\"\npin = \"md5:1\"";
    let error = load(text, Flags::default()).unwrap_err();
    assert!(error.contains("vicgate.toml:1:1: a tls:// listener needs `cert` and `key`"), "{error}");
    assert!(error.contains("vicgate.toml:5:1: \"http://x\" is not a backend URL"), "{error}");
    assert!(error.contains("vicgate.toml:6:1: \"md5:1\" is not sha256:"), "{error}");
}

#[test]
fn an_open_listener_without_access_policy_must_be_said_out_loud() {
    let open = Flags { listen: vec!["tcp://0.0.0.0:2375".into()], ..Flags::default() };
    assert!(load("", open.clone()).unwrap_err().contains("--insecure-tcp"));
    assert!(load("", Flags { insecure_tcp: true, ..open.clone() }).is_ok());
    assert!(load("", Flags { access: Some("read-only".into()), ..open }).is_ok());
    assert!(load("", Flags { listen: vec!["tcp://[::1]:2375".into()], ..Flags::default() }).is_ok());
}

#[test]
fn a_pin_is_64_hex_digits() {
    let hex = "ab".repeat(32);
    assert_eq!(read_pin(&format!("sha256:{hex}")), Ok([0xab; 32]));
    assert!(read_pin(&hex).is_err());
    assert!(read_pin("sha256:abc").is_err());
    assert!(read_pin(&format!("sha256:{}", "äb".repeat(21))).is_err());
}
