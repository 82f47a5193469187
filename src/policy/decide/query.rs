//! Judging the query.

use super::trace::{Effect, Step, Witness};
use super::{Fate, Judge, READING, Subject};
use crate::docker::json::Json;
use crate::docker::params::params;
use crate::docker::query::{self, Given, QueryErrors};
use crate::policy::Point;
use crate::policy::flag::flag;
use crate::policy::near::did_you_mean;

impl<W: Witness> Judge<'_, '_, W> {
    pub(super) fn query(&mut self) {
        let question = self.question;
        if question.target.query.is_empty() {
            return;
        }
        let query = match query::read(question.endpoint, question.target, question.version(self.policy)) {
            Ok(query) => query,
            Err(QueryErrors(errors)) => {
                for error in errors {
                    self.unread(&error.name, &error.value, &error.reason, flag(question.endpoint, &error.name));
                }
                return;
            }
        };
        let forward = self.policy.forwards_unknown(question.endpoint);
        if !forward {
            for (name, _) in query.unknown() {
                self.unknown_param(name);
            }
        }
        let mut changed: Option<Vec<(String, String)>> = None;
        for given in query.used().filter(|_| !self.policy.profile.open) {
            match self.param(given) {
                Fate::Stays => {}
                Fate::Goes(_) => {
                    changed.get_or_insert_with(|| query.pairs(forward)).retain(|(name, _)| name != given.param.name);
                }
                Fate::Becomes(new) => {
                    let pairs = changed.get_or_insert_with(|| query.pairs(forward));
                    let new = new.as_str().unwrap_or_default();
                    let old = pairs.iter_mut().filter(|(name, _)| name == given.param.name);
                    old.for_each(|(_, value)| new.clone_into(value));
                }
            }
        }
        if changed.is_none() && query.is_sent_as(&question.target.query, forward) {
            self.read = Some(query);
            return;
        }
        let pairs = changed.unwrap_or_else(|| query.pairs(forward));
        if pairs != question.target.query {
            let mut target = question.target.clone();
            target.query = pairs;
            self.permit.target = Some(target);
        }
    }

    fn param(&mut self, given: &Given<'_>) -> Fate {
        let param = given.param;
        let Some(decision) = self.policy.profile.param(param) else { return Fate::Stays };
        let name = param.name;
        let subject = Subject { kind: "query", name, path: name, flag: flag(param.endpoint, name) };
        self.weigh(decision, &subject, &Json::from(given.value.as_ref()), &Json::Null)
    }

    /// Its value is not shown: it may be a misspelt `buildargs`.
    fn unknown_param(&mut self, name: &str) {
        let endpoint = self.question.endpoint;
        let offer = did_you_mean(name, params(endpoint).iter().map(|param| param.name));
        let reason = format!("{} has no such query parameter in any API version{offer}", endpoint.name());
        self.witness.step(|| Step::reading(READING, name, "", Effect::Refused, &reason));
        self.points.push(Point {
            path: name.to_owned(),
            reason,
            rule: format!("{READING}: unknown query parameter"),
            ..Point::default()
        });
    }
}
