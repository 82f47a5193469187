//! A verdict by the rules that the index finds is the verdict by all rules.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::policy::access::judge::Judge;

/// Keys of rules, and patterns that meet each other and the values of the calls below.
const PATTERNS: &[(&str, &[&str])] = &[
    (
        "images",
        &[
            "busybox",
            "busybox:1.*",
            "acme/*",
            "acme/**",
            "!acme/secret",
            "acme/app@*",
            "ghcr.io/acme/app:v*",
            "**",
            "*box",
            "sha256:ab*",
            "re:docker\\\\.io/(acme|library)/.*",
            "re:(?i).*BUSYBOX.*",
            "re:ghcr\\\\.io/.*",
        ],
    ),
    ("names", &["web", "web*", "job-*", "*-prod", "!web", "re:job-[0-9]+", "?eb", "*"]),
    ("networks", &["net-*", "db", "d*", "!net-b", "bridge", "*"]),
    ("binds", &["/srv/**", "/srv/data", "/srv/data:ro", "/home/*/.ssh", "/etc/**", "**", "!/srv/secret", "/s*"]),
    ("labels", &["team=a", "team", "t*", "!team=b", "traefik.*", "re:te.m"]),
    ("capabilities", &["NET_ADMIN", "NET_*", "all", "*"]),
    ("commands", &["sh ...", "ls *", "...", "sh -c *", "s* ..."]),
    ("users", &["root", "1000", "nonroot", "image", "10*"]),
    ("volumes", &["vol-*", "data", "*"]),
    ("env", &["A*", "TOKEN", "!A"]),
    ("ports", &["80", "8000-9000", "*"]),
    ("containers", &["web", "job-*", "c0*", "d*", "!web", "*"]),
    ("namespaces", &["pid:host", "network:container:job-*", "*"]),
];

/// What calls put into their bodies.
const BODIES: &[(&str, &[&str])] = &[
    (
        "Image",
        &[
            "\"busybox\"",
            "\"busybox:1.36\"",
            "\"acme/app\"",
            "\"acme/secret:2\"",
            "\"acme/x/y\"",
            "\"ghcr.io/acme/app:v1\"",
            "\"abcdef123456\"",
            "\"sha256:abababababababababababababababababababababababababababababababab\"",
            "\"acme/app@sha256:abababababababababababababababababababababababababababababababab\"",
        ],
    ),
    ("User", &["\"\"", "\"root\"", "\"1000\"", "\"1000:1000\"", "\"app\""]),
    ("Cmd", &["[\"sh\"]", "[\"sh\",\"-c\",\"id\"]", "[\"ls\",\"/\"]", "[]"]),
    ("Env", &["[\"A=1\"]", "[\"TOKEN=1\",\"B=2\"]"]),
    ("Labels", &["{\"team\":\"a\"}", "{\"team\":\"b\",\"traefik.x\":\"y\"}", "{}"]),
];
const HOST: &[(&str, &[&str])] = &[
    (
        "Binds",
        &[
            "[\"/srv/data:/d\"]",
            "[\"/srv/data:/d:ro\"]",
            "[\"/srv:/d\"]",
            "[\"/:/d\"]",
            "[\"/home/al/.ssh:/k\",\"/srv/secret/x:/x\"]",
            "[\"vol-1:/v\",\"data:/w\"]",
            "[\"/etc:/etc\"]",
        ],
    ),
    ("NetworkMode", &["\"net-a\"", "\"net-b\"", "\"db\"", "\"dev\"", "\"host\"", "\"container:job-1\"", "\"default\""]),
    ("CapAdd", &["[\"NET_ADMIN\"]", "[\"ALL\"]", "[\"NET_RAW\",\"SYS_ADMIN\"]"]),
    ("PidMode", &["\"host\"", "\"container:web\""]),
    ("Privileged", &["true", "false"]),
    ("PortBindings", &["{\"80/tcp\":[{\"HostPort\":\"8080\"}]}", "{\"80/tcp\":[{\"HostPort\":\"80\"}]}"]),
];
const CALLS: &[&str] = &[
    "POST /v1.41/containers/create",
    "POST /v1.41/containers/create?name=web",
    "POST /v1.41/containers/create?name=job-7",
    "POST /v1.41/containers/create?name=a-prod",
    "POST /v1.41/containers/web/start",
    "POST /v1.41/containers/job-1/start",
    "DELETE /v1.41/containers/c0ffee",
    "DELETE /v1.41/containers/dev",
    "POST /v1.41/images/create?fromImage=acme/app&tag=2",
    "DELETE /v1.41/images/acme/secret",
    "GET /v1.41/containers/json",
];
const OPERATIONS: &[&str] = &[
    "endpoints = [\"ContainerCreate\"]",
    "endpoints = [\"ContainerCreate\", \"ContainerStart\", \"ContainerDelete\"]",
    "groups = [\"lifecycle\", \"images\"]",
    "groups = [\"all\"]",
];

type Picks = Vec<(prop::sample::Index, prop::sample::Index)>;

