//! The kinds of things that rules speak about.

/// How patterns over the facts of a kind are written, and what they are matched with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// `true`: the thing has no value.
    Flag,
    /// A glob over the text.
    Text,
    /// A glob over a text with segments: a path in a container, a URL.
    Segments,
    /// A glob over a name in whose place an id may stand.
    NameOrId,
    /// A capability.
    Capability,
    /// `NAME` or `NAME=VALUE`, both globs.
    Pair,
    /// A glob over a path of the host; `:ro` at its end.
    HostPath,
    /// A glob over a normalised image reference.
    Image,
    /// `[ADDRESS:]PORT[-PORT][/PROTOCOL]`.
    Port,
    /// One glob for each argument, `...` at the end for all that follow.
    Command,
    /// `USER[:GROUP]`, `root`, `nonroot`, `image`.
    User,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $key:literal, $syntax:ident, $things:literal;)*) => {
        /// One kind of thing that a call can ask for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its key in a rule, such as `binds`.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }

            /// How patterns over it are written.
            #[must_use]
            pub const fn syntax(self) -> Syntax {
                match self { $(Self::$name => Syntax::$syntax,)* }
            }

            /// What messages call it, such as `paths of the host`.
            #[must_use]
            pub const fn things(self) -> &'static str {
                match self { $(Self::$name => $things,)* }
            }
        }
    };
}

kinds! {
    /// All privileges at once: on create, on exec.
    Privileged "privileged", Flag, "privileged processes";
    /// A file or folder of the host, in whatever spelling it gets into a container.
    Bind "binds", HostPath, "paths of the host";
    /// Mounts that reach from the container to the host or back, and modes of a bind that nobody knows.
    Propagation "propagation", Text, "kinds of mount propagation";
    /// All volumes of another container.
    VolumesFrom "volumes_from", NameOrId, "containers to take volumes from";
    /// A named volume.
    Volume "volumes", Text, "volumes";
    /// The driver of a volume.
    VolumeDriver "volume_drivers", Text, "volume drivers";
    /// An option of a volume driver that is no plain bind.
    VolumeOption "volume_options", Pair, "volume options";
    /// A type of mount beyond bind, volume, tmpfs and image.
    MountType "mount_types", Text, "types of mounts";
    /// A device of the host: path, request or cgroup rule.
    Device "devices", HostPath, "devices of the host";
    /// A capability, in capitals and without `CAP_`.
    Capability "capabilities", Capability, "capabilities";
    /// A namespace of the host or of another container: `pid:host`, `network:container:NAME`.
    Namespace "namespaces", NameOrId, "namespaces of the host or of others";
    /// A security option: `seccomp=unconfined`, `systempaths=unconfined`.
    SecurityOption "security_options", Text, "security options";
    /// A kernel parameter.
    Sysctl "sysctls", Pair, "kernel parameters";
    /// A cgroup to be put under.
    CgroupParent "cgroup_parents", Segments, "cgroup parents";
    /// An OCI runtime; an isolation.
    Runtime "runtimes", Text, "runtimes";
    /// A group besides that of the user.
    Group "supplementary_groups", Text, "supplementary groups";
    /// An annotation for the OCI runtime.
    Annotation "annotations", Pair, "runtime annotations";
    /// An option of the storage driver.
    StorageOption "storage_options", Pair, "storage options";
    /// A scheduling privilege: `oom-score-adj=-500`, `oom-kill-disable`, `realtime`.
    Tuning "tuning", Text, "scheduling privileges";
    /// The log driver.
    LogDriver "log_drivers", Text, "log drivers";
    /// An option of the log driver that reaches out of the host or into its files.
    LogOption "log_options", Pair, "log options";
    /// A port of the host.
    Port "ports", Port, "ports of the host";
    /// A network by name.
    Network "networks", NameOrId, "networks";
    /// The driver of a network or of its addresses.
    NetworkDriver "network_drivers", Text, "network drivers";
    /// An option of a network.
    NetworkOption "network_options", Pair, "network options";
    /// A subnet, range or gateway of a network.
    Subnet "subnets", Text, "subnets";
    /// A fixed address of a container.
    FixedAddress "fixed_addresses", Text, "fixed addresses";
    /// A name by which others find a container.
    Alias "aliases", Text, "network aliases";
    /// A container to be linked to.
    Link "links", NameOrId, "containers to link to";
    /// An entry for the hosts file.
    ExtraHost "extra_hosts", Text, "entries of the hosts file";
    /// A name server, search domain or resolver option.
    Dns "dns", Text, "DNS settings";
    /// An image to run, read, pull or push.
    Image "images", Image, "images";
    /// A name that an image gets.
    Tag "tags", Image, "names for images";
    /// A user to run as.
    User "users", User, "users";
    /// A name for what is made.
    Name "names", Text, "names";
    /// The container that the call is about.
    Container "containers", NameOrId, "containers";
    /// A label for what is made.
    Label "labels", Pair, "labels";
    /// A command to run.
    Command "commands", Command, "commands";
    /// An environment variable, by its name.
    Env "env", Text, "environment variables";
    /// A path in a container to copy from or to.
    Path "paths", Segments, "paths to copy";
    /// What happens when a container ends.
    Restart "restart_policies", Text, "restart policies";
    /// A secret or config of a swarm, by name.
    Secret "secrets", NameOrId, "secrets and configs";
    /// A build argument, by its name.
    BuildArg "build_args", Text, "build arguments";
    /// An instruction for an image: `USER root`.
    Change "changes", Text, "changes to images";
    /// Arguments for `ps`, which runs on the host.
    PsArgs "ps_args", Text, "arguments for ps";
    /// A registry to talk to.
    Registry "registries", Segments, "registries";
    /// A URL that the daemon fetches.
    Remote "remotes", Segments, "URLs for the daemon to fetch";
    /// Something of BuildKit: a session, an output, version 2.
    BuildKit "buildkit", Text, "features of BuildKit";
    /// A plugin, which is root on the host.
    Plugin "plugins", Text, "plugins";
    /// An address that a swarm listens on or talks to.
    SwarmAddress "swarm_addresses", Segments, "swarm addresses";
    /// Settings in the body of a start, which API versions before 1.24 put over those of the create.
    StartSettings "start_settings", Flag, "settings at the start";
    /// What cannot be read as anything above. No rule can grant it by name.
    Unreadable "unreadable", Flag, "values that cannot be read";
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindSet(u64);

impl KindSet {
    /// No kind.
    pub const NONE: Self = Self(0);
    /// Every kind.
    pub const ALL: Self = Self(u64::MAX);

    /// Adds a kind.
    pub const fn insert(&mut self, kind: Kind) {
        self.0 |= 1 << kind as u64;
    }

    /// True if the kind is in the set.
    #[must_use]
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u64) != 0
    }

    /// True if every kind of the set is in `other` too.
    #[must_use]
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The kinds of both sets.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True without any kind.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_key_of_its_own_and_fits_into_a_set() {
        let mut keys: Vec<&str> = Kind::ALL.iter().map(|kind| kind.key()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), Kind::ALL.len());
        assert!(Kind::ALL.len() <= 64);
        let mut set = KindSet::NONE;
        for kind in Kind::ALL {
            assert!(!set.contains(*kind));
            set.insert(*kind);
            assert!(set.contains(*kind) && set.is_within(KindSet::ALL));
        }
    }
}
