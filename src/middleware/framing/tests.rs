use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::service_fn;

use super::*;

/// What became of the bytes of one client: what was passed on, as
/// `POST /a "body"`, and the status lines that came back; `closed` if the connection ended.
async fn sent(bytes: &[u8]) -> String {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let passed = seen.clone();
    let inner = service_fn(move |request: Request<Incoming>| {
        let passed = passed.clone();
        async move {
            let head = format!("{} {}", request.method(), request.uri());
            let body = match request.into_body().collect().await {
                Ok(body) => format!("{:?}", String::from_utf8_lossy(&body.to_bytes())),
                Err(_) => "broken".to_owned(),
            };
            passed.borrow_mut().push(format!("{head} {body}"));
            Ok::<_, Error>(Response::new(Full::new(Bytes::from_static(b"ok"))))
        }
    });
    let framing = FramingLayer.layer(inner);
    let answer = hyper::service::service_fn(move |request| {
        let answer = framing.clone().call(request);
        async move { Ok::<_, std::convert::Infallible>(answer.await.unwrap_or_else(to_answer)) }
    });
    let (mut client, server) = tokio::io::duplex(1 << 20);
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).half_close(false);
    let connection = builder.serve_connection(TokioIo::new(server), answer);
    client.write_all(bytes).await.unwrap();
    // A request for the end, by which an open connection is told from a closed one.
    client.write_all(b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(5), connection).await;
    assert!(ended.is_ok(), "the connection hangs");
    let mut answers = Vec::new();
    let _ = client.read_to_end(&mut answers).await;
    let answers = String::from_utf8_lossy(&answers).into_owned();
    let statuses: Vec<&str> = answers.split("HTTP/1.").skip(1).filter_map(|answer| answer.get(2..5)).collect();
    let open = seen.borrow().iter().any(|request| request.starts_with("GET /last"));
    let passed: Vec<String> =
        seen.borrow().iter().filter(|request| !request.starts_with("GET /last")).cloned().collect();
    let statuses = if open { statuses.split_last().unwrap().1 } else { &statuses };
    format!("{} | {}{}", passed.join(", "), statuses.join(" "), if open { "" } else { " closed" })
}

fn to_answer(error: Error) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(error.message)));
    *response.status_mut() = error.status;
    if error.close {
        response.headers_mut().insert("connection", HeaderValue::from_static("close"));
    }
    response
}

async fn post(headers: &str, body: &str) -> String {
    sent(format!("POST /a HTTP/1.1\r\nHost: x\r\n{headers}\r\n{body}").as_bytes()).await
}

