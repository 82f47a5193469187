//! The flags of the stock CLI that set query parameters. Those that set fields
//! stand in the tables of the fields themselves.

use crate::docker::endpoint::Endpoint;

/// The flag that sets a parameter, such as `--no-cache`.
#[must_use]
pub(crate) fn flag(endpoint: Endpoint, param: &str) -> Option<&'static str> {
    FLAGS.iter().find(|(of, name, _)| *of == endpoint && *name == param).map(|(_, _, flag)| *flag)
}

#[rustfmt::skip]
const FLAGS: &[(Endpoint, &str, &str)] = &[
    (Endpoint::ContainerCreate, "name", "--name"),
    (Endpoint::ContainerCreate, "platform", "--platform"),
    (Endpoint::ContainerList, "all", "-a, --all"),
    (Endpoint::ContainerList, "limit", "-n, --last"),
    (Endpoint::ContainerList, "size", "-s, --size"),
    (Endpoint::ContainerList, "since", "--since"),
    (Endpoint::ContainerList, "before", "--before"),
    (Endpoint::ContainerList, "filters", "-f, --filter"),
    (Endpoint::ContainerDelete, "v", "-v, --volumes"),
    (Endpoint::ContainerDelete, "force", "-f, --force"),
    (Endpoint::ContainerDelete, "link", "-l, --link"),
    (Endpoint::PutContainerArchive, "copyUIDGID", "-a, --archive"),
    (Endpoint::ContainerAttach, "detachKeys", "--detach-keys"),
    (Endpoint::ContainerInspect, "size", "-s, --size"),
    (Endpoint::ContainerKill, "signal", "-s, --signal"),
    (Endpoint::ContainerLogs, "follow", "-f, --follow"),
    (Endpoint::ContainerLogs, "since", "--since"),
    (Endpoint::ContainerLogs, "until", "--until"),
    (Endpoint::ContainerLogs, "timestamps", "-t, --timestamps"),
    (Endpoint::ContainerLogs, "tail", "-n, --tail"),
    (Endpoint::ContainerLogs, "details", "--details"),
    (Endpoint::ContainerRestart, "t", "-t, --time"),
    (Endpoint::ContainerRestart, "signal", "-s, --signal"),
    (Endpoint::ContainerStop, "t", "-t, --time"),
    (Endpoint::ContainerStop, "signal", "-s, --signal"),
    (Endpoint::ContainerStart, "detachKeys", "--detach-keys"),
    (Endpoint::ContainerStart, "checkpoint", "--checkpoint"),
    (Endpoint::ContainerStart, "checkpoint-dir", "--checkpoint-dir"),
    (Endpoint::ContainerStats, "stream", "--no-stream"),
    (Endpoint::ImageCreate, "platform", "--platform"),
    (Endpoint::ImageCreate, "message", "-m, --message"),
    (Endpoint::ImageCreate, "changes", "-c, --change"),
    (Endpoint::ImageList, "all", "-a, --all"),
    (Endpoint::ImageList, "digests", "--digests"),
    (Endpoint::ImageList, "manifests", "--tree"),
    (Endpoint::ImageList, "filters", "-f, --filter"),
    (Endpoint::ImageLoad, "quiet", "-q, --quiet"),
    (Endpoint::ImageLoad, "platform", "--platform"),
    (Endpoint::ImageHistory, "platform", "--platform"),
    (Endpoint::ImageInspect, "platform", "--platform"),
    (Endpoint::ImagePush, "platform", "--platform"),
    (Endpoint::ImageGet, "platform", "--platform"),
    (Endpoint::ImageGetAll, "platform", "--platform"),
    (Endpoint::ImageDelete, "force", "-f, --force"),
    (Endpoint::ImageDelete, "noprune", "--no-prune"),
    (Endpoint::ImageDelete, "platforms", "--platform"),
    (Endpoint::ImageSearch, "limit", "--limit"),
    (Endpoint::ImageSearch, "filters", "-f, --filter"),
    (Endpoint::ImageBuild, "dockerfile", "-f, --file"),
    (Endpoint::ImageBuild, "t", "-t, --tag"),
    (Endpoint::ImageBuild, "q", "-q, --quiet"),
    (Endpoint::ImageBuild, "nocache", "--no-cache"),
    (Endpoint::ImageBuild, "pull", "--pull"),
    (Endpoint::ImageBuild, "rm", "--rm"),
    (Endpoint::ImageBuild, "forcerm", "--force-rm"),
    (Endpoint::ImageBuild, "memory", "-m, --memory"),
    (Endpoint::ImageBuild, "memswap", "--memory-swap"),
    (Endpoint::ImageBuild, "cpushares", "-c, --cpu-shares"),
    (Endpoint::ImageBuild, "cpusetcpus", "--cpuset-cpus"),
    (Endpoint::ImageBuild, "cpusetmems", "--cpuset-mems"),
    (Endpoint::ImageBuild, "cpuperiod", "--cpu-period"),
    (Endpoint::ImageBuild, "cpuquota", "--cpu-quota"),
    (Endpoint::ImageBuild, "buildargs", "--build-arg"),
    (Endpoint::ImageBuild, "shmsize", "--shm-size"),
    (Endpoint::ImageBuild, "labels", "--label"),
    (Endpoint::ImageBuild, "cachefrom", "--cache-from"),
    (Endpoint::ImageBuild, "squash", "--squash"),
    (Endpoint::ImageBuild, "networkmode", "--network"),
    (Endpoint::ImageBuild, "extrahosts", "--add-host"),
    (Endpoint::ImageBuild, "platform", "--platform"),
    (Endpoint::ImageBuild, "target", "--target"),
    (Endpoint::ImageBuild, "outputs", "-o, --output"),
    (Endpoint::ImageBuild, "cgroupparent", "--cgroup-parent"),
    (Endpoint::ImageBuild, "ulimits", "--ulimit"),
    (Endpoint::ImageBuild, "isolation", "--isolation"),
    (Endpoint::ImageBuild, "securityopt", "--security-opt"),
    (Endpoint::ImageCommit, "author", "-a, --author"),
    (Endpoint::ImageCommit, "comment", "-m, --message"),
    (Endpoint::ImageCommit, "changes", "-c, --change"),
    (Endpoint::ImageCommit, "pause", "-p, --pause"),
    (Endpoint::NetworkInspect, "verbose", "-v, --verbose"),
    (Endpoint::NetworkInspect, "scope", "--scope"),
    (Endpoint::VolumeDelete, "force", "-f, --force"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::params::param;

    #[test]
    fn every_flag_belongs_to_a_parameter_that_exists() {
        for (endpoint, name, _) in FLAGS {
            assert!(param(*endpoint, name).is_some(), "{} {name}", endpoint.name());
        }
    }
}
