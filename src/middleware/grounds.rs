//! What allows a call whose answer lasts: kept to judge it again after a reload.

use std::rc::Rc;
use std::sync::Arc;

use http::HeaderMap;

use super::{Connection, Gateway};
use crate::body::Body;
use crate::docker::endpoint::Endpoint;
use crate::docker::target::Target;
use crate::identity::Identity;
use crate::policy::access::Redaction;
use crate::policy::own::{Known, Owner};
use crate::policy::{Call, Permit, Question, Verdict, decide};
use crate::server;

/// A call that an access policy has permitted.
struct Grounds {
    gateway: Arc<Gateway>,
    identity: Rc<Identity>,
    endpoint: Endpoint,
    /// As it is sent: shorter than what it is read to.
    target: Box<str>,
    body: Option<Box<[u8]>>,
    /// What was known of the things that it is about, and whose it was that the answer shows.
    owning: Option<Box<(Known, Option<Owner>)>>,
    /// What the answer does not show.
    redaction: Redaction,
}

/// Keeps the grounds of a call if its answer may last. Nothing is kept without an
/// access policy: then nobody has rights to lose.
pub(super) fn keep(connection: &Connection, call: &Call<Body>, body: Option<&[u8]>, known: &Known, permit: &Permit) {
    let mut under_way = connection.under_way.borrow_mut();
    if !call.endpoint.row().answer.lasts() || call.policy.access.is_none() {
        *under_way = None;
        return;
    }
    let owner = call.policy.access.as_ref().and_then(|access| access.owner(&call.identity));
    *under_way = Some(Rc::new(Grounds {
        gateway: connection.gateway.clone(),
        identity: call.identity.clone(),
        endpoint: call.endpoint,
        target: call.target.to_wire(call.target.version).into(),
        body: body.map(Into::into),
        owning: (owner.is_some() || !known.is_empty()).then(|| Box::new((known.clone(), owner))),
        redaction: permit.redaction.clone(),
    }));
}

impl server::Grounds for Grounds {
    fn hold(&self) -> Result<(), String> {
        let policy = self.gateway.policy.load();
        let row = self.endpoint.row();
        let target = Target::parse(&self.target).map_err(|error| error.to_string())?;
        let question = Question {
            endpoint: self.endpoint,
            target: &target,
            identity: &self.identity,
            // Those that a profile speaks of belong to calls that do not last.
            headers: &HeaderMap::new(),
            body: self.body.as_deref(),
            known: self.owning.as_ref().map_or(Known::none(), |owning| &owning.0),
        };
        let owner = policy.access.as_ref().and_then(|access| access.owner(&self.identity));
        let shown = self.owning.as_ref().and_then(|owning| owning.1.as_ref());
        if owner.is_some() && owner.as_ref() != shown {
            let who = self.identity.label();
            return Err(format!("{who} has only its own by now, and {} began before that", target.path));
        }
        match decide(&policy, &question) {
            Verdict::Permit(permit) if permit.redaction.words().eq(self.redaction.words()) => Ok(()),
            Verdict::Permit(_) => {
                let who = self.identity.label();
                Err(format!("what {who} must not see is another by now, and {} began before that", target.path))
            }
            Verdict::Refuse(refusal) => {
                let why = refusal.points.iter().map(|point| point.rule.as_str()).collect::<Vec<_>>().join(", ");
                let who = self.identity.label();
                Err(format!("{who} has no right to {} {} any more [{why}]", row.method.as_str(), target.path))
            }
        }
    }
}
