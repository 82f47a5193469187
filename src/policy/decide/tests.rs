#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use http::HeaderValue;

use super::*;
use crate::policy::load;

fn policy(name: &str) -> Policy {
    load::policy(name, None, None).unwrap_or_else(|error| panic!("{error}"))
}

fn ask(policy: &Policy, endpoint: Endpoint, target: &str, body: &str) -> Verdict {
    let target = Target::parse(target).unwrap();
    let headers = HeaderMap::new();
    let identity = Identity::nobody();
    let body = (!body.is_empty()).then_some(body.as_bytes());
    decide(
        policy,
        &Question { endpoint, target: &target, identity: &identity, headers: &headers, body, known: Known::none() },
    )
}

fn create(policy: &Policy, body: &str) -> Verdict {
    ask(policy, Endpoint::ContainerCreate, "/v1.25/containers/create", body)
}

fn refusal(verdict: Verdict) -> Refusal {
    match verdict {
        Verdict::Refuse(refusal) => refusal,
        Verdict::Permit(permit) => panic!("permitted: {permit:?}"),
    }
}

fn permit(verdict: Verdict) -> Permit {
    match verdict {
        Verdict::Permit(permit) => permit,
        Verdict::Refuse(refusal) => panic!("{}", refusal.message()),
    }
}

fn paths(refusal: &Refusal) -> Vec<&str> {
    refusal.points.iter().map(|point| point.path.as_str()).collect()
}

/// What `docker create busybox echo hi` of CLI 28.2 sends.
const CLI_28: &str = r#"{"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":true,"AttachStderr":true,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":["echo","hi"],"Image":"busybox","Volumes":{},"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":{},"HostConfig":{"Binds":null,"ContainerIDFile":"","LogConfig":{"Type":"","Config":{}},"NetworkMode":"default","PortBindings":{},"RestartPolicy":{"Name":"no","MaximumRetryCount":0},"AutoRemove":false,"VolumeDriver":"","VolumesFrom":null,"ConsoleSize":[0,0],"CapAdd":null,"CapDrop":null,"CgroupnsMode":"","Dns":[],"DnsOptions":[],"DnsSearch":[],"ExtraHosts":null,"GroupAdd":null,"IpcMode":"","Cgroup":"","Links":null,"OomScoreAdj":0,"PidMode":"","Privileged":false,"PublishAllPorts":false,"ReadonlyRootfs":false,"SecurityOpt":null,"UTSMode":"","UsernsMode":"","ShmSize":0,"Isolation":"","CpuShares":0,"Memory":0,"NanoCpus":0,"CgroupParent":"","BlkioWeight":0,"BlkioWeightDevice":[],"BlkioDeviceReadBps":[],"BlkioDeviceWriteBps":[],"BlkioDeviceReadIOps":[],"BlkioDeviceWriteIOps":[],"CpuPeriod":0,"CpuQuota":0,"CpuRealtimePeriod":0,"CpuRealtimeRuntime":0,"CpusetCpus":"","CpusetMems":"","Devices":[],"DeviceCgroupRules":null,"DeviceRequests":null,"MemoryReservation":0,"MemorySwap":0,"MemorySwappiness":-1,"OomKillDisable":false,"PidsLimit":0,"Ulimits":[],"CpuCount":0,"CpuPercent":0,"IOMaximumIOps":0,"IOMaximumBandwidth":0,"MaskedPaths":null,"ReadonlyPaths":null},"NetworkingConfig":{"EndpointsConfig":{"default":{"IPAMConfig":null,"Links":null,"Aliases":null,"MacAddress":"","DriverOpts":null,"GwPriority":0,"NetworkID":"","EndpointID":"","Gateway":"","IPAddress":"","IPPrefixLen":0,"IPv6Gateway":"","GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,"DNSNames":null}}}}"#;

