use super::*;

fn target(text: &str) -> Target {
    Target::parse(text).unwrap()
}

fn pairs(endpoint: Endpoint, query: &str) -> Result<String, String> {
    let mut target = target(&format!("/x?{query}"));
    let read = read(endpoint, &target, ApiVersion::new(41)).map_err(|errors| errors.to_string())?;
    target.query = read.pairs(false);
    Ok(target.to_wire(None).trim_start_matches("/x").trim_start_matches('?').to_owned())
}

fn refused(endpoint: Endpoint, query: &str) -> String {
    pairs(endpoint, query).expect_err(query)
}

#[test]
fn what_is_given_twice_is_refused_unless_the_daemon_reads_a_list() {
    assert!(refused(Endpoint::ContainerKill, "signal=9&signal=TERM").contains("given twice"));
    assert!(refused(Endpoint::ContainerDelete, "force=0&%66orce=1").contains("given twice"));
    assert_eq!(
        pairs(Endpoint::ImageBuild, "t=a&t=b&extrahosts=c:1&extrahosts=d:2").unwrap(),
        "t=a&t=b&extrahosts=c%3A1&extrahosts=d%3A2"
    );
}

#[test]
fn truth_is_read_as_the_daemon_reads_it() {
    for value in ["", "0", "no", "No", "false", "FALSE", "none", " none ", "0 "] {
        assert!(!is_true(value), "{value:?}");
    }
    for value in ["1", "2", "true", "t", "on", "off", "yes", "f", "n", "-1", "00"] {
        assert!(is_true(value), "{value:?}");
    }
}

#[test]
fn numbers_are_integers() {
    assert_eq!(pairs(Endpoint::ContainerList, "limit=-1").unwrap(), "limit=-1");
    assert_eq!(pairs(Endpoint::ContainerStop, "t=").unwrap(), "t=");
    assert_eq!(pairs(Endpoint::ServiceUpdate, "version=18446744073709551615").unwrap(), "version=18446744073709551615");
    for value in ["abc", "1.5", "1e3", "%2B5", "0x10", "5%20", "18446744073709551616"] {
        assert!(refused(Endpoint::ContainerStop, &format!("t={value}")).contains("t = "), "{value}");
    }
    assert_eq!(pairs(Endpoint::ContainerLogs, "since=1700000000.000000001").unwrap(), "since=1700000000.000000001");
}

#[test]
fn unknown_parameters_are_set_apart() {
    let target = target("/x?name=a&frob=1&Name=b");
    let query = read(Endpoint::ContainerCreate, &target, ApiVersion::new(41)).unwrap();
    assert_eq!(query.unknown(), [("frob", "1"), ("Name", "b")]);
    assert_eq!(query.pairs(false), [("name".to_owned(), "a".to_owned())]);
    assert_eq!(query.pairs(true).len(), 3);
}

#[test]
fn what_real_clients_give_and_no_daemon_reads_is_left_out() {
    assert_eq!(pairs(Endpoint::ContainerList, "limit=-1&all=1&size=0&trunc_cmd=0").unwrap(), "limit=-1&all=1&size=0");
    let query = "Image=busybox&Cmd=cat&Cmd=x&OpenStdin=true&HostConfig=%7B%7D&name=stubby";
    assert_eq!(pairs(Endpoint::ContainerCreate, query).unwrap(), "name=stubby");
    let target = target(&format!("/x?{query}"));
    assert!(read(Endpoint::ContainerCreate, &target, ApiVersion::new(41)).unwrap().unknown().is_empty());
}

#[test]
fn parameters_of_other_versions_are_marked() {
    let target = target("/x?name=a&platform=linux");
    let outside = |minor| {
        let query = read(Endpoint::ContainerCreate, &target, ApiVersion::new(minor)).unwrap();
        query.given().iter().map(|given| given.outside).collect::<Vec<_>>()
    };
    assert_eq!(outside(25), [false, true]);
    assert_eq!(outside(41), [false, false]);
}

