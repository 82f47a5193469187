use http::{HeaderMap, StatusCode};

use super::table::Treatment;
use super::*;
use crate::docker::endpoint::Method;
use crate::docker::endpoint::Routed;
use crate::docker::json::parse;
use crate::docker::target::Target;
use crate::identity::Certificate;
use crate::policy::access::load::from_text;
use crate::policy::decide::{Wanted, unknown};
use crate::policy::{Permit, Policy, Question, Refusal, Verdict, decide, load};

fn policy(owner: &str) -> Policy {
    let text =
        format!("name = \"t\"\nowner = {owner}\n[[allow]]\nname = \"all\"\ngroups = [\"all\"]\nunrestricted = true\n");
    let access = Some(from_text("t.toml", &text, None).unwrap_or_else(|error| panic!("{error}")));
    Policy { profile: load::profile("engine", None).unwrap(), access }
}

fn with<T>(call: &str, body: &str, known: &Known, judge: impl FnOnce(&Question<'_>) -> T) -> T {
    let (method, target) = call.split_once(' ').unwrap();
    let target = Target::parse(target).unwrap();
    let Routed::To { endpoint, .. } = target.route(Method::from_name(method).unwrap()) else { panic!("{call}") };
    let (headers, identity) = (HeaderMap::new(), Identity::nobody());
    let body = (!body.is_empty()).then_some(body.as_bytes());
    judge(&Question { endpoint, target: &target, identity: &identity, headers: &headers, body, known })
}

fn permit(call: &str, body: &str, known: &Known) -> Permit {
    match with(call, body, known, |question| decide(&policy("\"own\""), question)) {
        Verdict::Permit(permit) => permit,
        Verdict::Refuse(refusal) => panic!("{call}: {}", refusal.message()),
    }
}

fn refusal(call: &str, body: &str, known: &Known) -> Refusal {
    match with(call, body, known, |question| decide(&policy("\"own\""), question)) {
        Verdict::Refuse(refusal) => refusal,
        Verdict::Permit(permit) => panic!("{call}: {permit:?}"),
    }
}

fn sent(permit: &Permit) -> String {
    permit.target.as_ref().unwrap().to_wire(None)
}

/// All that a call refers to: `container web`.
fn asks(call: &str, body: &str) -> Vec<String> {
    let (wanted, _) = with(call, body, Known::none(), |question| unknown(&policy("\"own\""), question));
    wanted.into_iter().map(|Wanted { thing, name, .. }| format!("{} {name}", thing.word())).collect()
}

#[test]
fn every_operation_on_something_by_name_is_about_it_or_is_closed_or_asks_no_host() {
    for endpoint in Endpoint::ALL.iter().filter(|endpoint| endpoint.row().pattern.contains('{')) {
        let treated = treatment(*endpoint);
        let pattern = endpoint.row().pattern;
        let expected = match pattern.split('/').nth(1) {
            Some("containers") => treated == Treatment::About(Thing::Container, Need::Change),
            Some("exec") => treated == Treatment::About(Thing::Exec, Need::Change),
            Some("images") => matches!(treated, Treatment::About(Thing::Image, _) | Treatment::Closed(_)),
            Some("networks") => matches!(treated, Treatment::About(Thing::Network, _)),
            Some("volumes") => matches!(treated, Treatment::About(Thing::Volume, _)),
            Some("distribution" | "plugins") => matches!(treated, Treatment::Free | Treatment::Closed(_)),
            _ => matches!(treated, Treatment::Closed(_)),
        };
        assert!(expected, "{pattern}: {treated:?}");
    }
}

#[test]
fn everything_that_a_create_refers_to_is_asked_about() {
    let body = r#"{"Image":"app","Volumes":{"/anonymous":{}},"HostConfig":{
        "NetworkMode":"net","PidMode":"container:a","IpcMode":"container:b","UTSMode":"host","Cgroup":"container:c",
        "VolumesFrom":["d:ro","d"],"Links":["/e:x"],"Binds":["v:/v","/host:/h"],
        "Mounts":[{"Type":"volume","Source":"w","Target":"/w"},{"Type":"image","Source":"tools:1","Target":"/t"},{"Type":"bind","Source":"/b","Target":"/b"}]},
        "NetworkingConfig":{"EndpointsConfig":{"net":{"Links":["f:y"]},"other":null}}}"#;
    let mut found = asks("POST /v1.44/containers/create", body);
    found.sort();
    let expected = [
        "container a",
        "container b",
        "container c",
        "container d",
        "container e",
        "container f",
        "image app:latest",
        "image tools:1",
        "network net",
        "network other",
        "volume v",
        "volume w",
    ];
    assert_eq!(found, expected);
    assert_eq!(
        asks("POST /v1.44/networks/create", r#"{"Name":"n","ConfigFrom":{"Network":"from"}}"#),
        ["network from"]
    );
    assert_eq!(asks("POST /v1.44/networks/n/connect", r#"{"Container":"c"}"#), ["network n", "container c"]);
    assert_eq!(asks("POST /v1.44/commit?container=c&repo=r&tag=1", ""), ["container c", "image r:1"]);
    assert_eq!(asks("POST /v1.44/build?t=a&t=b:2&networkmode=net&cachefrom=%5B%22c%22%5D", "").len(), 4);
    assert_eq!(asks("POST /v1.44/images/create?fromImage=a", ""), ["image a:*"]);
    assert_eq!(
        asks(
            "POST /v1.44/images/create?fromImage=a%40sha256:0123456789012345678901234567890123456789012345678901234567890123",
            ""
        ),
        [""; 0]
    );
    assert_eq!(asks("GET /v1.44/exec/0123/json", ""), ["exec 0123"]);
    assert_eq!(asks("GET /v1.44/images/json?filters=%7B%22since%22:%7B%22x%22:true%7D%7D", ""), ["image x"]);
    for free in
        ["GET /v1.44/info", "GET /v1.44/images/search?term=x", "POST /v1.44/images/load", "POST /v1.44/build/prune"]
    {
        assert_eq!(asks(free, ""), [""; 0], "{free}");
    }
}

#[test]
fn what_nobody_has_looked_for_is_not_there() {
    let gone = refusal("POST /v1.44/containers/web/kill", "", Known::none());
    assert_eq!((gone.status, gone.message().as_str()), (StatusCode::NOT_FOUND, "No such container: web"));
    let unusable =
        refusal("POST /v1.44/containers/create", r#"{"Image":"a","HostConfig":{"Binds":["v:/v"]}}"#, Known::none());
    assert_eq!((unusable.status, unusable.message().as_str()), (StatusCode::BAD_REQUEST, "get v: no such volume"));
}

#[test]
fn a_build_is_labelled_over_what_it_says() {
    let built = permit("POST /v1.44/build?labels=%7B%22own%22:%22bob%22,%22a%22:%22b%22%7D", "", Known::none());
    let labels = built.target.unwrap().param("labels").unwrap().to_owned();
    assert_eq!(labels, r#"{"own":"","a":"b","own.image":"-"}"#);
    let outputs =
        "POST /v1.44/build?version=2&outputs=%5B%7B%22Type%22:%22moby%22,%22Attrs%22:%7B%22name%22:%22bobs%22%7D%7D%5D";
    assert_eq!(refusal(outputs, "", Known::none()).points[0].reason, "an output like this names images unseen");
    permit("POST /v1.44/build?version=2&outputs=%5B%7B%22Type%22:%22tar%22%7D%5D", "", Known::none());
}

#[test]
fn a_hint_at_what_is_not_there_is_left_out_and_a_name_without_a_tag_is_saved_with_all_its_tags() {
    let mut known = Known::default();
    let found = Found::There(Object { id: "id".to_owned(), name: "app:latest".to_owned(), whose: Whose::Shared });
    known.add(Thing::Image, "app:latest", found);
    let built = permit("POST /v1.44/build?cachefrom=%5B%22b%22,%22app%22,%22c:1%22%5D", "", &known);
    assert_eq!(built.target.unwrap().param("cachefrom"), Some(r#"["app"]"#));
    assert_eq!(asks("GET /v1.44/images/app/get", ""), ["image app:*"]);
    assert_eq!(
        asks("GET /v1.44/images/get?names=app&names=cafe&names=b:1", ""),
        ["image app:*", "image cafe:*", "image b:1"]
    );
}

#[test]
fn a_prune_reaches_no_daemon_that_would_overlook_the_label() {
    let swept = permit("POST /v1.25/containers/prune", "", Known::none());
    assert_eq!(swept.target.unwrap().version, Some(crate::docker::version::ApiVersion::new(28)));
    let listed = permit("GET /v1.21/volumes", "", Known::none());
    assert_eq!(listed.target.unwrap().param("filters"), Some(r#"{"label":["own=-"]}"#));
    let odd = refusal("GET /v1.44/containers/json?filters=%7B%22label%22:%22x%22%7D", "", Known::none());
    assert!(odd.status.is_client_error(), "{}", odd.message());
    assert_eq!(sent(&permit("GET /v1.52/system/df?verbose=0", "", Known::none())), "/system/df?verbose=1");
}

#[test]
fn a_network_that_is_named_twice_is_not_guessed() {
    let object = |whose| Found::There(Object { id: "id1".to_owned(), name: "net".to_owned(), whose });
    let mut known = Known::default();
    known.add(Thing::Network, "net", object(Whose::Own));
    known.add(Thing::Network, "id1", object(Whose::Own));
    let body = r#"{"NetworkingConfig":{"EndpointsConfig":{"net":{},"id1":{}}}}"#;
    let refused = refusal("POST /v1.44/containers/create", body, &known);
    assert!(refused.message().contains("this is named twice"), "{}", refused.message());
}

#[test]
fn images_can_be_left_to_the_rules() {
    let policy = policy("{ label = \"own\", images = \"shared\" }");
    let verdict = |call: &str| with(call, "", Known::none(), |question| decide(&policy, question));
    for call in [
        "POST /v1.44/images/load",
        "DELETE /v1.44/images/x",
        "POST /v1.44/images/prune",
        "POST /v1.44/grpc",
        "POST /v1.44/build?t=a",
    ] {
        assert!(matches!(verdict(call), Verdict::Permit(_)), "{call}");
    }
    for call in ["GET /v1.44/services", "POST /v1.44/containers/web/start", "POST /v1.44/commit?container=web"] {
        assert!(matches!(verdict(call), Verdict::Refuse(_)), "{call}");
    }
    let (wanted, _) = with("POST /v1.44/build?t=a", "", Known::none(), |question| unknown(&policy, question));
    assert!(wanted.is_empty());
    let Verdict::Permit(built) = verdict("POST /v1.44/build?t=a") else { panic!("a build is refused") };
    assert_eq!(built.target.unwrap().param("labels"), Some(r#"{"own":""}"#));
    let json = parse(br#"{"own.image":"bob"}"#).unwrap();
    assert_eq!(Owner::new("own", &Identity::nobody(), true).whose(Thing::Image, Some(&json)), Whose::Own);
}

fn owner(name: &str) -> Owner {
    let certificate = Certificate { common_names: vec![name.to_owned()], ..Certificate::default() };
    Owner::new("own", &Identity { evidence: Evidence::Certificate(certificate), address: None }, false)
}

#[test]
fn no_two_kinds_of_evidence_give_one_owner() {
    let peer = Evidence::UnixPeer { uid: 7, gid: 7, pid: None };
    let peer = Owner::new("own", &Identity { evidence: peer, address: None }, false);
    let names = [
        peer,
        Owner::new("own", &Identity::nobody(), false),
        owner("uid:7"),
        owner("-"),
        owner("cn:uid:7"),
        owner(""),
        owner("*"),
    ];
    let mut names = names.map(|owner| owner.name().to_owned());
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| matches!(pair, [a, b] if a != b)), "{names:?}");
    assert_eq!(owner("alice").name(), "alice");
}

#[test]
fn a_label_of_an_image_makes_no_container_anybodys() {
    let alice = owner("alice");
    let whose = |thing, labels: &str| alice.whose(thing, parse(labels.as_bytes()).ok().as_ref());
    assert_eq!(whose(Thing::Container, r#"{"own":"alice"}"#), Whose::Own);
    assert_eq!(whose(Thing::Container, r#"{"own.image":"alice"}"#), Whose::Others);
    assert_eq!(whose(Thing::Image, r#"{"own.image":"alice"}"#), Whose::Own);
    assert_eq!(whose(Thing::Image, r#"{"own.image":"bob"}"#), Whose::Others);
    assert_eq!(whose(Thing::Image, "null"), Whose::Shared);
    assert_eq!(whose(Thing::Volume, "{}"), Whose::Others);
    assert_eq!(whose(Thing::Volume, r#"{"own":"*"}"#), Whose::Shared);
}
