//! A body that was read: what it uses, and edits by path.

use super::path::{Path, Stride, steps};
use super::{Field, Neutral, Scope, Struct, Type, is_used};
use crate::docker::json::{Json, Member};
use crate::docker::version::ApiVersion;

/// A request body in canonical spelling. Made by [`read`](super::read) only.
#[derive(Clone, Debug)]
pub struct Body<'a> {
    ty: &'static Type,
    json: Json<'a>,
    version: ApiVersion,
    unknown: Vec<Unknown>,
}

/// A field that no API version has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Where, such as `HostConfig.Frobnicate`.
    pub path: String,
    /// Its value, as short JSON.
    pub value: String,
}

/// A field that the call uses.
#[derive(Debug)]
pub struct Used<'b, 'a> {
    /// Where, such as `HostConfig.Privileged`; good for [`Body::remove`].
    pub path: String,
    /// Its row in the table.
    pub field: &'static Field,
    /// Its value.
    pub value: &'b Json<'a>,
    /// True if the API version of the call does not have the field. Daemons
    /// often obey it all the same.
    pub outside: bool,
}

/// A field that the call uses, before anybody asks for the text of its path.
#[derive(Clone, Copy)]
pub(crate) struct Use<'p, 'b, 'a> {
    pub(crate) path: &'p Path<'p>,
    schema: &'static Struct,
    pub(crate) field: &'static Field,
    pub(crate) value: &'b Json<'a>,
}

impl<'a> Body<'a> {
    pub(super) const fn new(ty: &'static Type, json: Json<'a>, version: ApiVersion, unknown: Vec<Unknown>) -> Self {
        Self { ty, json, version, unknown }
    }

    /// The fields that no API version has, a few dozen at most. They are still
    /// part of the body: refuse the call, or remove them.
    #[must_use]
    pub fn unknown(&self) -> &[Unknown] {
        &self.unknown
    }

    /// Takes out every field that no API version has.
    pub fn remove_unknown(&mut self) {
        strip(self.ty, &mut self.json);
        self.unknown.clear();
    }

    /// The fields that the call uses: those of the body and of its sections
    /// (`HostConfig`, `NetworkingConfig`, `TaskTemplate`, …), in the order in which they came.
    #[must_use]
    pub fn used(&self) -> Vec<Used<'_, 'a>> {
        self.collect(false)
    }

    /// The same with the fields within: behind `HostConfig.Mounts` come
    /// `HostConfig.Mounts[0].Target` and so on.
    #[must_use]
    pub fn used_deep(&self) -> Vec<Used<'_, 'a>> {
        self.collect(true)
    }

    /// Shows what [`used`](Self::used) lists, without a text for each path.
    pub(crate) fn each_used<'b>(&'b self, see: impl FnMut(&Use<'_, 'b, 'a>)) {
        Walk { body: self, deep: false, see }.value(self.ty, &self.json, &Path::ROOT);
    }

