//! Judging by an access policy what is about to be sent.

use std::borrow::Cow;

use http::StatusCode;

use super::own::{Owning, doubts};
use super::trace::{Effect, Step, Witness};
use super::{Judge, READING};
use crate::docker::endpoint::Endpoint;
use crate::docker::json::Json;
use crate::docker::query;
use crate::docker::schema::Body;
use crate::docker::target::Target;
use crate::identity::Identity;
use crate::policy::access::{Access, Grant, apply, put};
use crate::policy::own::{Change, Place};
use crate::policy::{Point, Refusal, facts};

impl<W: Witness> Judge<'_, '_, W> {
    /// Judges the call with the edits of the profile, and makes those of the access policy.
    pub(super) fn access(&mut self, access: &Access, body: Option<Body<'_>>) {
        let before = self.permit.target.take();
        let target = before.as_ref().unwrap_or(self.question.target);
        let after = self.access_to(access, target, body);
        self.permit.target = after.or(before);
    }

    /// The same for the target that would be sent. Gives another one if that is sent instead.
    fn access_to(&mut self, access: &Access, target: &Target, body: Option<Body<'_>>) -> Option<Target> {
        let endpoint = self.question.endpoint;
        let version = self.question.version(self.policy);
        if self.points.iter().any(|point| point.rule.starts_with(READING)) {
            // It is refused already, and does not say clearly what a rule would look at.
            return None;
        }
        let read = self.read.take().filter(|_| std::ptr::eq(target, self.question.target));
        let query = match read.map_or_else(|| query::read(endpoint, target, version), Ok) {
            Ok(query) => query,
            Err(errors) => {
                self.unread("the query", "", &errors.to_string(), None);
                return None;
            }
        };
        let interest = access.interest(endpoint);
        let mut facts = facts::read(endpoint, target.name(endpoint), Some(&query), body.as_ref(), interest);
        let owning = Owning::new(access, self.question, target, &query, body.as_ref());
        self.permit.doubts = owning.is_none() && access.asks(endpoint) && doubts(access, endpoint, &facts);
        if let Some(owning) = &owning
            && !self.look(owning, &query, body.as_ref(), &mut facts)
        {
            return None;
        }
        let caller = self.caller.map_or_else(|| Cow::Owned(access.caller(self.question.identity)), Cow::Borrowed);
        let grant = match access.judge(&caller, endpoint, &facts) {
            Ok(grant) => grant,
            Err(points) => {
                self.forbidden = true;
                for point in &points {
                    self.witness.step(|| Step::access(point, Effect::Refused));
                }
                self.points.extend(points);
                return None;
            }
        };
        if let Some(point) = access.sealed(endpoint, &query, &grant.redaction) {
            self.forbidden = true;
            self.witness.step(|| Step::access(&point, Effect::Refused));
            self.points.push(point);
            return None;
        }
        self.tell(&grant, access);
        let (change, renames) = match &owning {
            Some(owning) => self.own(owning, &query, body.as_ref())?,
            None => <(Change, Vec<_>)>::default(),
        };
        self.permit.warnings.extend(grant.warnings);
        self.permit.redaction = grant.redaction;
        self.permit.own = change.own.map(Box::new);
        let mut edits = grant.edits;
        edits.extend(change.edits);
        let unchanged = edits.is_empty() && renames.is_empty() && change.query.is_none();
        if !unchanged {
            self.permit.changed_by.extend(grant.sets.into_iter().map(|(rule, _)| rule));
            self.permit.changed_by.push(grant.rule.to_string());
        }
        self.permit.allowed_by = Some(grant.rule);
        if unchanged {
            // What is refused is not sent, and may be long.
            let sent = !self.short && self.points.is_empty();
            self.permit.body = body.filter(|_| sent).map(|body| body.to_vec());
            return None;
        }
        self.unchanged = false;
        let (had_body, mut body) = (body.is_some(), body);
        let mut new = Target { query: query.pairs(self.policy.forwards_unknown(endpoint)), ..target.clone() };
        for (place, id) in &renames {
            if !rename(endpoint, &mut new, body.as_mut(), place, id) {
                let reason = "this is named twice, in two ways";
                self.unread(&format!("{place:?}"), "", reason, None);
            }
        }
        let mut json = body.map_or(Json::Null, Body::into_json);
        apply(&edits, &mut json, &mut new.query, version);
        match change.query {
            Some((name @ "changes", value)) => new.query.push((name.to_owned(), value)),
            Some((name, value)) => put(&mut new.query, name, value),
            None => {}
        }
        new.version = new.version.max(change.since);
        self.permit.body = (had_body || !json.is_null()).then(|| json.to_vec());
        (new != *target).then_some(new)
    }

