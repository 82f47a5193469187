//! The status that the API documents, for what a backend answered.

use http::StatusCode;

use super::Asked;
use crate::docker::bridge::{self, Bridged, Repair};
use crate::docker::endpoint::{Endpoint, Group, Hijack};
use crate::policy::Profile;

/// What VIC says, behind its name, of an operation that it lacks.
const NOT_IMPLEMENTED: &str = " does not yet implement ";

/// The status and message to pass on for an error of the backend's.
pub(super) fn documented(status: StatusCode, message: &str, asked: Asked, profile: &Profile) -> (StatusCode, String) {
    let mapped = profile.status(asked.endpoint, asked.version(), status.as_u16(), message);
    if let Some(mapped) = mapped.and_then(|mapped| StatusCode::from_u16(mapped).ok()) {
        return (mapped, message.to_owned());
    }
    if status == StatusCode::INTERNAL_SERVER_ERROR && message.contains(NOT_IMPLEMENTED) {
        return (StatusCode::NOT_IMPLEMENTED, lacking(asked.endpoint, message));
    }
    if status == StatusCode::NOT_FOUND && is_page_not_found(message) && is_expected(asked) {
        return (StatusCode::NOT_IMPLEMENTED, lacking(asked.endpoint, "it has no such page"));
    }
    (status, message.to_owned())
}

/// The status and message of the client's version, and without what the backend is known to get wrong.
pub(super) fn bridged(status: StatusCode, message: String, asked: Asked, bridged: &Bridged) -> (StatusCode, String) {
    let message = if bridged.repairs(Repair::Messages) { bridge::message(&message).into_owned() } else { message };
    let group = asked.endpoint.row().group;
    if bridged.repairs(Repair::Swarm) && status == StatusCode::NOT_FOUND && group == Group::Swarm && message == NO_SWARM
    {
        return (StatusCode::SERVICE_UNAVAILABLE, IN_NO_SWARM.to_owned());
    }
    let ask = bridged.ask(asked.endpoint);
    let old = bridge::status(&ask, &bridged.after, status.as_u16(), &message);
    (old.and_then(|old| StatusCode::from_u16(old).ok()).unwrap_or(status), message)
}

/// What VIC says of all that belongs to a swarm, and what an engine says that is in none.
const NO_SWARM: &str = "Docker Swarm is not yet supported";
const IN_NO_SWARM: &str = "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to \
                           connect this node to swarm and try again.";

/// Says in clear words that a backend lacks an operation.
fn lacking(endpoint: Endpoint, said: &str) -> String {
    let row = endpoint.row();
    format!("the backend does not implement {} ({} {}): {said}", row.name, row.method.as_str(), row.pattern)
}

fn is_page_not_found(message: &str) -> bool {
    matches!(message, "page not found" | "404 page not found")
}

/// True if the operation belongs to the API version of the call, so that a 404
/// for its path is the backend's lack. BuildKit's two are left alone: clients
/// take their 404 for "build the classic way".
fn is_expected(asked: Asked) -> bool {
    let row = asked.endpoint.row();
    row.is_in(asked.version()) && row.hijack != Some(Hijack::H2c)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::docker::version::ApiVersion;

    fn mapped(endpoint: Endpoint, version: u8, status: u16, message: &str) -> (u16, String) {
        let profile = crate::policy::load::profile("vic", None).unwrap();
        let asked = Asked { endpoint, version: Some(ApiVersion::new(version)) };
        let (status, message) = documented(StatusCode::from_u16(status).unwrap(), message, asked, &profile);
        (status.as_u16(), message)
    }

    #[test]
    fn what_vic_does_not_implement_is_a_501() {
        let said = "vSphere Integrated Containers does not yet implement ContainerTop";
        let (status, message) = mapped(Endpoint::ContainerTop, 25, 500, said);
        assert_eq!(status, 501);
        assert!(message.contains("ContainerTop (GET /containers/{name}/top)") && message.contains(said), "{message}");
    }

    #[test]
    fn a_missing_page_is_a_501_only_where_the_version_has_it() {
        assert_eq!(mapped(Endpoint::ImageBuild, 25, 404, "page not found").0, 501);
        assert_eq!(mapped(Endpoint::DistributionInspect, 25, 404, "page not found").0, 404);
        assert_eq!(mapped(Endpoint::Session, 40, 404, "page not found").0, 404);
        assert_eq!(mapped(Endpoint::ContainerInspect, 25, 404, "No such container: x").0, 404);
    }

    #[test]
    fn a_506_of_create_is_a_406_up_to_1_23_and_what_is_documented_above() {
        assert_eq!(mapped(Endpoint::ContainerCreate, 19, 506, "impossible to attach").0, 406);
        assert_eq!(mapped(Endpoint::ContainerCreate, 23, 506, "impossible to attach").0, 406);
        let above = mapped(Endpoint::ContainerCreate, 40, 506, "impossible to attach").0;
        assert!([400, 404, 409, 500].contains(&above), "{above}");
    }
}
