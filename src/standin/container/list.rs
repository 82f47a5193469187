//! `GET /containers/json`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::StandIn;
use super::super::clock::{self, Nanos};
use super::super::failure::Failure;
use super::super::filters::Filters;
use super::super::reply::{self, Reply};
use super::super::request::{Call, atoi};
use super::super::store::lock;
use super::inspect::labels;
use super::{Container, Status};

/// The filters that VIC serves.
const SERVED: [&str; 10] =
    ["id", "name", "label", "status", "exited", "before", "since", "network", "volume", "publish"];
/// Those that it knows and refuses.
const REFUSED: [&str; 4] = ["ancestor", "health", "isolation", "is-task"];

/// `GET /containers/json`.
pub(in super::super) fn list(standin: &StandIn, call: &Call) -> Result<Reply, Failure> {
    let filters = Filters::parse(call.query.text("filters"))?;
    let known: Vec<&str> = SERVED.iter().chain(&REFUSED).copied().collect();
    filters.only(&known)?;
    if let Some(refused) = REFUSED.iter().find(|key| filters.has(key)) {
        return Err(Failure::internal(format!("filter {refused} is not currently supported by vic")));
    }
    check_values(&filters)?;
    let limit = match call.query.text("limit") {
        "" => 0,
        text => usize::try_from(atoi(text)?).unwrap_or(0),
    };
    let created = |key: &str| -> Result<Option<Nanos>, Failure> {
        match filters.values(key).next() {
            Some(name) => standin.store.container(name).map(|found| Some(found.created)),
            None => Ok(None),
        }
    };
    let (before, since) = (created("before")?, created("since")?);
    let all = call.query.flag("all")
        || limit > 0
        || filters.has("status")
        || filters.has("exited")
        || before.is_some()
        || since.is_some();

    let mut containers = standin.store.all_containers();
    containers.reverse();
    let shown: Vec<Value> = containers
        .iter()
        .filter(|container| all || container.is_running())
        .filter(|container| before.is_none_or(|before| container.created < before))
        .filter(|container| since.is_none_or(|since| container.created > since))
        .filter(|container| fits(container, &filters))
        .take(if limit == 0 { usize::MAX } else { limit })
        .map(|container| entry(container, standin.settings.is_vic()))
        .collect();
    Ok(reply::ok(&Value::from(shown)))
}

fn check_values(filters: &Filters) -> Result<(), Failure> {
    const STATUSES: [&str; 7] = ["created", "restarting", "running", "removing", "paused", "exited", "dead"];
    if let Some(bad) = filters.values("status").find(|value| !STATUSES.contains(value)) {
        return Err(Failure::internal(format!("Unrecognised filter value for status: {bad}")));
    }
    for code in filters.values("exited") {
        atoi(code)?;
    }
    Ok(())
}

fn fits(container: &Arc<Container>, filters: &Filters) -> bool {
    let state = container.state();
    let spec = &container.spec;
    filters.any("id", |wanted| container.id.starts_with(wanted))
        && filters.any("name", |wanted| {
            container.name().contains(wanted.trim_start_matches(['/', '^']).trim_end_matches('$'))
        })
        && filters.labels(&spec.labels)
        && filters.any("status", |wanted| wanted == state.status.text())
        && filters.any("exited", |wanted| state.status == Status::Exited && wanted == state.exit_code.to_string())
        && filters.any("network", |wanted| lock(&container.endpoints).iter().any(|endpoint| endpoint.network == wanted))
        && filters.any("volume", |wanted| {
            spec.mounts.iter().any(|mount| mount.volume == wanted || mount.destination == wanted)
        })
}

fn entry(container: &Arc<Container>, is_vic: bool) -> Value {
    let state = container.state();
    let spec = &container.spec;
    let ports: Vec<Value> = lock(&container.published)
        .iter()
        .map(|port| {
            json!({
                "IP": "0.0.0.0",
                "PrivatePort": port.private,
                "PublicPort": port.public,
                "Type": port.protocol,
            })
        })
        .collect();
    let (ports, image_id, networks, mounts) = if is_vic {
        let ports = if state.status == Status::Running { Value::from(ports) } else { Value::Null };
        (ports, String::new(), Value::Null, Value::Null)
    } else {
        (Value::from(ports), format!("sha256:{}", spec.image_id), json!({"Networks": {}}), json!([]))
    };
    json!({
        "Id": container.id,
        "Names": [format!("/{}", container.name())],
        "Image": spec.image,
        "ImageID": image_id,
        "Command": spec.argv().join(" "),
        "Created": clock::seconds(container.created),
        "Ports": ports,
        "SizeRw": 0,
        "Labels": labels(&spec.labels),
        "State": state.status.text(),
        "Status": status_text(container),
        "HostConfig": {},
        "NetworkSettings": networks,
        "Mounts": mounts,
    })
}

fn status_text(container: &Container) -> String {
    let state = container.state();
    let ago = |at: Option<Nanos>| {
        let passed = clock::now().saturating_sub(at.unwrap_or(0)) / 1_000_000_000;
        match passed {
            0 => "Less than a second".to_owned(),
            1 => "1 second".to_owned(),
            2..=59 => format!("{passed} seconds"),
            60..=119 => "About a minute".to_owned(),
            120..=3_599 => format!("{} minutes", passed / 60),
            3_600..=7_199 => "About an hour".to_owned(),
            _ => format!("{} hours", passed / 3_600),
        }
    };
    match state.status {
        Status::Created => "Created".to_owned(),
        Status::Running => format!("Up {}", ago(state.started)),
        Status::Exited => format!("Exited ({}) {} ago", state.exit_code, ago(state.finished)),
    }
}
