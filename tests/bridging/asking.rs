//! The gateway's own calls to the backend.

use std::time::Duration;

use http::{Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use vicgate::backend::{Backend, LONGEST, PATIENCE};
use vicgate::docker::json::Json;
use vicgate::standin::Settings;

use crate::standin;
use crate::support::soon;

#[tokio::test]
async fn an_answer_is_read_whole_whatever_its_status() {
    let backend = Backend::new(&standin::start(Settings::default()).await).unwrap();
    let version = backend.ask(Method::GET, "/version", None, PATIENCE).await.unwrap();
    assert_eq!(version.json().unwrap().get("ApiVersion").and_then(Json::as_str), Some("1.25"));
    let missing = backend.ask(Method::GET, "/v1.25/containers/nobody/json", None, PATIENCE).await.unwrap();
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(missing.message().contains("nobody"), "{}", missing.message());
    let old = backend.ask(Method::GET, "/v1.19/containers/nobody/json", None, PATIENCE).await.unwrap();
    assert_eq!(old.message(), missing.message());
}

#[tokio::test]
async fn events_are_heard_line_by_line_as_they_come() {
    let backend = Backend::new(&standin::start(Settings::default()).await).unwrap();
    let mut events = soon("events", backend.listen(Method::GET, "/v1.25/events", None)).await.unwrap();
    let body = br#"{"Image":"busybox","HostConfig":{"NetworkMode":"default"}}"#.to_vec();
    let made = backend.ask(Method::POST, "/v1.25/containers/create", Some(body), PATIENCE).await.unwrap();
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.message());
    let line = soon("the event", events.line()).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&line).contains(r#""Action":"create""#));
}

#[tokio::test]
async fn an_answer_has_a_bound_and_a_time() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let backend = Backend::new(&standin::at(listener.local_addr().unwrap().port())).unwrap();
    let endless = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = vec![b'x'; 64 * 1024];
        let _ = stream.read(&mut buffer).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        while stream.write_all(&buffer).await.is_ok() {}
        // And one that never answers.
        listener.accept().await.unwrap()
    };
    let asked = async {
        let long = backend.ask(Method::GET, "/info", None, PATIENCE).await.unwrap_err();
        assert!(long.message.contains(&format!("longer than {} MiB", LONGEST / 1024 / 1024)), "{}", long.message);
        let slow = backend.ask(Method::GET, "/info", None, Duration::from_millis(50)).await.unwrap_err();
        assert!(slow.message.contains("did not answer within"), "{}", slow.message);
    };
    soon("both", async { tokio::join!(endless, asked) }).await;
}
