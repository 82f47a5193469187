//! Negotiation: which versions are offered, and which the backend speaks.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use http::{HeaderValue, Response, StatusCode};

use crate::backend::{About, Backend};
use crate::body::Body;
use crate::docker::bridge::{self, Ask, Bridged, Host, Range, Repair};
use crate::docker::endpoint::Endpoint;
use crate::docker::version::ApiVersion;
use crate::error::Error;
use crate::policy::{Call, Policy, Profile};
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
    /// False if neither the backend nor the profile nor the settings say what the backend speaks: then every
    /// call keeps its version.
    is_known: bool,
    /// By operation: the versions in which its calls are left alone.
    untouched: Vec<u64>,
    /// By operation: the versions in which its calls are left alone, and what is answered is not.
    answers_only: Vec<u64>,
    /// By version: what an answer needs whose call is left alone.
    answers: Vec<Arc<Bridged>>,
    /// By version: what errors need; empty where they need nothing.
    errors: Vec<Arc<Bridged>>,
    /// By version: what a create needs that may have to be repaired, and no more than that.
    creates: Vec<Option<Arc<Bridged>>>,
}

impl Terms {
    fn new(policy: &Arc<Policy>, about: Option<Arc<About>>, range: Range, host: Host) -> Self {
        let spoken = about.as_ref().map_or(range.backend_max, |about| about.max);
        let mut terms = Self {
            policy: policy.clone(),
            about,
            range,
            host: Arc::new(host),
            offered: header(range.max),
            spoken: header(spoken),
            is_known: true,
            untouched: Vec::new(),
            answers_only: Vec::new(),
            answers: Vec::new(),
            errors: Vec::new(),
            creates: Vec::new(),
        };
        terms.untouched = terms.versions(|ask| !bridge::touches(ask));
        terms.answers_only = terms.versions(|ask| bridge::touches(ask) && bridge::changes_answer_only(ask));
        let versions = 0..=range.backend_max.minor();
        terms.answers = versions.clone().map(ApiVersion::new).map(|same| Arc::new(terms.bridged(same, same))).collect();
        if terms.host.repairs.has(Repair::Messages) || terms.host.repairs.has(Repair::Swarm) {
            let errors_of = |version| Bridged { errors_only: true, ..terms.bridged(version, version) };
            terms.errors = versions.clone().map(|minor| Arc::new(errors_of(ApiVersion::new(minor)))).collect();
        }
        terms.creates = versions.map(|minor| terms.create_of(ApiVersion::new(minor))).collect();
        terms
    }

    /// What a create of this version needs, where that may be no more than repairs.
    fn create_of(&self, version: ApiVersion) -> Option<Arc<Bridged>> {
        let Range { min, max, backend_min, backend_max } = self.range;
        let spoken = min.max(backend_min)..=max.min(backend_max);
        let ask = Ask { endpoint: Endpoint::ContainerCreate, client: version, backend: version, host: &self.host };
        let is_repaired = spoken.contains(&version) && bridge::create_has_repairs_only(&ask) && bridge::touches(&ask);
        is_repaired.then(|| Arc::new(self.bridged(version, version)))
    }

    /// True if it was made for this policy and this backend.
    fn holds(&self, policy: &Arc<Policy>, about: Option<&Arc<About>>) -> bool {
        let same = match (&self.about, about) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        same && Arc::ptr_eq(&self.policy, policy)
    }

