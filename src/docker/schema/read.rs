//! From any JSON value to the one spelling that every daemon reads alike.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use super::path::Path;
use super::{Body, Scope, Struct, Type, Unknown, fold, is_used};
use crate::docker::json::{Json, Member, short};
use crate::docker::secret;
use crate::docker::version::ApiVersion;

/// Reads a value as the daemon decodes it, and gives it in canonical spelling:
/// names as the struct writes them, one string as a list where the field is a
/// list, `-0` as `0`.
///
/// `null` stays where it stands for "not set"; within a map of plain values it
/// becomes the empty value, as in Go. Fields that no version knows are kept and
/// listed in [`Body::unknown`].
///
/// # Errors
/// All at once: values of another type than the daemon decodes, numbers out of
/// range, two names that Go takes for one, names beyond ASCII, control
/// characters in names and paths, fields of `HostConfig` beside `HostConfig`.
pub fn read<'a>(ty: &'static Type, json: Json<'a>, version: ApiVersion) -> Result<Body<'a>, SchemaErrors> {
    let mut json = json;
    let mut reader = Reader::default();
    reader.value(ty, &mut json, &Path::ROOT);
    if reader.errors.is_empty() {
        return Ok(Body::new(ty, json, version, reader.unknown));
    }
    Err(SchemaErrors(reader.errors))
}

/// One thing that the daemon would not read, or not read in one way only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    /// Where, such as `HostConfig.Privileged`; empty for the body itself.
    pub path: String,
    /// The value, as short JSON without secrets.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
    /// The flag of the stock CLI that sets the field.
    pub flag: Option<&'static str>,
}

/// Everything that is wrong with a body; never empty, and cut behind a
/// few dozen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct SchemaErrors(pub Vec<SchemaError>);

impl fmt::Display for SchemaErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            let path = if error.path.is_empty() { "the body" } else { &error.path };
            write!(f, "{separator}{path} = {}: {}", error.value, error.reason)?;
        }
        Ok(())
    }
}

/// Findings beyond this many are not listed, so that a hostile body costs no more
/// than its size.
const MOST: usize = 64;

#[derive(Default)]
struct Reader {
    errors: Vec<SchemaError>,
    unknown: Vec<Unknown>,
}

impl Reader {
    fn value(&mut self, ty: &'static Type, json: &mut Json<'_>, path: &Path<'_>) {
        match (ty, &mut *json) {
            (_, Json::Null)
            | (Type::Any, _)
            | (Type::Bool, Json::Bool(_))
            | (Type::Text | Type::Unset, Json::String(_)) => {}
            (Type::Str, Json::String(text)) => {
                if has_control(text) {
                    self.error(path, json, "must not contain control characters");
                }
            }
            (Type::Int(least, most), Json::Number(text)) => match integer(text, *least, *most) {
                Ok(true) => {}
                Ok(false) => *text = Cow::Borrowed("0"),
                Err(reason) => self.error(path, json, &reason),
            },
            (Type::Float, Json::Number(text)) => {
                if !text.parse().is_ok_and(f64::is_finite) {
                    self.error(path, json, "is too large");
                }
            }
            (Type::Strings, Json::String(_)) => {
                let text = std::mem::replace(json, Json::Null);
                *json = Json::Array(vec![text]);
            }
            (Type::Strings, Json::Array(items)) => self.items(&Type::Text, items, path),
            (Type::Size, Json::Array(items)) => {
                if items.len() == 2 {
                    self.items(&Type::Int(0, u32::MAX as i128), items, path);
                } else {
                    self.error(path, json, "must be height and width");
                }
            }
            (Type::List(ty), Json::Array(items)) => self.items(ty, items, path),
            (Type::Map(ty), Json::Object(members)) => {
                for (key, value) in members {
                    let path = path.key(key);
                    if has_control(key) {
                        self.error(&path, value, "its name must not contain control characters");
                    }
                    if value.is_null() {
                        *value = zero(ty);
                    }
                    self.value(ty, value, &path);
                }
            }
            (Type::Struct(schema), Json::Object(members)) => self.members(schema, members, path),
            (ty, _) => {
                let reason = format!("must be {ty}, not {}", json.kind());
                self.error(path, json, &reason);
            }
        }
    }

