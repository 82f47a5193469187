//! The operations of the Docker Remote API: one closed list, one table row each.
//!
//! Routing, capability profiles, access policies, the support matrix and the
//! labels of metrics are all driven by [`table`]. A new operation is one new row
//! there; every `match` on [`Endpoint`] then has to decide it.

mod route;
mod table;

pub use route::{Routed, route};
pub use table::Endpoint;

use super::version::ApiVersion;

/// What the table says of one operation.
#[derive(Debug)]
pub struct Row {
    /// The operation.
    pub endpoint: Endpoint,
    /// Its name, as policies and metrics write it.
    pub name: &'static str,
    /// The method it is called with.
    pub method: Method,
    /// Its path without version prefix; a segment in braces is a name.
    pub pattern: &'static str,
    /// The first API version that has it.
    pub first: ApiVersion,
    /// The last API version that has it.
    pub last: ApiVersion,
    /// The group that access policies know it by.
    pub group: Group,
    /// What its request body is.
    pub body: BodyKind,
    /// What its answer is.
    pub answer: AnswerKind,
    /// The protocol that its connection is taken over for, if it is.
    pub hijack: Option<Hijack>,
}

impl Row {
    /// True if `version` has the operation.
    #[must_use]
    pub fn is_in(&self, version: ApiVersion) -> bool {
        self.first <= version && version <= self.last
    }
}

/// The methods that the API uses. Anything else is refused before routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Delete,
}

impl Method {
    /// The method as it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// The method of that name; methods are case-sensitive (RFC 9110, 9.1).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Get, Self::Head, Self::Post, Self::Put, Self::Delete].into_iter().find(|method| method.as_str() == name)
    }
}

/// The groups by which access policies name operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Group {
    Read,
    Lifecycle,
    Logs,
    Attach,
    Exec,
    Archive,
    Export,
    Images,
    Build,
    Networks,
    Volumes,
    System,
    Swarm,
    Plugins,
}

impl Group {
    /// Every group.
    pub const ALL: [Self; 14] = [
        Self::Read,
        Self::Lifecycle,
        Self::Logs,
        Self::Attach,
        Self::Exec,
        Self::Archive,
        Self::Export,
        Self::Images,
        Self::Build,
        Self::Networks,
        Self::Volumes,
        Self::System,
        Self::Swarm,
        Self::Plugins,
    ];

    /// Its name, as access policies write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Lifecycle => "lifecycle",
            Self::Logs => "logs",
            Self::Attach => "attach",
            Self::Exec => "exec",
            Self::Archive => "archive",
            Self::Export => "export",
            Self::Images => "images",
            Self::Build => "build",
            Self::Networks => "networks",
            Self::Volumes => "volumes",
            Self::System => "system",
            Self::Swarm => "swarm",
            Self::Plugins => "plugins",
        }
    }

    /// The group of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.name() == name)
    }
}

/// What a request body holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// No body belongs here.
    None,
    /// One JSON value, read and judged.
    Json,
    /// A tar archive, streamed.
    Tar,
}

/// What the answer of a success holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    /// Nothing.
    Empty,
    /// Plain text.
    Text,
    /// One JSON value.
    Json,
    /// JSON values, one after the other, for as long as it takes.
    JsonStream,
    /// Output of a container, with or without stream frames.
    Frames,
    /// A tar archive.
    Tar,
    /// The connection itself.
    Hijack,
}

/// The protocol that a connection is taken over for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hijack {
    /// Docker's raw stream (`Upgrade: tcp`).
    Tcp,
    /// RFC 6455 (`Upgrade: websocket`).
    Websocket,
    /// gRPC for BuildKit (`Upgrade: h2c`).
    H2c,
}

impl AnswerKind {
    /// True for an answer that may go on for as long as somebody listens.
    #[must_use]
    pub const fn lasts(self) -> bool {
        match self {
            Self::JsonStream | Self::Frames | Self::Hijack => true,
            Self::Empty | Self::Text | Self::Json | Self::Tar => false,
        }
    }
}

impl Endpoint {
    /// The operation of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|endpoint| endpoint.name() == name)
    }

    /// Its name, as policies and metrics write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_own_name() {
        for endpoint in Endpoint::ALL {
            assert_eq!(Endpoint::from_name(endpoint.name()), Some(*endpoint));
            assert_eq!(endpoint.row().endpoint, *endpoint);
        }
    }

    #[test]
    fn no_two_rows_share_a_method_and_a_pattern() {
        let mut seen = std::collections::HashSet::new();
        for endpoint in Endpoint::ALL {
            let row = endpoint.row();
            assert!(seen.insert((row.method, row.pattern)), "{} {}", row.method.as_str(), row.pattern);
        }
    }
}
