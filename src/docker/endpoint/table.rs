//! The table: operation, method, path, first and last API version (the number
//! behind `1.`), group, request body, answer, protocol of the hijack.
//!
//! From the API documents 1.0 to 1.55. Rows that no document has but engines
//! serve: `ContainerPs` (an alias up to 1.24), the checkpoints (experimental),
//! `BuildCancel` and `Grpc` (BuildKit).

use super::{AnswerKind, BodyKind, Group, Hijack, Method, Row};
use crate::docker::version::ApiVersion;

const NEWEST: u8 = ApiVersion::NEWEST.minor();

macro_rules! table {
    ($($name:ident $method:ident $pattern:literal, $first:expr, $last:expr, $group:ident, $body:ident, $answer:ident, $hijack:tt;)*) => {
        /// One operation of the Docker Remote API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum Endpoint { $($name,)* }

        impl Endpoint {
            /// Every operation, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its row in the table.
            #[must_use]
            pub const fn row(self) -> &'static Row {
                match self {
                    $(Self::$name => const { &Row {
                        endpoint: Self::$name,
                        name: stringify!($name),
                        method: Method::$method,
                        pattern: $pattern,
                        first: ApiVersion::new($first),
                        last: ApiVersion::new($last),
                        group: Group::$group,
                        body: BodyKind::$body,
                        answer: AnswerKind::$answer,
                        hijack: hijack!($hijack),
                    } },)*
                }
            }
        }
    };
}

macro_rules! hijack {
    (-) => {
        None
    };
    ($token:ident) => {
        Some(Hijack::$token)
    };
}