async fn get(target: &str) -> String {
    sent(format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await
}

const CHUNKS: &str = "3\r\nabc\r\n0\r\n\r\n";

#[tokio::test]
async fn plain_requests_pass() {
    assert_eq!(get("/a?b=c").await, "GET /a?b=c \"\" | 200");
    assert_eq!(post("Content-Length: 3\r\n", "abc").await, "POST /a \"abc\" | 200");
    assert_eq!(post("Transfer-Encoding: chunked\r\n", CHUNKS).await, "POST /a \"abc\" | 200");
    assert_eq!(post("Transfer-Encoding: Chunked\r\n", CHUNKS).await, "POST /a \"abc\" | 200");
    assert_eq!(post("Content-Length: 0\r\n", "").await, "POST /a \"\" | 200");
}

/// hyper drops the length before any layer sees it, and what is left is one
/// request, read as chunks, on a connection that carries no further one. That the
/// length was there is seen by the connection alone, which puts it back.
#[tokio::test]
async fn a_length_beside_chunks_is_never_believed_by_hyper_and_ends_the_connection() {
    for headers in [
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 99\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: zz\r\n",
    ] {
        assert_eq!(post(headers, CHUNKS).await, "POST /a \"abc\" | 200 closed", "{headers}");
    }
    assert_eq!(post("Content-Length: zz\r\nTransfer-Encoding: chunked\r\n", CHUNKS).await, " | 400 closed");
}

#[tokio::test]
async fn transfer_encoding_is_chunked_once_and_nothing_else() {
    for coding in [
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: identity, chunked\r\n",
        "Transfer-Encoding: xchunked, chunked\r\n",
        "Transfer-Encoding: ,chunked\r\n",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding: chunked;q=1\r\n",
        "Transfer-Encoding:\r\n",
        "Transfer-Encoding: \u{b}chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        " Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding:\r\n chunked\r\n",
    ] {
        assert_eq!(post(coding, CHUNKS).await, " | 400 closed", "{coding}");
    }
    let old = format!("POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n{CHUNKS}");
    assert_eq!(sent(old.as_bytes()).await, " | 400 closed");
}

#[tokio::test]
async fn a_content_length_is_one_plain_number_within_reach() {
    for length in ["+3", "-1", "0x3", "3 3", "3, 3", "", "003", "3\r\nContent-Length: 4", "9223372036854775808"] {
        assert_eq!(post(&format!("Content-Length: {length}\r\n"), "abc").await, " | 400 closed", "{length}");
    }
    // hyper's own word for it.
    assert_eq!(post("Content-Length: 18446744073709551615\r\n", "abc").await, " | 431 closed");
    // hyper makes one of two equal lengths; so nothing is left to differ about.
    let equal = "Content-Length: 3\r\nContent-Length: 3\r\n";
    assert_eq!(post(equal, "abc").await, "POST /a \"abc\" | 200");
}

#[tokio::test]
async fn a_broken_chunk_never_completes_a_body() {
    for body in [
        "+3\r\nabc\r\n0\r\n\r\n",
        "0x3\r\nabc\r\n0\r\n\r\n",
        "\r\nabc\r\n0\r\n\r\n",
        "3\r\nabcd\r\n0\r\n\r\n",
        "3\nabc\n0\n\n",
        "3;a\n=b\r\nabc\r\n0\r\n\r\n",
        "3\r\nabc\n0\r\n\r\n",
        "ffffffffffffffffff\r\nabc\r\n0\r\n\r\n",
    ] {
        let became = post("Transfer-Encoding: chunked\r\n", body).await;
        assert_eq!(became, "POST /a broken | 200 closed", "{body:?}");
    }
    for body in
        ["3;a=b\r\nabc\r\n0\r\n\r\n", "003 \r\nabc\r\n0\r\n\r\n", "3\r\nabc\r\n0\r\nX-Trailer: 1\r\nHost: evil\r\n\r\n"]
    {
        assert_eq!(post("Transfer-Encoding: chunked\r\n", body).await, "POST /a \"abc\" | 200", "{body:?}");
    }
}

#[tokio::test]
async fn there_is_one_valid_host() {
    let with = |lines: &'static str| async move { sent(format!("GET /a HTTP/1.1\r\n{lines}\r\n").as_bytes()).await };
    for host in [
        "x",
        "docker",
        "localhost:2375",
        "api.moby.localhost",
        "[::1]:2375",
        "2f7661722f72756e",
        "/var/run/docker.sock",
        "%2Fvar%2Frun%2Fdocker.sock",
        "",
    ] {
        let head = format!("GET /a HTTP/1.1\r\nHost: {host}\r\n\r\n");
        assert_eq!(sent(head.as_bytes()).await, "GET /a \"\" | 200", "{host}");
    }
    for host in
        ["a/evil?x", "u@a", "a b", "a,b", "a:b", "a:1:2", "[::1", "[::1]x", "[a:80", "a\u{e9}", "a#", "/a?b", "a\\b"]
    {
        let head = format!("GET /a HTTP/1.1\r\nHost: {host}\r\n\r\n");
        assert_eq!(sent(head.as_bytes()).await, " | 400 closed", "{host}");
    }
    assert_eq!(with("").await, " | 400 closed");
    assert_eq!(with("Host: x\r\nHost: x\r\n").await, " | 400 closed");
    assert_eq!(sent(b"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").await, "GET /a \"\" | 200");
}

#[tokio::test]
async fn the_target_is_a_path_on_this_host() {
    for target in ["*", "!", "evil:80", "http://evil/a", "https://evil/a", "http://x:80/a", "ftp://x/a"] {
        assert_eq!(get(target).await, " | 400 closed", "{target}");
    }
    for target in ["unix:///a", "/a\u{0}b", "/a b", "/a\u{7f}"] {
        assert_eq!(get(target).await, " | 400 closed", "{target}");
    }
    assert_eq!(get("http://x/a").await, "GET http://x/a \"\" | 200");
    assert_eq!(get("http://X/a?b").await, "GET http://X/a?b \"\" | 200");
    let long = format!("/{}", "a".repeat(MAX_TARGET));
    assert_eq!(get(&long).await, " | 414 closed");
}

/// The fragment is gone before any layer sees the target: it is the connection that
/// tells of it, and where it cannot, nobody judges or logs another path than is sent.
#[tokio::test]
async fn a_fragment_is_cut_off_by_hyper() {
    assert_eq!(get("/a#f?y=1").await, "GET /a \"\" | 200");
}

#[tokio::test]
async fn methods_are_those_of_the_api() {
    for method in ["CONNECT", "TRACE", "PATCH", "get", "P!OST", "PROPFIND"] {
        let target = if method == "CONNECT" { "x:80" } else { "/a" };
        let head = format!("{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(sent(head.as_bytes()).await, " | 405 closed", "{method}");
    }
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
        let head = format!("{method} /a HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(sent(head.as_bytes()).await, format!("{method} /a \"\" | 200"));
    }
}

