use super::*;
use crate::docker::endpoint::Endpoint;
use crate::docker::json::parse;
use crate::docker::schema::{body, read};

fn reading(endpoint: Endpoint, text: &str) -> Body<'_> {
    read(body(endpoint).unwrap(), parse(text.as_bytes()).unwrap(), ApiVersion::new(23)).unwrap()
}

const TEXT: &str = r#"{"Image":"x","Frob":1,"HostConfig":{"NetworkMode":"host","Binds":["/a:/b","v:/c"],"Mounts":[{"Type":"bind","BindOptions":{"Propagation":"shared","Odd":2}}]}}"#;

#[test]
fn used_fields_come_with_path_row_and_version() {
    let body = reading(Endpoint::ContainerCreate, TEXT);
    let used: Vec<_> = body.used().into_iter().map(|used| (used.path, used.field.key(), used.outside)).collect();
    let row = |path: &str, key: &str, outside| (path.to_owned(), key.to_owned(), outside);
    assert_eq!(
        used,
        [
            row("Image", "Config.Image", false),
            row("HostConfig.NetworkMode", "HostConfig.NetworkMode", false),
            row("HostConfig.Binds", "HostConfig.Binds", false),
            row("HostConfig.Mounts", "HostConfig.Mounts", true),
        ]
    );
}

#[test]
fn the_fields_within_come_behind_the_field_that_holds_them() {
    let body = reading(Endpoint::ContainerCreate, TEXT);
    let used: Vec<_> = body.used_deep().into_iter().map(|used| used.path).collect();
    assert_eq!(
        used,
        [
            "Image",
            "HostConfig.NetworkMode",
            "HostConfig.Binds",
            "HostConfig.Mounts",
            "HostConfig.Mounts[0].Type",
            "HostConfig.Mounts[0].BindOptions",
            "HostConfig.Mounts[0].BindOptions.Propagation",
        ]
    );
}

#[test]
fn sections_of_swarm_specs_are_walked_too() {
    let text = r#"{"Name":"s","TaskTemplate":{"ContainerSpec":{"Image":"x","Mounts":[{"Type":"bind","Source":"/"}]},"Runtime":"container"},"Mode":{"Global":{}}}"#;
    let body = reading(Endpoint::ServiceCreate, text);
    let used: Vec<_> = body.used().into_iter().map(|used| used.path).collect();
    assert_eq!(used, ["Name", "TaskTemplate.ContainerSpec.Image", "TaskTemplate.ContainerSpec.Mounts", "Mode"]);
}

#[test]
fn a_start_body_is_a_host_config_and_belongs_to_old_versions() {
    let text = r#"{"Binds":["/:/h"],"Privileged":true}"#;
    let used = |minor| {
        let json = parse(text.as_bytes()).unwrap();
        let body = read(body(Endpoint::ContainerStart).unwrap(), json, ApiVersion::new(minor)).unwrap();
        body.used().into_iter().map(|used| (used.field.key(), used.outside)).collect::<Vec<_>>()
    };
    assert_eq!(used(23)[1], ("HostConfig.Privileged".to_owned(), false));
    assert_eq!(used(24)[1], ("HostConfig.Privileged".to_owned(), true));
}

#[test]
fn values_are_removed_and_replaced_by_path() {
    let mut body = reading(Endpoint::ContainerCreate, TEXT);
    assert_eq!(body.remove("HostConfig.Binds[0]"), Some(Json::from("/a:/b")));
    assert!(body.remove("HostConfig.Binds[1]").is_none());
    assert!(body.remove("HostConfig.Mounts[0].BindOptions").is_some());
    assert!(body.remove("HostConfig.Mounts[0].BindOptions").is_none());
    assert!(body.replace("HostConfig.NetworkMode", Json::from("default")));
    assert!(body.replace("HostConfig.Privileged", Json::from(false)));
    assert!(body.replace("HostConfig.Binds[0]", Json::from("w:/c")));
    assert!(!body.replace("HostConfig.Binds[7]", Json::from("w:/c")));
    assert!(!body.replace("NetworkingConfig.EndpointsConfig", Json::Null));
    assert!(!body.replace("", Json::Null));
    assert_eq!(body.get("HostConfig.Binds[0]").and_then(Json::as_str), Some("w:/c"));
    body.remove_unknown();
    assert!(body.unknown().is_empty());
    assert_eq!(
        String::from_utf8_lossy(&body.to_vec()),
        r#"{"Image":"x","HostConfig":{"NetworkMode":"default","Binds":["w:/c"],"Mounts":[{"Type":"bind"}],"Privileged":false}}"#
    );
}

#[test]
fn unknown_fields_are_removed_at_every_depth() {
    let mut body = reading(Endpoint::ContainerCreate, TEXT);
    let paths: Vec<_> = body.unknown().iter().map(|unknown| &*unknown.path).collect();
    assert_eq!(paths, ["Frob", "HostConfig.Mounts[0].BindOptions.Odd"]);
    assert!(body.clone().remove("HostConfig.Mounts[0].BindOptions.Odd").is_some());
    body.remove_unknown();
    assert!(!body.json().to_string().contains("Odd"));
}
