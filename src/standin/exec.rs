//! Execs: further commands in a running container.

use std::sync::{Arc, Mutex};

use http::StatusCode;
use serde_json::json;

use super::StandIn;
use super::attach::{AtEnd, Keys, Session, SessionInput, Wanted, Wire};
use super::console::Console;
use super::container::{Container, Status};
use super::failure::Failure;
use super::hijack::{Hijack, raw_head};
use super::ids;
use super::input::Input;
use super::json::Fields;
use super::process::{self, Launch};
use super::reply::{self, Answer, Reply};
use super::request::{Call, decode};
use super::shell::{self, Context};
use super::store::lock;

/// What VIC reports for a command that could not be run.
const FAILED: i32 = 126;

/// An exec.
pub(super) struct Exec {
    pub(super) container: Arc<Container>,
    pub(super) input: Input,
    id: String,
    argv: Vec<String>,
    env: Vec<String>,
    user: String,
    tty: bool,
    wanted: Wanted,
    console: Arc<Console>,
    progress: Mutex<Progress>,
}

/// How far an exec has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Created,
    Running,
    Ended(i32),
}

/// `POST /containers/{id}/exec`.
pub(super) async fn create(standin: &Arc<StandIn>, name: &str, mut call: Call) -> Result<Reply, Failure> {
    let body = call.read_json().await?;
    let given = Fields::of(&body)?;
    let argv = given.command("Cmd")?.unwrap_or_default();
    if argv.is_empty() {
        return Err(Failure::internal("No exec command specified"));
    }
    let container = standin.store.container(name)?;
    if !container.is_running() {
        let text = format!("container ({name}) is not running");
        return Err(if standin.settings.is_vic() { Failure::portlayer(text) } else { Failure::conflict(text) });
    }
    let spec = &container.spec;
    let mut env = given.strings("Env")?.unwrap_or_default();
    for pair in &spec.env {
        let name = pair.split('=').next();
        if !env.iter().any(|own| own.split('=').next() == name) {
            env.push(pair.clone());
        }
    }
    let user = match given.text("User")? {
        "" => spec.user.clone(),
        user => user.to_owned(),
    };
    let tty = given.flag("Tty")?;
    let console = Arc::new(Console::new(tty, None));
    let exec = Arc::new(Exec {
        id: ids::fresh(),
        argv,
        env,
        user,
        tty,
        wanted: Wanted {
            stdin: given.flag("AttachStdin")?,
            stdout: given.flag("AttachStdout")?,
            stderr: given.flag("AttachStderr")?,
        },
        input: Input::new(Arc::clone(&console)),
        console,
        progress: Mutex::new(Progress::Created),
        container: Arc::clone(&container),
    });
    lock(&standin.store.execs).push(Arc::clone(&exec));
    let action = format!("exec_create: {}", exec.argv.join(" "));
    standin.events.container(&container, &action, &[]);
    Ok(reply::json(StatusCode::CREATED, &json!({"Id": exec.id})))
}

/// `POST /exec/{id}/start`.
pub(super) async fn start(standin: &Arc<StandIn>, id: &str, mut call: Call) -> Result<Answer, Failure> {
    let body = if call.at_least(1, 22) { call.read_json().await? } else { decode(&call.read_body().await?)? };
    let given = Fields::of(&body)?;
    let (detach, tty) = (given.flag("Detach")?, given.flag("Tty")?);
    let exec = find(standin, id).ok_or_else(|| Failure::no_such_container(id))?;
    let is_vic = standin.settings.is_vic();
    if detach {
        let wanted = exec.wanted;
        if is_vic && (wanted.stdin || wanted.stdout || wanted.stderr) {
            // VIC closes a stream that it has not opened, and dies of it.
            return Ok(Answer::Hijack(Hijack::vanish()));
        }
        run(standin, &exec)?;
        return Ok(reply::empty(StatusCode::OK).into());
    }
    let session = Session {
        standin: Arc::clone(standin),
        output: exec.console.view(),
        stdin: exec.input.writer(),
        input: SessionInput::Exec(Arc::clone(&exec)),
        // The body of this call decides, not the one that made the exec.
        wire: if tty { Wire::Raw } else { Wire::Frames },
        wanted: exec.wanted,
        at_end: AtEnd::CloseStdin,
        tty: exec.tty,
        patience: None,
        container: Arc::clone(&exec.container),
    };
    let version = standin.settings.api.max_text();
    let more = format!("Api-Version: {version}\r\nServer: Docker/{version} (linux)\r\n");
    let head = raw_head(call.wants_upgrade(), &more);
    let (owner, wire) = (Arc::clone(standin), session.wire);
    Ok(Answer::Hijack(Hijack::new(head, move |socket| async move {
        match run(&owner, &exec) {
            Ok(()) => session.run(socket, Keys::default()).await,
            Err(failure) => complain(socket, wire, &failure).await,
        }
    })))
}

