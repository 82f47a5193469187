//! `POST /containers/{id}/wait`.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;

use super::super::StandIn;
use super::super::failure::Failure;
use super::super::reply::{self, Reply};
use super::super::request::Call;
use super::{Container, Status};

/// `POST /containers/{id}/wait`.
pub(in super::super) async fn wait(standin: &Arc<StandIn>, name: &str, call: &Call) -> Result<Reply, Failure> {
    let container = standin.store.container(name)?;
    if !standin.settings.is_vic() {
        return Ok(wait_as_engine(standin, container, call));
    }
    let mut states = container.watch();
    let ended = states.wait_for(|state| state.status == Status::Exited || state.removed);
    match tokio::time::timeout(standin.settings.wait_limit, ended).await {
        Ok(Ok(state)) if state.status == Status::Exited => Ok(reply::ok(&json!({"StatusCode": state.exit_code}))),
        Ok(Ok(_) | Err(_)) => Err(Failure::no_such_container(name)),
        Err(_) => {
            Err(Failure::portlayer(format!("ContainerWaitHandler({}) Error: context deadline exceeded", container.id)))
        }
    }
}

/// An engine sends the head at once, and the code when the condition is met.
fn wait_as_engine(standin: &Arc<StandIn>, container: Arc<Container>, call: &Call) -> Reply {
    let condition = call.query.text("condition").to_owned();
    let mut states = container.watch();
    let before = states.borrow().ends;
    let (sender, reply) = reply::stream(Some("application/json"));
    standin.spawn(async move {
        let met = states.wait_for(|state| match condition.as_str() {
            "next-exit" => state.ends > before,
            "removed" => state.removed,
            _ => state.status != Status::Running,
        });
        let code = tokio::select! {
            () = sender.closed() => return,
            state = met => state.map_or(0, |state| state.exit_code),
        };
        let line = format!("{}\n", json!({"StatusCode": code}));
        // The client may have gone in this very moment.
        let _ = sender.send(Bytes::from(line)).await;
    });
    reply
}
