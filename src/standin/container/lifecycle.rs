//! Start, stop, restart and kill.

use std::sync::Arc;
use std::time::Duration;

use http::{StatusCode, header};

use super::super::StandIn;
use super::super::failure::Failure;
use super::super::process::{self, Launch};
use super::super::reply::{self, Reply};
use super::super::request::Call;
use super::super::shell::{self, Context};
use super::super::store::lock;
use super::super::{clock, network};
use super::change::erase;
use super::ports::publish;
use super::{Container, Status};

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
        delay: Duration::ZERO,
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
