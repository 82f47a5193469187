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

fn roles_of(access: &Access, identity: &Identity) -> Vec<String> {
    access.caller(identity).role_names.to_vec()
}

#[test]
fn an_identity_has_the_roles_of_every_entry_that_it_fits() {
    let access = policy(POLICY);
    assert_eq!(roles_of(&access, &acme(&["ci-7"])), ["ci"]);
    assert_eq!(roles_of(&access, &acme(&["ci-admin"])), ["admin"]);
    assert_eq!(roles_of(&access, &certificate("ci-7")), ["guest"]);
    assert_eq!(roles_of(&access, &Identity::nobody()), ["guest"]);
    let uid = |uid| Identity { evidence: Evidence::UnixPeer { uid, gid: 1000, pid: None }, address: None };
    assert_eq!(roles_of(&access, &uid(1000)), ["ci"]);
    assert_eq!(roles_of(&access, &uid(1001)), ["guest"]);
}

#[test]
fn a_certificate_with_several_common_names_has_none() {
    let access = policy(POLICY);
    assert_eq!(roles_of(&access, &acme(&["ci-7", "ci-admin"])), ["guest"]);
    assert_eq!(roles_of(&access, &acme(&[])), ["guest"]);
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
    assert_eq!(roles_of(&access, &from(Some("10.1.2.3:4"))), ["admin"]);
    assert_eq!(roles_of(&access, &from(Some("[::ffff:10.1.2.3]:4"))), ["admin"]);
    assert_eq!(roles_of(&access, &from(Some("11.0.0.1:4"))), ["guest"]);
    assert_eq!(roles_of(&access, &from(None)), ["guest"]);
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
    assert!(ask(&access, &acme(&["ci-admin"]), CREATE, r#"{"Image":"x","HostConfig":{"Privileged":true}}"#).is_ok());
}
