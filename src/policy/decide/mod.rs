//! The one function that judges a call.
//!
//! ```text
//! operation → query parameters → headers → body fields → access policy → verdict
//! ```
//!
//! A refused operation ends it at once. Everything else that is refused is
//! collected, so that one answer names all of it. The access policy comes last: it
//! judges what would be sent.

mod access;
mod body;
mod own;
mod query;
mod short;
mod subject;
mod trace;

use http::{HeaderMap, HeaderName, StatusCode};

use super::access::Caller;
use super::own::Known;
use super::profile::{Decision, Support, Unknown, Unsupported};
use super::rule::{Fault, Outcome};
use super::{Permit, Point, Policy, Refusal, Verdict};
use crate::docker::endpoint::{BodyKind, Endpoint};
use crate::docker::json::{Json, JsonError};
use crate::docker::query::Query;
use crate::docker::secret;
use crate::docker::target::Target;
use crate::docker::version::ApiVersion;
use crate::identity::Identity;
pub use own::{Wanted, unknown};
pub use short::permit_at_once;
use short::short_way;
use subject::{Fate, Subject};
use trace::Witness;
pub use trace::{Effect, Step};

/// A call, as far as judging looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The operation.
    pub endpoint: Endpoint,
    /// The target, read by [`Target::parse`].
    pub target: &'a Target,
    /// Who asks.
    pub identity: &'a Identity,
    /// The request's headers.
    pub headers: &'a HeaderMap,
    /// The whole body; `None` if it was not read. See [`needs_body`].
    pub body: Option<&'a [u8]>,
    /// What the backend said of the things that the call refers to. See [`unknown`].
    pub known: &'a Known,
}

impl Question<'_> {
    fn version(&self, policy: &Policy) -> ApiVersion {
        let newest = policy.profile.api.as_ref().map_or(ApiVersion::NEWEST, |range| *range.end());
        self.target.version.unwrap_or(newest)
    }
}

/// Judges a call.
#[must_use]
pub fn decide(policy: &Policy, question: &Question<'_>) -> Verdict {
    decide_for(policy, question, None)
}

/// [`decide`] for somebody whom the policy's access policy has looked at before.
#[must_use]
pub fn decide_for(policy: &Policy, question: &Question<'_>, caller: Option<&Caller>) -> Verdict {
    match short_way(policy, question, caller, |_| false) {
        Some(permit) => Verdict::Permit(permit),
        None => judge(policy, question, caller, None, &mut ()),
    }
}

/// [`decide_for`], for a call whose body is needed and was read already; the question's is not looked at. The permit has
/// the body to send.
#[must_use]
pub fn decide_read(
    policy: &Policy,
    question: &Question<'_>,
    caller: Option<&Caller>,
    read: Result<Json<'_>, JsonError>,
) -> Verdict {
    judge(policy, question, caller, Some(read), &mut ())
}

/// Judges a call, and tells each rule that spoke.
#[must_use]
pub fn explain(policy: &Policy, question: &Question<'_>) -> (Verdict, Vec<Step>) {
    let mut steps = Vec::new();
    let verdict = judge(policy, question, None, None, &mut steps);
    (verdict, steps)
}

/// True if the body must be read before the call can be judged. Where it is
/// false the body is passed on as it comes.
#[must_use]
pub fn needs_body(policy: &Policy, endpoint: Endpoint, _target: &Target) -> bool {
    let profile = &policy.profile;
    let refused = profile.support(endpoint).refuses() && profile.endpoint(endpoint).unsupported == Unsupported::Reject;
    match endpoint.row().body {
        BodyKind::None | BodyKind::Tar => false,
        BodyKind::Json => {
            let by_profile = !profile.open && (profile.unknown == Unknown::Refuse || profile.looks_into(endpoint));
            !refused && (by_profile || policy.access_looks_into(endpoint))
        }
    }
}

/// True if the verdict on calls of an operation rests on their target and their caller alone: neither headers nor
/// a body have a say.
#[must_use]
pub fn rests_on_target(policy: &Policy, endpoint: Endpoint, target: &Target) -> bool {
    !needs_body(policy, endpoint, target) && policy.profile.headers().all(|(of, ..)| of != endpoint)
}

