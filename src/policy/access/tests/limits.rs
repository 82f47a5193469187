use super::*;

const POLICY: &str = "\
[[allow]]
name = \"run\"
endpoints = [\"ContainerCreate\", \"ContainerUpdate\", \"ImageBuild\"]
memory = { most = \"1g\", default = \"256m\" }
swap = \"2g\"
cpus = { most = 1.5, default = \"0.5\" }
pids = 100
ulimits = { nofile = 1024 }
";

#[test]
fn a_limit_has_a_most_and_a_default() {
    let access = policy(POLICY);
    let (_, sent) =
        ask(&access, &Identity::nobody(), CREATE, r#"{"Image":"x","HostConfig":{"PidsLimit":50}}"#).unwrap();
    assert_eq!(sent, r#"{"Image":"x","HostConfig":{"PidsLimit":50,"Memory":268435456,"NanoCpus":500000000}}"#);
    let body = |host: &str| format!(r#"{{"Image":"x","HostConfig":{{"PidsLimit":50,{host}}}}}"#);
    for within in [
        r#""Memory":1073741824"#,
        r#""NanoCpus":1500000000"#,
        r#""CpuQuota":150000"#,
        r#""Ulimits":[{"Name":"nofile","Soft":1,"Hard":1024},{"Name":"core","Soft":1,"Hard":-1}]"#,
    ] {
        assert!(permits(&access, CREATE, &body(within)), "{within}");
    }
    for (beyond, path) in [
        (r#""Memory":1073741825"#, "HostConfig.Memory"),
        (r#""Memory":1024,"MemorySwap":-1"#, "HostConfig.MemorySwap"),
        (r#""NanoCpus":1500000001"#, "HostConfig.NanoCpus"),
        (r#""CpuQuota":150001"#, "HostConfig.NanoCpus"),
        (r#""CpuQuota":-1"#, "HostConfig.NanoCpus"),
        (r#""Ulimits":[{"Name":"nofile","Hard":1025}]"#, "HostConfig.Ulimits"),
        (r#""Ulimits":[{"Name":"nofile","Hard":-1}]"#, "HostConfig.Ulimits"),
    ] {
        let points = refused(&access, CREATE, &body(beyond));
        assert_eq!(points[0].path, path, "{beyond}");
    }
}

#[test]
fn no_limit_is_more_than_any_unless_there_is_a_default() {
    let access = policy(POLICY);
    let points = refused(&access, CREATE, r#"{"Image":"x"}"#);
    assert_eq!((points[0].path.as_str(), points[0].instead.as_str()), ("HostConfig.PidsLimit", "at most 100"));
    assert_eq!(points[0].reason, "no limit is more than the rule allows");
    assert_eq!(points.len(), 1);
    let points = refused(&access, CREATE, r#"{"Image":"x","HostConfig":{"PidsLimit":-1}}"#);
    assert_eq!(points[0].path, "HostConfig.PidsLimit");
}

#[test]
fn an_update_cannot_lift_what_the_create_was_held_to() {
    let access = policy(POLICY);
    let update = "POST /v1.41/containers/x/update";
    for fine in
        [r#"{"Memory":1024}"#, r#"{"Memory":0,"NanoCpus":0,"PidsLimit":null}"#, r#"{"RestartPolicy":{"Name":"no"}}"#]
    {
        let (_, sent) =
            ask(&access, &Identity::nobody(), update, fine).unwrap_or_else(|points| panic!("{fine}: {points:?}"));
        assert_eq!(sent, fine);
    }
    for beyond in [
        r#"{"Memory":2147483648}"#,
        r#"{"MemorySwap":-1}"#,
        r#"{"PidsLimit":-1}"#,
        r#"{"PidsLimit":0}"#,
        r#"{"CpuQuota":-1}"#,
        r#"{"CpuPeriod":1000}"#,
    ] {
        assert!(!permits(&access, update, beyond), "{beyond}");
    }
}

#[test]
fn a_build_has_limits_in_its_query() {
    let access = policy(POLICY);
    assert!(permits(&access, "POST /v1.41/build?t=x&memory=1073741824", ""));
    assert_eq!(refused(&access, "POST /v1.41/build?t=x&memory=1073741825", "")[0].path, "memory");
    assert_eq!(refused(&access, "POST /v1.41/build?memory=1024&memswap=-1", "")[0].path, "memswap");
}
