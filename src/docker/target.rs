//! The request target, decoded once: the only way from a URI to a path.
//!
//! Engines unescape a path and route what comes out, so that one call has many
//! spellings; a rule that saw another spelling saw another call. So a target is
//! read only if it is canonical already, and the one sent is rebuilt from the
//! parts.

use super::endpoint::{Endpoint, Method, Routed, route};
use super::version::ApiVersion;

/// A canonical request target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The version in the path; `None` if the path has no prefix.
    pub version: Option<ApiVersion>,
    /// The path behind the version prefix, decoded and canonical.
    pub path: String,
    /// The query's pairs, decoded, in the order in which they came. What they mean for an
    /// operation is read by [`query::read`](super::query::read).
    pub query: Vec<(String, String)>,
}

/// Why a target is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidTarget(pub String);

impl Target {
    /// Reads the origin form of a request target (RFC 9112, 3.2.1).
    ///
    /// # Errors
    /// Anything that is not canonical already, with the reason: encoded
    /// letters and separators, empty, dot and trailing segments, odd version
    /// prefixes, characters that no name of the API has, bad escapes.
    pub fn parse(target: &str) -> Result<Self, InvalidTarget> {
        if !target.starts_with('/') {
            return invalid("the request target must be a path that begins with /");
        }
        if !target.bytes().all(|byte| matches!(byte, b'!'..=b'~') && byte != b'#') {
            let odd = target.chars().find(|char| !matches!(char, '!'..='~') || *char == '#').unwrap_or_default();
            return invalid(format!("the request target must not contain {odd:?}"));
        }
        let (full, query) = split_once(target, b'?').unwrap_or((target, ""));
        let (version, path) = split_version(full)?;
        Ok(Self { version, path: read_path(path)?, query: read_query(query)? })
    }

    /// The operation that this target and method lead to, with the name in the path.
    #[must_use]
    pub fn route(&self, method: Method) -> Routed<'_> {
        route(method, &self.path)
    }

    /// The name in the path for `endpoint`.
    #[must_use]
    pub fn name(&self, endpoint: Endpoint) -> &str {
        match self.route(endpoint.row().method) {
            Routed::To { name, .. } => name,
            Routed::WrongMethod | Routed::Unknown => "",
        }
    }

    /// The first value of a query parameter.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The target to send, rebuilt from its parts, under `version`.
    #[must_use]
    pub fn to_wire(&self, version: Option<ApiVersion>) -> String {
        let mut out = self.path_to_wire(version);
        for (index, (name, value)) in self.query.iter().enumerate() {
            out.push(if index == 0 { '?' } else { '&' });
            push_encoded(&mut out, name);
            out.push('=');
            push_encoded(&mut out, value);
        }
        out
    }

    /// [`to_wire`](Self::to_wire) without the query, for which there is room.
    #[must_use]
    pub(crate) fn path_to_wire(&self, version: Option<ApiVersion>) -> String {
        let query: usize = self.query.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
        let mut out = String::with_capacity(self.path.len() + query + 16);
        if let Some(version) = version {
            out.push_str("/v");
            version.push_to(&mut out);
        }
        if self.path.bytes().all(is_plain) {
            out.push_str(&self.path);
        } else {
            out.extend(percent_encoding::utf8_percent_encode(&self.path, PATH));
        }
        out
    }
}

const QUERY: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const PATH: &percent_encoding::AsciiSet = &QUERY.remove(b'/').remove(b':').remove(b'@');

fn invalid<T>(reason: impl Into<String>) -> Result<T, InvalidTarget> {
    Err(InvalidTarget(reason.into()))
}

/// Splits `/v1.N` off. Engines take `/v01.41`, `/v1.41.0` and more for a version,
/// so that whatever looks like one must be written canonically.
fn split_version(full: &str) -> Result<(Option<ApiVersion>, &str), InvalidTarget> {
    let rest = full.trim_start_matches('/');
    let is_version = rest.starts_with(['v', 'V'])
        && rest.as_bytes().get(1).is_none_or(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'/' | b'%' | b'+' | b'-'));
    if !is_version {
        return Ok((None, full));
    }
    let (prefix, _) = next_segment(rest);
    let version = prefix.strip_prefix('v').and_then(|text| text.parse().ok());
    let path = full.strip_prefix('/').and_then(|full| full.strip_prefix(prefix)).filter(|path| !path.is_empty());
    match (version, path) {
        (Some(version), Some(path)) => Ok((Some(version), path)),
        _ => invalid(format!("the version prefix must be written /v1.N/, as in /v1.25/, not {full:?}")),
    }
}

