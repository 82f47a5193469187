//! Made from `fields.tsv` by `UPDATE=1 cargo test --test generated`. Not to be edited.

use super::Neutral::{self, Any, Empty, Endpoints, Leaves, MemorySwap, NoMembers, Null, Section};
use super::Type::{self, Bool, Float, Int, List, Map, Size, Str, Strings, Text};
use super::silent::Silent;
use super::{Field, Struct};
use crate::docker::version::ApiVersion;

const INT64: Type = Int(i64::MIN as i128, i64::MAX as i128);
const UINT16: Type = Int(0, u16::MAX as i128);
const UINT32: Type = Int(0, u32::MAX as i128);
const UINT64: Type = Int(0, u64::MAX as i128);
const NEWEST: u8 = ApiVersion::NEWEST.minor();

#[allow(clippy::too_many_arguments)]
const fn field(
    id: usize,
    owner: &'static str,
    name: &'static str,
    ty: Type,
    first: u8,
    last: u8,
    neutral: Neutral,
    flag: Option<&'static str>,
) -> Field {
    let silent = Silent::of(&ty, &neutral);
    Field { id, owner, name, ty, first: ApiVersion::new(first), last: ApiVersion::new(last), neutral, silent, flag }
}

pub(super) static EMPTY: Struct = Struct {
    name: "Empty",
    fields: &[
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static CONFIG: Struct = Struct {
    name: "Config",
    fields: &[
        field(0, "Config", "Hostname", Str, 0, NEWEST, Empty(&[]), Some("-h, --hostname")),
        field(1, "Config", "Domainname", Str, 0, NEWEST, Empty(&[]), Some("--domainname")),
        field(2, "Config", "User", Str, 0, NEWEST, Empty(&[]), Some("-u, --user")),
        field(3, "Config", "AttachStdin", Bool, 0, NEWEST, Empty(&[]), Some("-a, --attach")),
        field(4, "Config", "AttachStdout", Bool, 0, NEWEST, Empty(&[]), Some("-a, --attach")),
        field(5, "Config", "AttachStderr", Bool, 0, NEWEST, Empty(&[]), Some("-a, --attach")),
        field(6, "Config", "ExposedPorts", Map(&Type::Struct(&EMPTY)), 0, NEWEST, Empty(&[]), Some("--expose")),
        field(7, "Config", "Tty", Bool, 0, NEWEST, Empty(&[]), Some("-t, --tty")),
        field(8, "Config", "OpenStdin", Bool, 0, NEWEST, Empty(&[]), Some("-i, --interactive")),
        field(9, "Config", "StdinOnce", Bool, 0, NEWEST, Empty(&[]), Some("-i, --interactive")),
        field(10, "Config", "Env", List(&Text), 0, NEWEST, Empty(&[]), Some("-e, --env")),
        field(11, "Config", "Cmd", Strings, 0, NEWEST, NoMembers, None),
        field(12, "Config", "Healthcheck", Type::Struct(&HEALTHCHECK), 24, NEWEST, Empty(&[]), Some("--health-cmd")),
        field(13, "Config", "ArgsEscaped", Bool, 22, NEWEST, Any, None),
        field(14, "Config", "Image", Str, 0, NEWEST, Empty(&[]), None),
        field(15, "Config", "Volumes", Map(&Type::Struct(&EMPTY)), 0, NEWEST, Empty(&[]), Some("-v, --volume")),
        field(16, "Config", "WorkingDir", Str, 0, NEWEST, Empty(&[]), Some("-w, --workdir")),
        field(17, "Config", "Entrypoint", Strings, 0, NEWEST, NoMembers, Some("--entrypoint")),
        field(18, "Config", "NetworkDisabled", Bool, 0, NEWEST, Empty(&[]), None),
        field(19, "Config", "MacAddress", Str, 0, 51, Empty(&[]), Some("--mac-address")),
        field(20, "Config", "OnBuild", List(&Text), 0, NEWEST, NoMembers, None),
        field(21, "Config", "Labels", Map(&Text), 0, NEWEST, Empty(&[]), Some("-l, --label")),
        field(22, "Config", "StopSignal", Str, 21, NEWEST, Empty(&["SIGTERM", "15"]), Some("--stop-signal")),
        field(23, "Config", "StopTimeout", INT64, 25, NEWEST, Null(&[]), Some("--stop-timeout")),
        field(24, "Config", "Shell", Strings, 25, NEWEST, Empty(&[]), None),
        field(25, "Config", "PortSpecs", List(&Str), 0, 19, Empty(&[]), None),
        field(26, "Config", "PublishService", Str, 20, 23, Empty(&[]), Some("--publish-service")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static HOST_CONFIG: Struct = Struct {
    name: "HostConfig",
    fields: &[
        field(27, "HostConfig", "Binds", List(&Str), 0, NEWEST, Empty(&[]), Some("-v, --volume")),
        field(28, "HostConfig", "ContainerIDFile", Str, 0, NEWEST, Any, Some("--cidfile")),
        field(29, "HostConfig", "LogConfig", Type::Struct(&LOG_CONFIG), 0, NEWEST, Empty(&[]), Some("--log-driver, --log-opt")),
        field(30, "HostConfig", "NetworkMode", Str, 0, NEWEST, Empty(&["default", "bridge"]), Some("--network")),
        field(31, "HostConfig", "PortBindings", Map(&List(&Type::Struct(&PORT_BINDING))), 0, NEWEST, NoMembers, Some("-p, --publish")),
        field(32, "HostConfig", "RestartPolicy", Type::Struct(&RESTART_POLICY), 0, NEWEST, Empty(&[]), Some("--restart")),
        field(33, "HostConfig", "AutoRemove", Bool, 25, NEWEST, Empty(&[]), Some("--rm")),
        field(34, "HostConfig", "VolumeDriver", Str, 21, NEWEST, Empty(&["local"]), Some("--volume-driver")),
        field(35, "HostConfig", "VolumesFrom", List(&Str), 0, NEWEST, Empty(&[]), Some("--volumes-from")),
        field(36, "HostConfig", "ConsoleSize", Size, 20, NEWEST, Any, None),
        field(37, "HostConfig", "Annotations", Map(&Text), 43, NEWEST, Empty(&[]), Some("--annotation")),
        field(38, "HostConfig", "CapAdd", Strings, 0, NEWEST, Empty(&[]), Some("--cap-add")),
        field(39, "HostConfig", "CapDrop", Strings, 0, NEWEST, Empty(&[]), Some("--cap-drop")),
        field(40, "HostConfig", "CgroupnsMode", Str, 41, NEWEST, Empty(&[]), Some("--cgroupns")),
        field(41, "HostConfig", "Dns", List(&Str), 0, NEWEST, Empty(&[]), Some("--dns")),
        field(42, "HostConfig", "DnsOptions", List(&Str), 21, NEWEST, Empty(&[]), Some("--dns-option")),
        field(43, "HostConfig", "DnsSearch", List(&Str), 0, NEWEST, Empty(&[]), Some("--dns-search")),
        field(44, "HostConfig", "ExtraHosts", List(&Str), 0, NEWEST, Empty(&[]), Some("--add-host")),
        field(45, "HostConfig", "GroupAdd", List(&Str), 20, NEWEST, Empty(&[]), Some("--group-add")),
        field(46, "HostConfig", "IpcMode", Str, 0, NEWEST, Empty(&[]), Some("--ipc")),
        field(47, "HostConfig", "Cgroup", Str, 23, NEWEST, Empty(&[]), None),
        field(48, "HostConfig", "Links", List(&Str), 0, NEWEST, Empty(&[]), Some("--link")),
        field(49, "HostConfig", "OomScoreAdj", INT64, 22, NEWEST, Empty(&[]), Some("--oom-score-adj")),
        field(50, "HostConfig", "PidMode", Str, 0, NEWEST, Empty(&[]), Some("--pid")),
        field(51, "HostConfig", "Privileged", Bool, 0, NEWEST, Empty(&[]), Some("--privileged")),
        field(52, "HostConfig", "PublishAllPorts", Bool, 0, NEWEST, Empty(&[]), Some("-P, --publish-all")),
        field(53, "HostConfig", "ReadonlyRootfs", Bool, 0, NEWEST, Empty(&[]), Some("--read-only")),
        field(54, "HostConfig", "SecurityOpt", List(&Text), 0, NEWEST, Empty(&[]), Some("--security-opt")),
        field(55, "HostConfig", "StorageOpt", Map(&Str), 24, NEWEST, Empty(&[]), Some("--storage-opt")),
        field(56, "HostConfig", "Tmpfs", Map(&Str), 22, NEWEST, Empty(&[]), Some("--tmpfs")),
        field(57, "HostConfig", "UTSMode", Str, 19, NEWEST, Empty(&[]), Some("--uts")),
        field(58, "HostConfig", "UsernsMode", Str, 23, NEWEST, Empty(&[]), Some("--userns")),
        field(59, "HostConfig", "ShmSize", INT64, 22, NEWEST, Empty(&["67108864"]), Some("--shm-size")),
        field(60, "HostConfig", "Sysctls", Map(&Str), 24, NEWEST, Empty(&[]), Some("--sysctl")),
        field(61, "HostConfig", "Runtime", Str, 24, NEWEST, Empty(&["runc"]), Some("--runtime")),
        field(62, "HostConfig", "Isolation", Str, 22, NEWEST, Empty(&["default"]), Some("--isolation")),
        field(63, "HostConfig", "CpuShares", INT64, 0, NEWEST, Empty(&[]), Some("-c, --cpu-shares")),
        field(64, "HostConfig", "Memory", INT64, 0, NEWEST, Empty(&[]), Some("-m, --memory")),
        field(65, "HostConfig", "NanoCpus", INT64, 25, NEWEST, Empty(&[]), Some("--cpus")),
        field(66, "HostConfig", "CgroupParent", Str, 0, NEWEST, Empty(&[]), Some("--cgroup-parent")),
        field(67, "HostConfig", "BlkioWeight", UINT16, 19, NEWEST, Empty(&[]), Some("--blkio-weight")),
        field(68, "HostConfig", "BlkioWeightDevice", List(&Type::Struct(&WEIGHT_DEVICE)), 22, NEWEST, Empty(&[]), Some("--blkio-weight-device")),
        field(69, "HostConfig", "BlkioDeviceReadBps", List(&Type::Struct(&THROTTLE_DEVICE)), 22, NEWEST, Empty(&[]), Some("--device-read-bps")),
        field(70, "HostConfig", "BlkioDeviceWriteBps", List(&Type::Struct(&THROTTLE_DEVICE)), 22, NEWEST, Empty(&[]), Some("--device-write-bps")),
        field(71, "HostConfig", "BlkioDeviceReadIOps", List(&Type::Struct(&THROTTLE_DEVICE)), 22, NEWEST, Empty(&[]), Some("--device-read-iops")),
        field(72, "HostConfig", "BlkioDeviceWriteIOps", List(&Type::Struct(&THROTTLE_DEVICE)), 22, NEWEST, Empty(&[]), Some("--device-write-iops")),
        field(73, "HostConfig", "CpuPeriod", INT64, 19, NEWEST, Empty(&[]), Some("--cpu-period")),
        field(74, "HostConfig", "CpuQuota", INT64, 19, NEWEST, Empty(&[]), Some("--cpu-quota")),
        field(75, "HostConfig", "CpuRealtimePeriod", INT64, 25, NEWEST, Empty(&[]), Some("--cpu-rt-period")),
        field(76, "HostConfig", "CpuRealtimeRuntime", INT64, 25, NEWEST, Empty(&[]), Some("--cpu-rt-runtime")),
        field(77, "HostConfig", "CpusetCpus", Str, 0, NEWEST, Empty(&[]), Some("--cpuset-cpus")),
        field(78, "HostConfig", "CpusetMems", Str, 19, NEWEST, Empty(&[]), Some("--cpuset-mems")),
        field(79, "HostConfig", "Devices", List(&Type::Struct(&DEVICE_MAPPING)), 0, NEWEST, NoMembers, Some("--device")),
        field(80, "HostConfig", "DeviceCgroupRules", List(&Str), 28, NEWEST, Empty(&[]), Some("--device-cgroup-rule")),
        field(81, "HostConfig", "DeviceRequests", List(&Type::Struct(&DEVICE_REQUEST)), 40, NEWEST, NoMembers, Some("--gpus")),
        field(82, "HostConfig", "KernelMemory", INT64, 21, 51, Empty(&[]), Some("--kernel-memory")),
        field(83, "HostConfig", "KernelMemoryTCP", INT64, 40, 51, Empty(&[]), None),
        field(84, "HostConfig", "MemoryReservation", INT64, 21, NEWEST, Empty(&[]), Some("--memory-reservation")),
        field(85, "HostConfig", "MemorySwap", INT64, 0, NEWEST, MemorySwap, Some("--memory-swap")),
        field(86, "HostConfig", "MemorySwappiness", INT64, 20, NEWEST, Null(&["-1"]), Some("--memory-swappiness")),
        field(87, "HostConfig", "OomKillDisable", Bool, 19, NEWEST, Empty(&[]), Some("--oom-kill-disable")),
        field(88, "HostConfig", "PidsLimit", INT64, 23, NEWEST, Empty(&["-1"]), Some("--pids-limit")),
        field(89, "HostConfig", "Ulimits", List(&Type::Struct(&ULIMIT)), 0, NEWEST, Empty(&[]), Some("--ulimit")),
        field(90, "HostConfig", "CpuCount", INT64, 25, NEWEST, Empty(&[]), Some("--cpu-count")),
        field(91, "HostConfig", "CpuPercent", INT64, 24, NEWEST, Empty(&[]), Some("--cpu-percent")),
        field(92, "HostConfig", "IOMaximumIOps", UINT64, 24, NEWEST, Empty(&[]), Some("--io-maxiops")),
        field(93, "HostConfig", "IOMaximumBandwidth", UINT64, 24, NEWEST, Empty(&[]), Some("--io-maxbandwidth")),
        field(94, "HostConfig", "Mounts", List(&Type::Struct(&MOUNT)), 25, NEWEST, NoMembers, Some("--mount")),
        field(95, "HostConfig", "MaskedPaths", List(&Str), 38, NEWEST, Null(&[]), Some("--security-opt systempaths=unconfined")),
        field(96, "HostConfig", "ReadonlyPaths", List(&Str), 38, NEWEST, Null(&[]), Some("--security-opt systempaths=unconfined")),
        field(97, "HostConfig", "Init", Bool, 25, NEWEST, Empty(&[]), Some("--init")),
        field(98, "HostConfig", "LxcConf", Type::Any, 0, 21, Empty(&[]), Some("--lxc-conf")),
        field(99, "HostConfig", "DiskQuota", INT64, 23, 39, Empty(&[]), None),
        field(100, "HostConfig", "BlkioIOps", UINT64, 23, 23, Empty(&[]), None),
        field(101, "HostConfig", "BlkioBps", UINT64, 23, 23, Empty(&[]), None),
        field(102, "HostConfig", "SandboxSize", UINT64, 23, 23, Empty(&[]), None),
        field(103, "HostConfig", "InitPath", Str, 25, 28, Empty(&[]), None),
        field(104, "HostConfig", "Capabilities", List(&Str), 40, 40, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static NETWORKING_CONFIG: Struct = Struct {
    name: "NetworkingConfig",
    fields: &[
        field(105, "NetworkingConfig", "EndpointsConfig", Map(&Type::Struct(&ENDPOINT_SETTINGS)), 22, NEWEST, Endpoints, None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static ENDPOINT_SETTINGS: Struct = Struct {
    name: "EndpointSettings",
    fields: &[
        field(106, "EndpointSettings", "IPAMConfig", Type::Struct(&ENDPOINT_IPAM_CONFIG), 22, NEWEST, Empty(&[]), Some("--ip, --ip6")),
        field(107, "EndpointSettings", "Links", List(&Str), 22, NEWEST, Empty(&[]), Some("--link")),
        field(108, "EndpointSettings", "Aliases", List(&Str), 22, NEWEST, Empty(&[]), Some("--network-alias")),
        field(109, "EndpointSettings", "MacAddress", Str, 44, NEWEST, Empty(&[]), Some("--mac-address")),
        field(110, "EndpointSettings", "DriverOpts", Map(&Str), 32, NEWEST, Empty(&[]), Some("--driver-opt")),
        field(111, "EndpointSettings", "GwPriority", INT64, 48, NEWEST, Empty(&[]), Some("--gw-priority")),
        field(112, "EndpointSettings", "NetworkID", Str, 22, NEWEST, Any, None),
        field(113, "EndpointSettings", "EndpointID", Str, 21, NEWEST, Any, None),
        field(114, "EndpointSettings", "Gateway", Str, 21, NEWEST, Any, None),
        field(115, "EndpointSettings", "IPAddress", Str, 21, NEWEST, Any, None),
        field(116, "EndpointSettings", "IPPrefixLen", INT64, 21, NEWEST, Any, None),
        field(117, "EndpointSettings", "IPv6Gateway", Str, 21, NEWEST, Any, None),
        field(118, "EndpointSettings", "GlobalIPv6Address", Str, 21, NEWEST, Any, None),
        field(119, "EndpointSettings", "GlobalIPv6PrefixLen", INT64, 21, NEWEST, Any, None),
        field(120, "EndpointSettings", "DNSNames", List(&Str), 44, NEWEST, Any, None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static ENDPOINT_IPAM_CONFIG: Struct = Struct {
    name: "EndpointIPAMConfig",
    fields: &[
        field(121, "EndpointIPAMConfig", "IPv4Address", Str, 22, NEWEST, Empty(&[]), Some("--ip")),
        field(122, "EndpointIPAMConfig", "IPv6Address", Str, 22, NEWEST, Empty(&[]), Some("--ip6")),
        field(123, "EndpointIPAMConfig", "LinkLocalIPs", List(&Str), 24, NEWEST, Empty(&[]), Some("--link-local-ip")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static HEALTHCHECK: Struct = Struct {
    name: "Healthcheck",
    fields: &[
        field(124, "Healthcheck", "Test", List(&Text), 24, NEWEST, Empty(&[]), Some("--health-cmd")),
        field(125, "Healthcheck", "Interval", INT64, 24, NEWEST, Empty(&[]), Some("--health-interval")),
        field(126, "Healthcheck", "Timeout", INT64, 24, NEWEST, Empty(&[]), Some("--health-timeout")),
        field(127, "Healthcheck", "Retries", INT64, 24, NEWEST, Empty(&[]), Some("--health-retries")),
        field(128, "Healthcheck", "StartPeriod", INT64, 29, NEWEST, Empty(&[]), Some("--health-start-period")),
        field(129, "Healthcheck", "StartInterval", INT64, 44, NEWEST, Empty(&[]), Some("--health-start-interval")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static LOG_CONFIG: Struct = Struct {
    name: "LogConfig",
    fields: &[
        field(130, "LogConfig", "Type", Str, 0, NEWEST, Empty(&["json-file"]), Some("--log-driver")),
        field(131, "LogConfig", "Config", Map(&Text), 0, NEWEST, Empty(&[]), Some("--log-opt")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static RESTART_POLICY: Struct = Struct {
    name: "RestartPolicy",
    fields: &[
        field(132, "RestartPolicy", "Name", Str, 0, NEWEST, Empty(&["no"]), None),
        field(133, "RestartPolicy", "MaximumRetryCount", INT64, 0, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static DEVICE_MAPPING: Struct = Struct {
    name: "DeviceMapping",
    fields: &[
        field(134, "DeviceMapping", "PathOnHost", Str, 0, NEWEST, Empty(&[]), None),
        field(135, "DeviceMapping", "PathInContainer", Str, 0, NEWEST, Empty(&[]), None),
        field(136, "DeviceMapping", "CgroupPermissions", Str, 0, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static DEVICE_REQUEST: Struct = Struct {
    name: "DeviceRequest",
    fields: &[
        field(137, "DeviceRequest", "Driver", Str, 40, NEWEST, Empty(&[]), None),
        field(138, "DeviceRequest", "Count", INT64, 40, NEWEST, Empty(&[]), None),
        field(139, "DeviceRequest", "DeviceIDs", List(&Str), 40, NEWEST, Empty(&[]), None),
        field(140, "DeviceRequest", "Capabilities", List(&List(&Str)), 40, NEWEST, Empty(&[]), None),
        field(141, "DeviceRequest", "Options", Map(&Str), 40, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static PORT_BINDING: Struct = Struct {
    name: "PortBinding",
    fields: &[
        field(142, "PortBinding", "HostIp", Str, 0, NEWEST, Empty(&[]), None),
        field(143, "PortBinding", "HostPort", Str, 0, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static ULIMIT: Struct = Struct {
    name: "Ulimit",
    fields: &[
        field(144, "Ulimit", "Name", Str, 0, NEWEST, Empty(&[]), None),
        field(145, "Ulimit", "Soft", INT64, 0, NEWEST, Empty(&[]), None),
        field(146, "Ulimit", "Hard", INT64, 0, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static WEIGHT_DEVICE: Struct = Struct {
    name: "WeightDevice",
    fields: &[
        field(147, "WeightDevice", "Path", Str, 22, NEWEST, Empty(&[]), None),
        field(148, "WeightDevice", "Weight", UINT16, 22, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static THROTTLE_DEVICE: Struct = Struct {
    name: "ThrottleDevice",
    fields: &[
        field(149, "ThrottleDevice", "Path", Str, 22, NEWEST, Empty(&[]), None),
        field(150, "ThrottleDevice", "Rate", UINT64, 22, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static MOUNT: Struct = Struct {
    name: "Mount",
    fields: &[
        field(151, "Mount", "Type", Str, 25, NEWEST, Empty(&[]), None),
        field(152, "Mount", "Source", Str, 25, NEWEST, Empty(&[]), None),
        field(153, "Mount", "Target", Str, 25, NEWEST, Empty(&[]), None),
        field(154, "Mount", "ReadOnly", Bool, 25, NEWEST, Empty(&[]), None),
        field(155, "Mount", "BindOptions", Type::Struct(&BIND_OPTIONS), 25, NEWEST, Empty(&[]), None),
        field(156, "Mount", "VolumeOptions", Type::Struct(&VOLUME_OPTIONS), 25, NEWEST, Empty(&[]), None),
        field(157, "Mount", "TmpfsOptions", Type::Struct(&TMPFS_OPTIONS), 25, NEWEST, Empty(&[]), None),
        field(158, "Mount", "Consistency", Str, 28, NEWEST, Any, None),
        field(159, "Mount", "ClusterOptions", Type::Struct(&EMPTY), 42, NEWEST, Empty(&[]), None),
        field(160, "Mount", "ImageOptions", Type::Struct(&IMAGE_OPTIONS), 48, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static BIND_OPTIONS: Struct = Struct {
    name: "BindOptions",
    fields: &[
        field(161, "BindOptions", "Propagation", Str, 25, NEWEST, Empty(&[]), None),
        field(162, "BindOptions", "NonRecursive", Bool, 40, NEWEST, Empty(&[]), None),
        field(163, "BindOptions", "CreateMountpoint", Bool, 42, NEWEST, Empty(&[]), None),
        field(164, "BindOptions", "ReadOnlyNonRecursive", Bool, 44, NEWEST, Empty(&[]), None),
        field(165, "BindOptions", "ReadOnlyForceRecursive", Bool, 44, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static VOLUME_OPTIONS: Struct = Struct {
    name: "VolumeOptions",
    fields: &[
        field(166, "VolumeOptions", "NoCopy", Bool, 25, NEWEST, Empty(&[]), None),
        field(167, "VolumeOptions", "Labels", Map(&Text), 25, NEWEST, Empty(&[]), None),
        field(168, "VolumeOptions", "DriverConfig", Type::Struct(&DRIVER), 25, NEWEST, Empty(&[]), None),
        field(169, "VolumeOptions", "Subpath", Str, 45, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static TMPFS_OPTIONS: Struct = Struct {
    name: "TmpfsOptions",
    fields: &[
        field(170, "TmpfsOptions", "SizeBytes", INT64, 25, NEWEST, Empty(&[]), None),
        field(171, "TmpfsOptions", "Mode", UINT32, 25, NEWEST, Empty(&[]), None),
        field(172, "TmpfsOptions", "Options", List(&List(&Str)), 46, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static IMAGE_OPTIONS: Struct = Struct {
    name: "ImageOptions",
    fields: &[
        field(173, "ImageOptions", "Subpath", Str, 48, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static DRIVER: Struct = Struct {
    name: "Driver",
    fields: &[
        field(174, "Driver", "Name", Str, 24, NEWEST, Empty(&[]), None),
        field(175, "Driver", "Options", Map(&Str), 24, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static UPDATE_CONFIG: Struct = Struct {
    name: "UpdateConfig",
    fields: &[
        field(176, "UpdateConfig", "CpuShares", INT64, 22, NEWEST, Empty(&[]), Some("-c, --cpu-shares")),
        field(177, "UpdateConfig", "Memory", INT64, 22, NEWEST, Empty(&[]), Some("-m, --memory")),
        field(178, "UpdateConfig", "NanoCpus", INT64, 25, NEWEST, Empty(&[]), Some("--cpus")),
        field(179, "UpdateConfig", "CgroupParent", Str, 22, NEWEST, Empty(&[]), None),
        field(180, "UpdateConfig", "BlkioWeight", UINT16, 22, NEWEST, Empty(&[]), Some("--blkio-weight")),
        field(181, "UpdateConfig", "BlkioWeightDevice", List(&Type::Struct(&WEIGHT_DEVICE)), 22, NEWEST, Empty(&[]), None),
        field(182, "UpdateConfig", "BlkioDeviceReadBps", List(&Type::Struct(&THROTTLE_DEVICE)), 22, NEWEST, Empty(&[]), None),
        field(183, "UpdateConfig", "BlkioDeviceWriteBps", List(&Type::Struct(&THROTTLE_DEVICE)), 22, NEWEST, Empty(&[]), None),
        field(184, "UpdateConfig", "BlkioDeviceReadIOps", List(&Type::Struct(&THROTTLE_DEVICE)), 22, NEWEST, Empty(&[]), None),
        field(185, "UpdateConfig", "BlkioDeviceWriteIOps", List(&Type::Struct(&THROTTLE_DEVICE)), 22, NEWEST, Empty(&[]), None),
        field(186, "UpdateConfig", "CpuPeriod", INT64, 22, NEWEST, Empty(&[]), Some("--cpu-period")),
        field(187, "UpdateConfig", "CpuQuota", INT64, 22, NEWEST, Empty(&[]), Some("--cpu-quota")),
        field(188, "UpdateConfig", "CpuRealtimePeriod", INT64, 25, NEWEST, Empty(&[]), Some("--cpu-rt-period")),
        field(189, "UpdateConfig", "CpuRealtimeRuntime", INT64, 25, NEWEST, Empty(&[]), Some("--cpu-rt-runtime")),
        field(190, "UpdateConfig", "CpusetCpus", Str, 22, NEWEST, Empty(&[]), Some("--cpuset-cpus")),
        field(191, "UpdateConfig", "CpusetMems", Str, 22, NEWEST, Empty(&[]), Some("--cpuset-mems")),
        field(192, "UpdateConfig", "Devices", List(&Type::Struct(&DEVICE_MAPPING)), 22, NEWEST, NoMembers, None),
        field(193, "UpdateConfig", "DeviceCgroupRules", List(&Str), 28, NEWEST, Empty(&[]), None),
        field(194, "UpdateConfig", "DeviceRequests", List(&Type::Struct(&DEVICE_REQUEST)), 40, NEWEST, NoMembers, None),
        field(195, "UpdateConfig", "KernelMemory", INT64, 22, 51, Empty(&[]), Some("--kernel-memory")),
        field(196, "UpdateConfig", "KernelMemoryTCP", INT64, 40, 51, Empty(&[]), None),
        field(197, "UpdateConfig", "MemoryReservation", INT64, 22, NEWEST, Empty(&[]), Some("--memory-reservation")),
        field(198, "UpdateConfig", "MemorySwap", INT64, 22, NEWEST, Empty(&[]), Some("--memory-swap")),
        field(199, "UpdateConfig", "MemorySwappiness", INT64, 22, NEWEST, Null(&["-1"]), None),
        field(200, "UpdateConfig", "OomKillDisable", Bool, 22, NEWEST, Empty(&[]), None),
        field(201, "UpdateConfig", "PidsLimit", INT64, 22, NEWEST, Null(&[]), Some("--pids-limit")),
        field(202, "UpdateConfig", "Ulimits", List(&Type::Struct(&ULIMIT)), 22, NEWEST, Empty(&[]), None),
        field(203, "UpdateConfig", "CpuCount", INT64, 23, NEWEST, Empty(&[]), None),
        field(204, "UpdateConfig", "CpuPercent", INT64, 23, NEWEST, Empty(&[]), None),
        field(205, "UpdateConfig", "IOMaximumIOps", UINT64, 24, NEWEST, Empty(&[]), None),
        field(206, "UpdateConfig", "IOMaximumBandwidth", UINT64, 24, NEWEST, Empty(&[]), None),
        field(207, "UpdateConfig", "RestartPolicy", Type::Struct(&RESTART_POLICY), 23, NEWEST, Leaves, Some("--restart")),
        field(208, "UpdateConfig", "DiskQuota", INT64, 23, 39, Empty(&[]), None),
        field(209, "UpdateConfig", "BlkioIOps", UINT64, 23, 23, Empty(&[]), None),
        field(210, "UpdateConfig", "BlkioBps", UINT64, 23, 23, Empty(&[]), None),
        field(211, "UpdateConfig", "SandboxSize", UINT64, 23, 23, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static EXEC_CREATE: Struct = Struct {
    name: "ExecCreate",
    fields: &[
        field(212, "ExecCreate", "User", Str, 0, NEWEST, Empty(&[]), Some("-u, --user")),
        field(213, "ExecCreate", "Privileged", Bool, 0, NEWEST, Empty(&[]), Some("--privileged")),
        field(214, "ExecCreate", "Tty", Bool, 0, NEWEST, Empty(&[]), Some("-t, --tty")),
        field(215, "ExecCreate", "ConsoleSize", Size, 42, NEWEST, Any, None),
        field(216, "ExecCreate", "AttachStdin", Bool, 0, NEWEST, Empty(&[]), Some("-i, --interactive")),
        field(217, "ExecCreate", "AttachStderr", Bool, 0, NEWEST, Empty(&[]), None),
        field(218, "ExecCreate", "AttachStdout", Bool, 0, NEWEST, Empty(&[]), None),
        field(219, "ExecCreate", "Detach", Bool, 0, 51, Any, Some("-d, --detach")),
        field(220, "ExecCreate", "DetachKeys", Str, 22, NEWEST, Any, Some("--detach-keys")),
        field(221, "ExecCreate", "Env", List(&Text), 25, NEWEST, Empty(&[]), Some("-e, --env")),
        field(222, "ExecCreate", "WorkingDir", Str, 35, NEWEST, Empty(&[]), Some("-w, --workdir")),
        field(223, "ExecCreate", "Cmd", List(&Text), 0, NEWEST, Empty(&[]), None),
        field(224, "ExecCreate", "Container", Str, 0, 23, Any, None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static EXEC_START: Struct = Struct {
    name: "ExecStart",
    fields: &[
        field(225, "ExecStart", "Tty", Bool, 0, NEWEST, Empty(&[]), Some("-t, --tty")),
        field(226, "ExecStart", "Detach", Bool, 0, NEWEST, Empty(&[]), Some("-d, --detach")),
        field(227, "ExecStart", "ConsoleSize", Size, 42, NEWEST, Any, None),
        field(228, "ExecStart", "hijack", Type::Any, 0, NEWEST, Any, None),
        field(229, "ExecStart", "stdin", Type::Any, 0, NEWEST, Any, None),
        field(230, "ExecStart", "OutputCapacity", Type::Any, 0, NEWEST, Any, None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static VOLUME_CREATE: Struct = Struct {
    name: "VolumeCreate",
    fields: &[
        field(231, "VolumeCreate", "Name", Str, 21, NEWEST, Empty(&[]), None),
        field(232, "VolumeCreate", "Driver", Str, 21, NEWEST, Empty(&["local"]), Some("-d, --driver")),
        field(233, "VolumeCreate", "DriverOpts", Map(&Str), 21, NEWEST, Empty(&[]), Some("-o, --opt")),
        field(234, "VolumeCreate", "Labels", Map(&Text), 23, NEWEST, Empty(&[]), Some("--label")),
        field(235, "VolumeCreate", "ClusterVolumeSpec", Type::Struct(&CLUSTER_VOLUME_SPEC), 42, NEWEST, Empty(&[]), Some("--type, --scope, --sharing")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static NETWORK_CREATE: Struct = Struct {
    name: "NetworkCreate",
    fields: &[
        field(236, "NetworkCreate", "Name", Str, 21, NEWEST, Empty(&[]), None),
        field(237, "NetworkCreate", "CheckDuplicate", Bool, 21, 51, Any, None),
        field(238, "NetworkCreate", "Driver", Str, 21, NEWEST, Empty(&["bridge"]), Some("-d, --driver")),
        field(239, "NetworkCreate", "IPAM", Type::Struct(&IPAM), 21, NEWEST, Empty(&[]), Some("--ipam-driver, --ipam-opt, --subnet")),
        field(240, "NetworkCreate", "Options", Map(&Str), 21, NEWEST, Empty(&[]), Some("-o, --opt")),
        field(241, "NetworkCreate", "Internal", Bool, 22, NEWEST, Empty(&[]), Some("--internal")),
        field(242, "NetworkCreate", "EnableIPv6", Bool, 23, NEWEST, Empty(&[]), Some("--ipv6")),
        field(243, "NetworkCreate", "Labels", Map(&Text), 23, NEWEST, Empty(&[]), Some("--label")),
        field(244, "NetworkCreate", "Attachable", Bool, 25, NEWEST, Empty(&[]), Some("--attachable")),
        field(245, "NetworkCreate", "Ingress", Bool, 29, NEWEST, Empty(&[]), Some("--ingress")),
        field(246, "NetworkCreate", "Scope", Str, 30, NEWEST, Empty(&["local"]), Some("--scope")),
        field(247, "NetworkCreate", "ConfigOnly", Bool, 30, NEWEST, Empty(&[]), Some("--config-only")),
        field(248, "NetworkCreate", "ConfigFrom", Type::Struct(&CONFIG_REFERENCE), 30, NEWEST, Empty(&[]), Some("--config-from")),
        field(249, "NetworkCreate", "EnableIPv4", Bool, 48, NEWEST, Null(&["true"]), Some("--ipv4")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static IPAM: Struct = Struct {
    name: "IPAM",
    fields: &[
        field(250, "IPAM", "Driver", Str, 21, NEWEST, Empty(&["default"]), Some("--ipam-driver")),
        field(251, "IPAM", "Config", List(&Type::Struct(&IPAM_CONFIG)), 21, NEWEST, Empty(&[]), Some("--subnet")),
        field(252, "IPAM", "Options", Map(&Str), 22, NEWEST, Empty(&[]), Some("--ipam-opt")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static IPAM_CONFIG: Struct = Struct {
    name: "IPAMConfig",
    fields: &[
        field(253, "IPAMConfig", "Subnet", Str, 21, NEWEST, Empty(&[]), Some("--subnet")),
        field(254, "IPAMConfig", "IPRange", Str, 21, NEWEST, Empty(&[]), Some("--ip-range")),
        field(255, "IPAMConfig", "Gateway", Str, 21, NEWEST, Empty(&[]), Some("--gateway")),
        field(256, "IPAMConfig", "AuxiliaryAddresses", Map(&Str), 21, NEWEST, Empty(&[]), Some("--aux-address")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static CONFIG_REFERENCE: Struct = Struct {
    name: "ConfigReference",
    fields: &[
        field(257, "ConfigReference", "Network", Str, 30, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static NETWORK_CONNECT: Struct = Struct {
    name: "NetworkConnect",
    fields: &[
        field(258, "NetworkConnect", "Container", Str, 21, NEWEST, Empty(&[]), None),
        field(259, "NetworkConnect", "EndpointConfig", Type::Struct(&ENDPOINT_SETTINGS), 22, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static NETWORK_DISCONNECT: Struct = Struct {
    name: "NetworkDisconnect",
    fields: &[
        field(260, "NetworkDisconnect", "Container", Str, 21, NEWEST, Empty(&[]), None),
        field(261, "NetworkDisconnect", "Force", Bool, 22, NEWEST, Empty(&[]), Some("-f, --force")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static AUTH_CONFIG: Struct = Struct {
    name: "AuthConfig",
    fields: &[
        field(262, "AuthConfig", "username", Str, 0, NEWEST, Empty(&[]), None),
        field(263, "AuthConfig", "password", Text, 0, NEWEST, Empty(&[]), None),
        field(264, "AuthConfig", "auth", Text, 0, NEWEST, Empty(&[]), None),
        field(265, "AuthConfig", "email", Str, 0, NEWEST, Empty(&[]), None),
        field(266, "AuthConfig", "serveraddress", Str, 0, NEWEST, Empty(&[]), None),
        field(267, "AuthConfig", "identitytoken", Text, 0, NEWEST, Empty(&[]), None),
        field(268, "AuthConfig", "registrytoken", Text, 0, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static CONTAINER_COPY: Struct = Struct {
    name: "ContainerCopy",
    fields: &[
        field(269, "ContainerCopy", "Resource", Str, 0, NEWEST, Empty(&[]), None),
        field(270, "ContainerCopy", "HostPath", Str, 0, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static CHECKPOINT_CREATE: Struct = Struct {
    name: "CheckpointCreate",
    fields: &[
        field(271, "CheckpointCreate", "CheckpointID", Str, 25, NEWEST, Empty(&[]), None),
        field(272, "CheckpointCreate", "CheckpointDir", Str, 25, NEWEST, Empty(&[]), Some("--checkpoint-dir")),
        field(273, "CheckpointCreate", "Exit", Bool, 25, NEWEST, Empty(&[]), Some("--leave-running")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static VOLUME_UPDATE: Struct = Struct {
    name: "VolumeUpdate",
    fields: &[
        field(274, "VolumeUpdate", "Spec", Type::Struct(&CLUSTER_VOLUME_SPEC), 42, NEWEST, Section, None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static CLUSTER_VOLUME_SPEC: Struct = Struct {
    name: "ClusterVolumeSpec",
    fields: &[
        field(275, "ClusterVolumeSpec", "Group", Str, 42, NEWEST, Empty(&[]), Some("--group")),
        field(276, "ClusterVolumeSpec", "AccessMode", Type::Struct(&ACCESS_MODE), 42, NEWEST, Empty(&[]), None),
        field(277, "ClusterVolumeSpec", "AccessibilityRequirements", Type::Struct(&TOPOLOGY_REQUIREMENT), 42, NEWEST, Empty(&[]), None),
        field(278, "ClusterVolumeSpec", "CapacityRange", Type::Struct(&CAPACITY_RANGE), 42, NEWEST, Empty(&[]), None),
        field(279, "ClusterVolumeSpec", "Secrets", List(&Type::Struct(&VOLUME_SECRET)), 42, NEWEST, Empty(&[]), Some("--secret")),
        field(280, "ClusterVolumeSpec", "Availability", Str, 42, NEWEST, Empty(&[]), Some("--availability")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static ACCESS_MODE: Struct = Struct {
    name: "AccessMode",
    fields: &[
        field(281, "AccessMode", "Scope", Str, 42, NEWEST, Empty(&[]), Some("--scope")),
        field(282, "AccessMode", "Sharing", Str, 42, NEWEST, Empty(&[]), Some("--sharing")),
        field(283, "AccessMode", "MountVolume", Type::Struct(&MOUNT_VOLUME), 42, NEWEST, Empty(&[]), Some("--type")),
        field(284, "AccessMode", "BlockVolume", Type::Struct(&EMPTY), 42, NEWEST, Empty(&[]), Some("--type")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static MOUNT_VOLUME: Struct = Struct {
    name: "MountVolume",
    fields: &[
        field(285, "MountVolume", "FsType", Str, 42, NEWEST, Empty(&[]), None),
        field(286, "MountVolume", "MountFlags", List(&Str), 42, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static TOPOLOGY_REQUIREMENT: Struct = Struct {
    name: "TopologyRequirement",
    fields: &[
        field(287, "TopologyRequirement", "Requisite", List(&Type::Struct(&TOPOLOGY)), 42, NEWEST, Empty(&[]), Some("--topology-required")),
        field(288, "TopologyRequirement", "Preferred", List(&Type::Struct(&TOPOLOGY)), 42, NEWEST, Empty(&[]), Some("--topology-preferred")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static TOPOLOGY: Struct = Struct {
    name: "Topology",
    fields: &[
        field(289, "Topology", "Segments", Map(&Str), 42, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static CAPACITY_RANGE: Struct = Struct {
    name: "CapacityRange",
    fields: &[
        field(290, "CapacityRange", "RequiredBytes", INT64, 42, NEWEST, Empty(&[]), Some("--required-bytes")),
        field(291, "CapacityRange", "LimitBytes", INT64, 42, NEWEST, Empty(&[]), Some("--limit-bytes")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static VOLUME_SECRET: Struct = Struct {
    name: "VolumeSecret",
    fields: &[
        field(292, "VolumeSecret", "Key", Str, 42, NEWEST, Empty(&[]), None),
        field(293, "VolumeSecret", "Secret", Str, 42, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static SWARM_INIT: Struct = Struct {
    name: "SwarmInit",
    fields: &[
        field(294, "SwarmInit", "ListenAddr", Str, 24, NEWEST, Empty(&[]), Some("--listen-addr")),
        field(295, "SwarmInit", "AdvertiseAddr", Str, 24, NEWEST, Empty(&[]), Some("--advertise-addr")),
        field(296, "SwarmInit", "DataPathAddr", Str, 30, NEWEST, Empty(&[]), Some("--data-path-addr")),
        field(297, "SwarmInit", "DataPathPort", UINT32, 40, NEWEST, Empty(&[]), Some("--data-path-port")),
        field(298, "SwarmInit", "ForceNewCluster", Bool, 24, NEWEST, Empty(&[]), Some("--force-new-cluster")),
        field(299, "SwarmInit", "Spec", Type::Struct(&SWARM_SPEC), 24, NEWEST, Section, None),
        field(300, "SwarmInit", "AutoLockManagers", Bool, 25, NEWEST, Empty(&[]), Some("--autolock")),
        field(301, "SwarmInit", "Availability", Str, 27, NEWEST, Empty(&[]), Some("--availability")),
        field(302, "SwarmInit", "DefaultAddrPool", List(&Str), 39, NEWEST, Empty(&[]), Some("--default-addr-pool")),
        field(303, "SwarmInit", "SubnetSize", UINT32, 39, NEWEST, Empty(&[]), Some("--default-addr-pool-mask-length")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static SWARM_JOIN: Struct = Struct {
    name: "SwarmJoin",
    fields: &[
        field(304, "SwarmJoin", "ListenAddr", Str, 24, NEWEST, Empty(&[]), Some("--listen-addr")),
        field(305, "SwarmJoin", "AdvertiseAddr", Str, 24, NEWEST, Empty(&[]), Some("--advertise-addr")),
        field(306, "SwarmJoin", "DataPathAddr", Str, 30, NEWEST, Empty(&[]), Some("--data-path-addr")),
        field(307, "SwarmJoin", "RemoteAddrs", List(&Str), 24, NEWEST, Empty(&[]), None),
        field(308, "SwarmJoin", "JoinToken", Str, 24, NEWEST, Empty(&[]), Some("--token")),
        field(309, "SwarmJoin", "Availability", Str, 27, NEWEST, Empty(&[]), Some("--availability")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static SWARM_UNLOCK: Struct = Struct {
    name: "SwarmUnlock",
    fields: &[
        field(310, "SwarmUnlock", "UnlockKey", Str, 25, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static SWARM_SPEC: Struct = Struct {
    name: "SwarmSpec",
    fields: &[
        field(311, "SwarmSpec", "Name", Str, 24, NEWEST, Empty(&[]), None),
        field(312, "SwarmSpec", "Labels", Map(&Text), 24, NEWEST, Empty(&[]), None),
        field(313, "SwarmSpec", "Orchestration", Type::Struct(&ORCHESTRATION), 24, NEWEST, Empty(&[]), None),
        field(314, "SwarmSpec", "Raft", Type::Struct(&RAFT), 24, NEWEST, Empty(&[]), None),
        field(315, "SwarmSpec", "Dispatcher", Type::Struct(&DISPATCHER), 24, NEWEST, Empty(&[]), None),
        field(316, "SwarmSpec", "CAConfig", Type::Struct(&CA_CONFIG), 24, NEWEST, Empty(&[]), None),
        field(317, "SwarmSpec", "TaskDefaults", Type::Struct(&TASK_DEFAULTS), 24, NEWEST, Empty(&[]), None),
        field(318, "SwarmSpec", "EncryptionConfig", Type::Struct(&ENCRYPTION_CONFIG), 25, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static ORCHESTRATION: Struct = Struct {
    name: "Orchestration",
    fields: &[
        field(319, "Orchestration", "TaskHistoryRetentionLimit", INT64, 24, NEWEST, Empty(&[]), Some("--task-history-limit")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static RAFT: Struct = Struct {
    name: "Raft",
    fields: &[
        field(320, "Raft", "SnapshotInterval", UINT64, 24, NEWEST, Empty(&[]), Some("--snapshot-interval")),
        field(321, "Raft", "KeepOldSnapshots", UINT64, 24, NEWEST, Empty(&[]), Some("--max-snapshots")),
        field(322, "Raft", "LogEntriesForSlowFollowers", UINT64, 24, NEWEST, Empty(&[]), None),
        field(323, "Raft", "ElectionTick", INT64, 24, NEWEST, Empty(&[]), None),
        field(324, "Raft", "HeartbeatTick", INT64, 24, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static DISPATCHER: Struct = Struct {
    name: "Dispatcher",
    fields: &[
        field(325, "Dispatcher", "HeartbeatPeriod", INT64, 24, NEWEST, Empty(&[]), Some("--dispatcher-heartbeat")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static CA_CONFIG: Struct = Struct {
    name: "CAConfig",
    fields: &[
        field(326, "CAConfig", "NodeCertExpiry", INT64, 24, NEWEST, Empty(&[]), Some("--cert-expiry")),
        field(327, "CAConfig", "ExternalCAs", List(&Type::Struct(&EXTERNAL_CA)), 24, NEWEST, Empty(&[]), Some("--external-ca")),
        field(328, "CAConfig", "SigningCACert", Text, 30, NEWEST, Empty(&[]), Some("--ca-cert")),
        field(329, "CAConfig", "SigningCAKey", Text, 30, NEWEST, Empty(&[]), Some("--ca-key")),
        field(330, "CAConfig", "ForceRotate", UINT64, 30, NEWEST, Empty(&[]), Some("--rotate")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static EXTERNAL_CA: Struct = Struct {
    name: "ExternalCA",
    fields: &[
        field(331, "ExternalCA", "Protocol", Str, 24, NEWEST, Empty(&[]), None),
        field(332, "ExternalCA", "URL", Str, 24, NEWEST, Empty(&[]), None),
        field(333, "ExternalCA", "Options", Map(&Str), 24, NEWEST, Empty(&[]), None),
        field(334, "ExternalCA", "CACert", Text, 30, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static TASK_DEFAULTS: Struct = Struct {
    name: "TaskDefaults",
    fields: &[
        field(335, "TaskDefaults", "LogDriver", Type::Struct(&DRIVER), 24, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static ENCRYPTION_CONFIG: Struct = Struct {
    name: "EncryptionConfig",
    fields: &[
        field(336, "EncryptionConfig", "AutoLockManagers", Bool, 25, NEWEST, Empty(&[]), Some("--autolock")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static NODE_SPEC: Struct = Struct {
    name: "NodeSpec",
    fields: &[
        field(337, "NodeSpec", "Name", Str, 24, NEWEST, Empty(&[]), None),
        field(338, "NodeSpec", "Labels", Map(&Text), 24, NEWEST, Empty(&[]), Some("--label-add")),
        field(339, "NodeSpec", "Role", Str, 24, NEWEST, Empty(&[]), Some("--role")),
        field(340, "NodeSpec", "Availability", Str, 24, NEWEST, Empty(&[]), Some("--availability")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static SECRET_SPEC: Struct = Struct {
    name: "SecretSpec",
    fields: &[
        field(341, "SecretSpec", "Name", Str, 25, NEWEST, Empty(&[]), None),
        field(342, "SecretSpec", "Labels", Map(&Text), 25, NEWEST, Empty(&[]), Some("-l, --label")),
        field(343, "SecretSpec", "Data", Text, 25, NEWEST, Empty(&[]), None),
        field(344, "SecretSpec", "Driver", Type::Struct(&DRIVER), 31, NEWEST, Empty(&[]), Some("-d, --driver")),
        field(345, "SecretSpec", "Templating", Type::Struct(&DRIVER), 37, NEWEST, Empty(&[]), Some("--template-driver")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static CONFIG_SPEC: Struct = Struct {
    name: "ConfigSpec",
    fields: &[
        field(346, "ConfigSpec", "Name", Str, 30, NEWEST, Empty(&[]), None),
        field(347, "ConfigSpec", "Labels", Map(&Text), 30, NEWEST, Empty(&[]), Some("-l, --label")),
        field(348, "ConfigSpec", "Data", Text, 30, NEWEST, Empty(&[]), None),
        field(349, "ConfigSpec", "Templating", Type::Struct(&DRIVER), 37, NEWEST, Empty(&[]), Some("--template-driver")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static SERVICE_SPEC: Struct = Struct {
    name: "ServiceSpec",
    fields: &[
        field(350, "ServiceSpec", "Name", Str, 24, NEWEST, Empty(&[]), Some("--name")),
        field(351, "ServiceSpec", "Labels", Map(&Text), 24, NEWEST, Empty(&[]), Some("-l, --label")),
        field(352, "ServiceSpec", "TaskTemplate", Type::Struct(&TASK_SPEC), 24, NEWEST, Section, None),
        field(353, "ServiceSpec", "Mode", Type::Struct(&SERVICE_MODE), 24, NEWEST, Empty(&[]), Some("--mode")),
        field(354, "ServiceSpec", "UpdateConfig", Type::Struct(&SERVICE_UPDATE_CONFIG), 24, NEWEST, Empty(&[]), Some("--update-parallelism")),
        field(355, "ServiceSpec", "RollbackConfig", Type::Struct(&SERVICE_UPDATE_CONFIG), 28, NEWEST, Empty(&[]), Some("--rollback-parallelism")),
        field(356, "ServiceSpec", "Networks", List(&Type::Struct(&NETWORK_ATTACHMENT_CONFIG)), 24, NEWEST, NoMembers, Some("--network")),
        field(357, "ServiceSpec", "EndpointSpec", Type::Struct(&ENDPOINT_SPEC), 24, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static SERVICE_MODE: Struct = Struct {
    name: "ServiceMode",
    fields: &[
        field(358, "ServiceMode", "Replicated", Type::Struct(&REPLICATED_SERVICE), 24, NEWEST, Empty(&[]), Some("--replicas")),
        field(359, "ServiceMode", "Global", Type::Struct(&EMPTY), 24, NEWEST, Null(&[]), Some("--mode")),
        field(360, "ServiceMode", "ReplicatedJob", Type::Struct(&REPLICATED_JOB), 41, NEWEST, Null(&[]), Some("--mode")),
        field(361, "ServiceMode", "GlobalJob", Type::Struct(&EMPTY), 41, NEWEST, Null(&[]), Some("--mode")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static REPLICATED_SERVICE: Struct = Struct {
    name: "ReplicatedService",
    fields: &[
        field(362, "ReplicatedService", "Replicas", UINT64, 24, NEWEST, Null(&[]), Some("--replicas")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static REPLICATED_JOB: Struct = Struct {
    name: "ReplicatedJob",
    fields: &[
        field(363, "ReplicatedJob", "MaxConcurrent", UINT64, 41, NEWEST, Empty(&[]), Some("--max-concurrent")),
        field(364, "ReplicatedJob", "TotalCompletions", UINT64, 41, NEWEST, Empty(&[]), Some("--replicas")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static SERVICE_UPDATE_CONFIG: Struct = Struct {
    name: "ServiceUpdateConfig",
    fields: &[
        field(365, "ServiceUpdateConfig", "Parallelism", UINT64, 24, NEWEST, Empty(&[]), Some("--update-parallelism")),
        field(366, "ServiceUpdateConfig", "Delay", INT64, 24, NEWEST, Empty(&[]), Some("--update-delay")),
        field(367, "ServiceUpdateConfig", "FailureAction", Str, 24, NEWEST, Empty(&[]), Some("--update-failure-action")),
        field(368, "ServiceUpdateConfig", "Monitor", INT64, 25, NEWEST, Empty(&[]), Some("--update-monitor")),
        field(369, "ServiceUpdateConfig", "MaxFailureRatio", Float, 25, NEWEST, Empty(&[]), Some("--update-max-failure-ratio")),
        field(370, "ServiceUpdateConfig", "Order", Str, 29, NEWEST, Empty(&[]), Some("--update-order")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static NETWORK_ATTACHMENT_CONFIG: Struct = Struct {
    name: "NetworkAttachmentConfig",
    fields: &[
        field(371, "NetworkAttachmentConfig", "Target", Str, 24, NEWEST, Empty(&[]), Some("--network")),
        field(372, "NetworkAttachmentConfig", "Aliases", List(&Str), 24, NEWEST, Empty(&[]), Some("--network")),
        field(373, "NetworkAttachmentConfig", "DriverOpts", Map(&Str), 32, NEWEST, Empty(&[]), Some("--network")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static ENDPOINT_SPEC: Struct = Struct {
    name: "EndpointSpec",
    fields: &[
        field(374, "EndpointSpec", "Mode", Str, 24, NEWEST, Empty(&["vip"]), Some("--endpoint-mode")),
        field(375, "EndpointSpec", "Ports", List(&Type::Struct(&PORT_CONFIG)), 24, NEWEST, NoMembers, Some("-p, --publish")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static PORT_CONFIG: Struct = Struct {
    name: "PortConfig",
    fields: &[
        field(376, "PortConfig", "Name", Str, 24, NEWEST, Empty(&[]), None),
        field(377, "PortConfig", "Protocol", Str, 24, NEWEST, Empty(&[]), None),
        field(378, "PortConfig", "TargetPort", UINT32, 24, NEWEST, Empty(&[]), None),
        field(379, "PortConfig", "PublishedPort", UINT32, 24, NEWEST, Empty(&[]), None),
        field(380, "PortConfig", "PublishMode", Str, 25, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static TASK_SPEC: Struct = Struct {
    name: "TaskSpec",
    fields: &[
        field(381, "TaskSpec", "ContainerSpec", Type::Struct(&CONTAINER_SPEC), 24, NEWEST, Section, None),
        field(382, "TaskSpec", "PluginSpec", Type::Struct(&PLUGIN_SPEC), 30, NEWEST, NoMembers, None),
        field(383, "TaskSpec", "NetworkAttachmentSpec", Type::Struct(&NETWORK_ATTACHMENT_SPEC), 30, NEWEST, NoMembers, None),
        field(384, "TaskSpec", "Resources", Type::Struct(&RESOURCE_REQUIREMENTS), 24, NEWEST, Empty(&[]), None),
        field(385, "TaskSpec", "RestartPolicy", Type::Struct(&TASK_RESTART_POLICY), 24, NEWEST, Empty(&[]), Some("--restart-condition")),
        field(386, "TaskSpec", "Placement", Type::Struct(&PLACEMENT), 24, NEWEST, Empty(&[]), None),
        field(387, "TaskSpec", "Networks", List(&Type::Struct(&NETWORK_ATTACHMENT_CONFIG)), 25, NEWEST, NoMembers, Some("--network")),
        field(388, "TaskSpec", "LogDriver", Type::Struct(&DRIVER), 24, NEWEST, Empty(&[]), Some("--log-driver, --log-opt")),
        field(389, "TaskSpec", "ForceUpdate", UINT64, 25, NEWEST, Empty(&[]), Some("--force")),
        field(390, "TaskSpec", "Runtime", Str, 28, NEWEST, Empty(&["container"]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static CONTAINER_SPEC: Struct = Struct {
    name: "ContainerSpec",
    fields: &[
        field(391, "ContainerSpec", "Image", Str, 24, NEWEST, Empty(&[]), None),
        field(392, "ContainerSpec", "Labels", Map(&Text), 24, NEWEST, Empty(&[]), Some("--container-label")),
        field(393, "ContainerSpec", "Command", List(&Text), 24, NEWEST, Empty(&[]), Some("--entrypoint")),
        field(394, "ContainerSpec", "Args", List(&Text), 24, NEWEST, Empty(&[]), None),
        field(395, "ContainerSpec", "Hostname", Str, 26, NEWEST, Empty(&[]), Some("--hostname")),
        field(396, "ContainerSpec", "Env", List(&Text), 24, NEWEST, Empty(&[]), Some("-e, --env")),
        field(397, "ContainerSpec", "Dir", Str, 24, NEWEST, Empty(&[]), Some("-w, --workdir")),
        field(398, "ContainerSpec", "User", Str, 24, NEWEST, Empty(&[]), Some("-u, --user")),
        field(399, "ContainerSpec", "Groups", List(&Str), 25, NEWEST, Empty(&[]), Some("--group")),
        field(400, "ContainerSpec", "Privileges", Type::Struct(&PRIVILEGES), 30, NEWEST, Empty(&[]), None),
        field(401, "ContainerSpec", "Init", Bool, 37, NEWEST, Empty(&[]), Some("--init")),
        field(402, "ContainerSpec", "StopSignal", Str, 28, NEWEST, Empty(&[]), Some("--stop-signal")),
        field(403, "ContainerSpec", "TTY", Bool, 25, NEWEST, Empty(&[]), Some("-t, --tty")),
        field(404, "ContainerSpec", "OpenStdin", Bool, 26, NEWEST, Empty(&[]), None),
        field(405, "ContainerSpec", "ReadOnly", Bool, 28, NEWEST, Empty(&[]), Some("--read-only")),
        field(406, "ContainerSpec", "Mounts", List(&Type::Struct(&MOUNT)), 24, NEWEST, NoMembers, Some("--mount")),
        field(407, "ContainerSpec", "StopGracePeriod", INT64, 24, NEWEST, Null(&[]), Some("--stop-grace-period")),
        field(408, "ContainerSpec", "Healthcheck", Type::Struct(&HEALTHCHECK), 26, NEWEST, Empty(&[]), Some("--health-cmd")),
        field(409, "ContainerSpec", "Hosts", List(&Str), 26, NEWEST, Empty(&[]), Some("--host")),
        field(410, "ContainerSpec", "DNSConfig", Type::Struct(&DNS_CONFIG), 25, NEWEST, Empty(&[]), Some("--dns")),
        field(411, "ContainerSpec", "Secrets", List(&Type::Struct(&SECRET_REFERENCE)), 25, NEWEST, NoMembers, Some("--secret")),
        field(412, "ContainerSpec", "Configs", List(&Type::Struct(&CONFIG_REFERENCE_SPEC)), 30, NEWEST, NoMembers, Some("--config")),
        field(413, "ContainerSpec", "Isolation", Str, 35, NEWEST, Empty(&["default"]), Some("--isolation")),
        field(414, "ContainerSpec", "Sysctls", Map(&Str), 40, NEWEST, Empty(&[]), Some("--sysctl")),
        field(415, "ContainerSpec", "CapabilityAdd", List(&Str), 41, NEWEST, Empty(&[]), Some("--cap-add")),
        field(416, "ContainerSpec", "CapabilityDrop", List(&Str), 41, NEWEST, Empty(&[]), Some("--cap-drop")),
        field(417, "ContainerSpec", "Ulimits", List(&Type::Struct(&ULIMIT)), 41, NEWEST, Empty(&[]), Some("--ulimit")),
        field(418, "ContainerSpec", "OomScoreAdj", INT64, 46, NEWEST, Empty(&[]), Some("--oom-score-adj")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static PRIVILEGES: Struct = Struct {
    name: "Privileges",
    fields: &[
        field(419, "Privileges", "CredentialSpec", Type::Struct(&CREDENTIAL_SPEC), 30, NEWEST, Empty(&[]), Some("--credential-spec")),
        field(420, "Privileges", "SELinuxContext", Type::Struct(&SE_LINUX_CONTEXT), 30, NEWEST, Empty(&[]), None),
        field(421, "Privileges", "Seccomp", Type::Struct(&SECCOMP_OPTS), 44, NEWEST, Empty(&[]), None),
        field(422, "Privileges", "AppArmor", Type::Struct(&APP_ARMOR_OPTS), 44, NEWEST, Empty(&[]), None),
        field(423, "Privileges", "NoNewPrivileges", Bool, 44, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static CREDENTIAL_SPEC: Struct = Struct {
    name: "CredentialSpec",
    fields: &[
        field(424, "CredentialSpec", "Config", Str, 40, NEWEST, Empty(&[]), None),
        field(425, "CredentialSpec", "File", Str, 30, NEWEST, Empty(&[]), None),
        field(426, "CredentialSpec", "Registry", Str, 30, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static SE_LINUX_CONTEXT: Struct = Struct {
    name: "SELinuxContext",
    fields: &[
        field(427, "SELinuxContext", "Disable", Bool, 30, NEWEST, Empty(&[]), None),
        field(428, "SELinuxContext", "User", Str, 30, NEWEST, Empty(&[]), None),
        field(429, "SELinuxContext", "Role", Str, 30, NEWEST, Empty(&[]), None),
        field(430, "SELinuxContext", "Type", Str, 30, NEWEST, Empty(&[]), None),
        field(431, "SELinuxContext", "Level", Str, 30, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static SECCOMP_OPTS: Struct = Struct {
    name: "SeccompOpts",
    fields: &[
        field(432, "SeccompOpts", "Mode", Str, 44, NEWEST, Empty(&[]), None),
        field(433, "SeccompOpts", "Profile", Text, 44, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static APP_ARMOR_OPTS: Struct = Struct {
    name: "AppArmorOpts",
    fields: &[
        field(434, "AppArmorOpts", "Mode", Str, 44, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static DNS_CONFIG: Struct = Struct {
    name: "DNSConfig",
    fields: &[
        field(435, "DNSConfig", "Nameservers", List(&Str), 25, NEWEST, Empty(&[]), Some("--dns")),
        field(436, "DNSConfig", "Search", List(&Str), 25, NEWEST, Empty(&[]), Some("--dns-search")),
        field(437, "DNSConfig", "Options", List(&Str), 25, NEWEST, Empty(&[]), Some("--dns-option")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static SECRET_REFERENCE: Struct = Struct {
    name: "SecretReference",
    fields: &[
        field(438, "SecretReference", "File", Type::Struct(&REFERENCE_FILE), 25, NEWEST, Empty(&[]), None),
        field(439, "SecretReference", "SecretID", Str, 25, NEWEST, Empty(&[]), None),
        field(440, "SecretReference", "SecretName", Str, 25, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static CONFIG_REFERENCE_SPEC: Struct = Struct {
    name: "ConfigReferenceSpec",
    fields: &[
        field(441, "ConfigReferenceSpec", "File", Type::Struct(&REFERENCE_FILE), 30, NEWEST, Empty(&[]), None),
        field(442, "ConfigReferenceSpec", "Runtime", Type::Struct(&EMPTY), 40, NEWEST, Empty(&[]), None),
        field(443, "ConfigReferenceSpec", "ConfigID", Str, 30, NEWEST, Empty(&[]), None),
        field(444, "ConfigReferenceSpec", "ConfigName", Str, 30, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static REFERENCE_FILE: Struct = Struct {
    name: "ReferenceFile",
    fields: &[
        field(445, "ReferenceFile", "Name", Str, 25, NEWEST, Empty(&[]), None),
        field(446, "ReferenceFile", "UID", Str, 25, NEWEST, Empty(&[]), None),
        field(447, "ReferenceFile", "GID", Str, 25, NEWEST, Empty(&[]), None),
        field(448, "ReferenceFile", "Mode", UINT32, 25, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static PLUGIN_SPEC: Struct = Struct {
    name: "PluginSpec",
    fields: &[
        field(449, "PluginSpec", "name", Str, 30, NEWEST, Empty(&[]), None),
        field(450, "PluginSpec", "remote", Str, 30, NEWEST, Empty(&[]), None),
        field(451, "PluginSpec", "privileges", List(&Type::Struct(&PLUGIN_PRIVILEGE)), 30, NEWEST, Empty(&[]), None),
        field(452, "PluginSpec", "disabled", Bool, 30, NEWEST, Empty(&[]), None),
        field(453, "PluginSpec", "env", List(&Text), 30, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static NETWORK_ATTACHMENT_SPEC: Struct = Struct {
    name: "NetworkAttachmentSpec",
    fields: &[
        field(454, "NetworkAttachmentSpec", "ContainerID", Str, 30, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static RESOURCE_REQUIREMENTS: Struct = Struct {
    name: "ResourceRequirements",
    fields: &[
        field(455, "ResourceRequirements", "Limits", Type::Struct(&RESOURCE_LIMITS), 24, NEWEST, Empty(&[]), None),
        field(456, "ResourceRequirements", "Reservations", Type::Struct(&RESOURCE_RESERVATIONS), 24, NEWEST, Empty(&[]), None),
        field(457, "ResourceRequirements", "SwapBytes", INT64, 52, NEWEST, Null(&[]), Some("--memory-swap")),
        field(458, "ResourceRequirements", "MemorySwappiness", INT64, 52, NEWEST, Null(&[]), Some("--memory-swappiness")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static RESOURCE_LIMITS: Struct = Struct {
    name: "ResourceLimits",
    fields: &[
        field(459, "ResourceLimits", "NanoCPUs", INT64, 24, NEWEST, Empty(&[]), Some("--limit-cpu")),
        field(460, "ResourceLimits", "MemoryBytes", INT64, 24, NEWEST, Empty(&[]), Some("--limit-memory")),
        field(461, "ResourceLimits", "Pids", INT64, 41, NEWEST, Empty(&[]), Some("--limit-pids")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static RESOURCE_RESERVATIONS: Struct = Struct {
    name: "ResourceReservations",
    fields: &[
        field(462, "ResourceReservations", "NanoCPUs", INT64, 24, NEWEST, Empty(&[]), Some("--reserve-cpu")),
        field(463, "ResourceReservations", "MemoryBytes", INT64, 24, NEWEST, Empty(&[]), Some("--reserve-memory")),
        field(464, "ResourceReservations", "GenericResources", List(&Type::Struct(&GENERIC_RESOURCE)), 32, NEWEST, Empty(&[]), Some("--generic-resource")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static GENERIC_RESOURCE: Struct = Struct {
    name: "GenericResource",
    fields: &[
        field(465, "GenericResource", "NamedResourceSpec", Type::Struct(&NAMED_GENERIC_RESOURCE), 32, NEWEST, Empty(&[]), None),
        field(466, "GenericResource", "DiscreteResourceSpec", Type::Struct(&DISCRETE_GENERIC_RESOURCE), 32, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static NAMED_GENERIC_RESOURCE: Struct = Struct {
    name: "NamedGenericResource",
    fields: &[
        field(467, "NamedGenericResource", "Kind", Str, 32, NEWEST, Empty(&[]), None),
        field(468, "NamedGenericResource", "Value", Str, 32, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static DISCRETE_GENERIC_RESOURCE: Struct = Struct {
    name: "DiscreteGenericResource",
    fields: &[
        field(469, "DiscreteGenericResource", "Kind", Str, 32, NEWEST, Empty(&[]), None),
        field(470, "DiscreteGenericResource", "Value", INT64, 32, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static TASK_RESTART_POLICY: Struct = Struct {
    name: "TaskRestartPolicy",
    fields: &[
        field(471, "TaskRestartPolicy", "Condition", Str, 24, NEWEST, Empty(&["any"]), Some("--restart-condition")),
        field(472, "TaskRestartPolicy", "Delay", INT64, 24, NEWEST, Null(&[]), Some("--restart-delay")),
        field(473, "TaskRestartPolicy", "MaxAttempts", UINT64, 24, NEWEST, Null(&["0"]), Some("--restart-max-attempts")),
        field(474, "TaskRestartPolicy", "Window", INT64, 24, NEWEST, Empty(&[]), Some("--restart-window")),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static PLACEMENT: Struct = Struct {
    name: "Placement",
    fields: &[
        field(475, "Placement", "Constraints", List(&Str), 24, NEWEST, Empty(&[]), Some("--constraint")),
        field(476, "Placement", "Preferences", List(&Type::Struct(&PLACEMENT_PREFERENCE)), 27, NEWEST, Empty(&[]), Some("--placement-pref")),
        field(477, "Placement", "MaxReplicas", UINT64, 40, NEWEST, Empty(&[]), Some("--replicas-max-per-node")),
        field(478, "Placement", "Platforms", List(&Type::Struct(&PLATFORM)), 30, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static PLACEMENT_PREFERENCE: Struct = Struct {
    name: "PlacementPreference",
    fields: &[
        field(479, "PlacementPreference", "Spread", Type::Struct(&SPREAD_OVER), 27, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static SPREAD_OVER: Struct = Struct {
    name: "SpreadOver",
    fields: &[
        field(480, "SpreadOver", "SpreadDescriptor", Str, 27, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static PLATFORM: Struct = Struct {
    name: "Platform",
    fields: &[
        field(481, "Platform", "Architecture", Str, 30, NEWEST, Empty(&[]), None),
        field(482, "Platform", "OS", Str, 30, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static PLUGIN_PRIVILEGE: Struct = Struct {
    name: "PluginPrivilege",
    fields: &[
        field(483, "PluginPrivilege", "Name", Str, 24, NEWEST, Empty(&[]), None),
        field(484, "PluginPrivilege", "Description", Text, 24, NEWEST, Empty(&[]), None),
        field(485, "PluginPrivilege", "Value", List(&Str), 24, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static OCI_PLATFORM: Struct = Struct {
    name: "OciPlatform",
    fields: &[
        field(486, "OciPlatform", "architecture", Str, 32, NEWEST, Empty(&[]), None),
        field(487, "OciPlatform", "os", Str, 32, NEWEST, Empty(&[]), None),
        field(488, "OciPlatform", "os.version", Str, 32, NEWEST, Empty(&[]), None),
        field(489, "OciPlatform", "os.features", List(&Str), 32, NEWEST, Empty(&[]), None),
        field(490, "OciPlatform", "variant", Str, 32, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static BUILD_OUTPUT: Struct = Struct {
    name: "BuildOutput",
    fields: &[
        field(491, "BuildOutput", "Type", Str, 40, NEWEST, Empty(&[]), None),
        field(492, "BuildOutput", "Attrs", Map(&Text), 40, NEWEST, Empty(&[]), None),
    ],
    embedded: None,
    stray: None,
    last: ApiVersion::new(NEWEST),
};

pub(super) static CONTAINER_CREATE: Struct = Struct {
    name: "ContainerCreate",
    fields: &[
        field(493, "ContainerCreate", "HostConfig", Type::Struct(&HOST_CONFIG), 0, NEWEST, Section, None),
        field(494, "ContainerCreate", "NetworkingConfig", Type::Struct(&NETWORKING_CONFIG), 21, NEWEST, Section, None),
        field(495, "ContainerCreate", "name", Type::Any, 0, NEWEST, Any, None),
        field(496, "ContainerCreate", "platform", Type::Any, 0, NEWEST, Any, None),
    ],
    embedded: Some(&CONFIG),
    stray: Some(&HOST_CONFIG),
    last: ApiVersion::new(NEWEST),
};

pub(super) static CONTAINER_START: Struct = Struct {
    name: "ContainerStart",
    fields: &[
    ],
    embedded: Some(&HOST_CONFIG),
    stray: None,
    last: ApiVersion::new(23),
};

pub(super) static IMAGE_COMMIT: Struct = Struct {
    name: "ImageCommit",
    fields: &[
    ],
    embedded: Some(&CONFIG),
    stray: None,
    last: ApiVersion::new(NEWEST),
};

/// How many fields there are.
pub const FIELDS: usize = 497;

/// Every struct.
pub static STRUCTS: &[&Struct] = &[
    &EMPTY,
    &CONFIG,
    &HOST_CONFIG,
    &NETWORKING_CONFIG,
    &ENDPOINT_SETTINGS,
    &ENDPOINT_IPAM_CONFIG,
    &HEALTHCHECK,
    &LOG_CONFIG,
    &RESTART_POLICY,
    &DEVICE_MAPPING,
    &DEVICE_REQUEST,
    &PORT_BINDING,
    &ULIMIT,
    &WEIGHT_DEVICE,
    &THROTTLE_DEVICE,
    &MOUNT,
    &BIND_OPTIONS,
    &VOLUME_OPTIONS,
    &TMPFS_OPTIONS,
    &IMAGE_OPTIONS,
    &DRIVER,
    &UPDATE_CONFIG,
    &EXEC_CREATE,
    &EXEC_START,
    &VOLUME_CREATE,
    &NETWORK_CREATE,
    &IPAM,
    &IPAM_CONFIG,
    &CONFIG_REFERENCE,
    &NETWORK_CONNECT,
    &NETWORK_DISCONNECT,
    &AUTH_CONFIG,
    &CONTAINER_COPY,
    &CHECKPOINT_CREATE,
    &VOLUME_UPDATE,
    &CLUSTER_VOLUME_SPEC,
    &ACCESS_MODE,
    &MOUNT_VOLUME,
    &TOPOLOGY_REQUIREMENT,
    &TOPOLOGY,
    &CAPACITY_RANGE,
    &VOLUME_SECRET,
    &SWARM_INIT,
    &SWARM_JOIN,
    &SWARM_UNLOCK,
    &SWARM_SPEC,
    &ORCHESTRATION,
    &RAFT,
    &DISPATCHER,
    &CA_CONFIG,
    &EXTERNAL_CA,
    &TASK_DEFAULTS,
    &ENCRYPTION_CONFIG,
    &NODE_SPEC,
    &SECRET_SPEC,
    &CONFIG_SPEC,
    &SERVICE_SPEC,
    &SERVICE_MODE,
    &REPLICATED_SERVICE,
    &REPLICATED_JOB,
    &SERVICE_UPDATE_CONFIG,
    &NETWORK_ATTACHMENT_CONFIG,
    &ENDPOINT_SPEC,
    &PORT_CONFIG,
    &TASK_SPEC,
    &CONTAINER_SPEC,
    &PRIVILEGES,
    &CREDENTIAL_SPEC,
    &SE_LINUX_CONTEXT,
    &SECCOMP_OPTS,
    &APP_ARMOR_OPTS,
    &DNS_CONFIG,
    &SECRET_REFERENCE,
    &CONFIG_REFERENCE_SPEC,
    &REFERENCE_FILE,
    &PLUGIN_SPEC,
    &NETWORK_ATTACHMENT_SPEC,
    &RESOURCE_REQUIREMENTS,
    &RESOURCE_LIMITS,
    &RESOURCE_RESERVATIONS,
    &GENERIC_RESOURCE,
    &NAMED_GENERIC_RESOURCE,
    &DISCRETE_GENERIC_RESOURCE,
    &TASK_RESTART_POLICY,
    &PLACEMENT,
    &PLACEMENT_PREFERENCE,
    &SPREAD_OVER,
    &PLATFORM,
    &PLUGIN_PRIVILEGE,
    &OCI_PLATFORM,
    &BUILD_OUTPUT,
    &CONTAINER_CREATE,
    &CONTAINER_START,
    &IMAGE_COMMIT,
];
