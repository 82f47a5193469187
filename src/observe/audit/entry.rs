//! What is written of one call.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use http::{Method, StatusCode};
use serde::{Serialize, Serializer};

use super::Pen;
use crate::docker::endpoint::Endpoint;
use crate::identity::{Evidence, Identity};
use crate::net::Meter;

/// Who is at the other end of a connection, as its lines say it.
#[derive(Debug)]
pub struct Caller {
    peer: String,
    who: Who,
    pen: Arc<Pen>,
}

/// An identity, and how it is known.
#[derive(Debug, Serialize)]
struct Who {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    by: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<i32>,
}

impl Caller {
    /// The peer of a connection, whose calls are written by this pen.
    #[must_use]
    pub fn new(identity: &Identity, pen: Arc<Pen>) -> Self {
        let who = Who { name: None, by: "nothing", fingerprint: None, gid: None, pid: None };
        let name = Some(identity.label());
        let who = match &identity.evidence {
            Evidence::Nobody => who,
            Evidence::UnixPeer { gid, pid, .. } => Who { name, by: "unix", gid: Some(*gid), pid: *pid, ..who },
            Evidence::Certificate(certificate) => {
                let fingerprint = Some(format!("sha256:{}", certificate.fingerprint));
                Who { name, by: "certificate", fingerprint, ..who }
            }
        };
        let peer = identity.address.map_or_else(|| "unix".to_owned(), |address| address.to_string());
        Self { peer, who, pen }
    }
}

/// One call, from its head to the end of its answer. Its line is written when this is
/// dropped: so there is one, however the call ends.
pub struct Entry {
    caller: Arc<Caller>,
    time: SystemTime,
    began: Instant,
    method: Method,
    endpoint: Option<Endpoint>,
    target: Option<String>,
    roles: Arc<[String]>,
    verdict: &'static str,
    rules: Vec<String>,
    status: Option<StatusCode>,
    received: Arc<AtomicU64>,
    sent: u64,
    /// True if there was a line when its answer began.
    opened: bool,
}

impl Entry {
    /// A call whose head has come. Until it is permitted, it is refused.
    #[must_use]
    pub fn new(caller: &Arc<Caller>, method: Method) -> Self {
        Self {
            caller: caller.clone(),
            time: SystemTime::now(),
            began: Instant::now(),
            method,
            endpoint: None,
            target: None,
            roles: Arc::default(),
            verdict: "refused",
            rules: Vec::new(),
            status: None,
            received: Arc::default(),
            sent: 0,
            opened: false,
        }
    }

    /// Notes what it is: the operation, if there is one, and its [`canonical`](super::canonical) target.
    pub fn routed(&mut self, endpoint: Option<Endpoint>, target: String) {
        self.endpoint = endpoint;
        self.target = Some(target);
    }

    /// Notes the roles that it was judged by.
    pub fn judged_as(&mut self, roles: Arc<[String]>) {
        self.roles = roles;
    }

    /// Notes that it is sent on: allowed by a rule, if there are any, and changed by some.
    pub fn permitted(&mut self, allowed_by: Option<String>, changed_by: Vec<String>) {
        self.verdict = if changed_by.is_empty() { "permit" } else { "edited" };
        self.rules = allowed_by.into_iter().collect();
        self.add_rules(changed_by);
    }

    /// Notes that it is refused, by these rules.
    pub fn refused(&mut self, rules: impl IntoIterator<Item = String>) {
        self.verdict = "refused";
        self.rules.clear();
        self.add_rules(rules);
    }

    fn add_rules(&mut self, rules: impl IntoIterator<Item = String>) {
        for rule in rules {
            if !self.rules.contains(&rule) {
                self.rules.push(rule);
            }
        }
    }

    /// Where to count the bytes of its request.
    #[must_use]
    pub fn received_count(&self) -> Arc<AtomicU64> {
        self.received.clone()
    }

    /// Notes the status of its answer. Of one that may last there is a line now, and one at its end.
    pub fn answered(&mut self, status: StatusCode, lasts: bool) {
        self.status = Some(status);
        if lasts {
            self.write("opened");
            self.opened = true;
        }
    }

    fn write(&self, event: &'static str) {
        let over = event != "opened";
        self.caller.pen.write(&Line {
            time: self.time,
            event,
            peer: &self.caller.peer,
            identity: &self.caller.who,
            roles: &self.roles,
            method: self.method.as_str(),
            endpoint: self.endpoint.map(Endpoint::name),
            target: self.target.as_deref(),
            verdict: self.verdict,
            rules: &self.rules,
            status: self.status.as_ref().map(StatusCode::as_u16),
            received: over.then(|| self.received.load(Ordering::Relaxed)),
            sent: over.then_some(self.sent),
            ms: over.then(|| u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)),
        });
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.write(if self.opened { "ended" } else { "call" });
    }
}

impl Meter for Entry {
    fn received(&mut self, bytes: u64) {
        self.received.fetch_add(bytes, Ordering::Relaxed);
    }

    fn sent(&mut self, bytes: u64) {
        self.sent += bytes;
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// A line, in the order of its members.
#[derive(Serialize)]
struct Line<'l> {
    #[serde(serialize_with = "rfc3339")]
    time: SystemTime,
    event: &'static str,
    peer: &'l str,
    identity: &'l Who,
    roles: &'l [String],
    method: &'l str,
    endpoint: Option<&'static str>,
    target: Option<&'l str>,
    verdict: &'static str,
    rules: &'l [String],
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    received: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<u64>,
}

fn rfc3339<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&humantime::format_rfc3339_millis(*time))
}
