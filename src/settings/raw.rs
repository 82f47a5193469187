//! The settings as they are written, before they mean anything.

use std::path::PathBuf;

use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) listen: Vec<RawListen>,
    pub(super) backend: RawBackend,
    pub(super) policy: RawPolicy,
    pub(super) api: RawApi,
    pub(super) limits: RawLimits,
    pub(super) log: RawLog,
    pub(super) reload: RawReload,
    pub(super) admin: Option<String>,
    pub(super) api_cors_header: Option<String>,
    pub(super) insecure_tcp: bool,
}

/// A listener: a table, or only its URL (as in `VICGATE_LISTEN`).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "RawListenForm")]
pub(super) struct RawListen {
    pub(super) url: String,
    pub(super) cert: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    pub(super) certificates: Vec<RawPair>,
    pub(super) client_ca: Option<PathBuf>,
    pub(super) crls: Vec<PathBuf>,
    pub(super) crl_expired: Option<String>,
    pub(super) handshake_seconds: Option<u64>,
}

impl RawListen {
    pub(super) fn of(url: &str) -> Self {
        Self { url: url.into(), ..Self::default() }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPair {
    pub(super) cert: PathBuf,
    pub(super) key: PathBuf,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawBackend {
    pub(super) url: Option<String>,
    pub(super) ca: Option<PathBuf>,
    pub(super) cert: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    pub(super) name: Option<String>,
    pub(super) pin: Option<String>,
    pub(super) host: Option<String>,
    pub(super) connect_seconds: Option<u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawPolicy {
    pub(super) profile: Option<String>,
    pub(super) access: Option<String>,
    pub(super) dir: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawApi {
    pub(super) min: Option<String>,
    pub(super) max: Option<String>,
    pub(super) translate: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawLimits {
    pub(super) judged_body_mib: Option<usize>,
    pub(super) drain_seconds: Option<u64>,
    pub(super) header_seconds: Option<u64>,
    pub(super) body_min_rate: Option<u64>,
    pub(super) max_connections: Option<usize>,
    pub(super) max_connections_per_peer: Option<usize>,
    pub(super) max_handshakes: Option<usize>,
    pub(super) workers: Option<usize>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawLog {
    pub(super) format: Option<String>,
    pub(super) access: bool,
    pub(super) audit: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawReload {
    pub(super) watch: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawListenForm {
    Url(String),
    Table {
        url: String,
        cert: Option<PathBuf>,
        key: Option<PathBuf>,
        #[serde(default)]
        certificates: Vec<RawPair>,
        client_ca: Option<PathBuf>,
        #[serde(default)]
        crls: Vec<PathBuf>,
        crl_expired: Option<String>,
        handshake_seconds: Option<u64>,
    },
}

impl From<RawListenForm> for RawListen {
    fn from(form: RawListenForm) -> Self {
        match form {
            RawListenForm::Url(url) => Self { url, ..Self::default() },
            RawListenForm::Table { url, cert, key, certificates, client_ca, crls, crl_expired, handshake_seconds } => {
                Self { url, cert, key, certificates, client_ca, crls, crl_expired, handshake_seconds }
            }
        }
    }
}
