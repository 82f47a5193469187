//! From the file, the environment and the flags to [`Settings`], once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use config::{Config, Environment, File, FileFormat};

use super::raw::{Raw, RawApi, RawBackend, RawListen};
use super::{
    Api, Backend, BackendTls, BackendUrl, CertificateFiles, CrlExpired, Limits, Listen, ListenTls, ListenUrl, Log,
    LogFormat, Policy, Settings, check,
};

/// What the command line adds to the file and the environment.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config`: the file; without it `vicgate.toml` where there is one.
    pub config: Option<PathBuf>,
    /// `--listen`: replaces the listeners of the file.
    pub listen: Vec<String>,
    /// `--backend`.
    pub backend: Option<String>,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--access`.
    pub access: Option<String>,
    /// `--admin`.
    pub admin: Option<String>,
    /// `--log-format`.
    pub log_format: Option<String>,
    /// `--audit`.
    pub audit: Option<PathBuf>,
    /// `--api-cors-header`.
    pub api_cors_header: Option<String>,
    /// `--insecure-tcp`.
    pub insecure_tcp: bool,
    /// `--tlscert`, for every `tls://` listener without one of its own.
    pub tlscert: Option<PathBuf>,
    /// `--tlskey`.
    pub tlskey: Option<PathBuf>,
    /// `--tlscacert`: CA of the clients, used with `--tlsverify`.
    pub tlscacert: Option<PathBuf>,
    /// `--tlsverify`: client certificates are required.
    pub tlsverify: bool,
    /// `--backend-tlscacert`.
    pub backend_tlscacert: Option<PathBuf>,
    /// `--backend-tlscert`.
    pub backend_tlscert: Option<PathBuf>,
    /// `--backend-tlskey`.
    pub backend_tlskey: Option<PathBuf>,
    /// `--backend-tlsname`.
    pub backend_tlsname: Option<String>,
    /// `--backend-tlspin`.
    pub backend_tlspin: Option<String>,
}

/// Everything that is wrong with the settings, each with the place where it stands.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct SettingsErrors(pub Vec<String>);

const FILE: &str = "vicgate.toml";
const BACKEND: &str = "unix:///var/run/docker.sock";
const LISTENER: &str = "tcp://127.0.0.1:2375";

impl Settings {
    /// The settings that flags and built-in defaults make, without any file or
    /// variable.
    ///
    /// # Errors
    /// All problems at once.
    pub fn from_flags(flags: &Flags) -> Result<Self, SettingsErrors> {
        resolve(Raw::default(), flags, &check::Places::default())
    }

    /// Reads the settings: built-in defaults, then the file, then variables
    /// `VICGATE_…` (`VICGATE_BACKEND__URL`), then flags; the later wins.
    ///
    /// # Errors
    /// All problems at once; those of the file with `file:line:column`.
    pub fn load(flags: &Flags) -> Result<Self, SettingsErrors> {
        let path = flags.config.clone().or_else(|| Path::new(FILE).exists().then(|| FILE.into()));
        let mut file = check::Places::default();
        let mut builder = Config::builder();
        if let Some(path) = path {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| SettingsErrors(vec![format!("cannot read {}: {error}", path.display())]))?;
            file = check::Places::read(&path, &text).map_err(SettingsErrors)?;
            builder = builder.add_source(File::from_str(&text, FileFormat::Toml));
        }
        let environment = Environment::with_prefix("VICGATE")
            .prefix_separator("_")
            .separator("__")
            .list_separator(",")
            .with_list_parse_key("listen")
            .try_parsing(true);
        let raw: Raw = builder
            .add_source(environment)
            .build()
            .and_then(Config::try_deserialize)
            .map_err(|error| SettingsErrors(vec![format!("settings: {error}")]))?;
        resolve(raw, flags, &file)
    }
}

/// Collects problems while the raw settings become real ones.
struct Problems<'a> {
    places: &'a check::Places,
    found: Vec<String>,
}

impl Problems<'_> {
    fn add(&mut self, key: &str, problem: impl std::fmt::Display) {
        self.found.push(format!("{}{problem}", self.places.of(key)));
    }

    /// Keeps a value, or notes why there is none.
    fn keep<T, E: std::fmt::Display>(&mut self, key: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.add(key, error)).ok()
    }
}

