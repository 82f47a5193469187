//! From a request to its handler: host, version, route, and the headers of the answer.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;

use super::failure::Failure;
use super::reply::{self, Answer, Reply};
use super::request::{Call, Query, Version};
use super::route::{self, Refusal, Route};
use super::settings::{Flavor, Settings};
use super::{
    StandIn, archive, attach, commit, container, events, exec, image, logs, network, pull, stats, system, volume,
    websocket,
};

/// Answers one request.
pub(super) async fn answer(standin: &Arc<StandIn>, request: Request<Incoming>, peer: &str) -> Answer {
    let (parts, body) = request.into_parts();
    let path = decoded_path(&parts.uri);
    let (version, rest) = route::split_version(&path);

    if let Some(failure) = wrong_host(&standin.settings, &parts.headers, peer) {
        return failure.reply(version.as_ref()).into();
    }
    if let Some(clean) = route::unclean(&path) {
        return moved(&clean, &parts.uri).into();
    }
    let found = route::find(&parts.method, rest);
    let found = match (found, standin.settings.flavor) {
        // An engine answers HEAD where it answers GET on this one path.
        (None, Flavor::Engine) if parts.method == Method::HEAD && rest == "/_ping" => Some(Route::Ping),
        (found, Flavor::Engine | Flavor::Vic) => found,
    };
    let Some(found) = found else {
        return Failure::page_not_found().reply(version.as_ref()).into();
    };
    if let Some(failure) = wrong_version(&standin.settings, version.as_ref()) {
        return failure.reply(version.as_ref()).into();
    }
    let call = Call {
        method: parts.method,
        version: version.clone(),
        query: Query::parse(parts.uri.query().unwrap_or("")),
        headers: parts.headers,
        body,
        body_limit: standin.settings.body_bytes,
    };
    let mut answer = match serve(standin, found, call).await {
        Ok(answer) => answer,
        Err(failure) => failure.reply(version.as_ref()).into(),
    };
    if let Answer::Reply(reply) = &mut answer {
        decorate(&standin.settings, reply);
    }
    answer
}

async fn serve(standin: &Arc<StandIn>, route: Route, call: Call) -> Result<Answer, Failure> {
    let reply = match route {
        Route::Options => reply::empty(StatusCode::OK),
        Route::Ping => reply::text("OK"),
        Route::Version => system::version(standin),
        Route::Info => system::info(standin, &call),
        Route::Auth => system::auth(call).await?,
        Route::Events => events::stream(standin, &call)?,
        Route::Containers => container::list(standin, &call)?,
        Route::ContainerCreate => return container::create(standin, call).await,
        Route::Container(name) => container::inspect(standin, &name, &call)?,
        Route::Logs(name) => logs::stream(standin, &name, &call)?,
        Route::Stats(name) => stats::stream(standin, &name, &call)?,
        Route::Changes(name) => container::changes(standin, &name)?,
        Route::ArchiveGet(name) => archive::read(standin, &name, &call)?,
        Route::ArchivePut(name) => archive::write(standin, &name, call).await?,
        Route::Copy => copy(&call)?,
        Route::Start(name) => container::start(standin, &name, call).await?,
        Route::Stop(name) => container::stop(standin, &name, &call).await?,
        Route::Restart(name) => container::restart(standin, &name, &call).await?,
        Route::Kill(name) => container::kill(standin, &name, &call).await?,
        Route::Wait(name) => container::wait(standin, &name, &call).await?,
        Route::Rename(name) => container::rename(standin, &name, &call)?,
        Route::Update => {
            let mut call = call;
            call.read_json().await?;
            return Err(Failure::not_implemented("ContainerUpdate"));
        }
        Route::Resize(name) => container::resize(standin, &name, &call)?,
        Route::Remove(name) => container::remove(standin, &name, &call).await?,
        Route::Attach(name) => return Ok(attach::attach(standin, &name, &call)),
        Route::AttachWebsocket(name) => return websocket::attach(standin, &name, &call),
        Route::ExecCreate(name) => exec::create(standin, &name, call).await?,
        Route::ExecStart(id) => return exec::start(standin, &id, call).await,
        Route::ExecResize(id) => exec::resize(standin, &id, &call)?,
        Route::Exec(id) => exec::inspect(standin, &id)?,
        Route::Images => image::list(standin, &call)?,
        Route::Image(name) => image::inspect(standin, &name)?,
        Route::ImageTag(name) => image::tag(standin, &name, &call)?,
        Route::ImageRemove(name) => image::remove(standin, &name, &call)?,
        Route::ImageLoad => image::load(standin)?,
        Route::ImagePush => image::push(call).await?,
        Route::Pull => pull::stream(standin, &call)?,
        Route::Commit => commit::commit(standin, call).await?,
        Route::Networks => network::list(standin, &call)?,
        Route::Network(name) => network::inspect(standin, &name)?,
        Route::NetworkCreate => network::create(standin, call).await?,
        Route::NetworkConnect(name) => network::connect(standin, &name, call).await?,
        Route::NetworkDisconnect(_) if standin.settings.is_vic() => {
            return Err(Failure::not_implemented("DisconnectContainerFromNetwork"));
        }
        Route::NetworkDisconnect(name) => network::disconnect(standin, &name, call).await?,
        Route::NetworkRemove(name) => network::remove(standin, &name)?,
        Route::Volumes => volume::list(standin, &call)?,
        Route::Volume(name) => volume::inspect(standin, &name)?,
        Route::VolumeCreate => volume::create(standin, call).await?,
        Route::VolumeRemove(name) => volume::remove(standin, &name)?,
        Route::Refused(refusal) => return Err(refused(refusal, &call)),
    };
    Ok(reply.into())
}

