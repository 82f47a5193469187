//! Judging a JSON body, field by field.

use std::sync::Arc;

use super::trace::{Effect, Step, Witness};
use super::{Fate, Judge, READING, Subject};
use crate::docker::json::{Json, JsonError, parse, short};
use crate::docker::schema::{self, Body, Neutral, Path, SchemaErrors, Scope, Type, is_used};
use crate::policy::Point;
use crate::policy::near::did_you_mean;
use crate::policy::profile::{Decision, FieldTree, names_beside};

/// A change to make once everything is judged: the value at a path goes, or
/// becomes another.
type Edit = (String, Option<Json<'static>>);

impl<W: Witness> Judge<'_, '_, W> {
    /// Reads a body and lets the rows of the profile judge it. Gives it with their edits; nothing for
    /// one that is empty or cannot be read.
    pub(super) fn body<'b>(&mut self, bytes: &'b [u8]) -> Option<Body<'b>> {
        let is_blank = bytes.iter().all(u8::is_ascii_whitespace);
        if is_blank { None } else { self.read_body(parse(bytes)) }
    }

    /// The same for what a body's text says.
    pub(super) fn read_body<'b>(&mut self, read: Result<Json<'b>, JsonError>) -> Option<Body<'b>> {
        let ty = schema::body(self.question.endpoint)?;
        let json = match read {
            Ok(json) => json,
            Err(error) => {
                self.unread("the body", "", &format!("it is not JSON that all daemons read alike: {error}"), None);
                return None;
            }
        };
        let mut body = match schema::read(ty, json, self.question.version(self.policy)) {
            Ok(body) => body,
            Err(SchemaErrors(errors)) => {
                for error in errors {
                    let path = if error.path.is_empty() { "the body" } else { &error.path };
                    self.unread(path, &error.value, &error.reason, error.flag);
                }
                return None;
            }
        };
        self.unknown_fields(&body);
        let mut edits = Vec::new();
        if !self.policy.profile.open {
            self.fields(&body, &mut edits);
        }
        // From the end, so that the places in lists stay true.
        for (path, value) in edits.into_iter().rev() {
            match value {
                None => {
                    body.remove(&path);
                }
                Some(value) => {
                    body.replace(&path, value);
                }
            }
        }
        Some(body)
    }

    /// True if the rows of the profile let a body pass, and change nothing in it.
    pub(super) fn passes_as_it_is(&mut self, body: &Body<'_>) -> bool {
        let mut edits = Vec::new();
        if !self.policy.profile.open {
            self.fields(body, &mut edits);
        }
        edits.is_empty() && self.points.is_empty()
    }

    fn unknown_fields(&mut self, body: &Body<'_>) {
        if self.policy.forwards_unknown(self.question.endpoint) {
            return;
        }
        for unknown in body.unknown() {
            let beside = names_beside(self.question.endpoint, &unknown.path);
            let offer = beside.map(|(wrong, names)| did_you_mean(wrong, names)).unwrap_or_default();
            let reason = format!("no API version has this field{offer}");
            self.witness.step(|| Step::reading(READING, &unknown.path, &unknown.value, Effect::Refused, &reason));
            self.points.push(Point {
                path: unknown.path.clone(),
                value: unknown.value.clone(),
                reason,
                rule: format!("{READING}: unknown field"),
                ..Point::default()
            });
        }
    }

    fn fields(&mut self, body: &Body<'_>, edits: &mut Vec<Edit>) {
        let tree = self.policy.profile.fields(self.question.endpoint);
        let root = body.json();
        body.each_used(|used| {
            let found = find(tree, used.path);
            let Some((row, named)) = found.row else { return };
            let below = found.below.filter(|below| !below.is_leaf());
            if !W::LISTENS && below.is_none() && row.lets_pass(used.value, root) {
                // Nearly all are these, and nobody asks for their names.
                return;
            }
            let (path, field) = (used.path.text(), used.field);
            let name = named.map_or_else(|| "*".to_owned(), Path::to_string);
            let subject = Subject { kind: "field", name: &name, path: &path, flag: field.flag };
            if self.field(row, &subject, used.value, root, edits)
                && let Some(below) = below
            {
                let place = Place { path, name, flag: field.flag };
                self.inner(&field.ty, used.value, below, &place, root, edits);
            }
        });
    }

    /// Judges what is within a field, as far down as rows stand there.
    fn inner(
        &mut self,
        ty: &'static Type,
        value: &Json<'_>,
        tree: &FieldTree,
        at: &Place,
        root: &Json<'_>,
        edits: &mut Vec<Edit>,
    ) {
        match (ty, value) {
            (Type::Struct(schema), Json::Object(members)) => {
                for (name, value) in members {
                    let field = schema.all_fields().find(|field| field.name == name);
                    let (Some(field), Some(tree)) = (field, tree.child(name)) else { continue };
                    let scope = Scope { siblings: members, root };
                    if !is_used(field, value, scope) && !matches!(field.neutral, Neutral::Section) {
                        continue;
                    }
                    let at = Place {
                        path: format!("{}.{name}", at.path),
                        name: format!("{}.{name}", at.name),
                        flag: field.flag.or(at.flag),
                    };
                    let subject = Subject { kind: "field", name: &at.name, path: &at.path, flag: at.flag };
                    let passes = match tree.decision() {
                        Some(row) => self.field(row, &subject, value, root, edits),
                        None => true,
                    };
                    if passes {
                        self.inner(&field.ty, value, tree, &at, root, edits);
                    }
                }
            }
            (Type::Map(item), Json::Object(members)) => {
                for (key, value) in members {
                    let Some(tree) = tree.child("*") else { continue };
                    let path = format!("{}[{}]", at.path, short(&Json::from(key.as_ref())));
                    let at = Place { path, name: format!("{}.*", at.name), flag: at.flag };
                    self.inner(item, value, tree, &at, root, edits);
                }
            }
            (Type::List(item), Json::Array(items)) => {
                for (index, value) in items.iter().enumerate() {
                    let at = Place { path: format!("{}[{index}]", at.path), name: at.name.clone(), flag: at.flag };
                    self.inner(item, value, tree, &at, root, edits);
                }
            }
            (_, _) => {}
        }
    }

    /// Lets a row judge a field. True if what is within it must be judged as well.
    fn field(
        &mut self,
        row: &Arc<Decision>,
        subject: &Subject<'_>,
        value: &Json<'_>,
        root: &Json<'_>,
        edits: &mut Vec<Edit>,
    ) -> bool {
        let refused = self.points.len();
        match self.weigh(row, subject, value, root) {
            Fate::Stays => self.points.len() == refused,
            Fate::Goes(places) => {
                edits.extend(places.into_iter().map(|at| (format!("{}{at}", subject.path), None)));
                false
            }
            Fate::Becomes(new) => {
                edits.push((subject.path.to_owned(), Some(new)));
                false
            }
        }
    }
}

/// Where the walk is: in the call, and in the rows.
struct Place {
    path: String,
    name: String,
    flag: Option<&'static str>,
}

/// What a profile says of a path.
struct Found<'t, 'p> {
    /// The row, and the path that it is about; none for the whole body.
    row: Option<(&'t Arc<Decision>, Option<&'p Path<'p>>)>,
    /// The rows below the path.
    below: Option<&'t FieldTree>,
}

/// The row that decides a path, its own or that of the nearest field above, and the rows below the path.
fn find<'t, 'p>(tree: &'t FieldTree, path: &'p Path<'p>) -> Found<'t, 'p> {
    let Some((above, name)) = path.last() else {
        return Found { row: tree.decision().map(|row| (row, None)), below: Some(tree) };
    };
    let found = find(tree, above);
    // An item of a list adds nothing to the name of a row.
    let Some(name) = name else { return found };
    let below = found.below.and_then(|tree| tree.child(name));
    let own = below.and_then(FieldTree::decision).map(|row| (row, Some(path)));
    Found { row: own.or(found.row), below }
}
