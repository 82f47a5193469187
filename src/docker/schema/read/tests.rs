use super::*;
use crate::docker::endpoint::Endpoint;
use crate::docker::json::parse;
use crate::docker::schema::body;

fn reading(endpoint: Endpoint, text: &str) -> Result<Body<'_>, SchemaErrors> {
    read(body(endpoint).unwrap(), parse(text.as_bytes()).unwrap(), ApiVersion::new(25))
}

fn create(text: &str) -> Result<String, String> {
    reading(Endpoint::ContainerCreate, text).map(|body| body.json().to_string()).map_err(|errors| errors.to_string())
}

fn refused(text: &str) -> String {
    create(text).expect_err(text)
}

#[test]
fn names_come_out_in_their_canonical_spelling() {
    assert_eq!(
        create(r#"{"image":"x","HOSTCONFIG":{"privileged":true,"mounts":[{"type":"bind"}]}}"#).unwrap(),
        r#"{"Image":"x","HostConfig":{"Privileged":true,"Mounts":[{"Type":"bind"}]}}"#
    );
}

#[test]
fn two_names_that_go_takes_for_one_are_refused_at_every_struct() {
    for text in [
        r#"{"Image":"x","image":"y"}"#,
        r#"{"HostConfig":{"Privileged":true},"hostconfig":{}}"#,
        r#"{"HostConfig":{"Privileged":true,"PRIVILEGED":false}}"#,
        r#"{"HostConfig":{"Mounts":[{"Source":"/","source":"/tmp"}]}}"#,
        r#"{"HostConfig":{"PortBindings":{"80/tcp":[{"HostPort":"1","hostport":"2"}]}}}"#,
        r#"{"NetworkingConfig":{"EndpointsConfig":{"a":{"Links":null,"links":["x"]}}}}"#,
        r#"{"Frob":1,"frob":2}"#,
    ] {
        assert!(refused(text).contains("twice"), "{text}");
    }
}

#[test]
fn keys_of_maps_keep_their_case_and_may_differ_by_it_alone() {
    let text = r#"{"Labels":{"a":"1","A":"2","ſ":"3"},"ExposedPorts":{"80/TCP":{},"80/tcp":{}}}"#;
    assert_eq!(create(text).unwrap(), text);
}

#[test]
fn names_that_only_look_like_a_field_are_refused() {
    for text in [
        "{\"Ho\u{17f}tConfig\":{\"Privileged\":true}}",
        "{\"HostConfig\":{\"Networ\u{212a}Mode\":\"host\"}}",
        r#"{"HostConfig":{"Bind\u017f":["/:/h"]}}"#,
        "{\"HostConfig\":{\"Privıleged\":true}}",
        "{\"Ｉmage\":\"x\"}",
    ] {
        assert!(refused(text).contains("plain letters"), "{text}");
    }
}

#[test]
fn values_of_another_type_than_the_daemon_decodes_are_refused() {
    for text in [
        r#"{"HostConfig":{"Privileged":"true"}}"#,
        r#"{"HostConfig":{"Privileged":1}}"#,
        r#"{"HostConfig":{"Memory":"5"}}"#,
        r#"{"HostConfig":{"Memory":1.0}}"#,
        r#"{"HostConfig":{"Memory":1e9}}"#,
        r#"{"HostConfig":{"Memory":9223372036854775808}}"#,
        r#"{"HostConfig":{"BlkioWeight":65536}}"#,
        r#"{"HostConfig":{"BlkioWeight":-1}}"#,
        r#"{"HostConfig":{"BlkioWeight":-0}}"#,
        r#"{"HostConfig":{"Binds":"/:/h"}}"#,
        r#"{"HostConfig":{"Binds":[1]}}"#,
        r#"{"HostConfig":{"Binds":[null]}}"#,
        r#"{"HostConfig":{"Binds":{}}}"#,
        r#"{"HostConfig":[]}"#,
        r#"{"HostConfig":"x"}"#,
        r#"{"HostConfig":{"Mounts":[null]}}"#,
        r#"{"HostConfig":{"Mounts":{"Type":"bind"}}}"#,
        r#"{"HostConfig":{"ConsoleSize":[1]}}"#,
        r#"{"HostConfig":{"ConsoleSize":[1,2,3]}}"#,
        r#"{"Labels":["a"]}"#,
        r#"{"Labels":{"a":1}}"#,
        r#"{"Env":"A=b"}"#,
        r#"{"Cmd":{"a":1}}"#,
        r#"{"Cmd":["a",1]}"#,
        r#"{"Tty":null,"OpenStdin":[]}"#,
        r#"{"Image":{}}"#,
        r#"[]"#,
        r#""x""#,
        "1",
    ] {
        assert!(refused(text).contains("must"), "{text}");
    }
}

#[test]
fn integers_come_out_as_go_writes_them() {
    assert_eq!(
        create(r#"{"HostConfig":{"Memory":-0,"CpuShares":0,"MemorySwap":-1,"NanoCpus":9223372036854775807}}"#).unwrap(),
        r#"{"HostConfig":{"Memory":0,"CpuShares":0,"MemorySwap":-1,"NanoCpus":9223372036854775807}}"#
    );
}

#[test]
fn one_string_is_a_list_of_one_where_old_clients_may_write_so() {
    assert_eq!(
        create(r#"{"Cmd":"id -u","Entrypoint":"","HostConfig":{"CapAdd":"ALL"}}"#).unwrap(),
        r#"{"Cmd":["id -u"],"Entrypoint":[""],"HostConfig":{"CapAdd":["ALL"]}}"#
    );
}

#[test]
fn null_stays_where_it_means_not_set_and_is_empty_text_in_a_map() {
    let text = r#"{"Env":null,"HostConfig":null,"Labels":{"a":null},"ExposedPorts":{"1/tcp":null}}"#;
    assert_eq!(
        create(text).unwrap(),
        r#"{"Env":null,"HostConfig":null,"Labels":{"a":""},"ExposedPorts":{"1/tcp":null}}"#
    );
    assert_eq!(create("null").unwrap(), "null");
}

#[test]
fn control_characters_are_refused_in_names_and_paths_and_kept_in_text() {
    for text in [
        r#"{"HostConfig":{"Binds":["/a\u0000b:/c"]}}"#,
        r#"{"HostConfig":{"NetworkMode":"host\n"}}"#,
        r#"{"Image":"x\u007f"}"#,
        r#"{"Labels":{"a\r\nb":""}}"#,
        r#"{"HostConfig":{"Mounts":[{"Source":"\u001b[2J"}]}}"#,
        r#"{"a\u0000":1}"#,
    ] {
        let message = refused(text);
        assert!(message.contains("control") || message.contains("plain letters"), "{message}");
    }
    let text =
        r#"{"Env":["A=b\nc"],"Cmd":["printf","\t"],"Labels":{"a":"\n"},"HostConfig":{"SecurityOpt":["seccomp={\n}"]}}"#;
    assert_eq!(create(text).unwrap(), text);
}

#[test]
fn host_config_fields_beside_host_config_are_refused_where_they_are_used() {
    for text in [
        r#"{"Image":"x","Privileged":true}"#,
        r#"{"Image":"x","privileged":true,"HostConfig":null}"#,
        r#"{"Image":"x","Binds":["/:/h"]}"#,
        r#"{"Image":"x","HostConfig":{},"Memory":1}"#,
        r#"{"Image":"x","HostConfig":{},"CpusetCpus":"0"}"#,
        r#"{"Image":"x","HostConfig":{},"VolumeDriver":"nfs"}"#,
        r#"{"Image":"x","MaskedPaths":[]}"#,
    ] {
        assert!(refused(text).contains("belongs into HostConfig"), "{text}");
    }
    let text = r#"{"Image":"x","Privileged":false,"Dns":null,"memory":0,"VolumeDriver":"","HostConfig":{}}"#;
    assert_eq!(create(text).unwrap(), r#"{"Image":"x","HostConfig":{}}"#);
}

#[test]
fn fields_that_no_version_has_are_listed_and_kept() {
    let body =
        reading(Endpoint::ContainerCreate, r#"{"Image":"x","Config":{"Cmd":[]},"HostConfig":{"Frob":true}}"#).unwrap();
    let unknown: Vec<_> = body.unknown().iter().map(|unknown| (&*unknown.path, &*unknown.value)).collect();
    // Texts are not shown: the field may be a misspelt one with secrets.
    assert_eq!(unknown, [("Config", ""), ("HostConfig.Frob", "true")]);
    assert_eq!(body.json().to_string(), r#"{"Image":"x","Config":{"Cmd":[]},"HostConfig":{"Frob":true}}"#);
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_the_flag_that_sets_it() {
    let errors = reading(
        Endpoint::ContainerCreate,
        r#"{"Env":7,"HostConfig":{"Privileged":"yes","Mounts":[{"Type":"bind","ReadOnly":"no"}]}}"#,
    )
    .unwrap_err();
    let said: Vec<_> = errors.0.iter().map(|error| (&*error.path, &*error.value, error.flag)).collect();
    assert_eq!(
        said,
        [
            ("Env", "\"…\"", Some("-e, --env")),
            ("HostConfig.Privileged", "\"yes\"", Some("--privileged")),
            ("HostConfig.Mounts[0].ReadOnly", "\"no\"", Some("--mount")),
        ]
    );
    assert_eq!(errors.0[0].reason, "must be a list, not a number");
}

#[test]
fn a_hostile_body_does_not_make_a_long_answer() {
    let items = vec![r#"{"A":1,"Type":3}"#; 10_000].join(",");
    let errors =
        reading(Endpoint::ContainerCreate, &format!(r#"{{"HostConfig":{{"Mounts":[{items}]}}}}"#)).unwrap_err();
    assert_eq!(errors.0.len(), 64);
}

#[test]
fn a_body_may_be_a_list() {
    let body = reading(Endpoint::PluginPull, r#"[{"name":"network","Value":["host"]}]"#).unwrap();
    assert_eq!(body.json().to_string(), r#"[{"Name":"network","Value":["host"]}]"#);
    assert_eq!(reading(Endpoint::PluginSet, r#"["DEBUG=1"]"#).unwrap().json().to_string(), r#"["DEBUG=1"]"#);
    assert!(reading(Endpoint::PluginSet, r#"{"DEBUG":1}"#).is_err());
}
