//! A capability profile: what a backend can do, row by row.
//!
//! A profile is read from TOML (see `policies/vic.toml`, which explains the
//! format) and decides every operation, every query parameter and every body
//! field that exists. There is no default: a profile that forgets one does not load.

mod build;
mod fields;
mod paths;
mod pattern;
mod read;
mod status;

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

pub use build::Invalid;
pub(crate) use build::build;
pub use fields::FieldTree;
pub use paths::field_paths;
pub(super) use paths::names_beside;
pub use pattern::Pattern;
pub(crate) use read::{Raw, read};
pub use status::{StatusRow, VersionRange};

use super::rule::{Outcome, Rule};
use crate::docker::bridge::Repairs;
use crate::docker::endpoint::Endpoint;
use crate::docker::json::Json;
use crate::docker::params::{PARAMS, Param};
use crate::docker::version::ApiVersion;

/// What a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Support {
    /// The backend does it.
    Yes,
    /// The backend does not do it, and will not.
    No,
    /// The backend does not do it yet.
    Future,
    /// Only the backend knows: the call goes on, and the answer is made clear
    /// if it turns out that the backend does not do it.
    Maybe,
    /// The backend does it in its own way; the rule knows which.
    Diff(Rule),
    /// Nobody knows. Only rows about answers say so.
    Unknown,
}

impl Support {
    /// The word that stands in the file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Future => "future",
            Self::Maybe => "maybe",
            Self::Diff(_) => "diff",
            Self::Unknown => "unknown",
        }
    }

    /// The rule, where a rule decides.
    #[must_use]
    pub const fn rule(self) -> Option<Rule> {
        match self {
            Self::Diff(rule) => Some(rule),
            Self::Yes | Self::No | Self::Future | Self::Maybe | Self::Unknown => None,
        }
    }

    /// True if the row alone refuses, whatever the value.
    #[must_use]
    pub const fn refuses(self) -> bool {
        match self {
            Self::No | Self::Future => true,
            Self::Yes | Self::Maybe | Self::Diff(_) | Self::Unknown => false,
        }
    }
}

/// What happens to that which is not supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unsupported {
    /// The call is refused.
    Reject,
    /// The field or parameter is taken out, and the answer to a create says so.
    Drop,
    /// It goes on as it is.
    Forward,
}

impl Unsupported {
    /// The word that stands in the file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::Drop => "drop",
            Self::Forward => "forward",
        }
    }
}

/// What happens to a field or parameter that no API version knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unknown {
    /// The call is refused.
    Refuse,
    /// It goes on as it is.
    Forward,
}

/// One row of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What it says.
    pub support: Support,
    /// What happens if it is not supported.
    pub unsupported: Unsupported,
    /// Why, for the person who reads a refusal.
    pub reason: String,
    /// What to do instead; may be empty.
    pub instead: String,
    /// The rows of the source document that it was taken from.
    pub source: Vec<String>,
    /// Where it stands, as in `vic.toml:120`.
    pub place: String,
}

impl Decision {
    /// True if the row has nothing to say to a value. `body` is the whole body that it stands in.
    #[must_use]
    pub fn lets_pass(&self, value: &Json<'_>, body: &Json<'_>) -> bool {
        match self.support {
            Support::Yes | Support::Maybe | Support::Unknown => true,
            Support::No | Support::Future => false,
            Support::Diff(rule) => rule.judge(value, body) == Outcome::Pass,
        }
    }

    /// True if the row lets every value pass.
    #[must_use]
    pub const fn passes_all(&self) -> bool {
        match self.support {
            Support::Yes | Support::Maybe | Support::Unknown => true,
            Support::No | Support::Future | Support::Diff(_) => matches!(self.unsupported, Unsupported::Forward),
        }
    }
}

/// One row about an answer: what of it can be relied on.
#[derive(Clone, Debug)]
pub struct AnswerRow {
    /// The operation.
    pub endpoint: Endpoint,
    /// The path of the field, such as `State.Pid`.
    pub name: String,
    /// The decision.
    pub decision: Arc<Decision>,
}

/// A row, and what it is about.
#[derive(Clone, Debug)]
pub struct RowRef<'p> {
    /// `endpoint`, `query`, `header`, `field` or `answer`.
    pub kind: &'static str,
    /// The operation.
    pub endpoint: Endpoint,
    /// The parameter, header or field; empty for an operation.
    pub name: String,
    /// What the row says.
    pub decision: &'p Decision,
}

impl<'p> RowRef<'p> {
    fn new(kind: &'static str, endpoint: Endpoint, name: &str, decision: &'p Decision) -> Self {
        Self { kind, endpoint, name: name.to_owned(), decision }
    }
}