    fn tell(&mut self, grant: &Grant, access: &Access) {
        let endpoint = self.question.endpoint.name();
        let step = |rule: &str, place: &str, says: &str, effect| Step {
            rule: rule.to_owned(),
            place: place.to_owned(),
            says: says.to_owned(),
            path: endpoint.to_owned(),
            value: String::new(),
            effect,
            reason: String::new(),
        };
        self.witness.step(|| step(&grant.rule, &grant.place, "allow", Effect::Passes));
        for (rule, place) in &grant.sets {
            self.witness.step(|| step(rule, place, "set", Effect::Passes));
        }
        for (rule, place, words) in grant.redaction.rules() {
            self.witness.step(|| Step {
                reason: format!("the answer hides {words}"),
                ..step(&format!("{}: {rule}", access.name), place, "redact", Effect::Passes)
            });
        }
        for edit in &grant.edits {
            self.witness.step(|| {
                let mut step = step(&grant.rule, "", "", Effect::Rewritten(edit.shown()));
                edit.path().clone_into(&mut step.path);
                step
            });
        }
    }
}

/// Puts an id in the place of a name; false if it is there already.
fn rename(endpoint: Endpoint, target: &mut Target, body: Option<&mut Body<'_>>, place: &Place, id: &str) -> bool {
    match (place, body) {
        (Place::Path, _) => {
            let fixed = endpoint.row().pattern.split('{').next().unwrap_or_default();
            let end = fixed.len() + target.name(endpoint).len();
            let rest = target.path.get(end..).unwrap_or_default().to_owned();
            target.path = format!("{fixed}{id}{rest}");
        }
        (Place::Query(name), _) => put(&mut target.query, name, id.to_owned()),
        (Place::Body(path), Some(body)) => return body.replace(path, Json::from(id.to_owned())),
        (Place::Key(path), Some(body)) => return body.rename(path, id),
        (Place::Body(_) | Place::Key(_), None) | (Place::Stays(_), _) => {}
    }
    true
}

