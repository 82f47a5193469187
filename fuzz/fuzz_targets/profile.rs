//! A capability profile loads, or each of its problems has a place in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vicgate::docker::endpoint::Endpoint;
use vicgate::policy::load;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match load::profile_from_text("fuzz.toml", text, None) {
        Ok(profile) => {
            for endpoint in Endpoint::ALL {
                // Every operation is decided, one way or the other.
                let _ = profile.endpoint(*endpoint).support;
            }
            assert!(!profile.rows().is_empty());
        }
        Err(problems) => vicgate_fuzz::have_places("fuzz.toml", text, &problems.0),
    }
});
