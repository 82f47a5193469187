//! The `filters` parameter: `{"key":{"value":true}}`, or `{"key":["value"]}` from old clients.

use serde_json::Value;

use super::failure::Failure;
use super::request::decode;

/// Filters by key.
#[derive(Debug, Default)]
pub(super) struct Filters(Vec<(String, Vec<String>)>);

impl Filters {
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let value = decode(text.as_bytes())?;
        let Some(keys) = value.as_object() else {
            return Err(Failure::internal(
                "json: cannot unmarshal value into Go value of type map[string]map[string]bool",
            ));
        };
        Ok(Self(keys.iter().map(|(key, values)| (key.clone(), names(values))).collect()))
    }

    /// Refuses keys that are not in `known`.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Failure> {
        match self.0.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            Some((key, _)) => Err(Failure::internal(format!("Invalid filter '{key}'"))),
            None => Ok(()),
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.values(key).next().is_some()
    }

    pub(super) fn values(&self, key: &str) -> impl Iterator<Item = &str> {
        let found = self.0.iter().find(|(name, _)| name == key);
        found.into_iter().flat_map(|(_, values)| values.iter().map(String::as_str))
    }

    /// True when the key is absent or one of its values fits.
    pub(super) fn any(&self, key: &str, fits: impl Fn(&str) -> bool) -> bool {
        !self.has(key) || self.values(key).any(fits)
    }

    /// True when all values of the key fit.
    pub(super) fn all(&self, key: &str, fits: impl Fn(&str) -> bool) -> bool {
        self.values(key).all(fits)
    }

    /// `label` filters, each `name` or `name=value`.
    pub(super) fn labels(&self, labels: &[(String, String)]) -> bool {
        self.all("label", |wanted| match wanted.split_once('=') {
            Some((name, value)) => labels.iter().any(|(n, v)| n == name && v == value),
            None => labels.iter().any(|(n, _)| n == wanted),
        })
    }
}

fn names(values: &Value) -> Vec<String> {
    if let Some(map) = values.as_object() {
        map.keys().cloned().collect()
    } else if let Some(list) = values.as_array() {
        list.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
    } else {
        Vec::new()
    }
}
