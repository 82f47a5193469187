mod uses;

use std::fmt::Write as _;

use super::*;
use crate::docker::json::parse;
use crate::docker::target::Target;
use crate::docker::version::ApiVersion;
use crate::docker::{query, schema};

/// The facts of one kind, as `value` or `value (implied)`, separated by commas.
fn said(kind: Kind, endpoint: Endpoint, target: &str, body: &str) -> String {
    let target = Target::parse(target).unwrap();
    let query = query::read(endpoint, &target, ApiVersion::NEWEST).unwrap();
    let body = (!body.is_empty()).then(|| {
        schema::read(schema::body(endpoint).unwrap(), parse(body.as_bytes()).unwrap(), ApiVersion::NEWEST).unwrap()
    });
    let facts = read(endpoint, target.name(endpoint), Some(&query), body.as_ref(), KindSet::ALL);
    let mut text = String::new();
    for fact in facts.facts.iter().filter(|fact| fact.kind == kind) {
        let separator = if text.is_empty() { "" } else { ", " };
        let implied = if fact.grant == Grant::Implied { " (implied)" } else { "" };
        write!(text, "{separator}{}{implied}", fact.value).unwrap();
    }
    text
}

fn create(kind: Kind, body: &str) -> String {
    said(kind, Endpoint::ContainerCreate, "/containers/create", body)
}

