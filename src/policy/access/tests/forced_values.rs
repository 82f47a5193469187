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
    let grant = access.judge(&access.caller(&certificate("ci-1")), endpoint, &facts).unwrap();
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