/// Tells of an error where the output would be: the head is long out.
async fn complain(mut socket: super::socket::Socket, wire: Wire, failure: &Failure) -> super::socket::Socket {
    use tokio::io::AsyncWriteExt;
    let text = format!("{}\r\n", failure.message);
    let bytes = match wire {
        Wire::Frames => super::console::frame(super::console::Channel::Stdout, text.as_bytes()),
        Wire::Raw | Wire::Websocket => text.into(),
    };
    // The client may be gone; then nobody needs to know.
    let _ = socket.write_all(&bytes).await;
    socket
}

/// Starts the command.
fn run(standin: &Arc<StandIn>, exec: &Arc<Exec>) -> Result<(), Failure> {
    let container = &exec.container;
    if !container.is_running() {
        return Err(Failure::not_found(format!("container ({}) has been stopped", container.id)));
    }
    {
        let mut progress = lock(&exec.progress);
        if *progress != Progress::Created {
            return Err(Failure::internal(format!("exec {} has already been started", exec.id)));
        }
        *progress = Progress::Running;
    }
    let action = format!("exec_start: {}", exec.argv.join(" "));
    standin.events.container(container, &action, &[]);
    let program = exec.argv.first().map_or("", String::as_str);
    let path = exec.env.iter().find_map(|pair| pair.strip_prefix("PATH=")).unwrap_or("/bin");
    if !shell::exists(&container.files, path, &container.spec.cwd, program) {
        *lock(&exec.progress) = Progress::Ended(FAILED);
        exec.console.end();
        return Err(Failure::internal(format!("{program}: no such executable in PATH")));
    }
    let (stdin, signals) = exec.input.begin(exec.wanted.stdin);
    let launch = Launch {
        argv: exec.argv.clone(),
        env: exec.env.clone(),
        cwd: container.spec.cwd.clone(),
        context: Arc::new(Context::new(
            Arc::clone(&container.files),
            container.spec.hostname.clone(),
            exec.user.clone(),
            exec.tty,
        )),
        console: Arc::clone(&exec.console),
        stdin,
        delay: standin.settings.exec_delay,
    };
    let exec = Arc::clone(exec);
    standin.spawn(async move {
        let mut states = exec.container.watch();
        let code = tokio::select! {
            biased;
            code = process::run(launch, signals) => code,
            // The virtual machine goes, and all that runs in it.
            _ = states.wait_for(|state| state.status != Status::Running) => 128 + process::KILL,
        };
        *lock(&exec.progress) = Progress::Ended(code);
        exec.input.end();
        exec.console.end();
    });
    Ok(())
}

/// `GET /exec/{id}/json`.
pub(super) fn inspect(standin: &StandIn, id: &str) -> Result<Reply, Failure> {
    let exec =
        find(standin, id).ok_or_else(|| Failure::not_found(format!("no container was found with exec id: {id}")))?;
    let progress = *lock(&exec.progress);
    let code = match progress {
        Progress::Created | Progress::Running => json!(null),
        Progress::Ended(code) => json!(code),
    };
    let running = progress == Progress::Running;
    Ok(reply::ok(&json!({
        "ID": exec.id,
        "Running": running,
        "ExitCode": code,
        "ProcessConfig": {
            "tty": exec.tty,
            "entrypoint": exec.argv.first(),
            "arguments": exec.argv,
            "privileged": false,
            "user": exec.user,
        },
        "OpenStdin": exec.wanted.stdin,
        "OpenStderr": exec.wanted.stderr,
        "OpenStdout": exec.wanted.stdout,
        "CanRemove": false,
        "ContainerID": exec.container.id,
        "DetachKeys": "",
        "Pid": i32::from(running),
    })))
}

/// `POST /exec/{id}/resize`.
pub(super) fn resize(standin: &StandIn, id: &str, call: &Call) -> Result<Reply, Failure> {
    call.query.number("h")?;
    call.query.number("w")?;
    let exec = find(standin, id).ok_or_else(|| Failure::no_such_container(id))?;
    if *lock(&exec.progress) != Progress::Running {
        return Err(Failure::not_found(format!("No such interaction connection for container: {}", exec.container.id)));
    }
    Ok(reply::empty(StatusCode::OK))
}

fn find(standin: &StandIn, id: &str) -> Option<Arc<Exec>> {
    lock(&standin.store.execs).iter().find(|exec| exec.id == id).cloned()
}
