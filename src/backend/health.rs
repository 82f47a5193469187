//! What the backend is, as it says itself: asked once, and again when it was gone
//! or answers otherwise than it said.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method};
use tokio::time::Instant;

use super::{Backend, Said};
use crate::docker::json::Json;
use crate::docker::version::ApiVersion;
use crate::error::Error;

/// Whose software the backend is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// vSphere Integrated Containers.
    Vic,
    /// Podman's service.
    Podman,
    /// Docker Engine, or something that gives itself out for it.
    #[default]
    Engine,
}

/// A backend that has said what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Whose software it is.
    pub kind: Kind,
    /// The oldest API version that it speaks.
    pub min: ApiVersion,
    /// The newest API version that it speaks.
    pub max: ApiVersion,
    /// Its own version, such as `20.10.24`; may be empty.
    pub version: String,
    /// Operating system and architecture, such as `linux/amd64`; empty if it does not say.
    pub platform: String,
    /// True if its kernel has cgroups of version 1.
    pub cgroup_v1: bool,
    /// `Driver` of its `info`; VIC writes its name and build there. May be empty.
    pub driver: String,
}

/// What is known of the backend.
#[derive(Clone, Debug)]
pub(super) enum Known {
    /// It has not been asked, or not since it was gone.
    Unasked,
    /// It could not be reached; until then it is not tried again.
    Gone(Instant),
    /// It answered, but not with versions.
    Silent,
    /// What it said.
    Is(Arc<About>),
}

/// How long each of the questions may take.
const LIMIT: Duration = Duration::from_secs(10);

/// How long a backend that cannot be reached is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// Engines before 1.12 do not say what is the oldest version, and spoke this one.
const OLDEST: ApiVersion = ApiVersion::new(12);

impl Backend {
    /// What the backend is, if it has said so: from memory, or asked now.
    ///
    /// `None` if it cannot be reached at present, or does not say.
    pub async fn about(&self) -> Option<Arc<About>> {
        if let Some(known) = self.remembered() {
            return known;
        }
        // One asks, the others wait for what it hears.
        let _asking = self.asking.lock().await;
        if let Some(known) = self.remembered() {
            return known;
        }
        let known = match self.inquire().await {
            Ok(Some(about)) => Known::Is(Arc::new(about)),
            Ok(None) => {
                tracing::warn!("the backend does not say which API versions it speaks");
                Known::Silent
            }
            Err(error) => {
                tracing::debug!(%error, "the backend cannot be asked what it is");
                Known::Gone(Instant::now() + PAUSE)
            }
        };
        self.known.store(Arc::new(known));
        self.remembered().flatten()
    }

    /// What was heard before, `None` if the backend is to be asked.
    fn remembered(&self) -> Option<Option<Arc<About>>> {
        match &**self.known.load() {
            Known::Is(about) => Some(Some(about.clone())),
            Known::Silent => Some(None),
            Known::Gone(until) if Instant::now() < *until => Some(None),
            Known::Gone(_) | Known::Unasked => None,
        }
    }

    /// True if the backend need not be asked, and what is known of it is as `is_so` says.
    pub fn is_remembered(&self, is_so: impl FnOnce(Option<&Arc<About>>) -> bool) -> bool {
        match &**self.known.load() {
            Known::Is(about) => is_so(Some(about)),
            Known::Silent => is_so(None),
            Known::Gone(_) | Known::Unasked => false,
        }
    }

    /// Forgets what the backend said, so that the next call asks it anew.
    pub fn forget(&self) {
        if matches!(&**self.known.load(), Known::Is(_) | Known::Silent) {
            self.known.store(Arc::new(Known::Unasked));
        }
    }

    /// Asks the backend what it is.
    ///
    /// # Errors
    /// It cannot be reached.
    pub async fn inquire(&self) -> Result<Option<About>, Error> {
        let version = self.ask(Method::GET, "/version", None, LIMIT).await;
        if let Err(error) = &version {
            // Whoever accepts a connection and then says nothing is there, but no help.
            self.connect().await.map_err(|_| error.clone())?;
        }
        let Some((min, max)) = version.as_ref().ok().and_then(range) else { return Ok(None) };
        let info = self.ask(Method::GET, "/info", None, LIMIT).await.ok();
        let info = info.as_ref().and_then(|info| info.json().ok()).unwrap_or(Json::Null);
        let version = version?;
        let version = version.json().unwrap_or(Json::Null);
        let (os, arch) = (text(&version, "Os"), text(&version, "Arch"));
        Ok(Some(About {
            kind: kind(&version, &info),
            min,
            max,
            version: text(&version, "Version").to_owned(),
            platform: if os.is_empty() { String::new() } else { format!("{os}/{arch}") },
            // Engines below 1.41 do not say, and know only this one.
            cgroup_v1: matches!(text(&info, "CgroupVersion"), "" | "1"),
            driver: text(&info, "Driver").to_owned(),
        }))
    }
}

/// The versions in an answer to `GET /version`, or in its headers.
fn range(said: &Said) -> Option<(ApiVersion, ApiVersion)> {
    let json = said.json().unwrap_or(Json::Null);
    let max = text(&json, "ApiVersion").parse().ok().or_else(|| header(&said.headers))?;
    let min = text(&json, "MinAPIVersion").parse().unwrap_or(OLDEST);
    Some((min.min(max), max))
}

fn header(headers: &HeaderMap) -> Option<ApiVersion> {
    headers.get("api-version")?.to_str().ok()?.parse().ok()
}

fn kind(version: &Json<'_>, info: &Json<'_>) -> Kind {
    let components = version.get("Components").and_then(Json::as_array).unwrap_or_default();
    if text(info, "ID") == VIC || text(info, "Driver").starts_with(VIC) {
        Kind::Vic
    } else if components.iter().any(|component| text(component, "Name").starts_with("Podman")) {
        Kind::Podman
    } else {
        Kind::Engine
    }
}

/// How VIC calls itself in `info`.
const VIC: &str = "vSphere Integrated Containers";

fn text<'j>(json: &'j Json<'_>, name: &str) -> &'j str {
    json.get(name).and_then(Json::as_str).unwrap_or_default()
}