#[tokio::test]
async fn what_is_not_http_1_1_is_refused_by_hyper() {
    for bytes in [
        &b"GET /a HTTP/1.2\r\nHost: x\r\n\r\n"[..],
        b"GET /a HTTP/2.0\r\nHost: x\r\n\r\n",
        b"GET /a\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\nA: b\r\n folded\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\n: no name\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n",
    ] {
        assert_eq!(sent(bytes).await, " | 400 closed", "{}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(sent(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await, " |  closed");
}

#[tokio::test]
async fn expectations_other_than_100_continue_fail() {
    for expectation in ["200-maybe", "100-continue, x", "100-continue\r\nExpect: x"] {
        let became = post(&format!("Expect: {expectation}\r\nContent-Length: 3\r\n"), "abc").await;
        assert_eq!(became, " | 417 closed", "{expectation}");
    }
    let became = post("Expect: 100-Continue\r\nContent-Length: 3\r\n", "abc").await;
    assert!(became.starts_with("POST /a \"abc\""), "{became}");
}

#[tokio::test]
async fn form_bodies_are_refused_in_any_spelling() {
    for kind in [
        "application/x-www-form-urlencoded",
        "Application/X-WWW-Form-Urlencoded; charset=utf-8",
        " application/x-www-form-urlencoded ;x",
        "multipart/form-data; boundary=x",
        "multipart/mixed",
        "application/json\r\nContent-Type: application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded\r\nContent-Type: application/json",
    ] {
        let became = post(&format!("Content-Type: {kind}\r\nContent-Length: 3\r\n"), "a=b").await;
        assert_eq!(became, " | 400 closed", "{kind}");
    }
    // curl -d '' says so and sends nothing.
    let empty = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n";
    assert_eq!(post(empty, "").await, "POST /a \"\" | 200");
}

#[tokio::test]
async fn json_comes_without_content_coding() {
    for headers in [
        "Content-Type: application/json\r\nContent-Encoding: gzip\r\n",
        "Content-Type: Application/JSON; charset=utf-8\r\nContent-Encoding: gzip\r\n",
        "Content-Encoding: br\r\n",
        "Content-Type: application/json\r\nContent-Encoding: identity\r\nContent-Encoding: gzip\r\n",
    ] {
        assert_eq!(post(&format!("{headers}Content-Length: 3\r\n"), "abc").await, " | 415 closed", "{headers}");
    }
    let tar = "Content-Type: application/x-tar\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n";
    assert_eq!(post(tar, "abc").await, "POST /a \"abc\" | 200");
    let plain = "Content-Type: application/json\r\nContent-Encoding: identity\r\nContent-Length: 3\r\n";
    assert_eq!(post(plain, "abc").await, "POST /a \"abc\" | 200");
}

#[tokio::test]
async fn bytes_behind_a_refused_head_are_never_read_as_a_request() {
    let smuggled = "POST /smuggled HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    for headers in [
        "Transfer-Encoding: gzip, chunked\r\n".to_owned(),
        format!("Content-Length: {}\r\nExpect: x\r\n", smuggled.len()),
        format!("Content-Length: {}\r\nContent-Type: multipart/form-data\r\n", smuggled.len()),
        "Content-Length: 00\r\n".to_owned(),
    ] {
        let became = post(&headers, smuggled).await;
        assert!(became.starts_with(" | 4") && became.ends_with("closed"), "{headers}: {became}");
    }
}
