//! Who listens while a call is judged: nobody, or `explain`.

use crate::policy::Point;
use crate::policy::profile::Decision;

/// One rule that spoke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The row or rule, such as `vic: field HostConfig.Privileged`.
    pub rule: String,
    /// Where it stands, such as `vic.toml:120`; empty if it is no row.
    pub place: String,
    /// What it says: `yes`, `no`, `diff named-volumes`, …
    pub says: String,
    /// What it spoke about, such as `HostConfig.Privileged`.
    pub path: String,
    /// The value, as short JSON; may be empty.
    pub value: String,
    /// What came of it.
    pub effect: Effect,
    /// Why; may be empty.
    pub reason: String,
}

/// What comes of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing to object.
    Passes,
    /// The call is refused.
    Refused,
    /// The thing is taken out of the call.
    Dropped,
    /// Not supported, and sent on all the same.
    Forwarded,
    /// Sent as something else, which is given as short JSON.
    Rewritten(String),
}

impl Effect {
    /// One word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Passes => "passes",
            Self::Refused => "refused",
            Self::Dropped => "dropped",
            Self::Forwarded => "forwarded",
            Self::Rewritten(_) => "rewritten",
        }
    }
}

impl Step {
    pub(super) fn new(rule: &str, row: &Decision, path: &str, value: &str, effect: Effect, reason: &str) -> Self {
        let says = match row.support.rule() {
            Some(rule) => format!("{} {}", row.support.word(), rule.name()),
            None => row.support.word().to_owned(),
        };
        Self {
            rule: rule.to_owned(),
            place: row.place.clone(),
            says,
            path: path.to_owned(),
            value: value.to_owned(),
            effect,
            reason: reason.to_owned(),
        }
    }

    /// A step of an access policy.
    pub(super) fn access(point: &Point, effect: Effect) -> Self {
        Self::reading(&point.rule, &point.path, &point.value, effect, &point.reason)
    }

    /// A step of the reading itself.
    pub(super) fn reading(rule: &str, path: &str, value: &str, effect: Effect, reason: &str) -> Self {
        Self {
            rule: rule.to_owned(),
            place: String::new(),
            says: String::new(),
            path: path.to_owned(),
            value: value.to_owned(),
            effect,
            reason: reason.to_owned(),
        }
    }
}

/// Whoever wants to know which rules speak. Nobody costs nothing.
pub(super) trait Witness {
    /// False if nobody listens.
    const LISTENS: bool;

    fn step(&mut self, make: impl FnOnce() -> Step);
}

impl Witness for () {
    const LISTENS: bool = false;

    fn step(&mut self, _make: impl FnOnce() -> Step) {}
}

impl Witness for Vec<Step> {
    const LISTENS: bool = true;

    fn step(&mut self, make: impl FnOnce() -> Step) {
        self.push(make());
    }
}
