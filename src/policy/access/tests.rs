use super::*;
use crate::docker::endpoint::{Method, Routed};
use crate::docker::json::{Json, parse};
use crate::docker::target::Target;
use crate::docker::version::ApiVersion;
use crate::docker::{query, schema};
use crate::identity::{Certificate, Evidence};
use crate::policy::facts;

fn policy(text: &str) -> Access {
    load::from_text("test.toml", &format!("name = \"test\"\n{text}"), None).unwrap_or_else(|error| panic!("{error}"))
}

fn problems(text: &str) -> Vec<String> {
    let Invalid(problems) = load::from_text("test.toml", text, None).expect_err("a wrong policy must not load");
    problems.iter().map(ToString::to_string).collect()
}

fn certificate(name: &str) -> Identity {
    let certificate = Certificate { common_names: vec![name.to_owned()], ..Certificate::default() };
    Identity { evidence: Evidence::Certificate(certificate), address: None }
}

/// The verdict: the rule that permits and what is sent, or the points of the refusal.
fn ask(access: &Access, who: &Identity, call: &str, body: &str) -> Result<(String, String), Vec<Point>> {
    let (method, target) = call.split_once(' ').unwrap();
    let target = Target::parse(target).unwrap();
    let Routed::To { endpoint, name } = target.route(Method::from_name(method).unwrap()) else { panic!("{call}") };
    let version = target.version.unwrap_or(ApiVersion::NEWEST);
    let query = query::read(endpoint, &target, version).unwrap();
    let body = (!body.is_empty())
        .then(|| schema::read(schema::body(endpoint).unwrap(), parse(body.as_bytes()).unwrap(), version).unwrap());
    let facts = facts::read(endpoint, name, Some(&query), body.as_ref(), access.interest(endpoint));
    let grant = access.judge(who, endpoint, &facts)?;
    let mut json = body.map_or(Json::Null, schema::Body::into_json);
    let mut pairs = query.pairs(false);
    apply(&grant.edits, &mut json, &mut pairs, version);
    Ok((grant.rule, json.to_string()))
}

fn permits(access: &Access, call: &str, body: &str) -> bool {
    ask(access, &Identity::nobody(), call, body).is_ok()
}

fn refused(access: &Access, call: &str, body: &str) -> Vec<Point> {
    ask(access, &Identity::nobody(), call, body).expect_err(call)
}

const CREATE: &str = "POST /v1.41/containers/create";

