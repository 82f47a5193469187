use crate::docker::endpoint::Endpoint;
use crate::docker::json::parse;
use crate::docker::schema::{body, read};
use crate::docker::version::ApiVersion;

fn used(endpoint: Endpoint, text: &str) -> Vec<String> {
    let body = read(body(endpoint).unwrap(), parse(text.as_bytes()).unwrap(), ApiVersion::new(44)).unwrap();
    body.used().into_iter().map(|used| used.path).collect()
}

fn host(text: &str) -> Vec<String> {
    used(Endpoint::ContainerCreate, &format!(r#"{{"HostConfig":{{{text}}}}}"#))
}

/// What the stock CLI 28 sends for `docker create busybox echo hi`.
const CLI_28: &str = r#"{"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":true,"AttachStderr":true,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":["echo","hi"],"Image":"busybox","Volumes":{},"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":{},"HostConfig":{"Binds":null,"ContainerIDFile":"","LogConfig":{"Type":"","Config":{}},"NetworkMode":"default","PortBindings":{},"RestartPolicy":{"Name":"no","MaximumRetryCount":0},"AutoRemove":false,"VolumeDriver":"","VolumesFrom":null,"ConsoleSize":[0,0],"CapAdd":null,"CapDrop":null,"CgroupnsMode":"","Dns":[],"DnsOptions":[],"DnsSearch":[],"ExtraHosts":null,"GroupAdd":null,"IpcMode":"","Cgroup":"","Links":null,"OomScoreAdj":0,"PidMode":"","Privileged":false,"PublishAllPorts":false,"ReadonlyRootfs":false,"SecurityOpt":null,"UTSMode":"","UsernsMode":"","ShmSize":0,"Isolation":"","CpuShares":0,"Memory":0,"NanoCpus":0,"CgroupParent":"","BlkioWeight":0,"BlkioWeightDevice":[],"BlkioDeviceReadBps":[],"BlkioDeviceWriteBps":[],"BlkioDeviceReadIOps":[],"BlkioDeviceWriteIOps":[],"CpuPeriod":0,"CpuQuota":0,"CpuRealtimePeriod":0,"CpuRealtimeRuntime":0,"CpusetCpus":"","CpusetMems":"","Devices":[],"DeviceCgroupRules":null,"DeviceRequests":null,"MemoryReservation":0,"MemorySwap":0,"MemorySwappiness":-1,"OomKillDisable":false,"PidsLimit":0,"Ulimits":[],"CpuCount":0,"CpuPercent":0,"IOMaximumIOps":0,"IOMaximumBandwidth":0,"MaskedPaths":null,"ReadonlyPaths":null},"NetworkingConfig":{"EndpointsConfig":{"default":{"IPAMConfig":null,"Links":null,"Aliases":null,"MacAddress":"","DriverOpts":null,"GwPriority":0,"NetworkID":"","EndpointID":"","Gateway":"","IPAddress":"","IPPrefixLen":0,"IPv6Gateway":"","GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,"DNSNames":null}}}}"#;

#[test]
fn a_plain_docker_create_uses_nothing_but_what_was_typed() {
    assert_eq!(used(Endpoint::ContainerCreate, CLI_28), ["AttachStdout", "AttachStderr", "Cmd", "Image"]);
}

#[test]
fn the_generic_rule_takes_what_is_empty_for_no_use() {
    let text = r#""Binds":[],"Dns":null,"Privileged":false,"Memory":0,"PidMode":"","DnsSearch":[""],"Ulimits":[{}],"LxcConf":{},"Sysctls":{}"#;
    assert!(host(text).is_empty());
    assert_eq!(host(r#""Memory":5"#), ["HostConfig.Memory"]);
    assert_eq!(host(r#""Privileged":true"#), ["HostConfig.Privileged"]);
    assert_eq!(host(r#""Ulimits":[{"Name":"nofile"}]"#), ["HostConfig.Ulimits"]);
}

#[test]
fn a_member_of_a_map_is_a_use_whatever_it_holds() {
    assert_eq!(host(r#""Tmpfs":{"/run":""}"#), ["HostConfig.Tmpfs"]);
    assert_eq!(host(r#""PortBindings":{"80/tcp":null}"#), ["HostConfig.PortBindings"]);
    let text = r#"{"Volumes":{"/data":{}},"ExposedPorts":{"80/tcp":{}},"Labels":{"a":""}}"#;
    assert_eq!(used(Endpoint::ContainerCreate, text), ["Volumes", "ExposedPorts", "Labels"]);
}

#[test]
fn values_that_say_what_is_so_anyway_are_no_use() {
    for text in [
        r#""NetworkMode":"default""#,
        r#""NetworkMode":"bridge""#,
        r#""RestartPolicy":{"Name":"no","MaximumRetryCount":0}"#,
        r#""RestartPolicy":{}"#,
        r#""MemorySwappiness":-1"#,
        r#""MemorySwappiness":null"#,
        r#""PidsLimit":-1"#,
        r#""PidsLimit":0"#,
        r#""ConsoleSize":[24,80]"#,
        r#""ContainerIDFile":"/tmp/cid""#,
        r#""ShmSize":67108864"#,
        r#""LogConfig":{"Type":"json-file","Config":{}}"#,
        r#""LogConfig":{"Type":"","Config":null}"#,
        r#""Isolation":"default""#,
        r#""Runtime":"runc""#,
        r#""VolumeDriver":"local""#,
        r#""OomKillDisable":false,"Init":false"#,
        r#""MemorySwap":-1"#,
        r#""MemorySwap":-1,"Memory":0"#,
        r#""MaskedPaths":null,"ReadonlyPaths":null"#,
    ] {
        assert!(host(text).is_empty(), "{text}");
    }
    let text =
        r#"{"StopSignal":"SIGTERM","StopTimeout":null,"Entrypoint":[],"Healthcheck":{"Test":[]},"ArgsEscaped":true}"#;
    assert!(used(Endpoint::ContainerCreate, text).is_empty());
}

#[test]
fn some_values_that_look_empty_are_a_use() {
    for (text, path) in [
        (r#""MemorySwappiness":0"#, "HostConfig.MemorySwappiness"),
        (r#""MaskedPaths":[]"#, "HostConfig.MaskedPaths"),
        (r#""ReadonlyPaths":[]"#, "HostConfig.ReadonlyPaths"),
        (r#""RestartPolicy":{"Name":"no","MaximumRetryCount":2}"#, "HostConfig.RestartPolicy"),
        (r#""DeviceRequests":[{}]"#, "HostConfig.DeviceRequests"),
        (r#""LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}}"#, "HostConfig.LogConfig"),
        (r#""MemorySwap":5"#, "HostConfig.MemorySwap"),
    ] {
        assert_eq!(host(text), [path]);
    }
    assert_eq!(host(r#""Memory":5,"MemorySwap":-1"#), ["HostConfig.Memory", "HostConfig.MemorySwap"]);
    let text = r#"{"Entrypoint":[""],"StopTimeout":0,"Healthcheck":{"Test":["NONE"]},"StopSignal":"SIGKILL"}"#;
    assert_eq!(used(Endpoint::ContainerCreate, text), ["Entrypoint", "StopTimeout", "Healthcheck", "StopSignal"]);
}

#[test]
fn the_endpoint_of_the_network_that_the_container_joins_anyway_is_no_use() {
    let endpoints = |mode: &str, endpoints: &str| {
        let text = format!(
            r#"{{"HostConfig":{{"NetworkMode":"{mode}"}},"NetworkingConfig":{{"EndpointsConfig":{endpoints}}}}}"#
        );
        used(Endpoint::ContainerCreate, &text).contains(&"NetworkingConfig.EndpointsConfig".to_owned())
    };
    for (mode, text) in [
        ("default", "null"),
        ("default", "{}"),
        ("default", r#"{"default":{}}"#),
        ("default", r#"{"default":null}"#),
        ("bridge", r#"{"bridge":{"IPAMConfig":{},"GwPriority":0}}"#),
        ("mynet", r#"{"mynet":{"IPAddress":"10.0.0.5","EndpointID":"x","DNSNames":["a"]}}"#),
    ] {
        assert!(!endpoints(mode, text), "{mode} {text}");
    }
    for (mode, text) in [
        ("default", r#"{"other":{}}"#),
        ("default", r#"{"default":{},"bridge":{}}"#),
        ("mynet", r#"{"mynet":{"IPAMConfig":{"IPv4Address":"10.0.0.5"}}}"#),
        ("mynet", r#"{"mynet":{"DriverOpts":{"a":""}}}"#),
        ("mynet", r#"{"MyNet":{}}"#),
    ] {
        assert!(endpoints(mode, text), "{mode} {text}");
    }
}

#[test]
fn an_update_sets_what_a_create_leaves_alone() {
    let text =
        r#"{"CpuShares":0,"MemorySwappiness":null,"PidsLimit":null,"RestartPolicy":{"Name":"","MaximumRetryCount":0}}"#;
    assert!(used(Endpoint::ContainerUpdate, text).is_empty());
    let text = r#"{"PidsLimit":0,"RestartPolicy":{"Name":"no","MaximumRetryCount":0}}"#;
    assert_eq!(used(Endpoint::ContainerUpdate, text), ["PidsLimit", "RestartPolicy"]);
    assert_eq!(used(Endpoint::ContainerUpdate, r#"{"PidsLimit":-1}"#), ["PidsLimit"]);
}

#[test]
fn plain_networks_volumes_and_execs_use_what_was_typed() {
    let text = r#"{"Name":"n","CheckDuplicate":true,"Driver":"bridge","Scope":"","EnableIPv4":true,"EnableIPv6":false,"IPAM":{"Driver":"default","Options":{},"Config":[]},"Internal":false,"Attachable":false,"Ingress":false,"ConfigOnly":false,"ConfigFrom":null,"Options":{},"Labels":{}}"#;
    assert_eq!(used(Endpoint::NetworkCreate, text), ["Name"]);
    let text =
        r#"{"EnableIPv4":false,"IPAM":{"Driver":"default","Config":[{"Subnet":"10.0.0.0/8"}]},"Driver":"macvlan"}"#;
    assert_eq!(used(Endpoint::NetworkCreate, text), ["EnableIPv4", "IPAM", "Driver"]);
    assert_eq!(used(Endpoint::VolumeCreate, r#"{"Driver":"local","DriverOpts":{},"Labels":{},"Name":"v"}"#), ["Name"]);
    let text = r#"{"User":"","Privileged":false,"Tty":false,"AttachStdin":false,"AttachStderr":true,"AttachStdout":true,"Detach":true,"DetachKeys":"ctrl-x","Env":null,"WorkingDir":"","Cmd":["id"],"Container":"c"}"#;
    assert_eq!(used(Endpoint::ContainerExec, text), ["AttachStderr", "AttachStdout", "Cmd"]);
}
