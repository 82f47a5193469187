//! Taking new policies and certificates into service while the gateway runs.

use std::sync::Arc;

use super::check;
use super::files::Stamp;
use crate::backend::NewBackendTls;
use crate::middleware::Gateway;
use crate::policy::{self, Policy};
use crate::server::{NewTls, Reloader};
use crate::settings::Settings;

/// What a reload needs to know.
pub(super) struct Reload<'g> {
    pub(super) gateway: &'g Gateway,
    pub(super) settings: &'g Settings,
    pub(super) reloader: Reloader,
}

/// All that was read, and is not yet in service.
type New = (Policy, NewTls, NewBackendTls);

impl Reload<'_> {
    /// Reads policies, certificates and revocation lists again, and takes them into
    /// service: all of them, or none. The log says which, and why.
    pub(super) fn now(&self) {
        match self.read_at_rest() {
            Ok((policy, tls, backend)) => {
                self.gateway.policy.store(Arc::new(policy));
                self.gateway.backend.take(backend);
                tls.enter_service();
                tracing::info!("policies and certificates are reloaded");
                // Last, so that whoever is let in meanwhile is judged by the new files too.
                self.reloader.judge_again();
            }
            Err(problem) => tracing::error!(%problem, "not reloaded; what was in force stays in force"),
        }
    }

    /// Files that somebody writes while they are read could be half old and half new.
    fn read_at_rest(&self) -> Result<New, String> {
        for _ in 0..ATTEMPTS {
            let before = Stamp::of(self.settings);
            let read = self.read();
            if before == Stamp::of(self.settings) {
                return read;
            }
        }
        Err("the files change while they are read".to_owned())
    }

    fn read(&self) -> Result<New, String> {
        let policy = load_policy(self.settings);
        let tls = self.reloader.read().map_err(|error| error.to_string());
        let backend = self.gateway.backend.read_again().map_err(|error| error.to_string());
        match (policy, tls, backend) {
            (Ok(policy), Ok(tls), Ok(backend)) => Ok((policy, tls, backend)),
            (policy, tls, backend) => {
                let first = policy.err().or(tls.err()).or(backend.err());
                Err(check::problems(self.settings).err().map_or(first.unwrap_or_default(), |all| all.join("\n")))
            }
        }
    }
}

/// How often files are read that change meanwhile.
const ATTEMPTS: usize = 5;

/// Reads the policies that the settings name.
pub(super) fn load_policy(settings: &Settings) -> Result<Policy, String> {
    let named = &settings.policy;
    policy::load::policy(&named.profile, named.access.as_deref(), named.dir.as_deref())
        .map_err(|error| error.to_string())
}