fn judge<W: Witness>(
    policy: &Policy,
    question: &Question<'_>,
    caller: Option<&Caller>,
    read: Option<Result<Json<'_>, JsonError>>,
    witness: &mut W,
) -> Verdict {
    let mut judge = Judge::new(policy, question, caller, witness);
    if let Some(refusal) = judge.operation() {
        return Verdict::Refuse(refusal);
    }
    judge.head();
    let body = match (read, question.body) {
        (Some(read), _) => judge.read_body(read),
        (None, Some(bytes)) if needs_body(policy, question.endpoint, question.target) => judge.body(bytes),
        (None, _) => None,
    };
    match &policy.access {
        Some(access) => judge.access(access, body),
        None => judge.permit.body = body.filter(|_| judge.points.is_empty()).map(|body| body.to_vec()),
    }
    judge.verdict()
}

/// A judgement under way.
struct Judge<'q, 'w, W> {
    policy: &'q Policy,
    question: &'q Question<'q>,
    /// The caller, if the access policy has looked at it before.
    caller: Option<&'q Caller>,
    witness: &'w mut W,
    points: Vec<Point>,
    permit: Permit,
    /// The query, once it is read, where it is sent as it came.
    read: Option<Query<'q>>,
    /// True once the access policy has refused something.
    forbidden: bool,
    /// What ownership ends the call with.
    gone: Option<Refusal>,
    /// False once the access policy has changed something.
    unchanged: bool,
    /// True on the short way, on which nothing is written.
    short: bool,
}

impl<'q, 'w, W: Witness> Judge<'q, 'w, W> {
    fn new(policy: &'q Policy, question: &'q Question<'q>, caller: Option<&'q Caller>, witness: &'w mut W) -> Self {
        Self {
            policy,
            question,
            caller,
            witness,
            points: Vec::new(),
            permit: Permit::default(),
            read: None,
            forbidden: false,
            gone: None,
            unchanged: true,
            short: false,
        }
    }

    /// Judges query and headers.
    fn head(&mut self) {
        if !self.policy.profile.open || self.policy.access_looks_into(self.question.endpoint) {
            self.query();
            self.headers();
        }
    }

    fn operation(&mut self) -> Option<Refusal> {
        let endpoint = self.question.endpoint;
        let profile = &self.policy.profile;
        let decision = profile.endpoint(endpoint);
        let refused = decision.support.refuses() && decision.unsupported == Unsupported::Reject;
        let rule = || format_rule(&profile.name, "endpoint", endpoint.name());
        self.witness.step(|| {
            let effect = if refused { Effect::Refused } else { Effect::Passes };
            Step::new(&rule(), decision, endpoint.name(), "", effect, &decision.reason)
        });
        if !refused {
            return None;
        }
        let row = endpoint.row();
        let point = Point {
            path: format!("{} {}", row.method.as_str(), row.pattern),
            reason: reason(decision, &decision.reason),
            instead: decision.instead.clone(),
            rule: rule(),
            ..Point::default()
        };
        Some(Refusal {
            status: StatusCode::NOT_IMPLEMENTED,
            summary: format!("{} does not support this operation:", profile.title),
            points: vec![point],
            hint: String::new(),
        })
    }

    fn headers(&mut self) {
        let endpoint = self.question.endpoint;
        for (of, name, decision) in self.policy.profile.headers() {
            if of != endpoint {
                continue;
            }
            let Ok(header) = HeaderName::try_from(name) else { continue };
            if !self.question.headers.contains_key(&header) {
                continue;
            }
            let subject = Subject { kind: "header", name, path: header.as_str(), flag: None };
            match self.weigh(decision, &subject, &Json::Null, &Json::Null) {
                Fate::Stays | Fate::Becomes(_) => {}
                Fate::Goes(_) => self.permit.without_headers.push(header),
            }
        }
    }

    /// Lets a row judge a value that the call uses.
    fn weigh(&mut self, row: &Decision, subject: &Subject<'_>, value: &Json<'_>, body: &Json<'_>) -> Fate {
        let faults = match row.support {
            Support::Yes | Support::Maybe | Support::Unknown => Vec::new(),
            Support::No | Support::Future => vec![Fault {
                at: String::new(),
                value: subject.shown(value),
                reason: reason(row, &row.reason),
                instead: row.instead.clone(),
            }],
            Support::Diff(rule) => match rule.judge(value, body) {
                Outcome::Pass => Vec::new(),
                Outcome::Refuse(mut faults) => {
                    if secret::is_secret(subject.path) {
                        faults.iter_mut().for_each(|fault| fault.value.clear());
                    }
                    faults
                }
                Outcome::Rewrite { value: new, why } => {
                    self.note(row, subject, value, Effect::Rewritten(subject.shown(&new)), &why);
                    let rule = self.rule(subject);
                    self.permit.warnings.push(format!("{}: {why} [{rule}]", subject.path));
                    self.permit.changed_by.push(rule);
                    return Fate::Becomes(new);
                }
            },
        };
        if faults.is_empty() {
            self.note(row, subject, value, Effect::Passes, &row.reason);
            return Fate::Stays;
        }
        match row.unsupported {
            Unsupported::Forward => {
                self.note(row, subject, value, Effect::Forwarded, &row.reason);
                Fate::Stays
            }
            Unsupported::Drop => Fate::Goes(faults.into_iter().map(|fault| self.drop(row, subject, fault)).collect()),
            Unsupported::Reject => {
                for fault in faults {
                    self.refuse(row, subject, fault);
                }
                Fate::Stays
            }
        }
    }

