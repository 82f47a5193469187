//! Objects of requests, read as Go's decoder reads them: names regardless of case, null as
//! nothing, a wrong type as an error.

use serde_json::{Map, Value};

use super::failure::Failure;

/// An object, or the lack of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a>(Option<&'a Map<String, Value>>);

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value) -> Result<Self, Failure> {
        if value.is_null() {
            return Ok(Self(None));
        }
        value.as_object().map(|object| Self(Some(object))).ok_or_else(|| mismatch(value, "struct"))
    }

    pub(super) fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// The value of a name; null counts as absent. Of several spellings the last one counts.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.0?
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .next_back()
            .filter(|value| !value.is_null())
    }

    pub(super) fn object(&self, name: &str) -> Result<Self, Failure> {
        self.get(name).map_or(Ok(Self(None)), Self::of)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.0.into_iter().flatten()
    }

    pub(super) fn text(&self, name: &str) -> Result<&'a str, Failure> {
        self.get(name).map_or(Ok(""), |value| value.as_str().ok_or_else(|| mismatch(value, "string")))
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Failure> {
        self.get(name).map_or(Ok(false), |value| value.as_bool().ok_or_else(|| mismatch(value, "bool")))
    }

    pub(super) fn number(&self, name: &str) -> Result<i64, Failure> {
        self.get(name).map_or(Ok(0), |value| value.as_i64().ok_or_else(|| mismatch(value, "int64")))
    }

    /// A list of strings; `None` when absent, so that an empty list can be told from none.
    pub(super) fn strings(&self, name: &str) -> Result<Option<Vec<String>>, Failure> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let list = value.as_array().ok_or_else(|| mismatch(value, "[]string"))?;
        list.iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| mismatch(item, "string")))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// A command: a list of strings, or one string.
    pub(super) fn command(&self, name: &str) -> Result<Option<Vec<String>>, Failure> {
        if let Some(one) = self.get(name).and_then(Value::as_str) {
            return Ok(Some(vec![one.to_owned()]));
        }
        self.strings(name)
    }

    /// A map of strings.
    pub(super) fn labels(&self, name: &str) -> Result<Vec<(String, String)>, Failure> {
        self.object(name)?
            .entries()
            .map(|(key, value)| {
                value.as_str().map(|text| (key.clone(), text.to_owned())).ok_or_else(|| mismatch(value, "string"))
            })
            .collect()
    }
}

/// Go's words for a value of the wrong type.
fn mismatch(value: &Value, wanted: &str) -> Failure {
    let found = if value.is_string() {
        "string"
    } else if value.is_number() {
        "number"
    } else if value.is_boolean() {
        "bool"
    } else if value.is_array() {
        "array"
    } else {
        "object"
    };
    Failure::internal(format!("json: cannot unmarshal {found} into Go value of type {wanted}"))
}
