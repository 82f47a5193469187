//! Versions, paths, headers and what is not implemented.

use vicgate::standin::{Listener, Settings, StandIn};

use super::host::Host;
use super::http::Client;

#[test]
fn ping_answers_get_alone_and_announces_the_version() {
    let host = Host::start();
    let mut client = host.client();
    for path in ["/_ping", "/v1.25/_ping", "/v1.41/_ping"] {
        let answer = client.call("GET", path, "");
        assert_eq!((answer.status, answer.text().as_str()), (200, "OK"));
        assert_eq!(answer.header("Api-Version"), Some("1.25"));
        assert_eq!(answer.header("Server"), Some("Docker/1.25 (linux)"));
        assert_eq!(answer.header("Content-Type"), Some("text/plain; charset=utf-8"));
    }
    let head = client.call("HEAD", "/_ping", "");
    assert_eq!((head.status, head.header("Content-Length")), (404, Some("29")));
    assert_eq!(head.header("Api-Version"), None);
    assert_eq!(client.call("POST", "/_ping", "").message(), "page not found");
    let options = client.call("OPTIONS", "/any/thing", "");
    assert_eq!((options.status, options.header("Api-Version")), (200, Some("1.25")));
}

#[test]
fn only_versions_below_the_minimum_are_refused() {
    let host = Host::start();
    let mut client = host.client();
    let old = client.call("GET", "/v1.18/_ping", "");
    assert_eq!(old.status, 400);
    assert_eq!(
        old.text(),
        "client version 1.18 is too old. Minimum supported API version is 1.19, please upgrade your client to a newer version\n"
    );
    assert_eq!(old.header("Content-Type"), Some("text/plain; charset=utf-8"));
    assert_eq!(old.header("Server"), None);
    let version = client.call("GET", "/v1.99/version", "").json();
    assert_eq!(version["ApiVersion"], "1.25");
    assert_eq!(version["MinAPIVersion"], "1.19");
    assert_eq!(version["Version"], "1.5.8");
}

#[test]
fn errors_are_text_up_to_1_23_and_json_above() {
    let host = Host::start();
    let mut client = host.client();
    let text = client.call("GET", "/v1.23/containers/nosuch/json", "");
    assert_eq!(text.text(), "No such container: nosuch\n");
    assert_eq!(text.header("X-Content-Type-Options"), Some("nosniff"));
    for path in ["/v1.24/containers/nosuch/json", "/containers/nosuch/json"] {
        let json = client.call("GET", path, "");
        assert_eq!(json.text(), "{\"message\":\"No such container: nosuch\"}\n");
        assert_eq!(json.status, 404);
    }
}

#[test]
fn paths_that_are_not_clean_are_moved() {
    let host = Host::start();
    let mut client = host.client();
    for (asked, clean) in [
        ("//v1.25/_ping", "/v1.25/_ping"),
        ("/v1.25//containers/json?all=1", "/v1.25/containers/json?all=1"),
        ("/containers/%2Fname/json", "/containers/name/json"),
    ] {
        let answer = client.call("GET", asked, "");
        assert_eq!((answer.status, answer.header("Location")), (301, Some(clean)));
    }
    for path in ["/", "/v1.25/", "/nosuch", "/vfoo/_ping", "/containers/json/"] {
        assert_eq!(client.call("GET", path, "").message(), "page not found", "{path}");
    }
    assert_eq!(client.call("GET", "/networks/", "").status, 200);
}

#[test]
fn what_is_not_implemented_says_so_with_500() {
    let host = Host::start();
    let mut client = host.client();
    for (method, path, what) in [
        ("GET", "/system/df", "SystemDiskUsage"),
        ("GET", "/containers/x/top", "ContainerTop"),
        ("GET", "/containers/x/export", "ContainerExport"),
        ("POST", "/containers/x/pause", "ContainerPause"),
        ("POST", "/containers/x/unpause", "ContainerUnpause"),
        ("POST", "/containers/prune", "ContainersPrune"),
        ("GET", "/containers/x/checkpoints", "checkpointing"),
        ("GET", "/images/x/history", "ImageHistory"),
        ("GET", "/images/search?term=x", "SearchRegistryForImages"),
        ("GET", "/images/get?names=x", "ExportImage"),
        ("GET", "/images/a/b/get", "ExportImage"),
        ("POST", "/images/create?fromSrc=-", "ImportImage"),
        ("POST", "/images/prune", "ImagesPrune"),
        ("POST", "/networks/x/disconnect", "DisconnectContainerFromNetwork"),
        ("POST", "/networks/prune", "NetworksPrune"),
        ("POST", "/volumes/prune", "VolumesPrune"),
        ("GET", "/plugins", "plugins"),
    ] {
        let answer = client.call(method, path, "");
        assert_eq!(answer.status, 500, "{path}");
        assert_eq!(answer.message(), format!("vSphere Integrated Containers does not yet implement {what}"));
    }
    let update = client.call("POST", "/containers/x/update", "{}");
    assert!(update.message().ends_with("implement ContainerUpdate"));
    let copy = client.call("POST", "/v1.24/containers/x/copy", "{}");
    assert_eq!((copy.status, copy.text().as_str()), (404, ""));
    assert_eq!(client.call("POST", "/v1.23/containers/x/copy", "{}").status, 500);
}

