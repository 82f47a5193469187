//! The judgement itself: any denial, then the first rule that allows everything.

use super::edit::{Change, Edit};
use super::rule::{Clause, Forced, LimitClause, Rule, SetRule};
use super::tell::point;
use super::{Access, Caller, Grant};
use crate::docker::endpoint::Endpoint;
use crate::policy::Point;
use crate::policy::facts::{self, Asked, CallPlace, Fact, Facts, KindSet, Limit, Value};

/// A call under judgement.
pub(super) struct Judge<'j> {
    pub(super) access: &'j Access,
    pub(super) endpoint: Endpoint,
    pub(super) caller: &'j Caller,
    pub(super) facts: &'j Facts<'j>,
    sets: Vec<&'j SetRule>,
}

/// What keeps a rule from allowing a call.
pub(super) enum Obstacle<'o> {
    /// The rule does not mention what reaches out.
    Unmentioned(&'o Fact<'o>),
    /// The rule mentions others.
    NotGranted(&'o Fact<'o>, &'o Clause),
    /// It is more than the rule allows.
    TooMuch(&'o LimitClause, Asked),
    /// The same of a `--ulimit`.
    TooHigh(&'o str, i64, Asked),
}

impl<'j> Judge<'j> {
    pub(super) fn new(access: &'j Access, endpoint: Endpoint, caller: &'j Caller, facts: &'j Facts<'j>) -> Self {
        let sets = access.sets(endpoint).filter(|set| set.is_for(&caller.roles)).collect();
        Self { access, endpoint, caller, facts, sets }
    }

    pub(super) fn judge(&self) -> Result<Grant, Vec<Point>> {
        let (index, roles, facts) = (self.access.index(self.endpoint), &self.caller.roles, &self.facts.facts);
        let counts = |fact: &Fact<'_>| fact.grant != facts::Grant::Implied && !self.is_forced(fact);
        self.judge_by(&index.deny.denying(roles, facts), &index.allow.allowing(roles, facts, counts))
    }

    /// Judges by the rules at these places: those that could deny the call, and those that could allow it.
    pub(super) fn judge_by(&self, denying: &[u32], allowing: &[u32]) -> Result<Grant, Vec<Point>> {
        let mut points = Vec::new();
        for rule in self.access.rules_at(denying) {
            self.denial(rule, &mut points);
        }
        match self.access.rules_at(allowing).find(|rule| self.allows(rule)) {
            Some(rule) if points.is_empty() => Ok(self.grant(rule)),
            Some(_) => Err(points),
            None => {
                self.no_rule(&mut points);
                Err(points)
            }
        }
    }

    /// True if nothing keeps a rule from allowing the call.
    fn allows(&self, rule: &Rule) -> bool {
        let mut free = true;
        self.obstacles(rule, |_| {
            free = false;
            false
        });
        free
    }

    /// Adds what a rule denies, if it does.
    fn denial(&self, rule: &Rule, points: &mut Vec<Point>) {
        if !rule.kinds.is_within(self.facts.kinds) {
            return;
        }
        let mut caught = Vec::new();
        let mut met = KindSet::NONE;
        for fact in self.facts.facts.iter().filter(|fact| rule.kinds.contains(fact.kind)) {
            let clause = rule.clause(fact.kind);
            if clause.is_some_and(|clause| clause.patterns.catches(&fact.value)) && !self.is_forced(fact) {
                met.insert(fact.kind);
                caught.push(fact);
            }
        }
        if !rule.kinds.is_within(met) {
            return;
        }
        let reason = if rule.reason.is_empty() { "this is forbidden" } else { &rule.reason };
        let cite = rule.cited.to_string();
        if caught.is_empty() {
            points.push(Point { reason: reason.to_owned(), rule: cite, ..self.whole_call() });
            return;
        }
        points.extend(caught.into_iter().map(|fact| point(fact, reason.to_owned(), String::new(), cite.clone())));
    }

    /// Tells `stop` of everything that keeps a rule from allowing the call, until that says false.
    pub(super) fn obstacles<'o>(&'o self, rule: &'o Rule, mut go_on: impl FnMut(Obstacle<'o>) -> bool) {
        for fact in &self.facts.facts {
            let obstacle = match rule.clause(fact.kind) {
                _ if fact.grant == facts::Grant::Implied => continue,
                Some(clause) if !clause.patterns.grants(&fact.value) => Obstacle::NotGranted(fact, clause),
                None if fact.grant == facts::Grant::Closed && !rule.unrestricted => Obstacle::Unmentioned(fact),
                Some(_) | None => continue,
            };
            if !self.is_forced(fact) && !go_on(obstacle) {
                return;
            }
        }
        for clause in &rule.limits {
            let asked = self.facts.limits.asked(clause.limit);
            let forced = self.forced_limit(clause.limit);
            if !forced && self.exceeds(rule, clause, asked) && !go_on(Obstacle::TooMuch(clause, asked)) {
                return;
            }
        }
        for (name, most) in &rule.ulimits {
            let asked = self.facts.limits.ulimits.iter().find(|(given, _)| given == name).map(|(_, asked)| *asked);
            let too_high = match asked {
                Some(Asked::Amount(amount)) => amount > *most,
                Some(Asked::Unlimited) => true,
                Some(Asked::Unset | Asked::Kept) | None => false,
            };
            if too_high && !go_on(Obstacle::TooHigh(name, *most, asked.unwrap_or_default())) {
                return;
            }
        }
    }

    fn exceeds(&self, rule: &Rule, clause: &LimitClause, asked: Asked) -> bool {
        let Some(most) = clause.most else { return false };
        if clause.limit.place(self.endpoint).is_none() {
            return false;
        }
        match asked {
            Asked::Amount(amount) => amount > most,
            Asked::Unlimited => true,
            Asked::Kept => false,
            // A default takes its place; swap follows memory; shared memory has a default of the daemon's.
            Asked::Unset => {
                let swap = clause.limit == Limit::Swap
                    && rule.limits.iter().any(|other| other.limit == Limit::Memory && other.default.is_some());
                clause.default.is_none() && clause.limit != Limit::Shm && !swap
            }
        }
    }

    fn grant(&self, rule: &Rule) -> Grant {
        let mut grant = Grant {
            rule: rule.cited.clone(),
            place: rule.place.clone(),
            edits: Vec::new(),
            sets: Vec::new(),
            warnings: Vec::new(),
            redaction: self.access.redaction(self.endpoint, &self.caller.roles),
        };
        for set in &self.sets {
            for value in &set.values {
                for place in value.places(self.endpoint) {
                    let change = match value {
                        Forced::Label(key, text) => {
                            Change::Member(key.clone(), text.replace("{name}", &self.caller.name))
                        }
                        Forced::NoNewPrivileges if place == CallPlace::Body("HostConfig.SecurityOpt") => {
                            Change::Option("no-new-privileges", "no-new-privileges=true")
                        }
                        Forced::ReadOnly | Forced::NoNewPrivileges => Change::Value(true.into()),
                        Forced::User(text) | Forced::CgroupParent(text) | Forced::Runtime(text) => {
                            Change::Value(text.clone().into())
                        }
                        Forced::Limit(limit, amount) => Change::Amount(*limit, *amount),
                    };
                    grant.edits.push(Edit { place, change });
                }
                self.warn(set, value, &mut grant.warnings);
            }
            grant.sets.push((self.cite(&set.name), set.place.clone()));
        }
        for clause in &rule.limits {
            let unset = self.facts.limits.asked(clause.limit) == Asked::Unset && !self.forced_limit(clause.limit);
            if let (true, Some(default), Some(place)) = (unset, clause.default, clause.limit.place(self.endpoint)) {
                grant.edits.push(Edit { place, change: Change::Amount(clause.limit, default) });
            }
        }
        grant
    }

    /// Says what the caller asked for and does not get.
    fn warn(&self, set: &SetRule, value: &Forced, warnings: &mut Vec<String>) {
        let (Forced::User(text) | Forced::CgroupParent(text) | Forced::Runtime(text)) = value else { return };
        for fact in &self.facts.facts {
            let shown = fact.shown();
            let same = matches!(&fact.value, Value::Text(given) if given == text);
            if self.forces(value, fact) && !matches!(shown.as_str(), "" | "\"\"") && !same {
                let rule = self.cite(&set.name);
                warnings.push(format!("{} = {shown} was replaced by {text:?} [{rule}]", fact.path));
            }
        }
    }

    /// True if a set rule puts its own value in the place of the fact's.
    fn is_forced(&self, fact: &Fact<'_>) -> bool {
        self.sets.iter().any(|set| set.values.iter().any(|value| self.forces(value, fact)))
    }

    fn forces(&self, value: &Forced, fact: &Fact<'_>) -> bool {
        let same_place = || {
            value.places(self.endpoint).iter().any(|place| match place {
                CallPlace::Body(path) | CallPlace::Query(path) => *path == fact.path,
            })
        };
        let within_place = || {
            value.places(self.endpoint).iter().any(|place| match place {
                CallPlace::Body(path) | CallPlace::Query(path) => {
                    fact.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('['))
                }
            })
        };
        match (value, &fact.value) {
            (Forced::Label(name, _), Value::Pair(given, _)) => {
                fact.kind == facts::Kind::Label && name == given && within_place()
            }
            (Forced::NoNewPrivileges, Value::Text(option)) => {
                fact.kind == facts::Kind::SecurityOption && option.starts_with("no-new-privileges")
            }
            (Forced::User(_), Value::User(_)) => fact.kind == facts::Kind::User && same_place(),
            (Forced::CgroupParent(_), Value::Text(_)) => fact.kind == facts::Kind::CgroupParent && same_place(),
            (Forced::Runtime(_), Value::Text(_)) => fact.kind == facts::Kind::Runtime && same_place(),
            _ => false,
        }
    }

    fn forced_limit(&self, limit: Limit) -> bool {
        let is_it = |value: &Forced| matches!(value, Forced::Limit(forced, _) if *forced == limit);
        self.sets.iter().any(|set| set.values.iter().any(is_it))
    }

    pub(super) fn cite(&self, rule: &str) -> String {
        format!("{}: {rule}", self.access.name)
    }
}