/// Checks a path behind its version prefix and decodes it.
fn read_path(raw: &str) -> Result<String, InvalidTarget> {
    if raw == "/" {
        return Ok(raw.to_owned());
    }
    let path = if raw.bytes().any(|byte| byte == b'%') { decode_path(raw)? } else { raw.to_owned() };
    let (first, mut rest) = next_segment(path.get(1..).unwrap_or_default());
    check_segment(first, is_word)?;
    while let Some(others) = rest {
        let segment;
        (segment, rest) = next_segment(others);
        match first {
            "images" | "distribution" | "plugins" => check_segment(segment, is_reference)?,
            "networks" => check_segment(segment, is_label)?,
            _ => check_segment(segment, is_word)?,
        }
    }
    Ok(path)
}

/// A segment, and what is behind its slash if it has one.
fn next_segment(path: &str) -> (&str, Option<&str>) {
    split_once(path, b'/').map_or((path, None), |(segment, rest)| (segment, Some(rest)))
}

fn check_segment(segment: &str, is_valid: fn(&str) -> bool) -> Result<(), InvalidTarget> {
    match segment {
        "" => invalid("the path has an empty segment"),
        "." | ".." => invalid("the path has a dot segment"),
        segment if is_valid(segment) => Ok(()),
        segment => invalid(format!("the path segment {segment:?} has characters that no name has there")),
    }
}

/// Names of containers, volumes, …, and the fixed words of paths.
fn is_word(segment: &str) -> bool {
    segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
        && !segment.starts_with(['.', '-'])
}

/// One segment of a name of an image or a plugin, with tag or digest.
fn is_reference(segment: &str) -> bool {
    segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b':' | b'@'))
        && !segment.starts_with(['.', '-', ':', '@'])
}

/// Networks may be called nearly anything: `VM Network`.
fn is_label(segment: &str) -> bool {
    !segment.chars().any(|char| char.is_control() || matches!(char, '\\' | '%' | '?' | '#' | ';'))
        && segment.trim() == segment
}

/// Writes a name or value of a query. Most are plain, and then written as they are.
pub(crate) fn push_encoded(out: &mut String, text: &str) {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')) {
        out.push_str(text);
    } else {
        out.extend(percent_encoding::utf8_percent_encode(text, QUERY));
    }
}

/// [`str::split_once`] for short texts, where a search by words of memory costs
/// more than it saves.
fn split_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == separator)?;
    text.get(..at).zip(text.get(at + 1..))
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/' | b':' | b'@')
}

/// Decodes the escapes that clients write without need or choice, such as `%20`
/// and `%40`. Letters and separators have one spelling only, which is themselves.
fn decode_path(raw: &str) -> Result<String, InvalidTarget> {
    let decoded = decode(raw)?;
    for escape in raw.split('%').skip(1) {
        let byte = escape.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or_default();
        if matches!(byte, b'/' | b'\\' | b'%' | b'?' | b'#' | b';' | b'-' | b'_' | b'.' | b'~' | 0..=0x1f | 0x7f)
            || byte.is_ascii_alphanumeric()
        {
            let hex = escape.get(..2).unwrap_or_default();
            return invalid(format!("the path must not contain %{hex}"));
        }
    }
    Ok(decoded)
}

/// Splits a query as Go's `url.ParseQuery` does, but for `;`, which is a separator
/// to Go before 1.17 and an error from there on.
fn read_query(query: &str) -> Result<Vec<(String, String)>, InvalidTarget> {
    if query.is_empty() {
        return Ok(Vec::new());
    }
    if query.bytes().any(|byte| byte == b';') {
        return invalid("the query must not contain ;");
    }
    let mut pairs = Vec::new();
    let mut rest = query;
    while !rest.is_empty() {
        let (pair, tail) = split_once(rest, b'&').unwrap_or((rest, ""));
        rest = tail;
        if !pair.is_empty() {
            let (name, value) = split_once(pair, b'=').unwrap_or((pair, ""));
            pairs.push((decode_form(name)?, decode_form(value)?));
        }
    }
    Ok(pairs)
}

/// Decodes a name or value of a query, where `+` is a space.
fn decode_form(text: &str) -> Result<String, InvalidTarget> {
    if text.bytes().any(|byte| byte == b'+') { decode(&text.replace('+', " ")) } else { decode(text) }
}

fn decode(text: &str) -> Result<String, InvalidTarget> {
    if !text.bytes().any(|byte| byte == b'%') {
        return Ok(text.to_owned());
    }
    for escape in text.split('%').skip(1) {
        if !escape.get(..2).is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return invalid("an escape in the request target is not % and two hexadecimal digits");
        }
    }
    match percent_encoding::percent_decode_str(text).decode_utf8() {
        Ok(text) if text.contains('\0') => invalid("the request target must not contain %00"),
        Ok(text) => Ok(text.into_owned()),
        Err(_) => invalid("the request target is not UTF-8 once its escapes are decoded"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
