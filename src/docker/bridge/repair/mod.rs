//! What a backend gets wrong at every version, and can be mended.

mod answers;
mod message;
mod requests;

pub(super) use answers::*;
pub use message::message;
pub(super) use requests::*;
pub use requests::{create_has_repairs_only, create_needs};

macro_rules! repairs {
    ($($(#[doc = $doc:literal])+ $name:ident $word:literal;)*) => {
        /// One repair. A profile switches it on by its name in the table `[repair]`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Repair {
            $($(#[doc = $doc])+ $name,)*
        }

        impl Repair {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name in a profile.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// What it does, in one line.
            #[must_use]
            pub const fn what(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc, "\n",)+).trim_ascii(),)*
                }
            }
        }
    };
}

repairs! {
    /// A wait is asked again when the backend gives up on it.
    Wait "wait";
    /// A volume that is there already counts as created, and one without a driver gets the default one.
    VolumeCreate "volume-create";
    /// A create without `HostConfig` or `NetworkMode` gets the default ones.
    CreateDefaults "create-defaults";
    /// Mounts of volumes become binds.
    Mounts "mounts";
    /// Limits of processors become a number of virtual processors.
    Cpus "cpus";
    /// A detached start of an attached exec is attached to by the gateway.
    ExecDetach "exec-detach";
    /// Memory in an inspect is in bytes, not in MiB.
    Memory "memory";
    /// `info` says linux, and a number of processors instead of MHz.
    Info "info";
    /// Names of containers are held to the daemon's rule.
    ContainerNames "container-names";
    /// A container with `AutoRemove` is removed when its start fails.
    FailedStart "failed-start";
    /// Ports of the host that belong to the appliance are refused.
    ReservedPorts "reserved-ports";
    /// Errors lose the prefixes and wrappings of inner layers.
    Messages "messages";
    /// An error that comes first in the stream of a load becomes the status.
    LoadErrors "load-errors";
    /// What belongs to a swarm is 503, as on an engine that is in none.
    Swarm "swarm";
    /// Lists that clients ask for at their start are empty instead of an error.
    EmptyLists "empty-lists";
    /// Ids of images begin with `sha256:`.
    ImageIds "image-ids";
    /// Lists and maps are empty instead of null, as documented.
    Nulls "nulls";
    /// Containers and networks show the settings that are documented, dates and states in the documented form.
    Inspect "inspect";
    /// A start of what runs and a stop of what does not are 304.
    NotModified "not-modified";
    /// A copy out of a container is asked for as an archive.
    Copy "copy";
}

impl Repair {
    /// The repair of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|repair| repair.name() == name)
    }
}

/// The repairs that are switched on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repairs(u32);

impl Repairs {
    /// None.
    pub const NONE: Self = Self(0);

    /// True if `repair` is on.
    #[must_use]
    pub const fn has(self, repair: Repair) -> bool {
        self.0 & (1 << repair as u32) != 0
    }

    /// The same with `repair` switched on.
    #[must_use]
    pub const fn with(self, repair: Repair) -> Self {
        Self(self.0 | 1 << repair as u32)
    }

    /// The same with `repair` switched off.
    #[must_use]
    pub const fn without(self, repair: Repair) -> Self {
        Self(self.0 & !(1 << repair as u32))
    }

    /// All that there are.
    #[must_use]
    pub fn all() -> Self {
        Repair::ALL.iter().copied().collect()
    }
}

impl FromIterator<Repair> for Repairs {
    fn from_iter<I: IntoIterator<Item = Repair>>(repairs: I) -> Self {
        repairs.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_repair_is_found_by_its_name_and_switched_by_itself() {
        for repair in Repair::ALL {
            assert_eq!(Repair::from_name(repair.name()), Some(*repair));
            assert!(Repairs::NONE.with(*repair).has(*repair));
            assert!(!Repairs::all().without(*repair).has(*repair));
        }
        assert_eq!(Repair::Wait.what(), "A wait is asked again when the backend gives up on it.");
        assert_eq!(Repairs::all().without(Repair::Wait).with(Repair::Wait), Repairs::all());
    }
}
