//! Start, stop, restart, kill, wait, rename, resize, remove.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{StatusCode, header};
use serde_json::json;

use super::super::StandIn;
use super::super::failure::Failure;
use super::super::process::{self, Launch};
use super::super::reply::{self, Reply};
use super::super::request::Call;
use super::super::shell::{self, Context};
use super::super::store::lock;
use super::super::{clock, network, volume};
use super::{Container, Published, Status, create};

/// How long `stop` waits unless it is told, as in Docker.
const STOP_SECONDS: i64 = 10;

/// `POST /containers/{id}/start`.
pub(in super::super) async fn start(standin: &Arc<StandIn>, name: &str, mut call: Call) -> Result<Reply, Failure> {
    let chunked = call.headers.contains_key(header::TRANSFER_ENCODING);
    let body = call.read_body().await?;
    if call.at_least(1, 24) && (chunked || body.len() > 7) {
        return Err(Failure::bad_request(
            "starting container with non-empty request body was deprecated since v1.10 and removed in v1.12",
        ));
    }
    let container = standin.store.container(name)?;
    if container.is_running() {
        return Ok(reply::empty(unchanged(standin)));
    }
    launch(standin, &container)?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// Starts the process of a container.
fn launch(standin: &Arc<StandIn>, container: &Arc<Container>) -> Result<(), Failure> {
    let _starting = lock(&container.starting);
    if container.is_running() {
        return Ok(());
    }
    let spec = &container.spec;
    let argv = spec.argv();
    let program = argv.first().map_or("", String::as_str);
    let path = spec.env.iter().find_map(|pair| pair.strip_prefix("PATH=")).unwrap_or("/bin");
    let refuse = |failure: Failure| {
        container.state.send_modify(|state| state.error.clone_from(&failure.message));
        Err(failure)
    };
    if !shell::exists(&container.files, path, &spec.cwd, program) {
        return refuse(Failure::portlayer(format!("{program}: no such executable in PATH.")));
    }
    if !knows_user(container, &spec.user) {
        return refuse(Failure::portlayer(format!("Unable to find user {}", spec.user)));
    }
    if let Err(failure) = publish(standin, container) {
        return refuse(failure);
    }
    network::take_addresses(standin, container);
    // A working directory that is not there is made.
    let _ = container.files.on(&spec.cwd, |tree, path| tree.make_directories(path));

    let (stdin, signals) = container.input.begin(spec.open_stdin);
    let launch = Launch {
        argv,
        env: spec.env.clone(),
        cwd: spec.cwd.clone(),
        context: Arc::new(Context::new(
            Arc::clone(&container.files),
            spec.hostname.clone(),
            spec.user.clone(),
            spec.tty,
        )),
        console: Arc::clone(&container.console),
        stdin,
    };
    container.state.send_modify(|state| {
        state.status = Status::Running;
        state.exit_code = 0;
        state.error.clear();
        state.started = Some(clock::now());
        state.finished = None;
    });
    standin.events.container(container, "start", &[]);
    let (owner, container) = (Arc::clone(standin), Arc::clone(container));
    standin.spawn(async move {
        let code = process::run(launch, signals).await;
        ended(&owner, &container, code);
    });
    Ok(())
}

/// What follows the end of a process.
fn ended(standin: &Arc<StandIn>, container: &Arc<Container>, code: i32) {
    container.input.end();
    lock(&container.published).clear();
    network::leave_addresses(container);
    container.state.send_modify(|state| {
        state.status = Status::Exited;
        state.exit_code = code;
        state.finished = Some(clock::now());
        state.ends += 1;
    });
    container.console.end();
    let code = code.to_string();
    standin.events.container(container, "die", &[("exitCode", &code)]);
    if container.spec.auto_remove {
        erase(standin, container, true);
    }
}

/// `POST /containers/{id}/stop`.
pub(in super::super) async fn stop(standin: &Arc<StandIn>, name: &str, call: &Call) -> Result<Reply, Failure> {
    let seconds = seconds(call)?;
    let container = standin.store.container(name)?;
    if !container.is_running() {
        return Ok(reply::empty(unchanged(standin)));
    }
    halt(standin, &container, seconds).await;
    standin.events.container(&container, "stop", &[]);
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// `POST /containers/{id}/restart`.
pub(in super::super) async fn restart(standin: &Arc<StandIn>, name: &str, call: &Call) -> Result<Reply, Failure> {
    let seconds = seconds(call)?;
    let container = standin.store.container(name)?;
    if container.is_running() {
        halt(standin, &container, seconds).await;
        standin.events.container(&container, "stop", &[]);
    }
    launch(standin, &container).map_err(|failure| {
        let why = failure.message.trim_start_matches("Server error from portlayer: ");
        Failure::portlayer(format!("Start failed with: {why}"))
    })?;
    standin.events.container(&container, "restart", &[]);
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// Asks the process to end, waits, and ends it.
async fn halt(standin: &StandIn, container: &Container, seconds: i64) {
    let wanted = process::signal(&container.spec.stop_signal).unwrap_or(process::TERMINATE);
    let patience = u64::try_from(seconds).ok().map(Duration::from_secs);
    for (signal, patience) in [(wanted, patience), (process::KILL, None)] {
        let number = signal.to_string();
        let mut states = container.watch();
        standin.events.container(container, "kill", &[("signal", &number)]);
        container.input.signal(signal);
        let ended = states.wait_for(|state| state.status != Status::Running);
        match patience {
            Some(patience) => {
                if tokio::time::timeout(patience, ended).await.is_ok() {
                    return;
                }
            }
            None => {
                // An error means that the container is gone, which is an end too.
                let _ = ended.await;
                return;
            }
        }
    }
}

/// `POST /containers/{id}/kill`.
pub(in super::super) async fn kill(standin: &Arc<StandIn>, name: &str, call: &Call) -> Result<Reply, Failure> {
    let wanted = call.query.text("signal");
    let signal = if wanted.is_empty() {
        process::KILL
    } else {
        let unknown = || Failure::internal(format!("Invalid signal: {wanted}"));
        process::signal(wanted).ok_or_else(unknown)?
    };
    let container = standin.store.container(name)?;
    if !container.is_running() {
        let text = format!("Cannot kill container {name}: {} is not running", container.id);
        return Err(if standin.settings.is_vic() { Failure::internal(text) } else { Failure::conflict(text) });
    }
    let mut states = container.watch();
    let number = signal.to_string();
    standin.events.container(&container, "kill", &[("signal", &number)]);
    container.input.signal(signal);
    if signal == process::KILL {
        // An error means that the container is gone, which is an end too.
        let _ = states.wait_for(|state| state.status != Status::Running).await;
    }
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

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
fn erase(standin: &StandIn, container: &Arc<Container>, volumes: bool) {
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

/// Maps the ports of a container that starts.
fn publish(standin: &StandIn, container: &Container) -> Result<(), Failure> {
    let taken: Vec<u16> = standin
        .store
        .all_containers()
        .iter()
        .flat_map(|other| lock(&other.published).clone())
        .map(|port| port.public)
        .collect();
    let mut published: Vec<Published> = Vec::new();
    for binding in &container.spec.ports {
        let is_free = |port: u16| !taken.contains(&port) && published.iter().all(|p| p.public != port);
        let public = match binding.public {
            Some(wanted) if !is_free(wanted) => {
                return Err(Failure::portlayer(format!("error mapping ports: port {wanted} is not available")));
            }
            Some(wanted) => wanted,
            None => (32_768..=u16::MAX).find(|&port| is_free(port)).unwrap_or(0),
        };
        published.push(Published { private: binding.private, protocol: binding.protocol.clone(), public });
    }
    *lock(&container.published) = published;
    Ok(())
}

fn knows_user(container: &Container, user: &str) -> bool {
    let name = user.split(':').next().unwrap_or("");
    if name.is_empty() || name.bytes().all(|b| b.is_ascii_digit()) {
        return true;
    }
    let users = container.files.read("/etc/passwd").unwrap_or_default();
    users.split(|&byte| byte == b'\n').any(|line| line.split(|&byte| byte == b':').next() == Some(name.as_bytes()))
}

/// The status of a start or stop that had nothing to do.
fn unchanged(standin: &StandIn) -> StatusCode {
    if standin.settings.is_vic() { StatusCode::NO_CONTENT } else { StatusCode::NOT_MODIFIED }
}

fn seconds(call: &Call) -> Result<i64, Failure> {
    match call.query.text("t") {
        "" => Ok(STOP_SECONDS),
        _ => call.query.number("t"),
    }
}
