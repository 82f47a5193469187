//! The session with bollard, the client of Rust programs, in the version that it negotiates.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::exec::StartExecResults;
use bollard::models::{ContainerCreateBody, ExecConfig, HostConfig, NetworkCreateRequest, VolumeCreateRequest};
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, CreateImageOptionsBuilder, EventsOptionsBuilder,
    ListContainersOptionsBuilder, ListImagesOptionsBuilder, LogsOptionsBuilder, RemoveContainerOptionsBuilder,
    RemoveVolumeOptions, StatsOptionsBuilder,
};
use futures_util::{Stream, StreamExt, TryStreamExt};
use tokio::io::AsyncWriteExt;

/// What a step of this session comes to.
pub const STEPS: &[(&str, &str)] = &[
    ("version", "linux"),
    ("info", "linux"),
    ("image", "there"),
    ("create", "1"),
    ("attach", "got hello\nexit code 3"),
    ("logs", "got hello"),
    ("inspect", "3 false true"),
    ("run", "1"),
    ("exec", "in exec\nexit code 4"),
    ("stats", "it-run"),
    ("events", "create start die"),
    ("networks", "it-net"),
    ("volumes", "it-vol\nkept"),
    ("rm", "0"),
];

/// Does the session, and gives its lines.
pub fn session(address: &str, name: &str, pulls: bool) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut said = String::new();
    runtime.block_on(async {
        let client = Docker::connect_with_http(address, 60, bollard::API_DEFAULT_VERSION).unwrap();
        let docker = client.negotiate_version().await.unwrap();
        let began = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
        for (step, _) in STEPS {
            let seen = tokio::time::timeout(Duration::from_secs(60), one(&docker, step, name, pulls, &began)).await;
            let seen = match seen {
                Ok(Ok(seen)) => seen,
                Ok(Err(error)) => format!("failed: {}", error.to_string().replace('\n', " ")),
                Err(_) => "failed: it takes too long".to_owned(),
            };
            said.push_str(&format!("{step}: {seen}\n"));
        }
    });
    said
}

