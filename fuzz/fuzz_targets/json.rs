//! A body is refused, or what is sent is read as what was judged, by us and by a
//! reader that knows nothing of our rules.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vicgate::docker::{json, schema};

fuzz_target!(|bytes: &[u8]| {
    let [which, version, text @ ..] = bytes else { return };
    let (endpoint, version) = (vicgate_fuzz::endpoint(*which), vicgate_fuzz::version(*version));
    let Ok(value) = json::parse(text) else { return };
    let written = value.to_vec();
    assert_eq!(json::parse(&written).as_ref(), Ok(&value));
    assert!(std::str::from_utf8(&written).is_ok());
    let Some(ty) = schema::body(endpoint) else { return };
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
