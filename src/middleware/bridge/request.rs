//! A call on its way in.

use std::rc::Rc;
use std::sync::Arc;

use http::{HeaderValue, StatusCode, header};

use super::terms::Terms;
use crate::body::Body;
use crate::docker::bridge::{self, Ask, Bridged, Edits, Host, Problem};
use crate::docker::endpoint::{Endpoint, Hijack};
use crate::docker::json::{Json, parse, repeated_name, short};
use crate::docker::schema::{self, SchemaErrors};
use crate::docker::version::ApiVersion;
use crate::error::Error;
use crate::middleware::long::{self, is_long};
use crate::middleware::receive::read;
use crate::policy::{Call, Point, Refusal};
use crate::settings::Limits;

/// Makes a call one of the version that it is sent with.
///
/// # Errors
/// Everything in it that the backend's version cannot do; a version that is not offered.
pub(super) async fn bridge(call: &mut Call<Body>, terms: &Terms, limits: &Limits) -> Result<(), Error> {
    let is_ping = matches!(call.endpoint, Endpoint::SystemPing | Endpoint::SystemPingHead);
    let client = match terms.range.client(call.target.version) {
        Ok(client) => client,
        Err(error) => return Err(Error::bad_request(error.to_string())),
    };
    let backend = terms.range.backend(client);
    let ask = Ask { endpoint: call.endpoint, client, backend, host: &terms.host };
    let mut made = terms.bridged(client, backend);
    if !is_ping && bridge::wants_request(&ask) {
        let edits = rewrite(call, &ask, &terms.host, limits).await?;
        made.after = edits.after;
        made.notes = edits.notes;
    }
    call.bridged = Some(Arc::new(made));
    if client != backend {
        Rc::make_mut(&mut call.target).version = Some(backend);
    }
    Ok(())
}

/// Makes the repairs of a call that was let through without them, and gives what its body says then, if it has one.
///
/// # Errors
/// Everything in it that the backend cannot do.
pub(in crate::middleware) fn repair<'b, B>(call: &mut Call<B>, body: &'b [u8]) -> Result<Option<Json<'b>>, Error> {
    call.unrepaired = false;
    let Some(bridged) = call.bridged.clone() else { return Ok(None) };
    let (mut edits, json) = with_body(call, &bridged.ask(call.endpoint), body)?;
    let json = edits.body.take().or(json);
    settle(call, &edits, json.is_some());
    call.bridged = Some(Arc::new(Bridged { after: edits.after, notes: edits.notes, ..Bridged::clone(&bridged) }));
    Ok(json)
}

async fn rewrite(call: &mut Call<Body>, ask: &Ask<'_>, host: &Arc<Host>, limits: &Limits) -> Result<Edits, Error> {
    let mut edits = if bridge::wants_body(ask) {
        let bytes = read(call, limits).await?;
        let (edits, says) = if is_long(&bytes) {
            let (client, backend, host) = (ask.client, ask.backend, host.clone());
            let work = move |call: &mut Call<()>, bytes: &[u8]| {
                let ask = Ask { endpoint: call.endpoint, client, backend, host: &host };
                rewritten(call, &ask, bytes)
            };
            // Boxed, as it is rare: every call that is bridged would carry its memory.
            Box::pin(long::apart(call, &bytes, work)).await
        } else {
            rewritten(call, ask, &bytes)
        }?;
        call.body = says.map_or(Body::full(bytes), Body::full);
        edits
    } else {
        bridge::request(ask, Rc::make_mut(&mut call.target), None)
            .map_err(|problems| refuse(call.endpoint, ask.backend, problems))?
    };
    if let Some(body) = edits.body.take() {
        call.body = Body::full(body.to_vec());
    }
    if edits.drop_body {
        read(call, limits).await?;
        call.body = Body::Empty;
    }
    let has_body = matches!(call.body, Body::Full(_));
    settle(call, &edits, has_body);
    Ok(edits)
}