/// A whole profile.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name, as refusals cite it.
    pub name: String,
    /// What it describes, as refusals call it.
    pub title: String,
    /// The API versions that the backend speaks; `None` if the backend is asked.
    pub api: Option<RangeInclusive<ApiVersion>>,
    /// What happens to fields and parameters that no API version knows.
    pub unknown: Unknown,
    /// True if every row lets everything pass, so that nothing needs reading.
    pub open: bool,
    endpoints: Vec<Arc<Decision>>,
    params: HashMap<(Endpoint, &'static str), Arc<Decision>>,
    fields: Vec<FieldTree>,
    headers: HashMap<(Endpoint, String), Arc<Decision>>,
    answers: Vec<AnswerRow>,
    statuses: Vec<StatusRow>,
    repairs: Repairs,
}

impl Profile {
    /// The row of an operation.
    #[must_use]
    pub fn endpoint(&self, endpoint: Endpoint) -> &Decision {
        self.endpoints.get(endpoint as usize).expect("a profile has a row for every operation, or does not load")
    }

    /// What the backend does with an operation.
    #[must_use]
    pub fn support(&self, endpoint: Endpoint) -> Support {
        self.endpoint(endpoint).support
    }

    /// The row of a query parameter. `None` only where the operation as a whole is refused.
    #[must_use]
    pub fn param(&self, param: &Param) -> Option<&Arc<Decision>> {
        self.params.get(&(param.endpoint, param.name))
    }

    /// Every parameter with its row.
    pub fn params(&self) -> impl Iterator<Item = (&'static Param, Option<&Arc<Decision>>)> {
        PARAMS.iter().map(|param| (param, self.params.get(&(param.endpoint, param.name))))
    }

    /// The rows about the body of an operation.
    #[must_use]
    pub fn fields(&self, endpoint: Endpoint) -> &FieldTree {
        self.fields.get(endpoint as usize).expect("a profile has a tree for every operation")
    }

    /// True if some row about the body does more than let everything pass.
    #[must_use]
    pub fn looks_into(&self, endpoint: Endpoint) -> bool {
        !self.fields(endpoint).passes_all()
    }

    /// The row of a request header; `name` in lower case.
    #[must_use]
    pub fn header(&self, endpoint: Endpoint, name: &str) -> Option<&Arc<Decision>> {
        self.headers.iter().find(|((of, header), _)| *of == endpoint && header == name).map(|(_, decision)| decision)
    }

    /// All rows about request headers.
    pub fn headers(&self) -> impl Iterator<Item = (Endpoint, &str, &Arc<Decision>)> {
        self.headers.iter().map(|((endpoint, name), decision)| (*endpoint, name.as_str(), decision))
    }

    /// All rows about answers.
    #[must_use]
    pub fn answers(&self) -> &[AnswerRow] {
        &self.answers
    }

    /// The status that the API version of a call documents for what the backend
    /// answered; `None` if the backend's own is right. The first row that fits decides.
    #[must_use]
    pub fn status(&self, endpoint: Endpoint, version: ApiVersion, from: u16, message: &str) -> Option<u16> {
        self.statuses.iter().find(|row| row.fits(endpoint, version, from, message)).map(|row| row.to)
    }

    /// All rows about statuses.
    #[must_use]
    pub fn statuses(&self) -> &[StatusRow] {
        &self.statuses
    }

    /// Every row that decides anything, with what it is about.
    #[must_use]
    pub fn rows(&self) -> Vec<RowRef<'_>> {
        let endpoints = Endpoint::ALL.iter().zip(&self.endpoints);
        let mut rows: Vec<_> = endpoints.map(|(endpoint, row)| RowRef::new("endpoint", *endpoint, "", row)).collect();
        for (param, row) in self.params() {
            rows.extend(row.map(|row| RowRef::new("query", param.endpoint, param.name, row)));
        }
        rows.extend(self.headers().map(|(endpoint, name, row)| RowRef::new("header", endpoint, name, row)));
        for (endpoint, tree) in Endpoint::ALL.iter().zip(&self.fields) {
            rows.extend(tree.rows().into_iter().map(|(path, row)| RowRef::new("field", *endpoint, &path, row)));
        }
        rows.extend(self.answers.iter().map(|row| RowRef::new("answer", row.endpoint, &row.name, &row.decision)));
        rows
    }

    /// What of the backend's behaviour is mended.
    #[must_use]
    pub const fn repairs(&self) -> Repairs {
        self.repairs
    }
}

#[cfg(test)]
mod tests;
