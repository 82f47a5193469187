//! What becomes of each field of each request body.

mod table;

use std::sync::LazyLock;

use super::collect::{Collector, Here, each_pair, each_text};
use super::{Kind, Value, mount, plugin};
use crate::docker::endpoint::Endpoint;
use crate::docker::json::Json;
use crate::docker::schema::{self, Body, FIELDS, Field, Path, Struct, Type};

/// What becomes of a field.
#[derive(Clone, Copy)]
pub(super) enum Reading {
    /// It is no fact, for this reason.
    Harmless(&'static str),
    /// Whoever reads what holds it reads it too.
    Within,
    /// Its own fields are facts.
    Walk,
    /// Its text is a fact unless it is empty.
    Text(Kind, Reach),
    /// Each of its texts is a fact.
    Texts(Kind, Reach),
    /// Each of its members is a fact.
    Pairs(Kind, Reach),
    /// It is read in its own way.
    Read(Read),
}

/// Whether a fact stays inside of what is made, or reaches out.
#[derive(Clone, Copy)]
pub(super) enum Reach {
    Open,
    Closed,
}

pub(super) type Read = for<'b> fn(&mut Collector<'b>, &'b Json<'b>, &Path<'_>);

/// The reason why a field is no fact; `None` for one that is.
pub(super) fn harmless(field: &Field) -> Option<&'static str> {
    if let Reading::Harmless(reason) = reading(field) { Some(reason) } else { None }
}

/// Reads the facts of a body.
pub(super) fn read<'b>(c: &mut Collector<'b>, body: &'b Body<'b>) {
    let json = body.json();
    if let Some(Type::Struct(schema)) = schema::body(c.endpoint) {
        walk(c, schema, json, &Path::ROOT);
    } else if c.endpoint == Endpoint::PluginSet {
        plugin::settings(c, json, &Path::ROOT);
    } else {
        plugin::privileges(c, json, &Path::ROOT);
    }
    if c.endpoint == Endpoint::VolumeCreate {
        mount::volume_create(c, json, &Path::ROOT);
    }
    if c.endpoint == Endpoint::ContainerStart && !body.used().is_empty() {
        c.closed(Kind::StartSettings, Here::json(&Path::ROOT.name("HostConfig"), json), Value::Flag);
    }
}

fn walk<'b>(c: &mut Collector<'b>, schema: &'static Struct, json: &'b Json<'b>, at: &Path<'_>) {
    let mut near = 0;
    for (name, value) in json.as_object().unwrap_or_default() {
        let Some((index, field)) = schema.find(name, near) else { continue };
        near = index + 1;
        if value.is_null() {
            continue;
        }
        c.flag = field.flag;
        let path = at.name(field.name);
        match reading(field) {
            Reading::Harmless(_) | Reading::Within => {}
            Reading::Walk => inner(c, &field.ty, value, &path),
            Reading::Read(read) => read(c, value, &path),
            Reading::Text(kind, reach) => {
                if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
                    put(c, kind, reach, text, Here::json(&path, value));
                }
            }
            Reading::Texts(kind, reach) => {
                each_text(c, value, &path, |c, text, here| put(c, kind, reach, text, here));
            }
            Reading::Pairs(kind, reach) => each_pair(c, value, &path, |c, name, value, here| match reach {
                Reach::Open => c.open_pair(kind, here, name, value),
                Reach::Closed => c.closed_pair(kind, here, name, value),
            }),
        }
    }
    c.flag = None;
}

fn inner<'b>(c: &mut Collector<'b>, ty: &'static Type, value: &'b Json<'b>, at: &Path<'_>) {
    if let Type::Struct(schema) = ty {
        walk(c, schema, value, at);
    } else if let Type::List(item) = ty {
        for (index, value) in value.as_array().unwrap_or_default().iter().enumerate() {
            inner(c, item, value, &at.index(index));
        }
    }
}

fn put<'b>(c: &mut Collector<'b>, kind: Kind, reach: Reach, text: &'b str, here: Here<'_, 'b>) {
    match reach {
        Reach::Open => c.open_text(kind, here, text),
        Reach::Closed => c.closed_text(kind, here, text),
    }
}

fn reading(field: &Field) -> Reading {
    static BY_ID: LazyLock<Vec<Reading>> = LazyLock::new(|| {
        // A field without a row cannot be: a test holds the table to all fields. Were there one, it would be
        // taken for something that nobody can read.
        let mut readings = vec![Reading::Read(unreadable); FIELDS];
        for (owner, rows) in table::TABLE {
            for (name, reading) in *rows {
                let id = schema::field(&format!("{owner}.{name}")).map(|field| field.id);
                if let Some(place) = id.and_then(|id| readings.get_mut(id)) {
                    *place = *reading;
                }
            }
        }
        readings
    });
    BY_ID.get(field.id).copied().unwrap_or(Reading::Read(unreadable))
}

fn unreadable<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    c.unreadable(Here::json(at, value));
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
mod tests;
