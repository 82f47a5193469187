//! The short way to a verdict, which nearly all calls with a body take.

use super::{Judge, Question, needs_body};
use crate::docker::endpoint::Endpoint;
use crate::docker::json::Json;
use crate::docker::schema::{self, Keep};
use crate::policy::{Caller, Permit, Policy};

/// Permits a call at once whose body is spelt canonically, passes as it is, and is not `held` back. `None`
/// says nothing about it.
#[must_use]
pub fn permit_at_once(
    policy: &Policy,
    question: &Question<'_>,
    caller: Option<&Caller>,
    held: impl Fn(&Json<'_>) -> bool,
) -> Option<Permit> {
    short_way(policy, question, caller, held).filter(|permit| !permit.doubts)
}

/// Permits a call whose body is spelt canonically already, and that passes as it is: the usual case, at
/// a fraction of the cost. Whatever is to be refused, changed or told goes the long way.
pub(super) fn short_way(
    policy: &Policy,
    question: &Question<'_>,
    caller: Option<&Caller>,
    held: impl Fn(&Json<'_>) -> bool,
) -> Option<Permit> {
    // Ownership, and things that are called otherwise than the call calls them, change what is sent.
    let owns = policy.access.as_ref().is_some_and(|access| access.owner(question.identity).is_some());
    if owns || !question.known.is_empty() {
        return None;
    }
    let bytes = question.body.filter(|_| needs_body(policy, question.endpoint, question.target))?;
    // To an access policy, a limit of 0 is something where there was one before. What makes a container has none
    // before it, and what says nothing there is no fact: a test holds the facts to that.
    let makes = question.endpoint == Endpoint::ContainerCreate;
    let keep = if policy.access.is_none() || makes { Keep::Uses } else { Keep::All };
    let body = schema::skim(schema::body(question.endpoint)?, bytes, question.version(policy), keep)?;
    let mut nobody = ();
    let mut judge = Judge { short: true, ..Judge::new(policy, question, caller, &mut nobody) };
    if judge.operation().is_some() {
        return None;
    }
    judge.head();
    if held(body.json()) || !judge.passes_as_it_is(&body) {
        return None;
    }
    if let Some(access) = &policy.access {
        judge.access(access, Some(body));
    }
    (judge.unchanged && judge.points.is_empty() && judge.gone.is_none()).then_some(judge.permit)
}
