//! Headers that belong to one connection and not to the call.

use http::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body::Body as _;

use crate::body::Body;

/// Removes what is for one hop only (RFC 9110, 7.6.1), and what `Connection` names.
pub(super) fn strip_hop_by_hop(headers: &mut HeaderMap) {
    // Nearly always there is nothing to remove: one look is cheaper than a search for each name.
    if !headers.keys().any(is_hop_by_hop) {
        return;
    }
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named {
        // Framing is decided by what is sent, and the host by us.
        if name != CONTENT_LENGTH && name != HOST {
            headers.remove(name);
        }
    }
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
}

fn is_hop_by_hop(name: &HeaderName) -> bool {
    HOP_BY_HOP.contains(name)
}

const HOP_BY_HOP: [HeaderName; 10] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("http2-settings"),
];

/// Makes the headers of a request ours: `Host`, and a length that is the body's.
pub(super) fn prepare_request(request: &mut Request<Body>, host: &HeaderValue) {
    let says_empty = request.body().is_end_stream() && matches!(*request.method(), Method::POST | Method::PUT);
    let headers = request.headers_mut();
    strip_hop_by_hop(headers);
    if headers.keys().any(|name| *name == EXPECT || *name == CONTENT_LENGTH) {
        headers.remove(EXPECT);
        headers.remove(CONTENT_LENGTH);
    }
    headers.insert(HOST, host.clone());
    if says_empty {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn what_connection_names_is_removed() {
        let mut found = headers(&[
            ("connection", "close, X-Secret"),
            ("x-secret", "1"),
            ("keep-alive", "timeout=5"),
            ("x-registry-auth", "e30="),
        ]);
        strip_hop_by_hop(&mut found);
        assert_eq!(found, headers(&[("x-registry-auth", "e30=")]));
    }

    #[test]
    fn a_request_has_our_host_and_its_own_length() {
        let mut found = headers(&[
            ("host", "elsewhere"),
            ("expect", "100-continue"),
            ("content-length", "5"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
        ]);
        let mut request = Request::post("/").body(Body::Empty).unwrap();
        std::mem::swap(request.headers_mut(), &mut found);
        prepare_request(&mut request, &HeaderValue::from_static("vch"));
        assert_eq!(*request.headers(), headers(&[("host", "vch"), ("content-length", "0")]));
    }
}