#[test]
fn json_values_are_read_by_the_same_reader_and_written_anew() {
    let filters = |json: &str| {
        let encoded: String = percent_encoding::utf8_percent_encode(json, percent_encoding::NON_ALPHANUMERIC).collect();
        pairs(Endpoint::ContainerList, &format!("filters={encoded}"))
    };
    assert_eq!(filters(r#" {"a" : {"b":true}} "#).unwrap(), "filters=%7B%22a%22%3A%7B%22b%22%3Atrue%7D%7D");
    assert_eq!(filters(r#"{"a":["b"]}"#).unwrap(), "filters=%7B%22a%22%3A%5B%22b%22%5D%7D");
    for json in ["", "null", "{}"] {
        assert!(filters(json).is_ok(), "{json}");
    }
    for json in [
        "{",
        "[]",
        "1",
        r#"{"a":"b"}"#,
        r#"{"a":{"b":1}}"#,
        r#"{"a":[1]}"#,
        r#"{"a":["b"],"c":{"d":true}}"#,
        r#"{"a":["b"],"a":["c"]}"#,
        r#"{"a":["b"]}x"#,
        r#"{"a":["\ud800"]}"#,
    ] {
        assert!(filters(json).is_err(), "{json}");
    }
}

#[test]
fn json_values_of_a_build_have_their_types() {
    let build = |name: &str, json: &str| {
        let encoded: String = percent_encoding::utf8_percent_encode(json, percent_encoding::NON_ALPHANUMERIC).collect();
        let target = target(&format!("/build?{name}={encoded}"));
        read(Endpoint::ImageBuild, &target, ApiVersion::new(41)).map(|query| query.get(name).unwrap().value.to_string())
    };
    for (name, json) in [
        ("buildargs", r#"{"A":"b","a":null}"#),
        ("labels", r#"{"l":"m\n"}"#),
        ("cachefrom", r#"["a","b"]"#),
        ("cachefrom", "null"),
        ("ulimits", r#"[{"Name":"nofile","Hard":2,"Soft":1}]"#),
        ("securityopt", r#"["a=b"]"#),
        ("outputs", r#"[{"Type":"local","Attrs":{"dest":"."}}]"#),
    ] {
        assert_eq!(build(name, json).unwrap(), json);
    }
    assert_eq!(build("ulimits", r#"[{"name":"nofile"}]"#).unwrap(), r#"[{"Name":"nofile"}]"#);
    for (name, json) in [
        ("buildargs", r#"{"A":1}"#),
        ("buildargs", r#"["A=b"]"#),
        ("buildargs", r#"{"A":"b","A":"c"}"#),
        ("labels", r#"{"l":{}}"#),
        ("cachefrom", r#"[1]"#),
        ("ulimits", r#"[{"Name":"a","name":"b"}]"#),
        ("ulimits", r#"[{"Frob":1}]"#),
    ] {
        assert!(build(name, json).is_err(), "{name} {json}");
    }
    let platform = target("/images/x/push?platform=%7B%22os%22%3A%22linux%22%2C%22os.version%22%3A%221%22%7D");
    let query = read(Endpoint::ImagePush, &platform, ApiVersion::new(46)).unwrap();
    assert_eq!(query.given()[0].json.as_ref().unwrap().get("os.version").and_then(Json::as_str), Some("1"));
}

#[test]
fn control_characters_stay_in_messages_only() {
    assert!(refused(Endpoint::ImageCommit, "changes=ENV%20a=b%0AUSER%20root").contains("control"));
    assert!(refused(Endpoint::ContainerArchive, "path=/a%0d").contains("control"));
    assert!(pairs(Endpoint::ImageCommit, "comment=two%0Alines").is_ok());
}

#[test]
fn a_stock_build_uses_what_was_typed() {
    let target = target(
        "/build?buildargs=%7B%7D&cachefrom=%5B%5D&cgroupparent=&cpuperiod=0&cpuquota=0&cpusetcpus=&cpusetmems=&cpushares=0\
         &dockerfile=Dockerfile&labels=%7B%7D&memory=0&memswap=0&networkmode=default&rm=1&shmsize=0&t=x%3Ay&target=&ulimits=null&version=1",
    );
    let query = read(Endpoint::ImageBuild, &target, ApiVersion::new(41)).unwrap();
    assert_eq!(query.used().map(|given| given.param.name).collect::<Vec<_>>(), ["t"]);
    assert!(query.unknown().is_empty());
}

#[test]
fn what_is_sent_as_it_came_is_known_without_writing_it() {
    for (endpoint, text) in [
        (Endpoint::ContainerCreate, "/x?name=web"),
        (Endpoint::ContainerCreate, "/x?name=web&nosuch=1"),
        (Endpoint::ContainerList, "/x?all=1&limit=5"),
        (Endpoint::ContainerList, "/x?filters=%7B%22status%22%3A%5B%22running%22%5D%7D"),
        (Endpoint::ContainerList, "/x?filters=%7B%20%22status%22%3A%5B%22running%22%5D%7D"),
        (Endpoint::ContainerList, "/x?trunc_cmd=1&all=1"),
    ] {
        let target = target(text);
        let query = read(endpoint, &target, ApiVersion::new(41)).unwrap();
        for with_unknown in [false, true] {
            let same = query.pairs(with_unknown) == target.query;
            assert_eq!(query.is_sent_as(&target.query, with_unknown), same, "{text}");
        }
    }
}
