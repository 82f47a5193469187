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
        "test.toml:34:10: there is no access policy of that name. Known are read-only, dashboard,",
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

#[test]
fn an_owner_has_a_label_that_can_be_one_and_policies_agree_on_it() {
    let told = |owner: &str| {
        problems(&format!("name = \"x\"\nowner = {owner}\n[[allow]]\nname = \"a\"\ngroups = [\"read\"]\n"))
    };
    for (owner, problem) in [
        ("\"a=b\"", "test.toml:2:9: \"a=b\" is no name for a label, such as com.example.owner"),
        ("\"\"", "test.toml:2:9: \"\" is no name for a label, such as com.example.owner"),
        ("3", "test.toml:2:9: owner must be a string, not integer"),
        ("{ roles = [\"dev\"] }", "test.toml:2:9: label is missing"),
        ("{ label = \"o\", role = \"dev\" }", "test.toml:2:31: no identity has the role \"dev\""),
        ("{ label = \"o\", images = \"none\" }", "test.toml:2:33: images must be \"own\" or \"shared\""),
        ("{ label = \"o\", image = \"own\" }", "test.toml:2:24: unknown key \"image\"; did you mean \"images\"?"),
    ] {
        let told = told(owner);
        assert!(told.iter().any(|line| line == problem), "{problem}\n{}", told.join("\n"));
    }
    let used = "name = \"x\"\nowner = \"mine\"\n[[use]]\npolicy = \"ci-runner\"\n";
    assert_eq!(problems(used), ["test.toml:4:10: a policy has one label of owners, not mine and vicgate.owner"]);
}
