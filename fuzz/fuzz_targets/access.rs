//! An access policy loads, or each of its problems has a place in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vicgate::docker::endpoint::Endpoint;
use vicgate::identity::Identity;
use vicgate::policy::access::load;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match load::from_text("fuzz.toml", text, None) {
        Ok(access) => {
            for endpoint in Endpoint::ALL {
                // Judges without a panic; what it says depends on the text.
                let _ = access.looks_into(*endpoint);
                let _ = access.interest(*endpoint);
            }
            let _ = access.caller(&Identity::nobody());
        }
        Err(problems) => vicgate_fuzz::have_places("fuzz.toml", text, &problems.0),
    }
});
