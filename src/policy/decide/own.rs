//! Judging by whose things are, with what the backend said of them.

use http::StatusCode;

use super::trace::{Effect, Step, Witness};
use super::{Judge, Question};
use crate::docker::endpoint::Endpoint;
use crate::docker::json::parse;
use crate::docker::query::{self, Query};
use crate::docker::schema::{self, Body, Keep};
use crate::docker::target::Target;
use crate::policy::access::Access;
use crate::policy::facts::{self, Fact, Facts, Kind, Value};
use crate::policy::own::{self, Asked, Change, End, Found, Known, Need, Own, Owner, Place, Reference, Thing, named};
use crate::policy::{Policy, Refusal};

/// A thing that the backend must be asked about before a call can be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What it is.
    pub thing: Thing,
    /// What the call calls it.
    pub name: String,
    /// What the call needs of it.
    pub need: Need,
}

/// What the backend must be asked about before a call can be judged, and for whom; nothing for nearly all
/// calls. What cannot be read is refused by [`decide`](super::decide()) unasked.
#[must_use]
pub fn unknown(policy: &Policy, question: &Question<'_>) -> (Vec<Wanted>, Option<Owner>) {
    let nothing = (Vec::new(), None);
    let endpoint = question.endpoint;
    let Some(access) = policy.access.as_ref() else { return nothing };
    let owner = access.owner(question.identity).filter(|owner| owner.treats(endpoint).looks());
    if owner.is_none() && !access.asks(endpoint) || !access.may_allow(endpoint, question.identity) {
        return nothing;
    }
    let Ok(query) = query::read(endpoint, question.target, question.version(policy)) else { return nothing };
    let Some(body) = body(policy, question) else { return nothing };
    if owner.is_none() && !may_pass(access, question, &query, body.as_ref()) {
        return nothing;
    }
    let references = own::references(owner.as_ref(), endpoint, question.target, &query, body.as_ref());
    let mut wanted: Vec<Wanted> = Vec::new();
    for Reference { thing, name, need, .. } in references {
        let matters = owner.is_some() || access.doubts(endpoint, thing, &name);
        if matters && !wanted.iter().any(|known| known.thing == thing && known.name == name) {
            wanted.push(Wanted { thing, name, need });
        }
    }
    (wanted, owner)
}

/// True if the rules could allow a call, whatever its names stand for: nobody need be asked about one that
/// is refused in any case.
fn may_pass(access: &Access, question: &Question<'_>, query: &Query<'_>, body: Option<&Body<'_>>) -> bool {
    let endpoint = question.endpoint;
    let name = question.target.name(endpoint);
    let mut facts = facts::read(endpoint, name, Some(query), body, access.interest(endpoint));
    for fact in &mut facts.facts {
        if named(fact).is_some_and(|(thing, name)| access.doubts(endpoint, thing, name)) {
            fact.value = Value::Hoped;
        }
    }
    access.judge(&access.caller(question.identity), endpoint, &facts).is_ok()
}

/// True if a call names something in a word that could be an id, and rules are about what that is in truth.
pub(super) fn doubts(access: &Access, endpoint: Endpoint, facts: &Facts<'_>) -> bool {
    endpoint.row().pattern.starts_with("/exec/") && access.doubts(endpoint, Thing::Exec, "")
        || facts.facts.iter().filter_map(named).any(|(thing, name)| access.doubts(endpoint, thing, name))
}

/// The body as it is read; `None` if it cannot be.
fn body<'q>(policy: &Policy, question: &Question<'q>) -> Option<Option<Body<'q>>> {
    let bytes = question.body.unwrap_or_default();
    match schema::body(question.endpoint) {
        Some(ty) if !bytes.iter().all(u8::is_ascii_whitespace) => {
            let version = question.version(policy);
            // Nearly all bodies can be read at a fraction of the cost.
            let short = schema::skim(ty, bytes, version, Keep::All);
            Some(Some(short.map_or_else(|| schema::read(ty, parse(bytes).ok()?, version).ok(), Some)?))
        }
        Some(_) | None => Some(None),
    }
}

/// What ownership has to do with a call.
pub(super) struct Owning<'o> {
    pub(super) owner: Option<Owner>,
    references: Vec<Reference>,
    rule: String,
    known: &'o Known,
}

impl<'o> Owning<'o> {
    pub(super) fn new(
        access: &Access,
        question: &Question<'o>,
        target: &Target,
        query: &Query<'_>,
        body: Option<&Body<'_>>,
    ) -> Option<Self> {
        let endpoint = question.endpoint;
        let owner = access.owner(question.identity).filter(|_| access.may_allow(endpoint, question.identity));
        if owner.is_none() && question.known.is_empty() {
            return None;
        }
        let references = own::references(owner.as_ref(), endpoint, target, query, body);
        Some(Self { owner, references, rule: format!("{}: owner", access.name), known: question.known })
    }

