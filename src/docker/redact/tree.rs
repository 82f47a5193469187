//! The walk through an answer.

use std::borrow::Cow;

use super::command::tells;
use super::{HIDDEN, Hides, Things};
use crate::docker::json::{Json, Member};

/// What a field holds, by its name.
#[derive(Clone, Copy)]
enum Field {
    /// `NAME=VALUE`, or objects with `Name` and `Value`.
    Env,
    /// An object of names and values, or `NAME=VALUE`.
    Labels,
    /// Objects with a `Source`.
    Mounts,
    /// `SOURCE:TARGET:OPTIONS`.
    Binds,
    /// Up to API 1.19 targets and sources. Elsewhere something else, that is walked through.
    Volumes,
    /// A command line, in one piece or in words.
    Command,
}

/// Names of fields, as they are compared without regard to case: that is how clients read them.
const FIELDS: [(&str, Field); 13] = [
    ("Env", Field::Env),
    ("Labels", Field::Labels),
    ("Annotations", Field::Labels),
    ("Mounts", Field::Mounts),
    ("VolumeAttachments", Field::Mounts),
    ("Binds", Field::Binds),
    ("Volumes", Field::Volumes),
    ("Cmd", Field::Command),
    ("Args", Field::Command),
    ("Entrypoint", Field::Command),
    ("OnBuild", Field::Command),
    ("Command", Field::Command),
    ("CreatedBy", Field::Command),
];

pub(super) struct Walk<'h, H> {
    hides: &'h H,
    things: Things,
}

impl<'h, H: Hides> Walk<'h, H> {
    pub(super) fn new(hides: &'h H) -> Self {
        Self { hides, things: hides.things() }
    }

    pub(super) fn value(&self, json: &mut Json<'_>) {
        match json {
            Json::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Json::Object(members) => self.object(members),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }

    fn object(&self, members: &mut [Member<'_>]) {
        if self.things.mounts && members.iter().any(|(name, _)| is(name, "Mountpoint")) {
            volume(members);
        }
        for (name, value) in members {
            match FIELDS.iter().find(|(field, _)| is(name, field)) {
                Some((_, Field::Env)) if self.things.env => self.env(value),
                Some((_, Field::Labels)) if self.things.labels => self.labels(value),
                Some((_, Field::Mounts)) if self.things.mounts => self.mounts(value),
                Some((_, Field::Binds)) if self.things.mounts => self.each_text(value, |text| Some(bind(text))),
                Some((_, Field::Volumes)) if self.things.mounts && value.as_object().is_some() => {
                    self.each_text(value, |_| Some(HIDDEN.to_owned()));
                }
                Some((_, Field::Command)) => self.command(value),
                Some(_) | None => self.value(value),
            }
        }
    }

    fn env(&self, value: &mut Json<'_>) {
        if let Json::Object(variables) = value {
            return self.map(variables, |name| self.hides.env(name));
        }
        // The settings of a plugin's variables are objects.
        for variable in array(value) {
            let Json::Object(members) = variable else { continue };
            let name = members.iter().find(|(name, _)| is(name, "Name")).and_then(|(_, value)| value.as_str());
            if name.is_none_or(|name| self.hides.env(name)) {
                members.iter_mut().filter(|(name, _)| is(name, "Value")).for_each(|(_, value)| hide(value));
            }
        }
        self.each_text(value, |text| pair(text, |name| self.hides.env(name)));
    }

    pub(super) fn labels(&self, value: &mut Json<'_>) {
        if let Json::Object(labels) = value {
            return self.map(labels, |name| self.hides.label(name));
        }
        self.each_text(value, |text| pair(text, |name| self.hides.label(name)));
    }

    /// Names and values. It may be something else under the name of one of ours, such as a network that is
    /// called `labels`.
    fn map(&self, members: &mut [Member<'_>], is_hidden: impl Fn(&str) -> bool) {
        self.object(members);
        members.iter_mut().filter(|(name, _)| is_hidden(name)).for_each(|(_, value)| hide(value));
    }

    fn mounts(&self, value: &mut Json<'_>) {
        for mount in array(value) {
            let Json::Object(members) = mount else { continue };
            for (name, value) in members {
                if is(name, "Source") || is(name, "Name") {
                    hide(value);
                } else if is(name, "VolumeOptions")
                    && let Some(options) = value.get_mut("DriverConfig").and_then(|config| config.get_mut("Options"))
                {
                    hide_values(options);
                }
            }
        }
        self.each_text(value, |_| Some(HIDDEN.to_owned()));
    }

    /// All of a command line, if it sets something that is hidden.
    fn command(&self, value: &mut Json<'_>) {
        if let Json::String(text) = value {
            if tells(text).meets(self.things) {
                hide(value);
            }
            return;
        }
        let line = value.strings().collect::<Vec<_>>().join(" ");
        // Triggers are a line each.
        let is_hidden = tells(&line).meets(self.things) || value.strings().any(|word| tells(word).meets(self.things));
        self.each_text(value, |_| is_hidden.then(|| HIDDEN.to_owned()));
    }

    /// Changes the texts of a list or of an object, or the one text; walks through what is none.
    fn each_text(&self, value: &mut Json<'_>, change: impl Fn(&str) -> Option<String>) {
        let one = |value: &mut Json<'_>| {
            let Json::String(text) = value else { return self.value(value) };
            if let Some(new) = change(text).filter(|_| !text.is_empty()) {
                *text = Cow::Owned(new);
            }
        };
        match value {
            Json::Array(items) => items.iter_mut().for_each(one),
            Json::Object(members) => {
                self.object(members);
                members
                    .iter_mut()
                    .filter(|(_, value)| matches!(value, Json::String(_)))
                    .for_each(|(_, value)| one(value));
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => one(value),
        }
    }
}

/// A volume: where it is, and what its driver was told.
fn volume(members: &mut [Member<'_>]) {
    for (name, value) in members {
        if is(name, "Mountpoint") {
            hide(value);
        } else if is(name, "Options") {
            hide_values(value);
        }
    }
}

/// Hides a text. An empty one tells nothing, and may be what a client looks for.
fn hide(value: &mut Json<'_>) {
    if let Json::String(text) = value
        && !text.is_empty()
    {
        *text = Cow::Borrowed(HIDDEN);
    }
}

fn hide_values(value: &mut Json<'_>) {
    value.as_object_mut().into_iter().flatten().for_each(|(_, value)| hide(value));
}

/// `NAME=VALUE` without its value. A name alone stays.
fn pair(text: &str, is_hidden: impl Fn(&str) -> bool) -> Option<String> {
    let (name, _) = text.split_once('=')?;
    is_hidden(name).then(|| format!("{name}={HIDDEN}"))
}

/// A bind without its source. A path alone is a path in the container.
fn bind(text: &str) -> String {
    // C:\data:C:\inside
    let drive = match text.as_bytes() {
        [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic() => 2,
        _ => 0,
    };
    let rest = text.get(drive..).and_then(|text| text.split_once(':')).or_else(|| text.split_once(':'));
    rest.map_or_else(|| text.to_owned(), |(_, rest)| format!("{HIDDEN}:{rest}"))
}

fn is(name: &str, field: &str) -> bool {
    name.eq_ignore_ascii_case(field)
}

fn array<'j, 'a>(value: &'j mut Json<'a>) -> impl Iterator<Item = &'j mut Json<'a>> {
    let items = if let Json::Array(items) = value { Some(items) } else { None };
    items.into_iter().flatten()
}