fn resolve(raw: Raw, flags: &Flags, places: &check::Places) -> Result<Settings, SettingsErrors> {
    let mut problems = Problems { places, found: Vec::new() };
    let access = flags.access.clone().or(raw.policy.access);
    let listen = listeners(raw.listen, flags, &mut problems);
    let insecure = flags.insecure_tcp || raw.insecure_tcp;
    if access.is_none() && !insecure {
        for open in listen.iter().filter(|listen| is_open(&listen.url)) {
            problems.add(
                "listen",
                format_args!(
                    "{} lets everyone who can reach it do all that the profile allows. Use tls:// with a client CA, \
                     an access policy, a loopback address, or say --insecure-tcp",
                    open.url
                ),
            );
        }
    }
    let backend = backend(raw.backend, flags, &mut problems);
    let api = api(&raw.api, &mut problems);
    let admin = flags.admin.clone().or(raw.admin).and_then(|text| {
        let parsed = text.parse().map_err(|_| format!("{text:?} is not ADDRESS:PORT, as in 127.0.0.1:9323"));
        problems.keep("admin", parsed)
    });
    let format = match flags.log_format.as_deref().or(raw.log.format.as_deref()) {
        None | Some("auto") => LogFormat::Auto,
        Some("text") => LogFormat::Text,
        Some("json") => LogFormat::Json,
        Some(other) => {
            problems.add("log.format", format_args!("{other:?} is no log format. Expected auto, text or json"));
            LogFormat::Auto
        }
    };
    let audit = flags.audit.clone().or(raw.log.audit);
    if audit.as_ref().is_some_and(|path| path.as_os_str().is_empty()) {
        problems.add("log.audit", "the audit log needs the name of a file");
    }
    let defaults = Limits::default();
    let limits = Limits {
        judged_body: raw.limits.judged_body_mib.map_or(defaults.judged_body, |mib| mib * 1024 * 1024),
        drain: raw.limits.drain_seconds.map_or(defaults.drain, Duration::from_secs),
        header_timeout: raw.limits.header_seconds.map_or(defaults.header_timeout, Duration::from_secs),
        body_min_rate: raw.limits.body_min_rate.unwrap_or(defaults.body_min_rate),
        max_connections: raw.limits.max_connections.unwrap_or(defaults.max_connections),
        max_connections_per_peer: raw.limits.max_connections_per_peer.unwrap_or(defaults.max_connections_per_peer),
        max_handshakes: raw.limits.max_handshakes.unwrap_or(defaults.max_handshakes),
        workers: raw.limits.workers.unwrap_or(defaults.workers),
    };
    match (problems.found.is_empty(), backend) {
        (true, Some(backend)) => Ok(Settings {
            listen,
            backend,
            policy: Policy {
                profile: flags.profile.clone().or(raw.policy.profile).unwrap_or_else(|| "vic".into()),
                access,
                dir: raw.policy.dir,
            },
            api,
            limits,
            api_cors_header: flags.api_cors_header.clone().or(raw.api_cors_header),
            admin,
            log: Log { format, access: raw.log.access, audit },
            reload_on_change: raw.reload.watch,
            places: places.clone(),
        }),
        _ => Err(SettingsErrors(problems.found)),
    }
}

fn api(raw: &RawApi, problems: &mut Problems<'_>) -> Api {
    let mut read = |key: &str, text: &Option<String>| {
        let text = text.as_deref()?;
        let minor = text.strip_prefix("1.").filter(|minor| !minor.starts_with(['0', '+']) || *minor == "0");
        let minor = minor.and_then(|minor| minor.parse().ok()).filter(|minor| (12..=55).contains(minor));
        problems.keep(key, minor.ok_or_else(|| format!("{text:?} is no API version from \"1.12\" to \"1.55\"")))
    };
    let (min, max) = (read("api.min", &raw.min), read("api.max", &raw.max));
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        problems.add("api.min", format_args!("the oldest version, 1.{min}, is newer than the newest, 1.{max}"));
    }
    Api { min, max, translate: raw.translate.unwrap_or(Api::default().translate) }
}