    fn refuse(&mut self, row: &Decision, subject: &Subject<'_>, fault: Fault) {
        let point = self.point(subject, fault);
        self.witness.step(|| Step::new(&point.rule, row, &point.path, &point.value, Effect::Refused, &point.reason));
        self.points.push(point);
    }

    /// Notes that something is taken out, and says what.
    fn drop(&mut self, row: &Decision, subject: &Subject<'_>, fault: Fault) -> String {
        let at = fault.at.clone();
        let point = self.point(subject, fault);
        self.witness.step(|| Step::new(&point.rule, row, &point.path, &point.value, Effect::Dropped, &point.reason));
        self.permit.warnings.push(format!("{} was left out: {} [{}]", point.title(), point.reason, point.rule));
        self.permit.changed_by.push(point.rule);
        at
    }

    fn point(&self, subject: &Subject<'_>, fault: Fault) -> Point {
        Point {
            path: format!("{}{}", subject.path, fault.at),
            value: fault.value,
            flag: subject.flag.map(str::to_owned),
            reason: fault.reason,
            instead: fault.instead,
            rule: self.rule(subject),
        }
    }

    /// Notes what no two daemons need read alike.
    fn unread(&mut self, path: &str, value: &str, reason: &str, flag: Option<&str>) {
        self.witness.step(|| Step::reading(READING, path, value, Effect::Refused, reason));
        self.points.push(Point {
            path: path.to_owned(),
            value: value.to_owned(),
            flag: flag.map(str::to_owned),
            reason: reason.to_owned(),
            instead: String::new(),
            rule: format!("{READING}: one reading for all daemons"),
        });
    }

    fn note(&mut self, row: &Decision, subject: &Subject<'_>, value: &Json<'_>, effect: Effect, reason: &str) {
        if W::LISTENS {
            let rule = self.rule(subject);
            self.witness.step(|| Step::new(&rule, row, subject.path, &subject.shown(value), effect, reason));
        }
    }

    /// How a refusal cites a row. Fields are those of a create unless it says otherwise.
    fn rule(&self, subject: &Subject<'_>) -> String {
        let profile = &self.policy.profile.name;
        match (subject.kind, self.question.endpoint) {
            ("field", Endpoint::ContainerCreate) => format_rule(profile, "field", subject.name),
            (kind, endpoint) => format_rule(profile, kind, &format!("{} {}", endpoint.name(), subject.name)),
        }
    }

    fn verdict(self) -> Verdict {
        if self.points.is_empty() {
            return self.gone.map_or(Verdict::Permit(self.permit), Verdict::Refuse);
        }
        if let Some(access) = self.policy.access.as_ref().filter(|_| self.forbidden) {
            return Verdict::Refuse(access::refusal(access, self.question.identity, self.points));
        }
        let profile = &self.policy.profile;
        let unread = self.points.iter().any(|point| point.rule.starts_with(READING));
        let summary = match (unread, self.points.len()) {
            (false, 1) => format!("{} does not support this setting:", profile.title),
            (false, count) => format!("{} does not support {count} settings of this call:", profile.title),
            (true, 1) => "this call cannot be read as Docker reads it:".to_owned(),
            (true, count) => format!("this call is refused for {count} reasons:"),
        };
        let hint = if unread {
            "Nothing was done.".to_owned()
        } else {
            format!("Nothing was done. \"vicgate matrix --profile {}\" shows what is supported.", profile.name)
        };
        Verdict::Refuse(Refusal { status: StatusCode::BAD_REQUEST, summary, points: self.points, hint })
    }
}

/// What refusals cite that come from reading the call, and from no row.
const READING: &str = "reading";

fn format_rule(profile: &str, kind: &str, name: &str) -> String {
    format!("{profile}: {kind} {name}")
}

fn reason(row: &Decision, reason: &str) -> String {
    if row.support == Support::Future { format!("planned for later: {reason}") } else { reason.to_owned() }
}

#[cfg(test)]
mod tests;
