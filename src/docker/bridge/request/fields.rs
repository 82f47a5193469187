//! Fields by their first and last version.

use super::{Request, next};
use crate::docker::bridge::Problem;
use crate::docker::json::{Json, Member};
use crate::docker::schema::{self, Field, Neutral, Scope, Struct, Type, is_used};
use crate::docker::version::ApiVersion;

/// Takes out of the body what the backend's version does not know, as long as
/// the call does not use it.
pub(super) fn hold(request: &mut Request<'_, '_, '_>) {
    let (Some(ty), Some(body)) = (schema::body(request.edits.endpoint), request.body.as_deref_mut()) else { return };
    let mut walk = Walk { backend: request.ask.backend, root: body, problems: Vec::new(), neutral: Vec::new() };
    walk.value(ty, body, "", None);
    let Walk { problems, neutral, .. } = walk;
    request.problems.extend(problems);
    if !neutral.is_empty() {
        strip(ty, body, request.ask.backend);
        request.note(
            &neutral.join(", "),
            "left out: the backend's version does not know it, and the call does not use it",
        );
    }
}

struct Walk<'b, 'j> {
    backend: ApiVersion,
    root: &'b Json<'j>,
    problems: Vec<Problem>,
    neutral: Vec<&'static str>,
}

impl<'b, 'j> Walk<'b, 'j> {
    /// `missing` is the section around, if the backend does not know it.
    fn value(&mut self, ty: &'static Type, json: &'b Json<'j>, path: &str, missing: Option<&'static Field>) {
        match (ty, json) {
            (Type::Struct(schema), Json::Object(members)) => self.members(schema, members, path, missing),
            (Type::List(item), Json::Array(items)) => {
                for (index, json) in items.iter().enumerate() {
                    self.value(item, json, &format!("{path}[{index}]"), missing);
                }
            }
            (Type::Map(item), Json::Object(members)) => {
                for (key, json) in members {
                    self.value(item, json, &format!("{path}[{}]", Json::from(&**key)), missing);
                }
            }
            _ => {}
        }
    }

    fn members(
        &mut self,
        schema: &'static Struct,
        members: &'b [Member<'j>],
        path: &str,
        missing: Option<&'static Field>,
    ) {
        let mut near = 0;
        for (name, value) in members {
            let Some((index, field)) = schema.find(name, near) else { continue };
            near = index + 1;
            let outdated = !field.is_in(self.backend);
            if !outdated && missing.is_none() && is_leaf(&field.ty) {
                continue;
            }
            let path = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
            let missing = missing.or(outdated.then_some(field));
            if matches!(field.neutral, Neutral::Section) || missing.is_none() {
                self.value(&field.ty, value, &path, missing);
            } else if is_used(field, value, Scope { siblings: members, root: self.root }) {
                self.problems.push(Problem::new(path, value, reason(missing.unwrap_or(field), self.backend)));
                continue;
            }
            if outdated {
                self.neutral.push(field.name);
            }
        }
    }
}

fn reason(field: &Field, backend: ApiVersion) -> String {
    if backend < field.first {
        format!("needs API {}, this backend speaks {backend}", field.first)
    } else {
        format!("is gone since API {}, this backend speaks {backend}", next(field.last))
    }
}

/// True if no fields can be within.
fn is_leaf(ty: &Type) -> bool {
    match ty {
        Type::Bool
        | Type::Int(..)
        | Type::Float
        | Type::Str
        | Type::Text
        | Type::Unset
        | Type::Strings
        | Type::Size
        | Type::Any => true,
        Type::List(item) | Type::Map(item) => is_leaf(item),
        Type::Struct(_) => false,
    }
}

fn strip(ty: &'static Type, json: &mut Json<'_>, backend: ApiVersion) {
    match (ty, json) {
        (Type::Struct(schema), Json::Object(members)) => {
            let mut near = 0;
            members.retain_mut(|(name, value)| {
                let Some((index, field)) = schema.find(name, near) else { return true };
                near = index + 1;
                if field.is_in(backend) && !is_leaf(&field.ty) {
                    strip(&field.ty, value, backend);
                }
                field.is_in(backend)
            });
        }
        (Type::List(item), Json::Array(items)) => items.iter_mut().for_each(|json| strip(item, json, backend)),
        (Type::Map(item), Json::Object(members)) => members.iter_mut().for_each(|(_, json)| strip(item, json, backend)),
        _ => {}
    }
}
