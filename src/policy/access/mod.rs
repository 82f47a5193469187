//! Access policies: who may do what.
//!
//! A policy maps identities to roles and roles to rules. A call needs a rule
//! that allows it; a rule that denies beats every rule that allows; a call that
//! no rule speaks of is refused. Rules look at the facts of a call
//! ([`facts`](super::facts)), never at its spelling.
//!
//! The format is explained in `policies/access/README.md`.

mod amount;
mod case;
mod edit;
mod index;
mod judge;
pub mod load;
mod pattern;
mod read;
mod redact;
mod role;
mod rule;
mod tecnativa;
mod tell;

pub use case::Case;
pub(in crate::policy) use edit::put;
pub use edit::{Edit, apply};
pub use redact::Redaction;

use std::collections::HashMap;
use std::sync::Arc;

use super::document::Problem;
use super::{Invalid, Point};
use crate::docker::endpoint::Endpoint;
use crate::docker::query::Query;
use crate::identity::Identity;
use crate::policy::facts::{Facts, Kind, KindSet};
use crate::policy::own::{Owner, Thing, treatment};
use index::Shelf;
use judge::Judge;
use redact::RedactRule;
use role::{Entry, RoleSet};
use rule::{OwnerRule, Rule, SetRule};

/// A whole access policy.
#[derive(Clone, Debug)]
pub struct Access {
    /// Its name, as refusals cite it.
    pub name: String,
    /// What it is, as refusals call it.
    pub title: String,
    roles: Vec<String>,
    identities: Vec<Entry>,
    rules: Vec<Rule>,
    sets: Vec<SetRule>,
    redactions: Vec<Arc<RedactRule>>,
    by_endpoint: Vec<Index>,
    cases: Vec<Case>,
    owner: Option<OwnerRule>,
}

/// What a policy says of one operation: places of rules, in the order of the file.
#[derive(Clone, Debug, Default)]
struct Index {
    allow: Arc<Shelf>,
    deny: Arc<Shelf>,
    set: Vec<usize>,
    redact: Vec<usize>,
    interest: KindSet,
    /// True if some rule looks at what the call asks for.
    looks: bool,
    /// True if some rule is about what names and ids stand for.
    asks: bool,
}

/// Somebody as an access policy knows them, from [`Access::caller`]. To be asked of that policy only.
#[derive(Clone, Debug)]
pub struct Caller {
    roles: RoleSet,
    /// The names of the roles.
    pub role_names: Arc<[String]>,
    /// Who it is, for messages and labels.
    name: String,
}

/// What an access policy makes of a call that it permits.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// The rule that allows it, such as `ci-runner: build`.
    pub rule: Arc<str>,
    /// Where that rule stands, such as `ci-runner.toml:12`.
    pub place: Arc<str>,
    /// What is changed in it; see [`apply`].
    pub edits: Vec<Edit>,
    /// The rules that force values on it, and where they stand.
    pub sets: Vec<(String, String)>,
    /// What the caller should know.
    pub warnings: Vec<String>,
    /// What the answer must not show.
    pub redaction: Redaction,
}

impl Access {
    /// Judges a call by its facts, which must have been read with the
    /// [interest](Self::interest) of its operation.
    ///
    /// # Errors
    /// Every denial, and what the rule that comes nearest to allowing the call objects to.
    pub fn judge(&self, caller: &Caller, endpoint: Endpoint, facts: &Facts<'_>) -> Result<Grant, Vec<Point>> {
        Judge::new(self, endpoint, caller, facts).judge()
    }

    /// What the policy makes of an identity: the same for all its calls.
    #[must_use]
    pub fn caller(&self, identity: &Identity) -> Caller {
        let roles = role::roles(&self.identities, identity);
        let role_names = roles.iter().filter_map(|role| self.roles.get(role).cloned()).collect();
        Caller { roles, role_names, name: identity.label() }
    }

    /// The reason why a call that was granted cannot be sent all the same: its answer would show what is hidden,
    /// in a form in which nothing can be.
    #[must_use]
    pub fn sealed(&self, endpoint: Endpoint, query: &Query<'_>, redaction: &Redaction) -> Option<Point> {
        redaction.sealed(endpoint, query, |rule| format!("{}: {rule}", self.name))
    }

    /// The kinds of facts that some rule about an operation speaks of.
    #[must_use]
    pub fn interest(&self, endpoint: Endpoint) -> KindSet {
        self.index(endpoint).interest
    }

    /// True if a call's query and body must be read before it can be judged.
    #[must_use]
    pub fn looks_into(&self, endpoint: Endpoint) -> bool {
        self.index(endpoint).looks
    }

    /// True if some rule about an operation is about what names and ids stand for.
    #[must_use]
    pub fn asks(&self, endpoint: Endpoint) -> bool {
        self.index(endpoint).asks
    }

