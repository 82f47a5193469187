//! `POST /images/create`: pulls from a registry that has the images that ship.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;

use super::StandIn;
use super::failure::Failure;
use super::image::{self, find};
use super::reference::Reference;
use super::reply::{self, Reply};
use super::request::Call;
use super::shipped::shipped;
use super::store::lock;

/// `POST /images/create`.
pub(super) fn stream(standin: &Arc<StandIn>, call: &Call) -> Result<Reply, Failure> {
    let from = call.query.text("fromImage");
    if from.is_empty() {
        return Err(Failure::not_implemented("ImportImage"));
    }
    let tag = call.query.text("tag");
    let asked = if tag.is_empty() {
        from.to_owned()
    } else if tag.contains(':') {
        format!("{from}@{tag}")
    } else {
        format!("{from}:{tag}")
    };
    let reference = Reference::parse(&asked).map_err(|why| {
        Failure::internal(format!("Error parsing reference: {asked:?} is not a valid repository/tag: {why}"))
    })?;
    let offered = shipped();
    let known = |image: &&image::Image| {
        let mut tags = image.tags.iter();
        tags.any(|tag| tag.split(':').next() == Some(&reference.repository))
    };
    let Some(found) = offered.iter().find(known) else {
        return Err(Failure::internal(format!(
            "pull access denied for {}, repository does not exist or may require 'docker login'",
            reference.repository
        )));
    };
    let text = reference.text();
    let digest = format!("sha256:{}", found.id);
    if !found.tags.contains(&text) && reference.tag != digest {
        return Err(Failure::not_found(format!(
            "Tag {} not found in repository library/{}",
            reference.tag, reference.repository
        )));
    }
    let is_new = find(standin, &found.id).is_none();
    if is_new {
        lock(&standin.store.images).push(found.clone());
    } else if found.tags.contains(&text) {
        image::give_tag(standin, &found.id, &text);
    }
    standin.events.image(&found.id, "pull", &text);
    let short = found.id.get(..12).unwrap_or("").to_owned();
    let mut lines = vec![json!({"status": format!("Pulling from library/{}", reference.repository)})];
    if is_new {
        for status in ["Pulling fs layer", "Downloading", "Download complete", "Pull complete"] {
            lines.push(json!({"status": status, "progressDetail": {}, "id": short}));
        }
    }
    lines.push(json!({"status": format!("Digest: {digest}")}));
    let outcome = if is_new { "Downloaded newer image for" } else { "Image is up to date for" };
    lines.push(json!({
        "status": format!("Status: {outcome} library/{text}")
    }));
    let (sender, reply) = reply::stream(Some("application/json"));
    standin.spawn(async move {
        for line in lines {
            if sender.send(Bytes::from(format!("{line}\r\n"))).await.is_err() {
                return;
            }
        }
    });
    Ok(reply)
}
