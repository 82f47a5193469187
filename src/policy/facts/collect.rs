//! The basket into which the readers put facts.

use std::borrow::Cow;

use super::limit::Amounts;
use super::{Fact, Facts, Grant, Kind, KindSet, Sent, Value};
use crate::docker::endpoint::Endpoint;
use crate::docker::json::Json;
use crate::docker::schema::{Path, Unknown};

pub(super) struct Collector<'b> {
    pub(super) endpoint: Endpoint,
    /// The flag of the field that is being read.
    pub(super) flag: Option<&'static str>,
    pub(super) amounts: Amounts<'b>,
    interest: KindSet,
    facts: Vec<Fact<'b>>,
    seen: KindSet,
    closed: KindSet,
}

/// Where a fact stands and what was sent there.
#[derive(Clone, Copy)]
pub(super) struct Here<'p, 'b> {
    place: Place<'p>,
    sent: Sent<'b>,
}

#[derive(Clone, Copy)]
enum Place<'p> {
    /// In the body or in the query.
    At(&'p Path<'p>),
    /// In the path, whose pattern this is.
    Pattern(&'static str),
}

impl<'p, 'b> Here<'p, 'b> {
    pub(super) const fn json(path: &'p Path<'p>, json: &'b Json<'b>) -> Self {
        Self { place: Place::At(path), sent: Sent::Json(json) }
    }

    pub(super) const fn text(path: &'p Path<'p>, text: &'b str) -> Self {
        Self { place: Place::At(path), sent: Sent::Text(text) }
    }

    /// The name in the path of a call.
    pub(super) const fn name(pattern: &'static str, name: &'b str) -> Self {
        Self { place: Place::Pattern(pattern), sent: Sent::Text(name) }
    }

    /// Something that was not sent, or that messages must not show.
    pub(super) const fn unseen(path: &'p Path<'p>) -> Self {
        Self { place: Place::At(path), sent: Sent::Nothing }
    }
}

/// Reads each text of a list.
pub(super) fn each_text<'b>(
    c: &mut Collector<'b>,
    value: &'b Json<'b>,
    at: &Path<'_>,
    read: impl Fn(&mut Collector<'b>, &'b str, Here<'_, 'b>),
) {
    for (index, item) in value.as_array().unwrap_or_default().iter().enumerate() {
        let path = at.index(index);
        if let Some(text) = item.as_str().filter(|text| !text.is_empty()) {
            read(c, text, Here::json(&path, item));
        }
    }
}

/// Reads each member of an object of texts.
pub(super) fn each_pair<'b>(
    c: &mut Collector<'b>,
    value: &'b Json<'b>,
    at: &Path<'_>,
    read: impl Fn(&mut Collector<'b>, &'b str, &'b str, Here<'_, 'b>),
) {
    for (name, value) in value.as_object().unwrap_or_default() {
        read(c, name, value.as_str().unwrap_or_default(), Here::json(&at.key(name), value));
    }
}

impl<'b> Collector<'b> {
    pub(super) const fn new(endpoint: Endpoint, interest: KindSet) -> Self {
        Self {
            endpoint,
            flag: None,
            amounts: Amounts::new(),
            interest,
            facts: Vec::new(),
            seen: KindSet::NONE,
            closed: KindSet::NONE,
        }
    }

    /// Something that rules allow unless they mention its kind.
    pub(super) fn open(&mut self, kind: Kind, here: Here<'_, 'b>, value: impl FnOnce() -> Value<'b>) {
        self.seen.insert(kind);
        if self.interest.contains(kind) {
            self.push(kind, here, value(), Grant::Open);
        }
    }

    /// Something that only a rule allows that mentions its kind.
    pub(super) fn closed(&mut self, kind: Kind, here: Here<'_, 'b>, value: Value<'b>) {
        self.seen.insert(kind);
        self.closed.insert(kind);
        self.push(kind, here, value, Grant::Closed);
    }

    /// Something that comes with another thing.
    pub(super) fn implied(&mut self, kind: Kind, here: Here<'_, 'b>, value: &'static str) {
        self.seen.insert(kind);
        if self.interest.contains(kind) {
            self.push(kind, here, Value::Text(Cow::Borrowed(value)), Grant::Implied);
        }
    }

    /// [`Self::open`] for a name and its value.
    pub(super) fn open_pair(&mut self, kind: Kind, here: Here<'_, 'b>, name: &'b str, value: &'b str) {
        self.open(kind, here, || Value::Pair(Cow::Borrowed(name), Cow::Borrowed(value)));
    }

    /// [`Self::closed`] for a name and its value.
    pub(super) fn closed_pair(&mut self, kind: Kind, here: Here<'_, 'b>, name: &'b str, value: &'b str) {
        self.closed(kind, here, Value::Pair(Cow::Borrowed(name), Cow::Borrowed(value)));
    }

    /// [`Self::open`] for a plain text.
    pub(super) fn open_text(&mut self, kind: Kind, here: Here<'_, 'b>, text: &'b str) {
        self.open(kind, here, || Value::Text(Cow::Borrowed(text)));
    }

    /// [`Self::closed`] for a plain text.
    pub(super) fn closed_text(&mut self, kind: Kind, here: Here<'_, 'b>, text: impl Into<Cow<'b, str>>) {
        self.closed(kind, here, Value::Text(text.into()));
    }

    /// Something that has no meaning for rules because it has no clear meaning at all.
    pub(super) fn unreadable(&mut self, here: Here<'_, 'b>) {
        self.closed(Kind::Unreadable, here, Value::Flag);
    }

    /// Notes that the call says something of the kind, if only in other words.
    pub(super) const fn mark(&mut self, kind: Kind) {
        self.seen.insert(kind);
    }

    /// True if the call says something of the kind, whether or not anybody is interested.
    pub(super) const fn has(&self, kind: Kind) -> bool {
        self.seen.contains(kind)
    }

    pub(super) fn finish(self, unknown: &'b [Unknown]) -> Facts<'b> {
        let limits = self.amounts.finish(self.endpoint);
        Facts {
            kinds: self.facts.iter().fold(KindSet::NONE, with),
            closed: self.closed,
            facts: self.facts,
            limits,
            unknown,
        }
    }

    fn push(&mut self, kind: Kind, here: Here<'_, 'b>, value: Value<'b>, grant: Grant) {
        let path = match here.place {
            Place::At(path) => path.text(),
            Place::Pattern(pattern) => pattern.to_owned(),
        };
        self.facts.push(Fact { kind, value, grant, path, flag: self.flag, sent: here.sent });
    }
}

fn with(mut set: KindSet, fact: &Fact<'_>) -> KindSet {
    set.insert(fact.kind);
    set
}
