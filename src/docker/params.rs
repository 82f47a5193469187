//! The query parameters of every operation: name, how the daemon reads the
//! value, first and last API version (the number behind `1.`).
//!
//! From the API documents 1.18 to 1.55 (0 stands for "1.18 or before") and,
//! where no document names them, from what engines read: resource limits and
//! BuildKit's parameters of `ImageBuild`, checkpoints, `BuildCancel`.

use std::sync::LazyLock;

use super::endpoint::Endpoint;
use super::version::ApiVersion;

/// One query parameter of one operation.
#[derive(Debug)]
pub struct Param {
    /// The operation.
    pub endpoint: Endpoint,
    /// The parameter's name; names are case-sensitive.
    pub name: &'static str,
    /// How the daemon reads its value.
    pub kind: ParamKind,
    /// The first API version that knows it.
    pub first: ApiVersion,
    /// The last API version that knows it.
    pub last: ApiVersion,
    /// Values that do not count as a use, besides those of the kind.
    pub neutral: &'static [&'static str],
}

impl Param {
    /// True if `version` has the parameter.
    #[must_use]
    pub fn is_in(&self, version: ApiVersion) -> bool {
        self.first <= version && version <= self.last
    }
}

/// How the daemon reads the value of a query parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// False for an empty value, `0`, `no`, `false` and `none`; else true.
    Bool,
    /// A decimal number.
    Int,
    /// Text; of several values the first counts.
    Str,
    /// Text; every value counts.
    List,
    /// A JSON document.
    Json,
}

/// The parameters of one operation.
#[must_use]
pub fn params(endpoint: Endpoint) -> &'static [Param] {
    /// In the order of the operations.
    static BY_ENDPOINT: LazyLock<Vec<&[Param]>> = LazyLock::new(|| {
        let mut of_all = vec![<&[Param]>::default(); Endpoint::ALL.len()];
        for params in PARAMS.chunk_by(|a, b| a.endpoint == b.endpoint) {
            let endpoint = params.first().map(|param| param.endpoint as usize);
            if let Some(place) = endpoint.and_then(|endpoint| of_all.get_mut(endpoint)) {
                *place = params;
            }
        }
        of_all
    });
    BY_ENDPOINT.get(endpoint as usize).copied().unwrap_or_default()
}

/// The parameter of that name.
#[must_use]
pub fn param(endpoint: Endpoint, name: &str) -> Option<&'static Param> {
    params(endpoint).iter().find(|param| param.name == name)
}

const NEWEST: u8 = ApiVersion::NEWEST.minor();

macro_rules! params {
    ($($endpoint:ident $name:literal, $kind:ident, $first:expr, $last:expr $(, $neutral:literal)*;)*) => {
        /// All of them; those of one operation stand together.
        pub const PARAMS: &[Param] = &[$(Param {
            endpoint: Endpoint::$endpoint,
            name: $name,
            kind: ParamKind::$kind,
            first: ApiVersion::new($first),
            last: ApiVersion::new($last),
            neutral: &[$($neutral),*],
        },)*];
    };
}

