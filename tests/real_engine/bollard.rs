//! bollard, a client that is not Docker's own, does the same through the gateway.

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::exec::StartExecResults;
use bollard::models::{ContainerCreateBody, ExecConfig};
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, EventsOptionsBuilder, ListContainersOptionsBuilder,
    LogsOptionsBuilder, RemoveContainerOptionsBuilder,
};
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;

use crate::engine::{Engine, Gateway};

#[test]
fn bollard_creates_starts_attaches_execs_waits_and_removes() {
    let engine = Engine::shared();
    let gateway = Gateway::start(&engine.url(), &["--profile", "engine"]);
    let direct = report(&engine.url());
    assert!(direct.contains(r#"attach ["in\n", "err\n"]"#), "{direct}");
    for address in gateway.addresses() {
        assert_eq!(direct, report(address), "{address}");
    }
}

/// What a whole session with the daemon at this address saw.
fn report(address: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let session = async { tokio::time::timeout(std::time::Duration::from_secs(60), session(address)).await.unwrap() };
    runtime.block_on(session).unwrap_or_else(|error| panic!("{address}: {error}"))
}

async fn session(address: &str) -> Result<String, bollard::errors::Error> {
    let version = bollard::API_DEFAULT_VERSION;
    let docker = match address.strip_prefix("unix://") {
        Some(path) => Docker::connect_with_unix(path, 60, version)?,
        None => Docker::connect_with_http(address, 60, version)?,
    }
    .negotiate_version()
    .await?;
    let name = "bollard-session";
    let mut seen = String::new();

    let body = ContainerCreateBody {
        image: Some("busybox".into()),
        cmd: Some(["sh", "-c", "head -n 1; echo err >&2; sleep 1000"].map(String::from).to_vec()),
        open_stdin: Some(true),
        ..ContainerCreateBody::default()
    };
    let options = CreateContainerOptionsBuilder::new().name(name).build();
    let created = docker.create_container(Some(options), body).await?;
    seen += &format!("warnings {:?}\n", created.warnings);

    let options = AttachContainerOptionsBuilder::new().stdin(true).stdout(true).stderr(true).stream(true).build();
    let mut attached = docker.attach_container(name, Some(options)).await?;
    docker.start_container(name, None).await?;
    attached.input.write_all(b"in\n").await?;
    attached.input.flush().await?;
    let mut output = vec![line(attached.output.next().await)?, line(attached.output.next().await)?];
    output.sort_by_key(|text| text.contains("err"));
    seen += &format!("attach {output:?}\n");

    let exec = ExecConfig {
        cmd: Some(["sh", "-c", "echo hello; exit 3"].map(String::from).to_vec()),
        attach_stdout: Some(true),
        ..ExecConfig::default()
    };
    let exec = docker.create_exec(name, exec).await?.id;
    if let StartExecResults::Attached { mut output, .. } = docker.start_exec(&exec, None).await? {
        seen += &format!("exec {:?}\n", line(output.next().await)?);
    }
    // The engine sends the end of the output before it notes the code.
    let code = loop {
        if let Some(code) = docker.inspect_exec(&exec).await?.exit_code {
            break code;
        }
    };
    seen += &format!("exit code {code}\n");

    let filter = |key: &str, value: &str| std::collections::HashMap::from([(key.to_owned(), vec![value.to_owned()])]);
    let options = ListContainersOptionsBuilder::new().filters(&filter("name", name)).build();
    let listed = docker.list_containers(Some(options)).await?;
    seen += &format!(
        "listed {:?}\n",
        listed.iter().map(|container| (&container.names, &container.state)).collect::<Vec<_>>()
    );

    let options = LogsOptionsBuilder::new().stdout(true).build();
    seen += &format!("logs {:?}\n", line(docker.logs(name, Some(options)).next().await)?);

    let mut events =
        docker.events(Some(EventsOptionsBuilder::new().since("0").filters(&filter("container", name)).build()));
    let mut waiting = docker.wait_container(name, None);
    docker.kill_container(name, None).await?;
    // bollard has an error for a code that is not 0.
    seen += &format!("wait {:?}\n", waiting.next().await.map(|end| end.map_err(|error| error.to_string())));
    while let Some(event) = events.next().await {
        let action = event?.action.unwrap_or_default();
        if action == "die" {
            seen += "event die\n";
            break;
        }
    }
    docker.remove_container(name, Some(RemoveContainerOptionsBuilder::new().force(true).build())).await?;
    let gone = docker.inspect_container(name, None).await.map(|_| ()).map_err(|error| error.to_string());
    seen += &format!("after removal {gone:?}\n");
    Ok(seen)
}

/// One piece of output, with its end.
fn line(output: Option<Result<LogOutput, bollard::errors::Error>>) -> Result<String, bollard::errors::Error> {
    output.transpose().map(|output| output.map_or_else(|| "the end".to_owned(), |output| output.to_string()))
}
