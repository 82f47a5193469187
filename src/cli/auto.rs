//! `--profile auto`: the profile that fits what the backend says it is.

use std::sync::Arc;

use tokio::runtime::Builder;

use crate::backend::{About, Backend, Kind};
use crate::error::Error;
use crate::settings::Settings;

/// Asks the backend what it is; `None` if it answers and does not say.
///
/// # Errors
/// It cannot be reached.
pub(super) fn inquire(backend: &Arc<Backend>) -> Result<Option<About>, Error> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::backend(format!("the backend cannot be asked: {error}")))?;
    runtime.block_on(backend.inquire())
}

/// The profile of that name, or for `auto` the one that fits.
pub(super) fn profile<'n>(name: &'n str, about: &About) -> &'n str {
    match about.kind {
        _ if name != "auto" => name,
        Kind::Vic => "vic-1.5",
        Kind::Podman | Kind::Engine => "engine",
    }
}

/// Settings that name a profile: where they say `auto`, the backend is asked.
///
/// # Errors
/// The backend cannot be asked. Which calls would pass is not known then, so that there is nothing to serve.
pub(super) fn settle(mut settings: Settings) -> Result<Settings, String> {
    if settings.policy.profile != "auto" {
        return Ok(settings);
    }
    // A backend that cannot be made is told with all other problems.
    let Ok(backend) = Backend::new(&settings.backend) else { return Ok(settings) };
    let said = inquire(&backend).map_err(|error| error.to_string());
    match said.and_then(|about| about.ok_or_else(|| "it does not say".to_owned())) {
        Ok(about) => {
            let name = profile("auto", &about);
            tracing::info!(profile = name, version = about.version, driver = about.driver, "the backend was asked");
            name.clone_into(&mut settings.policy.profile);
            Ok(settings)
        }
        Err(error) => {
            Err(format!("--profile auto: the backend {} cannot be asked what it is: {error}", settings.backend.url))
        }
    }
}
