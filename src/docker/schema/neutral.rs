//! When does a call use a field? Every CLI sends every field, so presence
//! says nothing: a field is used when its value differs from the neutral ones.

use super::{Field, Neutral, Struct, Type};
use crate::docker::json::{Json, Member};

/// What the rules of some fields look at besides the value.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'s, 'a> {
    /// The members of the object that has the field.
    pub siblings: &'s [Member<'a>],
    /// The whole body.
    pub root: &'s Json<'a>,
}

/// True if a call with this value of the field uses the field.
#[must_use]
pub fn is_used(field: &Field, value: &Json<'_>, scope: Scope<'_, '_>) -> bool {
    match &field.neutral {
        Neutral::Any | Neutral::Section => false,
        Neutral::Null(values) => !value.is_null() && !is_listed(value, values),
        Neutral::NoMembers => !is_empty(value),
        Neutral::Empty(values) => is_filled(&field.ty, value, scope) && !is_listed(value, values),
        Neutral::Leaves => has_leaves(value),
        Neutral::MemorySwap => {
            let memory = scope.siblings.iter().find(|(name, _)| name == "Memory").map(|(_, memory)| memory);
            has_leaves(value) && (value.as_number() != Some("-1") || memory.is_some_and(has_leaves))
        }
        Neutral::Endpoints => uses_endpoints(&field.ty, value, scope),
    }
}

/// By the generic rule, with the rules of inner fields. A member of a map is
/// a use whatever it holds: `"ExposedPorts":{"80/tcp":{}}` opens a port.
fn is_filled(ty: &Type, value: &Json<'_>, scope: Scope<'_, '_>) -> bool {
    match (ty, value) {
        (Type::Struct(schema), Json::Object(members)) => members_are_used(schema, members, scope),
        (Type::List(item), Json::Array(items)) => items.iter().any(|value| is_filled(item, value, scope)),
        (Type::Map(_), Json::Object(members)) => !members.is_empty(),
        (_, value) => has_leaves(value),
    }
}

fn members_are_used(schema: &Struct, members: &[Member<'_>], scope: Scope<'_, '_>) -> bool {
    members.iter().any(|(name, value)| {
        let scope = Scope { siblings: members, root: scope.root };
        schema.find(name, 0).map_or_else(|| has_leaves(value), |(_, field)| is_used(field, value, scope))
    })
}

/// One endpoint of the network that the container joins anyway says nothing
/// new; every CLI from 25 on sends it.
fn uses_endpoints(ty: &Type, value: &Json<'_>, scope: Scope<'_, '_>) -> bool {
    let (Type::Map(settings), Some(endpoints)) = (ty, value.as_object()) else { return has_leaves(value) };
    let Some(((network, endpoint), others)) = endpoints.split_first() else { return false };
    let mode = scope.root.get("HostConfig").and_then(|host| host.get("NetworkMode")).and_then(Json::as_str);
    let same = matches!(&**network, "" | "default" | "bridge") || mode == Some(network);
    !others.is_empty() || !same || is_filled(settings, endpoint, scope)
}

/// By the generic rule alone.
fn has_leaves(value: &Json<'_>) -> bool {
    match value {
        Json::Null | Json::Bool(false) => false,
        Json::Bool(true) => true,
        Json::Number(text) => {
            text.bytes().take_while(|byte| !matches!(byte, b'e' | b'E')).any(|b| matches!(b, b'1'..=b'9'))
        }
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => items.iter().any(has_leaves),
        Json::Object(members) => members.iter().any(|(_, value)| has_leaves(value)),
    }
}

fn is_empty(value: &Json<'_>) -> bool {
    match value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

fn is_listed(value: &Json<'_>, values: &[&str]) -> bool {
    match value {
        Json::Number(text) | Json::String(text) => values.contains(&&**text),
        Json::Bool(truth) => values.contains(&if *truth { "true" } else { "false" }),
        Json::Null | Json::Array(_) | Json::Object(_) => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