    /// By operation: a bit for each version that both sides speak, and for which `holds`.
    fn versions(&self, holds: impl Fn(&Ask<'_>) -> bool) -> Vec<u64> {
        let Range { min, max, backend_min, backend_max } = self.range;
        let of = |endpoint: &Endpoint| {
            let says_versions =
                matches!(endpoint, Endpoint::SystemPing | Endpoint::SystemPingHead | Endpoint::SystemVersion);
            if says_versions && (min, max) != (backend_min, backend_max) {
                return 0;
            }
            let versions = (min.max(backend_min).minor()..=max.min(backend_max).minor()).map(ApiVersion::new);
            let ask = |version| Ask { endpoint: *endpoint, client: version, backend: version, host: &self.host };
            versions.filter(|version| holds(&ask(*version))).fold(0, |bits, version| bits | bit(version))
        };
        Endpoint::ALL.iter().map(of).collect()
    }

    /// True if nothing is to be done about this call before it is judged. What an error or a repair needs is
    /// noted in it.
    pub(super) fn leaves<B>(&self, call: &mut Call<B>) -> bool {
        let version = call.target.version.unwrap_or(self.range.max);
        let index = usize::from(version.minor());
        if let Some(Some(create)) = self.creates.get(index).filter(|_| call.endpoint == Endpoint::ContainerCreate) {
            call.bridged = Some(create.clone());
            call.unrepaired = true;
            return true;
        }
        let is_one =
            |of: &Vec<u64>| of.get(call.endpoint as usize).is_some_and(|versions| versions & bit(version) != 0);
        let needs = if !self.is_known || is_one(&self.untouched) {
            &self.errors
        } else if is_one(&self.answers_only) {
            &self.answers
        } else {
            return false;
        };
        call.bridged = needs.get(index).cloned();
        true
    }

    /// A call of these versions, about which nothing was done yet.
    pub(super) fn bridged(&self, client: ApiVersion, backend: ApiVersion) -> Bridged {
        let (after, notes) = (Vec::new(), Vec::new());
        Bridged { client, backend, host: self.host.clone(), after, notes, range: self.range, errors_only: false }
    }
}

/// The bit of a version; none of those that no table has.
const fn bit(version: ApiVersion) -> u64 {
    let minor = version.minor() as u32;
    if minor < u64::BITS { 1 << minor } else { 0 }
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

    /// What is offered in front of a backend that says this of itself; `None` if nobody says what it speaks.
    #[must_use]
    pub fn range(&self, about: Option<&About>, profile: &Profile) -> Option<Range> {
        let (min, max) = (self.api.min.map(ApiVersion::new), self.api.max.map(ApiVersion::new));
        let (low, high) = match (about, &profile.api) {
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
        Some(if self.api.translate {
            Range::new(low, high, min, max)
        } else {
            Range { min: low, max: high, backend_min: low, backend_max: high }
        })
    }

    /// False if every call keeps its version, and nothing is asked or mended.
    pub(super) const fn is_on(&self) -> bool {
        self.api.translate
    }

    /// [`Terms::leaves`], by what is in memory.
    pub(super) fn leaves<B>(&self, backend: &Backend, call: &mut Call<B>) -> bool {
        let Some(terms) = &*self.terms.load() else { return false };
        backend.is_remembered(|about| terms.holds(&call.policy, about)) && terms.leaves(call)
    }

    /// What holds for a call that `policy` judges: from memory, or after asking the backend.
    pub(super) async fn terms(&self, backend: &Backend, policy: &Arc<Policy>) -> Arc<Terms> {
        let about = backend.about().await;
        if let Some(terms) = &*self.terms.load()
            && terms.holds(policy, about.as_ref())
        {
            return terms.clone();
        }
        let terms = Arc::new(self.negotiate(about, policy));
        self.terms.store(Some(terms.clone()));
        terms
    }

    /// Passes an error on, unless it shows that the backend does not speak what it said.
    ///
    /// # Errors
    /// 502 if the backend refuses the version that the call was `sent` with. It is asked anew.
    pub(in crate::middleware) fn believe(
        &self,
        error: Response<Body>,
        sent: Option<ApiVersion>,
        backend: &Backend,
    ) -> Result<Response<Body>, Error> {
        let (Body::Full(bytes), StatusCode::BAD_REQUEST, true) = (error.body(), error.status(), self.is_on()) else {
            return Ok(error);
        };
        let text = String::from_utf8_lossy(bytes);
        let refused = sent.filter(|sent| text.contains(&format!("client version {sent} is too ")));
        let (Some(sent), true) = (refused, backend.is_remembered(|about| about.is_some())) else { return Ok(error) };
        let said = text.trim().to_owned();
        backend.forget();
        Err(Error::backend(format!(
            "vicgate: the backend refuses API {sent}, which it said it speaks; it is asked anew. It said: {said}"
        )))
    }

    fn negotiate(&self, about: Option<Arc<About>>, policy: &Arc<Policy>) -> Terms {
        let known = self.range(about.as_deref(), &policy.profile);
        // A range that is not known is not looked at.
        let range = known.unwrap_or(Range::new(ApiVersion::OLDEST, ApiVersion::NEWEST, None, None));
        let host = Host {
            platform: about.as_ref().map(|about| about.platform.clone()).unwrap_or_default(),
            cgroup_v1: about.as_ref().is_some_and(|about| about.cgroup_v1),
            repairs: policy.profile.repairs(),
        };
        Terms { is_known: known.is_some(), ..Terms::new(policy, about, range, host) }
    }
}

fn header(version: ApiVersion) -> HeaderValue {
    HeaderValue::from_str(&version.to_string()).expect("a version is digits and a point")
}
