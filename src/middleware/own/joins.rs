//! Networks that a create asks for, and that are joined by calls of their own, since the backend's
//! version knows one for a create. They are judged as parts of the create.

use std::sync::Arc;

use bytes::Bytes;

use super::find::judge;
use crate::backend::Backend;
use crate::body::Body;
use crate::docker::bridge::{After, Bridged};
use crate::docker::json::{Json, parse};
use crate::error::Error;
use crate::policy::own::Thing;
use crate::policy::{Call, Verdict};

/// Judges each of these networks as if it were the one of the create, whose body was judged, and puts in
/// its place what was judged.
///
/// # Errors
/// The refusal of the create.
pub(in crate::middleware) async fn judge_joins(call: &mut Call<Body>, backend: &Backend) -> Result<(), Error> {
    let (Body::Full(body), Some(bridged)) = (&call.body, &call.bridged) else { return Ok(()) };
    let (body, mut bridged) = (body.clone(), Bridged::clone(bridged));
    for after in &mut bridged.after {
        if let After::Connect { network, body: join } = after {
            let settings = join.get("EndpointConfig").cloned().unwrap_or(Json::Null);
            let (name, settings) = judged(call, &body, network, settings, backend).await?;
            *network = name;
            join.set("EndpointConfig", settings);
        }
    }
    call.bridged = Some(Arc::new(bridged));
    Ok(())
}

/// True if there are such networks.
pub(in crate::middleware) fn has_joins<B>(call: &Call<B>) -> bool {
    let joins = |after: &After| matches!(after, After::Connect { .. });
    call.bridged.as_ref().is_some_and(|bridged| bridged.after.iter().any(joins))
}

async fn judged(
    call: &mut Call<Body>,
    body: &[u8],
    network: &str,
    settings: Json<'static>,
    backend: &Backend,
) -> Result<(String, Json<'static>), Error> {
    let missing = || Error::bad_request(Thing::Network.missing(network));
    if network.contains(['/', '\\', '%', '?', '#', ';']) || matches!(network, "" | "." | "..") {
        // It would lead to another path.
        return Err(missing());
    }
    let with = |endpoints: Json<'static>| -> Option<Vec<u8>> {
        let mut json = parse(body).ok()?;
        json.get_mut("NetworkingConfig")?.set("EndpointsConfig", endpoints);
        Some(json.to_vec())
    };
    let body = with(Json::Object(vec![(network.to_owned().into(), settings.clone())])).ok_or_else(missing)?;
    let body = Bytes::from(body);
    let (verdict, _) = judge(call, Some(&body), None, backend).await?;
    match verdict {
        Verdict::Refuse(refusal) => Err(Error::client(refusal.status, refusal.message())),
        Verdict::Permit(permit) => {
            let sent = permit.body.map_or(body, Bytes::from);
            let sent = parse(&sent)
                .map_err(|error| Error::gateway(format!("vicgate: what was judged is no JSON: {error}")))?;
            let endpoints = sent.get("NetworkingConfig").and_then(|config| config.get("EndpointsConfig"));
            let only = endpoints.and_then(Json::as_object).and_then(|members| members.first());
            // Without it a rule has taken the network out.
            let (name, settings) = only.ok_or_else(missing)?;
            Ok((name.clone().into_owned(), settings.clone().into_owned()))
        }
    }
}