/// True if a listener takes calls in the clear from other machines.
fn is_open(url: &ListenUrl) -> bool {
    match url {
        ListenUrl::Tcp { host, .. } => {
            host != "localhost" && !host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        ListenUrl::Tls { .. } | ListenUrl::Unix { .. } | ListenUrl::Fd { .. } => false,
    }
}

fn listeners(raw: Vec<RawListen>, flags: &Flags, problems: &mut Problems<'_>) -> Vec<Listen> {
    let mut raw = raw;
    if !flags.listen.is_empty() {
        // A flag replaces the list, but a listener of the file with the same URL keeps its certificates.
        raw = flags
            .listen
            .iter()
            .map(|url| raw.iter().find(|listen| listen.url == *url).cloned().unwrap_or_else(|| RawListen::of(url)))
            .collect();
    }
    if raw.is_empty() {
        raw.push(RawListen::of(LISTENER));
    }
    let mut listen = Vec::new();
    for (index, raw) in raw.into_iter().enumerate() {
        // The listeners of the flags stand nowhere in the file.
        let key = if flags.listen.is_empty() { format!("listen[{index}]") } else { String::new() };
        let Some(url) = problems.keep(&format!("{key}.url"), raw.url.parse::<ListenUrl>()) else { continue };
        let has_files = raw.cert.is_some() || raw.key.is_some() || !raw.certificates.is_empty();
        let only_tls = has_files || raw.client_ca.is_some() || !raw.crls.is_empty();
        let tls = match &url {
            ListenUrl::Tls { .. } => listen_tls(raw, flags, &key, problems),
            // What systemd passes is TLS if there are certificates for it.
            ListenUrl::Fd { .. } if only_tls => listen_tls(raw, flags, &key, problems),
            ListenUrl::Tcp { .. } | ListenUrl::Unix { .. } if only_tls => {
                let text = format_args!("{url} has certificates, and is not a tls:// listener");
                problems.add(&format!("{key}.url"), text);
                None
            }
            ListenUrl::Tcp { .. } | ListenUrl::Unix { .. } | ListenUrl::Fd { .. } => None,
        };
        listen.push(Listen { url, tls });
    }
    listen
}

fn listen_tls(raw: RawListen, flags: &Flags, key: &str, problems: &mut Problems<'_>) -> Option<ListenTls> {
    let mut certificates: Vec<_> =
        raw.certificates.into_iter().map(|pair| CertificateFiles { cert: pair.cert, key: pair.key }).collect();
    let cert = raw.cert.or_else(|| flags.tlscert.clone());
    let private = raw.key.or_else(|| flags.tlskey.clone());
    match (cert, private) {
        (Some(cert), Some(key)) => certificates.insert(0, CertificateFiles { cert, key }),
        (None, None) if !certificates.is_empty() => {}
        (None, None) => problems.add(key, "a tls:// listener needs `cert` and `key` (--tlscert, --tlskey)"),
        (Some(_), None) => problems.add(key, "`key` is missing beside `cert` (--tlskey)"),
        (None, Some(_)) => problems.add(key, "`cert` is missing beside `key` (--tlscert)"),
    }
    let client_ca = raw.client_ca.or_else(|| flags.tlsverify.then(|| flags.tlscacert.clone()).flatten());
    if flags.tlsverify && client_ca.is_none() {
        problems.add(key, "--tlsverify asks for client certificates and needs --tlscacert, the CA that signs them");
    }
    if client_ca.is_none() && !raw.crls.is_empty() {
        problems.add(&format!("{key}.crls"), "`crls` are for client certificates, which only `client_ca` asks for");
    }
    let crl_expired = match raw.crl_expired.as_deref() {
        None | Some("refuse") => CrlExpired::Refuse,
        Some("accept") => CrlExpired::Accept,
        Some(other) => {
            problems.add(&format!("{key}.crl_expired"), format_args!("{other:?} is neither \"refuse\" nor \"accept\""));
            CrlExpired::Refuse
        }
    };
    if raw.handshake_seconds == Some(0) {
        problems.add(&format!("{key}.handshake_seconds"), "in 0 seconds nobody can shake hands");
    }
    Some(ListenTls {
        certificates,
        client_ca,
        crls: raw.crls,
        crl_expired,
        handshake_timeout: Duration::from_secs(raw.handshake_seconds.unwrap_or(10)),
    })
}

fn backend(raw: RawBackend, flags: &Flags, problems: &mut Problems<'_>) -> Option<Backend> {
    let url = flags.backend.clone().or(raw.url).unwrap_or_else(|| BACKEND.into());
    let url = problems.keep("backend.url", url.parse::<BackendUrl>());
    let cert = flags.backend_tlscert.clone().or(raw.cert);
    let key = flags.backend_tlskey.clone().or(raw.key);
    let client = match (cert, key) {
        (Some(cert), Some(key)) => Some(CertificateFiles { cert, key }),
        (None, None) => None,
        (Some(_), None) => {
            problems.add("backend.cert", "`key` is missing beside `cert` (--backend-tlskey)");
            None
        }
        (None, Some(_)) => {
            problems.add("backend.key", "`cert` is missing beside `key` (--backend-tlscert)");
            None
        }
    };
    let pin = flags.backend_tlspin.clone().or(raw.pin).and_then(|text| problems.keep("backend.pin", read_pin(&text)));
    let tls = BackendTls {
        ca: flags.backend_tlscacert.clone().or(raw.ca),
        client,
        name: flags.backend_tlsname.clone().or(raw.name),
        pin,
    };
    if matches!(url, Some(BackendUrl::Tls { .. })) && tls.ca.is_none() && tls.pin.is_none() && problems.found.is_empty()
    {
        problems.add(
            "backend.url",
            "a tls:// backend needs `ca` (--backend-tlscacert) or `pin` (--backend-tlspin sha256:HEX) to be trusted",
        );
    }
    Some(Backend {
        url: url?,
        tls,
        host_header: raw.host,
        connect_timeout: Duration::from_secs(raw.connect_seconds.unwrap_or(10)),
    })
}

/// Reads `sha256:HEX`, with or without colons between the bytes.
fn read_pin(text: &str) -> Result<[u8; 32], String> {
    let invalid = || format!("{text:?} is not sha256: and 64 hex digits");
    let hex: String = text.strip_prefix("sha256:").ok_or_else(invalid)?.chars().filter(|c| *c != ':').collect();
    let mut pin = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return Err(invalid());
    }
    for (index, byte) in pin.iter_mut().enumerate() {
        let digits = hex.get(index * 2..index * 2 + 2).ok_or_else(invalid)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| invalid())?;
    }
    Ok(pin)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