async fn one(docker: &Docker, step: &str, name: &str, pulls: bool, began: &str) -> Result<String, Error> {
    let filter = |key: &str, value: &str| HashMap::from([(key.to_owned(), vec![value.to_owned()])]);
    let runs = format!("{name}-run");
    Ok(match step {
        "version" => docker.version().await?.os.unwrap_or_default(),
        "info" => docker.info().await?.os_type.unwrap_or_default(),
        "image" => {
            if pulls {
                let options = CreateImageOptionsBuilder::new().from_image("busybox").tag("latest").build();
                docker.create_image(Some(options), None, None).try_collect::<Vec<_>>().await?;
            }
            let options = ListImagesOptionsBuilder::new().filters(&filter("reference", "busybox")).build();
            if docker.list_images(Some(options)).await?.is_empty() { "missing" } else { "there" }.to_owned()
        }
        "create" => {
            create(docker, name, &["sh", "-c", "read line; echo got $line; exit 3"], HostConfig::default()).await?;
            listed(docker, name).await?
        }
        "attach" => {
            let options = AttachContainerOptionsBuilder::new().stdin(true).stdout(true).stream(true).build();
            let mut attached = docker.attach_container(name, Some(options)).await?;
            docker.start_container(name, None).await?;
            attached.input.write_all(b"hello\n").await?;
            attached.input.flush().await?;
            let output = text(attached.output).await?;
            // bollard has an error for a code that is not 0.
            let code = match docker.wait_container(name, None).next().await {
                Some(Err(Error::DockerContainerWaitError { code, .. })) => code,
                Some(Ok(end)) => end.status_code,
                Some(Err(error)) => return Err(error),
                None => -1,
            };
            format!("{output}\nexit code {code}")
        }
        "logs" => text(docker.logs(name, Some(LogsOptionsBuilder::new().stdout(true).build()))).await?,
        "inspect" => {
            let said = docker.inspect_container(name, None).await?;
            let (state, config) = (said.state.unwrap_or_default(), said.config.unwrap_or_default());
            let truth = |value: Option<bool>| value.unwrap_or_default();
            format!("{} {} {}", state.exit_code.unwrap_or(-1), truth(state.running), truth(config.open_stdin))
        }
        "run" => {
            create(docker, &runs, &["sleep", "1000"], HostConfig::default()).await?;
            docker.start_container(&runs, None).await?;
            listed(docker, &runs).await?
        }
        "exec" => {
            let words = ["sh", "-c", "echo in exec; exit 4"].map(String::from).to_vec();
            let config = ExecConfig { cmd: Some(words), attach_stdout: Some(true), ..ExecConfig::default() };
            let exec = docker.create_exec(&runs, config).await?.id;
            let output = match docker.start_exec(&exec, None).await? {
                StartExecResults::Attached { output, .. } => text(output).await?,
                StartExecResults::Detached => "detached".to_owned(),
            };
            // An engine sends the end of the output before it notes the code.
            let code = loop {
                if let Some(code) = docker.inspect_exec(&exec).await?.exit_code {
                    break code;
                }
            };
            format!("{output}\nexit code {code}")
        }
        "stats" => {
            let options = StatsOptionsBuilder::new().stream(false).build();
            let first = docker.stats(&runs, Some(options)).next().await.transpose()?;
            if first.is_some_and(|stats| stats.memory_stats.is_some()) { "it-run" } else { "nothing" }.to_owned()
        }
        "events" => {
            let options = EventsOptionsBuilder::new().since(began).filters(&filter("container", name)).build();
            let mut events = docker.events(Some(options));
            let mut seen = String::new();
            for _ in 0..20 {
                let Some(event) = events.next().await.transpose()? else { break };
                let action = event.action.unwrap_or_default();
                if ["create", "start", "die"].contains(&action.as_str()) {
                    seen.push_str(&format!("{action} "));
                }
                if action == "die" {
                    break;
                }
            }
            seen
        }
        "networks" => {
            let network = format!("{name}-net");
            let request = NetworkCreateRequest { name: network.clone(), ..NetworkCreateRequest::default() };
            docker.create_network(request).await?;
            let said = docker.inspect_network(&network, None).await?.name.unwrap_or_default();
            docker.remove_network(&network).await?;
            said.replace(name, "it")
        }
        "volumes" => {
            let (volume, data) = (format!("{name}-vol"), format!("{name}-data"));
            let request = VolumeCreateRequest { name: Some(volume.clone()), ..VolumeCreateRequest::default() };
            docker.create_volume(request).await?;
            let said = docker.inspect_volume(&volume).await?.name.replace(name, "it");
            let host = HostConfig { binds: Some(vec![format!("{volume}:/data")]), ..HostConfig::default() };
            create(docker, &data, &["sh", "-c", "echo kept >/data/file; cat /data/file"], host).await?;
            docker.start_container(&data, None).await?;
            docker.wait_container(&data, None).next().await.transpose()?;
            let kept = text(docker.logs(&data, Some(LogsOptionsBuilder::new().stdout(true).build()))).await?;
            docker.remove_container(&data, None).await?;
            docker.remove_volume(&volume, None::<RemoveVolumeOptions>).await?;
            format!("{said}\n{kept}")
        }
        "rm" => {
            let force = RemoveContainerOptionsBuilder::new().force(true).build();
            docker.remove_container(&runs, Some(force.clone())).await?;
            docker.remove_container(name, Some(force)).await?;
            listed(docker, name).await?
        }
        other => format!("there is no step {other}"),
    })
}

async fn create(docker: &Docker, name: &str, words: &[&str], host: HostConfig) -> Result<(), Error> {
    let body = ContainerCreateBody {
        image: Some("busybox".into()),
        cmd: Some(words.iter().map(|word| (*word).to_owned()).collect()),
        open_stdin: Some(name.ends_with('x')),
        host_config: Some(host),
        ..ContainerCreateBody::default()
    };
    docker.create_container(Some(CreateContainerOptionsBuilder::new().name(name).build()), body).await.map(drop)
}

/// How many containers have names with this in them.
async fn listed(docker: &Docker, name: &str) -> Result<String, Error> {
    let filters = HashMap::from([("name".to_owned(), vec![name.to_owned()])]);
    let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
    Ok(docker.list_containers(Some(options)).await?.len().to_string())
}

/// All output, without the end of its last line.
async fn text(output: impl Stream<Item = Result<LogOutput, Error>>) -> Result<String, Error> {
    let pieces: Vec<LogOutput> = output.try_collect().await?;
    Ok(pieces.iter().map(ToString::to_string).collect::<String>().trim_end().to_owned())
}
