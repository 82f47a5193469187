//! `vicgate serve`: the gateway itself.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use arc_swap::ArcSwap;
use clap::Args;
use http::HeaderValue;
use tokio::runtime::{Builder, Runtime};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::files::Watch;
use super::reload::{Reload, load_policy};
use super::signals::{Signal, Signals};
use super::{EXIT_CONFIG, EXIT_FAILED, EXIT_UNREACHABLE, auto, check, fail};
use crate::backend::Backend;
use crate::middleware::{Gateway, Negotiator, Sessions};
use crate::observe::{Admin, Audit, Metrics, log};
use crate::server::{Server, drain};
use crate::settings::{Flags, Settings};

/// Flags of `serve`. Each wins over the file and the environment.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeArgs {
    /// Settings file; without it vicgate.toml in this folder, if there is one
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where to listen: tcp://HOST:PORT, tls://HOST:PORT, unix:///PATH?mode=0660&group=NAME, fd://NAME
    #[arg(short = 'H', long, value_name = "URL")]
    pub listen: Vec<String>,
    /// What to stand in front of: unix:///PATH, tcp://HOST:PORT, tls://HOST:PORT
    #[arg(long, value_name = "URL")]
    pub backend: Option<String>,
    /// What the backend can do: a profile's name (vic, vic-1.5, vic-early, engine), auto to ask it, or a file
    #[arg(long, value_name = "NAME|FILE")]
    pub profile: Option<String>,
    /// Who may do what: an access policy's name or a file
    #[arg(long, value_name = "NAME|FILE")]
    pub access: Option<String>,
    /// Address of the admin listener (metrics, health)
    #[arg(long, value_name = "ADDR")]
    pub admin: Option<String>,
    /// Allow a tcp:// listener that other machines can reach without any access policy
    #[arg(long)]
    pub insecure_tcp: bool,
    /// Certificate chain for tls:// listeners
    #[arg(long, value_name = "FILE")]
    pub tlscert: Option<PathBuf>,
    /// Key of that certificate
    #[arg(long, value_name = "FILE")]
    pub tlskey: Option<PathBuf>,
    /// CA that signs client certificates, used with --tlsverify
    #[arg(long, value_name = "FILE")]
    pub tlscacert: Option<PathBuf>,
    /// Ask for client certificates
    #[arg(long)]
    pub tlsverify: bool,
    /// CA of the backend's certificate
    #[arg(long, value_name = "FILE")]
    pub backend_tlscacert: Option<PathBuf>,
    /// Our client certificate for the backend
    #[arg(long, value_name = "FILE")]
    pub backend_tlscert: Option<PathBuf>,
    /// Key of that certificate
    #[arg(long, value_name = "FILE")]
    pub backend_tlskey: Option<PathBuf>,
    /// Server name to verify instead of the URL's host
    #[arg(long, value_name = "NAME")]
    pub backend_tlsname: Option<String>,
    /// Accept exactly this backend certificate, whatever names it has
    #[arg(long, value_name = "sha256:HEX")]
    pub backend_tlspin: Option<String>,
    /// Value of Access-Control-Allow-Origin on every answer; off without it
    #[arg(long, value_name = "ORIGIN")]
    pub api_cors_header: Option<String>,
    /// Append a JSON line for each decided call to this file
    #[arg(long, value_name = "FILE")]
    pub audit: Option<PathBuf>,
    /// Form of the log on standard error: auto (text on a terminal, else JSON), text or json
    #[arg(long, value_name = "FORM")]
    pub log_format: Option<String>,
}

impl ServeArgs {
    /// The flags as the settings know them.
    #[must_use]
    pub fn flags(&self) -> Flags {
        let args = self.clone();
        Flags {
            config: args.config,
            listen: args.listen,
            backend: args.backend,
            profile: args.profile,
            access: args.access,
            admin: args.admin,
            log_format: args.log_format,
            audit: args.audit,
            api_cors_header: args.api_cors_header,
            insecure_tcp: args.insecure_tcp,
            tlscert: args.tlscert,
            tlskey: args.tlskey,
            tlscacert: args.tlscacert,
            tlsverify: args.tlsverify,
            backend_tlscacert: args.backend_tlscacert,
            backend_tlscert: args.backend_tlscert,
            backend_tlskey: args.backend_tlskey,
            backend_tlsname: args.backend_tlsname,
            backend_tlspin: args.backend_tlspin,
        }
    }
}

/// Runs the gateway until it has drained.
#[must_use]
pub fn run(args: &ServeArgs) -> ExitCode {
    let settings = match Settings::load(&args.flags()) {
        Ok(settings) => settings,
        Err(error) => return fail(EXIT_CONFIG, &error),
    };
    log::start(settings.log.format);
    let settings = match auto::settle(settings) {
        Ok(settings) => settings,
        Err(problem) => return fail(EXIT_UNREACHABLE, &problem),
    };
    match Started::new(settings) {
        Ok(started) => started.run(""),
        Err(problem) => fail(EXIT_CONFIG, &problem),
    }
}

/// A gateway whose listeners are bound.
pub(super) struct Started {
    runtime: Runtime,
    server: Server,
    gateway: Arc<Gateway>,
    settings: Settings,
}

