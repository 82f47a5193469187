//! A query is refused, or what is sent is read as what was judged, and nothing in it
//! stands twice that a daemon reads once.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vicgate::docker::params::ParamKind;
use vicgate::docker::query;
use vicgate::docker::target::Target;

fuzz_target!(|bytes: &[u8]| {
    let [which, version, text @ ..] = bytes else { return };
    let (endpoint, version) = (vicgate_fuzz::endpoint(*which), vicgate_fuzz::version(*version));
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Ok(mut target) = Target::parse(&format!("/x?{text}")) else { return };
    let came = target.clone();
    let Ok(read) = query::read(endpoint, &came, version) else { return };
    let judged: Vec<_> =
        read.given().iter().map(|given| (given.param.name, given.value.clone().into_owned())).collect();
    for (index, given) in read.given().iter().enumerate() {
        let again = read.given()[..index].iter().any(|other| other.param.name == given.param.name);
        assert!(!again || given.param.kind == ParamKind::List, "{} is there twice", given.param.name);
        assert_eq!(given.param.endpoint, endpoint);
    }
    target.query = read.pairs(false);
    let sent = Target::parse(&target.to_wire(Some(version))).expect("what is sent can be read");
    let again = query::read(endpoint, &sent, version).expect("what is sent is a query of the operation");
    assert!(again.unknown().is_empty());
    let reread: Vec<_> =
        again.given().iter().map(|given| (given.param.name, given.value.clone().into_owned())).collect();
    assert_eq!(reread, judged);
});
