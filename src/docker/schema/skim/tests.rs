use super::super::read;
use super::*;
use crate::docker::endpoint::Endpoint;
use crate::docker::json::parse;

const CLI: &str = include_str!("../../../../benches/create.json");

fn create(text: &str) -> Option<Body<'_>> {
    skim(super::super::body(Endpoint::ContainerCreate).unwrap(), text.as_bytes(), ApiVersion::new(41), Keep::Uses)
}

#[test]
fn the_body_of_the_stock_cli_takes_the_short_way_and_comes_to_the_same() {
    let ty = super::super::body(Endpoint::ContainerCreate).unwrap();
    let text = CLI.trim_end();
    let long = read(ty, parse(text.as_bytes()).unwrap(), ApiVersion::new(41)).unwrap();
    let short = create(text).unwrap();
    let used = |body: &Body<'_>| -> Vec<_> { body.used_deep().iter().map(|used| used.path.clone()).collect() };
    assert_eq!(used(&short), used(&long));
    assert_eq!(String::from_utf8(long.to_vec()).unwrap(), text);
}

#[test]
fn what_is_not_spelt_canonically_takes_the_long_way() {
    for text in [
        r#"{"image":"a"}"#,
        r#"{ "Image":"a"}"#,
        r#"{"Image":"\u0061"}"#,
        r#"{"Image":"a","Image":"a"}"#,
        r#"{"Image":"a"} "#,
        "{\"Image\":\"a\"}\n\n",
        r#"{"Image":"a"}}"#,
        r#"{"Image":1}"#,
        r#"{"Cmd":"a"}"#,
        r#"{"Labels":{"a":"1","a":"2"}}"#,
        r#"{"Labels":{"a":null}}"#,
        r#"{"Env":[null]}"#,
        r#"{"HostConfig":{"Memory":01}}"#,
        r#"{"HostConfig":{"Memory":-0}}"#,
        r#"{"HostConfig":{"Memory":1e3}}"#,
        r#"{"HostConfig":{"Memory":9999999999999999999}}"#,
        r#"{"Nonsense":null}"#,
        r#"{"Privileged":false}"#,
        "{\"Image\":\"\u{7f}\"}",
        "[]",
        "",
    ] {
        assert!(create(text).is_none(), "{text}");
    }
}

#[test]
fn members_may_be_in_any_order_but_there_once() {
    for (text, count) in [
        (r#"{"Hostname":"","Domainname":"","Tty":false,"Image":"a"}"#, 1),
        (r#"{"Tty":true,"Hostname":"","Domainname":"a","Env":null}"#, 2),
        (r#"{"HostConfig":{"Memory":1,"Binds":null},"Hostname":"a"}"#, 2),
    ] {
        assert_eq!(create(text).unwrap().used().len(), count, "{text}");
    }
    for text in [
        r#"{"Hostname":"","Domainname":"","Hostname":"","Image":"a"}"#,
        r#"{"Tty":false,"Hostname":"","Domainname":"","User":"","AttachStdin":false,"Tty":false,"Image":"a"}"#,
        r#"{"Image":"a","Hostname":"","Image":"b"}"#,
    ] {
        assert!(create(text).is_none(), "{text}");
    }
}

/// What a thread makes of a body that has read nothing before.
fn anew(text: &str) -> Option<Vec<String>> {
    runs::with(|runs| *runs = Runs::default());
    used(text)
}

fn used(text: &str) -> Option<Vec<String>> {
    Some(create(text)?.used_deep().iter().map(|used| format!("{} {}", used.path, used.value)).collect())
}

#[test]
fn a_body_that_is_like_the_one_before_is_read_as_if_it_were_the_first() {
    let text = CLI.trim_end();
    let expected = anew(text).unwrap();
    assert_eq!(used(text).as_ref(), Some(&expected));
    let known = runs::with(|runs| runs.len());
    assert!(known >= 4, "{known} runs are known");
    // Whatever is changed in a run or beside it, what was known before makes no difference.
    let members = |text: &str| text.match_indices(',').map(|(at, _)| at).collect::<Vec<_>>();
    for at in members(text) {
        for piece in ["\"Tty\":false,", "\"Memory\":0,", "\"Memory\":5,", "\"Nonsense\":0,", " ", "}", ","] {
            let mut changed = text.to_owned();
            changed.insert_str(at + 1, piece);
            let first = anew(&changed);
            assert!(anew(text).is_some());
            assert_eq!(used(&changed), first, "{piece} at {at}");
        }
    }
    for (from, to) in
        [("\"Memory\":0", "\"Memory\":1"), ("\"Dns\":[]", "\"Dns\":[\"1.1.1.1\"]"), ("\"Tty\":false,", "")]
    {
        let changed = text.replace(from, to);
        let first = anew(&changed);
        assert!(first.is_some() && anew(text).is_some());
        assert_eq!(used(&changed), first, "{to}");
    }
}

#[test]
fn what_is_a_use_although_it_is_empty_stays() {
    let body = create(r#"{"StopTimeout":0,"HostConfig":{"MaskedPaths":[],"MemorySwappiness":0,"Memory":0}}"#).unwrap();
    let used: Vec<_> = body.used().iter().map(|used| used.path.clone()).collect();
    assert_eq!(used, ["StopTimeout", "HostConfig.MaskedPaths", "HostConfig.MemorySwappiness"]);
    assert!(body.get("HostConfig.Memory").is_none());
}
