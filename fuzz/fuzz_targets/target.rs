//! A request target is refused, or the one that is sent is read as what was judged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vicgate::docker::endpoint::{Method, Routed};
use vicgate::docker::target::Target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(target) = Target::parse(text) else { return };
    let sent = target.to_wire(target.version);
    assert_eq!(Target::parse(&sent).as_ref(), Ok(&target), "{text:?} is sent as {sent:?}");
    assert!(sent.bytes().all(|byte| byte.is_ascii_graphic()), "{sent:?}");
    for method in [Method::Get, Method::Head, Method::Post, Method::Put, Method::Delete] {
        if let Routed::To { endpoint, name } = target.route(method) {
            assert_eq!(endpoint.row().method, method);
            assert_eq!(target.name(endpoint), name);
            assert!(!name.contains("..") || !name.split('/').any(|segment| segment == ".."), "{name:?}");
        }
    }
});