    fn asked<'a>(
        &'a self,
        endpoint: Endpoint,
        version: crate::docker::version::ApiVersion,
        query: &'a Query<'a>,
        body: Option<&'a Body<'a>>,
    ) -> Asked<'a> {
        let Self { references, rule, known, .. } = self;
        Asked { endpoint, version, query, body, references, known, rule }
    }

    /// Lets rules see what things are called in truth.
    fn name(&self, facts: &mut Facts<'_>, endpoint: Endpoint) {
        for fact in &mut facts.facts {
            let Some((thing, name)) = named(fact) else { continue };
            let bare = name.trim_start_matches('/');
            if let Some(Found::There(object)) = self.known.looked_for(thing, bare)
                && let Value::Text(asked) = &fact.value
            {
                let before = asked.strip_suffix(name).unwrap_or_default();
                fact.value = Value::Object {
                    asked: asked.clone(),
                    name: format!("{before}{}", object.name),
                    id: format!("{before}{}", object.id),
                };
            }
        }
        for reference in self.references.iter().filter(|reference| reference.thing == Thing::Exec) {
            if let Some(Found::There(object)) = self.known.looked_for(Thing::Exec, &reference.name) {
                let asked = reference.name.clone().into();
                let value = Value::Object { asked, name: object.name.clone(), id: String::new() };
                facts.kinds.insert(Kind::Container);
                facts.facts.push(Fact::in_path(Kind::Container, value, endpoint));
            }
        }
    }
}

impl<W: Witness> Judge<'_, '_, W> {
    /// Ends a call about what is not there for the caller, and lets rules see what the rest is called.
    pub(super) fn look(
        &mut self,
        owning: &Owning<'_>,
        query: &Query<'_>,
        body: Option<&Body<'_>>,
        facts: &mut Facts<'_>,
    ) -> bool {
        let endpoint = self.question.endpoint;
        let version = self.question.version(self.policy);
        owning.name(facts, endpoint);
        match own::gone(&owning.asked(endpoint, version, query, body), owning.owner.as_ref()) {
            Some(End::Nothing) => {
                let instead = Some((StatusCode::NO_CONTENT, ""));
                let own = owning.owner.clone().map(|owner| Own { owner, volumes: Vec::new(), image: None, instead });
                self.permit.own = own.map(Box::new);
                false
            }
            Some(end) => self.end(end, &owning.rule),
            None => true,
        }
    }

    /// What ownership makes of a call that the rules permit; `None` if it ends it.
    pub(super) fn own(
        &mut self,
        owning: &Owning<'_>,
        query: &Query<'_>,
        body: Option<&Body<'_>>,
    ) -> Option<(Change, Vec<(Place, String)>)> {
        let version = self.question.version(self.policy);
        let asked = owning.asked(self.question.endpoint, version, query, body);
        let change = match owning.owner.as_ref().map(|owner| own::judge(&asked, owner)) {
            None => Change::default(),
            Some(Ok(change)) => change,
            Some(Err(end)) => {
                self.end(end, &owning.rule);
                return None;
            }
        };
        let renames = asked.renames();
        let mut tell = |path: &str, new: String| {
            self.witness
                .step(|| Step::reading(&owning.rule, path, "", Effect::Rewritten(new), "what is made is labelled"));
        };
        change.edits.iter().for_each(|edit| tell(edit.path(), edit.shown()));
        if let Some((name, value)) = &change.query {
            let reason = "the answer is about what is the caller's";
            self.witness.step(|| Step::reading(&owning.rule, name, "", Effect::Rewritten(value.clone()), reason));
        }
        Some((change, renames))
    }

    fn end(&mut self, end: End, rule: &str) -> bool {
        let (status, summary) = match end {
            End::Gone(text) => (StatusCode::NOT_FOUND, text),
            End::Unusable(text) => (StatusCode::BAD_REQUEST, text),
            End::Taken(text) => (StatusCode::CONFLICT, text),
            End::Nothing => return false,
            End::Forbidden(points) => {
                self.forbidden = true;
                for point in &points {
                    self.witness.step(|| Step::access(point, Effect::Refused));
                }
                self.points.extend(points);
                return false;
            }
        };
        let endpoint = self.question.endpoint.name();
        self.witness.step(|| Step::reading(rule, endpoint, "", Effect::Refused, &summary));
        self.gone = Some(Refusal { status, summary, points: Vec::new(), hint: String::new() });
        false
    }
}
