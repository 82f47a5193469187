//! The request target, decoded once: the only way from a URI to a path.

use super::endpoint::{Endpoint, Method, Routed, route};
use super::version::ApiVersion;

/// A canonical request target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The version in the path; `None` if the path has no prefix.
    pub version: Option<ApiVersion>,
    /// The path behind the version prefix, decoded and canonical.
    pub path: String,
    /// The query's pairs, decoded, in the order in which they came.
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
    /// Anything that is not canonical already, with the reason.
    pub fn parse(target: &str) -> Result<Self, InvalidTarget> {
        if !target.starts_with('/') {
            return Err(InvalidTarget("the request target must be a path".into()));
        }
        let (full, query) = target.split_once('?').unwrap_or((target, ""));
        let (version, path) = match full.strip_prefix("/v").and_then(|rest| rest.split_once('/')) {
            Some((version, _)) => {
                let parsed = version.parse().map_err(|error| InvalidTarget(format!("{version:?}: {error}")))?;
                (Some(parsed), full.get(version.len() + 2..).unwrap_or_default())
            }
            None => (None, full),
        };
        let query = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect();
        Ok(Self { version, path: path.into(), query })
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
        let mut out = String::with_capacity(self.path.len() + 16);
        if let Some(version) = version {
            out.push_str(&format!("/v{version}"));
        }
        out.push_str(&self.path);
        for (index, (name, value)) in self.query.iter().enumerate() {
            out.push(if index == 0 { '?' } else { '&' });
            out.extend(percent_encoding::utf8_percent_encode(name, QUERY));
            out.push('=');
            out.extend(percent_encoding::utf8_percent_encode(value, QUERY));
        }
        out
    }
}

const QUERY: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}
