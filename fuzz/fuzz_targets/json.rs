//! A body is refused, or what is sent is read as what was judged, by us and by a
//! reader that knows nothing of our rules.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vicgate::docker::schema::{Keep, Type};
use vicgate::docker::version::ApiVersion;
use vicgate::docker::{json, schema};

fuzz_target!(|bytes: &[u8]| {
    let [which, version, text @ ..] = bytes else { return };
    let (endpoint, version) = (vicgate_fuzz::endpoint(*which), vicgate_fuzz::version(*version));
    let parsed = json::parse(text);
    let Ok(value) = parsed else {
        assert!(schema::body(endpoint).is_none_or(|ty| schema::skim(ty, text, version, Keep::All).is_none()));
        return;
    };
    let written = value.to_vec();
    assert_eq!(json::parse(&written).as_ref(), Ok(&value));
    assert!(std::str::from_utf8(&written).is_ok());
    let Some(ty) = schema::body(endpoint) else { return };
    short_way(ty, text, version);
    let Ok(mut body) = schema::read(ty, value, version) else { return };
    body.remove_unknown();
    let sent = body.to_vec();
    let again = json::parse(&sent).expect("what is sent is JSON");
    let again = schema::read(ty, again, version).expect("what is sent is a body of the operation");
    assert!(again.unknown().is_empty());
    assert_eq!(again.to_vec(), sent);
    let uses = |body: &schema::Body<'_>| -> Vec<_> {
        body.used_deep().into_iter().map(|used| (used.path, used.value.to_vec(), used.outside)).collect()
    };
    assert_eq!(uses(&again), uses(&body));
});

/// What the short way takes, the long way reads as the same, and would write as it came.
fn short_way(ty: &'static Type, text: &[u8], version: ApiVersion) {
    let Some(all) = schema::skim(ty, text, version, Keep::All) else { return };
    let value = json::parse(text).expect("it was taken for JSON");
    let long = schema::read(ty, value, version).expect("it was taken for a body of the operation");
    assert!(long.unknown().is_empty());
    assert_eq!(long.to_vec(), text.strip_suffix(b"\n").unwrap_or(text));
    assert_eq!(all.json(), long.json());
    let used = schema::skim(ty, text, version, Keep::Uses).expect("it was taken with all that is there");
    let paths = |body: &schema::Body<'_>| body.used_deep().into_iter().map(|used| used.path).collect::<Vec<_>>();
    assert_eq!(paths(&used), paths(&long));
}
