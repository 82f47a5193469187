//! Creates in VIC's own version: repaired where they must be, and left alone otherwise.

use vicgate::standin::Settings;

use crate::gateway::Gateway;

async fn create(gateway: &Gateway, name: &str, body: &str) -> crate::gateway::Answer {
    gateway.send("POST", &format!("/v1.25/containers/create?name={name}"), body).await
}

#[tokio::test]
async fn a_create_of_vics_own_version_is_repaired_where_it_must_be() {
    let gateway = Gateway::start(Settings::default(), "vic-1.5").await;
    // Without a host configuration VIC kills the connection.
    create(&gateway, "bare", r#"{"Image":"busybox"}"#).await.is(201);
    create(&gateway, "null", r#"{"Image":"busybox","HostConfig":null}"#).await.is(201);
    create(&gateway, "mode", r#"{"Image":"busybox","HostConfig":{"NetworkMode":""}}"#).await.is(201);
    // VIC drops mounts, and takes no part of a processor.
    let host = r#"{"NetworkMode":"bridge","NanoCpus":1500000000,"Mounts":[{"Type":"volume","Source":"data","Target":"/data"}]}"#;
    for (name, body) in [
        ("canonical", format!(r#"{{"Image":"busybox","HostConfig":{host}}}"#)),
        ("spelt-otherwise", format!(r#"{{"image":"busybox","hostconfig":{host}}}"#)),
    ] {
        create(&gateway, name, &body).await.is(201);
        let inspect = gateway.send("GET", &format!("/v1.25/containers/{name}/json"), "").await;
        inspect.says("\"Destination\":\"/data\"");
        inspect.says("\"CpusetCpus\":\"2\"");
    }
    let port =
        r#"{"Image":"busybox","HostConfig":{"NetworkMode":"bridge","PortBindings":{"80/tcp":[{"HostPort":"2376"}]}}}"#;
    let refused = create(&gateway, "port", port).await;
    refused.is(400);
    refused.says("the appliance itself uses this port");
    let refused = create(&gateway, "a~b", r#"{"Image":"busybox","HostConfig":{"NetworkMode":"bridge"}}"#).await;
    refused.is(400);
    refused.says("is the name of a container");
    // What VIC lacks is refused of a repaired create as of any other.
    let refused = create(&gateway, "root", r#"{"Image":"busybox","HostConfig":{"Privileged":true}}"#).await;
    refused.is(400);
    refused.says("HostConfig.Privileged");
}

#[tokio::test]
async fn a_repair_that_makes_two_names_one_is_refused() {
    let api = vicgate::standin::ApiRange { min: (1, 19), max: (1, 24) };
    for profile in ["vic", "engine"] {
        let gateway = Gateway::start(Settings { api, ..Settings::default() }, profile).await;
        // This backend knows the first only by the name of the second.
        let networks = r#"{"default":{"Aliases":["a"]},"bridge":{"Aliases":["b"]}}"#;
        let host = r#"{"NetworkMode":"bridge"}"#;
        let body =
            format!(r#"{{"Image":"busybox","HostConfig":{host},"NetworkingConfig":{{"EndpointsConfig":{networks}}}}}"#);
        let refused = gateway.send("POST", "/v1.24/containers/create?name=two", &body).await;
        refused.is(400);
        refused.says("the name \\\"bridge\\\" occurs twice in one object");
    }
}

#[tokio::test]
async fn a_create_that_needs_no_repair_is_sent_byte_for_byte() {
    let (url, bodies) = crate::standin::recorder().await;
    let gateway = Gateway::start_at(&url, "vic-1.5", vicgate::settings::Api::default());
    let body = include_str!("../../benches/create.json");
    create(&gateway, "web", body).await.is(201);
    create(&gateway, "web", body).await.is(201);
    assert_eq!(*bodies.lock().unwrap(), [body, body]);
}
