//! What is written of one call.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use http::{Method, StatusCode};
use serde::Serialize;

use super::Pen;
use super::line::{number, text, texts};
use crate::docker::endpoint::Endpoint;
use crate::identity::{Evidence, Identity};
use crate::net::Meter;

/// Who is at the other end of a connection, as its lines say it.
#[derive(Debug)]
pub struct Caller {
    /// The members `peer` and `identity` of all its lines.
    members: Vec<u8>,
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
        let mut members = br#""peer":"#.to_vec();
        text(&mut members, &peer);
        members.extend_from_slice(br#","identity":"#);
        // Writing to memory cannot fail, nor do words and numbers.
        let _ = serde_json::to_writer(&mut members, &who);
        Self { members, pen }
    }
}

/// What a call asks for, as its line says it: the members `method`, `endpoint` and `target`.
#[derive(Clone, Debug)]
pub struct Asked(Arc<[u8]>);

impl Asked {
    /// A method, the operation that it leads to, and the [`canonical`](super::canonical) target.
    #[must_use]
    pub fn new(method: &str, endpoint: Option<Endpoint>, target: &str) -> Self {
        Self(Self::written(method, endpoint, Some(target)).into())
    }

    fn written(method: &str, endpoint: Option<Endpoint>, target: Option<&str>) -> Vec<u8> {
        // What has to be escaped is rare, and makes it longer.
        let mut out = Vec::with_capacity(96 + target.map_or(0, str::len));
        out.extend_from_slice(br#""method":"#);
        text(&mut out, method);
        out.extend_from_slice(br#","endpoint":"#);
        match endpoint {
            Some(endpoint) => text(&mut out, endpoint.name()),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(br#","target":"#);
        match target {
            Some(target) => text(&mut out, target),
            None => out.extend_from_slice(b"null"),
        }
        out
    }
}

/// One call, from its head to the end of its answer. Its line is written when this is
/// dropped: so there is one, however the call ends.
pub struct Entry {
    caller: Arc<Caller>,
    began: Instant,
    /// When it ended, if somebody has told.
    ended: Option<Instant>,
    /// The time of `began`, the same in all its lines.
    time: Option<SystemTime>,
    method: Method,
    asked: Option<Asked>,
    roles: Arc<[String]>,
    verdict: &'static str,
    allowed_by: Option<Arc<str>>,
    rules: Vec<String>,
    status: Option<StatusCode>,
    /// Bytes of a tunnel.
    received: u64,
    /// Bytes of a request's body, if it has one: counted where it is read.
    body: Option<Arc<AtomicU64>>,
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
            began: Instant::now(),
            ended: None,
            time: None,
            method,
            asked: None,
            roles: Arc::default(),
            verdict: "refused",
            allowed_by: None,
            rules: Vec::new(),
            status: None,
            received: 0,
            body: None,
            sent: 0,
            opened: false,
        }
    }

    /// Notes what it is.
    pub fn routed(&mut self, asked: Option<Asked>) {
        self.asked = asked;
    }

    /// Notes the roles that it was judged by.
    pub fn judged_as(&mut self, roles: Arc<[String]>) {
        self.roles = roles;
    }

    /// Notes that it is sent on: allowed by a rule, if there are any, and changed by some.
    pub fn permitted(&mut self, allowed_by: Option<Arc<str>>, changed_by: Vec<String>) {
        self.verdict = if changed_by.is_empty() { "permit" } else { "edited" };
        self.allowed_by = allowed_by;
        self.rules.clear();
        self.add_rules(changed_by);
    }

    /// Notes that it is refused, by these rules.
    pub fn refused(&mut self, rules: impl IntoIterator<Item = String>) {
        self.verdict = "refused";
        self.allowed_by = None;
        self.rules.clear();
        self.add_rules(rules);
    }

    fn add_rules(&mut self, rules: impl IntoIterator<Item = String>) {
        for rule in rules {
            if !self.rules.contains(&rule) && self.allowed_by.as_deref() != Some(rule.as_str()) {
                self.rules.push(rule);
            }
        }
    }

    /// Where to count the bytes of its request.
    #[must_use]
    pub fn received_count(&mut self) -> Arc<AtomicU64> {
        self.body.get_or_insert_default().clone()
    }

    /// Notes the status of its answer. Of one that may last there is a line now, and one at its end.
    pub fn answered(&mut self, status: StatusCode, lasts: bool) {
        self.status = Some(status);
        if lasts {
            self.write(OPENED);
            self.opened = true;
        }
    }

    fn write(&mut self, event: &'static str) {
        let Caller { members, pen } = &*self.caller;
        let time = &mut self.time;
        pen.write(|out, stamp| {
            out.extend_from_slice(br#"{"time":""#);
            let time = *time.get_or_insert_with(|| stamp.time(self.began));
            stamp.write(out, time);
            out.extend_from_slice(br#"","event":""#);
            out.extend_from_slice(event.as_bytes());
            out.extend_from_slice(br#"","#);
            out.extend_from_slice(members);
            out.extend_from_slice(br#","roles":["#);
            texts(out, self.roles.iter().map(String::as_str));
            out.extend_from_slice(b"],");
            match &self.asked {
                Some(asked) => out.extend_from_slice(&asked.0),
                None => out.append(&mut Asked::written(self.method.as_str(), None, None)),
            }
            out.extend_from_slice(br#","verdict":""#);
            out.extend_from_slice(self.verdict.as_bytes());
            out.extend_from_slice(br#"","rules":["#);
            texts(out, self.allowed_by.as_deref().into_iter().chain(self.rules.iter().map(String::as_str)));
            out.extend_from_slice(br#"],"status":"#);
            match self.status {
                Some(status) => out.extend_from_slice(status.as_str().as_bytes()),
                None => out.extend_from_slice(b"null"),
            }
            if event != OPENED {
                let body = self.body.as_ref().map_or(0, |body| body.load(Ordering::Relaxed));
                out.extend_from_slice(br#","received":"#);
                number(out, self.received + body);
                out.extend_from_slice(br#","sent":"#);
                number(out, self.sent);
                out.extend_from_slice(br#","ms":"#);
                let took = self.ended.unwrap_or_else(Instant::now) - self.began;
                number(out, u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
            }
            out.push(b'}');
        });
    }
}

/// The event of an answer that lasts, at its beginning.
const OPENED: &str = "opened";

impl Drop for Entry {
    fn drop(&mut self) {
        self.write(if self.opened { "ended" } else { "call" });
    }
}

impl Meter for Entry {
    fn received(&mut self, bytes: u64) {
        self.received += bytes;
    }

    fn sent(&mut self, bytes: u64) {
        self.sent += bytes;
    }

    fn ended(&mut self, moment: Instant) {
        self.ended = Some(moment);
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("verdict", &self.verdict).finish_non_exhaustive()
    }
}
