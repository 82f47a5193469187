//! Statuses that changed between versions although the operation did not.

use crate::docker::bridge::{After, Ask};
use crate::docker::endpoint::Endpoint;
use crate::docker::version::ApiVersion;

/// The status that the client's version has for what the backend answered;
/// `None` if it is the same. `message` is the backend's error, if it is one.
#[must_use]
pub fn status(ask: &Ask<'_>, after: &[After], status: u16, message: &str) -> Option<u16> {
    let old = |minor| ask.client < ApiVersion::new(minor);
    match (ask.endpoint, status) {
        // Up to 1.19 a kill of what does not run was no error.
        (Endpoint::ContainerKill, 409 | 500) if old(20) && is_not_running(message) => Some(204),
        (Endpoint::NetworkDelete, 204) if old(23) => Some(200),
        (Endpoint::NetworkDelete, 200) if !old(23) => Some(204),
        // Engines up to 1.8 answered a detached start so; no document ever did.
        (Endpoint::ExecStart, 204) => Some(200),
        (Endpoint::VolumeDelete, 404) if after.contains(&After::MissingVolume) => Some(204),
        _ => None,
    }
}

fn is_not_running(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("is not running") || message.contains("not running")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::bridge::Host;

    fn status_of(endpoint: Endpoint, client: u8, from: u16, message: &str) -> Option<u16> {
        let host = Host::default();
        let (client, backend) = (ApiVersion::new(client), ApiVersion::new(25));
        status(&Ask { endpoint, client, backend, host: &host }, &[], from, message)
    }

    #[test]
    fn a_kill_of_what_does_not_run_was_no_error_below_1_20() {
        let message = "Cannot kill container x: abc is not running";
        assert_eq!(status_of(Endpoint::ContainerKill, 19, 500, message), Some(204));
        assert_eq!(status_of(Endpoint::ContainerKill, 20, 500, message), None);
        assert_eq!(status_of(Endpoint::ContainerKill, 19, 500, "disk on fire"), None);
    }

    #[test]
    fn a_removed_network_was_200_below_1_23_and_204_from_it() {
        assert_eq!(status_of(Endpoint::NetworkDelete, 22, 204, ""), Some(200));
        assert_eq!(status_of(Endpoint::NetworkDelete, 23, 204, ""), None);
        assert_eq!(status_of(Endpoint::NetworkDelete, 25, 200, ""), Some(204));
    }
}
