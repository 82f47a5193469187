//! Facts of the Docker Remote API. Pure: no IO, no policy, nothing of ours.

pub mod bridge;
pub mod endpoint;
pub mod filters;
pub mod json;
pub mod params;
pub mod query;
pub mod redact;
pub mod schema;
pub mod secret;
pub mod target;
pub mod version;
