//! Every kind of rule against the spellings of what it speaks of.

use http::HeaderMap;
use vicgate::docker::endpoint::{Method, Routed};
use vicgate::docker::target::Target;
use vicgate::identity::Identity;
use vicgate::policy::access::load::from_text;
use vicgate::policy::facts::Kind;
use vicgate::policy::{Policy, Question, Verdict, decide, load};

/// A clause, a pattern that names a thing, one that names another, and calls that all ask for the thing.
struct Row {
    key: &'static str,
    named: &'static str,
    other: &'static str,
    calls: &'static [(&'static str, &'static str)],
}

const CREATE: &str = "POST /v1.44/containers/create?name=web";
const SERVICE: &str = "POST /v1.44/services/create";
const UPDATE: &str = "POST /v1.44/containers/web/update";
const EXEC: &str = "POST /v1.44/containers/web/exec";
const VOLUME: &str = "POST /v1.44/volumes/create";
const NETWORK: &str = "POST /v1.44/networks/create";
const PLUGIN: &str = "POST /v1.44/plugins/pull?remote=acme/plugin";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { key: "privileged", named: "true", other: "", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"Privileged":true}}"#),
        (CREATE, r#"{"Image":"x","hostconfig":{"PRIVILEGED":true}}"#),
        (EXEC, r#"{"Cmd":["a"],"Privileged":true}"#),
    ] },
    Row { key: "binds", named: "/etc", other: "/srv/**", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"Binds":["/etc:/e"]}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"binds":["/srv/../etc/:/e:ro"]}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"Mounts":[{"Type":"bind","Source":"//etc","Target":"/e"}]}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"Mounts":[{"Type":"volume","Target":"/e","VolumeOptions":{"DriverConfig":{"Name":"local","Options":{"type":"none","o":"bind","device":"/etc"}}}}]}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"Mounts":[{"Type":"volume","Target":"/e","VolumeOptions":{"DriverConfig":{"Options":{"type":"","o":"rbind","device":"/etc"}}}}]}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"Mounts":[{"Type":"volume","Target":"/e","VolumeOptions":{"DriverConfig":{"Options":{"type":"overlay","o":"upperdir=/etc","device":"overlay"}}}}]}}"#),
        (CREATE, r#"{"Image":"x","Volumes":{"/etc:/e":{}}}"#),
        (VOLUME, r#"{"Name":"v","DriverOpts":{"type":"none","o":"bind","device":"/etc"}}"#),
        (VOLUME, r#"{"Name":"v","Driver":"local","DriverOpts":{"o":"ro,bind","device":"/etc/."}}"#),
        (SERVICE, r#"{"TaskTemplate":{"ContainerSpec":{"Image":"x","Mounts":[{"Type":"bind","Source":"/etc","Target":"/e"}]}}}"#),
        ("POST /v1.44/containers/web/start?checkpoint=c&checkpoint-dir=/etc", ""),
        ("POST /v1.44/containers/web/checkpoints", r#"{"CheckpointID":"c","CheckpointDir":"/etc"}"#),
    ] },
    Row { key: "volumes_from", named: "store", other: "web", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"VolumesFrom":["store"]}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"VolumesFrom":["store:ro"]}}"#),
    ] },
    Row { key: "volume_options", named: "type=nfs\", \"o=*\", \"device=*", other: "type=tmpfs\", \"o=size=*\", \"device=tmpfs", calls: &[
        (VOLUME, r#"{"Name":"v","DriverOpts":{"type":"nfs","o":"addr=10.0.0.1","device":":/x"}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"Mounts":[{"Type":"volume","Target":"/e","VolumeOptions":{"DriverConfig":{"Options":{"type":"nfs","o":"addr=10.0.0.1","device":":/x"}}}}]}}"#),
        (SERVICE, r#"{"TaskTemplate":{"ContainerSpec":{"Image":"x","Mounts":[{"Type":"volume","Target":"/e","VolumeOptions":{"DriverConfig":{"Options":{"type":"nfs","o":"addr=10.0.0.1","device":":/x"}}}}]}}}"#),
    ] },
    Row { key: "devices", named: "/dev/sda", other: "/dev/fuse", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"Devices":[{"PathOnHost":"/dev/sda"}]}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"Devices":[{"PathOnHost":"/dev/./sda/"}]}}"#),
        (UPDATE, r#"{"Devices":[{"PathOnHost":"/dev/sda"}]}"#),
        (VOLUME, r#"{"Name":"v","DriverOpts":{"type":"ext4","device":"/dev/sda"}}"#),
    ] },
    Row { key: "capabilities", named: "SYS_ADMIN", other: "NET_ADMIN", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"CapAdd":["SYS_ADMIN"]}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"CapAdd":["cap_sys_admin"]}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"CapAdd":"CAP_Sys_Admin"}}"#),
        (SERVICE, r#"{"TaskTemplate":{"ContainerSpec":{"Image":"x","CapabilityAdd":["sys_admin"]}}}"#),
    ] },
    Row { key: "namespaces", named: "network:host", other: "pid:host", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"NetworkMode":"host"}}"#),
        (CREATE, r#"{"Image":"x","NetworkingConfig":{"EndpointsConfig":{"host":{}}}}"#),
        ("POST /v1.44/build?networkmode=host", ""),
        ("POST /v1.44/networks/host/connect", r#"{"Container":"web"}"#),
        (SERVICE, r#"{"TaskTemplate":{"ContainerSpec":{"Image":"x"},"Networks":[{"Target":"host"}]}}"#),
        (SERVICE, r#"{"TaskTemplate":{"ContainerSpec":{"Image":"x"}},"Networks":[{"Target":"host"}]}"#),
    ] },
    Row { key: "namespaces", named: "pid:container:store", other: "pid:host", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"PidMode":"container:store"}}"#),
    ] },
    Row { key: "security_options", named: "seccomp=unconfined", other: "label=disable", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"SecurityOpt":["seccomp=unconfined"]}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"SecurityOpt":["seccomp:unconfined"]}}"#),
        ("POST /v1.44/build?securityopt=%5B%22seccomp=unconfined%22%5D", ""),
        (SERVICE, r#"{"TaskTemplate":{"ContainerSpec":{"Image":"x","Privileges":{"Seccomp":{"Mode":"unconfined"}}}}}"#),
    ] },
    Row { key: "security_options", named: "systempaths=unconfined", other: "label=disable", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"SecurityOpt":["systempaths=unconfined"]}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"MaskedPaths":[],"ReadonlyPaths":[]}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"ReadonlyPaths":[]}}"#),
    ] },
    Row { key: "sysctls", named: "net.ipv4.ip_forward", other: "net.core.*", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"Sysctls":{"net.ipv4.ip_forward":"1"}}}"#),
        (CREATE, r#"{"Image":"x","NetworkingConfig":{"EndpointsConfig":{"n":{"DriverOpts":{"com.docker.network.endpoint.sysctls":"net.ipv4.ip_forward=1"}}}}}"#),
        (SERVICE, r#"{"TaskTemplate":{"ContainerSpec":{"Image":"x","Sysctls":{"net.ipv4.ip_forward":"1"}}}}"#),
    ] },
    Row { key: "cgroup_parents", named: "/system", other: "/ci/**", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"CgroupParent":"/system"}}"#),
        (UPDATE, r#"{"CgroupParent":"/system"}"#),
        ("POST /v1.44/build?cgroupparent=/system", ""),
    ] },
    Row { key: "ports", named: "443", other: "8000-8999", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"PortBindings":{"80/tcp":[{"HostPort":"443"}]}}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"PortBindings":{"80/tcp":[{"HostIp":"::","HostPort":"0443"}]}}}"#),
        (SERVICE, r#"{"TaskTemplate":{"ContainerSpec":{"Image":"x"}},"EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":443}]}}"#),
    ] },
    Row { key: "images", named: "evil/miner", other: "acme/**", calls: &[
        (CREATE, r#"{"Image":"evil/miner"}"#),
        (CREATE, r#"{"Image":"docker.io/evil/miner:latest"}"#),
        (CREATE, r#"{"Image":"index.docker.io/evil/miner@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#),
        (SERVICE, r#"{"TaskTemplate":{"ContainerSpec":{"Image":"evil/miner:2"}}}"#),
        ("POST /v1.44/images/create?fromImage=evil/miner&tag=1", ""),
        ("POST /v1.44/images/create?fromImage=evil/miner", ""),
        ("POST /v1.44/build?cachefrom=%5B%22evil/miner%22%5D", ""),
    ] },
    Row { key: "tags", named: "registry.example.com/prod", other: "registry.example.com/ci/**", calls: &[
        ("POST /v1.44/images/app/tag?repo=registry.example.com/prod&tag=1", ""),
        ("POST /v1.44/build?t=registry.example.com/prod:1", ""),
        ("POST /v1.44/build?t=registry.example.com/prod", ""),
        ("POST /v1.44/commit?container=web&repo=registry.example.com/prod", "{}"),
        ("POST /v1.44/images/create?fromSrc=-&repo=registry.example.com/prod&tag=1", ""),
    ] },
    Row { key: "users", named: "root", other: "nonroot", calls: &[
        (CREATE, r#"{"Image":"x","User":"0"}"#),
        (CREATE, r#"{"Image":"x","User":"00"}"#),
        (CREATE, r#"{"Image":"x","user":"root:1000"}"#),
        (CREATE, r#"{"Image":"x","User":"1000:0"}"#),
        (EXEC, r#"{"Cmd":["a"],"User":"+0"}"#),
        (SERVICE, r#"{"TaskTemplate":{"ContainerSpec":{"Image":"x","User":"0:0"}}}"#),
    ] },
    Row { key: "networks", named: "prod", other: "ci-*", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"NetworkMode":"prod"}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"NetworkMode":"prod"},"NetworkingConfig":{"EndpointsConfig":{"prod":{}}}}"#),
        ("POST /v1.44/networks/prod/connect", r#"{"Container":"web"}"#),
        ("POST /v1.44/build?networkmode=prod", ""),
        (SERVICE, r#"{"TaskTemplate":{"ContainerSpec":{"Image":"x"},"Networks":[{"Target":"prod"}]}}"#),
        (NETWORK, r#"{"Name":"prod"}"#),
    ] },
    Row { key: "network_options", named: "parent", other: "com.docker.network.driver.mtu", calls: &[
        (NETWORK, r#"{"Name":"n","Options":{"parent":"eth0"}}"#),
        (CREATE, r#"{"Image":"x","NetworkingConfig":{"EndpointsConfig":{"n":{"DriverOpts":{"parent":"eth0"}}}}}"#),
    ] },
    Row { key: "network_drivers", named: "macvlan", other: "ipvlan", calls: &[(NETWORK, r#"{"Name":"n","Driver":"macvlan"}"#)] },
    Row { key: "subnets", named: "10.0.0.0/8", other: "172.*", calls: &[
        (NETWORK, r#"{"Name":"n","IPAM":{"Config":[{"Subnet":"10.0.0.0/8"}]}}"#),
    ] },
    Row { key: "labels", named: "traefik.*", other: "team=*", calls: &[
        (CREATE, r#"{"Image":"x","Labels":{"traefik.enable":"true"}}"#),
        (SERVICE, r#"{"Labels":{"traefik.enable":"true"},"TaskTemplate":{"ContainerSpec":{"Image":"x"}}}"#),
        (SERVICE, r#"{"TaskTemplate":{"ContainerSpec":{"Image":"x","Labels":{"traefik.enable":"true"}}}}"#),
        (VOLUME, r#"{"Name":"v","Labels":{"traefik.enable":"true"}}"#),
        ("POST /v1.44/build?labels=%7B%22traefik.enable%22:%22true%22%7D", ""),
    ] },
    Row { key: "commands", named: "sh ...", other: "ls ...", calls: &[
        (EXEC, r#"{"Cmd":["sh","-c","id"]}"#),
        (CREATE, r#"{"Image":"x","Entrypoint":["sh"],"Cmd":["-c","id"]}"#),
        (CREATE, r#"{"Image":"x","Healthcheck":{"Test":["CMD","sh","-c","id"]}}"#),
    ] },
    Row { key: "remotes", named: "http://10.0.0.1/**", other: "https://github.com/**", calls: &[
        ("POST /v1.44/build?remote=http://10.0.0.1/x", ""),
        ("POST /v1.44/images/create?fromSrc=http://10.0.0.1/x", ""),
    ] },
    Row { key: "log_drivers", named: "syslog", other: "gelf", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"LogConfig":{"Type":"syslog"}}}"#),
        (SERVICE, r#"{"TaskTemplate":{"ContainerSpec":{"Image":"x"},"LogDriver":{"Name":"syslog"}}}"#),
    ] },
    Row { key: "runtimes", named: "kata", other: "runsc", calls: &[(CREATE, r#"{"Image":"x","HostConfig":{"Runtime":"kata"}}"#)] },
    Row { key: "supplementary_groups", named: "0", other: "1000", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"GroupAdd":["root"]}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"GroupAdd":["00"]}}"#),
        (SERVICE, r#"{"TaskTemplate":{"ContainerSpec":{"Image":"x","Groups":["0"]}}}"#),
    ] },
    Row { key: "plugins", named: "acme/plugin", other: "vieux/sshfs", calls: &[
        (PLUGIN, "[]"),
        (SERVICE, r#"{"TaskTemplate":{"PluginSpec":{"remote":"acme/plugin"}}}"#),
    ] },
    Row { key: "names", named: "web", other: "ci-*", calls: &[
        (CREATE, r#"{"Image":"x"}"#),
        ("POST /v1.44/containers/x/rename?name=web", ""),
    ] },
    Row { key: "volumes", named: "data", other: "ci-*", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"Binds":["data:/d"]}}"#),
        (CREATE, r#"{"Image":"x","HostConfig":{"Mounts":[{"Type":"volume","Source":"data","Target":"/d"}]}}"#),
        (VOLUME, r#"{"Name":"data"}"#),
        ("DELETE /v1.44/volumes/data", ""),
    ] },
    Row { key: "paths", named: "/etc/**", other: "/srv/**", calls: &[
        ("GET /v1.44/containers/web/archive?path=/etc/shadow", ""),
        ("PUT /v1.44/containers/web/archive?path=/srv/../etc/x", ""),
    ] },
    Row { key: "extra_hosts", named: "*:host-gateway", other: "db:*", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"ExtraHosts":["h:host-gateway"]}}"#),
        ("POST /v1.44/build?extrahosts=h:host-gateway", ""),
    ] },
    Row { key: "tuning", named: "oom-kill-disable", other: "realtime", calls: &[
        (CREATE, r#"{"Image":"x","HostConfig":{"OomKillDisable":true}}"#),
        (UPDATE, r#"{"OomKillDisable":true}"#),
    ] },
];

#[test]
fn a_denial_catches_every_spelling_and_other_denials_do_not() {
    for row in ROWS {
        for (call, body) in row.calls {
            let deny = |pattern: &str| policy(&format!("{ALL}[[deny]]\nname = \"no\"\n{}\n", clause(row.key, pattern)));
            assert!(!permits(&deny(row.named), call, body), "deny {} {}: {call} {body}", row.key, row.named);
            if !matches!(row.key, "privileged" | "users" | "images") {
                assert!(permits(&deny(row.other), call, body), "deny {} {}: {call} {body}", row.key, row.other);
            }
        }
    }
}

#[test]
fn an_allowance_grants_what_it_names_in_every_spelling_and_no_other() {
    for row in ROWS {
        for (call, body) in row.calls {
            let allow = |pattern: &str| policy(&format!("{UNRESTRICTED}{}\n", clause(row.key, pattern)));
            assert!(permits(&allow(row.named), call, body), "allow {} {}: {call} {body}", row.key, row.named);
            if row.key != "privileged" {
                assert!(!permits(&allow(row.other), call, body), "allow {} {}: {call} {body}", row.key, row.other);
            }
        }
    }
}

#[test]
fn every_kind_that_a_rule_can_name_is_tried_here_or_beside_the_engine() {
    // These have one spelling and stand in the tests of the facts, or of the engine.
    let elsewhere = [
        "propagation",
        "volume_drivers",
        "mount_types",
        "annotations",
        "storage_options",
        "log_options",
        "fixed_addresses",
        "aliases",
        "links",
        "dns",
        "containers",
        "env",
        "restart_policies",
        "secrets",
        "build_args",
        "changes",
        "ps_args",
        "registries",
        "buildkit",
        "swarm_addresses",
        "start_settings",
        "unreadable",
    ];
    for kind in Kind::ALL {
        let here = ROWS.iter().any(|row| row.key == kind.key());
        assert!(here != elsewhere.contains(&kind.key()), "{}", kind.key());
    }
}

const ALL: &str = "[[allow]]\nname = \"all\"\ngroups = [\"all\"]\nunrestricted = true\n";
const UNRESTRICTED: &str = ALL;

fn clause(key: &str, pattern: &str) -> String {
    if pattern == "true" { format!("{key} = true") } else { format!("{key} = [\"{pattern}\"]") }
}

fn policy(rules: &str) -> Policy {
    let access =
        from_text("test", &format!("name = \"test\"\n{rules}"), None).unwrap_or_else(|error| panic!("{error}"));
    Policy { profile: load::profile("engine", None).unwrap(), access: Some(access) }
}

fn permits(policy: &Policy, call: &str, body: &str) -> bool {
    let (method, target) = call.split_once(' ').unwrap();
    let target = Target::parse(target).unwrap();
    let Routed::To { endpoint, .. } = target.route(Method::from_name(method).unwrap()) else { panic!("{call}") };
    let (headers, identity) = (HeaderMap::new(), Identity::nobody());
    let body = (!body.is_empty()).then_some(body.as_bytes());
    let question = Question {
        endpoint,
        target: &target,
        identity: &identity,
        headers: &headers,
        body,
        known: vicgate::policy::own::Known::none(),
    };
    match decide(policy, &question) {
        Verdict::Permit(_) => true,
        Verdict::Refuse(refusal) => {
            // A call that cannot be read would prove nothing.
            assert_eq!(refusal.status, 403, "{call} {body:?}: {}", refusal.message());
            false
        }
    }
}
