//! Negotiation: which versions are offered, and which the backend speaks.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use http::HeaderValue;

use crate::backend::{About, Backend};
use crate::docker::bridge::{Host, Range};
use crate::docker::endpoint::Endpoint;
use crate::docker::version::ApiVersion;
use crate::policy::Policy;
use crate::settings::Api;

/// What is offered to clients at present.
#[derive(Debug)]
pub(super) struct Terms {
    policy: Arc<Policy>,
    about: Option<Arc<About>>,
    /// The versions of both sides.
    pub(super) range: Range,
    /// The backend, with the repairs of the profile.
    pub(super) host: Arc<Host>,
    /// The newest version offered, as a header.
    pub(super) offered: HeaderValue,
    /// The newest version of the backend, as it writes it into every answer.
    pub(super) spoken: HeaderValue,
}

impl Terms {
    /// True if the answer of the operation says what is offered.
    pub(super) fn widens(&self, endpoint: Endpoint) -> bool {
        endpoint == Endpoint::SystemVersion
            && (self.range.min, self.range.max) != (self.range.backend_min, self.range.backend_max)
    }
}

/// Negotiates for all connections.
#[derive(Debug, Default)]
pub struct Negotiator {
    api: Api,
    terms: ArcSwapOption<Terms>,
}

impl Negotiator {
    /// With the versions of the settings.
    #[must_use]
    pub fn new(api: Api) -> Self {
        Self { api, terms: ArcSwapOption::empty() }
    }

    /// What holds for a call that `policy` judges: from memory, or after asking the backend.
    /// `None` if nothing is known, or nothing is to be translated: then every call keeps its version.
    pub(super) async fn terms(&self, backend: &Backend, policy: &Arc<Policy>) -> Option<Arc<Terms>> {
        if !self.api.translate {
            return None;
        }
        let about = backend.about().await;
        if let Some(terms) = &*self.terms.load()
            && Arc::ptr_eq(&terms.policy, policy)
            && same(terms.about.as_ref(), about.as_ref())
        {
            return Some(terms.clone());
        }
        let terms = Arc::new(self.negotiate(about, policy)?);
        self.terms.store(Some(terms.clone()));
        Some(terms)
    }

    fn negotiate(&self, about: Option<Arc<About>>, policy: &Arc<Policy>) -> Option<Terms> {
        let (min, max) = (self.api.min.map(ApiVersion::new), self.api.max.map(ApiVersion::new));
        let profile = policy.profile.api.clone();
        let (low, high) = match (&about, profile) {
            (Some(about), Some(profile)) => {
                // The profile describes these versions and no others; a backend that shares none of them is
                // taken at its word.
                let (low, high) = (about.min.max(*profile.start()), about.max.min(*profile.end()));
                if low <= high { (low, high) } else { (about.min, about.max) }
            }
            (Some(about), None) => (about.min, about.max),
            (None, Some(profile)) => (*profile.start(), *profile.end()),
            (None, None) => (min?, max?),
        };
        let range = Range::new(low, high, min, max);
        let spoken = about.as_ref().map_or(high, |about| about.max);
        let host = Host {
            platform: about.as_ref().map(|about| about.platform.clone()).unwrap_or_default(),
            cgroup_v1: about.as_ref().is_some_and(|about| about.cgroup_v1),
            repairs: policy.profile.repairs(),
        };
        Some(Terms {
            policy: policy.clone(),
            about,
            range,
            host: Arc::new(host),
            offered: header(range.max),
            spoken: header(spoken),
        })
    }
}

fn same(one: Option<&Arc<About>>, other: Option<&Arc<About>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn header(version: ApiVersion) -> HeaderValue {
    HeaderValue::from_str(&version.to_string()).expect("a version is digits and a point")
}
