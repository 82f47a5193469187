//! A routed call, and the same call once it is permitted.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use http::HeaderMap;

use super::Policy;
use super::access::Redaction;
use super::decide::Question;
use super::own::{Known, Own};
use super::verdict::Permit;
use crate::docker::bridge::Bridged;
use crate::docker::endpoint::{Endpoint, Hijack};
use crate::docker::target::Target;
use crate::docker::version::ApiVersion;
use crate::identity::Identity;

/// A request whose operation is known. Nothing has judged it yet.
#[derive(Debug)]
pub struct Call<B> {
    /// The operation.
    pub endpoint: Endpoint,
    /// The target as the client sent it, decoded. Shared with whoever remembers the call.
    pub target: Rc<Target>,
    /// Who asks.
    pub identity: Rc<Identity>,
    /// What it is judged by, from its head to the end of its answer: a reload is for later calls.
    pub policy: Arc<Policy>,
    /// How it was bridged to another API version than the client's, if it was.
    pub bridged: Option<Arc<Bridged>>,
    /// True if its repairs are still to be made, should its body need any.
    pub unrepaired: bool,
    /// The request's headers.
    pub headers: HeaderMap,
    /// True if the client asked for an upgrade. Old clients of a hijack do not.
    pub upgrade: bool,
    /// The request's body.
    pub body: B,
    /// How it arrives.
    pub arrival: Arrival,
}

/// How the body of a request arrives.
#[derive(Clone, Debug, Default)]
pub struct Arrival {
    /// Since when it is awaited, if that was before the call was routed.
    pub since: Option<Instant>,
    /// Where it may be long: set while it is read to be judged, and its client is read from beside the worker.
    pub is_long: Option<Arc<AtomicBool>>,
}

/// A call without its body, on its way to another thread or back: what a [`Call`] shares within one is its own here.
#[derive(Debug)]
pub struct Head {
    endpoint: Endpoint,
    target: Target,
    identity: Identity,
    policy: Arc<Policy>,
    bridged: Option<Arc<Bridged>>,
    unrepaired: bool,
    headers: HeaderMap,
    upgrade: bool,
}

/// A call that may be sent. There is no way to make one but [`Call::permit`].
#[derive(Debug)]
pub struct Permitted<B> {
    call: Call<B>,
    warnings: Vec<String>,
    redaction: Redaction,
    own: Option<Box<Own>>,
}

impl Head {
    /// Does work about the call.
    pub fn with<T>(self, work: impl FnOnce(&mut Call<()>) -> T) -> (Self, T) {
        let mut call = Call {
            endpoint: self.endpoint,
            target: Rc::new(self.target),
            identity: Rc::new(self.identity),
            policy: self.policy,
            bridged: self.bridged,
            unrepaired: self.unrepaired,
            headers: self.headers,
            upgrade: self.upgrade,
            body: (),
            arrival: Arrival::default(),
        };
        let done = work(&mut call);
        (call.take_head(), done)
    }
}

impl<B> Call<B> {
    /// What is judged of it. See [`Question::body`] and [`Question::known`].
    pub fn question<'q>(&'q self, body: Option<&'q [u8]>, known: &'q Known) -> Question<'q> {
        Question {
            endpoint: self.endpoint,
            target: &self.target,
            identity: &self.identity,
            headers: &self.headers,
            body,
            known,
        }
    }

    /// All but the body. The call has no headers until [`put_back`](Self::put_back) is called.
    #[must_use]
    pub fn take_head(&mut self) -> Head {
        Head {
            endpoint: self.endpoint,
            target: Target::clone(&self.target),
            identity: Identity::clone(&self.identity),
            policy: self.policy.clone(),
            bridged: self.bridged.clone(),
            unrepaired: self.unrepaired,
            headers: std::mem::take(&mut self.headers),
            upgrade: self.upgrade,
        }
    }

    /// Makes it what was made of its head. Who asks, and what judges it, stay the same.
    pub fn put_back(&mut self, head: Head) {
        self.endpoint = head.endpoint;
        self.target = Rc::new(head.target);
        self.bridged = head.bridged;
        self.unrepaired = head.unrepaired;
        self.headers = head.headers;
    }

    /// Turns a verdict into the call to send. `full` makes a body of bytes.
    pub fn permit(mut self, permit: Permit, full: impl FnOnce(Vec<u8>) -> B) -> Permitted<B> {
        if let Some(target) = permit.target {
            self.target = Rc::new(target);
        }
        if let Some(body) = permit.body {
            self.body = full(body);
        }
        for name in permit.without_headers {
            self.headers.remove(name);
        }
        Permitted { call: self, warnings: permit.warnings, redaction: permit.redaction, own: permit.own }
    }
}

impl<B> Permitted<B> {
    /// The operation.
    #[must_use]
    pub const fn endpoint(&self) -> Endpoint {
        self.call.endpoint
    }

    /// What it was judged by.
    #[must_use]
    pub const fn policy(&self) -> &Arc<Policy> {
        &self.call.policy
    }

    /// The target to send.
    #[must_use]
    pub const fn target(&self) -> &Rc<Target> {
        &self.call.target
    }

    /// How it was bridged, if it was.
    #[must_use]
    pub fn bridged(&self) -> Option<&Arc<Bridged>> {
        self.call.bridged.as_ref()
    }

    /// The version that the client speaks, by whose documents it reads the answer; `None` if it named none.
    #[must_use]
    pub fn client_version(&self) -> Option<ApiVersion> {
        self.bridged().map_or(self.call.target.version, |bridged| Some(bridged.client))
    }

    /// The body to send.
    #[must_use]
    pub const fn body(&self) -> &B {
        &self.call.body
    }

    /// Lines for `Warnings` of the answer to a create.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What the answer must not show.
    #[must_use]
    pub const fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// What ownership asks for besides; `None` where it asks for nothing.
    #[must_use]
    pub fn own(&self) -> Option<&Own> {
        self.own.as_deref()
    }

    /// True if the client asked for an upgrade.
    #[must_use]
    pub const fn upgrade(&self) -> bool {
        self.call.upgrade
    }

    /// The protocol to ask the backend for, where the operation is a hijack.
    #[must_use]
    pub const fn hijack(&self) -> Option<Hijack> {
        self.call.endpoint.row().hijack
    }

    /// Headers and body, for sending.
    pub fn into_parts(self) -> (HeaderMap, B) {
        (self.call.headers, self.call.body)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    impl<B: Default> Call<B> {
        /// A call of nobody, for tests.
        pub(crate) fn of_nobody(policy: &Arc<Policy>, endpoint: Endpoint, target: &str) -> Self {
            Self {
                endpoint,
                target: Rc::new(Target::parse(target).unwrap()),
                identity: Rc::new(Identity::nobody()),
                policy: policy.clone(),
                bridged: None,
                unrepaired: false,
                headers: HeaderMap::new(),
                upgrade: false,
                body: B::default(),
                arrival: Arrival::default(),
            }
        }
    }
}