#[rustfmt::skip]
table! {
    SystemPing               Get    "/_ping", 11, NEWEST, System, None, Text, -;
    SystemPingHead           Head   "/_ping", 40, NEWEST, System, None, Empty, -;
    SystemVersion            Get    "/version", 0, NEWEST, System, None, Json, -;
    SystemInfo               Get    "/info", 0, NEWEST, System, None, Json, -;
    SystemEvents             Get    "/events", 3, NEWEST, System, None, JsonStream, -;
    SystemAuthGet            Get    "/auth", 0, 1, System, None, Json, -;
    SystemAuth               Post   "/auth", 0, NEWEST, System, Json, Json, -;
    SystemDataUsage          Get    "/system/df", 25, NEWEST, System, None, Json, -;
    ContainerCreate          Post   "/containers/create", 0, NEWEST, Lifecycle, Json, Json, -;
    ContainerList            Get    "/containers/json", 0, NEWEST, Read, None, Json, -;
    ContainerPrune           Post   "/containers/prune", 25, NEWEST, Lifecycle, None, Json, -;
    ContainerDelete          Delete "/containers/{name}", 0, NEWEST, Lifecycle, None, Empty, -;
    ContainerArchive         Get    "/containers/{name}/archive", 20, NEWEST, Archive, None, Tar, -;
    ContainerArchiveInfo     Head   "/containers/{name}/archive", 20, NEWEST, Archive, None, Empty, -;
    PutContainerArchive      Put    "/containers/{name}/archive", 20, NEWEST, Archive, Tar, Empty, -;
    ContainerAttach          Post   "/containers/{name}/attach", 0, NEWEST, Attach, None, Hijack, Tcp;
    ContainerAttachWebsocket Get    "/containers/{name}/attach/ws", 0, NEWEST, Attach, None, Hijack, Websocket;
    ContainerChanges         Get    "/containers/{name}/changes", 0, NEWEST, Read, None, Json, -;
    ContainerCopy            Post   "/containers/{name}/copy", 4, 23, Archive, Json, Tar, -;
    ContainerExec            Post   "/containers/{name}/exec", 15, NEWEST, Exec, Json, Json, -;
    ContainerExport          Get    "/containers/{name}/export", 0, NEWEST, Export, None, Tar, -;
    ContainerInspect         Get    "/containers/{name}/json", 0, NEWEST, Read, None, Json, -;
    ContainerKill            Post   "/containers/{name}/kill", 0, NEWEST, Lifecycle, None, Empty, -;
    ContainerLogs            Get    "/containers/{name}/logs", 11, NEWEST, Logs, None, Frames, -;
    ContainerPause           Post   "/containers/{name}/pause", 12, NEWEST, Lifecycle, None, Empty, -;
    ContainerRename          Post   "/containers/{name}/rename", 17, NEWEST, Lifecycle, None, Empty, -;
    ContainerResize          Post   "/containers/{name}/resize", 15, NEWEST, Lifecycle, None, Empty, -;
    ContainerRestart         Post   "/containers/{name}/restart", 0, NEWEST, Lifecycle, None, Empty, -;
    ContainerStart           Post   "/containers/{name}/start", 0, NEWEST, Lifecycle, Json, Empty, -;
    ContainerStats           Get    "/containers/{name}/stats", 17, NEWEST, Read, None, JsonStream, -;
    ContainerStop            Post   "/containers/{name}/stop", 0, NEWEST, Lifecycle, None, Empty, -;
    ContainerTop             Get    "/containers/{name}/top", 3, NEWEST, Read, None, Json, -;
    ContainerUnpause         Post   "/containers/{name}/unpause", 12, NEWEST, Lifecycle, None, Empty, -;
    ContainerUpdate          Post   "/containers/{name}/update", 22, NEWEST, Lifecycle, Json, Json, -;
    ContainerWait            Post   "/containers/{name}/wait", 0, NEWEST, Lifecycle, None, Json, -;
    CheckpointList           Get    "/containers/{name}/checkpoints", 25, NEWEST, Lifecycle, None, Json, -;
    CheckpointCreate         Post   "/containers/{name}/checkpoints", 25, NEWEST, Lifecycle, Json, Empty, -;
    CheckpointDelete         Delete "/containers/{name}/checkpoints/{checkpoint}", 25, NEWEST, Lifecycle, None, Empty, -;
    ContainerPs              Get    "/containers/ps", 0, 24, Read, None, Json, -;
    ExecInspect              Get    "/exec/{id}/json", 16, NEWEST, Exec, None, Json, -;
    ExecResize               Post   "/exec/{id}/resize", 15, NEWEST, Exec, None, Empty, -;
    ExecStart                Post   "/exec/{id}/start", 15, NEWEST, Exec, Json, Hijack, Tcp;
    ImageCreate              Post   "/images/create", 0, NEWEST, Images, Tar, JsonStream, -;
    ImageGetAll              Get    "/images/get", 15, NEWEST, Images, None, Tar, -;
    ImageList                Get    "/images/json", 7, NEWEST, Images, None, Json, -;
    ImageLoad                Post   "/images/load", 7, NEWEST, Images, Tar, JsonStream, -;
    ImagePrune               Post   "/images/prune", 25, NEWEST, Images, None, Json, -;
    ImageSearch              Get    "/images/search", 0, NEWEST, Images, None, Json, -;
    ImageDelete              Delete "/images/{image}", 0, NEWEST, Images, None, Json, -;
    ImageAttestations        Get    "/images/{image}/attestations", 55, NEWEST, Images, None, Json, -;
    ImageGet                 Get    "/images/{image}/get", 7, NEWEST, Images, None, Tar, -;
    ImageHistory             Get    "/images/{image}/history", 0, NEWEST, Images, None, Json, -;
    ImageInsert              Post   "/images/{image}/insert", 0, 10, Images, None, JsonStream, -;
    ImageInspect             Get    "/images/{image}/json", 0, NEWEST, Images, None, Json, -;
    ImagePush                Post   "/images/{image}/push", 0, NEWEST, Images, None, JsonStream, -;
    ImageTag                 Post   "/images/{image}/tag", 0, NEWEST, Images, None, Empty, -;
    ImageInspectOld          Get    "/images/{image}", 0, 6, Images, None, Json, -;
    ImageBuild               Post   "/build", 0, NEWEST, Build, Tar, JsonStream, -;
    BuildPrune               Post   "/build/prune", 31, NEWEST, Build, None, Json, -;
    BuildCancel              Post   "/build/cancel", 31, NEWEST, Build, None, Empty, -;
    ImageCommit              Post   "/commit", 0, NEWEST, Build, Json, Json, -;
    DistributionInspect      Get    "/distribution/{image}/json", 30, NEWEST, Images, None, Json, -;
    NetworkList              Get    "/networks", 21, NEWEST, Networks, None, Json, -;
    NetworkCreate            Post   "/networks/create", 21, NEWEST, Networks, Json, Json, -;
    NetworkPrune             Post   "/networks/prune", 25, NEWEST, Networks, None, Json, -;
    NetworkDelete            Delete "/networks/{network}", 21, NEWEST, Networks, None, Empty, -;
    NetworkInspect           Get    "/networks/{network}", 21, NEWEST, Networks, None, Json, -;
    NetworkConnect           Post   "/networks/{network}/connect", 21, NEWEST, Networks, Json, Empty, -;
    NetworkDisconnect        Post   "/networks/{network}/disconnect", 21, NEWEST, Networks, Json, Empty, -;
    VolumeList               Get    "/volumes", 21, NEWEST, Volumes, None, Json, -;
    VolumeCreate             Post   "/volumes/create", 21, NEWEST, Volumes, Json, Json, -;
    VolumePrune              Post   "/volumes/prune", 25, NEWEST, Volumes, None, Json, -;
    VolumeDelete             Delete "/volumes/{volume}", 21, NEWEST, Volumes, None, Empty, -;
    VolumeInspect            Get    "/volumes/{volume}", 21, NEWEST, Volumes, None, Json, -;
    VolumeUpdate             Put    "/volumes/{volume}", 42, NEWEST, Volumes, Json, Empty, -;
    Session                  Post   "/session", 31, NEWEST, Build, None, Hijack, H2c;
    Grpc                     Post   "/grpc", 31, NEWEST, Build, None, Hijack, H2c;
    SwarmInspect             Get    "/swarm", 24, NEWEST, Swarm, None, Json, -;
    SwarmInit                Post   "/swarm/init", 24, NEWEST, Swarm, Json, Json, -;
    SwarmJoin                Post   "/swarm/join", 24, NEWEST, Swarm, Json, Empty, -;
    SwarmLeave               Post   "/swarm/leave", 24, NEWEST, Swarm, None, Empty, -;
    SwarmUnlock              Post   "/swarm/unlock", 25, NEWEST, Swarm, Json, Empty, -;
    SwarmUnlockkey           Get    "/swarm/unlockkey", 25, NEWEST, Swarm, None, Json, -;
    SwarmUpdate              Post   "/swarm/update", 24, NEWEST, Swarm, Json, Empty, -;
    NodeList                 Get    "/nodes", 24, NEWEST, Swarm, None, Json, -;
    NodeDelete               Delete "/nodes/{id}", 24, NEWEST, Swarm, None, Empty, -;
    NodeInspect              Get    "/nodes/{id}", 24, NEWEST, Swarm, None, Json, -;
    NodeUpdate               Post   "/nodes/{id}/update", 24, NEWEST, Swarm, Json, Empty, -;
    ServiceList              Get    "/services", 24, NEWEST, Swarm, None, Json, -;
    ServiceCreate            Post   "/services/create", 24, NEWEST, Swarm, Json, Json, -;
    ServiceDelete            Delete "/services/{id}", 24, NEWEST, Swarm, None, Empty, -;
    ServiceInspect           Get    "/services/{id}", 24, NEWEST, Swarm, None, Json, -;
    ServiceLogs              Get    "/services/{id}/logs", 25, NEWEST, Swarm, None, Frames, -;
    ServiceUpdate            Post   "/services/{id}/update", 24, NEWEST, Swarm, Json, Json, -;
    TaskList                 Get    "/tasks", 24, NEWEST, Swarm, None, Json, -;
    TaskInspect              Get    "/tasks/{id}", 24, NEWEST, Swarm, None, Json, -;
    TaskLogs                 Get    "/tasks/{id}/logs", 29, NEWEST, Swarm, None, Frames, -;
    SecretList               Get    "/secrets", 25, NEWEST, Swarm, None, Json, -;
    SecretCreate             Post   "/secrets/create", 25, NEWEST, Swarm, Json, Json, -;
    SecretDelete             Delete "/secrets/{id}", 25, NEWEST, Swarm, None, Empty, -;
    SecretInspect            Get    "/secrets/{id}", 25, NEWEST, Swarm, None, Json, -;
    SecretUpdate             Post   "/secrets/{id}/update", 26, NEWEST, Swarm, Json, Empty, -;
    ConfigList               Get    "/configs", 30, NEWEST, Swarm, None, Json, -;
    ConfigCreate             Post   "/configs/create", 30, NEWEST, Swarm, Json, Json, -;
    ConfigDelete             Delete "/configs/{id}", 30, NEWEST, Swarm, None, Empty, -;
    ConfigInspect            Get    "/configs/{id}", 30, NEWEST, Swarm, None, Json, -;
    ConfigUpdate             Post   "/configs/{id}/update", 30, NEWEST, Swarm, Json, Empty, -;
    PluginList               Get    "/plugins", 24, NEWEST, Plugins, None, Json, -;
    PluginCreate             Post   "/plugins/create", 25, NEWEST, Plugins, Tar, Empty, -;
    PluginPrivileges         Get    "/plugins/privileges", 25, NEWEST, Plugins, None, Json, -;
    PluginPull               Post   "/plugins/pull", 24, NEWEST, Plugins, Json, JsonStream, -;
    PluginDelete             Delete "/plugins/{plugin}", 24, NEWEST, Plugins, None, Empty, -;
    PluginDisable            Post   "/plugins/{plugin}/disable", 24, NEWEST, Plugins, None, Empty, -;
    PluginEnable             Post   "/plugins/{plugin}/enable", 24, NEWEST, Plugins, None, Empty, -;
    PluginInspect            Get    "/plugins/{plugin}/json", 25, NEWEST, Plugins, None, Json, -;
    PluginPush               Post   "/plugins/{plugin}/push", 24, NEWEST, Plugins, None, JsonStream, -;
    PluginSet                Post   "/plugins/{plugin}/set", 25, NEWEST, Plugins, Json, Empty, -;
    PluginUpgrade            Post   "/plugins/{plugin}/upgrade", 26, NEWEST, Plugins, Json, JsonStream, -;
    PluginInspectOld         Get    "/plugins/{plugin}", 24, 24, Plugins, None, Json, -;
}