fn host(kind: Kind, host: &str) -> String {
    create(kind, &format!(r#"{{"Image":"x","HostConfig":{{{host}}}}}"#))
}

fn service(kind: Kind, spec: &str) -> String {
    let body = format!(r#"{{"TaskTemplate":{{"ContainerSpec":{{{spec}}}}}}}"#);
    said(kind, Endpoint::ServiceCreate, "/services/create", &body)
}

#[test]
fn a_bind_is_one_fact_in_all_its_spellings() {
    for spelling in [
        r#""Binds":["/etc:/h"]"#,
        r#""Binds":["//etc//:/h:rw,z"]"#,
        r#""Binds":["/srv/../etc/.:/h"]"#,
        r#""Mounts":[{"Type":"bind","Source":"/etc","Target":"/h"}]"#,
        r#""Mounts":[{"Type":"bind","Source":"/etc/","Target":"/h","ReadOnly":false}]"#,
        r#""Mounts":[{"Type":"bind","Source":"/etc","Target":"/h","ReadOnly":true,"BindOptions":{"ReadOnlyNonRecursive":true}}]"#,
        r#""Mounts":[{"Type":"volume","Target":"/h","VolumeOptions":{"DriverConfig":{"Name":"local","Options":{"type":"none","o":"bind","device":"/etc"}}}}]"#,
        r#""Mounts":[{"Type":"volume","Target":"/h","VolumeOptions":{"DriverConfig":{"Options":{"o":"rw,rbind","device":"/etc"}}}}]"#,
        r#""Mounts":[{"Type":"volume","Source":"/etc","Target":"/h"}]"#,
        r#""Mounts":[{"Type":"volume","Target":"/h","VolumeOptions":{"DriverConfig":{"Name":"local","Options":{"type":"overlay","device":"overlay","o":"lowerdir=/etc"}}}}]"#,
    ] {
        assert_eq!(host(Kind::Bind, spelling), "/etc", "{spelling}");
    }
    assert_eq!(create(Kind::Bind, r#"{"Image":"x","Volumes":{"/etc:/h":{}}}"#), "/etc");
    let start = said(Kind::Bind, Endpoint::ContainerStart, "/v1.20/containers/x/start", r#"{"Binds":["/etc:/h"]}"#);
    assert_eq!(start, "/etc");
    assert_eq!(service(Kind::Bind, r#""Mounts":[{"Type":"bind","Source":"/etc","Target":"/h"}]"#), "/etc");
    let volume = r#"{"Name":"v","Driver":"local","DriverOpts":{"type":"none","o":"bind","device":"/etc"}}"#;
    assert_eq!(said(Kind::Bind, Endpoint::VolumeCreate, "/volumes/create", volume), "/etc");
    let plugin = r#"[{"Name":"mount","Description":"","Value":["/etc"]}]"#;
    assert_eq!(said(Kind::Bind, Endpoint::PluginPull, "/plugins/pull?remote=a/b", plugin), "/etc");
    let in_service =
        r#"{"TaskTemplate":{"PluginSpec":{"remote":"a/b","privileges":[{"Name":"mount","Value":["/etc"]}]}}}"#;
    assert_eq!(said(Kind::Bind, Endpoint::ServiceUpdate, "/services/x/update?version=1", in_service), "/etc");
    let checkpoint = r#"{"CheckpointID":"c","CheckpointDir":"/etc"}"#;
    assert_eq!(said(Kind::Bind, Endpoint::CheckpointCreate, "/containers/x/checkpoints", checkpoint), "/etc");
    for (endpoint, target) in [
        (Endpoint::ContainerStart, "/containers/x/start?checkpoint=c&checkpoint-dir=/etc"),
        (Endpoint::CheckpointList, "/containers/x/checkpoints?dir=/etc"),
        (Endpoint::CheckpointDelete, "/containers/x/checkpoints/c?dir=/srv/../etc"),
    ] {
        assert_eq!(said(Kind::Bind, endpoint, target, ""), "/etc", "{target}");
    }
}

#[test]
fn a_bind_that_cannot_be_written_is_told_apart() {
    for spelling in [
        r#""Binds":["/etc:/h:ro"]"#,
        r#""Binds":["/etc:/h:z,ro"]"#,
        r#""Mounts":[{"Type":"bind","Source":"/etc","Target":"/h","ReadOnly":true}]"#,
        r#""Mounts":[{"Type":"volume","Target":"/h","VolumeOptions":{"DriverConfig":{"Options":{"o":"bind,ro","device":"/etc"}}}}]"#,
    ] {
        assert_eq!(host(Kind::Bind, spelling), "/etc:ro", "{spelling}");
    }
}

#[test]
fn what_is_no_volume_and_no_path_is_a_bind_that_no_path_matches() {
    for odd in ["./x:/y", "../x:/y", "~/x:/y", "a/b:/y", " /etc:/y", "C\\x:/y"] {
        let body = format!(r#""Binds":[{}]"#, Json::from(odd));
        let bind = host(Kind::Bind, &body);
        assert!(!bind.is_empty() && !bind.starts_with('/'), "{odd}: {bind}");
    }
    assert_eq!(host(Kind::Unreadable, r#""Binds":["/a:/b:ro:rw"]"#), "true");
    assert_eq!(host(Kind::Unreadable, r#""Binds":["C:\\x:/y:ro"]"#), "true");
}

#[test]
fn volumes_by_name_are_no_binds() {
    assert_eq!(host(Kind::Volume, r#""Binds":["data:/d","/anonymous","a.b-c_1:/x:ro"]"#), "data, a.b-c_1");
    assert_eq!(host(Kind::Bind, r#""Binds":["data:/d","/anonymous"]"#), "");
    assert_eq!(host(Kind::Volume, r#""Mounts":[{"Type":"volume","Source":"data","Target":"/d"}]"#), "data");
    let body = r#"{"Name":"data","Driver":"local"}"#;
    assert_eq!(said(Kind::Volume, Endpoint::VolumeCreate, "/volumes/create", body), "data");
}

#[test]
fn options_of_a_volume_that_are_no_bind_stand_for_themselves() {
    let options = |text: &str| {
        let body = format!(r#"{{"Name":"v","DriverOpts":{text}}}"#);
        said(Kind::VolumeOption, Endpoint::VolumeCreate, "/volumes/create", &body)
    };
    assert_eq!(
        options(r#"{"type":"nfs","o":"addr=10.0.0.1,rw,nolock","device":":/export"}"#),
        "type=nfs, o=addr=10.0.0.1, device=:/export"
    );
    assert_eq!(options(r#"{"type":"cifs","o":"username=a","device":"//srv/x"}"#), "type=cifs, o=username=a");
    assert_eq!(options(r#"{"type":"none","o":"bind","device":"/etc"}"#), "");
    assert_eq!(options(r#"{"Device":"/etc","Type":"none"}"#), "Device=/etc, Type=none");
    let disk = r#"{"Name":"v","DriverOpts":{"type":"ext4","device":"/dev/sda1"}}"#;
    assert_eq!(said(Kind::Device, Endpoint::VolumeCreate, "/volumes/create", disk), "/dev/sda1");
}

#[test]
fn privileged_brings_everything_that_it_is_made_of() {
    assert_eq!(host(Kind::Privileged, r#""Privileged":true"#), "true");
    assert_eq!(host(Kind::Capability, r#""Privileged":true"#), "ALL (implied)");
    assert_eq!(host(Kind::Device, r#""Privileged":true"#), "/dev (implied)");
    assert_eq!(host(Kind::Privileged, r#""Privileged":false"#), "");
    let exec =
        said(Kind::Privileged, Endpoint::ContainerExec, "/containers/x/exec", r#"{"Cmd":["a"],"Privileged":true}"#);
    assert_eq!(exec, "true");
    let start = said(Kind::Privileged, Endpoint::ContainerStart, "/v1.20/containers/x/start", r#"{"Privileged":true}"#);
    assert_eq!(start, "true");
}

#[test]
fn a_capability_has_one_spelling() {
    for text in ["SYS_ADMIN", "sys_admin", "CAP_SYS_ADMIN", "cap_Sys_Admin", " CAP_SYS_ADMIN "] {
        assert_eq!(host(Kind::Capability, &format!(r#""CapAdd":["{text}"]"#)), "SYS_ADMIN", "{text}");
        assert_eq!(service(Kind::Capability, &format!(r#""CapabilityAdd":["{text}"]"#)), "SYS_ADMIN", "{text}");
    }
    assert_eq!(host(Kind::Capability, r#""CapAdd":"all""#), "ALL");
    let plugin = r#"[{"Name":"capabilities","Value":["CAP_SYS_ADMIN"]}]"#;
    assert_eq!(said(Kind::Capability, Endpoint::PluginUpgrade, "/plugins/a/upgrade?remote=b", plugin), "SYS_ADMIN");
}

#[test]
fn namespaces_of_the_host_and_of_others_are_named_alike() {
    for (body, expected) in [
        (r#""PidMode":"host""#, "pid:host"),
        (r#""PidMode":"container:db""#, "pid:container:db"),
        (r#""IpcMode":"host""#, "ipc:host"),
        (r#""IpcMode":"shareable""#, ""),
        (r#""UTSMode":"host""#, "uts:host"),
        (r#""UsernsMode":"host""#, "user:host"),
        (r#""CgroupnsMode":"host""#, "cgroup:host"),
        (r#""CgroupnsMode":"private""#, ""),
        (r#""Cgroup":"container:db""#, "cgroup:container:db"),
        (r#""NetworkMode":"host""#, "network:host"),
        (r#""NetworkMode":"container:db""#, "network:container:db"),
        (r#""NetworkMode":"ns:/proc/1/ns/net""#, "network:ns:/proc/1/ns/net"),
    ] {
        assert_eq!(host(Kind::Namespace, body), expected, "{body}");
    }
    let endpoints = r#"{"Image":"x","NetworkingConfig":{"EndpointsConfig":{"host":{}}}}"#;
    assert_eq!(create(Kind::Namespace, endpoints), "network:host");
    let build = |target| said(Kind::Namespace, Endpoint::ImageBuild, target, "");
    assert_eq!(build("/build?networkmode=host"), "network:host");
    assert_eq!(build("/build?networkmode=container:db"), "network:container:db");
    let connect = said(Kind::Namespace, Endpoint::NetworkConnect, "/networks/host/connect", r#"{"Container":"x"}"#);
    assert_eq!(connect, "network:host");
    for body in [r#"{"Networks":[{"Target":"host"}]}"#, r#"{"TaskTemplate":{"Networks":[{"Target":"host"}]}}"#] {
        assert_eq!(said(Kind::Namespace, Endpoint::ServiceCreate, "/services/create", body), "network:host", "{body}");
    }
    let plugin = r#"[{"Name":"network","Value":["host"]},{"Name":"pidhost","Value":["true"]}]"#;
    assert_eq!(said(Kind::Namespace, Endpoint::PluginPull, "/plugins/pull?remote=a", plugin), "network:host, pid:host");
}

#[test]
fn a_security_option_has_one_spelling() {
    for (text, expected) in [
        ("seccomp=unconfined", "seccomp=unconfined"),
        ("seccomp:unconfined", "seccomp=unconfined"),
        ("apparmor:unconfined", "apparmor=unconfined"),
        ("label=disable", "label=disable"),
        ("label:disable", "label=disable"),
        ("disable", "label=disable"),
        ("no-new-privileges", "no-new-privileges=true"),
        ("no-new-privileges=1", "no-new-privileges=true"),
        ("no-new-privileges:F", "no-new-privileges=false"),
        ("no-new-privileges=no", "no-new-privileges=no"),
        ("writable-cgroups", "writable-cgroups"),
        ("writable-cgroups=true", "writable-cgroups=true"),
        (r#"seccomp={\"defaultAction\":\"SCMP_ACT_ALLOW\"}"#, "seccomp=profile"),
        ("label=type:spc_t", "label=type:spc_t"),
    ] {
        assert_eq!(host(Kind::SecurityOption, &format!(r#""SecurityOpt":["{text}"]"#)), expected, "{text}");
    }
    for paths in [r#""MaskedPaths":[]"#, r#""ReadonlyPaths":[]"#, r#""MaskedPaths":["/proc/kcore"]"#] {
        assert_eq!(host(Kind::SecurityOption, paths), "systempaths=unconfined", "{paths}");
    }
    assert_eq!(host(Kind::SecurityOption, r#""MaskedPaths":null"#), "");
    for (spec, expected) in [
        (r#"{"Seccomp":{"Mode":"unconfined"}}"#, "seccomp=unconfined"),
        (r#"{"Seccomp":{"Mode":"custom","Profile":"e30="}}"#, "seccomp=profile"),
        (r#"{"AppArmor":{"Mode":"disabled"}}"#, "apparmor=unconfined"),
        (r#"{"SELinuxContext":{"Disable":true}}"#, "label=disable"),
        (r#"{"SELinuxContext":{"Type":"spc_t"}}"#, "label=type:spc_t"),
        (r#"{"CredentialSpec":{"File":"a.json"}}"#, "credentialspec=file://a.json"),
    ] {
        assert_eq!(service(Kind::SecurityOption, &format!(r#""Privileges":{spec}"#)), expected, "{spec}");
    }
    let build = "/build?securityopt=%5B%22seccomp:unconfined%22%5D";
    assert_eq!(said(Kind::SecurityOption, Endpoint::ImageBuild, build, ""), "seccomp=unconfined");
}

#[test]
fn devices_are_named_by_path_by_rule_and_by_what_they_can_do() {
    for (body, expected) in [
        (r#""Devices":[{"PathOnHost":"/dev/fuse","PathInContainer":"/x","CgroupPermissions":"rwm"}]"#, "/dev/fuse"),
        (r#""Devices":[{"PathOnHost":"/dev/../dev//fuse"}]"#, "/dev/fuse"),
        (r#""Devices":[{}]"#, ""),
        (r#""DeviceCgroupRules":["c 10:229 rwm"]"#, "c 10:229 rwm"),
        (r#""DeviceRequests":[{"Count":-1,"Capabilities":[["gpu"]]}]"#, "gpu"),
        (r#""DeviceRequests":[{"Driver":"cdi","DeviceIDs":["vendor.com/gpu=0"]}]"#, "vendor.com/gpu=0"),
        (r#""DeviceRequests":[{"Driver":"nvidia"}]"#, "nvidia"),
        (r#""DeviceRequests":[{}]"#, "any"),
    ] {
        assert_eq!(host(Kind::Device, body), expected, "{body}");
    }
    let update = r#"{"Devices":[{"PathOnHost":"/dev/sda"}]}"#;
    assert_eq!(said(Kind::Device, Endpoint::ContainerUpdate, "/containers/x/update", update), "/dev/sda");
}

#[test]
fn ports_of_the_host_are_ports_whoever_publishes_them() {
    for (body, expected) in [
        (r#""PortBindings":{"80/tcp":[{"HostPort":"8080"}]}"#, "8080/tcp"),
        (r#""PortBindings":{"80/udp":[{"HostIp":"127.0.0.1","HostPort":"8000-8010"}]}"#, "127.0.0.1:8000-8010/udp"),
        (r#""PortBindings":{"80":[{"HostIp":"0.0.0.0","HostPort":"0080"}]}"#, "80/tcp"),
        (r#""PortBindings":{"80/tcp":[{"HostPort":""}]}"#, "random/tcp"),
        (r#""PortBindings":{"80/tcp":[{"HostPort":"0"}]}"#, "random/tcp"),
        (r#""PublishAllPorts":true"#, "random/tcp"),
    ] {
        assert_eq!(host(Kind::Port, body), expected, "{body}");
    }
    assert_eq!(host(Kind::Unreadable, r#""PortBindings":{"80/tcp":[{"HostPort":"http"}]}"#), "true");
    assert_eq!(host(Kind::Unreadable, r#""PortBindings":{"80/tcp":[{"HostPort":"90-80"}]}"#), "true");
    assert_eq!(create(Kind::Port, r#"{"Image":"x","PortSpecs":["127.0.0.1:8080:80/tcp"]}"#), "127.0.0.1:8080/tcp");
    let service = r#"{"EndpointSpec":{"Ports":[{"PublishedPort":443,"TargetPort":8443}]}}"#;
    assert_eq!(said(Kind::Port, Endpoint::ServiceCreate, "/services/create", service), "443/tcp");
}

#[test]
fn an_image_is_one_reference_wherever_it_is_named() {
    let expected = "docker.io/library/busybox:latest";
    for body in [r#"{"Image":"busybox"}"#, r#"{"Image":"docker.io/library/busybox:latest"}"#] {
        assert_eq!(create(Kind::Image, body), expected, "{body}");
    }
    assert_eq!(service(Kind::Image, r#""Image":"busybox""#), expected);
    let mount = r#""Mounts":[{"Type":"image","Source":"busybox","Target":"/i"}]"#;
    assert_eq!(host(Kind::Image, mount), "docker.io/library/x:latest, docker.io/library/busybox:latest");
    for (endpoint, target, expected) in [
        (Endpoint::ImageCreate, "/images/create?fromImage=busybox&tag=1", "docker.io/library/busybox:1"),
        (Endpoint::ImageCreate, "/images/create?fromImage=busybox:1", "docker.io/library/busybox:1"),
        (Endpoint::ImageCreate, "/images/create?fromImage=busybox:1&tag=2", "docker.io/library/busybox:2"),
        (Endpoint::ImageCreate, "/images/create?fromImage=busybox", "docker.io/library/busybox:*"),
        (Endpoint::ImageCreate, "/images/create?fromImage=cafe&tag=1", "docker.io/library/cafe:1"),
        (Endpoint::ImagePush, "/images/acme/app/push?tag=1", "docker.io/acme/app:1"),
        (Endpoint::ImagePush, "/images/acme/app/push", "docker.io/acme/app:*"),
        (Endpoint::ImageInspect, "/images/ba/json", "sha256:ba"),
        (Endpoint::ImageGetAll, "/images/get?names=a.b/c&names=d:1", "a.b/c:latest, docker.io/library/d:1"),
        (Endpoint::DistributionInspect, "/distribution/busybox/json", expected),
        (Endpoint::ImageBuild, "/build?cachefrom=%5B%22busybox%22%5D", expected),
    ] {
        assert_eq!(said(Kind::Image, endpoint, target, ""), expected, "{target}");
    }
    for (endpoint, target, expected) in [
        (Endpoint::ImageTag, "/images/x/tag?repo=acme/app&tag=2", "docker.io/acme/app:2"),
        (Endpoint::ImageTag, "/images/x/tag?repo=acme/app", "docker.io/acme/app:latest"),
        (Endpoint::ImageBuild, "/build?t=app&t=acme/app:2", "docker.io/library/app:latest, docker.io/acme/app:2"),
        (Endpoint::ImageCommit, "/commit?container=x&repo=app&tag=3", "docker.io/library/app:3"),
        (Endpoint::ImageCreate, "/images/create?fromSrc=-&repo=app", "docker.io/library/app:latest"),
    ] {
        assert_eq!(said(Kind::Tag, endpoint, target, ""), expected, "{target}");
    }
    assert_eq!(create(Kind::Unreadable, r#"{"Image":"Not An Image"}"#), "true");
}

#[test]
fn what_the_call_leaves_out_is_said_all_the_same() {
    let body = r#"{"Image":"x"}"#;
    assert_eq!(create(Kind::User, body), "image");
    assert_eq!(create(Kind::Network, body), "bridge");
    assert_eq!(create(Kind::Name, body), "");
    assert_eq!(create(Kind::Network, r#"{"Image":"x","HostConfig":{"PidMode":"host"}}"#), "bridge");
    assert_eq!(create(Kind::Network, r#"{"Image":"x","HostConfig":{"NetworkMode":"host"}}"#), "host (implied)");
    assert_eq!(create(Kind::Network, r#"{"Image":"x","HostConfig":{"NetworkMode":"default"}}"#), "bridge");
    let exec = said(Kind::User, Endpoint::ContainerExec, "/containers/x/exec", r#"{"Cmd":["a"]}"#);
    assert_eq!(exec, "image");
}

#[test]
fn commands_are_what_the_call_runs() {
    for (body, expected) in [
        (r#"{"Image":"x","Cmd":["ls","-l"]}"#, "ls -l"),
        (r#"{"Image":"x","Entrypoint":["/bin/sh"],"Cmd":["-c","id"]}"#, "/bin/sh -c id"),
        (r#"{"Image":"x","Entrypoint":[""],"Cmd":["id"]}"#, "id"),
        (r#"{"Image":"x","Healthcheck":{"Test":["CMD-SHELL","curl x"]}}"#, "/bin/sh -c curl x"),
        (r#"{"Image":"x","Healthcheck":{"Test":["NONE"]}}"#, ""),
        (r#"{"Image":"x","Shell":["/bin/evil"]}"#, "/bin/evil"),
    ] {
        assert_eq!(create(Kind::Command, body), expected, "{body}");
    }
    assert_eq!(service(Kind::Command, r#""Command":["a"],"Args":["b"]"#), "a b");
    let exec = said(Kind::Command, Endpoint::ContainerExec, "/containers/x/exec", r#"{"Cmd":["pg_dump","db"]}"#);
    assert_eq!(exec, "pg_dump db");
}

#[test]
fn what_the_daemon_fetches_or_talks_to_is_a_fact() {
    let fetch = |endpoint, target| said(Kind::Remote, endpoint, target, "");
    assert_eq!(fetch(Endpoint::ImageBuild, "/build?remote=http://10.0.0.1/x"), "http://10.0.0.1/x");
    assert_eq!(fetch(Endpoint::ImageCreate, "/images/create?fromSrc=http://10.0.0.1/x"), "http://10.0.0.1/x");
    assert_eq!(fetch(Endpoint::ImageCreate, "/images/create?fromSrc=-"), "");
    let kit = |target| said(Kind::BuildKit, Endpoint::ImageBuild, target, "");
    assert_eq!(kit("/build?remote=client-session&session=s&version=2"), "session, session, version=2");
    assert_eq!(kit("/build?version=1"), "");
    let log = r#""LogConfig":{"Type":"syslog","Config":{"syslog-address":"udp://10.0.0.1","tag":"x"}}"#;
    assert_eq!(host(Kind::LogDriver, log), "syslog");
    assert_eq!(host(Kind::LogOption, log), "syslog-address=udp://10.0.0.1, tag=x");
    let auth = r#"{"username":"u","serveraddress":"https://10.0.0.1"}"#;
    assert_eq!(said(Kind::Registry, Endpoint::SystemAuth, "/auth", auth), "https://10.0.0.1");
    let search = said(Kind::Registry, Endpoint::ImageSearch, "/images/search?term=10.0.0.1:5000/x", "");
    assert_eq!(search, "10.0.0.1:5000");
    let join = r#"{"RemoteAddrs":["10.0.0.1:2377"],"JoinToken":"t"}"#;
    assert_eq!(said(Kind::SwarmAddress, Endpoint::SwarmJoin, "/swarm/join", join), "10.0.0.1:2377");
}

#[test]
fn sysctls_are_found_in_the_options_of_an_endpoint_too() {
    assert_eq!(host(Kind::Sysctl, r#""Sysctls":{"net.core.somaxconn":"1024"}"#), "net.core.somaxconn=1024");
    let options = r#"{"com.docker.network.endpoint.sysctls":"net.ipv4.conf.IFNAME.forwarding=1,net.ipv4.x=2"}"#;
    let body =
        format!(r#"{{"Image":"x","NetworkingConfig":{{"EndpointsConfig":{{"n":{{"DriverOpts":{options}}}}}}}}}"#);
    assert_eq!(create(Kind::Sysctl, &body), "net.ipv4.conf.IFNAME.forwarding=1, net.ipv4.x=2");
}

#[test]
fn secrets_are_never_shown() {
    let body = r#"{"Image":"x","Env":["TOKEN=hunter2"]}"#;
    let body = schema::read(
        schema::body(Endpoint::ContainerCreate).unwrap(),
        parse(body.as_bytes()).unwrap(),
        ApiVersion::NEWEST,
    )
    .unwrap();
    let facts = read(Endpoint::ContainerCreate, "", None, Some(&body), KindSet::ALL);
    for fact in &facts.facts {
        assert!(!fact.shown().contains("hunter2") && !fact.value.to_string().contains("hunter2"), "{fact:?}");
    }
    let env = facts.facts.iter().find(|fact| fact.kind == Kind::Env).unwrap();
    assert_eq!((env.value.to_string(), env.shown()), ("TOKEN".to_owned(), String::new()));
}