    /// The value at a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Json<'a>> {
        steps(path).iter().try_fold(&self.json, |json, step| step.get(json))
    }

    /// Takes the value at a path out.
    pub fn remove(&mut self, path: &str) -> Option<Json<'a>> {
        let (last, parent) = self.parent(path)?;
        match (last, parent) {
            (Stride::Name(name), parent) => parent.remove(&name),
            (Stride::Index(index), Json::Array(items)) if index < items.len() => Some(items.remove(index)),
            (Stride::Index(_), _) => None,
        }
    }

    /// Sets the value at a path whose parent is there; false if it is not.
    pub fn replace(&mut self, path: &str, value: Json<'a>) -> bool {
        let Some((last, parent)) = self.parent(path) else { return false };
        match &last {
            Stride::Name(name) => {
                parent.set(name, value);
                matches!(parent, Json::Object(_))
            }
            Stride::Index(_) => last.get_mut(parent).map(|old| *old = value).is_some(),
        }
    }

    /// Gives the member of a map at a path another name; false if it is not there, or if there is one of
    /// that name already.
    pub fn rename(&mut self, path: &str, new: &str) -> bool {
        let Some((Stride::Name(old), Json::Object(members))) = self.parent(path) else { return false };
        if members.iter().any(|(name, _)| name == new) {
            return false;
        }
        let member = members.iter_mut().find(|(name, _)| *name == old);
        member.map(|(name, _)| *name = new.to_owned().into()).is_some()
    }

    /// The API version that the call was read for.
    #[must_use]
    pub const fn version(&self) -> ApiVersion {
        self.version
    }

    /// The value.
    #[must_use]
    pub const fn json(&self) -> &Json<'a> {
        &self.json
    }

    /// The value, taken out.
    #[must_use]
    pub fn into_json(self) -> Json<'a> {
        self.json
    }

    /// The bytes to send.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        self.json.to_vec()
    }

    fn parent(&mut self, path: &str) -> Option<(Stride, &mut Json<'a>)> {
        let mut steps = steps(path);
        let last = steps.pop()?;
        let parent = steps.iter().try_fold(&mut self.json, |json, step| step.get_mut(json))?;
        Some((last, parent))
    }

    fn collect<'b>(&'b self, deep: bool) -> Vec<Used<'b, 'a>> {
        let mut found = Vec::new();
        let see = |used: &Use<'_, 'b, 'a>| {
            let Use { path, schema, field, value } = *used;
            let outside = !field.is_in(self.version) || schema.last < self.version;
            found.push(Used { path: path.text(), field, value, outside });
        };
        Walk { body: self, deep, see }.value(self.ty, &self.json, &Path::ROOT);
        found
    }
}

/// Shows the fields that a body uses.
struct Walk<'b, 'a, F> {
    body: &'b Body<'a>,
    deep: bool,
    see: F,
}

impl<'b, 'a, F: FnMut(&Use<'_, 'b, 'a>)> Walk<'b, 'a, F> {
    fn value(&mut self, ty: &'static Type, json: &'b Json<'a>, path: &Path<'_>) {
        match (ty, json) {
            (Type::Struct(schema), Json::Object(members)) => self.members(schema, members, path),
            (Type::List(item), Json::Array(items)) => {
                for (index, json) in items.iter().enumerate() {
                    self.value(item, json, &path.index(index));
                }
            }
            (Type::Map(item), Json::Object(members)) => {
                for (key, json) in members {
                    self.value(item, json, &path.key(key));
                }
            }
            _ => {}
        }
    }

    fn members(&mut self, schema: &'static Struct, members: &'b [Member<'a>], path: &Path<'_>) {
        let mut near = 0;
        for (name, value) in members {
            // Neither uses a field, whatever its rule; and half of a body is these.
            if matches!(value, Json::Null) || value.as_str() == Some("") {
                near += 1;
                continue;
            }
            let Some((index, field)) = schema.find(name, near) else { continue };
            near = index + 1;
            let path = path.name(field.name);
            if matches!(field.neutral, Neutral::Section) {
                self.value(&field.ty, value, &path);
            } else if is_used(field, value, Scope { siblings: members, root: &self.body.json }) {
                (self.see)(&Use { path: &path, schema, field, value });
                if self.deep {
                    self.value(&field.ty, value, &path);
                }
            }
        }
    }
}

fn strip(ty: &'static Type, json: &mut Json<'_>) {
    match (ty, json) {
        (Type::Struct(schema), Json::Object(members)) => members.retain_mut(|(name, value)| {
            let field = schema.find(name, 0);
            if let Some((_, field)) = field {
                strip(&field.ty, value);
            }
            field.is_some()
        }),
        (Type::List(item), Json::Array(items)) => items.iter_mut().for_each(|json| strip(item, json)),
        (Type::Map(item), Json::Object(members)) => members.iter_mut().for_each(|(_, json)| strip(item, json)),
        _ => {}
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
