//! Judges a call: reads its body where policy must see it, and sends on what
//! was judged.

use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use tower::{Layer, Service};

use super::long::is_long;
use super::receive::read;
use super::{Answer, Connection, bridge, grounds, long, own};
use crate::body::Body;
use crate::docker::bridge::create_needs;
use crate::docker::endpoint::BodyKind;
use crate::error::Error;
use crate::observe::Entry;
use crate::policy::decide::{needs_body, permit_at_once};
use crate::policy::own::Known;
use crate::policy::{Call, Caller, Permit, Permitted, Refusal, Verdict, decide_read};
use crate::settings::Limits;

/// Layer of [`Inspect`].
#[derive(Clone)]
pub(super) struct InspectLayer(Rc<Connection>);

impl InspectLayer {
    /// For the calls of one connection.
    pub(super) fn new(connection: &Rc<Connection>) -> Self {
        Self(connection.clone())
    }
}

impl<S> Layer<S> for InspectLayer {
    type Service = Inspect<S>;

    fn layer(&self, inner: S) -> Inspect<S> {
        Inspect { inner, connection: self.0.clone() }
    }
}

/// Makes a [`Permitted`] of a [`Call`], or refuses it.
#[derive(Clone)]
pub(super) struct Inspect<S> {
    inner: S,
    connection: Rc<Connection>,
}

impl<S> Service<Call<Body>> for Inspect<S>
where
    S: Service<Permitted<Body>, Response = Response<Body>, Error = Error, Future = Answer> + Clone + 'static,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut call: Call<Body>) -> Answer {
        if let Some(permit) = self.connection.last_verdict.on(&call) {
            let caller = self.connection.standing.under(&call.policy, &call.identity);
            permitted(&self.connection, &call, caller.as_deref(), None, Known::none(), &permit);
            return self.inner.call(call.permit(permit, Body::full));
        }
        let mut inner = self.inner.clone();
        let connection = self.connection.clone();
        Box::pin(async move {
            let permit = judge(&mut call, &connection).await?;
            if own::has_joins(&call) && needs_body(&call.policy, call.endpoint, &call.target) {
                // Boxed, as it is rare: whoever is judged would carry its memory.
                let judged = Box::pin(own::judge_joins(&mut call, &connection.gateway.backend)).await;
                judged.inspect_err(|error| connection.note_refusal(error))?;
            }
            inner.call(call.permit(permit, Body::full)).await
        })
    }
}

/// The body of a call, if it is to be judged.
async fn body(call: &mut Call<Body>, limits: &Limits) -> Result<Option<Bytes>, Error> {
    match call.endpoint.row().body {
        BodyKind::Json if needs_body(&call.policy, call.endpoint, &call.target) => read(call, limits).await.map(Some),
        BodyKind::Json | BodyKind::Tar => Ok(None),
        BodyKind::None => {
            // Some clients send one all the same (dockerode on attach). It means nothing to a daemon, and must
            // not reach one that would take it for stdin.
            read(call, limits).await?;
            call.body = Body::Empty;
            Ok(None)
        }
    }
}

/// What becomes of a body that is repaired.
enum Repaired {
    /// It is judged.
    Judged(Verdict),
    /// It says this now.
    Says(Vec<u8>),
    /// It says nothing.
    Blank,
}

/// Makes the repairs of a call, and judges what its body says then, unless the text of that is needed.
fn repair<B>(call: &mut Call<B>, text: &[u8], caller: Option<&Caller>) -> Result<Repaired, Error> {
    let asks = call.policy.access.as_ref().is_some_and(|access| access.asks(call.endpoint));
    let before = asks.then(|| (call.target.clone(), call.bridged.clone()));
    let Some(json) = bridge::repair(call, text)? else { return Ok(Repaired::Blank) };
    if !needs_body(&call.policy, call.endpoint, &call.target) || takes_text(call) {
        return Ok(Repaired::Says(json.to_vec()));
    }
    let verdict = decide_read(&call.policy, &call.question(None, Known::none()), caller, Ok(json));
    match before.filter(|_| verdict.is_in_doubt()) {
        None => Ok(Repaired::Judged(verdict)),
        // The backend is asked about what the text names. That is rare, and a copy of all that was judged is not.
        Some(before) => {
            (call.target, call.bridged) = before;
            let json = bridge::repair(call, text)?;
            Ok(json.map_or(Repaired::Blank, |json| Repaired::Says(json.to_vec())))
        }
    }
}

