//! What a stand-in can be told.

use std::time::Duration;

/// How a stand-in behaves. The default is VIC 1.5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Whose manners it has.
    pub flavor: Flavor,
    /// The API versions it speaks.
    pub api: ApiRange,
    /// How long `POST /containers/{id}/wait` holds before VIC gives up with 500.
    pub wait_limit: Duration,
    /// How long an attach to a container that does not run stays silent before it ends.
    pub attach_limit: Duration,
    /// How long the command of an exec takes to come up. Never quite at once: some clients lose
    /// output that comes in one segment with the head of the answer.
    pub exec_delay: Duration,
    /// The pause between two samples of a stats stream.
    pub stats_interval: Duration,
    /// The `Host` names that are accepted (ports are not compared); `None` accepts all. VIC
    /// checks them when it is deployed without TLS.
    pub hosts: Option<Vec<String>>,
    /// How much output of one container is kept for `logs`, in bytes. The oldest goes first.
    pub log_bytes: usize,
    /// The largest request body that is read, in bytes.
    pub body_bytes: usize,
}

impl Settings {
    /// An engine that knows only API 1.44 to 1.52 and refuses every other version, as Docker 29
    /// does.
    pub fn modern_engine() -> Self {
        Self { flavor: Flavor::Engine, api: ApiRange { min: (1, 44), max: (1, 52) }, ..Self::default() }
    }

    pub(super) fn is_vic(&self) -> bool {
        self.flavor == Flavor::Vic
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            flavor: Flavor::Vic,
            api: ApiRange { min: (1, 19), max: (1, 25) },
            wait_limit: Duration::from_secs(180),
            attach_limit: Duration::from_secs(50),
            exec_delay: Duration::from_millis(10),
            stats_interval: Duration::from_secs(1),
            hosts: None,
            log_bytes: 32 << 20,
            body_bytes: 256 << 20,
        }
    }
}

/// Whose manners a stand-in has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavor {
    /// VIC's, oddities included. It serves every version from the minimum up.
    Vic,
    /// A Docker Engine's, as far as versions, statuses and the forms of answers go. It refuses
    /// versions on both sides of its range.
    Engine,
}

/// The API versions that are spoken, both ends included, each as (major, minor).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiRange {
    /// The oldest.
    pub min: (u16, u16),
    /// The newest, which is also the one that is announced.
    pub max: (u16, u16),
}

impl ApiRange {
    pub(super) fn min_text(self) -> String {
        format!("{}.{}", self.min.0, self.min.1)
    }

    pub(super) fn max_text(self) -> String {
        format!("{}.{}", self.max.0, self.max.1)
    }
}
