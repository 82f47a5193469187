//! Amounts: how much memory, how many CPUs and processes a call asks for.

use std::borrow::Cow;

use super::collect::Collector;
use crate::docker::endpoint::Endpoint;
use crate::docker::json::Json;
use crate::docker::schema::Path;

/// Something that there is more or less of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Memory, in bytes.
    Memory,
    /// Memory and swap together, in bytes.
    Swap,
    /// CPUs, in billionths.
    Cpus,
    /// Processes and threads.
    Pids,
    /// Shared memory, in bytes.
    Shm,
}

/// How much of it a call asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asked {
    /// The call says nothing, and there is no bound then.
    #[default]
    Unset,
    /// The call says nothing, and what was in force stays in force.
    Kept,
    /// Without a bound.
    Unlimited,
    /// So much.
    Amount(i64),
}

/// What a call asks for, limit by limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits<'b> {
    asked: [Asked; Limit::ALL.len()],
    /// The hard limits of `--ulimit` by name.
    pub ulimits: Vec<(Cow<'b, str>, Asked)>,
}

/// Where something stands in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallPlace {
    /// A path in the body.
    Body(&'static str),
    /// A query parameter.
    Query(&'static str),
}

impl Limit {
    /// Every limit.
    pub const ALL: [Self; 5] = [Self::Memory, Self::Swap, Self::Cpus, Self::Pids, Self::Shm];

    /// Its key in a rule.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Swap => "swap",
            Self::Cpus => "cpus",
            Self::Pids => "pids",
            Self::Shm => "shm",
        }
    }

    /// The flag of the stock CLI that sets it.
    #[must_use]
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Memory => "-m, --memory",
            Self::Swap => "--memory-swap",
            Self::Cpus => "--cpus",
            Self::Pids => "--pids-limit",
            Self::Shm => "--shm-size",
        }
    }

    /// Where it stands in a call; `None` where an operation does not have it.
    #[must_use]
    pub fn place(self, endpoint: Endpoint) -> Option<CallPlace> {
        use CallPlace::{Body, Query};
        let places = if endpoint == Endpoint::ContainerCreate {
            [
                Body("HostConfig.Memory"),
                Body("HostConfig.MemorySwap"),
                Body("HostConfig.NanoCpus"),
                Body("HostConfig.PidsLimit"),
                Body("HostConfig.ShmSize"),
            ]
            .map(Some)
        } else if endpoint == Endpoint::ContainerStart {
            [Body("Memory"), Body("MemorySwap"), Body("CpuQuota"), Body("PidsLimit"), Body("ShmSize")].map(Some)
        } else if endpoint == Endpoint::ContainerUpdate {
            [Some(Body("Memory")), Some(Body("MemorySwap")), Some(Body("NanoCpus")), Some(Body("PidsLimit")), None]
        } else if matches!(endpoint, Endpoint::ServiceCreate | Endpoint::ServiceUpdate) {
            [
                Some(Body("TaskTemplate.Resources.Limits.MemoryBytes")),
                Some(Body("TaskTemplate.Resources.SwapBytes")),
                Some(Body("TaskTemplate.Resources.Limits.NanoCPUs")),
                Some(Body("TaskTemplate.Resources.Limits.Pids")),
                None,
            ]
        } else if endpoint == Endpoint::ImageBuild {
            [Some(Query("memory")), Some(Query("memswap")), Some(Query("cpuquota")), None, Some(Query("shmsize"))]
        } else {
            // No other operation makes or changes anything that computes.
            [None; 5]
        };
        Self::ALL.iter().zip(places).find(|(limit, _)| **limit == self).and_then(|(_, place)| place)
    }
}

impl Limits<'_> {
    /// How much a call asks for.
    #[must_use]
    pub fn asked(&self, limit: Limit) -> Asked {
        self.asked.get(limit as usize).copied().unwrap_or_default()
    }
}

/// The numbers as they stand in the call.
#[derive(Debug)]
pub(super) struct Amounts<'b> {
    memory: Option<i64>,
    swap: Option<i64>,
    /// `SwapBytes` of a service, which does not count the memory.
    swap_alone: Option<i64>,
    nano_cpus: Option<i64>,
    cpu_quota: Option<i64>,
    cpu_period: Option<i64>,
    pids: Option<i64>,
    shm: Option<i64>,
    ulimits: Vec<(Cow<'b, str>, Asked)>,
}