    fn items(&mut self, ty: &'static Type, items: &mut [Json<'_>], path: &Path<'_>) {
        if matches!(ty, Type::Text) && items.iter().all(|item| matches!(item, Json::String(_))) {
            // Nothing can be wrong with any, and a long list is mostly one of these.
            return;
        }
        for (index, item) in items.iter_mut().enumerate() {
            if item.is_null() && !matches!(ty, Type::Any) {
                self.error(&path.index(index), item, "an item of a list must not be null");
            }
            self.value(ty, item, &path.index(index));
        }
    }

    fn members<'a>(&mut self, schema: &'static Struct, members: &mut Vec<Member<'a>>, path: &Path<'_>) {
        let mut seen: u128 = 0;
        let mut near = 0;
        let mut strays = false;
        let mut others = HashSet::new();
        for (name, value) in members.iter_mut() {
            if let Some((index, field)) = schema.find(name, near) {
                near = index + 1;
                if !name.is_ascii() {
                    self.error(&path.name(name), value, &format!("write {} in plain letters", field.name));
                }
                if seen & (1 << index) != 0 {
                    let reason = format!("{} is there twice: the daemon ignores upper and lower case", field.name);
                    self.error(&path.name(name), value, &reason);
                }
                seen |= 1 << index;
                *name = Cow::Borrowed(field.name);
                let before = self.errors.len();
                self.value(&field.ty, value, &path.name(field.name));
                for error in self.errors.iter_mut().skip(before) {
                    error.flag = error.flag.or(field.flag);
                }
                continue;
            }
            if let Some((_, field)) = schema.stray.and_then(|stray| stray.find(name, 0)) {
                strays = true;
                if is_used(field, value, Scope { siblings: &[], root: &Json::Null }) {
                    let reason =
                        format!("belongs into {}: engines before 27 and VIC obey it here, others do not", field.owner);
                    self.error(&path.name(name), value, &reason);
                }
                continue;
            }
            if !name.is_ascii() || has_control(name) {
                self.error(&path.name(name), value, "is no field of any API version, and not in plain letters");
            } else if !others.insert(name.chars().map(fold).collect::<String>()) {
                self.error(&path.name(name), value, "is there twice: the daemon ignores upper and lower case");
            } else if self.unknown.len() < MOST {
                // It may be a misspelt Env: texts are not shown.
                let value = if matches!(value, Json::Bool(_) | Json::Number(_)) { short(value) } else { String::new() };
                self.unknown.push(Unknown { path: path.name(name).to_string(), value });
            }
        }
        if let (true, Some(stray)) = (strays, schema.stray) {
            members.retain(|(name, _)| schema.find(name, 0).is_some() || stray.find(name, 0).is_none());
        }
    }

    fn error(&mut self, path: &Path<'_>, value: &Json<'_>, reason: &str) {
        if self.errors.len() < MOST {
            let path = path.text();
            let value = secret::shown(&path, value);
            self.errors.push(SchemaError { path, value, reason: reason.to_owned(), flag: None });
        }
    }
}

/// Whether the text is an integer as Go reads it; false for a zero with a sign.
fn integer(text: &str, least: i128, most: i128) -> Result<bool, String> {
    if text == "0" {
        return Ok(true);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("must be an integer without point and exponent".to_owned());
    }
    if text.starts_with('-') && least == 0 {
        return Err("must not be negative".to_owned());
    }
    match text.parse::<i128>() {
        Ok(number) if least <= number && number <= most => Ok(number != 0),
        _ => Err(format!("must be from {least} to {most}")),
    }
}

/// What Go makes of `null` as a member of a map.
fn zero(ty: &Type) -> Json<'static> {
    match ty {
        Type::Bool => Json::Bool(false),
        Type::Int(..) | Type::Float => Json::Number("0".into()),
        Type::Str | Type::Text => Json::String("".into()),
        Type::Unset | Type::Strings | Type::Size | Type::List(_) | Type::Map(_) | Type::Struct(_) | Type::Any => {
            Json::Null
        }
    }
}

fn has_control(text: &str) -> bool {
    text.bytes().any(|byte| byte < 0x20 || byte == 0x7f)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
