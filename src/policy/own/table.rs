//! What ownership makes of each operation.

use super::reference::{Need, Thing};
use crate::docker::endpoint::{Endpoint, Group};

/// What ownership makes of an operation. What the body and the query refer to is looked at in any case
/// but [`Free`](Self::Free) and [`Closed`](Self::Closed).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) enum Treatment {
    /// Nothing of anybody's is in it.
    Free,
    /// It makes a thing, which gets the label.
    Makes(Thing),
    /// It is about the thing in its path.
    About(Thing, Need),
    /// It names things in its query only.
    Names,
    /// It lists or sweeps up things; its filter for labels keeps it to the caller's.
    Filtered(Thing),
    /// The same, where no filter says it: the answer is cut.
    Cut,
    /// It sweeps up what has no owner, so that nothing of it is the caller's: it is answered with this.
    Nothing(&'static str),
    /// Whose things it touches cannot be told, for this reason.
    Closed(&'static str),
}

const SWARM: &str = "the things of a swarm have no owners";
const PLUGINS: &str = "a plugin is part of the host for all";

/// What ownership makes of an operation. Without a wildcard: a new operation must be decided.
pub(in crate::policy) const fn treatment(endpoint: Endpoint) -> Treatment {
    use Endpoint as E;
    use Need::{Change, Use};
    use Treatment::{About, Closed, Cut, Filtered, Free, Makes, Names, Nothing};
    match endpoint {
        E::SystemPing
        | E::SystemPingHead
        | E::SystemVersion
        | E::SystemInfo
        | E::SystemAuthGet
        | E::SystemAuth
        | E::ImageSearch
        // It asks a registry, not the host.
        | E::DistributionInspect
        // The daemon calls the client through it, and serves nothing.
        | E::Session
        // Its id is a secret of the client that builds.
        | E::BuildCancel
        | E::PluginList
        | E::PluginInspect
        | E::PluginInspectOld
        | E::PluginPrivileges => Free,

        E::SystemEvents | E::SystemDataUsage | E::ImageList => Cut,

        E::ContainerCreate => Makes(Thing::Container),
        E::ContainerList | E::ContainerPs | E::ContainerPrune => Filtered(Thing::Container),
        E::ContainerDelete
        | E::ContainerArchive
        | E::ContainerArchiveInfo
        | E::PutContainerArchive
        | E::ContainerAttach
        | E::ContainerAttachWebsocket
        | E::ContainerChanges
        | E::ContainerCopy
        | E::ContainerExec
        | E::ContainerExport
        | E::ContainerInspect
        | E::ContainerKill
        | E::ContainerLogs
        | E::ContainerPause
        | E::ContainerRename
        | E::ContainerResize
        | E::ContainerRestart
        | E::ContainerStart
        | E::ContainerStats
        | E::ContainerStop
        | E::ContainerTop
        | E::ContainerUnpause
        | E::ContainerUpdate
        | E::ContainerWait
        | E::CheckpointList
        | E::CheckpointCreate
        | E::CheckpointDelete => About(Thing::Container, Change),
        E::ExecInspect | E::ExecResize | E::ExecStart => About(Thing::Exec, Change),

        E::ImageCreate | E::ImageBuild | E::ImageCommit => Makes(Thing::Image),
        E::ImageGetAll => Names,
        E::ImagePrune => Filtered(Thing::Image),
        E::ImageDelete => About(Thing::Image, Change),
        E::ImageAttestations
        | E::ImageGet
        | E::ImageHistory
        | E::ImageInspect
        | E::ImageInspectOld
        | E::ImagePush
        | E::ImageTag => About(Thing::Image, Use),
        E::ImageLoad => Closed("an archive puts names on images unseen, those of others among them"),
        E::ImageInsert => Closed("it makes an image without a label"),
        E::BuildPrune => Nothing("{\"CachesDeleted\":null,\"SpaceReclaimed\":0}\n"),
        E::Grpc => Closed("nobody reads what a build asks for there; the classic builder can be used"),

        E::NetworkList | E::NetworkPrune => Filtered(Thing::Network),
        E::NetworkCreate => Makes(Thing::Network),
        E::NetworkDelete => About(Thing::Network, Change),
        E::NetworkInspect | E::NetworkConnect | E::NetworkDisconnect => About(Thing::Network, Use),

        E::VolumeList | E::VolumePrune => Filtered(Thing::Volume),
        E::VolumeCreate => Makes(Thing::Volume),
        E::VolumeInspect => About(Thing::Volume, Use),
        E::VolumeDelete | E::VolumeUpdate => About(Thing::Volume, Change),

        E::SwarmInspect
        | E::SwarmInit
        | E::SwarmJoin
        | E::SwarmLeave
        | E::SwarmUnlock
        | E::SwarmUnlockkey
        | E::SwarmUpdate
        | E::NodeList
        | E::NodeDelete
        | E::NodeInspect
        | E::NodeUpdate
        | E::ServiceList
        | E::ServiceCreate
        | E::ServiceDelete
        | E::ServiceInspect
        | E::ServiceLogs
        | E::ServiceUpdate
        | E::TaskList
        | E::TaskInspect
        | E::TaskLogs
        | E::SecretList
        | E::SecretCreate
        | E::SecretDelete
        | E::SecretInspect
        | E::SecretUpdate
        | E::ConfigList
        | E::ConfigCreate
        | E::ConfigDelete
        | E::ConfigInspect
        | E::ConfigUpdate => Closed(SWARM),
        E::PluginCreate
        | E::PluginPull
        | E::PluginDelete
        | E::PluginDisable
        | E::PluginEnable
        | E::PluginPush
        | E::PluginSet
        | E::PluginUpgrade => Closed(PLUGINS),
    }
}

/// The same where images are everybody's.
pub(in crate::policy) fn with_shared_images(endpoint: Endpoint) -> Treatment {
    use Treatment::{About, Closed, Cut, Filtered, Free, Makes, Names, Nothing};
    match treatment(endpoint) {
        About(Thing::Image, _) | Filtered(Thing::Image) | Names | Nothing(_) => Free,
        Cut if endpoint == Endpoint::ImageList => Free,
        Closed(_) if !matches!(endpoint.row().group, Group::Swarm | Group::Plugins) => Free,
        treatment @ (Free | Makes(_) | About(..) | Filtered(_) | Cut | Closed(_)) => treatment,
    }
}

impl Treatment {
    /// True if a call must be read, its names looked up, or its answer be cut.
    pub(in crate::policy) const fn looks(self) -> bool {
        !matches!(self, Self::Free | Self::Closed(_) | Self::Nothing(_))
    }
}