fn picks(most: usize) -> impl Strategy<Value = Picks> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..most)
}

/// One of each key that was picked.
fn picked<'t>(picks: &Picks, from: &'t [(&'t str, &'t [&'t str])]) -> Vec<(&'t str, Vec<&'t str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for (key, value) in picks {
        let (key, values) = key.get(from);
        let value = *value.get(values);
        match found.iter_mut().find(|(known, _)| known == key) {
            Some((_, values)) => values.push(value),
            None => found.push((key, vec![value])),
        }
    }
    found
}

#[derive(Debug)]
struct RuleText {
    allows: bool,
    role: usize,
    unrestricted: bool,
    operations: usize,
    clauses: Picks,
}

fn rule() -> impl Strategy<Value = RuleText> {
    (any::<bool>(), 0usize..4, any::<bool>(), 0..OPERATIONS.len(), picks(4)).prop_map(
        |(allows, role, unrestricted, operations, clauses)| RuleText {
            allows,
            role,
            unrestricted,
            operations,
            clauses,
        },
    )
}

fn text(rules: &[RuleText], sets: bool) -> String {
    let mut text = "[[identity]]\ncommon_name = \"one\"\nrole = \"r1\"\n[[identity]]\ncommon_name = \"two\"\n\
                    roles = [\"r1\", \"r2\"]\n[[identity]]\nanyone_else = true\nrole = \"r3\"\n\
                    [[allow]]\nname = \"all roles\"\nroles = [\"r1\", \"r2\", \"r3\"]\nendpoints = [\"SystemPing\"]\n"
        .to_owned();
    if sets {
        text.push_str("[[set]]\nname = \"set\"\nrole = \"r1\"\nuser = \"1000\"\nlabels = { team = \"a\" }\n");
    }
    for (number, rule) in rules.iter().enumerate() {
        writeln!(text, "[[{}]]\nname = \"n{number}\"", if rule.allows { "allow" } else { "deny" }).unwrap();
        writeln!(text, "{}", OPERATIONS[rule.operations]).unwrap();
        if rule.role > 0 {
            writeln!(text, "role = \"r{}\"", rule.role).unwrap();
        }
        if rule.allows && rule.unrestricted {
            text.push_str("unrestricted = true\n");
        }
        for (key, patterns) in picked(&rule.clauses, PATTERNS) {
            let patterns: Vec<String> = patterns.iter().map(|pattern| format!("\"{pattern}\"")).collect();
            writeln!(text, "{key} = [{}]", patterns.join(", ")).unwrap();
        }
    }
    text
}

fn body(outer: &Picks, host: &Picks) -> String {
    let member = |(key, values): (&str, Vec<&str>)| format!("\"{key}\":{}", values[0]);
    let mut members: Vec<String> = picked(outer, BODIES).into_iter().map(member).collect();
    if !members.iter().any(|member| member.starts_with("\"Image\"")) {
        members.push("\"Image\":\"busybox\"".to_owned());
    }
    let host: Vec<String> = picked(host, HOST).into_iter().map(member).collect();
    members.push(format!("\"HostConfig\":{{{}}}", host.join(",")));
    format!("{{{}}}", members.join(","))
}

/// What the index makes of a call, and what all rules make of it.
fn both(access: &Access, who: &Identity, call: &str, body: &str) -> [Result<Grant, Vec<Point>>; 2] {
    let (method, target) = call.split_once(' ').unwrap();
    let target = Target::parse(target).unwrap();
    let Routed::To { endpoint, name } = target.route(Method::from_name(method).unwrap()) else { panic!("{call}") };
    let version = target.version.unwrap();
    let query = query::read(endpoint, &target, version).unwrap();
    let body = (endpoint == Endpoint::ContainerCreate)
        .then(|| schema::read(schema::body(endpoint).unwrap(), parse(body.as_bytes()).unwrap(), version).unwrap());
    let facts = facts::read(endpoint, name, Some(&query), body.as_ref(), access.interest(endpoint));
    let caller = access.caller(who);
    let judge = Judge::new(access, endpoint, &caller, &facts);
    let index = access.index(endpoint);
    let of_roles = |places: &mut dyn Iterator<Item = usize>| -> Vec<u32> {
        places.filter(|place| access.rules[*place].is_for(&caller.roles)).map(|place| place as u32).collect()
    };
    let naive = judge.judge_by(&of_roles(&mut index.deny.all()), &of_roles(&mut index.allow.all()));
    [judge.judge(), naive]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_verdict_is_that_of_all_rules(
        rules in prop::collection::vec(rule(), 0..24),
        sets in any::<bool>(),
        calls in prop::collection::vec((0..CALLS.len(), picks(5), picks(4)), 8),
    ) {
        let access = policy(&text(&rules, sets));
        for (call, outer, host) in &calls {
            let (call, body) = (CALLS[*call], body(outer, host));
            for who in [certificate("one"), certificate("two"), Identity::nobody()] {
                let [indexed, naive] = both(&access, &who, call, &body);
                prop_assert_eq!(indexed, naive, "{} {}", call, body);
            }
        }
    }
}