impl Started {
    /// Loads what the settings name and binds the listeners.
    ///
    /// # Errors
    /// One line for each thing that is wrong.
    pub(super) fn new(settings: Settings) -> Result<Self, String> {
        let (policy, backend) = match (load_policy(&settings), Backend::new(&settings.backend)) {
            (Ok(policy), Ok(backend)) => (policy, backend),
            (policy, backend) => {
                let first = policy.err().or(backend.err().map(|error| error.to_string()));
                return Err(all_problems(&settings, first.unwrap_or_default()));
            }
        };
        let metrics = Arc::<Metrics>::default();
        let audit = settings.log.audit.as_deref().map(|path| Audit::open(path, &metrics)).transpose();
        let audit = audit.map_err(|problem| all_problems(&settings, problem))?;
        let cors = settings.api_cors_header.as_deref().map(cors_layer).transpose()?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        let server = {
            let _inside = runtime.enter();
            Server::bind(&settings.listen).map_err(|error| all_problems(&settings, error.to_string()))?
        };
        let gateway = Arc::new(Gateway {
            policy: ArcSwap::from_pointee(policy),
            backend,
            negotiator: Negotiator::new(settings.api),
            limits: settings.limits.clone(),
            metrics,
            cors,
            access_log: settings.log.access,
            audit,
        });
        Ok(Self { runtime, server, gateway, settings })
    }

    /// Where it listens, with the real ports.
    pub(super) fn addresses(&self) -> Vec<String> {
        self.server.addresses().map(ToString::to_string).collect()
    }

    /// Says where it listens, and `more` behind it, then serves until it has
    /// drained.
    #[expect(clippy::disallowed_methods, reason = "the admin listener outlasts the drain, and is aborted after it")]
    pub(super) fn run(self, more: &str) -> ExitCode {
        let addresses = self.addresses();
        let Self { runtime, server, gateway, settings } = self;
        let served = runtime.block_on(async move {
            let admin = match settings.admin {
                Some(address) => Some(admin(address, &gateway).await?),
                None => None,
            };
            let (drain, shutdown) = drain();
            let mut signals = Signals::new()?;
            announce(&addresses, admin.as_ref(), more);
            let admin = admin.map(|admin| tokio::spawn(admin.run()));
            let reload = Reload { gateway: &gateway, settings: &settings, reloader: server.reloader() };
            let mut watch = Watch::new(&settings);
            let running = server.run(Sessions(gateway.clone()), &settings.limits, shutdown);
            let mut running = std::pin::pin!(running);
            let ended = loop {
                tokio::select! {
                    ended = &mut running => break ended,
                    signal = signals.next() => match signal {
                        Signal::End => {
                            // A socket unit's manager must not send new connections to who is leaving.
                            let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
                            if signals.second() { drain.end_now() } else { drain.begin() }
                        }
                        Signal::Reload => {
                            // Whatever becomes of the rest: the file may have been moved away.
                            gateway.audit.iter().for_each(Audit::reopen);
                            reload.now();
                        }
                    },
                    () = watch.changed() => reload.now(),
                }
            };
            if let Some(admin) = admin {
                admin.abort();
            }
            // Every call has ended, and written its line.
            gateway.audit.iter().for_each(Audit::close);
            ended
        });
        match served {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(EXIT_FAILED, &error),
        }
    }
}

/// Everything that is wrong with the files that the settings name; `first` if that is
/// something else.
fn all_problems(settings: &Settings, first: String) -> String {
    check::problems(settings).err().map_or(first, |problems| problems.join("\n"))
}

/// The lines that tell people and scripts where to connect.
fn announce(addresses: &[String], admin: Option<&Admin>, more: &str) {
    let mut text: String = addresses.iter().map(|address| format!("listening on {address}\n")).collect();
    if let Some(address) = admin.and_then(Admin::address) {
        text.push_str(&format!("admin on http://{address}\n"));
    }
    text.push_str(more);
    let mut out = io::stdout().lock();
    // A closed standard output is no reason not to serve.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    // Outside of systemd this does nothing.
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
}

async fn admin(address: SocketAddr, gateway: &Arc<Gateway>) -> io::Result<Admin> {
    let backend = gateway.backend.clone();
    let ready = move || -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> {
        let backend = backend.clone();
        Box::pin(async move { backend.connect().await.map(drop).map_err(|error| error.to_string()) })
    };
    Admin::bind(address, gateway.metrics.clone(), Arc::new(ready)).await.map_err(io::Error::other)
}

/// CORS as `--api-cors-header` of the engine had it: the value given on every
/// answer, with the methods and headers that the API uses.
fn cors_layer(origin: &str) -> Result<CorsLayer, String> {
    let origin: HeaderValue =
        origin.parse().map_err(|_| format!("api_cors_header: {origin:?} cannot be the value of a header"))?;
    let allow = if origin == "*" { AllowOrigin::any() } else { AllowOrigin::exact(origin) };
    Ok(CorsLayer::new()
        .allow_origin(allow)
        .allow_methods([
            http::Method::HEAD,
            http::Method::GET,
            http::Method::POST,
            http::Method::DELETE,
            http::Method::PUT,
            http::Method::OPTIONS,
        ])
        .allow_headers([
            http::header::ORIGIN,
            http::header::CONTENT_TYPE,
            http::header::ACCEPT,
            http::HeaderName::from_static("x-requested-with"),
            http::HeaderName::from_static("x-registry-auth"),
        ]))
}
