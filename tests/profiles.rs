//! The profiles that ship.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use vicgate::policy::load;

#[test]
fn the_profiles_that_ship_load() {
    for (name, _) in load::PROFILES {
        let loaded = load::profile(name, None);
        assert!(loaded.is_ok(), "{}", loaded.unwrap_err());
    }
}