macro_rules! amount {
    ($($(#[$doc:meta])* $name:ident $field:ident;)*) => {
        $($(#[$doc])*
        pub(super) fn $name<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, _: &Path<'_>) {
            c.amounts.$field = value.as_i64();
        })*
    };
}

amount! {
    /// `Memory`, `MemoryBytes`.
    memory memory;
    /// `MemorySwap`.
    swap swap;
    /// `SwapBytes`.
    swap_alone swap_alone;
    /// `NanoCpus`.
    nano_cpus nano_cpus;
    /// `CpuQuota`, in microseconds.
    cpu_quota cpu_quota;
    /// `CpuPeriod`, in microseconds.
    cpu_period cpu_period;
    /// `PidsLimit`.
    pids pids;
    /// `ShmSize`.
    shm shm;
}

/// `Ulimits`.
pub(super) fn ulimits<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, _: &Path<'_>) {
    for item in value.as_array().unwrap_or_default() {
        let name = item.get("Name").and_then(Json::as_str).unwrap_or_default();
        // No daemon takes a soft limit beyond the hard one.
        let hard = item.get("Hard").and_then(Json::as_i64).unwrap_or_default();
        let asked = if hard < 0 { Asked::Unlimited } else { Asked::Amount(hard) };
        c.amounts.ulimits.push((Cow::Borrowed(name), asked));
    }
}

impl<'b> Amounts<'b> {
    pub(super) const fn new() -> Self {
        Self {
            memory: None,
            swap: None,
            swap_alone: None,
            nano_cpus: None,
            cpu_quota: None,
            cpu_period: None,
            pids: None,
            shm: None,
            ulimits: Vec::new(),
        }
    }

    /// A number of the query, which is text there.
    pub(super) fn param(&mut self, name: &str, text: &str) {
        let number = text.parse().ok();
        match name {
            "memory" => self.memory = number,
            "memswap" => self.swap = number,
            "cpuquota" => self.cpu_quota = number,
            "cpuperiod" => self.cpu_period = number,
            "shmsize" => self.shm = number,
            _ => {}
        }
    }

    pub(super) fn finish(self, endpoint: Endpoint) -> Limits<'b> {
        // These change something that has limits already.
        let changes = matches!(endpoint, Endpoint::ContainerUpdate | Endpoint::ContainerStart);
        let unset = if changes { Asked::Kept } else { Asked::Unset };
        let simple = |number: Option<i64>| match number {
            None | Some(0) => unset,
            Some(number) if number < 0 => Asked::Unlimited,
            Some(number) => Asked::Amount(number),
        };
        let memory = simple(self.memory);
        let swap = match (self.swap, self.swap_alone, memory) {
            (None | Some(0), Some(alone), Asked::Amount(memory)) if alone >= 0 => {
                Asked::Amount(memory.saturating_add(alone))
            }
            (None | Some(0), Some(alone), _) if alone < 0 => Asked::Unlimited,
            // Engines give as much swap as memory.
            (None | Some(0), _, Asked::Amount(memory)) if !changes => Asked::Amount(memory.saturating_mul(2)),
            (swap, _, _) => simple(swap),
        };
        // An update to zero or less takes the limit away.
        let pids = match self.pids {
            Some(number) if changes && number <= 0 => Asked::Unlimited,
            number => simple(number),
        };
        Limits { asked: [memory, swap, self.cpus(changes, unset), pids, simple(self.shm)], ulimits: self.ulimits }
    }

    fn cpus(&self, changes: bool, unset: Asked) -> Asked {
        const PERIOD: i64 = 100_000;
        let given = |number: Option<i64>| number.filter(|number| *number != 0);
        match (given(self.nano_cpus), given(self.cpu_quota), given(self.cpu_period)) {
            (Some(nano), _, _) if nano > 0 => Asked::Amount(nano),
            (Some(_), _, _) => Asked::Unlimited,
            (None, Some(quota), _) if quota < 0 => Asked::Unlimited,
            // The other half was set before, by whom and to what is not known.
            (None, Some(_), None) | (None, None, Some(_)) if changes => Asked::Unlimited,
            (None, Some(quota), period) => {
                let nano = i128::from(quota) * 1_000_000_000 / i128::from(period.unwrap_or(PERIOD).max(1));
                Asked::Amount(i64::try_from(nano).unwrap_or(i64::MAX))
            }
            (None, None, _) => unset,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(endpoint: Endpoint, set: impl FnOnce(&mut Amounts<'_>)) -> Limits<'static> {
        let mut amounts = Amounts::new();
        set(&mut amounts);
        amounts.finish(endpoint)
    }

    #[test]
    fn cpus_are_one_amount_in_all_spellings() {
        let create = |nano, quota, period| {
            let limits = finish(Endpoint::ContainerCreate, |a| {
                (a.nano_cpus, a.cpu_quota, a.cpu_period) = (Some(nano), Some(quota), Some(period));
            });
            limits.asked(Limit::Cpus)
        };
        assert_eq!(create(1_500_000_000, 0, 0), Asked::Amount(1_500_000_000));
        assert_eq!(create(0, 150_000, 0), Asked::Amount(1_500_000_000));
        assert_eq!(create(0, 75_000, 50_000), Asked::Amount(1_500_000_000));
        assert_eq!(create(0, 0, 50_000), Asked::Unset);
        assert_eq!(create(0, -1, 0), Asked::Unlimited);
    }

    #[test]
    fn an_update_keeps_what_it_does_not_mention_and_half_a_change_is_no_limit() {
        let update = |quota, period| {
            let limits = finish(Endpoint::ContainerUpdate, |a| (a.cpu_quota, a.cpu_period) = (quota, period));
            limits.asked(Limit::Cpus)
        };
        assert_eq!(update(Some(0), Some(0)), Asked::Kept);
        assert_eq!(update(Some(100_000), None), Asked::Unlimited);
        assert_eq!(update(None, Some(1000)), Asked::Unlimited);
        assert_eq!(update(Some(100_000), Some(100_000)), Asked::Amount(1_000_000_000));
        let pids = finish(Endpoint::ContainerUpdate, |a| a.pids = Some(0));
        assert_eq!(pids.asked(Limit::Pids), Asked::Unlimited);
        assert_eq!(finish(Endpoint::ContainerUpdate, |_| {}).asked(Limit::Memory), Asked::Kept);
    }

    #[test]
    fn swap_follows_memory_unless_it_is_set() {
        let swap = |memory, swap| {
            let limits = finish(Endpoint::ContainerCreate, |a| (a.memory, a.swap) = (Some(memory), Some(swap)));
            limits.asked(Limit::Swap)
        };
        assert_eq!(swap(1024, 0), Asked::Amount(2048));
        assert_eq!(swap(1024, -1), Asked::Unlimited);
        assert_eq!(swap(1024, 1024), Asked::Amount(1024));
        assert_eq!(swap(0, 0), Asked::Unset);
    }
}
