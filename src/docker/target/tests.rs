use super::*;

fn reason(target: &str) -> String {
    Target::parse(target).expect_err(target).to_string()
}

fn path(target: &str) -> String {
    Target::parse(target).unwrap().path
}

#[test]
fn a_canonical_target_is_taken_apart_and_rebuilt() {
    let target = Target::parse("/v1.41/containers/create?name=web&platform=").unwrap();
    assert_eq!(target.version, Some(ApiVersion::new(41)));
    assert_eq!(target.path, "/containers/create");
    assert_eq!(target.query, [("name".into(), "web".into()), ("platform".into(), String::new())]);
    assert_eq!(target.to_wire(target.version), "/v1.41/containers/create?name=web&platform=");
    assert_eq!(target.to_wire(Some(ApiVersion::new(25))), "/v1.25/containers/create?name=web&platform=");
    assert_eq!(Target::parse("/_ping").unwrap().to_wire(None), "/_ping");
}

#[test]
fn every_spelling_of_a_path_but_the_canonical_one_is_refused() {
    for target in [
        "/v1.41/containers%2fcreate",
        "/v1.41/%63ontainers/create",
        "/%76%31.41/containers/create",
        "/%76/containers",
        "/v1%2e41/containers/create",
        "/v1.41//containers/create",
        "//v1.41/containers/create",
        "/v1.41/containers/create/",
        "/v1.41/./containers/create",
        "/v1.41/containers/../containers/create",
        "/v1.24/../v1.41/containers/create",
        "/v1.41/containers/%2e%2e/create",
        "/v1.41/containers/%2E/create",
        "/v1.41/containers//start",
        "/containers/a%00b/json",
        "/containers/a%0d%0ab/json",
        "/containers/a%5cb/json",
        "/containers/a\\b/json",
        "/containers/a;x=1/json",
        "/containers/a%3bx/json",
        "/containers/a%3fx/json",
        "/containers/a%23x/json",
        "/containers/a%20b/json",
        "/containers/a%zz/json",
        "/containers/a%2/json",
        "/containers/a%/json",
        "/containers/a%252e/json",
        "/containers/a%ff/json",
        "/containers/%C3%A9/json",
        "/containers/é/json",
        "/containers/-a/json",
        "/containers/.a/json",
        "/containers/a\"b/json",
        "/containers/a b/json",
        "/x#f?y=1",
        "/info#",
        "",
        "*",
        "!",
        "info",
        "http://evil/v1.41/info",
        "unix:///v1.41/containers/create",
        "evil:80",
    ] {
        assert!(Target::parse(target).is_err(), "{target}");
    }
}

#[test]
fn what_looks_like_a_version_must_be_one_in_its_canonical_spelling() {
    for target in [
        "/v01.41/info",
        "/v1.041/info",
        "/v1.41.0/info",
        "/v1.50./info",
        "/v0000000001.41/info",
        "/v1..41/info",
        "/v.1.41/info",
        "/V1.41/info",
        "/v1/info",
        "/v2.0/info",
        "/v1.100/info",
        "/v1.-1/info",
        "/v/info",
        "/v",
        "/v1.41",
        "/v+1.41/info",
    ] {
        let reason = reason(target);
        assert!(reason.contains("version") || reason.contains("empty segment"), "{target}: {reason}");
    }
    assert_eq!(path("/volumes/v1"), "/volumes/v1");
    assert_eq!(path("/version"), "/version");
    assert_eq!(path("/"), "/");
    assert_eq!(path("/v1.41/"), "/");
    assert_eq!(Target::parse("/v1.9/info").unwrap().version, Some(ApiVersion::new(9)));
}

#[test]
fn names_are_read_by_the_grammar_of_their_kind() {
    assert_eq!(path("/images/docker.io/library/busybox:1.36/json"), "/images/docker.io/library/busybox:1.36/json");
    assert_eq!(path("/images/localhost:5000/a@sha256:00/get"), "/images/localhost:5000/a@sha256:00/get");
    assert_eq!(path("/images/a%40sha256%3a00/json"), "/images/a@sha256:00/json");
    assert_eq!(path("/networks/VM%20Network"), "/networks/VM Network");
    assert_eq!(path("/networks/r%C3%A9seau"), "/networks/réseau");
    assert!(reason("/networks/a%2fb").contains("%2f"));
    assert!(reason("/networks/%20a").contains("no name"));
    assert!(reason("/volumes/a:b").contains("no name"));
    let wire = Target::parse("/v1.25/networks/r%C3%A9seau%20(1)").unwrap().to_wire(None);
    assert_eq!(wire, "/networks/r%C3%A9seau%20%281%29");
}

#[test]
fn a_query_is_read_as_go_reads_it_or_not_at_all() {
    let pairs = |target: &str| Target::parse(target).unwrap().query;
    assert_eq!(
        pairs("/info?a+b=c+d&%65=%2B&x&&y="),
        [
            ("a b".into(), "c d".into()),
            ("e".into(), "+".into()),
            ("x".into(), String::new()),
            ("y".into(), String::new()),
        ] as [(String, String); 4]
    );
    assert_eq!(pairs("/info?"), []);
    assert_eq!(pairs("/info??name=q"), [("?name".to_owned(), "q".to_owned())]);
    assert_eq!(pairs("/info?a=b=c?d"), [("a".to_owned(), "b=c?d".to_owned())]);
    for query in ["a=1;b=2", "a=%zz", "a=%", "%4=1", "a=%ff", "a=%00"] {
        assert!(Target::parse(&format!("/info?{query}")).is_err(), "{query}");
    }
}

#[test]
fn what_is_sent_is_read_back_as_the_same() {
    for text in ["/v1.41/images/a%40b:c/json?x=%26%3D%2B%20%25&y=%7B%22a%22%3A1%7D", "/networks/VM%20Network?scope=l"] {
        let target = Target::parse(text).unwrap();
        assert_eq!(Target::parse(&target.to_wire(target.version)), Ok(target));
    }
}
