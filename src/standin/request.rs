//! A call, decoded as Docker 1.13 decodes it.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::failure::Failure;

/// The version in a path, such as `1.25`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) text: String,
    parts: (u32, u32),
}

impl Version {
    /// Takes what follows the `v`; only digits and dots make a version.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return None;
        }
        let mut numbers = text.split('.').map(|part| part.parse().unwrap_or(0));
        Some(Self { text: text.to_owned(), parts: (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) })
    }

    pub(super) fn is_above(&self, major: u16, minor: u16) -> bool {
        self.parts > (u32::from(major), u32::from(minor))
    }

    pub(super) fn is_below(&self, major: u16, minor: u16) -> bool {
        self.parts < (u32::from(major), u32::from(minor))
    }
}

/// The largest JSON body that is read, in bytes.
const MAX_JSON: usize = 16 << 20;

/// One call.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) version: Option<Version>,
    pub(super) query: Query,
    pub(super) headers: HeaderMap,
    pub(super) body: Incoming,
    /// The largest body that is read.
    pub(super) body_limit: usize,
}

impl Call {
    /// True when the path names this version or a newer one, or none at all.
    pub(super) fn at_least(&self, major: u16, minor: u16) -> bool {
        self.version.as_ref().is_none_or(|version| !version.is_below(major, minor))
    }

    pub(super) fn wants_upgrade(&self) -> bool {
        self.headers.contains_key(header::UPGRADE)
    }

    /// All of the body.
    pub(super) async fn read_body(&mut self) -> Result<Bytes, Failure> {
        let mut all = BytesMut::new();
        while let Some(frame) = self.body.frame().await {
            let frame = frame.map_err(|_| Failure::internal("unexpected EOF"))?;
            if let Ok(data) = frame.into_data() {
                if all.len() + data.len() > self.body_limit {
                    return Err(Failure::internal("http: request body too large"));
                }
                all.extend_from_slice(&data);
            }
        }
        Ok(all.freeze())
    }

    /// The body as one JSON value. What follows the value is not looked at, as Go's decoder
    /// does not.
    pub(super) async fn read_json(&mut self) -> Result<Value, Failure> {
        self.body_limit = self.body_limit.min(MAX_JSON);
        let body = self.read_body().await?;
        self.check_json_type(!body.is_empty())?;
        decode(&body)
    }

    /// The text of a bad `Content-Type`.
    fn check_json_type(&self, has_body: bool) -> Result<(), Failure> {
        let content_type = self.header_text(header::CONTENT_TYPE.as_str());
        let media = content_type.split(';').next().unwrap_or("").trim();
        if media.eq_ignore_ascii_case("application/json") || (content_type.is_empty() && !has_body) {
            return Ok(());
        }
        Err(Failure::internal(format!("Content-Type specified ({content_type}) must be 'application/json'")))
    }

    pub(super) fn header_text(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}

/// The query, in its order. The first of several equal names counts.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(text: &str) -> Self {
        Self(
            text.split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (unescape(name), unescape(value))
                })
                .collect(),
        )
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// Docker's reading of a truth value: anything but a few words of denial is true.
    pub(super) fn flag(&self, name: &str) -> bool {
        let value = self.text(name).trim().to_lowercase();
        !matches!(value.as_str(), "" | "0" | "no" | "false" | "none")
    }

    /// A number that must be there.
    pub(super) fn number(&self, name: &str) -> Result<i64, Failure> {
        atoi(self.text(name))
    }
}

/// Go's `strconv.Atoi` with its error text.
pub(super) fn atoi(text: &str) -> Result<i64, Failure> {
    text.parse().map_err(|_| Failure::internal(format!("strconv.Atoi: parsing {text:?}: invalid syntax")))
}

/// The first JSON value of `body`, or Go's words for what is wrong with it.
pub(super) fn decode(body: &[u8]) -> Result<Value, Failure> {
    let mut values = serde_json::Deserializer::from_slice(body).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => Ok(value),
        None => Err(Failure::internal("EOF")),
        Some(Err(error)) if error.is_eof() => Err(Failure::internal("unexpected EOF")),
        Some(Err(error)) => {
            let at = line_start(body, error.line()) + error.column().saturating_sub(1);
            let culprit = body.get(at).copied().unwrap_or(b'?');
            Err(Failure::internal(format!(
                "invalid character {:?} looking for beginning of value",
                char::from(culprit)
            )))
        }
    }
}

fn line_start(body: &[u8], line: usize) -> usize {
    body.split(|&byte| byte == b'\n').take(line.saturating_sub(1)).map(|line| line.len() + 1).sum()
}

fn unescape(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        let version = Version::parse("1.9").unwrap();
        assert!(version.is_below(1, 19));
        assert!(!Version::parse("1.25").unwrap().is_above(1, 25));
        assert!(Version::parse("1.100").unwrap().is_above(1, 99));
        assert_eq!(Version::parse("foo"), None);
    }

    #[test]
    fn bad_json_is_told_in_go_words() {
        assert_eq!(decode(b"").unwrap_err().message, "EOF");
        assert_eq!(decode(b"{\"a\"").unwrap_err().message, "unexpected EOF");
        assert_eq!(decode(b"nope").unwrap_err().message.split(' ').next(), Some("invalid"));
        assert_eq!(decode(b"{} trailing").unwrap(), serde_json::json!({}));
    }

    #[test]
    fn a_query_flag_is_true_unless_denied() {
        let query = Query::parse("a=1&b=False&c=&d=x%20y+z&a=0");
        assert!(query.flag("a"));
        assert!(!query.flag("b"));
        assert!(!query.flag("c"));
        assert_eq!(query.text("d"), "x y z");
        assert!(query.number("d").is_err());
    }
}
