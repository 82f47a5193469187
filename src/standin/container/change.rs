//! Rename, resize and remove.

use std::sync::Arc;

use http::StatusCode;

use super::super::StandIn;
use super::super::failure::Failure;
use super::super::reply::{self, Reply};
use super::super::request::Call;
use super::super::store::lock;
use super::super::{process, volume};
use super::{Container, Status, create};

/// `POST /containers/{id}/rename`.
pub(in super::super) fn rename(standin: &StandIn, name: &str, call: &Call) -> Result<Reply, Failure> {
    let wanted = call.query.text("name").trim_start_matches('/');
    let container = standin.store.container(name)?;
    if wanted.is_empty() {
        return Err(Failure::internal("neither old nor new names may be empty"));
    }
    if !is_valid_name(wanted) {
        return Err(Failure::internal(format!(
            "invalid container name ({wanted}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
        )));
    }
    if container.name() == wanted {
        return Err(Failure::internal("renaming a container with the same name as its current name"));
    }
    create::check_conflict(standin, wanted)?;
    wanted.clone_into(&mut lock(&container.name));
    standin.events.container(&container, "Rename", &[("newName", wanted)]);
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// The rule for names of containers and volumes.
pub(in super::super) fn is_valid_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

/// `POST /containers/{id}/resize`.
pub(in super::super) fn resize(standin: &StandIn, name: &str, call: &Call) -> Result<Reply, Failure> {
    let (height, width) = (call.query.number("h")?, call.query.number("w")?);
    let container = standin.store.container(name)?;
    if !container.is_running() {
        return Err(Failure::not_found(format!("No such interaction connection for container: {}", container.id)));
    }
    let (height, width) = (height.to_string(), width.to_string());
    standin.events.container(&container, "resize", &[("height", &height), ("width", &width)]);
    Ok(reply::empty(StatusCode::OK))
}

/// `DELETE /containers/{id}`.
pub(in super::super) async fn remove(standin: &Arc<StandIn>, name: &str, call: &Call) -> Result<Reply, Failure> {
    let container = standin.store.container(name)?;
    if container.is_running() {
        if !call.query.flag("force") {
            return Err(Failure::conflict(
                "You cannot remove a running container. Stop the container before attempting removal or use -f",
            ));
        }
        let mut states = container.watch();
        container.input.signal(process::KILL);
        // An error means that the container is gone, which is an end too.
        let _ = states.wait_for(|state| state.status != Status::Running).await;
    }
    erase(standin, &container, call.query.flag("v"));
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// Takes a container out of the store, once.
pub(super) fn erase(standin: &StandIn, container: &Arc<Container>, volumes: bool) {
    let mut removed = false;
    lock(&standin.store.containers).retain(|other| {
        let keep = other.id != container.id;
        removed |= !keep;
        keep
    });
    if !removed {
        return;
    }
    lock(&standin.store.execs).retain(|exec| exec.container.id != container.id);
    if volumes {
        volume::forget_anonymous(standin, container);
    }
    container.console.end();
    standin.events.container(container, "destroy", &[]);
    container.state.send_modify(|state| state.removed = true);
}
