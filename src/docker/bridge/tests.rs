use super::*;
use crate::docker::json::{Json, parse};
use crate::docker::target::Target;

fn ask(endpoint: Endpoint, client: u8, backend: u8, host: &Host) -> Ask<'_> {
    Ask { endpoint, client: ApiVersion::new(client), backend: ApiVersion::new(backend), host }
}

fn answered(endpoint: Endpoint, after: &[After], text: &str) -> (Outcome, String) {
    let host = Host::default();
    let mut json = parse(text.as_bytes()).unwrap();
    let outcome = answer(&ask(endpoint, 41, 23, &host), after, &mut json);
    (outcome, json.to_string())
}

#[test]
fn a_call_between_equal_versions_needs_nothing() {
    let host = Host::default();
    for endpoint in Endpoint::ALL {
        let ask = ask(*endpoint, 41, 41, &host);
        assert!(!wants_request(&ask) && !wants_body(&ask) && !wants_answer(&ask, &[]), "{}", endpoint.name());
    }
}

#[test]
fn only_answers_that_changed_are_read() {
    let host = Host::default();
    let wants = |endpoint, client, backend| wants_answer(&ask(endpoint, client, backend, &host), &[]);
    assert!(wants(Endpoint::ContainerInspect, 44, 25));
    assert!(wants(Endpoint::ImageList, 25, 44));
    assert!(!wants(Endpoint::ContainerLogs, 44, 25));
    assert!(!wants(Endpoint::ContainerArchive, 44, 25));
    assert!(!wants(Endpoint::ImageList, 41, 40));
}

#[test]
fn a_repair_works_at_every_version() {
    let host = Host { repairs: Repairs::NONE.with(Repair::ImageIds), ..Host::default() };
    for version in [23, 25] {
        let ask = ask(Endpoint::ImageList, version, version, &host);
        assert!(wants_answer(&ask, &[]) && !wants_request(&ask));
    }
}

#[test]
fn a_search_is_filtered_and_cut_by_the_gateway() {
    let found = r#"[{"name":"a","star_count":9,"is_official":true},{"name":"b","star_count":1,"is_official":true},
        {"name":"c","star_count":5,"is_official":false},{"name":"d","star_count":7,"is_official":true}]"#;
    let names = |limit, filters: &[(&str, &str)]| {
        let filters = filters.iter().map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()])).collect();
        let (_, text) = answered(Endpoint::ImageSearch, &[After::Search { limit, filters }], found);
        let json = parse(text.as_bytes()).unwrap().into_owned();
        let names = json.as_array().unwrap().iter().filter_map(|image| image.get("name").and_then(Json::as_str));
        names.collect::<String>()
    };
    assert_eq!(names(25, &[("stars", "3"), ("is-official", "true")]), "ad");
    assert_eq!(names(1, &[]), "a");
    assert_eq!(names(25, &[("is-official", "false")]), "c");
}

#[test]
fn a_network_of_another_scope_is_not_found() {
    let scope = |wanted: &str, text| answered(Endpoint::NetworkInspect, &[After::Scope(wanted.to_owned())], text).0;
    assert_eq!(scope("local", r#"{"Name":"n","Scope":"local"}"#), Outcome::Keep);
    assert_eq!(scope("local", r#"{"Name":"n","Scope":""}"#), Outcome::Keep);
    assert_eq!(scope("swarm", r#"{"Name":"n","Scope":"local"}"#), Outcome::NotFound);
}

#[test]
fn disk_usage_holds_the_kinds_that_were_asked_for() {
    let after = [After::DiskUsage(vec!["volume".to_owned()])];
    let text = r#"{"LayersSize":5,"Images":[],"Containers":[],"Volumes":[{"Name":"v"}],"BuildCache":[]}"#;
    assert_eq!(answered(Endpoint::SystemDataUsage, &after, text).1, r#"{"Volumes":[{"Name":"v"}]}"#);
}

#[test]
fn events_that_an_old_backend_cannot_filter_are_dropped() {
    let only = |kind: &str| [After::Events(vec![("type".to_owned(), vec![kind.to_owned()])])];
    let die = r#"{"status":"die","id":"c1","from":"busybox","time":1}"#;
    let host = Host::default();
    let outcome = |kind: &str| {
        answer(&ask(Endpoint::SystemEvents, 25, 21, &host), &only(kind), &mut parse(die.as_bytes()).unwrap())
    };
    assert_eq!((outcome("container"), outcome("network")), (Outcome::Keep, Outcome::Drop));
}

#[test]
fn the_version_shows_what_the_gateway_offers() {
    let range = Range::new(ApiVersion::new(19), ApiVersion::new(25), None, None);
    let text = r#"{"ApiVersion":"1.25","MinAPIVersion":"1.19",
        "Components":[{"Name":"Engine","Details":{"ApiVersion":"1.25"}},{"Name":"runc","Details":{}}]}"#;
    let mut json = parse(text.as_bytes()).unwrap();
    offer(&mut json, &range);
    let expected = r#"{"ApiVersion":"1.52","MinAPIVersion":"1.18","Components":[{"Name":"Engine","Details":{"ApiVersion":"1.52","MinAPIVersion":"1.18"}},{"Name":"runc","Details":{}}]}"#;
    assert_eq!(json.to_string(), expected);
}

#[test]
fn all_problems_of_a_call_are_said_at_once() {
    let host = Host::default();
    let mut target = Target { version: None, path: "/containers/create".into(), query: Vec::new() };
    let text = r#"{"HostConfig":{"Annotations":{"a":"b"},"CgroupnsMode":"private","MaskedPaths":[]}}"#;
    let mut body = parse(text.as_bytes()).unwrap();
    let problems = request(&ask(Endpoint::ContainerCreate, 50, 25, &host), &mut target, Some(&mut body)).unwrap_err();
    let said: Vec<String> = problems.iter().map(|problem| format!("{}: {}", problem.path, problem.reason)).collect();
    assert_eq!(
        said,
        [
            "HostConfig.Annotations: needs API 1.43, this backend speaks 1.25",
            "HostConfig.CgroupnsMode: needs API 1.41, this backend speaks 1.25",
            "HostConfig.MaskedPaths: needs API 1.38, this backend speaks 1.25",
        ]
    );
}
