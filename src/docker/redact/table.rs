//! What the answers of each operation carry.

use super::Things;
use crate::docker::endpoint::Endpoint;

/// What the answer of an operation carries of what may have to be hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// Nothing: the answer passes unread.
    Nothing,
    /// These, in one JSON value.
    Json(Things),
    /// These, in JSON values that come one after the other.
    Records(Things),
    /// These, in a form in which they cannot be hidden.
    Sealed(Things),
    /// The same if the call uses a query parameter; nothing otherwise.
    SealedBy {
        /// What it carries then.
        things: Things,
        /// The parameter.
        parameter: &'static str,
        /// Values with which the answer carries nothing.
        except: &'static [&'static str],
    },
}

impl Carries {
    /// What there may be in the answer.
    #[must_use]
    pub const fn things(self) -> Things {
        match self {
            Self::Nothing => Things::NONE,
            Self::Json(things) | Self::Records(things) | Self::Sealed(things) | Self::SealedBy { things, .. } => things,
        }
    }
}

const ENV: Things = Things { env: true, ..Things::NONE };
const MOUNTS: Things = Things { mounts: true, ..Things::NONE };
const LABELS: Things = Things { labels: true, ..Things::NONE };
const ENV_AND_LABELS: Things = ENV.or(LABELS);
const ENV_AND_MOUNTS: Things = ENV.or(MOUNTS);
const MOUNTS_AND_LABELS: Things = MOUNTS.or(LABELS);

/// What the answer of an operation carries. A new operation has to be decided here.
///
/// What a container writes, holds and sends (its output, its files, its terminal) is not looked at: that is
/// what it does, not what it is, and a policy allows or refuses it as a whole.
#[must_use]
pub const fn carries(endpoint: Endpoint) -> Carries {
    use Endpoint as E;
    match endpoint {
        // Command lines of leftover build steps spell ENV and LABEL.
        E::ContainerList | E::ContainerPs | E::ContainerInspect | E::SystemDataUsage => Carries::Json(Things::ALL),
        // Below 1.19 the whole container stands in it.
        E::ExecInspect => Carries::Json(Things::ALL),
        E::ServiceList | E::ServiceInspect | E::TaskList | E::TaskInspect => Carries::Json(Things::ALL),
        // History tells each ENV, ARG and LABEL of a build.
        E::ImageInspect | E::ImageInspectOld | E::ImageHistory => Carries::Json(ENV_AND_LABELS),
        E::VolumeList | E::VolumeInspect | E::VolumeCreate => Carries::Json(MOUNTS_AND_LABELS),
        E::ImageList
        | E::DistributionInspect
        | E::NetworkList
        | E::NetworkInspect
        | E::SystemInfo
        | E::SwarmInspect
        | E::NodeList
        | E::NodeInspect
        | E::SecretList
        | E::SecretInspect
        | E::ConfigList
        | E::ConfigInspect => Carries::Json(LABELS),
        E::PluginList | E::PluginInspect | E::PluginInspectOld => Carries::Json(ENV_AND_MOUNTS),
        // Labels stand among the attributes; the event of a mount names the volume.
        E::SystemEvents => Carries::Records(MOUNTS_AND_LABELS),
        // The configuration of the image is a file of the archive.
        E::ImageGet | E::ImageGetAll => Carries::Sealed(ENV_AND_LABELS),
        // Provenance tells the arguments of the build.
        E::ImageAttestations => Carries::Sealed(ENV),
        // `ps e` prints the environment behind the command.
        E::ContainerTop => {
            Carries::SealedBy { things: ENV, parameter: "ps_args", except: &["-ef", "aux", "-aux", "-e", "-A"] }
        }
        // With details, each line begins with the variables and labels that the log driver was told to add.
        E::ContainerLogs | E::ServiceLogs | E::TaskLogs => {
            Carries::SealedBy { things: ENV_AND_LABELS, parameter: "details", except: &[] }
        }
        // The status of the engine.
        E::SystemPing | E::SystemPingHead | E::SystemVersion | E::SystemAuthGet | E::SystemAuth => Carries::Nothing,
        // An id, warnings, nothing at all.
        E::ContainerCreate
        | E::ContainerDelete
        | E::ContainerExec
        | E::ContainerKill
        | E::ContainerPause
        | E::ContainerPrune
        | E::ContainerRename
        | E::ContainerResize
        | E::ContainerRestart
        | E::ContainerStart
        | E::ContainerStop
        | E::ContainerUnpause
        | E::ContainerUpdate
        | E::ContainerWait
        | E::CheckpointList
        | E::CheckpointCreate
        | E::CheckpointDelete
        | E::ExecResize
        | E::ImageCommit
        | E::ImageDelete
        | E::ImagePrune
        | E::ImageTag
        | E::BuildPrune
        | E::BuildCancel
        | E::NetworkCreate
        | E::NetworkPrune
        | E::NetworkDelete
        | E::NetworkConnect
        | E::NetworkDisconnect
        | E::VolumePrune
        | E::VolumeDelete
        | E::VolumeUpdate
        | E::SwarmInit
        | E::SwarmJoin
        | E::SwarmLeave
        | E::SwarmUnlock
        | E::SwarmUnlockkey
        | E::SwarmUpdate
        | E::NodeDelete
        | E::NodeUpdate
        | E::ServiceCreate
        | E::ServiceDelete
        | E::ServiceUpdate
        | E::SecretCreate
        | E::SecretDelete
        | E::SecretUpdate
        | E::ConfigCreate
        | E::ConfigDelete
        | E::ConfigUpdate
        | E::PluginCreate
        | E::PluginDelete
        | E::PluginDisable
        | E::PluginEnable
        | E::PluginSet => Carries::Nothing,
        // Counters, and paths that changed.
        E::ContainerStats | E::ContainerChanges => Carries::Nothing,
        // The progress of the caller's own work.
        E::ImageBuild
        | E::ImageCreate
        | E::ImageInsert
        | E::ImageLoad
        | E::ImagePush
        | E::PluginPull
        | E::PluginPush
        | E::PluginUpgrade => Carries::Nothing,
        // What a registry tells anyone.
        E::ImageSearch | E::PluginPrivileges => Carries::Nothing,
        // What containers hold and do.
        E::ContainerArchive
        | E::ContainerArchiveInfo
        | E::PutContainerArchive
        | E::ContainerCopy
        | E::ContainerExport
        | E::ContainerAttach
        | E::ContainerAttachWebsocket
        | E::ExecStart
        | E::Session
        | E::Grpc => Carries::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::endpoint::AnswerKind;
    use crate::docker::params::params;

    #[test]
    fn answers_are_read_only_where_they_are_json() {
        for endpoint in Endpoint::ALL {
            let kind = endpoint.row().answer;
            match carries(*endpoint) {
                Carries::Json(_) => assert_eq!(kind, AnswerKind::Json, "{}", endpoint.name()),
                Carries::Records(_) => assert_eq!(kind, AnswerKind::JsonStream, "{}", endpoint.name()),
                Carries::SealedBy { parameter, .. } => {
                    assert!(params(*endpoint).iter().any(|param| param.name == parameter), "{}", endpoint.name());
                }
                Carries::Sealed(_) | Carries::Nothing => {}
            }
        }
    }
}