#[test]
fn a_call_that_no_rule_speaks_of_is_refused() {
    let access = policy("[[allow]]\nname = \"look\"\ngroups = [\"read\"]\n");
    assert!(permits(&access, "GET /containers/json", ""));
    let points = refused(&access, CREATE, r#"{"Image":"x"}"#);
    assert_eq!(points[0].path, "POST /containers/create");
    assert_eq!(points[0].reason, "no rule allows ContainerCreate to whoever connects");
    assert_eq!(points[0].instead, "read");
    assert_eq!(points[0].rule, "test: no rule");
}

#[test]
fn any_denial_beats_every_allowance() {
    let access = policy(
        "[[allow]]\nname = \"all\"\ngroups = [\"all\"]\nunrestricted = true\n\
         [[deny]]\nname = \"no socket\"\nbinds = [\"/var/run/docker.sock\", \"/run/docker.sock\"]\nreason = \"the socket is root\"\n\
         [[deny]]\nname = \"no plugins\"\ngroups = [\"plugins\"]\n",
    );
    assert!(permits(&access, CREATE, r#"{"Image":"x","HostConfig":{"Privileged":true,"Binds":["/srv:/s"]}}"#));
    for bind in ["/var/run/docker.sock:/s", "/run:/r", "/:/h:ro", "/var/run/../run/docker.sock:/s"] {
        let points = refused(&access, CREATE, &format!(r#"{{"Image":"x","HostConfig":{{"Binds":["{bind}"]}}}}"#));
        assert_eq!(
            (points[0].path.as_str(), points[0].rule.as_str()),
            ("HostConfig.Binds[0]", "test: no socket"),
            "{bind}"
        );
        assert_eq!(points[0].reason, "the socket is root");
    }
    let points = refused(&access, "GET /plugins", "");
    assert_eq!((points[0].path.as_str(), points[0].rule.as_str()), ("GET /plugins", "test: no plugins"));
}

#[test]
fn a_denial_with_several_clauses_needs_all_of_them() {
    let access = policy(
        "[[allow]]\nname = \"all\"\ngroups = [\"all\"]\nunrestricted = true\n\
         [[deny]]\nname = \"no strange images with ports\"\nimages = [\"!acme/**\"]\nports = [\"*\"]\n",
    );
    let ports = r#""HostConfig":{"PortBindings":{"80/tcp":[{"HostPort":"80"}]}}"#;
    assert!(permits(&access, CREATE, r#"{"Image":"x"}"#));
    assert!(permits(&access, CREATE, &format!(r#"{{"Image":"acme/x",{ports}}}"#)));
    let points = refused(&access, CREATE, &format!(r#"{{"Image":"x",{ports}}}"#));
    let paths: Vec<&str> = points.iter().map(|point| point.path.as_str()).collect();
    assert_eq!(paths, ["Image", r#"HostConfig.PortBindings["80/tcp"][0]"#]);
}

#[test]
fn what_reaches_out_must_be_mentioned_and_what_stays_inside_need_not() {
    let access = policy("[[allow]]\nname = \"run\"\nendpoints = [\"ContainerCreate\"]\nbinds = [\"/srv/**\"]\n");
    let inside = r#"{"Image":"x","User":"0","Env":["A=b"],"Labels":{"a":"b"},"Cmd":["sh"],"HostConfig":{"Binds":["/srv/a:/a","v:/v"],"NetworkMode":"net","Memory":1,"RestartPolicy":{"Name":"always"}}}"#;
    assert!(permits(&access, CREATE, inside));
    for (host, path) in [
        (r#""Binds":["/etc:/e"]"#, "HostConfig.Binds[0]"),
        (r#""Privileged":true"#, "HostConfig.Privileged"),
        (r#""CapAdd":["NET_RAW"]"#, "HostConfig.CapAdd[0]"),
        (r#""Devices":[{"PathOnHost":"/dev/fuse"}]"#, "HostConfig.Devices[0]"),
        (r#""PidMode":"host""#, "HostConfig.PidMode"),
        (r#""VolumesFrom":["db"]"#, "HostConfig.VolumesFrom[0]"),
        (r#""PublishAllPorts":true"#, "HostConfig.PublishAllPorts"),
        (r#""Runtime":"runc""#, "HostConfig.Runtime"),
        (r#""CgroupParent":"/x""#, "HostConfig.CgroupParent"),
        (r#""Sysctls":{"a.b":"1"}"#, r#"HostConfig.Sysctls["a.b"]"#),
        (r#""GroupAdd":["docker"]"#, "HostConfig.GroupAdd[0]"),
        (r#""OomScoreAdj":-1000"#, "HostConfig.OomScoreAdj"),
        (r#""MaskedPaths":[]"#, "HostConfig.MaskedPaths"),
        (r#""Annotations":{"a":"b"}"#, r#"HostConfig.Annotations["a"]"#),
        (r#""LogConfig":{"Type":"gelf"}"#, "HostConfig.LogConfig.Type"),
    ] {
        let points = refused(&access, CREATE, &format!(r#"{{"Image":"x","HostConfig":{{{host}}}}}"#));
        let paths: Vec<&str> = points.iter().map(|point| point.path.as_str()).collect();
        assert_eq!(paths, [path], "{host}");
    }
    assert!(permits(
        &access,
        CREATE,
        r#"{"Image":"x","HostConfig":{"SecurityOpt":["no-new-privileges"],"CapDrop":["ALL"]}}"#
    ));
}

#[test]
fn a_refusal_says_what_would_be_allowed() {
    let access = policy(
        "[[allow]]\nname = \"run\"\nendpoints = [\"ContainerCreate\"]\nimages = [\"ghcr.io/acme/**\"]\nbinds = [\"/srv/data/**\", \"/tmp/ci:ro\"]\nmemory = { most = \"2g\" }\n",
    );
    let body = r#"{"Image":"busybox","HostConfig":{"Binds":["/etc:/e"],"Memory":4294967296,"Privileged":true}}"#;
    let points = refused(&access, CREATE, body);
    let told: Vec<String> = points.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "Image = \"busybox\"\n    the rule allows other images, not docker.io/library/busybox:latest\n    instead: images: ghcr.io/acme/**\n    [test: run]",
            "HostConfig.Binds[0] = \"/etc:/e\" (-v, --volume)\n    the rule allows other paths of the host, not /etc\n    instead: paths of the host: /srv/data/**, /tmp/ci:ro\n    [test: run]",
            "HostConfig.Privileged = true (--privileged)\n    the rule allows no privileged processes\n    [test: run]",
            "HostConfig.Memory = 4294967296 (-m, --memory)\n    4g is more than the rule allows\n    instead: at most 2g\n    [test: run]",
        ]
    );
}

#[test]
fn of_several_rules_the_first_that_allows_everything_counts() {
    let access = policy(
        "[[allow]]\nname = \"small\"\nendpoints = [\"ContainerCreate\"]\nimages = [\"app\"]\n\
         [[allow]]\nname = \"large\"\nendpoints = [\"ContainerCreate\"]\nimages = [\"web\"]\nbinds = [\"/srv/**\"]\n",
    );
    let rule = |body| ask(&access, &Identity::nobody(), CREATE, body).map(|(rule, _)| rule);
    assert_eq!(rule(r#"{"Image":"app"}"#), Ok("test: small".into()));
    assert_eq!(rule(r#"{"Image":"web","HostConfig":{"Binds":["/srv/x:/x"]}}"#), Ok("test: large".into()));
    // No rule borrows from another.
    let points = rule(r#"{"Image":"app","HostConfig":{"Binds":["/srv/x:/x"]}}"#).unwrap_err();
    assert_eq!(points.len(), 1);
}

mod roles {
    use super::*;

    const POLICY: &str = "\
[[identity]]
common_name = [\"ci-*\", \"!ci-admin\"]
organisation = \"acme\"
role = \"ci\"

[[identity]]
common_name = \"ci-admin\"
organisation = \"acme\"
roles = [\"admin\"]

[[identity]]
uid = 1000
role = \"ci\"

[[identity]]
uri = \"spiffe://acme/ns/*/admin\"
address = [\"10.0.0.0/8\", \"::1\"]
role = \"admin\"

[[identity]]
anyone_else = true
role = \"guest\"

[[allow]]
name = \"look\"
endpoints = [\"ContainerList\"]
roles = [\"ci\", \"admin\"]

[[allow]]
name = \"everything\"
groups = [\"all\"]
unrestricted = true
roles = [\"admin\"]

[[allow]]
name = \"knock\"
endpoints = [\"SystemPing\"]
";

    fn acme(names: &[&str]) -> Identity {
        let mut identity = certificate("");
        if let Evidence::Certificate(certificate) = &mut identity.evidence {
            certificate.common_names = names.iter().map(|name| (*name).to_owned()).collect();
            certificate.organisations = vec!["acme".into()];
        }
        identity
    }

    #[test]
    fn an_identity_has_the_roles_of_every_entry_that_it_fits() {
        let access = policy(POLICY);
        assert_eq!(access.roles_of(&acme(&["ci-7"])), ["ci"]);
        assert_eq!(access.roles_of(&acme(&["ci-admin"])), ["admin"]);
        assert_eq!(access.roles_of(&certificate("ci-7")), ["guest"]);
        assert_eq!(access.roles_of(&Identity::nobody()), ["guest"]);
        let uid = |uid| Identity { evidence: Evidence::UnixPeer { uid, gid: 1000, pid: None }, address: None };
        assert_eq!(access.roles_of(&uid(1000)), ["ci"]);
        assert_eq!(access.roles_of(&uid(1001)), ["guest"]);
    }

    #[test]
    fn a_certificate_with_several_common_names_has_none() {
        let access = policy(POLICY);
        assert_eq!(access.roles_of(&acme(&["ci-7", "ci-admin"])), ["guest"]);
        assert_eq!(access.roles_of(&acme(&[])), ["guest"]);
    }

    #[test]
    fn an_address_restricts_and_never_names() {
        let access = policy(POLICY);
        let from = |address: Option<&str>| {
            let uris = vec!["spiffe://acme/ns/a/admin".to_owned()];
            let certificate = Certificate { uris, ..Certificate::default() };
            let address = address.map(|address| address.parse().unwrap());
            Identity { evidence: Evidence::Certificate(certificate), address }
        };
        assert_eq!(access.roles_of(&from(Some("10.1.2.3:4"))), ["admin"]);
        assert_eq!(access.roles_of(&from(Some("[::ffff:10.1.2.3]:4"))), ["admin"]);
        assert_eq!(access.roles_of(&from(Some("11.0.0.1:4"))), ["guest"]);
        assert_eq!(access.roles_of(&from(None)), ["guest"]);
    }

    #[test]
    fn rules_without_a_role_are_for_everyone() {
        let access = policy(POLICY);
        for who in [acme(&["ci-7"]), acme(&["ci-admin"]), Identity::nobody()] {
            assert!(ask(&access, &who, "GET /_ping", "").is_ok(), "{who:?}");
        }
        assert!(ask(&access, &acme(&["ci-7"]), "GET /containers/json", "").is_ok());
        let points = ask(&access, &Identity::nobody(), "GET /containers/json", "").unwrap_err();
        assert_eq!(points[0].reason, "no rule allows ContainerList to whoever connects (role guest)");
        assert!(
            ask(&access, &acme(&["ci-admin"]), CREATE, r#"{"Image":"x","HostConfig":{"Privileged":true}}"#).is_ok()
        );
    }
}

mod limits {
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
            (r#""Ulimits":[{"Name":"nofile","Hard":1025}]"#, "Ulimits"),
            (r#""Ulimits":[{"Name":"nofile","Hard":-1}]"#, "Ulimits"),
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
        for fine in [
            r#"{"Memory":1024}"#,
            r#"{"Memory":0,"NanoCpus":0,"PidsLimit":null}"#,
            r#"{"RestartPolicy":{"Name":"no"}}"#,
        ] {
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
}

mod forced_values {
    use super::*;

    const POLICY: &str = "\
[[allow]]
name = \"run\"
groups = [\"all\"]
users = [\"nonroot\"]
labels = [\"!owner\"]

[[set]]
name = \"stamp\"
labels = { owner = \"{name}\" }

[[set]]
name = \"harden\"
endpoints = [\"ContainerCreate\"]
user = \"1000:1000\"
cgroup_parent = \"/ci\"
memory = \"512m\"
read_only = true
no_new_privileges = true
";

    #[test]
    fn they_take_the_place_of_what_the_caller_wants() {
        let access = policy(POLICY);
        let body = r#"{"Image":"x","User":"root","Labels":{"owner":"me","a":"b"},"HostConfig":{"CgroupParent":"/evil","Memory":-1,"SecurityOpt":["no-new-privileges=false"]}}"#;
        let (_, sent) = ask(&access, &certificate("ci-1"), CREATE, body).unwrap_or_else(|points| panic!("{points:?}"));
        assert_eq!(
            sent,
            r#"{"Image":"x","User":"1000:1000","Labels":{"owner":"ci-1","a":"b"},"HostConfig":{"CgroupParent":"/ci","Memory":536870912,"SecurityOpt":["no-new-privileges=true"],"ReadonlyRootfs":true}}"#
        );
    }

    #[test]
    fn the_caller_is_told_what_was_replaced() {
        let access = policy(POLICY);
        let target = Target::parse("/containers/create").unwrap();
        let json = parse(br#"{"Image":"x","User":"root"}"#).unwrap();
        let body = schema::read(schema::body(Endpoint::ContainerCreate).unwrap(), json, ApiVersion::NEWEST).unwrap();
        let endpoint = Endpoint::ContainerCreate;
        let facts = facts::read(endpoint, target.name(endpoint), None, Some(&body), access.interest(endpoint));
        let grant = access.judge(&certificate("ci-1"), endpoint, &facts).unwrap();
        assert_eq!(grant.warnings, ["User = \"root\" was replaced by \"1000:1000\" [test: harden]"]);
    }

    #[test]
    fn a_like_label_at_another_place_is_judged() {
        let access = policy(POLICY);
        let body = r#"{"Image":"x","HostConfig":{"Mounts":[{"Type":"volume","Source":"v","Target":"/v","VolumeOptions":{"Labels":{"owner":"other"}}}]}}"#;
        let points = ask(&access, &certificate("ci-1"), CREATE, body).unwrap_err();
        assert_eq!(points[0].path, r#"HostConfig.Mounts[0].VolumeOptions.Labels["owner"]"#);
    }

    #[test]
    fn other_operations_get_the_label_where_they_have_it() {
        let access = policy(POLICY);
        let (_, sent) = ask(&access, &certificate("ci-1"), "POST /v1.41/volumes/create", "").unwrap();
        assert_eq!(sent, r#"{"Labels":{"owner":"ci-1"}}"#);
        let exec = ask(&access, &certificate("ci-1"), "POST /v1.41/containers/x/exec", r#"{"Cmd":["a"],"User":"5"}"#);
        assert_eq!(exec.unwrap().1, r#"{"Cmd":["a"],"User":"5"}"#);
    }
}

mod bad_input {
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_told_at_once_with_its_place() {
        let text = "\
name = \"x\"
[[identity]]
common_name = \"ci-*\"
role = \"ci\"
[[identity]]
common_name = \"ci-admin\"
role = \"admin\"
[[identity]]
address = \"10.0.0.0/8\"
role = \"lan\"
[[allow]]
name = \"a\"
endpoints = [\"ContainerCraete\"]
groups = [\"reads\"]
roles = [\"cii\"]
imagess = [\"x\"]
images = [\"re:a(\", \"Upper\"]
binds = [\"/srv/../etc\"]
memory = \"much\"
[[allow]]
name = \"a\"
groups = [\"read\"]
networks = [\"host\"]
role = \"admin\"
[[deny]]
groups = [\"plugins\"]
role = \"admin\"
[[set]]
name = \"s\"
endpoints = [\"ContainerList\"]
user = \"1\"
role = \"admin\"
[[use]]
policy = \"no-such\"
role = \"admin\"
";
        let found = problems(text);
        let expected = [
            "test.toml:4:8: no rule is for the role \"ci\"",
            "test.toml:5:1: this can fit the same identity as line 2: give one of them both roles, or take the other's names out with \"!\"",
            "test.toml:8:1: an identity needs a condition: one of common_name, organisation, unit, dns, uri, email, fingerprint, uid, gid; or anyone_else = true. An address says where somebody is, not who",
        ];
        for line in expected {
            assert!(found.iter().any(|problem| problem == line), "{line}\n{}", found.join("\n"));
        }
        for part in [
            "test.toml:13:14: there is no operation \"ContainerCraete\"; did you mean \"ContainerCreate\"",
            "test.toml:14:11: there is no group \"reads\"; did you mean \"read\"?",
            "test.toml:15:10: no identity has the role \"cii\"; did you mean \"ci\"?",
            "test.toml:16:1: unknown key \"imagess\"; did you mean \"images\"?",
            "test.toml:17:11: the regex does not compile: unclosed group",
            "test.toml:17:20: \"Upper\" is no name of an image",
            "test.toml:18:10: a path must be written without . and .. segments",
            "test.toml:19:10: \"much\" is no amount, such as \"512m\"",
            "test.toml:21:8: there are two rules of the name \"a\"",
            "test.toml:23:13: that is no network but a namespace: namespaces = [\"network:host\"]",
            "test.toml:25:1: name is missing",
            "test.toml:28:1: no operation of this rule has something to set for user",
            "test.toml:34:10: there is no access policy of that name",
        ] {
            assert!(found.iter().any(|problem| problem.starts_with(part)), "{part}\n{}", found.join("\n"));
        }
    }

    #[test]
    fn a_missing_file_is_said_so() {
        let Invalid(problems) = load::access("/no/such/policy.toml", None).expect_err("there is no such file");
        assert!(problems[0].to_string().starts_with("/no/such/policy.toml: the file cannot be read"), "{problems:?}");
    }

    #[test]
    fn identities_of_one_kind_must_not_overlap_and_of_several_may() {
        let overlap = |one: &str, two: &str| {
            let rule = "[[allow]]\nname = \"a\"\ngroups = [\"read\"]\n";
            let text =
                format!("name = \"x\"\n[[identity]]\n{one}\nrole = \"a\"\n[[identity]]\n{two}\nrole = \"b\"\n{rule}");
            load::from_text("test.toml", &text, None).is_err()
        };
        assert!(overlap("common_name = \"a\"", "common_name = \"a\""));
        assert!(overlap("common_name = \"a*\"", "common_name = \"*b\""));
        assert!(overlap("common_name = \"a\"", "common_name = \"a\"\norganisation = \"o\""));
        assert!(overlap("uid = [1, 2]", "uid = 2"));
        assert!(overlap("anyone_else = true", "anyone_else = true"));
        assert!(!overlap("common_name = \"a\"", "common_name = \"b\""));
        assert!(!overlap("common_name = \"a\"", "organisation = \"o\""));
        assert!(!overlap("common_name = [\"a*\", \"!ab\"]", "common_name = \"ab\""));
        assert!(!overlap("common_name = \"!ab\"\norganisation = \"o\"", "common_name = \"ab\"\norganisation = \"o\""));
        assert!(!overlap("uid = 1\naddress = \"10.0.0.0/8\"", "uid = 1\naddress = \"11.0.0.0/8\""));
        assert!(!overlap("common_name = \"a\"", "anyone_else = true"));
    }
}
