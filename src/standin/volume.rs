//! Volumes.

use std::sync::{Arc, Mutex};

use http::StatusCode;
use serde_json::{Value, json};

use super::StandIn;
use super::container::Container;
use super::failure::Failure;
use super::files::SharedTree;
use super::filters::Filters;
use super::json::Fields;
use super::reply::{self, Reply};
use super::request::Call;
use super::store::lock;
use super::tree::Tree;
use super::{clock, ids};

/// A volume.
pub(super) struct Volume {
    name: String,
    driver: String,
    options: Vec<(String, String)>,
    labels: Vec<(String, String)>,
    created: clock::Nanos,
    anonymous: bool,
    tree: SharedTree,
}

impl Volume {
    fn shown(&self, is_vic: bool) -> Value {
        let map = |pairs: &[(String, String)]| -> Value {
            pairs.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<serde_json::Map<_, _>>().into()
        };
        json!({
            "Name": self.name,
            "Driver": self.driver,
            "Mountpoint": "",
            "CreatedAt": clock::rfc3339(self.created),
            "Labels": map(&self.labels),
            "Options": map(&self.options),
            "Scope": if is_vic { "" } else { "local" },
        })
    }
}

/// `GET /volumes`.
pub(super) fn list(standin: &StandIn, call: &Call) -> Result<Reply, Failure> {
    let filters = Filters::parse(call.query.text("filters"))?;
    filters.only(&["name", "driver", "label", "dangling"])?;
    let used: Vec<String> = standin
        .store
        .all_containers()
        .iter()
        .flat_map(|container| container.spec.mounts.clone())
        .map(|mount| mount.volume)
        .collect();
    let volumes = lock(&standin.store.volumes);
    let shown: Vec<Value> = volumes
        .iter()
        .filter(|volume| {
            filters.any("name", |wanted| volume.name.contains(wanted))
                && filters.any("driver", |wanted| volume.driver == wanted)
                && filters.labels(&volume.labels)
                && filters.any("dangling", |wanted| {
                    let dangling = !used.contains(&volume.name);
                    matches!(wanted, "1" | "true") == dangling
                })
        })
        .map(|volume| volume.shown(standin.settings.is_vic()))
        .collect();
    let shown = if shown.is_empty() { Value::Null } else { Value::from(shown) };
    Ok(reply::ok(&json!({"Volumes": shown, "Warnings": null})))
}

/// `GET /volumes/{name}`.
pub(super) fn inspect(standin: &StandIn, name: &str) -> Result<Reply, Failure> {
    lock(&standin.store.volumes)
        .iter()
        .find(|volume| volume.name == name)
        .map(|volume| reply::ok(&volume.shown(standin.settings.is_vic())))
        .ok_or_else(|| Failure::not_found(format!("No such volume: {name}")))
}

/// `POST /volumes/create`. It is not idempotent, and `Driver` must be given.
pub(super) async fn create(standin: &Arc<StandIn>, mut call: Call) -> Result<Reply, Failure> {
    let is_vic = standin.settings.is_vic();
    let body = call.read_json().await?;
    let given = Fields::of(&body)?;
    let driver = match given.text("Driver")? {
        "" if !is_vic => "local",
        driver @ ("local" | "vsphere") => driver,
        other => {
            return Err(Failure::internal(format!("error looking up volume plugin {other}: plugin not found")));
        }
    };
    let options = given.labels("DriverOpts")?;
    check_options(&options)?;
    let name = match given.text("Name")? {
        "" => ids::fresh(),
        name => name.to_owned(),
    };
    check_name(&name)?;
    let mut volumes = lock(&standin.store.volumes);
    if let Some(known) = volumes.iter().find(|volume| volume.name == name) {
        if !is_vic {
            return Ok(reply::json(StatusCode::CREATED, &known.shown(is_vic)));
        }
        return Err(Failure::internal(format!(
            "A volume named {name} already exists. Choose a different volume name."
        )));
    }
    let volume = Volume {
        name,
        driver: driver.to_owned(),
        options,
        labels: given.labels("Labels")?,
        created: clock::now(),
        anonymous: false,
        tree: Arc::new(Mutex::new(Tree::new())),
    };
    let shown = volume.shown(is_vic);
    volumes.push(volume);
    Ok(reply::json(StatusCode::CREATED, &shown))
}

/// `DELETE /volumes/{name}`.
pub(super) fn remove(standin: &StandIn, name: &str) -> Result<Reply, Failure> {
    let containers = standin.store.all_containers();
    let user = containers.iter().find(|container| {
        let mut mounts = container.spec.mounts.iter();
        mounts.any(|mount| mount.volume == name)
    });
    let mut volumes = lock(&standin.store.volumes);
    if !volumes.iter().any(|volume| volume.name == name) {
        return Err(Failure::not_found(format!("Get {name}: no such volume")));
    }
    if let Some(user) = user {
        return Err(Failure::conflict(format!("volume {name} in use by {}", user.id)));
    }
    volumes.retain(|volume| volume.name != name);
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// The files of a volume, which is made when it is not there.
pub(super) fn open(standin: &StandIn, name: &str) -> Result<SharedTree, Failure> {
    check_name(name)?;
    let mut volumes = lock(&standin.store.volumes);
    if let Some(known) = volumes.iter().find(|volume| volume.name == name) {
        return Ok(Arc::clone(&known.tree));
    }
    let tree = Arc::new(Mutex::new(Tree::new()));
    volumes.push(Volume {
        name: name.to_owned(),
        driver: "vsphere".to_owned(),
        options: Vec::new(),
        labels: Vec::new(),
        created: clock::now(),
        // Names that were made up are ids.
        anonymous: name.len() == 64,
        tree: Arc::clone(&tree),
    });
    Ok(tree)
}

/// Removes the anonymous volumes of a container that is gone.
pub(super) fn forget_anonymous(standin: &StandIn, container: &Container) {
    let gone: Vec<&String> =
        container.spec.mounts.iter().filter(|mount| mount.anonymous).map(|mount| &mount.volume).collect();
    lock(&standin.store.volumes).retain(|volume| !(volume.anonymous && gone.contains(&&volume.name)));
}

fn check_name(name: &str) -> Result<(), Failure> {
    if super::container::is_valid_name(name) {
        return Ok(());
    }
    Err(Failure::portlayer(format!(
        "volume name {name:?} includes invalid characters, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed"
    )))
}

fn check_options(options: &[(String, String)]) -> Result<(), Failure> {
    for (name, value) in options {
        match name.to_lowercase().as_str() {
            "volumestore" if value == "default" => {}
            "volumestore" => {
                return Err(Failure::internal(format!("No volume store named ({value}) exists")));
            }
            "capacity" => {
                let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
                if !digits.parse::<u64>().is_ok_and(|size| size > 0) {
                    return Err(Failure::internal(format!("bad driver value - Invalid size: {value}")));
                }
            }
            _ => {
                return Err(Failure::internal(format!("bad driver value - {name} is not a supported option")));
            }
        }
    }
    Ok(())
}
