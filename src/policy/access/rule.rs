//! The rules of an access policy, as plain data.

use std::sync::Arc;

use super::pattern::Patterns;
use super::role::RoleSet;
use crate::docker::endpoint::Endpoint;
use crate::policy::facts::{CallPlace, Kind, KindSet, Limit, Syntax};

/// A rule that allows calls or denies them.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// Its name.
    pub(super) name: String,
    /// As verdicts cite it, with the name of its policy; put in by [`Access::add`](super::Access).
    pub(super) cited: Arc<str>,
    /// Where it stands, such as `ci.toml:12`.
    pub(super) place: Arc<str>,
    /// What the author says about it; may be empty.
    pub(super) reason: String,
    /// Whom it is about; `None` is everyone.
    pub(super) roles: Option<RoleSet>,
    /// What it says of facts.
    pub(super) clauses: Vec<Clause>,
    /// The kinds of its clauses.
    pub(super) kinds: KindSet,
    /// True if it allows what has to be mentioned without mentioning it.
    pub(super) unrestricted: bool,
    /// How much it allows.
    pub(super) limits: Vec<LimitClause>,
    /// The most for `--ulimit`, by name.
    pub(super) ulimits: Vec<(String, i64)>,
}

/// What a rule says of the facts of one kind.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    pub(super) kind: Kind,
    pub(super) patterns: Patterns,
}

impl Clause {
    /// True if it matters what a name or an id that a call gives is in truth.
    pub(super) fn asks(&self) -> bool {
        self.kind.syntax() == Syntax::NameOrId && self.kind != Kind::Secret && !self.patterns.are_any()
    }
}

/// `owner`: things carry a label with who made them.
#[derive(Clone, Debug)]
pub(super) struct OwnerRule {
    pub(super) label: String,
    /// Whom it is about; `None` is everyone.
    pub(super) roles: Option<RoleSet>,
    /// True if images are everybody's.
    pub(super) shares_images: bool,
}

/// How much of something a rule allows.
#[derive(Clone, Debug)]
pub(super) struct LimitClause {
    pub(super) limit: Limit,
    /// No more than this.
    pub(super) most: Option<i64>,
    /// So much for a call that does not say.
    pub(super) default: Option<i64>,
    /// Both as they were written.
    pub(super) text: String,
}

/// A rule that forces values.
#[derive(Clone, Debug)]
pub(super) struct SetRule {
    pub(super) name: String,
    pub(super) place: String,
    pub(super) roles: Option<RoleSet>,
    pub(super) values: Vec<Forced>,
}

/// A value that a rule forces.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Forced {
    /// A label; `{name}` in its value stands for who asks.
    Label(String, String),
    /// The user of processes.
    User(String),
    /// The cgroup to be put under.
    CgroupParent(String),
    /// The OCI runtime.
    Runtime(String),
    /// A root file system that cannot be written.
    ReadOnly,
    /// No way to more privileges.
    NoNewPrivileges,
    /// An amount.
    Limit(Limit, i64),
}

impl Rule {
    pub(super) fn is_for(&self, roles: &RoleSet) -> bool {
        self.roles.as_ref().is_none_or(|wanted| wanted.meets(roles))
    }

    /// What it says of a kind.
    pub(super) fn clause(&self, kind: Kind) -> Option<&Clause> {
        if !self.kinds.contains(kind) {
            return None;
        }
        self.clauses.iter().find(|clause| clause.kind == kind)
    }

    /// True for a rule that allows a call whatever it asks for.
    pub(super) const fn allows_anything(&self) -> bool {
        self.unrestricted && self.clauses.is_empty() && self.limits.is_empty() && self.ulimits.is_empty()
    }
}

impl SetRule {
    pub(super) fn is_for(&self, roles: &RoleSet) -> bool {
        self.roles.as_ref().is_none_or(|wanted| wanted.meets(roles))
    }
}

impl Forced {
    /// Its key in a rule.
    pub(super) const fn key(&self) -> &'static str {
        match self {
            Self::Label(..) => "labels",
            Self::User(_) => "user",
            Self::CgroupParent(_) => "cgroup_parent",
            Self::Runtime(_) => "runtime",
            Self::ReadOnly => "read_only",
            Self::NoNewPrivileges => "no_new_privileges",
            Self::Limit(limit, _) => limit.key(),
        }
    }

    /// Where it stands in a call; nowhere where an operation does not have it.
    pub(super) fn places(&self, endpoint: Endpoint) -> Vec<CallPlace> {
        use Endpoint as E;
        let create = endpoint == E::ContainerCreate;
        let build = endpoint == E::ImageBuild;
        let service = matches!(endpoint, E::ServiceCreate | E::ServiceUpdate);
        let labelled = matches!(
            endpoint,
            E::ContainerCreate
                | E::VolumeCreate
                | E::NetworkCreate
                | E::ImageCommit
                | E::SecretCreate
                | E::SecretUpdate
                | E::ConfigCreate
                | E::ConfigUpdate
        );
        let body = |there: bool, path| there.then_some(CallPlace::Body(path));
        let found = match self {
            Self::Label(..) => [
                body(labelled || service, "Labels"),
                body(service, "TaskTemplate.ContainerSpec.Labels"),
                build.then_some(CallPlace::Query("labels")),
            ],
            Self::User(_) => [
                body(create || endpoint == E::ContainerExec, "User"),
                body(service, "TaskTemplate.ContainerSpec.User"),
                None,
            ],
            Self::CgroupParent(_) => {
                [body(create, "HostConfig.CgroupParent"), build.then_some(CallPlace::Query("cgroupparent")), None]
            }
            Self::Runtime(_) => [body(create, "HostConfig.Runtime"), None, None],
            Self::ReadOnly => {
                [body(create, "HostConfig.ReadonlyRootfs"), body(service, "TaskTemplate.ContainerSpec.ReadOnly"), None]
            }
            Self::NoNewPrivileges => [
                body(create, "HostConfig.SecurityOpt"),
                body(service, "TaskTemplate.ContainerSpec.Privileges.NoNewPrivileges"),
                None,
            ],
            Self::Limit(limit, _) => {
                let makes = create || build || service;
                [limit.place(endpoint).filter(|_| makes), None, None]
            }
        };
        found.into_iter().flatten().collect()
    }
}
