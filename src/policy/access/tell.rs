//! What refusals by an access policy say: what was asked, why not, and what would be allowed.

use std::fmt::Write as _;

use super::Caller;
use super::amount;
use super::judge::{Judge, Obstacle};
use super::rule::Rule;
use crate::docker::endpoint::{Endpoint, Group};
use crate::policy::Point;
use crate::policy::facts::{self, Asked, CallPlace, Fact, Reference, Value};

impl Judge<'_> {
    /// Says why no rule allows the call: what the one that comes nearest objects to.
    pub(super) fn no_rule(&self, points: &mut Vec<Point>) {
        let mut nearest: Option<(&Rule, Vec<Obstacle<'_>>)> = None;
        for rule in self.access.allowances(self.endpoint).filter(|rule| rule.is_for(&self.caller.roles)) {
            let mut found = Vec::new();
            self.obstacles(rule, |obstacle| {
                found.push(obstacle);
                true
            });
            if nearest.as_ref().is_none_or(|(_, least)| found.len() < least.len()) {
                nearest = Some((rule, found));
            }
        }
        let Some((rule, obstacles)) = nearest else {
            let reason = format!("no rule allows {} to {}", self.endpoint.name(), self.who());
            let rule = format!("{}: no rule", self.access.name);
            points.push(Point { reason, instead: self.operations(), rule, ..self.whole_call() });
            return;
        };
        points.extend(obstacles.into_iter().map(|obstacle| self.explain(rule, obstacle)));
    }

    fn explain(&self, rule: &Rule, obstacle: Obstacle<'_>) -> Point {
        let cite = rule.cited.to_string();
        match obstacle {
            Obstacle::Unmentioned(fact) if fact.kind == facts::Kind::Unreadable => {
                point(fact, "this has no clear meaning, so that no rule can allow it".to_owned(), String::new(), cite)
            }
            Obstacle::Unmentioned(fact) => {
                let flag = fact.value == Value::Flag;
                let told = if flag { String::new() } else { format!(", so not {}", named(fact)) };
                point(fact, format!("the rule allows no {}{told}", fact.kind.things()), String::new(), cite)
            }
            Obstacle::NotGranted(fact, clause) => {
                let things = fact.kind.things();
                let instead = format!("{things}: {}", clause.patterns.text);
                point(fact, format!("the rule allows other {things}, not {}", named(fact)), instead, cite)
            }
            Obstacle::TooMuch(clause, asked) => {
                let limit = clause.limit;
                let path = match limit.place(self.endpoint) {
                    Some(CallPlace::Body(path) | CallPlace::Query(path)) => path,
                    None => limit.key(),
                };
                Point {
                    path: path.to_owned(),
                    value: match asked {
                        Asked::Amount(amount) => amount.to_string(),
                        Asked::Unset | Asked::Kept | Asked::Unlimited => String::new(),
                    },
                    flag: Some(limit.flag().to_owned()),
                    reason: match asked {
                        Asked::Amount(amount) => {
                            format!("{} is more than the rule allows", amount::shown(limit, amount))
                        }
                        Asked::Unset | Asked::Kept | Asked::Unlimited => {
                            "no limit is more than the rule allows".to_owned()
                        }
                    },
                    instead: clause.text.clone(),
                    rule: cite,
                }
            }
            Obstacle::TooHigh(name, most, asked) => Point {
                path: ulimits(self.endpoint).to_owned(),
                value: match asked {
                    Asked::Amount(amount) => format!("\"{name}={amount}\""),
                    Asked::Unset | Asked::Kept | Asked::Unlimited => format!("\"{name}\""),
                },
                flag: Some("--ulimit".to_owned()),
                reason: "this is more than the rule allows".to_owned(),
                instead: format!("{name}={most} at most"),
                rule: cite,
            },
        }
    }

    /// A point about the operation as a whole.
    pub(super) fn whole_call(&self) -> Point {
        let row = self.endpoint.row();
        Point { path: format!("{} {}", row.method.as_str(), row.pattern), ..Point::default() }
    }

    fn who(&self) -> String {
        let Caller { role_names, name, .. } = self.caller;
        let mut text = if name == "-" { "whoever connects".to_owned() } else { name.clone() };
        match &**role_names {
            [] => {}
            [role] => {
                let _ = write!(text, " (role {role})");
            }
            roles => {
                let _ = write!(text, " (roles {})", roles.join(", "));
            }
        }
        text
    }

    /// The operations that are allowed, as short as possible.
    fn operations(&self) -> String {
        let roles = &self.caller.roles;
        let allowed = |endpoint: &Endpoint| self.access.allowances(*endpoint).any(|rule| rule.is_for(roles));
        let mut words = Vec::new();
        for group in Group::ALL {
            let of_group = || Endpoint::ALL.iter().filter(|endpoint| endpoint.row().group == group);
            if of_group().all(allowed) {
                words.push(group.name().to_owned());
            } else {
                words
                    .extend(of_group().filter(|endpoint| allowed(endpoint)).map(|endpoint| endpoint.name().to_owned()));
            }
        }
        const MOST: usize = 12;
        let more = words.len().saturating_sub(MOST);
        words.truncate(MOST);
        if more > 0 {
            words.push(format!("and {more} more"));
        }
        words.join(", ")
    }
}

/// Where an operation has its ulimits.
fn ulimits(endpoint: Endpoint) -> &'static str {
    if endpoint == Endpoint::ContainerCreate {
        "HostConfig.Ulimits"
    } else if endpoint == Endpoint::ImageBuild {
        "ulimits"
    } else if matches!(endpoint, Endpoint::ServiceCreate | Endpoint::ServiceUpdate) {
        "TaskTemplate.ContainerSpec.Ulimits"
    } else {
        "Ulimits"
    }
}

/// A point about a fact.
pub(super) fn point(fact: &Fact<'_>, reason: String, instead: String, rule: String) -> Point {
    Point { path: fact.path.clone(), value: fact.shown(), flag: fact.flag.map(str::to_owned), reason, instead, rule }
}

/// The value of a fact in a sentence.
fn named(fact: &Fact<'_>) -> String {
    if let Value::Image(Reference::Id(id)) = &fact.value
        && id.len() < 64
    {
        return format!("{id}, which could be the beginning of an id; {id}:latest is a name");
    }
    let text = fact.named();
    if text.is_empty() { "none".to_owned() } else { text }
}
