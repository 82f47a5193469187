//! Which versions are offered, and what becomes of a version.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use vicgate::settings::Api;
use vicgate::standin::Settings;

use crate::gateway::Gateway;
use crate::standin;

#[tokio::test]
async fn a_ping_is_answered_as_an_engine_of_the_versions_offered() {
    let gateway = Gateway::start(Settings::default(), "vic").await;
    for (method, target) in [("GET", "/_ping"), ("HEAD", "/_ping"), ("GET", "/v1.41/_ping"), ("HEAD", "/v1.24/_ping")] {
        let ping = gateway.send(method, target, "").await;
        ping.is(200);
        let headers = ["api-version", "ostype", "docker-experimental", "builder-version", "swarm"];
        let headers = headers.map(|name| ping.header(name).unwrap_or("none"));
        assert_eq!(headers, ["1.52", "linux", "false", "1", "inactive"], "{method} {target}\n{}", ping.head);
        assert_eq!(ping.body, if method == "GET" { "OK" } else { "" });
    }
}

#[tokio::test]
async fn the_version_names_what_is_offered_and_so_does_every_answer_that_is_translated() {
    for (settings, profile, range) in
        [(Settings::default(), "vic", ("1.52", "1.18")), (Settings::modern_engine(), "engine", ("1.52", "1.18"))]
    {
        let gateway = Gateway::start(settings, profile).await;
        let version = gateway.send("GET", "/version", "").await;
        version.says(&format!("\"ApiVersion\":\"{}\"", range.0));
        version.says(&format!("\"MinAPIVersion\":\"{}\"", range.1));
        let list = gateway.send("GET", "/v1.30/containers/json", "").await;
        assert_eq!(list.header("api-version"), Some(range.0));
    }
}

#[tokio::test]
async fn a_version_outside_gets_the_daemons_own_text() {
    let backend = standin::start(Settings::default()).await;
    let gateway = Gateway::start_at(&backend, "vic", Api { min: Some(22), max: Some(44), translate: true });
    let old = gateway.send("GET", "/v1.21/info", "").await;
    old.is(400);
    assert_eq!(
        old.body,
        "client version 1.21 is too old. Minimum supported API version is 1.22, please upgrade your client to a newer \
         version\n"
    );
    let new = gateway.send("GET", "/v1.45/info", "").await;
    new.is(400);
    new.says("{\"message\":\"client version 1.45 is too new. Maximum supported API version is 1.44\"}");
    gateway.send("GET", "/v1.44/info", "").await.is(200);
}

#[tokio::test]
async fn old_and_new_clients_reach_an_engine_of_44_to_52_only() {
    let gateway = Gateway::start(Settings::modern_engine(), "engine").await;
    for version in ["1.18", "1.24", "1.41", "1.44", "1.52"] {
        gateway.send("GET", &format!("/v{version}/containers/json"), "").await.is(200);
        let id = gateway.create(version, &["sh", "-c", "exit 5"]).await;
        gateway.send("POST", &format!("/v{version}/containers/{id}/start"), "").await.is(204);
        let wait = gateway.send("POST", &format!("/v{version}/containers/{id}/wait"), "").await;
        assert_eq!((wait.status, wait.body.trim()), (200, "{\"StatusCode\":5}"), "{version}");
    }
}

#[tokio::test]
async fn a_backend_that_does_not_speak_what_it_said_is_a_502_with_the_reason() {
    let gateway = Gateway::start_at(&liar("client version 1.41 is too new").await, "engine", Api::default());
    let answer = gateway.send("GET", "/v1.41/containers/json", "").await;
    answer.is(502);
    answer.says("the backend refuses API 1.41, which it said it speaks");
}

#[tokio::test]
async fn an_answer_that_would_have_to_be_rewritten_and_is_no_json_is_a_502_with_the_reason() {
    let gateway = Gateway::start_at(&liar("").await, "engine", Api::default());
    let answer = gateway.send("GET", "/v1.52/images/json", "").await;
    answer.is(502);
    answer.says("ImageList cannot be rewritten from API 1.41 to 1.52");
    // Where nothing is to be rewritten it goes on as it is.
    let answer = gateway.send("GET", "/v1.41/images/json", "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "{\"half\":"));
}

#[tokio::test]
async fn an_answer_over_16_mib_that_would_have_to_be_rewritten_is_a_502_with_the_reason() {
    let backend = backend(|line| {
        if line.starts_with("GET /version ") {
            return answer("1.41", "{\"ApiVersion\":\"1.41\",\"MinAPIVersion\":\"1.12\"}");
        }
        answer("1.41", &format!("[\"{}\"]", "x".repeat(17 * 1024 * 1024)))
    });
    let gateway = Gateway::start_at(&backend.await, "engine", Api::default());
    let refused = gateway.send("GET", "/v1.52/images/json", "").await;
    refused.is(502);
    refused.says("longer than 16384 KiB and would have to be rewritten");
    assert_eq!(gateway.send("GET", "/v1.41/images/json", "").await.body.len(), 17 * 1024 * 1024 + 4);
}

#[tokio::test]
async fn a_backend_whose_version_changes_is_asked_anew() {
    let new = Arc::new(AtomicBool::new(false));
    let is_new = new.clone();
    let backend = backend(move |line| {
        let (version, newest) = if is_new.load(Ordering::SeqCst) { ("1.24", "1.24") } else { ("1.41", "1.41") };
        if line.starts_with("GET /version ") {
            return answer(version, &format!("{{\"ApiVersion\":\"{newest}\",\"MinAPIVersion\":\"1.12\"}}"));
        }
        answer(version, &format!("{{\"said\":\"{}\"}}", line.trim()))
    });
    let gateway = Gateway::start_at(&backend.await, "engine", Api::default());
    gateway.send("GET", "/v1.52/info", "").await.says("GET /v1.41/info ");
    new.store(true, Ordering::SeqCst);
    // This one still goes the old way, and shows that the way has changed.
    gateway.send("GET", "/v1.52/info", "").await.says("GET /v1.41/info ");
    gateway.send("GET", "/v1.52/info", "").await.says("GET /v1.24/info ");
}

fn answer(version: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nApi-Version: {version}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// A backend that answers each request by its first line.
async fn backend(say: impl Fn(&str) -> String + Send + 'static) -> vicgate::settings::Backend {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    #[expect(clippy::disallowed_methods, reason = "it ends with the runtime of the test")]
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 4096];
            let count = stream.read(&mut head).await.unwrap();
            let line = String::from_utf8_lossy(&head[..count]).lines().next().unwrap_or_default().to_owned();
            let _ = stream.write_all(say(&line).as_bytes()).await;
        }
    });
    standin::at(port)
}

/// A backend that says it speaks up to 1.41, and then refuses it, or answers what is no JSON.
async fn liar(refusal: &'static str) -> vicgate::settings::Backend {
    backend(move |line| {
        if line.starts_with("GET /version ") {
            answer("1.41", "{\"ApiVersion\":\"1.41\",\"MinAPIVersion\":\"1.12\"}")
        } else if refusal.is_empty() {
            answer("1.41", "{\"half\":")
        } else {
            let refused = answer("1.41", &format!("{{\"message\":\"{refusal}\"}}"));
            refused.replace("200 OK", "400 Bad Request")
        }
    })
    .await
}