/// [`repair`], for what is sent: `bytes` become it, if it is not judged yet.
async fn repaired(
    call: &mut Call<Body>,
    bytes: &mut Option<Bytes>,
    caller: Option<&Caller>,
    connection: &Connection,
) -> Result<Option<Verdict>, Error> {
    let limits = &connection.gateway.limits;
    let text = match bytes.take() {
        Some(bytes) => bytes,
        None => read(call, limits).await?,
    };
    let repaired = if is_long(&text) {
        let caller = caller.cloned();
        long::apart(call, &text, move |call, text| repair(call, text, caller.as_ref())).await
    } else {
        repair(call, &text, caller)
    };
    let repaired = repaired.inspect_err(|error| connection.note_refusal(error))?;
    // Nothing but what is judged can be sent from here on.
    call.body = Body::Empty;
    let sent = match repaired {
        Repaired::Judged(verdict) => return Ok(Some(verdict)),
        Repaired::Says(sent) => sent.into(),
        Repaired::Blank => text,
    };
    if needs_body(&call.policy, call.endpoint, &call.target) {
        *bytes = Some(sent);
    } else {
        call.body = Body::full(sent);
    }
    Ok(None)
}

/// Judges a call, and makes it one that its permit holds for.
async fn judge(call: &mut Call<Body>, connection: &Connection) -> Result<Permit, Error> {
    let gateway = &connection.gateway;
    let policy = call.policy.clone();
    let caller = connection.standing.under(&policy, &call.identity);
    let caller = caller.as_deref();
    let mut bytes = body(call, &gateway.limits).await?;
    if let Some(permit) = at_once(call, bytes.as_ref(), caller, connection) {
        send(call, bytes);
        return Ok(permit);
    }
    if call.unrepaired
        && let Some(verdict) = Box::pin(repaired(call, &mut bytes, caller, connection)).await?
    {
        return obey(verdict, call, bytes, (caller, Known::none()), connection);
    }
    let (verdict, known) = own::judge(call, bytes.as_ref(), caller, &gateway.backend).await?;
    obey(verdict, call, bytes, (caller, &known), connection)
}

/// What permits a call that needs none of the repairs that were put off: nearly all. A long body is not looked at at a
/// stretch, to see whether that is so.
fn at_once(
    call: &Call<Body>,
    bytes: Option<&Bytes>,
    caller: Option<&Caller>,
    connection: &Connection,
) -> Option<Permit> {
    let short = bytes.filter(|bytes| call.unrepaired && !is_long(bytes))?;
    let ask = call.bridged.as_ref()?.ask(call.endpoint);
    let permit = permit_at_once(&call.policy, &call.question(Some(short), Known::none()), caller, |body| {
        create_needs(&ask, &call.target, body)
    })?;
    permitted(connection, call, caller, Some(short), Known::none(), &permit);
    Some(permit)
}

/// Makes a call what its verdict has it be, or refuses it.
fn obey(
    verdict: Verdict,
    call: &mut Call<Body>,
    bytes: Option<Bytes>,
    (caller, known): (Option<&Caller>, &Known),
    connection: &Connection,
) -> Result<Permit, Error> {
    let permit = match verdict {
        Verdict::Permit(permit) => permit,
        Verdict::Refuse(refusal) => {
            connection.record.note(|entry| note(entry, call, caller, Err(&refusal)));
            return Err(Error::client(refusal.status, refusal.message()));
        }
    };
    permitted(connection, call, caller, bytes.as_deref(), known, &permit);
    connection.last_verdict.keep(call, known, &permit);
    let has_body = bytes.as_ref().is_some_and(|bytes| !bytes.iter().all(u8::is_ascii_whitespace));
    if permit.body.is_some() && !has_body && !call.headers.contains_key(header::CONTENT_TYPE) {
        // A rule has made a body, and a body must say what it is.
        call.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    send(call, bytes);
    Ok(permit)
}

/// What is sent is what was judged, if a body was; the backend writes its length anew.
fn send(call: &mut Call<Body>, judged: Option<Bytes>) {
    if let Some(judged) = judged {
        call.body = Body::full(judged);
    }
}

/// True if a call cannot be judged without the text of its body: everything that it names must be asked about, or
/// networks that it names are joined by calls of their own.
fn takes_text<B>(call: &Call<B>) -> bool {
    let access = call.policy.access.as_ref();
    own::has_joins(call) || access.is_some_and(|access| access.owner(&call.identity).is_some())
}

/// Tells the audit log of a call that is permitted, and whoever has to judge it again after a reload.
fn permitted(
    connection: &Connection,
    call: &Call<Body>,
    caller: Option<&Caller>,
    body: Option<&[u8]>,
    known: &Known,
    permit: &Permit,
) {
    connection.record.note(|entry| note(entry, call, caller, Ok(permit)));
    grounds::keep(connection, call, body, known, permit);
}

/// What the audit log says of a verdict.
fn note(entry: &mut Entry, call: &Call<Body>, caller: Option<&Caller>, verdict: Result<&Permit, &Refusal>) {
    if let Some(caller) = caller {
        entry.judged_as(caller.role_names.clone());
    }
    match verdict {
        Ok(permit) => {
            let bridged = call.bridged.as_deref().filter(|bridged| !bridged.notes.is_empty());
            let bridge = bridged.map(|bridged| format!("bridge: API {}", bridged.backend));
            entry.permitted(permit.allowed_by.clone(), permit.changed_by.iter().cloned().chain(bridge).collect());
        }
        Err(refusal) => entry.refused(refusal.points.iter().map(|point| point.rule.clone())),
    }
}
