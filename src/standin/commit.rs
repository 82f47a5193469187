//! `POST /commit`: an image from a container that does not run.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::StandIn;
use super::failure::{Failure, PRODUCT};
use super::image::{Image, give_tag};
use super::json::Fields;
use super::reference::Reference;
use super::reply::{self, Reply};
use super::request::{Call, decode};
use super::store::lock;
use super::{clock, ids};

/// `POST /commit`.
pub(super) async fn commit(standin: &Arc<StandIn>, mut call: Call) -> Result<Reply, Failure> {
    let body = call.read_body().await?;
    let config = if body.is_empty() { Value::Null } else { decode(&body)? };
    let container = standin.store.container(call.query.text("container"))?;
    if container.is_running() && standin.settings.is_vic() {
        return Err(Failure::conflict(format!(
            "Conflict error from portlayer: {PRODUCT} does not yet support commit of a running container"
        )));
    }
    let repo = call.query.text("repo");
    let tag = match (repo, call.query.text("tag")) {
        ("", _) => None,
        (repo, "") => Some(repo.to_owned()),
        (repo, tag) => Some(format!("{repo}:{tag}")),
    };
    let tag = tag
        .map(|text| Reference::parse(&text))
        .transpose()
        .map_err(|why| Failure::internal(format!("invalid reference format: {why}")))?;

    let config = Fields::of(&config)?;
    let spec = &container.spec;
    let mut image = Image {
        id: ids::fresh(),
        tags: Vec::new(),
        created: clock::now(),
        entrypoint: config.command("Entrypoint")?.or_else(|| spec.entrypoint.clone()),
        cmd: config.command("Cmd")?.unwrap_or_else(|| spec.cmd.clone()),
        env: config.strings("Env")?.unwrap_or_else(|| spec.env.clone()),
        labels: spec.labels.clone(),
        user: spec.user.clone(),
        cwd: spec.cwd.clone(),
        volumes: Vec::new(),
        author: call.query.text("author").to_owned(),
        comment: call.query.text("comment").to_owned(),
        files: Arc::new(container.files.snapshot()),
    };
    for (name, value) in config.labels("Labels")? {
        image.labels.retain(|(known, _)| *known != name);
        image.labels.push((name, value));
    }
    let id = image.id.clone();
    lock(&standin.store.images).push(image);
    let name = tag.map(|tag| tag.text());
    if let Some(name) = &name {
        give_tag(standin, &id, name);
    }
    let comment = name.as_deref().unwrap_or("");
    standin.events.image(&id, "commit", comment);
    let created = json!({"Id": format!("sha256:{id}")});
    Ok(reply::json(StatusCode::CREATED, &created))
}