#[rustfmt::skip]
params! {
    SystemEvents             "since", Str, 0, NEWEST;
    SystemEvents             "until", Str, 0, NEWEST;
    SystemEvents             "filters", Json, 0, NEWEST;
    SystemDataUsage          "type", List, 42, NEWEST;
    SystemDataUsage          "verbose", Bool, 52, NEWEST;
    ContainerCreate          "name", Str, 0, NEWEST;
    ContainerCreate          "platform", Str, 41, NEWEST;
    ContainerList            "all", Bool, 0, NEWEST;
    ContainerList            "limit", Int, 0, NEWEST, "0", "-1";
    ContainerList            "since", Str, 0, 24;
    ContainerList            "before", Str, 0, 24;
    ContainerList            "size", Bool, 0, NEWEST;
    ContainerList            "filters", Json, 0, NEWEST;
    ContainerPrune           "filters", Json, 25, NEWEST;
    ContainerDelete          "v", Bool, 0, NEWEST;
    ContainerDelete          "force", Bool, 0, NEWEST;
    ContainerDelete          "link", Bool, 0, NEWEST;
    ContainerArchive         "path", Str, 20, NEWEST;
    ContainerArchiveInfo     "path", Str, 20, NEWEST;
    PutContainerArchive      "path", Str, 20, NEWEST;
    PutContainerArchive      "noOverwriteDirNonDir", Bool, 20, NEWEST;
    PutContainerArchive      "copyUIDGID", Bool, 39, NEWEST;
    ContainerAttach          "logs", Bool, 0, NEWEST;
    ContainerAttach          "stream", Bool, 0, NEWEST;
    ContainerAttach          "stdin", Bool, 0, NEWEST;
    ContainerAttach          "stdout", Bool, 0, NEWEST;
    ContainerAttach          "stderr", Bool, 0, NEWEST;
    ContainerAttach          "detachKeys", Str, 22, NEWEST;
    ContainerAttachWebsocket "logs", Bool, 0, NEWEST;
    ContainerAttachWebsocket "stream", Bool, 0, NEWEST;
    ContainerAttachWebsocket "detachKeys", Str, 22, NEWEST;
    ContainerAttachWebsocket "stdin", Bool, 42, NEWEST;
    ContainerAttachWebsocket "stdout", Bool, 42, NEWEST;
    ContainerAttachWebsocket "stderr", Bool, 42, NEWEST;
    ContainerInspect         "size", Bool, 21, NEWEST;
    ContainerKill            "signal", Str, 0, NEWEST;
    ContainerLogs            "follow", Bool, 0, NEWEST;
    ContainerLogs            "stdout", Bool, 0, NEWEST;
    ContainerLogs            "stderr", Bool, 0, NEWEST;
    ContainerLogs            "timestamps", Bool, 0, NEWEST;
    ContainerLogs            "tail", Str, 0, NEWEST, "all";
    ContainerLogs            "since", Str, 19, NEWEST;
    ContainerLogs            "details", Bool, 23, NEWEST;
    ContainerLogs            "until", Str, 35, NEWEST;
    ContainerRename          "name", Str, 0, NEWEST;
    ContainerResize          "h", Int, 0, NEWEST;
    ContainerResize          "w", Int, 0, NEWEST;
    ContainerRestart         "t", Int, 0, NEWEST;
    ContainerRestart         "signal", Str, 42, NEWEST;
    ContainerStart           "detachKeys", Str, 22, NEWEST;
    ContainerStart           "checkpoint", Str, 25, NEWEST;
    ContainerStart           "checkpoint-dir", Str, 25, NEWEST;
    ContainerStats           "stream", Bool, 19, NEWEST;
    ContainerStats           "one-shot", Bool, 41, NEWEST;
    ContainerStop            "t", Int, 0, NEWEST;
    ContainerStop            "signal", Str, 42, NEWEST;
    ContainerTop             "ps_args", Str, 0, NEWEST;
    ContainerWait            "condition", Str, 30, NEWEST;
    ExecResize               "h", Int, 0, NEWEST;
    ExecResize               "w", Int, 0, NEWEST;
    ImageCreate              "fromImage", Str, 0, NEWEST;
    ImageCreate              "fromSrc", Str, 0, NEWEST;
    ImageCreate              "repo", Str, 0, NEWEST;
    ImageCreate              "tag", Str, 0, NEWEST;
    ImageCreate              "platform", Str, 32, NEWEST;
    ImageCreate              "message", Str, 39, NEWEST;
    ImageCreate              "changes", List, 40, NEWEST;
    ImageGetAll              "names", List, 15, NEWEST;
    ImageGetAll              "platform", Json, 48, NEWEST;
    ImageList                "all", Bool, 0, NEWEST;
    ImageList                "filters", Json, 0, NEWEST;
    ImageList                "filter", Str, 0, 24;
    ImageList                "digests", Bool, 25, NEWEST;
    ImageList                "shared-size", Bool, 42, NEWEST;
    ImageList                "manifests", Bool, 47, NEWEST;
    ImageList                "identity", Bool, 54, NEWEST;
    ImageLoad                "quiet", Bool, 23, NEWEST;
    ImageLoad                "platform", Json, 48, NEWEST;
    ImagePrune               "filters", Json, 25, NEWEST;
    ImageSearch              "term", Str, 0, NEWEST;
    ImageSearch              "limit", Int, 24, NEWEST;
    ImageSearch              "filters", Json, 24, NEWEST;
    ImageDelete              "force", Bool, 0, NEWEST;
    ImageDelete              "noprune", Bool, 0, NEWEST;
    ImageDelete              "platforms", List, 50, NEWEST;
    ImageAttestations        "platform", List, 55, NEWEST;
    ImageAttestations        "type", List, 55, NEWEST;
    ImageAttestations        "statement", Bool, 55, NEWEST;
    ImageGet                 "platform", Json, 48, NEWEST;
    ImageHistory             "platform", Json, 48, NEWEST;
    ImageInspect             "manifests", Bool, 48, NEWEST;
    ImageInspect             "platform", Json, 49, NEWEST;
    ImagePush                "tag", Str, 0, NEWEST;
    ImagePush                "platform", Json, 46, NEWEST;
    ImageTag                 "repo", Str, 0, NEWEST;
    ImageTag                 "force", Bool, 0, 23;
    ImageTag                 "tag", Str, 0, NEWEST;
    ImageBuild               "dockerfile", Str, 0, NEWEST, "Dockerfile";
    ImageBuild               "t", List, 0, NEWEST;
    ImageBuild               "remote", Str, 0, NEWEST;
    ImageBuild               "q", Bool, 0, NEWEST;
    ImageBuild               "nocache", Bool, 0, NEWEST;
    ImageBuild               "pull", Str, 0, NEWEST, "0", "false";
    ImageBuild               "rm", Bool, 0, NEWEST, "1", "true";
    ImageBuild               "forcerm", Bool, 0, NEWEST, "1";
    ImageBuild               "memory", Int, 0, NEWEST, "0";
    ImageBuild               "memswap", Int, 0, NEWEST, "0";
    ImageBuild               "cpushares", Int, 0, NEWEST, "0";
    ImageBuild               "cpusetcpus", Str, 0, NEWEST;
    ImageBuild               "cpuperiod", Int, 19, NEWEST, "0";
    ImageBuild               "cpuquota", Int, 19, NEWEST, "0";
    ImageBuild               "buildargs", Json, 21, NEWEST;
    ImageBuild               "shmsize", Int, 22, NEWEST, "0";
    ImageBuild               "labels", Json, 23, NEWEST;
    ImageBuild               "cachefrom", Json, 25, NEWEST;
    ImageBuild               "squash", Bool, 25, NEWEST;
    ImageBuild               "networkmode", Str, 25, NEWEST, "default";
    ImageBuild               "extrahosts", List, 28, NEWEST;
    ImageBuild               "platform", Str, 34, NEWEST;
    ImageBuild               "target", Str, 37, NEWEST;
    ImageBuild               "version", Str, 38, NEWEST, "1";
    ImageBuild               "outputs", Json, 40, NEWEST;
    ImageBuild               "cgroupparent", Str, 18, NEWEST;
    ImageBuild               "cpusetmems", Str, 18, NEWEST;
    ImageBuild               "ulimits", Json, 18, NEWEST;
    ImageBuild               "isolation", Str, 21, NEWEST, "default";
    ImageBuild               "securityopt", Json, 24, NEWEST;
    ImageBuild               "session", Str, 31, NEWEST;
    ImageBuild               "buildid", Str, 31, NEWEST;
    BuildPrune               "keep-storage", Int, 39, 51;
    BuildPrune               "all", Bool, 39, NEWEST;
    BuildPrune               "filters", Json, 39, NEWEST;
    BuildPrune               "reserved-space", Int, 48, NEWEST;
    BuildPrune               "max-used-space", Int, 48, NEWEST;
    BuildPrune               "min-free-space", Int, 48, NEWEST;
    ImageCommit              "container", Str, 0, NEWEST;
    ImageCommit              "repo", Str, 0, NEWEST;
    ImageCommit              "tag", Str, 0, NEWEST;
    ImageCommit              "comment", Str, 0, NEWEST;
    ImageCommit              "author", Str, 0, NEWEST;
    ImageCommit              "pause", Bool, 20, NEWEST;
    ImageCommit              "changes", List, 20, NEWEST;
    NetworkList              "filters", Json, 21, NEWEST;
    NetworkPrune             "filters", Json, 25, NEWEST;
    NetworkInspect           "verbose", Bool, 28, NEWEST;
    NetworkInspect           "scope", Str, 31, NEWEST;
    VolumeList               "filters", Json, 21, NEWEST;
    VolumePrune              "filters", Json, 25, NEWEST;
    VolumeDelete             "force", Bool, 25, NEWEST;
    VolumeUpdate             "version", Int, 42, NEWEST;
    SwarmLeave               "force", Bool, 24, NEWEST;
    SwarmUpdate              "version", Int, 24, NEWEST;
    SwarmUpdate              "rotateWorkerToken", Bool, 24, NEWEST;
    SwarmUpdate              "rotateManagerToken", Bool, 24, NEWEST;
    SwarmUpdate              "rotateManagerUnlockKey", Bool, 25, NEWEST;
    NodeList                 "filters", Json, 24, NEWEST;
    NodeDelete               "force", Bool, 24, NEWEST;
    NodeUpdate               "version", Int, 24, NEWEST;
    ServiceList              "filters", Json, 24, NEWEST;
    ServiceList              "status", Bool, 41, NEWEST;
    ServiceInspect           "insertDefaults", Bool, 29, NEWEST;
    ServiceLogs              "details", Bool, 25, NEWEST;
    ServiceLogs              "follow", Bool, 25, NEWEST;
    ServiceLogs              "stdout", Bool, 25, NEWEST;
    ServiceLogs              "stderr", Bool, 25, NEWEST;
    ServiceLogs              "since", Str, 25, NEWEST;
    ServiceLogs              "timestamps", Bool, 25, NEWEST;
    ServiceLogs              "tail", Str, 25, NEWEST, "all";
    ServiceUpdate            "version", Int, 24, NEWEST;
    ServiceUpdate            "registryAuthFrom", Str, 25, NEWEST;
    ServiceUpdate            "rollback", Str, 28, NEWEST;
    TaskList                 "filters", Json, 24, NEWEST;
    TaskLogs                 "details", Bool, 29, NEWEST;
    TaskLogs                 "follow", Bool, 29, NEWEST;
    TaskLogs                 "stdout", Bool, 29, NEWEST;
    TaskLogs                 "stderr", Bool, 29, NEWEST;
    TaskLogs                 "since", Str, 29, NEWEST;
    TaskLogs                 "timestamps", Bool, 29, NEWEST;
    TaskLogs                 "tail", Str, 29, NEWEST, "all";
    SecretList               "filters", Json, 25, NEWEST;
    SecretUpdate             "version", Int, 26, NEWEST;
    ConfigList               "filters", Json, 30, NEWEST;
    ConfigUpdate             "version", Int, 30, NEWEST;
    PluginList               "filters", Json, 28, NEWEST;
    PluginCreate             "name", Str, 25, NEWEST;
    PluginPrivileges         "name", Str, 25, 26;
    PluginPrivileges         "remote", Str, 27, NEWEST;
    PluginPull               "name", Str, 24, NEWEST;
    PluginPull               "remote", Str, 25, NEWEST;
    PluginDelete             "force", Bool, 25, NEWEST;
    PluginDisable            "force", Bool, 28, NEWEST;
    PluginEnable             "timeout", Int, 25, NEWEST;
    PluginUpgrade            "remote", Str, 26, NEWEST;
    CheckpointList           "dir", Str, 25, NEWEST;
    CheckpointDelete         "dir", Str, 25, NEWEST;
    BuildCancel              "id", Str, 31, NEWEST;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_of_an_operation_stand_together() {
        let mut seen: Vec<Endpoint> = Vec::new();
        for param in PARAMS {
            if seen.last() != Some(&param.endpoint) {
                assert!(!seen.contains(&param.endpoint), "{}", param.endpoint.name());
                seen.push(param.endpoint);
            }
        }
    }
}
