//! `POST /containers/create`, in the order in which VIC looks at things.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::super::StandIn;
use super::super::console::Console;
use super::super::failure::Failure;
use super::super::files::Files;
use super::super::hijack::Hijack;
use super::super::json::Fields;
use super::super::log::Log;
use super::super::reply::{self, Answer};
use super::super::request::Call;
use super::super::store::lock;
use super::super::{clock, ids, image, network, volume};
use super::spec::{Mount, Spec};
use super::{Container, checks};

/// `POST /containers/create`.
pub(in super::super) async fn create(standin: &Arc<StandIn>, mut call: Call) -> Result<Answer, Failure> {
    let body = call.read_json().await?;
    let wrapper = Fields::of(&body)?;
    let mut host = wrapper.object("HostConfig")?;
    let is_vic = standin.settings.is_vic();
    if !host.is_there() {
        // Settings of the host beside those of the image are API 1.17's form.
        host = wrapper;
    }
    checks::runconfig(wrapper, host)?;
    if checks::makes_vic_panic(wrapper)? {
        return if is_vic {
            Ok(Answer::Hijack(Hijack::vanish()))
        } else {
            Err(Failure::bad_request("Config cannot be empty in order to create a container"))
        };
    }
    let image = image::find_for_create(standin, wrapper.text("Image")?)?;
    let mut spec = Spec::merge(&standin.settings, wrapper, host, &image)?;
    // VIC looks at the network last; here it comes before anything is made.
    spec.endpoint = network::endpoint(standin, wrapper, host)?;
    check_conflict(standin, call.query.text("name"))?;
    let mounts = mounts(standin, &mut spec)?;

    let log = Log::new(standin.settings.log_bytes);
    let id = ids::fresh();
    if spec.hostname.is_empty() {
        spec.hostname = id.get(..12).unwrap_or("vic").to_owned();
    }
    let console = Console::new(spec.tty, Some(log));
    let files = Files::new(Arc::clone(&image.files), mounts);
    // The name that `docker ps` shows of an image is the one that was asked for.
    let wanted = call.query.text("name").trim_start_matches('/').to_owned();
    let name = if wanted.is_empty() { free_name(standin) } else { wanted };
    let container = Arc::new(Container::new(id.clone(), name, clock::now(), spec, files, console));
    lock(&standin.store.containers).push(Arc::clone(&container));
    standin.events.container(&container, "create", &[]);
    let warnings = if is_vic { Value::Null } else { json!([]) };
    let created = json!({"Id": id, "Warnings": warnings});
    Ok(reply::json(StatusCode::CREATED, &created).into())
}

/// Refuses a name that is taken.
pub(super) fn check_conflict(standin: &StandIn, name: &str) -> Result<(), Failure> {
    let bare = name.trim_start_matches('/');
    let containers = standin.store.all_containers();
    match containers.iter().find(|other| !bare.is_empty() && other.name() == bare) {
        None => Ok(()),
        Some(other) => Err(Failure::conflict(format!(
            "conflict. The name \"{bare}\" is already in use by container {}. You have to remove (or rename) that container to be able to re use that name.",
            other.id
        ))),
    }
}

fn free_name(standin: &StandIn) -> String {
    let taken: Vec<String> = standin.store.all_containers().iter().map(|container| container.name()).collect();
    let mut name = ids::name();
    for _ in 0..5 {
        if !taken.contains(&name) {
            return name;
        }
        name = ids::name();
    }
    format!("{name}_{}", ids::fresh().get(..6).unwrap_or(""))
}

/// The volumes of a container; those that are not there yet are made.
fn mounts(standin: &StandIn, spec: &mut Spec) -> Result<Vec<(String, super::super::files::SharedTree)>, Failure> {
    let mut trees = Vec::new();
    for Mount { volume: name, destination, .. } in &mut spec.mounts {
        if name.is_empty() {
            *name = ids::fresh();
        }
        trees.push((destination.clone(), volume::open(standin, name)?));
    }
    Ok(trees)
}