/// What there is to change beside the body.
fn settle<B>(call: &mut Call<B>, edits: &Edits, has_body: bool) {
    // From API 1.22 on the start of an exec must say what its body is.
    if has_body && !call.headers.contains_key(header::CONTENT_TYPE) {
        call.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    call.endpoint = edits.endpoint;
}

/// [`with_body`], for what is sent.
fn rewritten<B>(call: &mut Call<B>, ask: &Ask<'_>, bytes: &[u8]) -> Result<(Edits, Option<Vec<u8>>), Error> {
    let (edits, json) = with_body(call, ask, bytes)?;
    Ok((edits, json.map(|json| json.to_vec())))
}

/// Rewrites a call with its body, and gives what that says now; `None` if there is none.
fn with_body<'b, B>(call: &mut Call<B>, ask: &Ask<'_>, bytes: &'b [u8]) -> Result<(Edits, Option<Json<'b>>), Error> {
    let endpoint = call.endpoint;
    let refuse = |problems| refuse(endpoint, ask.backend, problems);
    let ty = schema::body(endpoint).filter(|_| !bytes.iter().all(u8::is_ascii_whitespace));
    let Some(ty) = ty else {
        let edits = bridge::request(ask, Rc::make_mut(&mut call.target), None);
        return edits.map(|edits| (edits, None)).map_err(refuse);
    };
    let mut json = parse(bytes).map_err(|error| {
        unread(vec![("the body".into(), String::new(), format!("it is not JSON that all daemons read alike: {error}"))])
    })?;
    bridge::lift(endpoint, ask.client, &mut json);
    let body = schema::read(ty, json, ask.client).map_err(|SchemaErrors(errors)| {
        unread(errors.into_iter().map(|error| (error.path, error.value, error.reason)).collect())
    })?;
    let mut json: Json<'b> = body.into_json();
    let edits = bridge::request(ask, Rc::make_mut(&mut call.target), Some(&mut json)).map_err(refuse)?;
    if let Some(name) = repeated_name(&json) {
        // Two names have become one.
        let reason = format!("the name {} occurs twice in one object", short(&Json::from(name)));
        return Err(unread(vec![("the body".into(), String::new(), reason)]));
    }
    Ok((edits, Some(json)))
}

/// What no two daemons need read alike.
fn unread(found: Vec<(String, String, String)>) -> Error {
    let point = |(path, value, reason): (String, String, String)| Point {
        path: if path.is_empty() { "the body".into() } else { path },
        value,
        reason,
        rule: "reading: one reading for all daemons".into(),
        ..Point::default()
    };
    let summary = match found.len() {
        1 => "this call cannot be read as Docker reads it:".to_owned(),
        count => format!("this call is refused for {count} reasons:"),
    };
    refusal(StatusCode::BAD_REQUEST, summary, found.into_iter().map(point).collect())
}

/// What the backend's version cannot do, all of it at once.
fn refuse(endpoint: Endpoint, backend: ApiVersion, problems: Vec<Problem>) -> Error {
    let row = endpoint.row();
    let lacks = problems.iter().any(|problem| problem.operation);
    if lacks && row.hijack == Some(Hijack::H2c) {
        // Clients take this for "build the classic way".
        return Error::client(StatusCode::NOT_FOUND, "page not found");
    }
    let point = |problem: Problem| Point {
        path: if problem.operation { format!("{} {}", row.method.as_str(), row.pattern) } else { problem.path },
        value: problem.value,
        reason: problem.reason,
        rule: format!("bridge: API {backend}"),
        ..Point::default()
    };
    let (status, summary) = if lacks {
        (StatusCode::NOT_IMPLEMENTED, "the backend is too old or too new for this operation:".to_owned())
    } else {
        let count = problems.len();
        let settings = if count == 1 { "this setting".to_owned() } else { format!("{count} settings of this call") };
        (StatusCode::BAD_REQUEST, format!("the backend cannot do {settings}:"))
    };
    refusal(status, summary, problems.into_iter().map(point).collect())
}

fn refusal(status: StatusCode, summary: String, points: Vec<Point>) -> Error {
    let refusal = Refusal { status, summary, points, hint: "Nothing was done.".into() };
    Error::client(refusal.status, refusal.message()).by(refusal.points.into_iter().map(|point| point.rule))
}