/// The same of CLI 20.10, as far as it differs.
fn cli_20() -> String {
    let (config, _) = CLI_28.split_once(r#","NetworkingConfig""#).unwrap();
    let config = config.replace(r#""Ulimits":[]"#, r#""Ulimits":null,"KernelMemory":0,"KernelMemoryTCP":0"#);
    let config = config.replace(r#"Bps":[]"#, r#"Bps":null"#).replace(r#"IOps":[]"#, r#"IOps":null"#);
    config + r#","NetworkingConfig":{"EndpointsConfig":{}}}"#
}

#[test]
fn what_the_stock_cli_sends_passes_unharmed_under_every_profile() {
    for (name, _) in load::PROFILES {
        let policy = policy(name);
        for body in [CLI_28.to_owned(), cli_20()] {
            let permit = permit(create(&policy, &body));
            assert_eq!(permit.body, None, "{name}: it is sent as it came");
            assert_eq!((permit.target, permit.warnings), (None, Vec::new()), "{name}");
        }
    }
}

#[test]
fn docker_run_rm_passes_under_every_profile() {
    let body = CLI_28.replace(r#""AutoRemove":false"#, r#""AutoRemove":true"#);
    for (name, _) in load::PROFILES {
        permit(create(&policy(name), &body));
    }
}

#[test]
fn all_that_is_refused_is_named_at_once() {
    let body = CLI_28
        .replace(r#""Privileged":false"#, r#""Privileged":true"#)
        .replace(r#""CpuShares":0"#, r#""CpuShares":512"#)
        .replace(r#""Binds":null"#, r#""Binds":["/etc:/etc","data:/data"]"#);
    let refusal = refusal(create(&policy("vic"), &body));
    assert_eq!(refusal.status, StatusCode::BAD_REQUEST);
    let expected = r#"vSphere Integrated Containers does not support 3 settings of this call:
  HostConfig.Binds[0] = "/etc:/etc" (-v, --volume)
    "/etc" is a path of the host, and a container VM cannot reach the host's files
    instead: a volume by name, as in -v data:/etc, and "docker cp" for the files
    [vic: field HostConfig.Binds]
  HostConfig.Privileged = true (--privileged)
    each container is a VM of its own: there is no host that the flag could open, and inside its VM the process has all rights anyway
    instead: leave the flag out
    [vic: field HostConfig.Privileged]
  HostConfig.CpuShares = 512 (-c, --cpu-shares)
    vSphere shares out CPU among VMs, and VIC passes no weight on
    instead: shares on the VCH's resource pool in vSphere
    [vic: field HostConfig.CpuShares]
Nothing was done. "vicgate matrix --profile vic" shows what is supported."#;
    assert_eq!(refusal.message(), expected);
}

#[test]
fn a_refused_operation_ends_it_with_501() {
    let refusal = refusal(ask(&policy("vic"), Endpoint::ImageBuild, "/v1.25/build?squash=1", ""));
    assert_eq!(refusal.status, StatusCode::NOT_IMPLEMENTED);
    let expected = "vSphere Integrated Containers does not support this operation:
  POST /build
    planned for later: VIC does not build images yet
    instead: build on a Docker Engine, push to a registry, and pull from there
    [vic: endpoint ImageBuild]";
    assert_eq!(refusal.message(), expected);
}

#[test]
fn an_open_profile_reads_nothing() {
    let policy = policy("engine");
    let target = Target::parse("/v1.41/containers/create").unwrap();
    assert!(!needs_body(&policy, Endpoint::ContainerCreate, &target));
    assert_eq!(create(&policy, "not json at all"), Verdict::Permit(Permit::default()));
}

#[test]
fn bodies_are_read_where_rows_look_into_them() {
    let policy = policy("vic");
    let target = Target::parse("/v1.25/x").unwrap();
    let needs = |endpoint| needs_body(&policy, endpoint, &target);
    assert!(needs(Endpoint::ContainerCreate) && needs(Endpoint::ContainerExec) && needs(Endpoint::ExecStart));
    assert!(!needs(Endpoint::ImageBuild) && !needs(Endpoint::ImageLoad) && !needs(Endpoint::SwarmInit));
    assert!(!needs(Endpoint::ContainerKill));
}

#[test]
fn a_field_in_another_case_is_the_same_field() {
    let refusal = refusal(create(&policy("vic"), r#"{"Image":"x","hostconfig":{"PRIVILEGED":true}}"#));
    assert_eq!(paths(&refusal), ["HostConfig.Privileged"]);
}

#[test]
fn a_body_that_two_readers_could_read_differently_is_refused() {
    for body in [
        r#"{"Image":"x","Image":"y"}"#,
        r#"{"Image":"x"} {}"#,
        r#"{"Image":1}"#,
        r#"{"Image":"x","Privileged":true}"#,
        "[]",
        "nonsense",
    ] {
        let refusal = refusal(create(&policy("vic"), body));
        assert_eq!(refusal.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(refusal.points.iter().all(|point| point.rule.starts_with("reading:")), "{body}: {refusal:?}");
    }
}

#[test]
fn a_field_that_no_version_has_is_refused_with_the_nearest_name() {
    let refusal = refusal(create(&policy("vic"), r#"{"Image":"x","HostConfig":{"Privilegd":true}}"#));
    assert_eq!(paths(&refusal), ["HostConfig.Privilegd"]);
    assert!(refusal.message().contains("did you mean \"Privileged\"?"), "{}", refusal.message());
}

#[test]
fn query_and_body_are_refused_together() {
    let verdict = ask(
        &policy("vic"),
        Endpoint::ContainerCreate,
        "/v1.25/containers/create?platform=linux/arm64&nmae=x",
        r#"{"Image":"x","HostConfig":{"NetworkMode":"host"}}"#,
    );
    assert_eq!(paths(&refusal(verdict)), ["nmae", "platform", "HostConfig.NetworkMode"]);
}

#[test]
fn clutter_that_clients_send_is_left_out_of_what_is_sent() {
    let target = "/v1.25/containers/json?limit=-1&all=1&size=0&trunc_cmd=0";
    let permit = permit(ask(&policy("vic"), Endpoint::ContainerList, target, ""));
    assert_eq!(permit.target.unwrap().to_wire(None), "/containers/json?limit=-1&all=1&size=0");
}

#[test]
fn a_parameter_that_two_readers_could_read_differently_is_refused() {
    let target = "/v1.25/containers/x/kill?signal=TERM&signal=KILL";
    let refusal = refusal(ask(&policy("vic"), Endpoint::ContainerKill, target, ""));
    assert_eq!((refusal.status, paths(&refusal)), (StatusCode::BAD_REQUEST, vec!["signal"]));
}

#[test]
fn rows_within_a_field_are_found_through_lists_and_maps() {
    let body = r#"{"Image":"x","NetworkingConfig":{"EndpointsConfig":{"my.net":{"IPAMConfig":{"IPv4Address":"10.0.0.2","IPv6Address":"fd00::2"}}}}}"#;
    let refusal = refusal(create(&policy("vic"), body));
    assert_eq!(paths(&refusal), [r#"NetworkingConfig.EndpointsConfig["my.net"].IPAMConfig.IPv6Address"#]);
    assert_eq!(refusal.points[0].rule, "vic: field NetworkingConfig.EndpointsConfig.*.IPAMConfig.IPv6Address");
}

#[test]
fn what_is_lost_in_silence_by_vic_1_5_is_refused() {
    for host in [
        r#""Privileged":true"#,
        r#""CapAdd":["ALL"]"#,
        r#""RestartPolicy":{"Name":"always"}"#,
        r#""Mounts":[{"Type":"volume","Source":"v","Target":"/v"}]"#,
        r#""NanoCpus":1500000000"#,
        r#""CpusetCpus":"0-3""#,
        r#""PortBindings":{"80/tcp":[{"HostPort":"2376"}]}"#,
        r#""MaskedPaths":[]"#,
        r#""Binds":["/etc:/etc"]"#,
    ] {
        let refusal = refusal(create(&policy("vic-1.5"), &format!(r#"{{"Image":"x","HostConfig":{{{host}}}}}"#)));
        assert_eq!(refusal.points.len(), 1, "{host}: {}", refusal.message());
    }
}

#[test]
fn what_vic_1_5_really_does_passes() {
    let body = r#"{"Image":"x","ExposedPorts":{"80/tcp":{}},"User":"1000","Tty":true,"Labels":{"a":"b"},"HostConfig":{"Memory":1073741824,"CpusetCpus":"2","PortBindings":{"80/tcp":[{"HostPort":"8080"}]},"Links":["db:db"],"Dns":["10.0.0.1"],"Binds":["data:/data"],"NetworkMode":"net1"},"NetworkingConfig":{"EndpointsConfig":{"net1":{"IPAMConfig":{"IPv4Address":"172.18.0.9"},"Aliases":["web"]}}}}"#;
    permit(create(&policy("vic-1.5"), body));
}

mod when_unsupported_is {
    use super::*;

    fn variant(unsupported: &str) -> Policy {
        let dir = tempfile::tempdir().unwrap();
        let text = format!("name = \"own\"\nextends = \"vic\"\n{unsupported}\n");
        std::fs::write(dir.path().join("own.toml"), text).unwrap();
        load::policy("own", None, Some(dir.path())).unwrap_or_else(|error| panic!("{error}"))
    }

    const ROW: &str = "[[field]]\nendpoint = \"ContainerCreate\"\nnames = [\"HostConfig.CpuShares\", \"HostConfig.Privileged\"]\nsupport = \"no\"\nreason = \"none of it\"\nunsupported = ";
    const BODY: &str = r#"{"Image":"x","HostConfig":{"CpuShares":512,"Privileged":true,"NetworkMode":"default"}}"#;

    #[test]
    fn drop_the_field_goes_and_the_answer_says_so() {
        let permit = permit(create(&variant(&format!("{ROW}\"drop\"")), BODY));
        let body = String::from_utf8(permit.body.unwrap()).unwrap();
        assert_eq!(body, r#"{"Image":"x","HostConfig":{"NetworkMode":"default"}}"#);
        assert_eq!(
            permit.warnings,
            [
                "HostConfig.CpuShares = 512 (-c, --cpu-shares) was left out: none of it [own: field HostConfig.CpuShares]",
                "HostConfig.Privileged = true (--privileged) was left out: none of it [own: field HostConfig.Privileged]",
            ]
        );
    }

    #[test]
    fn drop_only_the_items_go_that_a_rule_objects_to() {
        let row = "[[field]]\nendpoint = \"ContainerCreate\"\nname = \"HostConfig.Binds\"\nsupport = \"diff\"\nrule = \"named-volumes\"\nunsupported = \"drop\"";
        let body = r#"{"Image":"x","HostConfig":{"Binds":["/a:/a","data:/data","/b:/b"]}}"#;
        let permit = permit(create(&variant(row), body));
        let sent = String::from_utf8(permit.body.unwrap()).unwrap();
        assert_eq!(sent, r#"{"Image":"x","HostConfig":{"Binds":["data:/data"]}}"#);
        assert_eq!(permit.warnings.len(), 2);
        assert!(permit.warnings[1].starts_with(r#"HostConfig.Binds[2] = "/b:/b" (-v, --volume) was left out: "#));
    }

    #[test]
    fn forward_the_field_stays() {
        let permit = permit(create(&variant(&format!("{ROW}\"forward\"")), BODY));
        assert_eq!(permit.body, None, "it is sent as it came");
        assert!(permit.warnings.is_empty());
    }

    #[test]
    fn drop_a_parameter_goes() {
        let row = "[[query]]\nendpoint = \"ContainerLogs\"\nname = \"details\"\nsupport = \"no\"\nreason = \"r\"\nunsupported = \"drop\"";
        let verdict = ask(&variant(row), Endpoint::ContainerLogs, "/v1.25/containers/x/logs?details=1&stdout=1", "");
        assert_eq!(permit(verdict).target.unwrap().to_wire(None), "/containers/x/logs?stdout=1");
    }

    #[test]
    fn drop_a_header_goes() {
        let row = "[[header]]\nendpoint = \"ImageCreate\"\nname = \"X-Registry-Auth\"\nsupport = \"no\"\nreason = \"r\"\nunsupported = ";
        let mut headers = HeaderMap::new();
        headers.insert("x-registry-auth", HeaderValue::from_static("secret"));
        let target = Target::parse("/v1.25/images/create?fromImage=x").unwrap();
        let identity = Identity::nobody();
        let question = Question {
            endpoint: Endpoint::ImageCreate,
            target: &target,
            identity: &identity,
            headers: &headers,
            body: None,
            known: Known::none(),
        };
        let dropped = permit(decide(&variant(&format!("{row}\"drop\"")), &question));
        assert_eq!(dropped.without_headers, ["x-registry-auth"]);
        let refused = refusal(decide(&variant(&format!("{row}\"reject\"")), &question));
        assert!(!refused.message().contains("secret"));
    }
}

#[test]
fn a_rule_may_send_something_else() {
    let dir = tempfile::tempdir().unwrap();
    let text = "name = \"own\"\nextends = \"vic\"\n[[endpoint]]\nname = \"ImageBuild\"\nsupport = \"yes\"\n";
    std::fs::write(dir.path().join("own.toml"), text).unwrap();
    let policy = load::policy("own", None, Some(dir.path())).unwrap();
    let permit = permit(ask(&policy, Endpoint::ImageBuild, "/v1.25/build?memory=536870913&t=a&t=b", ""));
    assert_eq!(permit.target.unwrap().to_wire(None), "/build?memory=671088640&t=a&t=b");
}

#[test]
fn variables_and_credentials_are_not_shown() {
    let refusal = refusal(create(&policy("vic"), r#"{"Image":"x","Env":"SECRET=hunter2"}"#));
    let message = refusal.message();
    assert!(!message.contains("hunter2") && message.contains("SECRET=…"), "{message}");
}

#[test]
fn explaining_tells_each_rule_that_spoke() {
    let target = Target::parse("/v1.25/containers/create?name=web").unwrap();
    let (headers, identity) = (HeaderMap::new(), Identity::nobody());
    let body = Some(&br#"{"Image":"x","HostConfig":{"Privileged":true}}"#[..]);
    let question = Question {
        endpoint: Endpoint::ContainerCreate,
        target: &target,
        identity: &identity,
        headers: &headers,
        body,
        known: Known::none(),
    };
    let (verdict, steps) = explain(&policy("vic"), &question);
    assert_eq!(verdict, decide(&policy("vic"), &question));
    let told: Vec<_> = steps.iter().map(|step| (step.rule.as_str(), step.says.as_str(), step.effect.word())).collect();
    assert_eq!(
        told,
        [
            ("vic: endpoint ContainerCreate", "yes", "passes"),
            ("vic: query ContainerCreate name", "yes", "passes"),
            ("vic: field Image", "maybe", "passes"),
            ("vic: field HostConfig.Privileged", "no", "refused"),
        ]
    );
}