#[test]
fn swarm_is_404_and_what_is_not_registered_is_page_not_found() {
    let host = Host::start();
    let mut client = host.client();
    for path in ["/swarm", "/services", "/nodes/x", "/tasks", "/secrets"] {
        let answer = client.call("GET", path, "");
        assert_eq!((answer.status, answer.message().as_str()), (404, "Docker Swarm is not yet supported"));
    }
    for (method, path) in
        [("POST", "/build"), ("POST", "/session"), ("GET", "/configs"), ("GET", "/distribution/x/json")]
    {
        assert_eq!(client.call(method, path, "").message(), "page not found");
    }
}

#[test]
fn image_load_is_a_200_with_an_error_inside() {
    let host = Host::start();
    let answer = host.call("POST", "/v1.25/images/load", "");
    assert_eq!(answer.status, 200);
    let wanted = "vSphere Integrated Containers does not yet implement LoadImage";
    assert_eq!(answer.json()["error"], wanted);
    assert_eq!(answer.json()["errorDetail"]["message"], wanted);
}

#[test]
fn info_names_vic_and_counts_megahertz() {
    let host = Host::start();
    let info = host.call("GET", "/v1.25/info", "").json();
    assert_eq!(info["ID"], "vSphere Integrated Containers");
    assert!(info["Driver"].as_str().unwrap().starts_with("vSphere Integrated Containers"));
    assert_eq!(info["NCPU"], 5000);
    assert_eq!(info["OSType"], "vmnix-x86");
    assert!(info.get("ExecutionDriver").is_none());
    let old = host.call("GET", "/v1.24/info", "").json();
    assert_eq!(old["ExecutionDriver"], "<not supported>");
}

#[test]
fn a_host_header_can_be_demanded() {
    let host = Host::with(Settings { hosts: Some(vec!["vch".to_owned()]), ..Settings::default() });
    assert_eq!(host.call("GET", "/_ping", "").status, 200);
    let mut client = host.client();
    client.send("GET /_ping HTTP/1.1\r\nHost: other:2375\r\n\r\n");
    let answer = client.answer(false);
    assert_eq!(answer.status, 500);
    assert!(answer.message().starts_with("invalid host header from 127.0.0.1:"));
    assert!(answer.message().ends_with(" to requested host other:2375"));
    client.send("GET /_ping HTTP/1.1\r\nHost: vch:2375\r\n\r\n");
    assert_eq!(client.answer(false).status, 200);
}

#[test]
fn a_modern_engine_refuses_versions_on_both_sides() {
    let host = Host::with(Settings::modern_engine());
    let mut client = host.client();
    let old = client.call("GET", "/v1.25/version", "");
    assert_eq!(old.status, 400);
    assert!(old.text().contains("client version 1.25 is too old. Minimum supported API version is 1.44"));
    let new = client.call("GET", "/v1.53/version", "");
    assert_eq!(new.message(), "client version 1.53 is too new. Maximum supported API version is 1.52");
    assert_eq!(client.call("HEAD", "/_ping", "").header("Api-Version"), Some("1.52"));
    assert_eq!(client.call("GET", "/v1.44/version", "").json()["ApiVersion"], "1.52");
}

#[test]
fn it_serves_within_a_local_set_and_ends_when_told() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let standin = StandIn::new(Settings::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = standin.stop_token();
        let client = tokio::task::spawn_blocking(move || {
            let mut client = Client::connect(address);
            assert_eq!(client.call("GET", "/_ping", "").status, 200);
            stop.cancel();
            assert_eq!(client.rest(), b"");
        });
        standin.serve(Listener::Tcp(listener)).await;
        client.await.unwrap();
    });
}

#[test]
fn noise_on_the_wire_harms_nobody() {
    let host = Host::start();
    for noise in [
        "\0\0\0\0\r\n\r\n",
        "GET\r\n\r\n",
        "POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n{\"\\u",
        "GET /containers/json?filters=%00%ff&limit=99999999999999999999 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /%ff%fe/%2e%2e/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /events?since=-9e99&until=x HTTP/1.1\r\nHost: x\r\n\r\n",
    ] {
        let mut client = host.client();
        client.send(noise);
        client.half_close();
        client.rest();
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(host.call("POST", "/containers/create", &deep).status, 500);
    for words in [vec!["env"; 100_000], [vec!["test"], vec!["!"; 100_000]].concat()] {
        let body = serde_json::json!({"Image": "busybox", "Cmd": words, "HostConfig": {}}).to_string();
        let id = host.create("", &body);
        host.call("POST", &format!("/containers/{id}/start"), "");
        assert!((0..3).contains(&host.wait(&id)));
    }
    let nested = (0..6).fold("exit 3".to_owned(), |inner, _| format!("(( if true; then {inner}; fi ))"));
    let id = host.run("", &nested);
    assert_eq!(host.wait(&id), 3);
    for script in
        [&"(".repeat(10_000), &"! ".repeat(10_000), &"$(".repeat(10_000), &"a && ".repeat(10_000), "\"é", "${"]
    {
        host.run("", script);
    }
    assert_eq!(host.call("GET", "/_ping", "").status, 200);
}
