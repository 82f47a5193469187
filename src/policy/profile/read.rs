//! From a profile's TOML to its rows, each checked by itself.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use super::paths;
use super::{Decision, Pattern, StatusRow, Support, Unknown, Unsupported, VersionRange};
use crate::docker::bridge::Repair;
use crate::docker::endpoint::Endpoint;
use crate::docker::params;
use crate::docker::version::ApiVersion;
use crate::policy::document::{At, Document, Section};
use crate::policy::near::did_you_mean;
use crate::policy::rule::Rule;

/// A profile as it stands in its file, before it is joined to the one it extends.
#[derive(Debug, Default)]
pub(crate) struct Raw {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) extends: Option<At<String>>,
    pub(crate) unknown: Option<Unknown>,
    pub(crate) api: Option<RangeInclusive<ApiVersion>>,
    pub(crate) rows: Vec<Row>,
    pub(crate) statuses: Vec<StatusRow>,
    pub(crate) repairs: Vec<(Repair, bool)>,
}

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Endpoint,
    Query,
    Field,
    Header,
    Answer,
}

impl Kind {
    /// The word of the double brackets.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Query => "query",
            Self::Field => "field",
            Self::Header => "header",
            Self::Answer => "answer",
        }
    }
}

/// One name that one row speaks about.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) kind: Kind,
    /// The operation; `None` for all that no other row names.
    pub(crate) endpoint: Option<Endpoint>,
    /// The parameter, field or header; empty for an endpoint row, `*` for all.
    pub(crate) name: String,
    pub(crate) decision: Arc<Decision>,
    pub(crate) span: Range<usize>,
}

const KINDS: [Kind; 5] = [Kind::Endpoint, Kind::Query, Kind::Field, Kind::Header, Kind::Answer];
const SUPPORT: [&str; 6] = ["yes", "no", "future", "maybe", "diff", "unknown"];

/// Reads a profile. What is wrong is noted in the document.
pub(crate) fn read(document: &Document<'_>) -> Raw {
    let table = document.parse();
    let root = document.root(&table);
    let mut raw = Raw {
        name: root.required("name").map(|name| name.value.to_owned()).unwrap_or_default(),
        title: root.string("title").map(|title| title.value.to_owned()),
        extends: root.string("extends").map(|At { value, span }| At { value: value.to_owned(), span }),
        ..Raw::default()
    };
    let default = word(&root, "unsupported", &UNSUPPORTED).unwrap_or(Unsupported::Reject);
    raw.unknown = word(&root, "unknown", &[("refuse", Unknown::Refuse), ("forward", Unknown::Forward)]);
    raw.api = root.table("api").and_then(read_versions);
    for kind in KINDS {
        for section in root.tables(kind.word()) {
            read_row(kind, default, section, &mut raw.rows);
        }
    }
    raw.statuses = root.tables("status").into_iter().filter_map(read_status).collect();
    if let Some(section) = root.table("repair") {
        raw.repairs = read_repairs(section);
    }
    root.finish();
    raw
}

const UNSUPPORTED: [(&str, Unsupported); 3] =
    [("reject", Unsupported::Reject), ("drop", Unsupported::Drop), ("forward", Unsupported::Forward)];

fn read_versions(section: Section<'_, '_>) -> Option<RangeInclusive<ApiVersion>> {
    let version = |key| {
        let text = section.required(key)?;
        let read = text.value.parse::<ApiVersion>();
        if let Err(error) = &read {
            section.document().problem(&text.span, format!("{key}: {error}"));
        }
        read.ok()
    };
    let (min, max) = (version("min"), version("max"));
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        section.document().problem(&section.span, format!("min is {min} and max is {max}: no version is between"));
    }
    section.finish();
    Some(min?..=max?)
}

