//! The verdict on the call before this one: who polls asks the same again.
//!
//! A verdict is remembered where it rests on the policy, the operation, the target and the
//! caller alone, and changes nothing in the call. The caller is the connection's; all else is
//! compared, so that what is remembered is what judging would say again.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use http_body::Body as _;

use crate::body::Body;
use crate::docker::endpoint::{BodyKind, Endpoint};
use crate::docker::target::Target;
use crate::policy::decide::rests_on_target;
use crate::policy::own::Known;
use crate::policy::{Call, Permit, Policy};

/// The last verdict of a connection, if it can be used again.
#[derive(Debug, Default)]
pub(super) struct LastVerdict(RefCell<Option<Permitted>>);

/// A call that was permitted as it is.
#[derive(Debug)]
struct Permitted {
    /// Of a policy that is gone no more than its place is kept, so that no other one can be there.
    policy: Weak<Policy>,
    endpoint: Endpoint,
    target: Rc<Target>,
    allowed_by: Option<Arc<str>>,
}

impl LastVerdict {
    /// What permits this call; `None` if it has to be judged.
    pub(super) fn on(&self, call: &Call<Body>) -> Option<Permit> {
        let last = self.0.borrow();
        let last = last.as_ref().filter(|last| last.is_about(call))?;
        Some(Permit { allowed_by: last.allowed_by.clone(), ..Permit::default() })
    }

    /// Remembers what permits a call, if it would be the same again.
    pub(super) fn keep(&self, call: &Call<Body>, known: &Known, permit: &Permit) {
        // A new field has to be decided here.
        let Permit { target, body, without_headers, warnings, doubts, redaction, own, allowed_by, changed_by } = permit;
        let changes = target.is_some() || body.is_some() || !without_headers.is_empty() || !changed_by.is_empty();
        let follows = !warnings.is_empty() || !redaction.is_empty() || own.is_some();
        // What the backend said of a name may be another thing the next time.
        let asked =
            *doubts || !known.is_empty() || call.policy.access.as_ref().is_some_and(|access| access.has_owners());
        let holds = !changes && !follows && !asked && rests_on_target(&call.policy, call.endpoint, &call.target);
        self.0.replace(holds.then(|| Permitted {
            policy: Arc::downgrade(&call.policy),
            endpoint: call.endpoint,
            target: call.target.clone(),
            allowed_by: allowed_by.clone(),
        }));
    }
}

impl Permitted {
    fn is_about(&self, call: &Call<Body>) -> bool {
        let same = self.endpoint == call.endpoint
            && (Rc::ptr_eq(&self.target, &call.target) || self.target == call.target)
            && std::ptr::eq(self.policy.as_ptr(), Arc::as_ptr(&call.policy));
        // A body where none belongs is read first, and dropped.
        same && !call.unrepaired && (call.endpoint.row().body != BodyKind::None || call.body.is_end_stream())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::docker::endpoint::{Method, Routed};
    use crate::policy::access::load::from_text;
    use crate::policy::{Question, Verdict, decide, load};

    const RULES: &str = "name = \"t\"\n\
        [[allow]]\nname = \"read\"\ngroups = [\"read\"]\ncontainers = [\"web*\"]\n\
        [[allow]]\nname = \"rest\"\nendpoints = [\"SystemInfo\", \"ImageList\"]\n";
    const OWNERS: &str =
        "name = \"o\"\nowner = \"who\"\n[[allow]]\nname = \"all\"\ngroups = [\"all\"]\nunrestricted = true\n";
    const HIDES: &str = "name = \"h\"\n[[allow]]\nname = \"all\"\ngroups = [\"all\"]\nunrestricted = true\n\
        [[redact]]\nname = \"env\"\nhide = [\"env\"]\n";

    fn policy(profile: &str, rules: Option<&str>) -> Arc<Policy> {
        let access = rules.map(|rules| from_text("t.toml", rules, None).unwrap_or_else(|error| panic!("{error}")));
        Arc::new(Policy { profile: load::profile(profile, None).unwrap(), access })
    }

    fn call(policy: &Arc<Policy>, method: Method, target: &str) -> Call<Body> {
        let Routed::To { endpoint, .. } = Target::parse(target).unwrap().route(method) else {
            panic!("{target} is no operation")
        };
        Call::of_nobody(policy, endpoint, target)
    }

    fn judged(call: &Call<Body>) -> Verdict {
        let known = Known::none();
        let Call { endpoint, target, identity, headers, .. } = call;
        decide(&call.policy, &Question { endpoint: *endpoint, target, identity, headers, body: None, known })
    }

    /// Judges a call and has it remembered, as far as it can be.
    fn remember(last: &LastVerdict, call: &Call<Body>) {
        if let Verdict::Permit(permit) = judged(call) {
            last.keep(call, Known::none(), &permit);
        }
    }

    #[test]
    fn the_same_call_again_is_permitted_by_the_same_rule() {
        let policy = policy("engine", Some(RULES));
        let last = LastVerdict::default();
        let info = || call(&policy, Method::Get, "/v1.41/info");
        assert_eq!(last.on(&info()), None);
        remember(&last, &info());
        assert_eq!(last.on(&info()).unwrap().allowed_by.as_deref(), Some("t: rest"));
        assert_eq!(last.on(&call(&policy, Method::Get, "/v1.40/info")), None);
    }

    #[test]
    fn another_policy_is_asked_itself() {
        let (before, after) = (policy("engine", Some(RULES)), policy("engine", Some(RULES)));
        let last = LastVerdict::default();
        remember(&last, &call(&before, Method::Get, "/info"));
        assert_eq!(last.on(&call(&after, Method::Get, "/info")), None);
    }

    #[test]
    fn what_has_an_owner_or_is_hidden_or_has_a_body_is_judged_each_time() {
        for (rules, method, target) in [
            (OWNERS, Method::Get, "/containers/json"),
            (HIDES, Method::Get, "/containers/web/json"),
            (RULES, Method::Get, "/containers/0123456789ab/json"),
            (RULES, Method::Post, "/containers/create"),
        ] {
            let policy = policy("engine", Some(rules));
            let last = LastVerdict::default();
            remember(&last, &call(&policy, method, target));
            assert_eq!(last.on(&call(&policy, method, target)), None, "{target}");
        }
    }

    #[test]
    fn a_body_where_none_belongs_is_read_first() {
        let policy = policy("engine", None);
        let last = LastVerdict::default();
        let start = || call(&policy, Method::Post, "/containers/web/restart");
        remember(&last, &start());
        assert!(last.on(&start()).is_some());
        assert_eq!(last.on(&Call { body: Body::full("{}"), ..start() }), None);
    }

    const TARGETS: &[&str] = &[
        "/info",
        "/v1.25/info",
        "/containers/json",
        "/containers/json?all=1",
        "/containers/json?all=1&before=x",
        "/containers/json?nosuch=1",
        "/containers/web/json",
        "/containers/db/json",
        "/containers/web/top?ps_args=-ef",
        "/images/json",
    ];

    proptest! {
        #[test]
        fn what_is_remembered_is_what_judging_says(
            calls in proptest::collection::vec((proptest::sample::select(TARGETS), 0usize..4), 1..20),
        ) {
            let policies =
                [policy("engine", None), policy("vic", None), policy("engine", Some(RULES)), policy("vic", Some(RULES))];
            let last = LastVerdict::default();
            for (target, of) in calls {
                let call = call(policies.get(of).unwrap(), Method::Get, target);
                if let Some(permit) = last.on(&call) {
                    prop_assert_eq!(Verdict::Permit(permit), judged(&call));
                }
                remember(&last, &call);
            }
        }
    }
}
