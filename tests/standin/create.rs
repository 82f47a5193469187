//! `POST /containers/create`, oddities included.

use serde_json::{Value, json};

use super::host::Host;

const CREATE: &str = "/v1.25/containers/create";

fn busybox(host_config: Value) -> String {
    json!({"Image": "busybox", "Cmd": ["true"], "HostConfig": host_config}).to_string()
}

#[test]
fn a_created_container_has_no_warnings() {
    let host = Host::start();
    let answer = host.call("POST", CREATE, &busybox(json!({})));
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json()["Warnings"], Value::Null);
    assert_eq!(answer.json()["Id"].as_str().unwrap().len(), 64);
}

#[test]
fn bad_json_and_other_types_are_500() {
    let host = Host::start();
    let mut client = host.client();
    client.send("POST /v1.25/containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}");
    assert_eq!(client.answer(false).message(), "Content-Type specified () must be 'application/json'");
    assert_eq!(client.call("POST", CREATE, "{\"Image\"").message(), "unexpected EOF");
    let wrong = client.call("POST", CREATE, r#"{"Image": 5}"#);
    assert_eq!(wrong.status, 500);
    assert!(wrong.message().starts_with("json: cannot unmarshal number"));
}

#[test]
fn bodies_that_kill_vic_close_the_connection_without_an_answer() {
    let host = Host::start();
    for body in [
        "{}".to_owned(),
        r#"{"HostConfig":{}}"#.to_owned(),
        r#"{"Image":"busybox","NetworkingConfig":{"EndpointsConfig":{"net":null}}}"#.to_owned(),
    ] {
        let mut client = host.client();
        client.send(&format!(
            "POST {CREATE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ));
        assert_eq!(client.rest(), b"", "{body}");
    }
    assert_eq!(host.call("GET", "/_ping", "").status, 200);
}

#[test]
fn a_body_without_host_config_is_500_unless_it_names_a_network() {
    let host = Host::start();
    let answer = host.call("POST", CREATE, r#"{"Image":"busybox","Cmd":["true"]}"#);
    assert_eq!(answer.status, 500);
    assert!(answer.message().contains("unknown error (status 405)"));
    let legacy = host.call("POST", CREATE, r#"{"Image":"busybox","Cmd":["true"],"NetworkMode":"bridge"}"#);
    assert_eq!(legacy.status, 201);
}

#[test]
fn what_vic_refuses_has_its_words_and_its_status() {
    let host = Host::start();
    host.create("taken", &busybox(json!({})));
    let port = |host_ip: &str, host_port: &str| json!({"PortBindings": {"80/tcp": [{"HostIp": host_ip, "HostPort": host_port}]}});
    for (config, status, message) in [
        (
            json!({"Binds": ["/etc:/x"]}),
            400,
            "Bad request error from portlayer: mounting directories as a data volume is not supported.",
        ),
        (json!({"Binds": ["vol:/x:bogus"]}), 500, "invalid bind mount spec \"vol:/x:bogus\": invalid mode: bogus"),
        (json!({"Binds": ["a:/b:c:d"]}), 500, "invalid volume specification: 'a:/b:c:d'"),
        (json!({"NetworkMode": "host"}), 500, "Code:0 Message:scope host not found}"),
        (json!({"NetworkMode": "container:x"}), 500, "Code:0 Message:scope container not found}"),
        (
            json!({"NetworkMode": "container:x", "Dns": ["1.1.1.1"]}),
            409,
            "Conflicting options: dns and the network mode",
        ),
        (json!({"CpusetCpus": "0-3"}), 500, "Error parsing CPU count: strconv.Atoi: parsing \"0-3\": invalid syntax"),
        (json!({"Isolation": "hyperv"}), 500, "invalid --isolation: \"hyperv\" - linux only supports 'default'"),
        (
            port("127.0.0.1", "80"),
            500,
            "Server error from portlayer: host IP for port bindings is only supported for 0.0.0.0 and the public interface IP address",
        ),
        (port("", "80-90"), 500, "Server error from portlayer: host port ranges are not supported for port bindings"),
    ] {
        let answer = host.call("POST", CREATE, &busybox(config.clone()));
        assert_eq!(answer.status, status, "{config}");
        assert!(answer.message().ends_with(message), "{config}: {}", answer.message());
    }
    let image = host.call("POST", CREATE, r#"{"Image":"nosuch","HostConfig":{}}"#);
    assert_eq!((image.status, image.message().as_str()), (404, "No such image: nosuch:latest"));
    let taken = host.call("POST", &format!("{CREATE}?name=taken"), &busybox(json!({})));
    assert_eq!(taken.status, 409);
    assert!(taken.message().starts_with("conflict. The name \"taken\" is already in use by container"));
    let networks =
        json!({"Image": "busybox", "HostConfig": {}, "NetworkingConfig": {"EndpointsConfig": {"a": {}, "b": {}}}});
    let networks = host.call("POST", CREATE, &networks.to_string());
    assert_eq!(networks.message(), "NetworkMode error: Container can be connected to one vicnetwork endpoint only");
}

#[test]
fn fields_that_do_nothing_are_accepted_and_echoed() {
    let host = Host::start();
    let id = host.create(
        "odd",
        &json!({
            "Image": "busybox", "Cmd": ["true"], "Tty": false, "StdinOnce": false,
            "HostConfig": {
                "Privileged": true, "CapAdd": ["NET_ADMIN"], "Memory": 629_145_600, "NanoCpus": 5,
                "RestartPolicy": {"Name": "always"}, "CpusetCpus": "2,7", "LogConfig": {"Type": "syslog"},
            },
        })
        .to_string(),
    );
    let shown = host.call("GET", &format!("/v1.25/containers/{id}/json"), "").json();
    let config = &shown["HostConfig"];
    assert_eq!(config["Privileged"], true);
    assert_eq!(config["CapAdd"], json!(["NET_ADMIN"]));
    assert_eq!(config["RestartPolicy"]["Name"], "always");
    assert_eq!(config["Memory"], 640, "MiB, in steps of 128");
    assert_eq!(config["CpusetCpus"], "2");
    assert_eq!(config["NanoCpus"], 0);
    assert_eq!(config["LogConfig"]["Type"], "json-file");
    assert_eq!(shown["Config"]["StdinOnce"], true);
    assert_eq!(shown["State"]["StartedAt"], "");
    assert!(!shown["Image"].as_str().unwrap().contains(':'));
    assert_eq!(shown["NetworkSettings"]["IPAddress"], "");
}

#[test]
fn field_names_are_read_regardless_of_case() {
    let host = Host::start();
    let id = host.create("", r#"{"image":"busybox","CMD":["sh","-c","exit 9"],"hostconfig":{}}"#);
    assert_eq!(host.call("POST", &format!("/containers/{id}/start"), "").status, 204);
    assert_eq!(host.wait(&id), 9);
}