fn read_row(kind: Kind, default: Unsupported, section: Section<'_, '_>, rows: &mut Vec<Row>) {
    let mut names = section.strings("names");
    names.extend(section.string("name"));
    if names.is_empty() {
        section.document().problem(&section.span, "name (or names, a list) is missing".into());
    }
    let targets: Vec<(Option<Endpoint>, At<&str>)> = if kind == Kind::Endpoint {
        names.into_iter().filter_map(|name| Some((endpoint(&section, &name)?, At { value: "", ..name }))).collect()
    } else {
        let mut endpoints = section.strings("endpoints");
        endpoints.extend(section.string("endpoint"));
        if endpoints.is_empty() {
            section.document().problem(&section.span, "endpoint (or endpoints, a list) is missing".into());
        }
        let endpoints: Vec<_> = endpoints.iter().filter_map(|name| endpoint(&section, name)).collect();
        endpoints.iter().flat_map(|of| names.iter().map(|name| (*of, name.clone()))).collect()
    };
    for (endpoint, name) in &targets {
        check_name(kind, &section, *endpoint, name);
    }
    if let Some(decision) = read_decision(kind, default, &section).map(Arc::new) {
        for (endpoint, name) in targets {
            rows.push(Row {
                kind,
                endpoint,
                name: if kind == Kind::Header { name.value.to_ascii_lowercase() } else { name.value.to_owned() },
                decision: Arc::clone(&decision),
                span: name.span,
            });
        }
    }
    section.finish();
}

fn read_decision(kind: Kind, default: Unsupported, section: &Section<'_, '_>) -> Option<Decision> {
    let document = section.document();
    let own = word(section, "unsupported", &UNSUPPORTED);
    if kind == Kind::Endpoint && own == Some(Unsupported::Drop) {
        document.problem(&section.span, "an operation cannot be dropped: it is rejected or forwarded".into());
    }
    let unsupported = match (kind, own.unwrap_or(default)) {
        (Kind::Endpoint, Unsupported::Drop) => Unsupported::Reject,
        (_, unsupported) => unsupported,
    };
    let rule = section.string("rule");
    let support = section.required("support")?;
    let support = match (support.value, &rule) {
        ("yes", _) => Support::Yes,
        ("no", _) => Support::No,
        ("future", _) => Support::Future,
        ("maybe", _) => Support::Maybe,
        ("unknown", _) if kind == Kind::Answer => Support::Unknown,
        ("unknown", _) => {
            document.problem(&support.span, "only a row about an answer may be unknown; a call must be decided".into());
            return None;
        }
        ("diff", Some(name)) => match Rule::from_name(name.value) {
            Some(rule) => Support::Diff(rule),
            None => {
                let offer = did_you_mean(name.value, Rule::ALL.iter().map(|rule| rule.name()));
                document.problem(&name.span, format!("there is no rule \"{}\"{offer}", name.value));
                return None;
            }
        },
        ("diff", None) => {
            document.problem(
                &support.span,
                "a row that says diff must name its rule, as in rule = \"named-volumes\"".into(),
            );
            return None;
        }
        (other, _) => {
            let expected = format!("support is one of yes, no, future, maybe and diff, not \"{other}\"");
            document.problem(&support.span, expected + &did_you_mean(other, SUPPORT));
            return None;
        }
    };
    if let (Some(rule), None) = (&rule, support.rule()) {
        document.problem(&rule.span, format!("a row with a rule says diff, not {}", support.word()));
    }
    let reason = section.string("reason").map(|reason| reason.value.trim().to_owned()).unwrap_or_default();
    if reason.is_empty() && support.refuses() {
        document.problem(&section.span, "reason is missing: a person who is refused must be told why".into());
    }
    let (line, _) = document.place(section.span.start);
    Some(Decision {
        support,
        unsupported,
        reason,
        instead: section.string("instead").map(|text| text.value.trim().to_owned()).unwrap_or_default(),
        source: section.strings("source").into_iter().map(|text| text.value.to_owned()).collect(),
        place: format!("{}:{line}", document.file()),
    })
}

/// The operation of that name; `Some(None)` for `*`.
#[allow(clippy::option_option)]
fn endpoint(section: &Section<'_, '_>, name: &At<&str>) -> Option<Option<Endpoint>> {
    if name.value == "*" {
        return Some(None);
    }
    let found = Endpoint::from_name(name.value);
    if found.is_none() {
        let offer = did_you_mean(name.value, Endpoint::ALL.iter().map(|endpoint| endpoint.name()));
        section.document().problem(&name.span, format!("there is no operation \"{}\"{offer}", name.value));
    }
    found.map(Some)
}