/// The refusal of a call that somebody may not make.
pub(super) fn refusal(access: &Access, identity: &Identity, points: Vec<Point>) -> Refusal {
    let who = match identity.label() {
        name if name == "-" => String::new(),
        name => format!(" to {name}"),
    };
    let summary = match points.len() {
        1 => format!("{} does not allow this{who}:", access.title),
        count => format!("{} does not allow this{who}, for {count} reasons:", access.title),
    };
    Refusal { status: StatusCode::FORBIDDEN, summary, points, hint: "Nothing was done.".to_owned() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use http::HeaderMap;

    use super::*;
    use crate::policy::access::load::from_text;
    use crate::policy::{Permit, Policy, Question, Verdict, decide, load};

    fn policy(profile: &str, rules: &str) -> Policy {
        let access = from_text("t.toml", &format!("name = \"t\"\ntitle = \"The team's policy\"\n{rules}"), None);
        Policy {
            profile: load::profile(profile, None).unwrap(),
            access: Some(access.unwrap_or_else(|e| panic!("{e}"))),
        }
    }

    fn ask(policy: &Policy, endpoint: Endpoint, target: &str, body: &str) -> Verdict {
        let target = Target::parse(target).unwrap();
        let (headers, identity) = (HeaderMap::new(), Identity::nobody());
        let body = (!body.is_empty()).then_some(body.as_bytes());
        let known = crate::policy::own::Known::none();
        decide(policy, &Question { endpoint, target: &target, identity: &identity, headers: &headers, body, known })
    }

    fn create(policy: &Policy, body: &str) -> Verdict {
        ask(policy, Endpoint::ContainerCreate, "/v1.25/containers/create", body)
    }

    fn refusal(verdict: Verdict) -> Refusal {
        match verdict {
            Verdict::Refuse(refusal) => refusal,
            Verdict::Permit(permit) => panic!("permitted: {permit:?}"),
        }
    }

    fn permit(verdict: Verdict) -> Permit {
        match verdict {
            Verdict::Permit(permit) => permit,
            Verdict::Refuse(refusal) => panic!("{}", refusal.message()),
        }
    }

    const RUN: &str = "[[allow]]\nname = \"run\"\nendpoints = [\"ContainerCreate\"]\nimages = [\"acme/**\"]\n";

    #[test]
    fn what_a_policy_refuses_is_403_and_names_the_rule() {
        let policy = policy("engine", RUN);
        let refused = refusal(create(&policy, r#"{"Image":"evil","HostConfig":{"Binds":["/:/h"]}}"#));
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let text = "\
The team's policy does not allow this, for 2 reasons:
  Image = \"evil\"
    the rule allows other images, not docker.io/library/evil:latest
    instead: images: acme/**
    [t: run]
  HostConfig.Binds[0] = \"/:/h\" (-v, --volume)
    the rule allows no paths of the host, so not /
    [t: run]
Nothing was done.";
        assert_eq!(refused.message(), text);
        let refused = refusal(ask(&policy, Endpoint::SystemInfo, "/v1.25/info", ""));
        assert_eq!(refused.points[0].reason, "no rule allows SystemInfo to whoever connects");
    }

    #[test]
    fn what_the_backend_cannot_do_and_what_nobody_may_is_said_at_once() {
        let refused = refusal(create(&policy("vic", RUN), r#"{"Image":"evil","HostConfig":{"CpuShares":5}}"#));
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let rules: Vec<&str> = refused.points.iter().map(|point| point.rule.as_str()).collect();
        assert_eq!(rules, ["vic: field HostConfig.CpuShares", "t: run"]);
    }

    #[test]
    fn what_no_version_knows_is_refused_wherever_a_policy_judges() {
        let policy = policy("engine", RUN);
        let refused = refusal(create(&policy, r#"{"Image":"acme/x","HostConfig":{"NewRoot":"/"}}"#));
        assert_eq!(refused.points[0].path, "HostConfig.NewRoot");
        let refused = refusal(ask(
            &policy,
            Endpoint::ContainerCreate,
            "/v1.25/containers/create?root=1",
            r#"{"Image":"acme/x"}"#,
        ));
        assert_eq!(refused.points[0].path, "root");
    }

    #[test]
    fn what_is_forced_is_sent() {
        let rules = format!("{RUN}[[set]]\nname = \"who\"\nuser = \"1000\"\n");
        let sent = permit(create(&policy("engine", &rules), r#"{"Image":"acme/x","User":"root"}"#));
        assert_eq!(sent.body.unwrap(), br#"{"Image":"acme/x","User":"1000"}"#);
        assert_eq!(sent.warnings, ["User = \"root\" was replaced by \"1000\" [t: who]"]);
        let rules = "[[allow]]\nname = \"b\"\ngroups = [\"build\"]\n[[set]]\nname = \"m\"\nmemory = \"1g\"\n";
        let built = permit(ask(&policy("engine", rules), Endpoint::ImageBuild, "/v1.25/build?t=x&memory=5", ""));
        assert_eq!(built.target.unwrap().to_wire(None), "/build?t=x&memory=1073741824");
    }

    #[test]
    fn without_a_rule_that_looks_a_body_passes_unread() {
        let all = policy("engine", "[[allow]]\nname = \"all\"\ngroups = [\"all\"]\nunrestricted = true\n");
        let target = Target::parse("/containers/create").unwrap();
        assert!(!decide::needs_body(&all, Endpoint::ContainerCreate, &target));
        assert!(decide::needs_body(&policy("engine", RUN), Endpoint::ContainerCreate, &target));
    }
}
