//! A whole head is refused, or it is one request with one meaning: what is sent
//! for it leads to the same operation, with the same body.
#![no_main]

use http::HeaderValue;
use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use libfuzzer_sys::fuzz_target;
use vicgate::docker::endpoint::Method;
use vicgate::docker::target::Target;
use vicgate::middleware::framing;
use vicgate_fuzz::{First, first_request};

fuzz_target!(|bytes: &[u8]| {
    let Some(first) = first_request(bytes) else { return };
    let Some((method, target)) = judged(&first) else { return };
    for name in [HOST, CONTENT_LENGTH, TRANSFER_ENCODING] {
        assert!(first.head.headers.get_all(&name).iter().count() <= 1, "{name} is there twice");
    }
    let coding = first.head.headers.get(TRANSFER_ENCODING).map(HeaderValue::as_bytes);
    assert!(coding.is_none_or(|coding| coding.eq_ignore_ascii_case(b"chunked")), "{coding:?}");
    let Some(body) = &first.body else { return };
    let mut sent =
        format!("{} {} HTTP/1.1\r\nHost: x\r\n", method.as_str(), target.to_wire(target.version)).into_bytes();
    if !body.is_empty() {
        sent.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
    }
    sent.extend_from_slice(b"\r\n");
    sent.extend_from_slice(body);
    let again = first_request(&sent).expect("what is sent is a request");
    assert_eq!(judged(&again), Some((method, target)));
    assert_eq!(again.body.as_ref(), Some(body));
});

/// What the gateway takes the request for, if it takes it.
fn judged(first: &First) -> Option<(Method, Target)> {
    let head = &first.head;
    framing::check(&head.method, &head.uri, head.version, &head.headers, first.has_body).ok()?;
    let method = Method::from_name(head.method.as_str())?;
    let target = Target::parse(head.uri.path_and_query()?.as_str()).ok()?;
    Some((method, target))
}
