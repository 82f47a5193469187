mod bad_input;
mod forced_values;
mod index;
mod limits;
mod roles;

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
    let grant = access.judge(&access.caller(who), endpoint, &facts)?;
    let mut json = body.map_or(Json::Null, schema::Body::into_json);
    let mut pairs = query.pairs(false);
    apply(&grant.edits, &mut json, &mut pairs, version);
    Ok((grant.rule.to_string(), json.to_string()))
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