fn check_name(kind: Kind, section: &Section<'_, '_>, endpoint: Option<Endpoint>, name: &At<&str>) {
    let (Some(endpoint), true) = (endpoint, name.value != "*") else { return };
    let document = section.document();
    match kind {
        Kind::Endpoint | Kind::Answer => {}
        Kind::Query => {
            if params::param(endpoint, name.value).is_none() {
                let offer = did_you_mean(name.value, params::params(endpoint).iter().map(|param| param.name));
                let message = format!("{} has no query parameter \"{}\"{offer}", endpoint.name(), name.value);
                document.problem(&name.span, message);
            }
        }
        Kind::Field => {
            if !paths::is_path(endpoint, name.value) {
                let beside = paths::names_beside(endpoint, name.value);
                let offer = beside.map(|(wrong, names)| did_you_mean(wrong, names)).unwrap_or_default();
                let message = format!("the body of {} has no field \"{}\"{offer}", endpoint.name(), name.value);
                document.problem(&name.span, message);
            }
        }
        Kind::Header => {
            if http::HeaderName::try_from(name.value).is_err() {
                document.problem(&name.span, format!("\"{}\" is not the name of a header", name.value));
            }
        }
    }
}

fn read_status(section: Section<'_, '_>) -> Option<StatusRow> {
    let document = section.document();
    let mut of = section.required("endpoint").and_then(|name| endpoint(&section, &name));
    let status = |key| {
        let number = section.integer(key);
        if number.is_none() {
            document.problem(&section.span, format!("{key} is missing: a status from 400 to 599"));
        }
        let number = number?;
        let status = u16::try_from(number.value).ok().filter(|status| (200..600).contains(status));
        if status.is_none() {
            document.problem(&number.span, format!("{key} must be a status from 200 to 599, not {}", number.value));
        }
        status
    };
    let (from, to) = (status("from"), status("to"));
    let versions = section.string("versions").map_or(Some(VersionRange::ALL), |text| {
        text.value.parse().map_err(|error| document.problem(&text.span, format!("versions: {error}"))).ok()
    });
    let mut sound = true;
    let message = section.string("message").and_then(|text| {
        let pattern = Pattern::new(text.value);
        if let Err(error) = &pattern {
            document.problem(&text.span, format!("message: {error}"));
            sound = false;
        }
        pattern.ok()
    });
    let reason = section.string("reason").map(|text| text.value.to_owned()).unwrap_or_default();
    let (line, _) = document.place(section.span.start);
    let place = format!("{}:{line}", document.file());
    section.finish();
    let row = StatusRow { endpoint: of.take()?, from: from?, to: to?, versions: versions?, message, reason, place };
    sound.then_some(row)
}

fn read_repairs(section: Section<'_, '_>) -> Vec<(Repair, bool)> {
    let mut repairs = Vec::new();
    for (key, value) in section.entries() {
        let document = section.document();
        let Some(repair) = Repair::from_name(key.value) else {
            let offer = did_you_mean(key.value, Repair::ALL.iter().map(|repair| repair.name()));
            document.problem(&key.span, format!("there is no repair {}{offer}", key.value));
            continue;
        };
        match value.as_bool() {
            Some(on) => repairs.push((repair, on)),
            None => {
                let message = format!("{} must be true or false, not {}", key.value, value.type_str());
                document.problem(&key.span, message);
            }
        }
    }
    repairs
}

fn word<T: Copy>(section: &Section<'_, '_>, key: &'static str, words: &[(&str, T)]) -> Option<T> {
    let text = section.string(key)?;
    let found = words.iter().find(|(word, _)| *word == text.value);
    if found.is_none() {
        let list: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let offer = did_you_mean(text.value, list.iter().copied());
        let message = format!("{key} is one of {}, not \"{}\"{offer}", list.join(", "), text.value);
        section.document().problem(&text.span, message);
    }
    found.map(|(_, value)| *value)
}
