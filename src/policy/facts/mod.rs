//! What a call asks of the host, read once and said in one way.
//!
//! The API has many spellings for one thing: a bind stands in `Binds`, in
//! `Mounts`, in the options of a volume driver, in the spec of a service. Rules
//! speak about the thing, so it is taken out of the call here, whatever its
//! spelling, and access policies never look at a body themselves.
//!
//! Every field of every request body and every query parameter is decided in
//! `fields` and `params`: it becomes a fact, or it says why it is harmless.
//! Tests hold both tables to the tables of the API.

mod absent;
mod build;
mod collect;
mod command;
mod device;
mod fields;
mod image;
mod kind;
mod limit;
mod log;
mod mount;
mod namespace;
mod network;
mod params;
mod plugin;
mod port;
mod security;
mod text;
mod user;

use std::borrow::Cow;

pub use image::Reference;
pub(crate) use image::full_name as full_image_name;
pub use kind::{Kind, KindSet, Syntax};
pub use limit::{Asked, CallPlace, Limit, Limits};
pub use port::HostPort;
pub use user::{Account, User};

use crate::docker::endpoint::Endpoint;
use crate::docker::json::Json;
use crate::docker::params::Param;
use crate::docker::query::Query;
use crate::docker::schema::{Body, Field, Unknown};
use crate::docker::secret;
use collect::Collector;

/// One thing that a call asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact<'b> {
    /// What kind of thing it is.
    pub kind: Kind,
    /// The thing, in one spelling.
    pub value: Value<'b>,
    /// How rules take it.
    pub grant: Grant,
    /// Where it stands: a JSON path or a query parameter.
    pub path: String,
    /// The flag of the stock CLI that asks for it.
    pub flag: Option<&'static str>,
    sent: Sent<'b>,
}

/// How rules take a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// It stays inside of what is made: a rule that does not mention its kind allows it.
    Open,
    /// It reaches out: only a rule that mentions its kind allows it.
    Closed,
    /// It comes with another fact, as every capability comes with `--privileged`.
    /// Only rules that deny look at it.
    Implied,
}

/// A thing in the one spelling that patterns are matched with.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'b> {
    /// It is asked for, and that is all.
    Flag,
    /// Text.
    Text(Cow<'b, str>),
    /// Something that the backend was asked about.
    Object {
        /// What the call calls it.
        asked: Cow<'b, str>,
        /// What it is called, as patterns spell it.
        name: String,
        /// Its full id, as patterns spell it.
        id: String,
    },
    /// Something that nobody has asked about yet, taken for whatever rules want.
    Hoped,
    /// A name and what it is set to.
    Pair(Cow<'b, str>, Cow<'b, str>),
    /// A path of the host, clean and absolute.
    HostPath {
        /// The path.
        path: Cow<'b, str>,
        /// True if it cannot be written through.
        read_only: bool,
    },
    /// An image.
    Image(Reference<'b>),
    /// A port of the host.
    Port(HostPort<'b>),
    /// A command with its arguments.
    Command(Vec<Cow<'b, str>>),
    /// A user, with a group or without.
    User(User<'b>),
}

/// What was sent, for messages.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sent<'b> {
    Json(&'b Json<'b>),
    Text(&'b str),
    /// Nothing was sent, or it is none of a message's business.
    Nothing,
}

/// All that a call asks for.
#[derive(Debug, Default)]
pub struct Facts<'b> {
    /// The facts, in the order in which the call has them.
    pub facts: Vec<Fact<'b>>,
    /// The kinds of all facts that rules must mention.
    pub closed: KindSet,
    /// The kinds of all facts.
    pub kinds: KindSet,
    /// Amounts of memory, CPUs and so on.
    pub limits: Limits<'b>,
    /// Fields that no API version has.
    pub unknown: &'b [Unknown],
}

/// Takes the facts out of a call.
///
/// `name` is what stands in the place of the braces in the path. Of kinds
/// that are not in `interest`, only those facts are taken that must be mentioned.
#[must_use]
pub fn read<'b>(
    endpoint: Endpoint,
    name: &'b str,
    query: Option<&'b Query<'b>>,
    body: Option<&'b Body<'b>>,
    interest: KindSet,
) -> Facts<'b> {
    let mut collector = Collector::new(endpoint, interest);
    params::read(&mut collector, name, query);
    if let Some(body) = body {
        fields::read(&mut collector, body);
    }
    absent::read(&mut collector, body);
    collector.finish(body.map_or(&[], Body::unknown))
}

/// The reason why a field of a body is no fact; `None` for one that is.
#[must_use]
pub fn harmless_field(field: &Field) -> Option<&'static str> {
    fields::harmless(field)
}

/// The reason why a query parameter is no fact; `None` for one that is.
#[must_use]
pub fn harmless_param(param: &Param) -> Option<&'static str> {
    params::harmless(param)
}

impl<'b> Fact<'b> {
    /// Something that is named in the path of a call.
    pub(in crate::policy) fn in_path(kind: Kind, value: Value<'b>, endpoint: Endpoint) -> Self {
        let path = endpoint.row().pattern.to_owned();
        Self { kind, value, grant: Grant::Open, path, flag: None, sent: Sent::Nothing }
    }
}

impl Fact<'_> {
    /// What was sent, as short JSON; empty if it must not be shown.
    #[must_use]
    pub fn shown(&self) -> String {
        if self.is_secret() {
            return String::new();
        }
        match self.sent {
            Sent::Json(json) => secret::shown(&self.path, json),
            Sent::Text(text) => secret::shown(&self.path, &Json::from(text)),
            Sent::Nothing => String::new(),
        }
    }

    /// The text that was sent, where that is one.
    #[must_use]
    pub(in crate::policy) fn sent_text(&self) -> Option<&str> {
        match self.sent {
            Sent::Json(json) => json.as_str(),
            Sent::Text(text) => Some(text),
            Sent::Nothing => None,
        }
    }

    /// The thing in words, without what must not be shown.
    #[must_use]
    pub fn named(&self) -> String {
        if let Value::Pair(name, value) = &self.value
            && self.is_secret()
        {
            let flag = value.split_once('=').map_or("", |(flag, _)| flag);
            return format!("{name}={flag}");
        }
        match self.setting() {
            Some(name) => format!("set {name}=…"),
            None => secret::text(&self.value.to_string()).into_owned(),
        }
    }

    /// The name in a setting of a plugin, `set NAME=VALUE`, which may be a variable.
    fn setting(&self) -> Option<&str> {
        let Value::Text(text) = &self.value else { return None };
        let (name, _) = text.strip_prefix("set ")?.split_once('=')?;
        (self.kind == Kind::Plugin).then_some(name)
    }

    /// True for passwords and tokens in the options of drivers, such as `o=password=…`.
    fn is_secret(&self) -> bool {
        let Value::Pair(name, value) = &self.value else { return self.setting().is_some() };
        let words = format!("{name}={value}").to_ascii_lowercase();
        ["pass", "secret", "token", "cred", "key"].iter().any(|word| words.contains(word))
    }
}

impl std::fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag => f.write_str("true"),
            Self::Hoped => Ok(()),
            Self::Text(text) | Self::Object { asked: text, .. } => f.write_str(text),
            Self::Pair(name, value) => write!(f, "{name}={value}"),
            Self::HostPath { path, read_only } => write!(f, "{path}{}", if *read_only { ":ro" } else { "" }),
            Self::Image(reference) => reference.fmt(f),
            Self::Port(port) => port.fmt(f),
            Self::Command(words) => f.write_str(&words.join(" ")),
            Self::User(user) => user.fmt(f),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