fn refused(refusal: Refusal, call: &Call) -> Failure {
    match refusal {
        Refusal::NotImplemented(what) => Failure::not_implemented(what),
        Refusal::Swarm => Failure::swarm(),
        Refusal::Plugin(name) => Failure::not_found(format!("plugin {name} not found")),
        Refusal::PluginEnable => match call.query.number("timeout") {
            Ok(_) => Failure::not_implemented("plugins"),
            Err(failure) => failure,
        },
    }
}

/// `POST /containers/{id}/copy` went away with API 1.24.
fn copy(call: &Call) -> Result<Reply, Failure> {
    if call.at_least(1, 24) {
        Ok(reply::empty(StatusCode::NOT_FOUND))
    } else {
        Err(Failure::not_implemented("ContainerCopy"))
    }
}

fn wrong_version(settings: &Settings, version: Option<&Version>) -> Option<Failure> {
    let version = version?;
    let (min, max) = (settings.api.min, settings.api.max);
    if version.is_below(min.0, min.1) {
        return Some(Failure::bad_request(format!(
            "client version {} is too old. Minimum supported API version is {}, please upgrade your client to a newer version",
            version.text,
            settings.api.min_text()
        )));
    }
    let refuses_newer = match settings.flavor {
        Flavor::Vic => false,
        Flavor::Engine => true,
    };
    (refuses_newer && version.is_above(max.0, max.1)).then(|| {
        Failure::bad_request(format!(
            "client version {} is too new. Maximum supported API version is {}",
            version.text,
            settings.api.max_text()
        ))
    })
}

fn wrong_host(settings: &Settings, headers: &http::HeaderMap, peer: &str) -> Option<Failure> {
    let allowed = settings.hosts.as_ref()?;
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("");
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    let matches = allowed.iter().any(|allowed| allowed == name);
    (!matches).then(|| Failure::internal(format!("invalid host header from {peer} to requested host {host}")))
}

fn decorate(settings: &Settings, reply: &mut Reply) {
    let version = settings.api.max_text();
    let headers = reply.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(HeaderName::from_static("api-version"), &version);
    set(header::SERVER, &format!("Docker/{version} (linux)"));
    match settings.flavor {
        Flavor::Vic => {}
        Flavor::Engine => {
            set(HeaderName::from_static("ostype"), "linux");
            set(HeaderName::from_static("docker-experimental"), "false");
        }
    }
}

/// Go's router sends clients to the clean form of a path.
fn moved(clean: &str, uri: &Uri) -> Reply {
    let mut reply = reply::empty(StatusCode::MOVED_PERMANENTLY);
    let escaped: String = percent_encoding::utf8_percent_encode(clean, &PATH_UNSAFE).to_string();
    let location = match uri.query() {
        Some(query) => format!("{escaped}?{query}"),
        None => escaped,
    };
    if let Ok(value) = HeaderValue::from_str(&location) {
        reply.headers_mut().insert(header::LOCATION, value);
    }
    reply
}

const PATH_UNSAFE: percent_encoding::AsciiSet =
    percent_encoding::CONTROLS.add(b' ').add(b'"').add(b'%').add(b'<').add(b'>').add(b'?').add(b'#');

fn decoded_path(uri: &Uri) -> String {
    percent_decode_str(uri.path()).decode_utf8_lossy().into_owned()
}