    /// True if some rule about an operation is about what this is in truth: a word in a name's place that
    /// could be an id.
    #[must_use]
    pub fn doubts(&self, endpoint: Endpoint, thing: Thing, name: &str) -> bool {
        let interest = self.interest(endpoint);
        match thing {
            Thing::Container => {
                let kinds = [Kind::Container, Kind::VolumesFrom, Kind::Link, Kind::Namespace];
                kinds.into_iter().any(|kind| interest.contains(kind)) && pattern::may_be_id(name)
            }
            Thing::Network => interest.contains(Kind::Network) && pattern::may_be_id(name),
            Thing::Exec => interest.contains(Kind::Container),
            Thing::Image | Thing::Volume => false,
        }
    }

    /// Who owns what an identity makes; `None` if nothing of its roles is about ownership.
    #[must_use]
    pub fn owner(&self, identity: &Identity) -> Option<Owner> {
        let rule = self.owner.as_ref()?;
        let is_for = rule.roles.as_ref().is_none_or(|roles| roles.meets(&role::roles(&self.identities, identity)));
        is_for.then(|| Owner::new(&rule.label, identity, rule.shares_images))
    }

    /// True if somebody has only what is their own.
    #[must_use]
    pub const fn has_owners(&self) -> bool {
        self.owner.is_some()
    }

    /// True if some rule may allow the operation to an identity.
    #[must_use]
    pub fn may_allow(&self, endpoint: Endpoint, identity: &Identity) -> bool {
        let roles = role::roles(&self.identities, identity);
        self.allowances(endpoint).any(|rule| rule.is_for(&roles))
    }

    /// The examples that the policy brings along.
    #[must_use]
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    fn index(&self, endpoint: Endpoint) -> &Index {
        self.by_endpoint.get(endpoint as usize).expect("there is an index for every operation")
    }

    fn allowances(&self, endpoint: Endpoint) -> impl Iterator<Item = &Rule> {
        self.index(endpoint).allow.all().filter_map(|rule| self.rules.get(rule))
    }

    fn rules_at<'a>(&'a self, places: &'a [u32]) -> impl Iterator<Item = &'a Rule> {
        places.iter().filter_map(|place| self.rules.get(*place as usize))
    }

    fn sets(&self, endpoint: Endpoint) -> impl Iterator<Item = &SetRule> {
        self.index(endpoint).set.iter().filter_map(|rule| self.sets.get(*rule))
    }

    /// What the answers of an operation must not show to these roles.
    fn redaction(&self, endpoint: Endpoint, roles: &RoleSet) -> Redaction {
        let rules = self.index(endpoint).redact.iter().filter_map(|rule| self.redactions.get(*rule));
        Redaction::new(rules.filter(|rule| rule.is_for(roles)).cloned().collect())
    }

    /// Puts rules of a file, read by [`read`](read::read), in their place.
    fn add(&mut self, raw: read::Raw) {
        let mut places = vec![(Vec::new(), Vec::new()); Endpoint::ALL.len()];
        for (allows, rules) in [(false, raw.deny), (true, raw.allow)] {
            for (mut rule, endpoints) in rules {
                rule.cited = format!("{}: {}", self.name, rule.name).into();
                for endpoint in endpoints {
                    let Some(index) = self.by_endpoint.get_mut(endpoint as usize) else { continue };
                    let Some((deny, allow)) = places.get_mut(endpoint as usize) else { continue };
                    let list = if allows { allow } else { deny };
                    list.extend(u32::try_from(self.rules.len()));
                    index.interest = index.interest.union(rule.kinds);
                    index.asks |= rule.clauses.iter().any(rule::Clause::asks);
                    // A rule that allows looks for what it does not mention.
                    index.looks |= if allows { !rule.allows_anything() } else { !rule.clauses.is_empty() };
                }
                self.rules.push(rule);
            }
        }
        for (set, endpoints) in raw.set {
            for endpoint in endpoints {
                let Some(index) = self.by_endpoint.get_mut(endpoint as usize) else { continue };
                index.set.push(self.sets.len());
                index.looks = true;
                // To tell the caller what is replaced.
                if set.values.iter().any(|value| matches!(value, rule::Forced::User(_))) {
                    index.interest.insert(Kind::User);
                }
            }
            self.sets.push(set);
        }
        for rule in raw.redact {
            for endpoint in Endpoint::ALL.iter().filter(|endpoint| rule.concerns(**endpoint)) {
                if let Some(index) = self.by_endpoint.get_mut(*endpoint as usize) {
                    index.redact.push(self.redactions.len());
                }
            }
            self.redactions.push(Arc::new(rule));
        }
        // Most operations share their rules with others.
        let mut shelves = HashMap::new();
        let Self { rules, by_endpoint, .. } = self;
        let mut shelf = |places: Vec<u32>, allows: bool| -> Arc<Shelf> {
            let new = |(places, allows): &(Vec<u32>, bool)| Arc::new(Shelf::new(places, rules, *allows));
            shelves.entry((places, allows)).or_insert_with_key(new).clone()
        };
        for (index, (deny, allow)) in by_endpoint.iter_mut().zip(places) {
            index.deny = shelf(deny, false);
            index.allow = shelf(allow, true);
        }
        self.owner = raw.owner;
        for endpoint in Endpoint::ALL.iter().filter(|endpoint| treatment(**endpoint).looks()) {
            if let (Some(_), Some(index)) = (&self.owner, self.by_endpoint.get_mut(*endpoint as usize)) {
                index.looks = true;
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
mod tests;
