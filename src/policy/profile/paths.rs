//! The fields of a body by path, as rows name them.

use crate::docker::endpoint::Endpoint;
use crate::docker::schema::{Field, Neutral, Struct, Type, body};

/// The fields that a body and its sections have: `HostConfig.Binds`, not
/// `HostConfig` and not what is within a mount.
#[must_use]
pub fn field_paths(endpoint: Endpoint) -> Vec<(String, &'static Field)> {
    let mut found = Vec::new();
    if let Some(schema) = body(endpoint).and_then(structure) {
        collect(schema, "", &mut found);
    }
    found
}

/// True if a body has the field, however deep.
pub(super) fn is_path(endpoint: Endpoint, path: &str) -> bool {
    let mut ty = body(endpoint);
    for name in path.split('.') {
        ty = ty.and_then(|ty| step(ty, name));
    }
    ty.is_some()
}

/// The names that could stand where a path goes wrong, and the name that does.
pub(in crate::policy) fn names_beside(endpoint: Endpoint, path: &str) -> Option<(&str, Vec<&'static str>)> {
    let mut ty = body(endpoint)?;
    for name in path.split('.') {
        match step(ty, name) {
            Some(below) => ty = below,
            None => return Some((name, structure(ty)?.all_fields().map(|field| field.name).collect())),
        }
    }
    None
}

fn collect(schema: &'static Struct, above: &str, found: &mut Vec<(String, &'static Field)>) {
    for field in schema.all_fields() {
        let path = format!("{above}{}", field.name);
        match (&field.neutral, structure(&field.ty)) {
            (Neutral::Section, Some(section)) => collect(section, &format!("{path}."), found),
            _ => found.push((path, field)),
        }
    }
}

fn step(ty: &'static Type, name: &str) -> Option<&'static Type> {
    match ty {
        Type::List(item) => step(item, name),
        Type::Map(item) => (name == "*").then_some(*item),
        Type::Struct(schema) => schema.all_fields().find(|field| field.name == name).map(|field| &field.ty),
        Type::Bool
        | Type::Int(..)
        | Type::Float
        | Type::Str
        | Type::Text
        | Type::Strings
        | Type::Size
        | Type::Any
        | Type::Unset => None,
    }
}

fn structure(ty: &'static Type) -> Option<&'static Struct> {
    match ty {
        Type::Struct(schema) => Some(schema),
        Type::List(item) => structure(item),
        Type::Map(_) | Type::Bool | Type::Int(..) | Type::Float | Type::Str | Type::Text => None,
        Type::Strings | Type::Size | Type::Any | Type::Unset => None,
    }
}
