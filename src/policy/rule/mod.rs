//! The rules behind the `diff` rows: what a backend does in its own way.
//!
//! A rule looks at one value, and at the body around it where that matters. It
//! knows nothing of rows, files or refusals.

mod memory;
mod network;
mod ports;
mod process;
mod volume;

use crate::docker::json::{Json, short};
use crate::docker::secret;

/// A named rule of a capability profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Volumes by name pass, paths of the host are refused.
    NamedVolumes,
    /// Networks by name pass; `host`, `none` and `container:…` are refused.
    NetworkByName,
    /// One network at most, by name, with settings of its own.
    OneNetwork,
    /// A terminal joins the error output to the output.
    Tty,
    /// A user by name or number, with or without a group.
    User,
    /// Memory of a build, in the steps that container VMs come in.
    BuildMemory,
    /// A number of virtual CPUs, not a set of them.
    VcpuCount,
    /// Ports of the host that are free for containers, one by one.
    PortBindings,
    /// Ports are exposed by publishing them.
    PublishedPorts,
    /// Volumes made by VIC's own driver.
    VsphereDriver,
    /// The options that VIC's volume driver reads.
    VsphereOptions,
    /// Networks of the bridge kind.
    BridgeDriver,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 12] = [
        Self::NamedVolumes,
        Self::NetworkByName,
        Self::OneNetwork,
        Self::Tty,
        Self::User,
        Self::BuildMemory,
        Self::VcpuCount,
        Self::PortBindings,
        Self::PublishedPorts,
        Self::VsphereDriver,
        Self::VsphereOptions,
        Self::BridgeDriver,
    ];

    /// Its name, as profiles write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NamedVolumes => "named-volumes",
            Self::NetworkByName => "network-by-name",
            Self::OneNetwork => "one-network",
            Self::Tty => "tty",
            Self::User => "user",
            Self::BuildMemory => "build-memory",
            Self::VcpuCount => "vcpu-count",
            Self::PortBindings => "port-bindings",
            Self::PublishedPorts => "published-ports",
            Self::VsphereDriver => "vsphere-driver",
            Self::VsphereOptions => "vsphere-options",
            Self::BridgeDriver => "bridge-driver",
        }
    }

    /// The rule of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }

    /// Judges a value. `body` is the whole body that it stands in, `null` where there is none.
    #[must_use]
    pub fn judge(self, value: &Json<'_>, body: &Json<'_>) -> Outcome {
        match self {
            Self::NamedVolumes => volume::named(value),
            Self::VsphereDriver => volume::vsphere_driver(value),
            Self::VsphereOptions => volume::vsphere_options(value),
            Self::NetworkByName => network::by_name(value),
            Self::OneNetwork => network::one(value),
            Self::BridgeDriver => network::bridge_driver(value),
            Self::Tty => process::tty(value, body),
            Self::User => process::user(value),
            Self::VcpuCount => process::vcpu_count(value),
            Self::BuildMemory => memory::build(value),
            Self::PortBindings => ports::bindings(value),
            Self::PublishedPorts => ports::published(value, body),
        }
    }
}

/// What a rule says of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is fine.
    Pass,
    /// It is sent as something else.
    Rewrite {
        /// What is sent.
        value: Json<'static>,
        /// Why, for the one who asked.
        why: String,
    },
    /// It is refused, for each of these.
    Refuse(Vec<Fault>),
}

/// One thing that a rule does not accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it is inside the value, such as `[0]` or `["80/tcp"]`; empty for the value itself.
    pub at: String,
    /// The value, as short JSON.
    pub value: String,
    /// Why it is refused.
    pub reason: String,
    /// What would be accepted.
    pub instead: String,
}

impl Fault {
    fn new(at: impl Into<String>, value: &Json<'_>, reason: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { at: at.into(), value: secret::shown("", value), reason: reason.into(), instead: instead.into() }
    }

    /// The value itself is refused.
    fn whole(value: &Json<'_>, reason: impl Into<String>, instead: impl Into<String>) -> Self {
        Self::new("", value, reason, instead)
    }
}

impl From<Vec<Fault>> for Outcome {
    fn from(faults: Vec<Fault>) -> Self {
        if faults.is_empty() { Self::Pass } else { Self::Refuse(faults) }
    }
}

impl From<Option<Fault>> for Outcome {
    fn from(fault: Option<Fault>) -> Self {
        fault.map_or(Self::Pass, |fault| Self::Refuse(vec![fault]))
    }
}

/// What a value must be before a rule can look at it. The reader of bodies has
/// made sure of it; a query parameter is always text.
fn text<'a>(value: &'a Json<'_>) -> &'a str {
    value.as_str().or_else(|| value.as_number()).unwrap_or_default()
}

/// A member of a map, as paths write it.
fn key(name: &str) -> String {
    format!("[{}]", short(&Json::from(name)))
}

/// True for a name as containers, volumes and networks have it.
fn is_name(text: &str) -> bool {
    let rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_found_by_its_own_name() {
        for rule in Rule::ALL {
            assert_eq!(Rule::from_name(rule.name()), Some(rule));
        }
    }
}
